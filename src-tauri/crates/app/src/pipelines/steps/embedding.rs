//! `embedding`: texts to vectors, by the built-in engine.

use domain::{ErrorCode, ModelRef};
use serde_json::{Value, json};

use super::{
    Answer, StepCall, StepError,
    ask::stopped,
    config::Config,
    values::{done, plain},
};

/// The most texts of one step.
const MOST: usize = 10_000;

pub(super) async fn run(call: StepCall) -> Answer {
    let config = Config::new(&call.input);
    let model: ModelRef = config
        .text("model")?
        .trim()
        .parse()
        .map_err(|error: domain::ParseModelRefError| StepError::invalid(format!("{error}.")))?;
    let texts: Vec<String> = match config.value("texts") {
        Some(Value::Array(texts)) => texts.iter().map(plain).collect(),
        Some(_) => return Err(StepError::invalid("\"texts\" must be a list of texts.")),
        None => vec![plain(config.needed("text")?)],
    };
    if texts.len() > MOST {
        return Err(StepError::new(
            ErrorCode::TooLarge,
            format!("There are more than {MOST} texts. Embed them in parts, with a map."),
        ));
    }
    if model.provider() != engine::embedded::PROVIDER {
        return Err(StepError::invalid(format!(
            "Embeddings are made by the built-in engine; {model} is at another provider. Choose an embedding model whose name begins with \"{}/\".",
            engine::embedded::PROVIDER
        )));
    }
    let engine = call.app.embedded()?;
    let made = tokio::select! {
        () = call.cancel.cancelled() => return Err(stopped(Vec::new())),
        made = engine.embed(model.name(), texts) => made.map_err(crate::Error::from)?,
    };
    let vectors: Vec<Value> = made.vectors.into_iter().map(Value::from).collect();
    Ok(done([
        ("embedding", vectors.first().cloned().unwrap_or_default()),
        ("embeddings", vectors.into()),
        ("usage", json!({"input": made.tokens, "output": 0, "calls": 1, "cost_nano_usd": 0})),
    ]))
}
