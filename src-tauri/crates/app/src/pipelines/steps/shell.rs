//! `shell`: runs a program, argument by argument; there is no shell in between.

use std::{collections::BTreeMap, path::PathBuf};

use domain::ErrorCode;
use pipeline::Capability;
use serde_json::Value;

use super::{
    Answer, StepCall, StepEnd, StepError,
    config::Config,
    report::report,
    values::{excerpt, plain},
};
use crate::pipelines::{
    process::{self, Ended, KEPT, Program},
    roots::Roots,
    secrets,
};

/// How much of an output stands in an error's sentence, in characters.
const TOLD: usize = 400;

pub(super) async fn run(call: StepCall) -> Answer {
    call.allowed.check(Capability::Commands)?;
    let config = Config::new(&call.input);
    let program = Program {
        argv: config.texts("argv")?,
        folder: folder(&call, config).await?,
        environment: environment(&call, config).await?,
        stdin: config.value("stdin").map(|text| plain(text).into_bytes()),
        keep: KEPT,
        offline: offline(&call, config)?,
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
    std::fs::create_dir_all(&folder).map_err(|error| crate::pipelines::roots::unusable(&folder, &error))?;
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

/// Whether it must be kept from the network: that is enforced, or it doesn't start. What nobody enforces here is told.
fn offline(call: &StepCall, config: Config<'_>) -> Result<bool, StepError> {
    let words = config.texts("capabilities")?;
    for word in &words {
        match word.as_str() {
            "net:none" | "net:any" | "fs:any" => {}
            "fs:worktree" | "fs:none" => {
                call.tell.notice(&format!(
                    "This program is not confined to \"{word}\": it can reach every file that you can."
                ));
            }
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
