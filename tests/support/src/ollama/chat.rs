//! `/api/chat` and `/api/generate`, with streams and without, loads and unloads; `/api/embed`.

use std::{io, sync::Arc};

use serde_json::{Map, Value, json};

use super::{
    answer::{self, Message},
    ask::{self, Ask, BROKEN, Piece, Run},
    clock,
    http::Output,
    name::Name,
    server::Engine,
};

/// Which of the two is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Chat,
    Generate,
}

struct Dialect {
    kind: Kind,
    model: String,
    raw: bool,
    /// How many alternatives each token has; none where they weren't asked for.
    logprobs: Option<u64>,
}

pub(super) async fn chat(
    engine: &Arc<Engine>,
    body: &[u8],
    output: &mut Output,
    kind: Kind,
) -> io::Result<()> {
    let body = match ask::object(body) {
        Ok(body) => body,
        Err(text) => return output.error(400, &text).await,
    };
    let keep = match ask::keep(&body) {
        Ok(keep) => keep,
        Err(text) => return output.error(400, &text).await,
    };
    let messages = match kind {
        Kind::Chat => ask::messages(&body["messages"]),
        Kind::Generate => prompt(&body),
    };
    let truth = |key: &str| body[key].as_bool().unwrap_or(false);
    let given = |key: &str| body[key].as_array().is_some_and(|list| !list.is_empty());
    let ask = Ask {
        model: ask::named(&body),
        messages,
        raw: truth("raw"),
        suffix: body["suffix"].as_str().is_some_and(|text| !text.is_empty()),
        tools: given("tools"),
        think: truth("think") || body["think"].is_string(),
        format: body["format"].clone(),
        truncate: body["truncate"].as_bool().unwrap_or(true),
        options: body["options"].as_object().cloned().unwrap_or_default(),
        keep,
    };
    let logprobs = truth("logprobs").then(|| body["top_logprobs"].as_u64().unwrap_or(0));
    let dialect = Dialect { kind, model: ask.model.clone(), raw: ask.raw, logprobs };
    let stream = body["stream"].as_bool().unwrap_or(true);
    if ask.messages.is_empty() {
        return load(engine, &ask, &dialect, output).await;
    }
    if truth("_debug_render_only") {
        let mut value = dialect.value(&Piece::Text(String::new()));
        value["message"]["role"] = "".into();
        value["_debug_info"] = json!({"rendered_template": answer::rendered(&ask.messages)});
        return output.json(200, &value).await;
    }
    match ask.begin(engine).await {
        // Refusals of the server come whole, those of the runner as the first line of a stream.
        Err((status, text)) if stream && text.starts_with('{') => output.error_line(status, &text).await,
        Err((status, text)) => output.error(status, &text).await,
        Ok(run) if stream => streamed(run, &dialect, output).await,
        Ok(run) => whole(run, &dialect, output).await,
    }
}

/// Loads or unloads without an answer.
async fn load(engine: &Arc<Engine>, ask: &Ask, dialect: &Dialect, output: &mut Output) -> io::Result<()> {
    let done = |reason: &str| {
        let mut value = dialect.value(&Piece::Text(String::new()));
        value["done"] = true.into();
        value["done_reason"] = reason.into();
        value
    };
    let name = Name::parse(&ask.model);
    if let Some(name) =
        name.filter(|name| ask.keep.is_some_and(|keep| keep.is_zero()) && engine.folder.find(name).is_some())
    {
        engine.loaded.unload(&name, engine.script.unload_stuck);
        return output.json(200, &done("unload")).await;
    }
    match ask.load(engine).await {
        Ok(lease) => {
            drop(lease);
            output.json(200, &done("load")).await
        }
        Err((status, text)) => output.error(status, &text).await,
    }
}

async fn streamed(mut run: Run, dialect: &Dialect, output: &mut Output) -> io::Result<()> {
    loop {
        match run.next().await {
            Ok(Some(piece)) => {
                let mut value = dialect.value(&piece);
                if let (Some(most), Piece::Text(text)) = (dialect.logprobs, &piece) {
                    value["logprobs"] = json!([logprob(text, most)]);
                }
                output.line(&value).await?;
            }
            Ok(None) => break,
            Err(ask::Gone) => return output.error_line(500, BROKEN).await,
        }
    }
    if let Some(calls) = &run.tool_calls {
        let mut value = dialect.value(&Piece::Text(String::new()));
        value["message"]["tool_calls"] = calls.clone();
        output.line(&value).await?;
    }
    let last = dialect.last(&run, Piece::Text(String::new()));
    output.line(&last).await
}

async fn whole(mut run: Run, dialect: &Dialect, output: &mut Output) -> io::Result<()> {
    let (mut text, mut thinking, mut pieces) = (String::new(), String::new(), Vec::new());
    loop {
        match run.next().await {
            Ok(Some(Piece::Text(piece))) => {
                text += &piece;
                pieces.push(piece);
            }
            Ok(Some(Piece::Thought(piece))) => thinking += &piece,
            Ok(None) => break,
            Err(ask::Gone) => return output.error(500, BROKEN).await,
        }
    }
    let mut value = dialect.last(&run, Piece::Text(text));
    if let Some(most) = dialect.logprobs {
        value["logprobs"] = pieces.iter().map(|piece| logprob(piece, most)).collect();
    }
    let into = if dialect.kind == Kind::Chat { &mut value["message"] } else { &mut value };
    if !thinking.is_empty() {
        into["thinking"] = thinking.into();
    }
    if let Some(calls) = &run.tool_calls {
        into["tool_calls"] = calls.clone();
    }
    output.json(200, &value).await
}

impl Dialect {
    fn value(&self, piece: &Piece) -> Value {
        let (text, thought) = match piece {
            Piece::Text(text) => (text.as_str(), None),
            Piece::Thought(thought) => ("", Some(thought)),
        };
        let mut value =
            json!({"model": self.model, "created_at": clock::precise(clock::now()), "done": false});
        let into = match self.kind {
            Kind::Chat => {
                value["message"] = json!({"role": "assistant", "content": text});
                &mut value["message"]
            }
            Kind::Generate => {
                value["response"] = text.into();
                &mut value
            }
        };
        if let Some(thought) = thought {
            into["thinking"] = thought.as_str().into();
        }
        value
    }

    fn last(&self, run: &Run, piece: Piece) -> Value {
        let mut value = self.value(&piece);
        value["done"] = true.into();
        value["done_reason"] = run.reason.into();
        if self.kind == Kind::Generate && !self.raw {
            value["context"] = (1..=run.prompt_tokens + run.eval_count()).collect();
        }
        let mut whole: Map<String, Value> = value.as_object().cloned().unwrap_or_default();
        whole.extend(run.figures());
        Value::Object(whole)
    }
}

fn prompt(body: &Value) -> Vec<Message> {
    let text = body["prompt"].as_str().unwrap_or_default();
    if text.is_empty() {
        return Vec::new();
    }
    let message = |role: &str, content: &str, images: bool| Message {
        role: role.to_owned(),
        content: content.to_owned(),
        images,
    };
    let images = body["images"].as_array().is_some_and(|images| !images.is_empty());
    let system = body["system"].as_str().map(|system| message("system", system, false));
    system.into_iter().chain([message("user", text, images)]).collect()
}

fn logprob(text: &str, most: u64) -> Value {
    let one = |probability: f64| json!({"token": text, "logprob": probability, "bytes": text.as_bytes()});
    let mut value = one(-1.25);
    value["top_logprobs"] = (0..most).map(|rank| one(-1.25 - rank as f64)).collect();
    value
}

/// `/api/embed`, and the older `/api/embeddings` with another status for the same refusal.
pub(super) async fn embed(
    engine: &Arc<Engine>,
    body: &[u8],
    output: &mut Output,
    refused: u16,
) -> io::Result<()> {
    let body = match ask::object(body) {
        Ok(body) => body,
        Err(text) => return output.error(400, &text).await,
    };
    let ask = Ask { model: ask::named(&body), ..Ask::default() };
    let (lease, took) = match ask.load(engine).await {
        Ok((lease, took, _)) => (lease, took.as_nanos() as u64),
        Err((status, text)) => return output.error(status, &text).await,
    };
    drop(lease);
    let dimensions = engine.script.embedding_dimensions;
    if dimensions == 0 {
        let text = "This server does not support embeddings. Start it with `--embeddings`";
        return output.error(refused, text).await;
    }
    let texts = match &body["input"] {
        Value::Array(texts) => texts.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        other => vec![other.as_str().or(body["prompt"].as_str()).unwrap_or_default().to_owned()],
    };
    let vector = |text: &String| -> Vec<f64> {
        let sum: u32 = text.bytes().map(u32::from).sum();
        (0..dimensions).map(|at| f64::from((sum + at as u32) % 17) / 17.0).collect()
    };
    if refused == 500 {
        return output.json(200, &json!({"embedding": texts.first().map(vector)})).await;
    }
    let tokens: usize = texts.iter().map(|text| answer::tokens(text)).sum();
    let vectors: Vec<_> = texts.iter().map(vector).collect();
    let value = json!({
        "model": ask.model, "embeddings": vectors, "total_duration": took, "load_duration": took,
        "prompt_eval_count": tokens,
    });
    output.json(200, &value).await
}
