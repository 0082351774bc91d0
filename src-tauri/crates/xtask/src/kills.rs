//! `kill -9` at every named boundary of a run, and what came of it as a page; and of answers that are being written, two hundred
//! times at random.
//!
//! The tests do the work (`tests/it/kill_matrix.rs`, `tests/it/kill.rs`); here they get the programs that they kill, and the page's
//! place.

use std::ffi::OsString;

use crate::options::Options;
use crate::process::{Call, Result};
use crate::workspace::Workspace;

/// How long a soak takes unless told, in seconds.
const SOAK: &str = "240";
/// How often answers are killed.
const ANSWERS: &str = "200";

/// One run of tests.
#[derive(Debug, PartialEq)]
struct Round {
    test: &'static str,
    ignored: bool,
    variables: Vec<(&'static str, OsString)>,
}

impl Round {
    fn of(test: &'static str, variables: Vec<(&'static str, OsString)>) -> Self {
        Self { test, ignored: false, variables }
    }
}

/// Kills answers two hundred times and runs at each boundary once, with `--double` a second time in each recovery too, and
/// writes `tests/kill-matrix.md`. With `--answers` only the answers are killed; with `--soak [SECONDS]` many runs, at random
/// moments.
pub(crate) fn kills(workspace: &Workspace, options: &Options) -> Result<()> {
    let rounds = plan(&options.rest, workspace.root.join("tests").join("kill-matrix.md").into())?;
    // The test with them, so that both are built with one set of features.
    let built = ["build", "--workspace", "--bins", "--test", "it", "--locked"];
    Call::new("cargo").args(built).dir(&workspace.root).run()?;
    rounds.into_iter().try_for_each(|Round { test, ignored, variables }| {
        let call = Call::new("cargo")
            .args(["test", "--workspace", "--test", "it", "--locked", test, "--", "--nocapture"])
            .args(ignored.then_some("--ignored"))
            .dir(&workspace.root);
        variables.into_iter().fold(call, |call, (name, value)| call.env(name, value)).run()
    })
}

fn plan(words: &[String], page: OsString) -> Result<Vec<Round>> {
    let answers = Round::of("kill::no_kill", vec![("WEBPLUS_KILLS", ANSWERS.into())]);
    let mut matrix = Round::of("kill_matrix::a_kill", vec![("WEBPLUS_KILL_MATRIX", page)]);
    let mut words = words.iter().map(String::as_str);
    while let Some(word) = words.next() {
        match word {
            "--double" => matrix.variables.push(("WEBPLUS_KILL_TWICE", "1".into())),
            "--answers" => return Ok(vec![answers]),
            "--soak" => {
                let seconds = words.next().unwrap_or(SOAK).into();
                let soak = Round::of("kill_matrix::soak", vec![("WEBPLUS_SOAK_SECONDS", seconds)]);
                return Ok(vec![Round { ignored: true, ..soak }]);
            }
            unknown => {
                return Err(format!(
                    "`cargo xtask kills` knows --double, --answers and --soak SECONDS only, not `{unknown}`."
                )
                .into());
            }
        }
    }
    Ok(vec![answers, matrix])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn planned(words: &[&str]) -> Vec<(&'static str, Vec<(&'static str, OsString)>)> {
        let words: Vec<String> = words.iter().map(ToString::to_string).collect();
        let rounds = plan(&words, "page".into()).unwrap_or_default();
        rounds.into_iter().map(|round| (round.test, round.variables)).collect()
    }

    #[test]
    fn answers_are_killed_two_hundred_times_and_runs_at_every_boundary() {
        let answers = ("kill::no_kill", vec![("WEBPLUS_KILLS", "200".into())]);
        let page = ("WEBPLUS_KILL_MATRIX", "page".into());
        assert_eq!(planned(&[]), [answers.clone(), ("kill_matrix::a_kill", vec![page.clone()])]);
        let twice = ("WEBPLUS_KILL_TWICE", "1".into());
        assert_eq!(planned(&["--double"])[1].1, [page, twice]);
        assert_eq!(planned(&["--answers"]), [answers]);
        assert_eq!(
            planned(&["--soak", "9"]),
            [("kill_matrix::soak", vec![("WEBPLUS_SOAK_SECONDS", "9".into())])]
        );
        assert!(plan(&["--twice".to_owned()], "page".into()).is_err());
    }
}
