//! No output of any part holds a key: the property that one canary, put in everywhere, is found nowhere.

mod any_key;

use std::{
    io::Write,
    sync::{Mutex, OnceLock},
};

use serde_json::{Value, json};
use test_support::{FaultServer, Script};
use tracing_subscriber::fmt::MakeWriter;
use webplus_tests::{Program, Sent, TestApp, files_holding};

const CANARY: &str = "sk-canary-77d1f0c9e2a54b";

/// What was logged, at every level, by whatever runs here: what of it holds one of these words, and how much there was.
#[derive(Default)]
struct Log {
    length: usize,
    words: Vec<String>,
    leaks: Vec<String>,
}

/// For the whole process: what a thread that works for a test logs counts as well.
static LOG: Mutex<Log> = Mutex::new(Log { length: 0, words: Vec::new(), leaks: Vec::new() });

impl Log {
    /// From now on lines with these words are kept.
    fn watch(words: impl IntoIterator<Item = String>) {
        static WRITING: OnceLock<()> = OnceLock::new();
        WRITING.get_or_init(|| {
            tracing_subscriber::fmt()
                .with_max_level(tracing_subscriber::filter::LevelFilter::TRACE)
                .with_writer(LogWriter)
                .init();
        });
        LOG.lock().unwrap().words.extend(words);
    }

    /// The lines that hold one of these words; they aren't watched for any more.
    fn leaks(words: &[String]) -> Vec<String> {
        let mut log = LOG.lock().unwrap();
        log.words.retain(|word| !words.contains(word));
        let ours = |line: &&String| words.iter().any(|word| line.contains(word.as_str()));
        log.leaks.iter().filter(ours).cloned().collect()
    }
}

#[derive(Clone, Copy)]
struct LogWriter;

impl Write for LogWriter {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let text = String::from_utf8_lossy(bytes);
        let mut log = LOG.lock().unwrap();
        log.length += bytes.len();
        if log.words.iter().any(|word| text.contains(word.as_str())) {
            log.leaks.push(text.into_owned());
        }
        Ok(bytes.len())
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for LogWriter {
    type Writer = Self;
    fn make_writer(&self) -> Self {
        *self
    }
}

fn parts_of(text: &str) -> bool {
    text.contains(CANARY) || text.contains(&CANARY[..CANARY.len() - 4])
}

/// A server that gives the key back in every way that it can.
async fn gossip() -> FaultServer {
    FaultServer::start(|request| {
        let key = request.header("authorization").unwrap_or_default().to_owned();
        let error = json!({"error": {"message": format!("Incorrect API key provided: {key}"), "code": "invalid_api_key", "param": key}});
        match request.target.as_str() {
            "/bad/models" | "/bad/chat/completions" => Script::json(401, &error.to_string()),
            "/odd/models" => Script::reply(200, &[("Content-Type", "text/html"), ("X-Key", &key)], format!("<html>{key}</html>")),
            "/odd/chat/completions" => Script::json(500, &error.to_string()),
            "/cut/chat/completions" => Script::sse().event(&format!("{{\"oops\": \"{key}")).event(&error.to_string()),
            target if target.ends_with("/models") => Script::json(200, r#"{"data":[{"id":"m"}]}"#),
            _ => Script::sse().event(r#"{"choices":[{"delta":{"content":"yes"},"finish_reason":"stop"}]}"#).event("[DONE]"),
        }
    })
    .await
    .unwrap()
}

#[tokio::test]
async fn a_key_is_found_in_no_answer_event_log_or_file() {
    let words = [CANARY[..CANARY.len() - 4].to_owned()];
    Log::watch(words.clone());
    let (app, server) = (TestApp::start().await, gossip().await);
    let mut events = app.events(None).await;
    let begin = events.head.clone();
    let mut said = Vec::new();
    let keep = |what: &str, answer: Result<Value, webplus_tests::Problem>| format!("{what}: {answer:?}");
    for (path, store) in [("good", "keychain"), ("bad", "keychain"), ("odd", "session"), ("cut", "session")] {
        let base = format!("{}/{path}", server.url());
        let params =
            json!({"kind": "openai_compatible", "name": path, "baseUrl": base, "key": CANARY, "keep": store});
        let added = app.call("provider/add", params).await;
        said.push(keep("provider/test", app.try_call("provider/test", json!({"id": added["id"]})).await));
        let sent = app.call("message/send", json!({"text": "a", "model": format!("{path}/m")})).await;
        said.push(app.ended(&Sent::of(&sent).answer).await.to_string());
        said.push(sent.to_string());
        let moved = json!({"id": added["id"], "baseUrl": format!("{base}/x")});
        said.push(keep("provider/update", app.try_call("provider/update", moved).await));
        let key = json!({"id": added["id"], "key": CANARY, "keep": store});
        said.push(keep("provider/set-key", app.try_call("provider/set-key", key).await));
        said.push(added.to_string());
    }
    // A key where none belongs: refused without being given back.
    let key = json!(CANARY);
    for (method, params) in [
        ("provider/add", json!({"vendor": "openai", "key": [key]})),
        ("provider/add", json!({"vendor": "openai", "key": {"text": key}})),
        ("provider/add", json!({"vendor": "openai", "key": key, "keep": "nowhere"})),
        ("provider/add", json!({"vendor": "openai", "key": key, "keep": "vault"})),
        ("provider/add", json!({"vendor": "openai", "key": format!("{CANARY} {CANARY}")})),
        ("vault/open", json!({"passphrase": [key]})),
        ("vault/open", json!({"passphrase": key})),
        ("provider/add", json!({"vendor": "openai", "key": key, "keep": "vault"})),
        ("vault/open", json!({"passphrase": format!("{CANARY} no more")})),
        ("provider/set-key", json!({"id": "00000000-0000-7000-8000-000000000000", "key": key})),
    ] {
        said.push(keep(method, app.try_call(method, params).await));
    }
    // Every method that only looks.
    for method in app::api::METHODS.iter().filter(|method| method.permission == domain::Permission::Read) {
        said.push(keep(method.name, app.try_call(method.name, json!({})).await));
    }
    let conversations = app.call("conversation/list", json!({})).await;
    for conversation in conversations["items"].as_array().unwrap() {
        said.push(app.call("conversation/get", json!({"id": conversation["id"]})).await.to_string());
    }
    app.call("conversation/create", json!({"title": "the end"})).await;
    let mut told = vec![begin];
    loop {
        let event = events.next().await.unwrap();
        told.push(event.to_string());
        if event["conversation"]["title"] == "the end" {
            break;
        }
    }
    drop(events);
    let sent = server.requests().iter().filter(|request| format!("{request:?}").contains(CANARY)).count();
    assert!(sent >= 8, "the canary was in use: {sent}");
    for text in said.iter().chain(&told) {
        assert!(!parts_of(text), "{text}");
    }
    let data = app.data();
    assert!(files_holding(&data, &CANARY.as_bytes()[..CANARY.len() - 4]).is_empty(), "while it runs");
    app.finish().await;
    assert!(LOG.lock().unwrap().length > 1000, "nothing was logged");
    let leaks = Log::leaks(&words);
    assert!(leaks.is_empty(), "in the log: {leaks:?}");
}

#[tokio::test]
async fn a_key_is_found_in_nothing_that_the_program_prints_or_leaves() {
    let server = gossip().await;
    let program = Program::new().env("WEBPLUS_LOG", "trace");
    let passphrase = program.home().join("passphrase");
    std::fs::write(&passphrase, "correct horse\n").unwrap();
    let program = program.env("WEBPLUS_VAULT_PASSPHRASE_FILE", passphrase.to_string_lossy());
    for path in ["good", "bad", "odd", "cut"] {
        let base = format!("{}/{path}", server.url());
        let add = [
            "providers",
            "add",
            "--kind",
            "openai-compatible",
            "--name",
            path,
            "--base-url",
            &base,
            "--json",
        ];
        let added = program.run_with(&add, &format!("{CANARY}\n")).await.good();
        let model = format!("{path}/m");
        let mut all = vec![added, program.run(&["providers", "test", path]).await];
        all.push(program.run(&["chat", "--model", &model, "--json", "a"]).await);
        all.push(program.run(&["providers", "list", "--json"]).await);
        all.push(program.run(&["doctor"]).await);
        for finished in all {
            assert!(!parts_of(&finished.stdout) && !parts_of(&finished.stderr), "{path}: {finished:?}");
        }
    }
    assert!(
        server.requests().iter().any(|request| format!("{request:?}").contains(CANARY)),
        "the canary was in use"
    );
    assert!(files_holding(program.home(), &CANARY.as_bytes()[..CANARY.len() - 4]).is_empty());
}
