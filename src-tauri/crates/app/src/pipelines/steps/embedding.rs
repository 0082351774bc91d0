//! `embedding`: texts to vectors, by the built-in engine, an Ollama, or anything that speaks OpenAI's protocol.

use std::collections::BTreeMap;

use domain::{Call, ErrorCode};
use serde_json::Value;

use super::{
    Answer, StepCall, StepEnd, StepError,
    ask::{resolve, run_ref, stopped, usage},
    config::Config,
    values::plain,
};
use crate::gateway;

/// How many texts are asked for at a time.
const TOGETHER: usize = 64;
/// The most texts of one step.
const MOST: usize = 10_000;

pub(super) async fn run(call: StepCall) -> Answer {
    let config = Config::new(&call.input);
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
    let resolved = resolve(&call, config.text("model")?).await?;
    let (mut vectors, mut calls): (Vec<Value>, Vec<Call>) = (Vec::new(), Vec::new());
    // Servers take so many at a time; what was paid for goes with an error, too.
    for part in texts.chunks(TOGETHER) {
        let run = run_ref(&call);
        let asked = gateway::embed(&call.app, call.actor, &resolved, run, part.to_vec());
        let (answered, row) = tokio::select! {
            () = call.cancel.cancelled() => return Err(stopped(calls)),
            asked = asked => match asked {
                Ok(asked) => asked,
                Err(error) => return Err(StepError { calls, ..error.into() }),
            },
        };
        calls.push(row);
        match answered {
            Ok(embedded) => vectors.extend(embedded.vectors.into_iter().map(Value::from)),
            Err(error) => return Err(StepError { calls, ..error.into() }),
        }
    }
    let values = BTreeMap::from([
        ("embedding".to_owned(), vectors.first().cloned().unwrap_or_default()),
        ("embeddings".to_owned(), vectors.into()),
        ("usage".to_owned(), usage(&calls)),
    ]);
    Ok(StepEnd::Done { port: "ok".to_owned(), values, calls, vars: BTreeMap::new() })
}
