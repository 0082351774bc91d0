//! The quick part of the tests, for while one is writing.

use crate::count::Counting;
use crate::options::Options;
use crate::process::{Call, Result};
use crate::setup::{self, Purpose};
use crate::step::Report;
use crate::workspace::Workspace;

/// Every file formatted as rustfmt.toml says.
pub(crate) const FORMAT: &[&str] = &["fmt", "--all", "--check", "--", "--color", "never"];

/// No warning anywhere, tests and examples included.
pub(crate) const CLIPPY: &[&str] =
    &["clippy", "--workspace", "--all-targets", "--locked", "--quiet", "--", "--deny", "warnings"];

/// Formatting, ESLint, types, Clippy.
pub(crate) fn check(workspace: &Workspace, options: &Options) -> Result<()> {
    let mut report = Report::default();
    let outcome = steps(workspace, options, &mut report);
    report.close(outcome)
}

fn steps(workspace: &Workspace, options: &Options, report: &mut Report) -> Result<()> {
    report.work("set-up", || setup::prepare(workspace, Purpose::Run, options))?;
    let npm = |script: &str| Call::new("npm").args(["run", "--silent", script]).dir(workspace.ui());
    report.step("fmt", Counting::Whole, Call::new("cargo").args(FORMAT).dir(&workspace.root))?;
    report.step("lint", Counting::Whole, npm("lint"))?;
    report.step("types", Counting::Whole, npm("types"))?;
    report.step("clippy", Counting::Whole, Call::new("cargo").args(CLIPPY).dir(&workspace.root))
}
