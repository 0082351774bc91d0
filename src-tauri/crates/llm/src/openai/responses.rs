//! /responses: the request's body, and the fold of its stream. Nothing is stored at the vendor: reasoning comes back
//! encrypted and is sent along with the next turn.

use domain::{FinishReason, Role};
use serde_json::{Map, Value, json};

use super::{
    Flavour,
    chat::{effort_name, held_to, raw_of},
    usage,
};
use crate::{
    CompletionEvent, CompletionRequest, Continuation, Error, Frame, Timing,
    answer::{Course, Fold},
    json::text,
    request::{CONTINUE, role_name},
};

/// The body for this request.
pub(super) fn body(request: &CompletionRequest, flavour: Flavour) -> Result<Value, Error> {
    let set = &request.parameters;
    let own = flavour == Flavour::OpenAi;
    for (given, word) in [
        (set.seed.is_some(), "a seed"),
        (!set.stop.is_empty(), "stop sequences"),
        (set.top_k.is_some(), "a top-k"),
    ] {
        if given {
            return Err(Error::InvalidRequest(format!(
                "{} doesn't take {word}. Remove it, or choose another model.",
                request.model
            )));
        }
    }
    let mut body = Map::new();
    let mut put = |name: &str, value: Value| body.insert(name.to_owned(), value);
    put("model", json!(request.model));
    put("input", input(request));
    put("stream", json!(true));
    if !request.system.is_empty() {
        put("instructions", json!(request.system));
    }
    if let Some(tokens) = set.max_tokens {
        put("max_output_tokens", json!(tokens));
    }
    if let Some(temperature) = set.temperature {
        put("temperature", json!(temperature));
    }
    if let Some(top_p) = set.top_p {
        put("top_p", json!(top_p));
    }
    if let Some(effort) = set.reasoning_effort {
        put("reasoning", json!({"effort": effort_name(&request.model, effort, own)?}));
    }
    if let Some(schema) = &set.json_schema {
        let (schema, strict) = held_to(schema, own);
        put(
            "text",
            json!({"format": {"type": "json_schema", "name": "answer", "schema": schema, "strict": strict}}),
        );
    }
    if own {
        put("store", json!(false));
        put("include", json!(["reasoning.encrypted_content"]));
        if let Some(key) = &request.cache_key {
            put("prompt_cache_key", json!(key));
        }
    }
    Ok(Value::Object(body))
}

fn input(request: &CompletionRequest) -> Value {
    let mut list = Vec::new();
    for message in &request.messages {
        list.extend(message.parts.iter().filter_map(|part| raw_of(part, "reasoning")).cloned());
        let content = message.plain();
        if !content.is_empty() || message.role != Role::Assistant {
            let kind = if message.role == Role::Assistant { "output_text" } else { "input_text" };
            list.push(json!({"type": "message", "role": role_name(message.role), "content": [{"type": kind, "text": content}]}));
        }
    }
    if request.continuation == Continuation::Extend {
        list.push(
            json!({"type": "message", "role": "user", "content": [{"type": "input_text", "text": CONTINUE}]}),
        );
    }
    Value::Array(list)
}

/// Folds the stream's events.
pub(super) struct ResponsesFold {
    course: Course,
    refused: bool,
}

impl ResponsesFold {
    pub(super) fn new(who: &str) -> Self {
        Self { course: Course::new(who), refused: false }
    }

    fn finish(&mut self, reason: FinishReason, response: &Value, out: &mut Vec<CompletionEvent>) {
        if let Some(usage) = usage::read(&response["usage"]) {
            out.push(CompletionEvent::Usage(usage));
        }
        let reason = if self.refused { FinishReason::Refusal } else { reason };
        self.course.finished = true;
        out.push(CompletionEvent::Finished { reason, timing: Timing::default() });
    }

    fn failed(&self, error: &Value) -> Error {
        self.course.failed(error, false)
    }
}

impl Fold for ResponsesFold {
    fn frame(&mut self, frame: &Frame, out: &mut Vec<CompletionEvent>) -> Result<bool, Error> {
        let Some(value) = self.course.object(&frame.data)? else { return Ok(false) };
        let kind = value["type"].as_str().or(frame.event.as_deref()).unwrap_or_default();
        let response = &value["response"];
        match kind {
            "response.created" | "response.in_progress" | "response.queued" => {
                self.course.start(text(response, &["model"]), out);
            }
            "response.output_text.delta" => {
                self.course.text(value["delta"].as_str().unwrap_or_default(), out);
            }
            "response.reasoning_summary_text.delta" | "response.reasoning_text.delta" => {
                self.course.reasoning(value["delta"].as_str().unwrap_or_default(), out);
            }
            "response.reasoning_summary_part.added" if value["summary_index"].as_u64().unwrap_or(0) > 0 => {
                self.course.reasoning("\n\n", out);
            }
            "response.refusal.delta" => {
                self.refused = true;
                self.course.text(value["delta"].as_str().unwrap_or_default(), out);
            }
            "response.output_item.done" => {
                let item = &value["item"];
                let sealed = item["encrypted_content"].as_str().is_some_and(|content| !content.is_empty());
                if item["type"].as_str() == Some("reasoning") && sealed {
                    out.push(CompletionEvent::ReasoningBlock(item.clone()));
                }
            }
            "response.completed" => self.finish(FinishReason::Stop, response, out),
            "response.incomplete" => {
                let reason = match text(response, &["incomplete_details", "reason"]) {
                    Some("max_output_tokens") => FinishReason::Length,
                    Some("content_filter") => FinishReason::Refusal,
                    _ => FinishReason::Other,
                };
                self.finish(reason, response, out);
            }
            "response.failed" | "response.cancelled" => return Err(self.failed(response)),
            "error" => return Err(self.failed(&value)),
            _ if !value["error"].is_null() => return Err(self.failed(&value)),
            "" => return Ok(false),
            _ => {}
        }
        Ok(true)
    }

    fn end(&mut self, _out: &mut Vec<CompletionEvent>) -> Result<(), Error> {
        Err(self.course.broken_off())
    }

    fn finished(&self) -> bool {
        self.course.finished
    }

    fn course(&mut self) -> &mut Course {
        &mut self.course
    }
}
