//! /chat/completions: the request's body, and the fold of its stream.

use domain::{FinishReason, Part, ReasoningEffort, Role};
use serde_json::{Map, Value, json};

use super::{Extend, Flavour, usage};
use crate::{
    CompletionEvent, CompletionRequest, Continuation, Error, Frame, Timing,
    answer::{Course, Fold},
    catalog,
    json::text,
    request::{CONTINUE, role_name},
    schema::{LENGTHS, without},
    think::{Piece, Splitter},
};

/// The body for this request.
pub(super) fn body(request: &CompletionRequest, flavour: Flavour, extend: Extend) -> Result<Value, Error> {
    let set = &request.parameters;
    let mut body = Map::new();
    let mut put = |name: &str, value: Value| body.insert(name.to_owned(), value);
    put("model", json!(request.model));
    put("messages", messages(request, extend));
    put("stream", json!(true));
    let own = flavour == Flavour::OpenAi;
    if own || matches!(flavour, Flavour::Compatible { stream_options: true, .. }) {
        put("stream_options", json!({"include_usage": true}));
    }
    if let Some(tokens) = set.max_tokens {
        put(if own { "max_completion_tokens" } else { "max_tokens" }, json!(tokens));
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
    if let Some(seed) = set.seed {
        put("seed", json!(seed));
    }
    if !set.stop.is_empty() {
        put("stop", json!(set.stop));
    }
    if let Some(effort) = set.reasoning_effort {
        put("reasoning_effort", json!(effort_name(&request.model, effort, own)?));
    }
    if let Some(schema) = &set.json_schema {
        let (schema, strict) = held_to(schema, own);
        let format = json!({"type": "json_schema", "json_schema": {"name": "answer", "schema": schema, "strict": strict}});
        put("response_format", format);
    }
    if own && let Some(key) = &request.cache_key {
        put("prompt_cache_key", json!(key));
    }
    if request.continuation == Continuation::Extend && extend == Extend::ContinueFinalMessage {
        put("continue_final_message", json!(true));
        put("add_generation_prompt", json!(false));
    }
    Ok(Value::Object(body))
}

fn messages(request: &CompletionRequest, extend: Extend) -> Value {
    let mut list = Vec::new();
    if !request.system.is_empty() {
        list.push(json!({"role": "system", "content": request.system}));
    }
    for message in &request.messages {
        // Reasoning doesn't go back in this protocol; a message of nothing else would be an empty one.
        let content = message.plain();
        if !content.is_empty() || message.role != Role::Assistant {
            list.push(json!({"role": role_name(message.role), "content": content}));
        }
    }
    if request.continuation == Continuation::Extend {
        match (extend, list.last_mut()) {
            (Extend::Prefix, Some(partial)) => partial["prefix"] = json!(true),
            (Extend::Instruction, _) => list.push(json!({"role": "user", "content": CONTINUE})),
            _ => {}
        }
    }
    Value::Array(list)
}

/// The effort as the model knows it.
pub(super) fn effort_name(model: &str, effort: ReasoningEffort, own: bool) -> Result<&'static str, Error> {
    Ok(match effort {
        ReasoningEffort::Low => "low",
        ReasoningEffort::Medium => "medium",
        ReasoningEffort::High => "high",
        ReasoningEffort::None if !own => "none",
        ReasoningEffort::None => catalog::least_effort(model).ok_or_else(|| {
            Error::InvalidRequest(format!(
                "{model} always reasons. Choose a low reasoning effort, or another model."
            ))
        })?,
    })
}

/// The schema as it is sent, and whether the model is held to it.
pub(super) fn held_to(schema: &Value, own: bool) -> (Value, bool) {
    let strict = own && is_strict(schema);
    (if strict { without(schema, LENGTHS) } else { schema.clone() }, strict)
}

/// OpenAI's strict mode wants every object closed and all its properties required; otherwise it refuses the schema.
fn is_strict(schema: &Value) -> bool {
    let mut open = vec![schema];
    while let Some(node) = open.pop() {
        match node {
            Value::Object(map) => {
                if let Some(properties) = map.get("properties").and_then(Value::as_object) {
                    let required = map.get("required").and_then(Value::as_array).map_or(0, Vec::len);
                    if map.get("additionalProperties") != Some(&Value::Bool(false))
                        || required != properties.len()
                    {
                        return false;
                    }
                }
                open.extend(map.values());
            }
            Value::Array(list) => open.extend(list),
            _ => {}
        }
    }
    true
}

/// Folds the stream's chunks.
pub(super) struct ChatFold {
    course: Course,
    splitter: Option<Splitter>,
    reason: Option<FinishReason>,
    refused: bool,
    timing: Timing,
}

impl ChatFold {
    /// `split` tells reasoning that a server leaves in the text apart.
    pub(super) fn new(who: &str, split: bool) -> Self {
        Self {
            course: Course::new(who),
            splitter: split.then(Splitter::new),
            reason: None,
            refused: false,
            timing: Timing::default(),
        }
    }

    fn delta(&mut self, delta: &Value, out: &mut Vec<CompletionEvent>) {
        // Three names are in use for the same thing.
        for name in ["reasoning_content", "reasoning", "reasoning_text"] {
            if let Some(thought) = delta[name].as_str() {
                self.course.reasoning(thought, out);
                break;
            }
        }
        match &delta["content"] {
            Value::String(content) => self.content(content, out),
            // Mistral's reasoning models send a list of pieces.
            Value::Array(pieces) => {
                for piece in pieces {
                    if let Some(content) = piece["text"].as_str() {
                        self.content(content, out);
                    }
                    for thought in piece["thinking"].as_array().into_iter().flatten() {
                        self.course.reasoning(thought["text"].as_str().unwrap_or_default(), out);
                    }
                }
            }
            _ => {}
        }
        if let Some(refusal) = delta["refusal"].as_str().filter(|text| !text.is_empty()) {
            self.refused = true;
            self.course.text(refusal, out);
        }
    }

    fn content(&mut self, content: &str, out: &mut Vec<CompletionEvent>) {
        let Some(splitter) = &mut self.splitter else { return self.course.text(content, out) };
        let mut pieces = Vec::new();
        splitter.push(content, &mut pieces);
        // White space that waits for a possible tag is content too: something came.
        self.emit(pieces, out);
    }

    fn emit(&mut self, pieces: Vec<Piece>, out: &mut Vec<CompletionEvent>) {
        for piece in pieces {
            match piece {
                Piece::Text(text) => self.course.text(&text, out),
                Piece::Reasoning(text) => self.course.reasoning(&text, out),
            }
        }
    }

    fn flush(&mut self, out: &mut Vec<CompletionEvent>) {
        let mut pieces = Vec::new();
        if let Some(splitter) = &mut self.splitter {
            splitter.finish(&mut pieces);
        }
        self.emit(pieces, out);
    }

    fn finish(&mut self, out: &mut Vec<CompletionEvent>) {
        self.flush(out);
        self.course.finished = true;
        let reason =
            if self.refused { FinishReason::Refusal } else { self.reason.unwrap_or(FinishReason::Stop) };
        out.push(CompletionEvent::Finished { reason, timing: self.timing });
    }
}

impl Fold for ChatFold {
    fn frame(&mut self, frame: &Frame, out: &mut Vec<CompletionEvent>) -> Result<bool, Error> {
        if frame.data.trim() == "[DONE]" {
            if self.reason.is_none() && !self.course.content {
                return Err(self.course.broken_off());
            }
            self.finish(out);
            return Ok(true);
        }
        let Some(value) = self.course.object(&frame.data)? else { return Ok(false) };
        let choice = &value["choices"][0];
        if !value["error"].is_null() || frame.event.as_deref() == Some("error") || !choice["error"].is_null()
        {
            let error = if choice["error"].is_null() { &value } else { choice };
            self.flush(out);
            return Err(self.course.failed(error, false));
        }
        self.course.start(value["model"].as_str(), out);
        // A server that doesn't stream sends `message` where `delta` would be.
        self.delta(if choice["delta"].is_null() { &choice["message"] } else { &choice["delta"] }, out);
        if let Some(word) = choice["finish_reason"].as_str().filter(|word| !word.is_empty()) {
            if word == "error" {
                self.flush(out);
                return Err(self.course.broken_off());
            }
            self.reason = Some(reason(word));
        }
        // Groq keeps its usage in a field of its own.
        for usage in [&value["usage"], &value["x_groq"]["usage"]] {
            if let Some(usage) = usage::read(usage) {
                out.push(CompletionEvent::Usage(usage));
                break;
            }
        }
        let millis = |name: &str| value["timings"][name].as_f64();
        self.timing.prompt_ms = millis("prompt_ms").or(self.timing.prompt_ms);
        self.timing.generation_ms = millis("predicted_ms").or(self.timing.generation_ms);
        let known = choice.is_object() || value["usage"].is_object() || text(&value, &["object"]).is_some();
        Ok(known)
    }

    fn end(&mut self, out: &mut Vec<CompletionEvent>) -> Result<(), Error> {
        // Some servers end after the finish reason without the last mark; then nothing is missing.
        if self.reason.is_some() {
            self.finish(out);
            return Ok(());
        }
        self.flush(out);
        Err(self.course.broken_off())
    }

    fn finished(&self) -> bool {
        self.course.finished
    }

    fn course(&mut self) -> &mut Course {
        &mut self.course
    }
}

fn reason(word: &str) -> FinishReason {
    match word.to_ascii_lowercase().as_str() {
        "stop" | "end_turn" | "eos" | "stop_sequence" => FinishReason::Stop,
        "length" | "max_tokens" | "model_length" => FinishReason::Length,
        "tool_calls" | "function_call" | "tool_use" => FinishReason::ToolUse,
        "content_filter" | "refusal" | "safety" => FinishReason::Refusal,
        other => {
            tracing::debug!(reason = other, "an unknown finish reason");
            FinishReason::Other
        }
    }
}

/// Whether a part is signed reasoning of this kind.
pub(super) fn raw_of<'a>(part: &'a Part, kind: &str) -> Option<&'a Value> {
    match part {
        Part::Reasoning { raw: Some(raw), .. } if raw["type"].as_str() == Some(kind) => Some(raw),
        _ => None,
    }
}
