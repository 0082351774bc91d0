//! `shell`: runs a program, argument by argument; there is no shell in between.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use domain::ErrorCode;
use engine::guard::{Reach, confines_files};
use pipeline::Capability;
use serde_json::Value;

use super::{
    Answer, StepCall, StepEnd, StepError,
    config::Config,
    report::report,
    values::{excerpt, plain},
};
use crate::pipelines::{
    process::{self, Ended, KEPT, Program, USUAL_PATH},
    roots::{Roots, unusable},
    secrets,
};

/// How much of an output stands in an error's sentence, in characters.
const TOLD: usize = 400;

pub(super) async fn run(call: StepCall) -> Answer {
    call.allowed.check(Capability::Commands)?;
    let config = Config::new(&call.input);
    let (folder, mut environment) = (folder(&call, config).await?, environment(&call, config).await?);
    let reach = reach(&call, config, &folder, &mut environment)?;
    let program = Program {
        argv: config.texts("argv")?,
        folder,
        environment,
        stdin: config.value("stdin").map(|text| plain(text).into_bytes()),
        keep: KEPT,
        offline: offline(config)?,
        reach,
    };
    let name = program.argv.first().cloned().unwrap_or_default();
    let tell = call.tell.clone();
    let mut ended = process::run(&call, program, &move |line| tell.log(line)).await?;
    let (stdout, stderr) = (ended.stdout.text(), ended.stderr.text());
    let reports = call.node.outputs.iter().filter(|(_, kind)| *kind == "test_report");
    let reports: Vec<String> = reports.map(|(port, _)| port.clone()).collect();
    // Tests that fail are what a report is for.
    let fine = ended.code == Some(0)
        || (ended.code.is_some() && (config.flag("allow_failure")? || !reports.is_empty()));
    if !fine {
        return Err(failed(&name, &ended, &stdout, &stderr));
    }
    let code = ended.code.unwrap_or_default();
    let mut values = BTreeMap::from([
        ("stdout".to_owned(), Value::from(stdout.clone())),
        ("stderr".to_owned(), Value::from(stderr.clone())),
        ("code".to_owned(), Value::from(code)),
    ]);
    for port in reports {
        values.insert(port, report(&stdout, &stderr, code));
    }
    for (port, kind) in call.node.outputs.iter().filter(|(_, kind)| kind.starts_with("json")) {
        let value = serde_json::from_str(&stdout).map_err(|error| {
            StepError::new(
                ErrorCode::InvalidInput,
                format!("\"{port}\" is {kind}, but what {name} wrote is not JSON ({error})."),
            )
        })?;
        values.insert(port.clone(), value);
    }
    Ok(StepEnd::Done { port: "ok".to_owned(), values, calls: Vec::new(), vars: BTreeMap::new() })
}

/// Where it works: a folder of the run, or a folder of its own that is nobody else's.
async fn folder(call: &StepCall, config: Config<'_>) -> Result<PathBuf, StepError> {
    if let Some(cwd) = config.optional_text("cwd")?.filter(|cwd| !cwd.is_empty()) {
        return Roots::of(call).await.folder(cwd);
    }
    let folder = call.app.options.data_dir.join("worktrees").join(call.run.to_string()).join("commands");
    std::fs::create_dir_all(&folder).map_err(|error| unusable(&folder, &error))?;
    Ok(folder)
}

async fn environment(call: &StepCall, config: Config<'_>) -> Result<Vec<(String, String)>, StepError> {
    let mut environment = Vec::new();
    for (name, value) in config.map("env")?.into_iter().flatten() {
        if name.is_empty() || name.contains(['=', '\0']) {
            return Err(StepError::invalid(format!(
                "\"{name}\" can't be the name of a variable. Correct \"env\"."
            )));
        }
        environment
            .push((name.clone(), secrets::resolve(call, &plain(value), &secrets::Towards::Commands).await?));
    }
    Ok(environment)
}

/// Which files it reaches: of "fs:worktree" what is in the folder that it works in, of "fs:none" nothing of the person's at all.
/// What the system doesn't enforce is told.
fn reach(
    call: &StepCall,
    config: Config<'_>,
    folder: &Path,
    environment: &mut Vec<(String, String)>,
) -> Result<Option<Reach>, StepError> {
    let words = config.texts("capabilities")?;
    let Some(word) = words.iter().find(|word| matches!(word.as_str(), "fs:worktree" | "fs:none")) else {
        return Ok(None);
    };
    if !confines_files() {
        call.tell.caution(&format!(
            "This program is not confined to \"{word}\": it can reach every file that you can."
        ));
        return Ok(None);
    }
    let mut write = Vec::new();
    if word == "fs:worktree" {
        write.push(folder.to_owned());
        // The system's own is everybody's.
        let temporary = call.app.options.data_dir.join("worktrees").join(call.run.to_string()).join("tmp");
        std::fs::create_dir_all(&temporary).map_err(|error| unusable(&temporary, &error))?;
        if environment.iter().all(|(name, _)| name != "TMPDIR") {
            environment.push(("TMPDIR".to_owned(), temporary.to_string_lossy().into_owned()));
        }
        write.push(temporary);
    }
    // Where its programs are: what the person put into the variable stands there for that.
    let path =
        environment.iter().find(|(name, _)| name == "PATH").map_or(USUAL_PATH, |(_, path)| path.as_str());
    let read = std::env::split_paths(path).chain(config.texts("argv")?.first().map(PathBuf::from));
    let read: Vec<PathBuf> = read.filter(|place| place.is_absolute()).collect();
    Ok(Some(Reach::of(read, write)))
}

/// Whether it must be kept from the network: that is enforced, or it doesn't start.
fn offline(config: Config<'_>) -> Result<bool, StepError> {
    let words = config.texts("capabilities")?;
    for word in &words {
        match word.as_str() {
            "net:none" | "net:any" | "fs:any" | "fs:worktree" | "fs:none" => {}
            other => {
                return Err(StepError::invalid(format!(
                    "There is no capability \"{other}\". Use fs:worktree, fs:none, net:none or net:any."
                )));
            }
        }
    }
    Ok(words.iter().any(|word| word == "net:none"))
}

fn failed(name: &str, ended: &Ended, stdout: &str, stderr: &str) -> StepError {
    let said = [stderr, stdout].into_iter().map(str::trim).find(|text| !text.is_empty()).unwrap_or_default();
    let characters = said.chars().count();
    let tail: String = said.chars().skip(characters.saturating_sub(TOLD)).collect();
    let how = match (ended.code, ended.signal) {
        (Some(code), _) => format!("ended with code {code}"),
        (None, Some(signal)) => format!("was ended by signal {signal}"),
        (None, None) => "ended without saying how".to_owned(),
    };
    let message = if tail.is_empty() {
        format!("{name} {how}.")
    } else {
        format!("{} {how}: {tail}", excerpt(name, 80))
    };
    StepError {
        output: Some(serde_json::json!({"code": ended.code, "stdout": stdout, "stderr": stderr})),
        ..StepError::new(ErrorCode::Conflict, message)
    }
}
