//! One request to answer: read, checked in the engine's order, its model loaded, its tokens given one by one.

use std::{
    collections::VecDeque,
    sync::Arc,
    time::{Duration, Instant},
};

use serde_json::{Map, Value, json};

use super::{
    answer::{self, Message},
    clock, gguf,
    loaded::{Lease, Refusal, Want},
    name::Name,
    options,
    script::RunnerFault,
    server::Engine,
    shelf,
};

/// A request of any dialect.
#[derive(Debug, Clone, Default)]
#[allow(clippy::struct_excessive_bools, reason = "each is a wish of its own")]
pub(super) struct Ask {
    /// The model as it was named.
    pub(super) model: String,
    pub(super) messages: Vec<Message>,
    /// The prompt without a template.
    pub(super) raw: bool,
    pub(super) suffix: bool,
    pub(super) tools: bool,
    pub(super) think: bool,
    pub(super) format: Value,
    pub(super) truncate: bool,
    pub(super) options: Map<String, Value>,
    pub(super) keep: Option<Duration>,
}

/// An answer on its way.
pub(super) struct Run {
    pub(super) engine: Arc<Engine>,
    lease: Lease,
    pieces: VecDeque<String>,
    pub(super) tool_calls: Option<Value>,
    thoughts: usize,
    given: usize,
    begun: Instant,
    load: Duration,
    prefill: Duration,
    pub(super) prompt_tokens: usize,
    pub(super) reason: &'static str,
    crash: bool,
    die: Option<usize>,
    stop: Option<usize>,
}

/// A piece of an answer.
#[derive(Debug)]
pub(super) enum Piece {
    Thought(String),
    Text(String),
}

/// The runner is gone.
#[derive(Debug)]
pub(super) struct Gone;

pub(super) const BROKEN: &str = "an error was encountered while running the model: unexpected EOF";

impl Ask {
    /// Finds and checks the model; loads it. Nothing was sent to it yet.
    pub(super) async fn load(
        &self,
        engine: &Arc<Engine>,
    ) -> Result<(Lease, Duration, Vec<Message>), Refusal> {
        let name = Name::parse(&self.model).ok_or((400, "model is required".to_owned()))?;
        let missing = || (404, format!("model '{}' not found", self.model));
        let entry = engine.folder.find(&name).ok_or_else(missing)?;
        let can = |what: &str| engine.script.capabilities.iter().any(|known| known == what);
        let unable = |what: &str| Err((400, format!("{} does not support {what}", name.full())));
        if self.tools && !can("tools") {
            return unable("tools");
        }
        if self.suffix && !can("insert") {
            return unable("insert");
        }
        if self.think && !can("thinking") {
            return Err((400, format!("{} does not support thinking", Value::from(self.model.as_str()))));
        }
        let mut options = entry.json(&engine.folder, "params").as_object().cloned().unwrap_or_default();
        options.extend(self.options.clone());
        options::check(&self.options, &engine.log).map_err(|text| (500, text))?;
        if !(self.format.is_null() || self.format.is_object() || self.format == "" || self.format == "json") {
            let shown = Value::from(self.format.to_string());
            let text = format!("invalid format: {shown}; expected \"json\" or a valid JSON Schema object");
            return Err((500, text));
        }
        let weights = entry.weights(&engine.folder).filter(|path| path.exists()).ok_or_else(|| {
            let asked = Value::from(self.model.as_str());
            (404, format!("model {asked} not found, try pulling it first"))
        })?;
        let header = gguf::read(&weights).map_err(|text| (500, text))?;
        let wanted =
            options.get("num_ctx").and_then(Value::as_u64).or(engine.settings.context_length).unwrap_or(4096);
        let trained = header.own("context_length").unwrap_or(u64::MAX);
        if wanted > trained {
            let text = "msg=\"requested context size too large for model\"";
            engine.log.line(
                "WARN",
                "server.go:114",
                &format!("{text} num_ctx={wanted} n_ctx_train={trained}"),
            );
        }
        let want = Want {
            digest: entry.digest.clone(),
            weights,
            details: shelf::details(engine, &entry),
            context: wanted.min(trained),
            settings: options::of_load(&options),
            keep: self.keep.unwrap_or(engine.settings.keep_alive),
            name,
        };
        let (lease, took) = engine.loaded.take(want, engine.surroundings()).await?;
        let mut messages = self.messages.clone();
        if let Some(system) = entry.text(&engine.folder, "system")
            && !self.raw
            && messages.iter().all(|message| message.role != "system")
        {
            messages.insert(0, Message { role: "system".to_owned(), content: system, images: false });
        }
        Ok((lease, took, messages))
    }

    /// Begins the answer.
    pub(super) async fn begin(&self, engine: &Arc<Engine>) -> Result<Run, Refusal> {
        let begun = Instant::now();
        let (lease, load, messages) = self.load(engine).await?;
        let can_see = engine.script.capabilities.iter().any(|known| known == "vision");
        if !can_see && messages.iter().any(|message| message.images) {
            let text = "Multimodal data provided, but model does not support multimodal requests.";
            let nested = json!({"error": {"code": 400, "message": text, "type": "invalid_request_error"}});
            return Err((400, nested.to_string()));
        }
        let context = lease.loaded.context() as usize;
        let mut prompt_tokens = match (self.raw, messages.last()) {
            (true, Some(prompt)) => answer::tokens(&prompt.content),
            _ => answer::prompt_tokens(&messages),
        };
        if prompt_tokens > context {
            if !self.truncate {
                let text = format!(
                    "request ({prompt_tokens} tokens) exceeds the available context size ({context} tokens), try increasing it"
                );
                // Put together by hand: its keys come in this order.
                let nested = format!(
                    "{{\"error\":{{\"code\":400,\"message\":\"{text}\",\"type\":\"exceed_context_size_error\",\"n_prompt_tokens\":{prompt_tokens},\"n_ctx\":{context}}}}}"
                );
                return Err((400, nested));
            }
            prompt_tokens = answer::cut(&messages, context);
        }
        let last = messages.last().map(|message| message.content.as_str()).unwrap_or_default();
        let chosen = answer::choose(&engine.script, last, !self.format.is_null());
        let thoughts = if self.think { answer::pieces(&chosen.thinking) } else { Vec::new() };
        let mut pieces: VecDeque<String> = thoughts.iter().cloned().collect();
        pieces.extend(answer::pieces(&chosen.text));
        let limit = self.options.get("num_predict").and_then(Value::as_i64).filter(|limit| *limit > 0);
        let limit = limit.map_or(usize::MAX, |limit| limit as usize);
        let reason = if pieces.len() >= limit { "length" } else { "stop" };
        pieces.truncate(limit);
        let nth = engine.count_chat();
        let fault = |fault: Option<RunnerFault>| {
            fault.filter(|fault| nth <= fault.times).map(|fault| fault.after_tokens)
        };
        let prefill = Duration::from_millis(engine.script.prefill_ms);
        lease.loaded.pipe.lock().await.token(prefill).await.map_err(|_| (500, BROKEN.to_owned()))?;
        Ok(Run {
            engine: engine.clone(),
            lease,
            pieces,
            tool_calls: chosen.tool_calls.filter(|_| self.tools),
            thoughts: thoughts.len(),
            given: 0,
            begun,
            load,
            prefill,
            prompt_tokens,
            reason,
            crash: engine.script.crash_on_chat == Some(nth),
            die: fault(engine.script.runner_crash),
            stop: fault(engine.script.runner_stop),
        })
    }
}

impl Run {
    /// The next piece; none at the end.
    pub(super) async fn next(&mut self) -> Result<Option<Piece>, Gone> {
        let Some(piece) = self.pieces.pop_front() else { return Ok(None) };
        if self.crash && self.given == 2 {
            self.engine.crash().await;
        }
        let pause = Duration::from_secs_f64(1.0 / self.engine.script.tokens_per_second.max(0.01));
        let mut pipe = self.lease.loaded.pipe.lock().await;
        for (fault, word) in [(self.die, "die"), (self.stop, "stop")] {
            if fault == Some(self.given) {
                pipe.tell(word).await.map_err(|_| Gone)?;
            }
        }
        pipe.token(pause).await.map_err(|_| {
            let text = "msg=\"llama-server process no longer running\" sys=9 string=\"signal: killed\"";
            self.engine.log.line("WARN", "llama_server.go:1196", text);
            Gone
        })?;
        self.given += 1;
        Ok(Some(if self.given <= self.thoughts { Piece::Thought(piece) } else { Piece::Text(piece) }))
    }

    pub(super) fn eval_count(&self) -> usize {
        self.given + usize::from(self.reason == "stop")
    }

    /// The numbers at the end of an answer.
    pub(super) fn figures(&self) -> Map<String, Value> {
        let total = self.begun.elapsed();
        let rest = total.saturating_sub(self.load).saturating_sub(self.prefill);
        let nanoseconds = |time: Duration| Value::from(time.as_nanos() as u64);
        [
            ("total_duration", nanoseconds(total)),
            ("load_duration", nanoseconds(self.load)),
            ("prompt_eval_count", self.prompt_tokens.into()),
            ("prompt_eval_duration", nanoseconds(self.prefill)),
            ("eval_count", self.eval_count().into()),
            ("eval_duration", nanoseconds(rest)),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .into_iter()
        .collect()
    }
}

/// Reads a request's body as JSON; the error is Go's.
pub(super) fn object(body: &[u8]) -> Result<Value, String> {
    if body.is_empty() {
        return Err("missing request body".to_owned());
    }
    serde_json::from_slice(body).map_err(|error| {
        if error.is_eof() {
            return "unexpected EOF".to_owned();
        }
        let at = body.get(error.column().saturating_sub(1)).copied().unwrap_or(b'?') as char;
        format!("invalid character '{at}' looking for beginning of value")
    })
}

/// The model that a body names, under either of its keys.
pub(super) fn named(body: &Value) -> String {
    let text = |key: &str| body[key].as_str().filter(|text| !text.is_empty());
    text("model").or_else(|| text("name")).unwrap_or_default().to_owned()
}

/// The messages of a chat; what isn't text is left out.
pub(super) fn messages(list: &Value) -> Vec<Message> {
    let one = |message: &Value| Message {
        role: message["role"].as_str().unwrap_or_default().to_owned(),
        content: content(&message["content"]),
        images: message["images"].as_array().is_some_and(|images| !images.is_empty()),
    };
    list.as_array().map(|list| list.iter().map(one).collect()).unwrap_or_default()
}

fn content(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(parts) => parts.iter().filter_map(|part| part["text"].as_str()).collect(),
        _ => String::new(),
    }
}

/// `keep_alive` of a body.
pub(super) fn keep(body: &Value) -> Result<Option<Duration>, String> {
    match &body["keep_alive"] {
        Value::Null => Ok(None),
        value => clock::keep_alive(value).map(Some),
    }
}
