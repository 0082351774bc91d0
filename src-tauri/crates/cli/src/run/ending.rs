//! How a run that is over, or rests, is told, and the exit status that goes with it.

use std::process::ExitCode;

use domain::{RunId, RunStatus};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use crate::{door::Door, failure::Failure, output::Output};

/// The run failed, or was cancelled.
const FAILED: u8 = 1;
/// It waits for a person.
const WAITS: u8 = 3;
/// It was interrupted, as a shell tells it.
const INTERRUPTED: u8 = 130;

pub(crate) fn parsed<T: DeserializeOwned>(value: &Value) -> Result<T, Failure> {
    serde_json::from_value(value.clone())
        .map_err(|error| Failure::new(format!("The answer can't be read: {error}.")))
}

/// The last line, and how the command ends.
pub(super) async fn tell(door: &Door, view: &Value, output: &Output) -> Result<ExitCode, Failure> {
    let run: domain::Run = parsed(&view["run"])?;
    let mut line = json!({ "type": "run", "id": run.id, "run": run.id, "status": run.status, "outputs": {} });
    let code = match run.status {
        RunStatus::Succeeded => {
            let outputs = outputs(door, run.id, view).await?;
            print(&outputs, output)?;
            line["outputs"] = Value::Object(outputs);
            0
        }
        RunStatus::Failed => {
            let message = run.error_message.unwrap_or_else(|| "The run failed.".to_owned());
            output.aside(&message);
            output.aside(&format!("See what happened with: webplus runs show {}", run.id));
            line["error"] = json!({ "code": run.error_code, "message": message });
            FAILED
        }
        RunStatus::Cancelled => {
            output.aside("The run was cancelled.");
            FAILED
        }
        RunStatus::Paused => {
            let reason = run.reason.unwrap_or_else(|| "The run is paused.".to_owned());
            output.aside(&format!("{reason} Go on with: webplus run --resume {}", run.id));
            line["reason"] = json!(reason);
            WAITS
        }
        RunStatus::Queued | RunStatus::Running | RunStatus::Waiting => {
            let waiting = waiting(door, view).await?;
            for (run, step) in &waiting {
                output.aside(&asked(run, step));
            }
            line["waiting"] = waiting.into_iter().map(|(_, step)| step).collect();
            WAITS
        }
    };
    output.json(&line)?;
    Ok(ExitCode::from(code))
}

/// After Ctrl-C: nothing new is begun, and the run stays for later.
pub(super) async fn interrupted(door: &Door, run: RunId, output: &Output) -> Result<ExitCode, Failure> {
    let paused: Result<Value, Failure> = door.call("run/pause", json!({ "id": run })).await;
    let status = paused.ok().map_or(Value::Null, |run| run["status"].clone());
    output.aside(&format!(
        "The run is paused; what it finished is kept. Go on with: webplus run --resume {run}"
    ));
    output.json(&json!({ "type": "run", "id": run, "run": run, "status": status, "outputs": {} }))?;
    Ok(ExitCode::from(INTERRUPTED))
}

/// What the run gave back, whole.
async fn outputs(door: &Door, run: RunId, view: &Value) -> Result<Map<String, Value>, Failure> {
    let mut outputs = Map::new();
    for (name, preview) in view["outputs"].as_object().into_iter().flatten() {
        let mut value = preview["preview"].clone();
        let from = view["definition"]["outputs"][name]["from"].as_str().and_then(|from| from.split_once('.'));
        if preview["truncated"] == true
            && let Some((node, port)) = from
        {
            let params = json!({ "id": run, "scope": "", "node": node, "port": port });
            let whole: Value = door.call("run/value", params).await?;
            value = whole["value"].clone();
        }
        outputs.insert(name.clone(), value);
    }
    Ok(outputs)
}

/// For people: the only output as it is, several by name.
fn print(outputs: &Map<String, Value>, output: &Output) -> Result<(), Failure> {
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    if let (1, Some(value)) = (outputs.len(), outputs.values().next()) {
        return Ok(output.sentence(&text(value))?);
    }
    for (name, value) in outputs {
        output.sentence(&format!("{name}: {}", text(value)))?;
    }
    Ok(())
}

/// Steps that wait for a person, with their runs: this one's, and those of runs that it waits for.
async fn waiting(door: &Door, view: &Value) -> Result<Vec<(String, Value)>, Failure> {
    let (mut found, mut open) = (Vec::new(), vec![view.clone()]);
    while let Some(view) = open.pop() {
        let run = view["run"]["id"].as_str().unwrap_or_default().to_owned();
        for step in view["waiting"].as_array().into_iter().flatten() {
            match (step["kind"].as_str(), &step["runId"]) {
                (Some("run"), Value::String(inner)) => {
                    open.push(door.call("run/get", json!({ "id": inner })).await?);
                }
                (Some("human" | "decision"), _) => found.push((run.clone(), step.clone())),
                _ => {}
            }
        }
    }
    Ok(found)
}

/// What is asked, and how to answer.
pub(crate) fn asked(run: &str, step: &Value) -> String {
    let (scope, node) =
        (step["scope"].as_str().unwrap_or_default(), step["node"].as_str().unwrap_or_default());
    let name = if scope.is_empty() { node.to_owned() } else { format!("{scope}/{node}") };
    let question = step["question"].as_str().unwrap_or("It waits.");
    if step["kind"] == "decision" {
        return format!(
            "{name}: {question} Say what became of it with: webplus runs decide {run} done|retry|fail --step {name}"
        );
    }
    let answers: Vec<&str> =
        step["answers"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let answers = if answers.is_empty() { "ANSWER".to_owned() } else { answers.join("|") };
    let (mut exact, mut about) = (String::new(), String::new());
    if let (Some(shown), Some(bound)) = (step["exact"].as_str(), step["about"].as_str()) {
        (exact, about) = (format!("\n\n{shown}\n\n"), format!(" --about {bound}"));
    }
    format!("{name}: {question}{exact} Answer with: webplus runs answer {run} {answers} --step {name}{about}")
}
