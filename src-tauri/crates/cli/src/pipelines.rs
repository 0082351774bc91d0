//! `webplus pipelines …`

use std::process::ExitCode;

use domain::Timestamp;
use serde_json::{Value, json};

use crate::{
    arguments::Pipelines,
    door::Door,
    failure::Failure,
    output::Output,
    run::{from_file, told},
};

pub(crate) async fn run(door: &Door, command: Pipelines, output: &Output) -> Result<ExitCode, Failure> {
    match command {
        Pipelines::List => {
            let pipelines: Vec<Value> = door.call("pipeline/list", json!({})).await?;
            for pipeline in &pipelines {
                output.json(pipeline)?;
                let last = pipeline["lastRun"]["status"].as_str().unwrap_or("never run");
                let faults = pipeline["faults"].as_u64().unwrap_or(0);
                let state = if faults > 0 { format!("{faults} faults") } else { last.to_owned() };
                output.sentence(&format!(
                    "{:24} {:14} {}",
                    word(&pipeline["id"]),
                    state,
                    word(&pipeline["name"])
                ))?;
            }
        }
        Pipelines::Show { id } => {
            let view: Value = door.call("pipeline/get", json!({ "id": id })).await?;
            output.json(&view)?;
            output.sentence(&format!("{} ({})", word(&view["name"]), word(&view["id"])))?;
            if let Some(version) = view["version"].as_u64() {
                output.sentence(&format!("Version {version}"))?;
            }
            needs(&view["requires"], output)?;
            for fault in view["faults"].as_array().into_iter().flatten() {
                output.sentence(&format!("{}: {}", word(&fault["place"]), word(&fault["message"])))?;
            }
        }
        Pipelines::Import { file, allow } => {
            let source = match from_file(door, &file).await? {
                Ok(source) => source,
                Err(invalid) => return told(&invalid, output),
            };
            let mut view: Value =
                door.call("pipeline/save", json!({ "definition": source.definition })).await?;
            if !allow.is_empty() {
                let allow: Vec<&str> = allow.iter().map(|allowed| allowed.wire()).collect();
                view =
                    door.call("pipeline/allow", json!({ "id": view["id"], "capabilities": allow })).await?;
            }
            output.json(&view)?;
            output.sentence(&format!("{} is kept: {}", word(&view["name"]), word(&view["id"])))?;
            needs(&view["requires"], output)?;
        }
        Pipelines::Export { id, pins } => {
            let file: Value = door.call("pipeline/export", json!({ "id": id, "pins": pins })).await?;
            output.json(&file["definition"])?;
            let text = serde_json::to_string_pretty(&file["definition"]).unwrap_or_default();
            output.sentence(&text)?;
        }
        Pipelines::Files => files(&door.call::<Vec<Value>>("pipeline/files", json!({})).await?, output)?,
        Pipelines::Watch { folders } => {
            // Whoever does it may work in another folder.
            let whole: Vec<_> = folders
                .iter()
                .map(|folder| folder.canonicalize().unwrap_or_else(|_| folder.clone()))
                .collect();
            let all: Vec<Value> = door.call("pipeline/watch", json!({ "folders": whole })).await?;
            files(&all, output)?;
        }
        Pipelines::Schema => {
            let schema: Value = door.call("pipeline/schema", json!({})).await?;
            output.json(&schema["value"])?;
            output.sentence(&serde_json::to_string_pretty(&schema["value"]).unwrap_or_default())?;
        }
        Pipelines::Remove { id } => {
            let _: Value = door.call("pipeline/delete", json!({ "id": id })).await?;
            output.json(&json!({ "removed": id }))?;
            output.sentence(&format!("{id} is removed. Its runs are kept."))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn files(folders: &[Value], output: &Output) -> Result<(), Failure> {
    for folder in folders {
        output.json(folder)?;
        output.sentence(word(&folder["path"]))?;
        if let Some(problem) = folder["problem"].as_str() {
            output.sentence(&format!("  {problem}"))?;
        }
        for file in folder["files"].as_array().into_iter().flatten() {
            output.sentence(&format!("  {:24} {}", word(&file["pipelineId"]), word(&file["path"])))?;
            if let Some(problem) = file["problem"]["message"].as_str() {
                output.sentence(&format!("    {problem}"))?;
            }
        }
    }
    Ok(())
}

fn needs(requires: &Value, output: &Output) -> Result<(), Failure> {
    for (name, what) in [("models", "Models"), ("secrets", "Secrets"), ("capabilities", "Must be allowed")] {
        let all: Vec<&str> =
            requires[name].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        if !all.is_empty() {
            output.sentence(&format!("{what}: {}", all.join(", ")))?;
        }
    }
    Ok(())
}

pub(crate) fn word(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// How long something took, or nothing.
pub(crate) fn took(from: Option<Timestamp>, to: Option<Timestamp>) -> String {
    match (from, to) {
        (Some(from), Some(to)) => format!("{:.1} s", (to.millis() - from.millis()) as f64 / 1000.0),
        _ => String::new(),
    }
}
