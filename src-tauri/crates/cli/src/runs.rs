//! `webplus runs …`

mod answer;

use std::process::ExitCode;

use domain::{Run, StepRun};
use serde_json::{Value, json};

use crate::{
    arguments::Runs,
    door::Door,
    failure::Failure,
    output::Output,
    pipelines::{took, word},
    run::{self, asked, parsed},
};

pub(crate) async fn command(door: &Door, command: Runs, output: &Output) -> Result<ExitCode, Failure> {
    match command {
        Runs::List { pipeline, limit } => list(door, pipeline, limit, output).await?,
        Runs::Show { run } => show(door, &run, output).await?,
        Runs::Cancel { run } => change(door, "run/cancel", &run, output).await?,
        Runs::Pause { run } => change(door, "run/pause", &run, output).await?,
        Runs::Resume { run } if door.outlives_us() => change(door, "run/resume", &run, output).await?,
        Runs::Resume { run } => return run::go_on(door, &run, output).await,
        Runs::Answer(answer) => return answer::answer(door, answer, output).await,
        Runs::Decide { run, decision, step } => {
            return answer::decide(door, &run, decision, step, output).await;
        }
    }
    Ok(ExitCode::SUCCESS)
}

async fn list(door: &Door, pipeline: Option<String>, limit: u32, output: &Output) -> Result<(), Failure> {
    let mut params = json!({ "limit": limit });
    if let Some(pipeline) = pipeline {
        params["pipelineId"] = json!(pipeline);
    }
    let page: Value = door.call("run/list", params).await?;
    for run in page["items"].as_array().into_iter().flatten() {
        output.json(run)?;
        output.sentence(&format!(
            "{}  {:10} {}",
            word(&run["id"]),
            word(&run["status"]),
            word(&run["pipelineName"])
        ))?;
    }
    Ok(())
}

async fn show(door: &Door, run: &str, output: &Output) -> Result<(), Failure> {
    let view: Value = door.call("run/get", json!({ "id": run })).await?;
    output.json(&view)?;
    let run: Run = parsed(&view["run"])?;
    output.sentence(&format!(
        "{} {} {}",
        run.id,
        word(&view["run"]["status"]),
        took(run.started_at, run.finished_at)
    ))?;
    if let Some(message) = run.error_message.or(run.reason) {
        output.sentence(&message)?;
    }
    for step in view["steps"].as_array().into_iter().flatten() {
        let status = word(&step["status"]).replace('_', " ");
        let step: StepRun = parsed(step)?;
        let name = if step.scope.is_empty() { step.node } else { format!("{}/{}", step.scope, step.node) };
        output.sentence(&format!("  {name:32} {status:12} {}", took(step.started_at, step.finished_at)))?;
    }
    for step in view["waiting"].as_array().into_iter().flatten() {
        if matches!(word(&step["kind"]), "human" | "decision") {
            output.sentence(&asked(&run.id.to_string(), step))?;
        }
    }
    Ok(())
}

/// A change of a run, and how it stands after it.
async fn change(door: &Door, method: &str, run: &str, output: &Output) -> Result<(), Failure> {
    let changed: Value = door.call(method, json!({ "id": run })).await?;
    output.json(&json!({ "run": run, "status": changed["status"] }))?;
    output.sentence(&format!("The run is {}.", word(&changed["status"])))?;
    Ok(())
}
