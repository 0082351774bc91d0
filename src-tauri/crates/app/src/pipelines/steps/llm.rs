//! `llm`: a question, an answer.

use std::collections::BTreeMap;

use domain::{ErrorCode, FinishReason};
use pipeline::Schema;
use serde_json::Value;

use super::{
    Answer, StepCall, StepEnd, StepError,
    answer::{diff_in, json_in},
    ask::{ask, resolve, usage},
    config::Config,
    prompt,
    structured::{Fitting, Wanted, fitting},
    values::{excerpt, schema},
};
use crate::pipelines::step::RetryReason;

pub(super) async fn run(call: StepCall) -> Answer {
    let config = Config::new(&call.input);
    let question = prompt::question(config)?;
    let wanted = wanted(&call, config)?;
    let resolved = resolve(&call, config.text("model")?).await?;
    let model = Value::from(resolved.model.id.to_string());
    let mut values = BTreeMap::from([("model".to_owned(), model)]);
    let calls = if let Some(wanted) = wanted {
        let Fitting { value, text, calls } = fitting(&call, &resolved, question, &wanted).await?;
        values.insert("text".to_owned(), text.into());
        values.insert("json".to_owned(), value);
        calls
    } else {
        let answered = ask(&call, &resolved, question).await?;
        let calls = vec![answered.call];
        if answered.text.trim().is_empty() {
            return Err(StepError { calls, ..empty(&resolved.model.name, answered.finish) });
        }
        values.insert("text".to_owned(), answered.text.into());
        values.insert("json".to_owned(), Value::Null);
        calls
    };
    values.insert("usage".to_owned(), usage(&calls));
    if let Err(error) = own_ports(&call, &mut values) {
        return Err(StepError { calls, ..error });
    }
    Ok(StepEnd::Done { port: "ok".to_owned(), values, calls, vars: BTreeMap::new() })
}

/// `response`: `{"schema_ref", "repair"}` or `{"schema", "repair"}`.
fn wanted(call: &StepCall, config: Config<'_>) -> Result<Option<Wanted>, StepError> {
    let Some(response) = config.value("response") else { return Ok(None) };
    let named = response.get("schema_ref").or_else(|| response.get("schema"));
    let Some(named) = named else {
        return Err(StepError::invalid(
            "\"response\" must say which schema: {\"schema_ref\": \"#/schemas/NAME\"}.",
        ));
    };
    Wanted::read(Config::new(response), schema(&call.definition, named)?, 1).map(Some)
}

fn empty(model: &str, finish: FinishReason) -> StepError {
    let why = match finish {
        FinishReason::Length => {
            "it thought until the most tokens that an answer may have; raise \"max_tokens\""
        }
        FinishReason::Refusal => "it, or its provider's filter, refused; change the prompt",
        _ => "try again, or choose another model",
    };
    StepError {
        reason: RetryReason::InvalidOutput,
        ..StepError::new(ErrorCode::ProviderBadReply, format!("{model} gave an empty answer: {why}."))
    }
}

/// The ports that the definition adds: a diff, JSON of a schema, or the text.
fn own_ports(call: &StepCall, values: &mut BTreeMap<String, Value>) -> Result<(), StepError> {
    let text = values.get("text").and_then(Value::as_str).unwrap_or_default().to_owned();
    for (port, kind) in &call.node.outputs {
        if ["usage", "model"].contains(&port.as_str()) {
            continue;
        }
        let value =
            match kind.split_once(':').map_or((kind.as_str(), None), |(kind, name)| (kind, Some(name))) {
                ("diff", _) => Value::String(diff_in(&text)),
                ("json", name) => {
                    let value = match values.get("json") {
                        Some(value) if !value.is_null() => value.clone(),
                        _ => json_in(&text).map_err(|fault| unfit(&text, &fault))?,
                    };
                    if let Some(named) = name.and_then(|name| call.definition.schemas.get(name)) {
                        let faults = Schema::compile(named).map_err(StepError::invalid)?.faults(&value);
                        if !faults.is_empty() {
                            return Err(unfit(&text, &faults.join(" ")));
                        }
                    }
                    value
                }
                _ if port == "text" || port == "json" => continue,
                _ => Value::String(text.clone()),
            };
        values.insert(port.clone(), value);
    }
    Ok(())
}

fn unfit(text: &str, fault: &str) -> StepError {
    StepError {
        reason: RetryReason::InvalidOutput,
        output: Some(text.into()),
        ..StepError::new(
            ErrorCode::ProviderBadReply,
            format!(
                "The answer doesn't fit what is asked for: {} Add \"response\" with repairs, or change the prompt.",
                excerpt(fault, 300)
            ),
        )
    }
}
