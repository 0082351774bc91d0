//! The clients against a real server: llama.cpp's own, from the Python package xllamacpp, with a small model.
//!
//! Runs where WEBPLUS_TEST_MODEL names a GGUF file of an instruction-tuned model, and a Python with that package is found
//! (WEBPLUS_TEST_PYTHON, else python3). Elsewhere it says that it was skipped, and why.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    clippy::disallowed_methods,
    reason = "a test, which finds its server by the environment and starts it"
)]

extern crate webplus_llm as llm;

use std::{
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use domain::{FinishReason, Parameters, Role};
use futures_util::StreamExt;
use llm::{
    Anthropic, CompletionEvent, CompletionRequest, Continuation, Error, Extend, Flavour, Http, HttpOptions,
    OpenAi, Provider, RequestMessage,
};

struct Server {
    child: Child,
    url: String,
}

impl Server {
    /// The running server; nothing, said in a line, where there can't be one.
    fn start() -> Option<Self> {
        let Ok(model) = std::env::var("WEBPLUS_TEST_MODEL") else {
            eprintln!("skipped: WEBPLUS_TEST_MODEL names no model for a real server");
            return None;
        };
        let python = std::env::var("WEBPLUS_TEST_PYTHON").unwrap_or_else(|_| "python3".to_owned());
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../tests/support/real_server.py");
        let spawned = Command::new(&python)
            .args([script, &model])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn();
        let Ok(mut child) = spawned else {
            eprintln!("skipped: {python} can't be started");
            return None;
        };
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let Some(port) =
            serde_json::from_str::<serde_json::Value>(&line).ok().and_then(|value| value["port"].as_u64())
        else {
            eprintln!("skipped: {python} has no xllamacpp, or the model can't be loaded");
            let _ = child.wait();
            return None;
        };
        Some(Self { child, url: format!("http://127.0.0.1:{port}") })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // The end of its standard input ends it.
        drop(self.child.stdin.take());
        let _ = self.child.wait();
    }
}

fn request(text: &str, max_tokens: u32) -> CompletionRequest {
    CompletionRequest {
        model: "SmolLM2-135M-Instruct".to_owned(),
        system: "You are a helpful assistant.".to_owned(),
        messages: vec![RequestMessage::text(Role::User, text)],
        parameters: Parameters {
            temperature: Some(0.0),
            max_tokens: Some(max_tokens),
            ..Parameters::default()
        },
        continuation: Continuation::Answer,
        cache_key: None,
    }
}

async fn answer(provider: &dyn Provider, request: CompletionRequest) -> Result<Vec<CompletionEvent>, Error> {
    let mut stream = provider.complete(request);
    let mut events = Vec::new();
    while let Some(item) = stream.next().await {
        events.push(item?);
    }
    Ok(events)
}

fn text(events: &[CompletionEvent]) -> String {
    events
        .iter()
        .filter_map(|event| if let CompletionEvent::Text(text) = event { Some(text.as_str()) } else { None })
        .collect()
}

#[tokio::test]
async fn a_real_server_answers_in_every_protocol() {
    let Some(server) = Server::start() else { return };
    let http = Http::new(HttpOptions::default()).unwrap();
    let url = format!("{}/v1", server.url);
    let flavour = |extend, responses| Flavour::Compatible { extend, stream_options: true, responses };
    let chat = OpenAi::new(http.clone(), &url, None, flavour(Extend::Trailing, false)).unwrap();
    let responses = OpenAi::new(http.clone(), &url, None, flavour(Extend::Instruction, true)).unwrap();
    let anthropic = Anthropic::new(http.clone(), &server.url, None).unwrap();
    let providers: [(&str, &dyn Provider); 3] =
        [("chat", &chat), ("responses", &responses), ("messages", &anthropic)];

    let models = chat.models().await.unwrap();
    assert_eq!((models.len(), models[0].context_window), (1, Some(2048)));
    assert_eq!(chat.test().await.unwrap().models, 1);

    for (name, provider) in providers {
        let events = answer(provider, request("What is the capital of France? Answer in one sentence.", 32))
            .await
            .unwrap();
        assert!(text(&events).contains("Paris"), "{name}: {events:?}");
        assert!(matches!(events.first(), Some(CompletionEvent::Started { .. })), "{name}");
        assert!(matches!(events.last(), Some(CompletionEvent::Finished { .. })), "{name}");
        let usage = events
            .iter()
            .rev()
            .find_map(|event| if let CompletionEvent::Usage(usage) = event { Some(*usage) } else { None });
        let usage = usage.expect(name);
        assert!(usage.prompt() > 10 && usage.output > 3 && !usage.estimated, "{name}: {usage:?}");

        // Longer than the window: refused before anything is generated, with the numbers.
        let error = answer(provider, request(&"word ".repeat(4000), 8)).await.unwrap_err();
        assert!(
            matches!(error, Error::ContextTooLong { prompt_tokens: Some(4000..), context: Some(2048), .. }),
            "{name}: {error:?}"
        );
    }

    // The limit of tokens is told as such.
    let events = answer(&chat, request("Tell a long story.", 5)).await.unwrap();
    assert!(matches!(events.last(), Some(CompletionEvent::Finished { reason: FinishReason::Length, .. })));

    // A partial answer is extended, not begun again.
    let mut more = request("Count from one to ten in words.", 12);
    more.messages.push(RequestMessage::text(Role::Assistant, "One, two, three, four,"));
    more.continuation = Continuation::Extend;
    for provider in [&chat as &dyn Provider, &anthropic] {
        let continued = text(&answer(provider, more.clone()).await.unwrap());
        assert!(continued.trim_start().to_lowercase().starts_with("five"), "{continued:?}");
    }

    // A schema is followed.
    let mut json = request("Give a city and its population.", 60);
    let schema = r#"{"type":"object","properties":{"city":{"type":"string"},"population":{"type":"integer"}},"required":["city","population"]}"#;
    json.parameters.json_schema = serde_json::from_str(schema).ok();
    let reply: serde_json::Value = serde_json::from_str(&text(&answer(&chat, json).await.unwrap())).unwrap();
    assert!(reply["city"].is_string() && reply["population"].is_i64());

    // Leaving in the middle frees the only slot at once: the next answer doesn't wait for the long one.
    let mut stream = chat.complete(request("Write a very long story about the sea.", 1500));
    while let Some(Ok(event)) = stream.next().await {
        if matches!(event, CompletionEvent::Text(_)) {
            break;
        }
    }
    drop(stream);
    let began = Instant::now();
    answer(&chat, request("Say hello.", 2)).await.unwrap();
    assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
}
