//! The body of /api/chat.

use domain::{ReasoningEffort, Role};
use serde_json::{Map, Value, json};

use super::OllamaLoad;
use crate::{CompletionRequest, request::role_name};

pub(super) fn body(request: &CompletionRequest, load: OllamaLoad, keep_alive: Option<i64>) -> Value {
    let set = &request.parameters;
    let mut messages = Vec::new();
    if !request.system.is_empty() {
        messages.push(json!({"role": "system", "content": request.system}));
    }
    for message in &request.messages {
        let content = message.plain();
        if !content.is_empty() || message.role != Role::Assistant {
            // A trailing assistant message is extended: the template leaves it open.
            messages.push(json!({"role": role_name(message.role), "content": content}));
        }
    }
    let mut options = Map::new();
    let mut option = |name: &str, value: Option<Value>| {
        if let Some(value) = value {
            options.insert(name.to_owned(), value);
        }
    };
    option("temperature", set.temperature.map(|value| json!(value)));
    option("top_p", set.top_p.map(|value| json!(value)));
    option("top_k", set.top_k.map(|value| json!(value)));
    option("num_predict", set.max_tokens.map(|value| json!(value)));
    // The engine takes 32 bits and refuses more.
    option("seed", set.seed.map(|value| json!(value & 0x7fff_ffff)));
    option("stop", (!set.stop.is_empty()).then(|| json!(set.stop)));
    load.with_context(set.context_size).put(&mut options);
    // Without `truncate` the server drops the oldest messages and tells nobody.
    let mut body = json!({"model": request.model, "messages": messages, "stream": true, "truncate": false, "shift": false, "options": options});
    if let Some(effort) = set.reasoning_effort {
        body["think"] = think(&request.model, effort);
    }
    if let Some(schema) = &set.json_schema {
        body["format"] = schema.clone();
    }
    if let Some(seconds) = keep_alive {
        body["keep_alive"] = json!(seconds);
    }
    body
}

/// One family has levels; the others think or don't.
fn think(model: &str, effort: ReasoningEffort) -> Value {
    if !model.contains("gpt-oss") {
        return json!(effort != ReasoningEffort::None);
    }
    match effort {
        ReasoningEffort::None => json!(false),
        ReasoningEffort::Low => json!("low"),
        ReasoningEffort::Medium => json!("medium"),
        ReasoningEffort::High => json!("high"),
    }
}
