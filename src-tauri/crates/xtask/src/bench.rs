//! Figures, one JSON object a line: `{"name","value","unit","baseline"?,"ratio"?}`, on the lines of standard output that begin with `{`.
//!
//! An example of one of our crates measures that crate; a script `tests/bench/NAME.mjs` measures the whole application from outside.
//! What can't be measured on a machine is a line `{"name","skipped"}` with the reason. A bench that fails doesn't keep the others from
//! running; it makes the command fail in the end.

use std::fs;

use crate::options::Options;
use crate::process::{Call, Result};
use crate::setup::{self, Purpose};
use crate::test::RealModels;
use crate::workspace::Workspace;

/// A bench's name and the example that measures it.
const EXAMPLES: &[(&str, &str)] = &[
    ("store", "durable_writes"),
    ("markup", "streaming"),
    ("gateway", "gateway_cost"),
    ("pipelines", "pipeline_cost"),
    ("planner", "planning"),
    ("gguf", "gguf_header"),
    ("supervisor", "supervisor_bench"),
    ("pull", "pull_bench"),
];

/// Runs all, or those named.
pub(crate) fn bench(workspace: &Workspace, options: &Options) -> Result<()> {
    let benches = benches(workspace);
    if options.list {
        for (name, _) in &benches {
            println!("{name}");
        }
        return Ok(());
    }
    let wanted = |name: &str| options.rest.is_empty() || options.rest.iter().any(|word| word == name);
    if let Some(unknown) = options.rest.iter().find(|word| !benches.iter().any(|(name, _)| name == *word)) {
        return Err(format!("There is no bench `{unknown}`; `cargo xtask bench --list` names them.").into());
    }
    setup::prepare(workspace, Purpose::Test, options)?;
    let real = RealModels::obtain();
    Call::new("npm").args(["run", "--silent", "build"]).dir(workspace.ui()).run()?;
    Call::new("cargo")
        .args(["build", "--release", "--workspace", "--bins", "--examples", "--locked"])
        .dir(&workspace.root)
        .run()?;
    let mut failed = Vec::new();
    for (name, call) in benches.into_iter().filter(|(name, _)| wanted(name)) {
        eprintln!("measuring {name}");
        if let Err(failure) = measure(workspace, call, &real) {
            eprintln!("{failure}");
            failed.push(name);
        }
    }
    if failed.is_empty() {
        Ok(())
    } else {
        Err(format!("These benches failed: {}.", failed.join(", ")).into())
    }
}

fn benches(workspace: &Workspace) -> Vec<(String, Call)> {
    let examples = EXAMPLES
        .iter()
        .map(|(name, example)| ((*name).to_owned(), Call::new(workspace.example(true, example))));
    let folder = workspace.root.join("tests").join("bench");
    let mut scripts: Vec<_> = fs::read_dir(folder)
        .into_iter()
        .flatten()
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|extension| extension == "mjs"))
        .collect();
    scripts.sort();
    let scripts = scripts
        .into_iter()
        .filter_map(|path| Some((path.file_stem()?.to_str()?.to_owned(), Call::new("node").arg(&path))));
    examples.chain(scripts).collect()
}

fn measure(workspace: &Workspace, call: Call, real: &RealModels) -> Result<()> {
    call.dir(&workspace.root)
        .envs(&real.variables)
        .env("WEBPLUS_BUILT", workspace.built(true))
        .env("WEBPLUS_RUNNER", workspace.executable(true, "webplus-runner"))
        .each_line(|line| println!("{line}"))
}
