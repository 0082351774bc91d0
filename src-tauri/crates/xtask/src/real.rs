//! Tests of what real models bring along, on files that the person names: chat templates, and what a second model takes of memory.
//!
//! Not part of `cargo xtask test`, because nothing fetches these: llama.cpp's own repository has some seventy templates in
//! `models/templates`; any GGUF with sliding windows of attention (Gemma 3) does for the model.

use std::env;
use std::ffi::OsString;
use std::path::PathBuf;

use crate::model;
use crate::options::Options;
use crate::process::{Call, Result};
use crate::workspace::Workspace;

/// One run of tests.
#[derive(Debug, PartialEq)]
struct Round {
    target: &'static [&'static str],
    test: &'static str,
    variable: &'static str,
    value: PathBuf,
}

/// Renders the templates below `--templates DIR`, and holds what `--model FILE` takes against what was reckoned.
pub(crate) fn real(workspace: &Workspace, options: &Options) -> Result<()> {
    let rounds = plan(&options.rest)?;
    for Round { value, .. } in &rounds {
        if !value.exists() {
            return Err(format!("There is no {}.", value.display()).into());
        }
    }
    let built = ["build", "--workspace", "--all-targets", "--locked"];
    Call::new("cargo").args(built).dir(&workspace.root).run()?;
    let small = model::small_model().map(OsString::from);
    for Round { target, test, variable, value } in rounds {
        let call = Call::new("cargo")
            .args(["test", "--workspace", "--locked"])
            .args(target)
            .args([test, "--", "--nocapture"])
            .dir(&workspace.root)
            .env("WEBPLUS_RUNNER", workspace.executable(false, "webplus-runner"))
            .env(variable, value);
        let call = small.iter().fold(call, |call, file| call.env("WEBPLUS_TEST_MODEL", file));
        call.run()?;
    }
    Ok(())
}

fn plan(words: &[String]) -> Result<Vec<Round>> {
    const USAGE: &str =
        "`cargo xtask real` wants --templates DIR (of *.jinja files), --model FILE (a GGUF), or both";
    let here = env::current_dir().unwrap_or_default();
    let mut rounds = Vec::new();
    let mut words = words.iter();
    while let Some(word) = words.next() {
        let (target, test, variable): (&[&str], _, _) = match word.as_str() {
            "--templates" => (&["--bins"], "the_templates_of_real_models_render", "WEBPLUS_TEST_TEMPLATES"),
            "--model" => {
                (&["--test", "estimate"], "the_runner_takes_what_was_reckoned", "WEBPLUS_TEST_SECOND_MODEL")
            }
            unknown => return Err(format!("{USAGE}, not `{unknown}`.").into()),
        };
        let value = words.next().ok_or_else(|| format!("{USAGE}; `{word}` names none."))?;
        // Tests run in the folders of their crates.
        rounds.push(Round { target, test, variable, value: here.join(value) });
    }
    if rounds.is_empty() { Err(format!("{USAGE}.").into()) } else { Ok(rounds) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn planned(words: &[&str]) -> Option<Vec<(&'static str, bool)>> {
        let words: Vec<String> = words.iter().map(ToString::to_string).collect();
        let rounds = plan(&words).ok()?;
        Some(rounds.into_iter().map(|round| (round.variable, round.value.is_absolute())).collect())
    }

    #[test]
    fn each_thing_that_is_named_is_tested() {
        assert_eq!(planned(&["--templates", "t"]), Some(vec![("WEBPLUS_TEST_TEMPLATES", true)]));
        let both = planned(&["--model", "m.gguf", "--templates", "t"]);
        assert_eq!(both, Some(vec![("WEBPLUS_TEST_SECOND_MODEL", true), ("WEBPLUS_TEST_TEMPLATES", true)]));
        assert_eq!([planned(&[]), planned(&["--model"]), planned(&["t"])], [None, None, None]);
    }
}
