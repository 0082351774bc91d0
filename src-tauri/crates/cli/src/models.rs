//! `webplus models …`

mod shelf;

use std::process::ExitCode;

use app::models::{ModelList, ModelsRemoved};
use domain::{ErrorCode, Model, ModelState, Provider, ProviderKind};
use serde_json::{Value, json};

use crate::{arguments::Models, door::Door, failure::Failure, output::Output};

pub(crate) async fn run(door: &Door, command: Models, output: &Output) -> Result<ExitCode, Failure> {
    match command {
        Models::List => list(door, output).await?,
        Models::Import { file, to, name } => {
            let path = std::path::absolute(&file)
                .map_err(|error| Failure::invalid(format!("{} can't be found: {error}.", file.display())))?;
            let called = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            let handle = door.choose(path).await?;
            if to != "embedded" {
                let name = name.unwrap_or_else(|| app::models::named_after(&called));
                let params = json!({ "name": name, "handle": handle, "provider": to });
                shelf::follow(door, "model/create", params, output).await?;
                return Ok(ExitCode::SUCCESS);
            }
            if name.is_some() {
                return Err(Failure::invalid(
                    "The built-in engine names models by what their files say. Leave --name out, or give --to ollama.",
                ));
            }
            let model: Model = door.call("model/import", json!({ "handle": handle })).await?;
            output.sentence(&format!("{} is ready: {}", model.name, model.id))?;
            output.json(&json!({ "model": model.id }))?;
        }
        Models::MoveFolder { path, of } => {
            let path = std::path::absolute(&path)
                .map_err(|error| Failure::invalid(format!("{} can't be found: {error}.", path.display())))?;
            let handle = door.choose(path).await?;
            shelf::follow(door, "model/move-folder", json!({ "provider": of, "handle": handle }), output)
                .await?;
        }
        Models::Pull { reference, to } => {
            shelf::follow(door, "model/pull", json!({ "reference": reference, "target": to }), output)
                .await?;
        }
        Models::Repair { model } => {
            shelf::follow(door, "model/repair", json!({ "id": model }), output).await?;
        }
        Models::Show { model } => shelf::show(door, &model, output).await?,
        Models::Copy { model, name } => {
            let copy: Model = door.call("model/copy", json!({ "id": model, "name": name })).await?;
            output.sentence(&format!("{model} is also {} now.", copy.id))?;
            output.json(&json!({ "model": copy.id }))?;
        }
        Models::Space { free } => shelf::space(door, free, output).await?,
        Models::Remove { model } => {
            let removed: ModelsRemoved = door.call("model/remove", json!({ "id": model })).await?;
            output.sentence(&format!("{model} is removed; {} are free now.", shelf::bytes(removed.freed)))?;
            output.json(&json!({ "removed": model, "freed": removed.freed }))?;
        }
        Models::Start { model, context } => {
            if !door.outlives_us() && !stays_elsewhere(door, &model).await? {
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

/// Whether the model's engine goes on after this command: a server elsewhere, or an Ollama that somebody else started.
async fn stays_elsewhere(door: &Door, model: &str) -> Result<bool, Failure> {
    let slug = model.split('/').next().unwrap_or_default();
    let state = crate::ollama::settled(door, &["looking", "starting"]).await?;
    if slug == "ollama" && state["ownership"] == "adopted" {
        return Ok(true);
    }
    let providers: Vec<Provider> = door.call("provider/list", json!({})).await?;
    let Some(provider) = providers.into_iter().find(|provider| provider.slug == slug) else {
        return Ok(false);
    };
    let ours = slug == "ollama" && state["type"] != "off";
    Ok(provider.kind == ProviderKind::Ollama && !ours)
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
        ModelState::Loaded { memory: 0, context, .. } => format!("loaded, {context} tokens of context"),
        ModelState::Loaded { memory, context, .. } => {
            format!("loaded, {:.1} GiB, {context} tokens of context", gib(*memory))
        }
        ModelState::Unloading => "leaving memory".to_owned(),
        ModelState::NotAnswering { message } => format!("not answering: {message}"),
        ModelState::Damaged { reason } => format!("damaged: {reason}"),
    }
}
