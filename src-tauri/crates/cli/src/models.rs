//! `webplus models …`

use std::process::ExitCode;

use app::models::ModelList;
use domain::{ErrorCode, Model, ModelState};
use serde_json::{Value, json};

use crate::{arguments::Models, door::Door, failure::Failure, output::Output};

pub(crate) async fn run(door: &Door, command: Models, output: &Output) -> Result<ExitCode, Failure> {
    match command {
        Models::List => list(door, output).await?,
        Models::Import { file } => {
            let path = std::path::absolute(&file)
                .map_err(|error| Failure::invalid(format!("{} can't be found: {error}.", file.display())))?;
            let handle = door.choose(path).await?;
            let model: Model = door.call("model/import", json!({ "handle": handle })).await?;
            output.sentence(&format!("{} is ready: {}", model.name, model.id))?;
            output.json(&json!({ "model": model.id }))?;
        }
        Models::Remove { model } => {
            let _: Value = door.call("model/remove", json!({ "id": model })).await?;
            output.sentence(&format!("{model} is removed."))?;
            output.json(&json!({ "removed": model }))?;
        }
        Models::Start { model, context } => {
            if !door.outlives_us() {
                return Err(Failure {
                    code: ErrorCode::EngineUnavailable,
                    message: "No Web+ is running that could keep the model in memory. Open Web+, or run webplus serve, and try again.".to_owned(),
                });
            }
            let mut params = json!({ "id": model });
            if let Some(context) = context {
                params["context"] = json!(context);
            }
            let model: Model = door.call("model/start", params).await?;
            output.sentence(&format!("{} is {}.", model.id, state(&model.state)))?;
            output.json(&json!({ "model": model.id, "state": model.state }))?;
        }
        Models::Stop { model } => {
            let _: Value = door.call("model/stop", json!({ "id": model })).await?;
            output.sentence(&format!("{model} is no longer in memory."))?;
            output.json(&json!({ "stopped": model }))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

async fn list(door: &Door, output: &Output) -> Result<(), Failure> {
    let list: ModelList = door.call("model/list", json!({ "refresh": true })).await?;
    let width = list.models.iter().map(|model| model.id.to_string().len()).max().unwrap_or_default();
    for model in &list.models {
        output.json(&serde_json::to_value(model).unwrap_or_default())?;
        output.sentence(&format!("{:width$}  {}", model.id.to_string(), state(&model.state)))?;
    }
    for problem in &list.problems {
        output.aside(&format!("{}: {}", problem.provider, problem.message));
    }
    if list.models.is_empty() && list.problems.is_empty() {
        output
            .aside("There are no models yet. Add one: webplus models import FILE, or webplus providers add.");
    }
    Ok(())
}

fn state(state: &ModelState) -> String {
    let gib = |bytes: u64| bytes as f64 / f64::from(1 << 30);
    match state {
        ModelState::Remote => "remote".to_owned(),
        ModelState::Pulling { completed, total } if *total > 0 => {
            format!("pulling {} %", completed * 100 / total)
        }
        ModelState::Pulling { .. } => "pulling".to_owned(),
        ModelState::OnDisk => "on disk".to_owned(),
        ModelState::Loading { progress } => format!("loading {:.0} %", progress * 100.0),
        ModelState::Loaded { memory: 0, context } => format!("loaded, {context} tokens of context"),
        ModelState::Loaded { memory, context } => {
            format!("loaded, {:.1} GiB, {context} tokens of context", gib(*memory))
        }
        ModelState::Damaged { reason } => format!("damaged: {reason}"),
    }
}
