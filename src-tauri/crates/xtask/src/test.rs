//! Everything that CI runs, in the order in which a mistake shows soonest. The first step that fails ends it.
//!
//! All Cargo steps take the whole workspace with one set of features, so that nothing is compiled twice.
//! After set-up no step may use the network, nor see the person's own keys and settings.

use std::env;
use std::ffi::OsString;

use crate::bindings;
use crate::check;
use crate::count::Counting;
use crate::e2e;
use crate::leftover::Running;
use crate::model;
use crate::options::Options;
use crate::process::{Call, Result};
use crate::server;
use crate::setup::{self, Purpose};
use crate::step::Report;
use crate::workspace::Workspace;

const STEPS: &[&str] =
    &["fmt", "lint", "types", "unit", "page", "clippy", "build", "bindings", "rust", "browser", "window"];

/// Sets up and runs all steps, or those named in `options.rest`.
pub(crate) fn test(workspace: &Workspace, options: &Options) -> Result<()> {
    if options.list {
        println!("{}", STEPS.join("\n"));
        return Ok(());
    }
    if let Some(unknown) = options.rest.iter().find(|name| !STEPS.contains(&name.as_str())) {
        return Err(format!("There is no step `{unknown}`; there are: {}.", STEPS.join(", ")).into());
    }
    let mut report = Report::default();
    let outcome = all(workspace, options, &mut report);
    report.close(outcome)
}

fn all(workspace: &Workspace, options: &Options, report: &mut Report) -> Result<()> {
    let mut real = RealModels::default();
    report.work("set-up", || {
        setup::prepare(workspace, Purpose::Test, options)?;
        real = RealModels::obtain();
        Ok(())
    })?;
    for missing in &real.missing {
        report.note(*missing);
    }
    let before = Running::now(workspace);
    STEPS
        .iter()
        .filter(|name| options.rest.is_empty() || options.rest.iter().any(|wanted| wanted == *name))
        .try_for_each(|name| step(workspace, name, &real, report))?;
    report.work("leftovers", || before.unchanged(workspace))
}

/// What tests of real models are given, as environment variables.
#[derive(Debug, Default)]
pub(crate) struct RealModels {
    pub(crate) variables: Vec<(&'static str, OsString)>,
    /// What could not be had, as sentences.
    missing: Vec<&'static str>,
}

impl RealModels {
    /// Fetches what can be had and notes what can't.
    pub(crate) fn obtain() -> Self {
        let mut real = Self::default();
        match model::small_model() {
            Some(file) => real.variables.push(("WEBPLUS_TEST_MODEL", file.into())),
            None => real.missing.push("Left out: the tests that talk to a real model on this machine."),
        }
        match server::test_python() {
            Some(python) => real.variables.push(("WEBPLUS_TEST_PYTHON", python.into())),
            None => real.missing.push("Left out: the tests against a real OpenAI and Anthropic server."),
        }
        real
    }
}

fn step(workspace: &Workspace, name: &'static str, real: &RealModels, report: &mut Report) -> Result<()> {
    let root = &workspace.root;
    let npm = |script: &str| sealed(Call::new("npm").args(["run", "--silent", script]).dir(workspace.ui()));
    let cargo =
        |words: &[&str]| sealed(Call::new("cargo").args(words).dir(root)).env("CARGO_NET_OFFLINE", "true");
    match name {
        "fmt" => report.step(name, Counting::Whole, cargo(check::FORMAT)),
        "lint" => report.step(name, Counting::Whole, npm("lint")),
        "types" => report.step(name, Counting::Whole, npm("types")),
        "unit" => report.step(name, Counting::VITEST, npm("test")),
        "page" => report.step(name, Counting::Whole, npm("build")),
        "clippy" => report.step(name, Counting::Whole, cargo(check::CLIPPY)),
        "build" => {
            report.step(name, Counting::Whole, cargo(&["build", "--workspace", "--all-targets", "--locked"]))
        }
        "bindings" => report.work(name, || bindings::compare(workspace)),
        "rust" => {
            let call = cargo(&["test", "--workspace", "--locked", "--no-fail-fast"])
                .envs(&real.variables)
                .env("WEBPLUS_RUNNER", workspace.executable(false, "webplus-runner"));
            report.step(name, Counting::CARGO, call)
        }
        "browser" | "window" => match e2e::reason_to_leave_out(name) {
            Some(reason) => {
                report.note(reason);
                Ok(())
            }
            None => report.step(name, Counting::JOURNEYS, sealed(e2e::call(workspace, &[name], real))),
        },
        other => Err(format!("The step `{other}` has no command.").into()),
    }
}

/// Takes away what would make an outcome depend on whose machine it is: keys, proxies, Web+'s own settings, the person's keychain.
fn sealed(call: Call) -> Call {
    let foreign = |name: &str| {
        name.starts_with("WEBPLUS_")
            || name.ends_with("_API_KEY")
            || matches!(name.to_ascii_lowercase().as_str(), "http_proxy" | "https_proxy" | "all_proxy")
    };
    env::vars_os()
        .filter_map(|(name, _)| name.into_string().ok())
        .filter(|name| foreign(name))
        .fold(call, Call::without_env)
        .env("DBUS_SESSION_BUS_ADDRESS", "disabled:")
}
