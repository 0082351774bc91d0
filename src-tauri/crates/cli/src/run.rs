//! `webplus run`: a pipeline from a file or by its id, followed until it ends or needs somebody.

mod ending;
mod follow;
mod inputs;
mod source;

use std::process::ExitCode;

use domain::{ErrorCode, Run, RunId, RunStatus};
use serde_json::{Value, json};

use crate::{
    arguments,
    door::{Door, Events},
    failure::Failure,
    output::Output,
};

pub(crate) use ending::{asked, parsed};
pub(crate) use source::{Invalid, from_file, told};

/// The pipeline or its inputs aren't valid.
pub(crate) const INVALID: u8 = 2;

pub(crate) async fn run(
    door: &Door,
    arguments: arguments::Run,
    output: &Output,
) -> Result<ExitCode, Failure> {
    if let Some(run) = &arguments.resume {
        return go_on(door, run, output).await;
    }
    // Before anything is begun, so that nothing is missed.
    let events = door.events().await?;
    match started(door, &arguments, output).await? {
        Ok(run) => follow(door, events, run.id, output).await,
        Err(invalid) => told(&invalid, output),
    }
}

/// Goes on with a run and follows it.
pub(crate) async fn go_on(door: &Door, run: &str, output: &Output) -> Result<ExitCode, Failure> {
    let events = door.events().await?;
    let run = resumed(door, run).await?;
    follow(door, events, run.id, output).await
}

async fn follow(door: &Door, events: Events, run: RunId, output: &Output) -> Result<ExitCode, Failure> {
    let mut follow = follow::Follow::new(door, events, run, output);
    let ended = tokio::select! {
        ended = follow.until_it_rests() => ended?,
        _ = tokio::signal::ctrl_c() => return ending::interrupted(door, run, output).await,
    };
    ending::tell(door, &ended, output).await
}

/// A run from before, going on.
async fn resumed(door: &Door, run: &str) -> Result<Run, Failure> {
    let found: Value = door.call("run/get", json!({ "id": run })).await?;
    let run: Run = parsed(&found["run"])?;
    if run.status.is_final() {
        return Ok(run);
    }
    match door.call("run/resume", json!({ "id": run.id })).await {
        // It came to its end meanwhile.
        Err(failure) if failure.code == ErrorCode::Conflict => {
            let found: Value = door.call("run/get", json!({ "id": run.id })).await?;
            parsed(&found["run"])
        }
        resumed => resumed,
    }
}

async fn started(
    door: &Door,
    arguments: &arguments::Run,
    output: &Output,
) -> Result<Result<Run, Invalid>, Failure> {
    let named = arguments.pipeline.as_deref().unwrap_or_default();
    let source = match source::find(door, named).await? {
        Ok(source) => source,
        Err(invalid) => return Ok(Err(invalid)),
    };
    for warning in source.warnings() {
        output.aside(&warning);
    }
    let inputs = inputs::read(&source.definition, &arguments.inputs, &arguments.input_files)?;
    let mut params = json!({ "inputs": inputs, "origin": { "type": "command" } });
    if source.is_kept {
        params["pipelineId"] = json!(named);
    } else {
        params["definition"] = source.definition;
    }
    if !arguments.allow.is_empty() {
        params["allow"] = arguments.allow.iter().map(|allowed| allowed.wire()).collect();
    }
    if let Some(key) = &arguments.idempotency_key {
        params["idempotencyKey"] = json!(key);
    }
    let run: Result<Run, Failure> = door.call("run/start", params).await;
    match run {
        // One that was there already under the key may have been cut off.
        Ok(run) if arguments.idempotency_key.is_some() && goes_on(run.status) => {
            Ok(Ok(resumed(door, &run.id.to_string()).await?))
        }
        Ok(run) => Ok(Ok(run)),
        Err(failure) if failure.code == ErrorCode::InvalidInput => {
            Ok(Err(Invalid::sentence(failure.message)))
        }
        Err(failure) => Err(failure),
    }
}

fn goes_on(status: RunStatus) -> bool {
    !status.is_final() && status != RunStatus::Paused
}
