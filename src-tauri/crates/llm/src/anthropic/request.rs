//! The body of /v1/messages.

use domain::{Parameters, Part, ReasoningEffort, Role};
use serde_json::{Map, Value, json};

use super::abilities::{Abilities, Thinking};
use crate::{
    CompletionRequest, Continuation, Error, RequestMessage,
    request::{CONTINUE, role_name},
    schema::{BOUNDS, closed, without},
};

/// The smallest budget of thinking that is taken, in tokens.
const LEAST_BUDGET: u32 = 1_024;

pub(super) fn body(request: &CompletionRequest, abilities: &Abilities) -> Result<Value, Error> {
    let set = &request.parameters;
    let limit = set.max_tokens.unwrap_or_else(|| abilities.default_output());
    let mut body = Map::new();
    let mut put = |name: &str, value: Value| body.insert(name.to_owned(), value);
    put("model", json!(request.model));
    put("max_tokens", json!(limit));
    put("stream", json!(true));
    let system = system(request);
    if !system.is_empty() {
        put("system", json!(system));
    }
    let thinking = thinking(&request.model, set, abilities.thinking, limit)?;
    let thinks = thinking.as_ref().is_some_and(|thinking| thinking["type"].as_str() != Some("disabled"));
    put("messages", messages(request, abilities.prefill && !thinks)?);
    let mut output = Map::new();
    if let (Thinking::Adaptive { .. }, Some(effort)) =
        (abilities.thinking, set.reasoning_effort.and_then(effort_name))
    {
        output.insert("effort".to_owned(), json!(effort));
    }
    if let Some(schema) = &set.json_schema {
        output.insert(
            "format".to_owned(),
            json!({"type": "json_schema", "schema": closed(without(schema, BOUNDS))}),
        );
    }
    if !output.is_empty() {
        put("output_config", Value::Object(output));
    }
    if let Some(thinking) = thinking {
        put("thinking", thinking);
    }
    if let Some(temperature) = set.temperature {
        put("temperature", json!(temperature));
    }
    if let Some(top_p) = set.top_p {
        put("top_p", json!(top_p));
    }
    if let Some(top_k) = set.top_k {
        put("top_k", json!(top_k));
    }
    if !set.stop.is_empty() {
        put("stop_sequences", json!(set.stop));
    }
    if request.cache_key.is_some() {
        put("cache_control", json!({"type": "ephemeral"}));
    }
    Ok(Value::Object(body))
}

/// The system prompt, with system messages behind it: the protocol has no such role among the messages.
fn system(request: &CompletionRequest) -> String {
    let more =
        request.messages.iter().filter(|message| message.role == Role::System).map(RequestMessage::plain);
    let all = std::iter::once(request.system.clone()).chain(more).filter(|text| !text.trim().is_empty());
    all.collect::<Vec<_>>().join("\n\n")
}

fn messages(request: &CompletionRequest, prefill: bool) -> Result<Value, Error> {
    let mut list: Vec<Value> = Vec::new();
    for message in request.messages.iter().filter(|message| message.role != Role::System) {
        let content: Vec<Value> = message.parts.iter().filter_map(block).collect();
        if !content.is_empty() {
            list.push(json!({"role": role_name(message.role), "content": content}));
        }
    }
    if request.continuation == Continuation::Extend {
        // A trailing message that ends in white space is refused.
        let extends = prefill
            && request.messages.last().is_some_and(|last| {
                last.role == Role::Assistant && !last.plain().ends_with(char::is_whitespace)
            });
        if !extends {
            list.push(json!({"role": "user", "content": [{"type": "text", "text": CONTINUE}]}));
        }
    }
    if list.is_empty() {
        return Err(Error::InvalidRequest("There is no message to answer.".to_owned()));
    }
    Ok(Value::Array(list))
}

/// A part as a content block. Empty texts are refused by the server; reasoning goes back only as it was signed.
fn block(part: &Part) -> Option<Value> {
    match part {
        Part::Text { text } if text.trim().is_empty() => None,
        Part::Text { text } => Some(json!({"type": "text", "text": text})),
        Part::Reasoning { raw: Some(raw), .. }
            if matches!(raw["type"].as_str(), Some("thinking" | "redacted_thinking")) =>
        {
            Some(raw.clone())
        }
        Part::Reasoning { .. } | Part::Run { .. } => None,
    }
}

fn thinking(model: &str, set: &Parameters, ability: Thinking, limit: u32) -> Result<Option<Value>, Error> {
    let Some(effort) = set.reasoning_effort else { return Ok(None) };
    let thinking = match (ability, effort) {
        (Thinking::None, _) => return Ok(None),
        (Thinking::Adaptive { always: true }, ReasoningEffort::None) => {
            return Err(Error::InvalidRequest(format!(
                "{model} always reasons. Choose a low reasoning effort, or another model."
            )));
        }
        (_, ReasoningEffort::None) => return Ok(Some(json!({"type": "disabled"}))),
        (Thinking::Adaptive { .. }, _) => json!({"type": "adaptive", "display": "summarized"}),
        (Thinking::Budget, _) => {
            let wanted = match effort {
                ReasoningEffort::High => 24_576,
                ReasoningEffort::Medium => 8_192,
                ReasoningEffort::Low | ReasoningEffort::None => 2_048,
            };
            // The budget is part of the limit, and something must be left for the answer.
            let budget = wanted.min(limit / 2).max(LEAST_BUDGET);
            if limit <= budget {
                return Err(Error::InvalidRequest(format!(
                    "{model} needs a limit of more than {LEAST_BUDGET} tokens to reason. Raise it, or choose no reasoning."
                )));
            }
            json!({"type": "enabled", "budget_tokens": budget})
        }
    };
    if set.temperature.is_some() || set.top_k.is_some() {
        return Err(Error::InvalidRequest(format!(
            "{model} takes no temperature and no top-k while it reasons. Remove them, or choose no reasoning."
        )));
    }
    Ok(Some(thinking))
}

fn effort_name(effort: ReasoningEffort) -> Option<&'static str> {
    match effort {
        ReasoningEffort::None => None,
        ReasoningEffort::Low => Some("low"),
        ReasoningEffort::Medium => Some("medium"),
        ReasoningEffort::High => Some("high"),
    }
}
