//! `json`: parses, reshapes, checks.

use std::collections::BTreeMap;

use domain::ErrorCode;
use pipeline::Schema;
use serde_json::Value;

use super::{
    Answer, StepCall, StepEnd, StepError,
    answer::json_in,
    config::Config,
    values::{plain, schema},
};
use crate::pipelines::{
    step::RetryReason,
    worker::{self, Job, Outcome},
};

pub(super) async fn run(call: StepCall) -> Answer {
    let config = Config::new(&call.input);
    let given = match config.value("text") {
        Some(text) => json_in(&plain(text)).map_err(|fault| unfit(&fault))?,
        None => config
            .needed("value")
            .map_err(|_| StepError::invalid("There is nothing to work on. Fill in \"text\" or \"value\"."))?
            .clone(),
    };
    let value = match config.optional_text("query")?.filter(|query| !query.trim().is_empty()) {
        None => given,
        Some(query) => {
            reshaped(&call, query, given, config.optional_text("results")?.unwrap_or("auto")).await?
        }
    };
    if let Some(named) = config.value("schema") {
        let schema = Schema::compile(&schema(&call.definition, named)?).map_err(StepError::invalid)?;
        let faults = schema.faults(&value);
        if !faults.is_empty() {
            return Err(unfit(&faults.join(" ")));
        }
    }
    let mut values = BTreeMap::from([
        ("text".to_owned(), Value::from(serde_json::to_string_pretty(&value).unwrap_or_default())),
        ("json".to_owned(), value.clone()),
    ]);
    for port in call.node.outputs.keys().filter(|port| !["json", "text"].contains(&port.as_str())) {
        values.insert(port.clone(), value.clone());
    }
    Ok(StepEnd::Done { port: "ok".to_owned(), values, calls: Vec::new(), vars: BTreeMap::new() })
}

async fn reshaped(call: &StepCall, query: &str, input: Value, results: &str) -> Result<Value, StepError> {
    let job = Job::Jq { program: query.to_owned(), input };
    match worker::run(&call.app, &job, &call.cancel).await? {
        Outcome::Done { mut values, .. } => match (results, values.len()) {
            ("all", _) => Ok(values.into()),
            ("first" | "auto", 0) => Ok(Value::Null),
            ("first", _) | ("auto", 1) => Ok(values.swap_remove(0)),
            ("auto", _) => Ok(values.into()),
            _ => Err(StepError::invalid("\"results\" must be auto, first or all.")),
        },
        Outcome::Failed { message, .. } => {
            Err(StepError::invalid(format!("The jq program failed: {message}. Correct \"query\".")))
        }
    }
}

fn unfit(fault: &str) -> StepError {
    StepError {
        reason: RetryReason::InvalidOutput,
        ..StepError::new(ErrorCode::InvalidInput, format!("The JSON doesn't fit: {fault}"))
    }
}
