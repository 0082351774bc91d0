//! Whom the steps of the fixtures ask: a server in this process, which no kill reaches. It keeps every call on the disk.

use std::{
    fs::File,
    io::Write as _,
    sync::{Arc, Mutex},
};

use serde_json::{Value, json};
use test_support::{FaultServer, Recorded, Script};
use tokio::sync::watch;
use webplus_tests::question_text;

use super::told;

/// Answers of `/flaky` that fail before one succeeds.
const FLAKES: usize = 2;
/// Bytes of `/large`: a value that is kept as a file.
const LARGE: usize = 1024 * 1024;

/// A call as it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Seen {
    /// Which play of which fixture; of what was told by webhook, which run.
    pub case: String,
    /// What was asked, query included; "model" for a model.
    pub what: String,
    /// Its Idempotency-Key; empty where there was none.
    pub key: String,
}

struct Log {
    seen: Mutex<Vec<Seen>>,
    file: Mutex<File>,
    changed: watch::Sender<()>,
}

pub(crate) struct Oracle {
    server: FaultServer,
    log: Arc<Log>,
}

impl Oracle {
    pub(crate) async fn start() -> Self {
        let file = tempfile::tempfile().unwrap();
        let log =
            Arc::new(Log { seen: Mutex::default(), file: Mutex::new(file), changed: watch::Sender::new(()) });
        let noted = Arc::clone(&log);
        let server = FaultServer::start(move |request| answer(&noted, request)).await.unwrap();
        Self { server, log }
    }

    /// "127.0.0.1:PORT".
    pub(crate) fn address(&self) -> String {
        self.server.address().to_string()
    }

    /// What a play asked.
    pub(crate) fn seen(&self, case: &str) -> Vec<Seen> {
        self.log.seen.lock().unwrap().iter().filter(|seen| seen.case == case).cloned().collect()
    }

    /// Waits until a play has asked this for more than so many times.
    pub(crate) async fn asked(&self, case: &str, what: &str, more_than: usize) {
        let mut changed = self.log.changed.subscribe();
        while self.seen(case).iter().filter(|seen| seen.what == what).count() <= more_than {
            changed.changed().await.unwrap();
        }
    }
}

fn answer(log: &Log, request: &Recorded) -> Script {
    if request.target.ends_with("/v1/models") {
        return Script::json(200, r#"{"data":[{"id":"m"}]}"#);
    }
    if request.target == "/hook" {
        note(log, told::seen(request));
        return Script::reply(204, &[], "");
    }
    let model = request.target.ends_with("/chat/completions");
    let body = if model { request.json() } else { Value::Null };
    let (case, what) = if model {
        (case_of(&body), "model".to_owned())
    } else {
        let (case, what) = request.target.trim_start_matches('/').split_once('/').unwrap_or_default();
        (case.to_owned(), what.to_owned())
    };
    let key = request.header("idempotency-key").unwrap_or_default().to_owned();
    let before = note(log, Seen { case, what: what.clone(), key });
    let text = |text: &str| Script::reply(200, &[("content-type", "text/plain")], text);
    match what.split('?').next().unwrap_or_default() {
        "model" if asks_for_tools(&body) => spoken(&turn(&body)),
        "model" => spoken("four words of wisdom"),
        "flaky" if before < FLAKES => Script::reply(503, &[], "not yet"),
        "flaky" => text("at last"),
        "hang" => Script::new().hold(),
        "large" => text(&"x".repeat(LARGE)),
        "pay" => text("paid"),
        _ => text(what.split('=').next_back().unwrap_or_default()),
    }
}

/// Which play a conversation is of: its first question says so.
fn case_of(body: &Value) -> String {
    let messages = body["messages"].as_array().map(Vec::as_slice).unwrap_or_default();
    let first = messages.iter().find(|message| message["role"] == "user");
    let text = first.and_then(|message| message["content"].as_str()).unwrap_or_default();
    text.trim_start_matches("case ").to_owned()
}

fn asks_for_tools(body: &Value) -> bool {
    body["messages"][0]["content"].as_str().is_some_and(|system| system.contains("You work in turns"))
}

/// An agent's turn: it pays, and is content with what came of it.
fn turn(body: &Value) -> String {
    if question_text(body).contains("<result of=\"pay\">") {
        return json!({"tool": "answer", "answer": "paid"}).to_string();
    }
    json!({"tool": "pay", "args": {"what": "bread"}}).to_string()
}

/// Keeps the call before it is answered; how often the same was asked before.
fn note(log: &Log, seen: Seen) -> usize {
    let mut all = log.seen.lock().unwrap();
    let before = all.iter().filter(|one| one.case == seen.case && one.what == seen.what).count();
    let line = json!([seen.case, seen.what, seen.key]).to_string();
    let mut file = log.file.lock().unwrap();
    writeln!(file, "{line}").unwrap();
    file.sync_data().unwrap();
    all.push(seen);
    drop(all);
    log.changed.send_replace(());
    before
}

fn spoken(text: &str) -> Script {
    let piece = |delta: Value, finish: Value| {
        json!({"choices": [{"index": 0, "delta": delta, "finish_reason": finish}]}).to_string()
    };
    let usage = json!({"choices": [], "usage": {"prompt_tokens": 3, "completion_tokens": 4}}).to_string();
    Script::sse()
        .event(&piece(json!({"content": text}), Value::Null))
        .event(&piece(json!({}), json!("stop")))
        .event(&usage)
        .event("[DONE]")
}
