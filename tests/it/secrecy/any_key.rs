//! The property for any key: whatever letters it has, and however a server writes it back, it is in no answer, event, log or file.
//!
//! Not here: what a model says. An answer's own text is shown as it came.

use std::{path::Path, sync::Arc};

use domain::Permission;
use proptest::{
    prelude::*,
    test_runner::{Config, TestRunner},
};
use serde_json::{Value, json};
use test_support::{FaultServer, Script};
use webplus_tests::{Sent, TestApp};

use super::Log;

/// How a server writes the key.
#[derive(Debug, Clone, Copy)]
enum Guise {
    Plain,
    Json,
    Percent,
    PercentLower,
    Html,
}

/// Where it writes it.
#[derive(Debug, Clone, Copy)]
enum Place {
    Message,
    Code,
    RequestId,
    Detail,
    Bare,
    Text,
    Page,
    Header,
    Stream,
    Cut,
}

fn percent(key: &str, hex: fn(u8) -> String) -> String {
    key.bytes()
        .map(|byte| match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                char::from(byte).to_string()
            }
            other => hex(other),
        })
        .collect()
}

impl Guise {
    const ALL: [Self; 5] = [Self::Plain, Self::Json, Self::Percent, Self::PercentLower, Self::Html];

    fn put_on(self, key: &str) -> String {
        match self {
            Self::Plain => key.to_owned(),
            Self::Json => {
                let quoted = json!(key).to_string();
                quoted[1..quoted.len() - 1].to_owned()
            }
            Self::Percent => percent(key, |byte| format!("%{byte:02X}")),
            Self::PercentLower => percent(key, |byte| format!("%{byte:02x}")),
            Self::Html => key
                .replace('&', "&amp;")
                .replace('<', "&lt;")
                .replace('>', "&gt;")
                .replace('"', "&quot;")
                .replace('\'', "&#39;"),
        }
    }
}

/// Enough of the key to be of use to somebody, in every guise. Its last four letters are shown on purpose.
fn needles(key: &str) -> Vec<String> {
    let most = &key[..key.len() - 4];
    let mut all: Vec<_> = Guise::ALL.iter().map(|guise| guise.put_on(most)).collect();
    all.sort();
    all.dedup();
    all
}

fn reply(place: Place, told: &str, asked_for_models: bool) -> Script {
    let error = |body: Value| Script::json(401, &json!({ "error": body }).to_string());
    match place {
        Place::Message => {
            error(json!({"message": format!("Incorrect API key: {told}, sorry"), "code": "invalid_api_key"}))
        }
        Place::Code => error(json!({"message": "No.", "code": told, "type": told, "param": told})),
        Place::RequestId => {
            Script::json(400, &json!({"error": {"message": "No."}, "request_id": told}).to_string())
        }
        Place::Detail => Script::json(422, &json!({"detail": {"message": format!("({told})")}}).to_string()),
        Place::Bare => Script::json(500, &json!(format!("key={told}")).to_string()),
        Place::Text => Script::reply(403, &[("Content-Type", "text/plain")], format!("denied for '{told}'")),
        Place::Page => Script::reply(200, &[("Content-Type", "text/html")], format!("<html>{told}</html>")),
        Place::Header => {
            Script::reply(503, &[("X-Request-Id", told), ("Server", told), ("Retry-After", told)], "{}")
        }
        Place::Stream if asked_for_models => Script::json(200, r#"{"data":[{"id":"m"}]}"#),
        Place::Stream => Script::sse().event(&json!({"error": {"message": told, "code": told}}).to_string()),
        Place::Cut if asked_for_models => Script::json(200, &format!("{{\"data\": [{told}")),
        Place::Cut => Script::sse().event(&format!("{{\"oops\": \"{told}")),
    }
}

/// Letters that something on the way escapes, between ordinary ones.
fn key() -> impl Strategy<Value = String> {
    let odd = prop::sample::select(r#"%"'\<>&+/=?#{}[]:;,.|`^~$*()!@"#.chars().collect::<Vec<_>>());
    let letter = prop_oneof![2 => prop::char::range('a', 'z'), 1 => prop::char::range('0', '9'), 2 => odd];
    prop::collection::vec(letter, 14..40).prop_map(|letters| letters.into_iter().collect())
}

fn place() -> impl Strategy<Value = Place> {
    prop::sample::select(vec![
        Place::Message,
        Place::Code,
        Place::RequestId,
        Place::Detail,
        Place::Bare,
        Place::Text,
        Place::Page,
        Place::Header,
        Place::Stream,
        Place::Cut,
    ])
}

/// Everything that a client can make of a provider with that key, as text.
async fn said(app: &TestApp, server: &FaultServer, path: &str, key: &str) -> Vec<String> {
    let name = format!("P{path}");
    let base = format!("{}/{path}", server.url());
    let added = app
        .call("provider/add", json!({"kind": "openai_compatible", "name": name, "baseUrl": base, "key": key}))
        .await;
    let id = added["id"].clone();
    let model = format!("{}/m", added["slug"].as_str().unwrap());
    let mut events = app.events(None).await;
    let mut all = vec![added.to_string()];
    all.push(format!("{:?}", app.try_call("provider/test", json!({ "id": id })).await));
    all.push(format!("{:?}", app.try_call("model/list", json!({ "refresh": true })).await));
    let sent = app.call("message/send", json!({ "text": "a", "model": model })).await;
    all.push(app.ended(&Sent::of(&sent).answer).await.to_string());
    all.push(format!("{:?}", app.try_call("provider/set-key", json!({ "id": id, "key": [key] })).await));
    app.call("provider/remove", json!({ "id": id })).await;
    app.call("conversation/create", json!({ "title": "the end" })).await;
    loop {
        let event = events.next().await.unwrap();
        all.push(event.to_string());
        if event["conversation"]["title"] == "the end" {
            return all;
        }
    }
}

/// What the folder's files say, one after the other; what is kept in reserve for a full disk says nothing.
fn read_all(folder: &Path, into: &mut String) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            read_all(&path, into);
        } else if path.is_file() && !path.ends_with("ballast") {
            into.push_str(&String::from_utf8_lossy(&std::fs::read(path).unwrap_or_default()));
        }
    }
}

#[test]
fn whatever_letters_a_key_has_and_however_it_comes_back_it_is_found_nowhere() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let (app, server, asked) = runtime.block_on(async {
        let asked = Arc::new(std::sync::Mutex::new((Place::Message, Guise::Plain)));
        let wanted = Arc::clone(&asked);
        let server = FaultServer::start(move |request| {
            let (place, guise) = *wanted.lock().unwrap();
            let key =
                request.header("authorization").unwrap_or_default().trim_start_matches("Bearer ").to_owned();
            reply(place, &guise.put_on(&key), request.target.ends_with("/models"))
        });
        (TestApp::start().await, server.await.unwrap(), asked)
    });
    let used = std::cell::RefCell::new(Vec::new());
    let config = Config { cases: 48, failure_persistence: None, ..Config::default() };
    let cases = (key(), place(), prop::sample::select(Guise::ALL.to_vec()));
    let tried = TestRunner::new(config).run(&cases, |(key, place, guise)| {
        let words = needles(&key);
        Log::watch(words.clone());
        *asked.lock().unwrap() = (place, guise);
        let number = used.borrow().len();
        let before = server.requests().len();
        let all = runtime.block_on(said(&app, &server, &number.to_string(), &key));
        let came = server.requests()[before..]
            .iter()
            .filter(|request| {
                request.header("authorization").is_some_and(|sent| sent == format!("Bearer {key}"))
            })
            .count();
        prop_assert!(came >= 2, "the key was in use");
        used.borrow_mut().push(key);
        for text in all.iter().chain(&Log::leaks(&words)) {
            // What is JSON or a debug line in itself escapes once more.
            let plain = text.replace("\\\\", "\\").replace("\\\"", "\"").replace("\\'", "'");
            for word in &words {
                prop_assert!(
                    !text.contains(word) && !plain.contains(word),
                    "{place:?} {guise:?}: {word} in {text}"
                );
            }
        }
        Ok(())
    });
    if let Err(failure) = tried {
        // Ended first: what failed is told, not that the application was left open.
        runtime.block_on(app.finish());
        panic!("{failure}");
    }
    runtime.block_on(async {
        for method in app::api::METHODS.iter().filter(|method| method.permission == Permission::Read) {
            let text = format!("{:?}", app.try_call(method.name, json!({})).await);
            for key in used.borrow().iter() {
                assert!(needles(key).iter().all(|word| !text.contains(word)), "{}: {text}", method.name);
            }
        }
        let mut kept = String::new();
        read_all(&app.data(), &mut kept);
        for word in used.borrow().iter().flat_map(|key| needles(key)) {
            assert!(!kept.contains(&word), "{word} is in a file");
        }
        app.finish().await;
    });
}
