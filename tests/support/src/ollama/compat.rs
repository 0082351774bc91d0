//! The dialects of others below `/v1`: models, chat completions, messages and responses, over the same answers.

use std::{
    io,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use serde_json::{Map, Value, json};

use super::{
    answer::Message,
    ask::{self, Ask, Piece, Run},
    clock,
    http::{BARE_JSON, EVENTS, Output},
    server::Engine,
};

static IDS: AtomicU64 = AtomicU64::new(100);

/// Whose dialect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Dialect {
    Chat,
    Messages,
    Responses,
}

pub(super) async fn models(engine: &Engine, output: &mut Output) -> io::Result<()> {
    let one = |entry: super::folder::Entry| {
        let owner = entry.name.namespace.clone();
        json!({"id": entry.name.short(), "object": "model", "created": clock::seconds(entry.modified), "owned_by": owner})
    };
    let models: Vec<Value> = engine.folder.list().into_iter().map(one).collect();
    let data = if models.is_empty() { Value::Null } else { models.into() };
    bare(output, 200, &json!({"object": "list", "data": data})).await
}

async fn bare(output: &mut Output, status: u16, value: &Value) -> io::Result<()> {
    output.send(status, Some(BARE_JSON), format!("{value}\n").as_bytes()).await
}

pub(super) async fn answer(
    engine: &Arc<Engine>,
    body: &[u8],
    output: &mut Output,
    dialect: Dialect,
) -> io::Result<()> {
    let body = match ask::object(body) {
        Ok(body) => body,
        Err(text) => return output.json(400, &refusal(dialect, 400, &text)).await,
    };
    let ask = read(&body, dialect);
    let run = match ask.begin(engine).await {
        Ok(run) => run,
        Err((status, text)) => return bare(output, status, &refusal(dialect, status, &text)).await,
    };
    let writer = Writer {
        model: ask.model.clone(),
        id: IDS.fetch_add(1, Ordering::Relaxed),
        dialect,
        most: body["max_output_tokens"].clone(),
    };
    if body["stream"].as_bool().unwrap_or(false) {
        let usage = body["stream_options"]["include_usage"].as_bool().unwrap_or(false);
        return writer.stream(run, usage, output).await;
    }
    writer.whole(run, output).await
}

fn read(body: &Value, dialect: Dialect) -> Ask {
    let mut messages = match (&body["input"], dialect) {
        (Value::String(text), Dialect::Responses) => {
            vec![Message { role: "user".to_owned(), content: text.clone(), images: false }]
        }
        (list, Dialect::Responses) => ask::messages(list),
        _ => ask::messages(&body["messages"]),
    };
    if let Some(system) = body["system"].as_str().or(body["instructions"].as_str()) {
        messages.insert(0, Message { role: "system".to_owned(), content: system.to_owned(), images: false });
    }
    let most = ["max_tokens", "max_completion_tokens", "max_output_tokens"]
        .iter()
        .find_map(|key| body[*key].as_u64());
    let mut options = Map::new();
    if let Some(most) = most {
        options.insert("num_predict".to_owned(), most.into());
    }
    Ask {
        model: ask::named(body),
        messages,
        tools: body["tools"].as_array().is_some_and(|tools| !tools.is_empty()),
        truncate: true,
        options,
        ..Ask::default()
    }
}

fn refusal(dialect: Dialect, status: u16, text: &str) -> Value {
    let kind = match status {
        400 => "invalid_request_error",
        404 => "not_found_error",
        _ => "api_error",
    };
    match dialect {
        Dialect::Messages => {
            let id = format!("req_{:024x}", IDS.fetch_add(1, Ordering::Relaxed));
            json!({"type": "error", "error": {"type": kind, "message": text}, "request_id": id})
        }
        _ => json!({"error": {"message": text, "type": kind, "param": null, "code": null}}),
    }
}

struct Writer {
    model: String,
    id: u64,
    dialect: Dialect,
    most: Value,
}

impl Writer {
    async fn whole(&self, mut run: Run, output: &mut Output) -> io::Result<()> {
        let mut text = String::new();
        loop {
            match run.next().await {
                Ok(Some(Piece::Text(piece))) => text += &piece,
                Ok(Some(Piece::Thought(_))) => {}
                Ok(None) => break,
                Err(ask::Gone) => return bare(output, 500, &refusal(self.dialect, 500, ask::BROKEN)).await,
            }
        }
        let value = match self.dialect {
            Dialect::Chat => json!({
                "id": self.chat_id(), "object": "chat.completion", "created": created(), "model": self.model,
                "system_fingerprint": "fp_ollama",
                "choices": [{"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": run.reason}],
                "usage": usage(&run),
            }),
            Dialect::Messages => json!({
                "id": self.message_id(), "type": "message", "role": "assistant", "model": self.model,
                "content": [{"type": "text", "text": text}], "stop_reason": stop_reason(&run),
                "usage": {"input_tokens": run.prompt_tokens, "output_tokens": run.eval_count()},
            }),
            Dialect::Responses => self.response("completed", Some(&text), Some(&run)),
        };
        bare(output, 200, &value).await
    }

    async fn stream(&self, mut run: Run, include_usage: bool, output: &mut Output) -> io::Result<()> {
        if self.dialect != Dialect::Chat {
            output.extra.push(("Cache-Control".to_owned(), "no-cache".to_owned()));
        }
        output.begin(200, EVENTS).await?;
        let mut events = Events { output, named: self.dialect != Dialect::Chat, number: 0 };
        self.opening(&run, &mut events).await?;
        let (mut text, mut first) = (String::new(), true);
        loop {
            let piece = match run.next().await {
                Ok(Some(Piece::Text(piece))) => piece,
                Ok(Some(Piece::Thought(_))) => continue,
                Ok(None) => break,
                Err(ask::Gone) => return events.send(refusal(self.dialect, 500, ask::BROKEN)).await,
            };
            text += &piece;
            events.send(self.delta(&piece, first)).await?;
            first = false;
        }
        self.closing(&run, &text, include_usage, &mut events).await
    }

    async fn opening(&self, run: &Run, events: &mut Events<'_>) -> io::Result<()> {
        match self.dialect {
            Dialect::Chat => Ok(()),
            Dialect::Messages => {
                let usage = json!({"input_tokens": run.prompt_tokens / 2, "output_tokens": 0});
                let message = json!({
                    "id": self.message_id(), "type": "message", "role": "assistant", "model": self.model,
                    "content": [], "usage": usage,
                });
                events.send(json!({"type": "message_start", "message": message})).await?;
                let block = json!({"type": "text", "text": ""});
                events.send(json!({"type": "content_block_start", "index": 0, "content_block": block})).await
            }
            Dialect::Responses => {
                for kind in ["response.created", "response.in_progress"] {
                    let response = self.response("in_progress", None, None);
                    events.numbered(kind, json!({ "response": response })).await?;
                }
                let item = json!({
                    "item": {"content": [], "id": self.item_id(), "role": "assistant", "status": "in_progress", "type": "message"},
                    "output_index": 0,
                });
                events.numbered("response.output_item.added", item).await?;
                events.numbered("response.content_part.added", self.placed("part", part(""))).await
            }
        }
    }

    fn delta(&self, text: &str, first: bool) -> Value {
        match self.dialect {
            Dialect::Chat => {
                let delta = if first {
                    json!({"role": "assistant", "content": text})
                } else {
                    json!({"content": text})
                };
                self.chunk(&json!([{"index": 0, "delta": delta, "finish_reason": null}]))
            }
            Dialect::Messages => {
                json!({"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": text}})
            }
            Dialect::Responses => {
                let mut value = self.placed("delta", text.into());
                value["logprobs"] = json!([]);
                value["type"] = "response.output_text.delta".into();
                value
            }
        }
    }

    async fn closing(
        &self,
        run: &Run,
        text: &str,
        include_usage: bool,
        events: &mut Events<'_>,
    ) -> io::Result<()> {
        match self.dialect {
            Dialect::Chat => {
                let last = json!([{"index": 0, "delta": {}, "finish_reason": run.reason}]);
                events.send(self.chunk(&last)).await?;
                if include_usage {
                    let mut value = self.chunk(&json!([]));
                    value["usage"] = usage(run);
                    events.send(value).await?;
                }
                events.output.chunk("data: [DONE]\n\n").await
            }
            Dialect::Messages => {
                events.send(json!({"type": "content_block_stop", "index": 0})).await?;
                let usage = json!({"input_tokens": run.prompt_tokens, "output_tokens": run.eval_count()});
                let delta = json!({"stop_reason": stop_reason(run)});
                events.send(json!({"type": "message_delta", "delta": delta, "usage": usage})).await?;
                events.send(json!({"type": "message_stop"})).await
            }
            Dialect::Responses => {
                let mut done = self.placed("text", text.into());
                done["logprobs"] = json!([]);
                events.numbered("response.output_text.done", done).await?;
                events.numbered("response.content_part.done", self.placed("part", part(text))).await?;
                let item = json!({"item": self.item(text), "output_index": 0});
                events.numbered("response.output_item.done", item).await?;
                let response = self.response("completed", Some(text), Some(run));
                events.numbered("response.completed", json!({ "response": response })).await
            }
        }
    }

    fn chunk(&self, choices: &Value) -> Value {
        json!({
            "id": self.chat_id(), "object": "chat.completion.chunk", "created": created(), "model": self.model,
            "system_fingerprint": "fp_ollama", "choices": choices,
        })
    }

    fn response(&self, status: &str, text: Option<&str>, run: Option<&Run>) -> Value {
        let mut value = json!({
            "background": false, "completed_at": null, "created_at": created(), "error": null,
            "frequency_penalty": 0, "id": format!("resp_{}", self.id), "incomplete_details": null,
            "instructions": null, "max_output_tokens": self.most, "max_tool_calls": null, "metadata": {},
            "model": self.model, "object": "response", "output": [], "parallel_tool_calls": true,
            "presence_penalty": 0, "previous_response_id": null, "prompt_cache_key": null, "reasoning": null,
            "safety_identifier": null, "service_tier": "default", "status": status, "store": false,
            "temperature": 1, "text": {"format": {"type": "text"}}, "tool_choice": "auto", "tools": [],
            "top_logprobs": 0, "top_p": 1, "truncation": "disabled", "usage": null,
        });
        if let (Some(text), Some(run)) = (text, run) {
            value["completed_at"] = created().into();
            value["output"] = json!([self.item(text)]);
            value["usage"] = json!({
                "input_tokens": run.prompt_tokens, "input_tokens_details": {"cached_tokens": 0},
                "output_tokens": run.eval_count(), "output_tokens_details": {"reasoning_tokens": 0},
                "total_tokens": run.prompt_tokens + run.eval_count(),
            });
        }
        value
    }

    fn item(&self, text: &str) -> Value {
        json!({"content": [part(text)], "id": self.item_id(), "role": "assistant", "status": "completed", "type": "message"})
    }

    fn placed(&self, key: &str, what: Value) -> Value {
        let mut value = json!({"content_index": 0, "item_id": self.item_id(), "output_index": 0});
        value[key] = what;
        value
    }

    fn chat_id(&self) -> String {
        format!("chatcmpl-{}", self.id)
    }

    fn message_id(&self) -> String {
        format!("msg_{:024x}", self.id)
    }

    fn item_id(&self) -> String {
        format!("msg_{}", self.id)
    }
}

struct Events<'a> {
    output: &'a mut Output,
    named: bool,
    number: u64,
}

impl Events<'_> {
    async fn send(&mut self, mut value: Value) -> io::Result<()> {
        let kind = value["type"].as_str().unwrap_or_default().to_owned();
        if kind.starts_with("response.") {
            value["sequence_number"] = self.number.into();
            self.number += 1;
        }
        let name = if self.named { format!("event: {kind}\n") } else { String::new() };
        self.output.chunk(&format!("{name}data: {value}\n\n")).await
    }

    async fn numbered(&mut self, kind: &str, mut value: Value) -> io::Result<()> {
        value["type"] = kind.into();
        self.send(value).await
    }
}

fn part(text: &str) -> Value {
    json!({"annotations": [], "logprobs": [], "text": text, "type": "output_text"})
}

fn usage(run: &Run) -> Value {
    json!({
        "prompt_tokens": run.prompt_tokens, "completion_tokens": run.eval_count(),
        "total_tokens": run.prompt_tokens + run.eval_count(),
    })
}

fn stop_reason(run: &Run) -> &'static str {
    if run.reason == "length" { "max_tokens" } else { "end_turn" }
}

fn created() -> u64 {
    clock::seconds(clock::now())
}
