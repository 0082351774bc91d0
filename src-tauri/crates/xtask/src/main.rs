//! Development commands: `cargo xtask run`, `cargo xtask test` and what they are made of.
//!
//! Built with nothing but the standard library, so that it runs on a clean clone before anything else is there:
//! set-up is its first job. What the product does is deliberately not known here; only how to build, open and test it.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command line tool speaks to the person at it"
)]
#![allow(
    clippy::disallowed_methods,
    reason = "starting processes and reading the environment is what this tool is for"
)]

mod bench;
mod bindings;
mod check;
mod count;
mod debian;
mod dist;
mod e2e;
mod kills;
mod leftover;
mod model;
mod options;
mod process;
mod real;
mod run;
mod server;
mod setup;
mod step;
mod test;
mod workspace;

use std::process::ExitCode;

use options::Options;
use process::Result;
use workspace::Workspace;

const USAGE: &str = "\
cargo xtask COMMAND [--yes]

  run [--serve] [--release]   sets up, builds and opens Web+; with no display (or --serve) serves the page
  test [STEP...]              everything that CI runs, or only the named steps (test --list names them)
  check                       the quick part: formatting, Clippy, ESLint, types
  setup                       installs what building and testing need, and nothing else
  bindings [--check]          writes ui/src/api/generated.ts from the method table, or compares it
  e2e [browser|window] [NAME] the journeys in a real browser and in the real desktop window
  bench [NAME...]             figures, as JSON lines on standard output
  kills [--double]            ends Web+ 200 times in an answer and at every boundary of a run; writes tests/kill-matrix.md
  kills --answers             the 200 answers only
  kills --soak [SECONDS]      kills many runs at random, sets their clock, fills their disk
  real [--templates DIR] [--model FILE]
                              renders the chat templates of real models; holds what a second model takes against the estimate
  dist [--vulkan]             a package for this system; with --vulkan its engine uses the GPU (README: what that needs)

--yes  don't ask before system packages are installed with sudo (CI=true means the same)";

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let command = arguments.next().unwrap_or_default();
    let options = Options::parse(arguments);
    match dispatch(&command, &options) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            if !failure.was_said() {
                eprintln!("\n{failure}");
            }
            ExitCode::FAILURE
        }
    }
}

fn dispatch(command: &str, options: &Options) -> Result<()> {
    let workspace = Workspace::find()?;
    match command {
        "run" => run::run(&workspace, options),
        "test" => test::test(&workspace, options),
        "check" => check::check(&workspace, options),
        "setup" => setup::prepare(&workspace, setup::Purpose::Test, options),
        "bindings" => bindings::bindings(&workspace, options),
        "e2e" => e2e::e2e(&workspace, options),
        "bench" => bench::bench(&workspace, options),
        "kills" => kills::kills(&workspace, options),
        "real" => real::real(&workspace, options),
        "dist" => dist::dist(&workspace, options),
        "" | "help" | "-h" | "--help" => {
            println!("{USAGE}");
            Ok(())
        }
        other => Err(format!("There is no command `{other}`.\n\n{USAGE}").into()),
    }
}
