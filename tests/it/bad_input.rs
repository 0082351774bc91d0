//! What other programs and files can do wrong, met on the command line: each ends in a sentence that says what happened and what to
//! do, with an exit code that a script can act on, in bounded memory, and what was written before it is kept.

use std::{fs, path::Path, process::Stdio, time::Duration};

use serde_json::{Value, json};
use test_support::{FaultServer, Script};
use webplus_tests::{Finished, Gguf, Program, rows};

const KEY: &str = "sk-test-0123456789abcd";

/// One line of a stream of OpenAI's protocol.
fn piece(text: &str) -> String {
    let event = json!({"choices": [{"delta": {"content": text}}]});
    format!("data: {event}\n\n")
}

/// A server that answers each model wrongly in its own way.
async fn server() -> FaultServer {
    FaultServer::start(|request| {
        let whole = |bytes: &str| Script::head(200, &[("Content-Type", bytes), ("Connection", "close")]);
        if request.target.ends_with("/models") {
            return Script::json(200, r#"{"data":[{"id":"m"}]}"#);
        }
        match request.json()["model"].as_str().unwrap_or_default() {
            "gone" => Script::json(
                404,
                r#"{"error":{"message":"The model `gone` does not exist or you do not have access to it.","type":"invalid_request_error","code":"model_not_found"}}"#,
            ),
            "strict" => Script::json(
                401,
                r#"{"error":{"message":"Incorrect API key provided.","type":"invalid_request_error","code":"invalid_api_key"}}"#,
            ),
            "portal" => Script::reply(
                200,
                &[("Content-Type", "text/html; charset=utf-8")],
                "<!DOCTYPE html><html><body><h1>Welcome to Hotel Wi-Fi</h1></body></html>",
            ),
            "line" => Script::sse()
                .bytes(piece("It begins well"))
                .bytes(r#"data: {"choices":[{"delta":{"content":""#)
                .repeat(vec![b'x'; 1 << 16], 1024),
            "body" => whole("application/json")
                .bytes(r#"{"choices":[{"message":{"content":""#)
                .repeat(vec![b'x'; 1 << 16], 16_384),
            "pings" => Script::sse().repeat(": still here\n\n".repeat(4096), 20_000),
            "words" => Script::sse().repeat(piece(&"word ".repeat(2000)), 100_000),
            _ => Script::sse()
                .bytes(piece("All is well."))
                .event(r#"{"choices":[{"delta":{},"finish_reason":"stop"}]}"#)
                .event("[DONE]"),
        }
    })
    .await
    .unwrap()
}

/// A home that knows the server as `own`.
async fn knowing(base: &str) -> Program {
    let program = Program::new().env("OWN_KEY", KEY);
    let words = [
        "providers",
        "add",
        "--kind",
        "openai-compatible",
        "--name",
        "Own",
        "--base-url",
        base,
        "--key-env",
        "OWN_KEY",
    ];
    program.run(&words).await.good();
    program
}

/// Failed with one sentence that names these words and tells nothing of the inside; with --json the last line says the same.
fn failed(finished: &Finished, words: &[&str]) {
    assert_eq!(finished.code(), 1, "{finished:?}");
    let sentence = finished.stderr.trim_end().lines().last().unwrap_or_default();
    assert!(
        sentence.ends_with('.') && !sentence.contains("panicked") && !sentence.contains("Error {"),
        "{finished:?}"
    );
    for word in words {
        assert!(sentence.contains(word), "{word:?} is not in {sentence:?}");
    }
    assert!(!sentence.contains(KEY), "{sentence}");
    if finished.stdout.starts_with('{') {
        let last = finished.last();
        assert_eq!(
            (&last["type"], last["message"].as_str()),
            (&json!("error"), Some(sentence)),
            "{finished:?}"
        );
    }
}

/// Asks, with and without --json; the question is kept every time.
async fn asked(program: &Program, model: &str, words: &[&str]) -> Finished {
    let mut last = None;
    for json in [false, true] {
        let mut arguments = vec!["chat", "--model", model, "Are you there?"];
        if json {
            arguments.insert(0, "--json");
        }
        let finished = program.run(&arguments).await;
        failed(&finished, words);
        last = Some(finished);
    }
    let kept = rows(&program.data(), "SELECT parts FROM messages WHERE role = 'user'");
    assert!(kept.len() >= 2 && kept.iter().all(|row| row.contains("Are you there?")), "{kept:?}");
    last.unwrap()
}

#[tokio::test]
async fn a_model_that_the_provider_does_not_have_is_named() {
    let server = server().await;
    let program = knowing(&format!("{}/v1", server.url())).await;
    asked(&program, "own/gone", &["gone", "does not exist"]).await;
    program.run(&["chat", "--model", "own/m", "And you?"]).await.good();
}

#[tokio::test]
async fn a_key_that_is_refused_is_asked_for_again() {
    let server = server().await;
    let program = knowing(&format!("{}/v1", server.url())).await;
    let refused = asked(&program, "own/strict", &["refused the key", "enter it again"]).await;
    assert_eq!(refused.last()["code"], "provider_auth");
}

#[tokio::test]
async fn a_host_where_nothing_answers_is_named() {
    let program = knowing("http://127.0.0.1:1/v1").await;
    let words = ["Nothing answers at 127.0.0.1:1.", "Check that it is running"];
    asked(&program, "own/m", &words).await;
    failed(&program.run(&["providers", "test", "own"]).await, &words);
}

#[tokio::test]
async fn a_login_page_in_place_of_an_answer_is_called_one() {
    let server = server().await;
    let program = knowing(&format!("{}/v1", server.url())).await;
    let host = server.address().to_string();
    asked(&program, "own/portal", &["web page", &host, "Sign in to the network"]).await;
}

#[tokio::test]
async fn a_line_of_64_mb_is_cut_off_and_what_came_before_it_is_kept() {
    let server = server().await;
    let program = knowing(&format!("{}/v1", server.url())).await;
    asked(&program, "own/line", &["more than 8.0 MiB", "Try again"]).await;
    let kept = rows(&program.data(), "SELECT parts FROM messages WHERE role = 'assistant'");
    assert!(kept.len() == 2 && kept.iter().all(|row| row.contains("It begins well")), "{kept:?}");
}

#[tokio::test]
async fn a_gigabyte_is_cut_off_while_memory_stays_flat() {
    let server = server().await;
    let program = knowing(&format!("{}/v1", server.url())).await;
    for (model, words, most) in [
        ("own/body", "more than 32 MiB", 192),
        ("own/pings", "far more than an answer can be", 192),
        ("own/words", "beyond 4 MiB", 256),
    ] {
        let (finished, held) = measured(&program, &["chat", "--model", model, "Go on."]).await;
        failed(&finished, &[words]);
        assert!(held < most << 20, "{model}: {} MiB were held", held >> 20);
    }
    let kept = rows(&program.data(), "SELECT parts FROM messages WHERE role = 'assistant'");
    assert!(kept.iter().any(|row| row.contains("word word word")), "what came of the words is gone");
}

/// Runs to the end; tells the most memory that it held, in bytes, where the system says.
async fn measured(program: &Program, arguments: &[&str]) -> (Finished, u64) {
    let child = program.command(arguments).stdin(Stdio::null()).spawn().unwrap();
    let status = format!("/proc/{}/status", child.id().unwrap());
    let ending = child.wait_with_output();
    tokio::pin!(ending);
    let mut held = 0;
    let output = loop {
        tokio::select! {
            output = &mut ending => break output.unwrap(),
            () = tokio::time::sleep(Duration::from_millis(20)) => held = held.max(peak(Path::new(&status)).unwrap_or_default()),
        }
    };
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (Finished { status: output.status, stdout: text(output.stdout), stderr: text(output.stderr) }, held)
}

fn peak(status: &Path) -> Option<u64> {
    let text = fs::read_to_string(status).ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(line.trim().strip_suffix(" kB")?.parse::<u64>().ok()? * 1024)
}

#[tokio::test]
async fn a_file_that_is_no_whole_model_is_not_added() {
    let program = Program::new();
    let file = program.home().join("mine.gguf");
    let whole = Gguf::model("Mine").bytes(3);
    for (content, words) in [
        (&whole[..whole.len() - 1000], &["damaged", "ends too early", "Get the file again"][..]),
        (&whole[..100], &["damaged", "ends too early", "Get the file again"]),
        (b"PK\x03\x04 not a model at all, but long enough", &["not a GGUF model file", ".gguf"]),
        (b"", &["not a GGUF model file"]),
    ] {
        fs::write(&file, content).unwrap();
        for json in [false, true] {
            let mut arguments = vec!["models", "import", file.to_str().unwrap()];
            if json {
                arguments.push("--json");
            }
            failed(&program.run(&arguments).await, words);
        }
        assert_eq!(program.run(&["models", "list", "--json"]).await.good().lines(), Vec::<Value>::new());
        let kept = fs::read_dir(program.data().join("models")).map_or(0, Iterator::count);
        assert_eq!(kept, 0, "something of it was kept");
        assert!(file.exists(), "the person's own file is gone");
    }
}

#[tokio::test]
async fn a_model_that_was_cut_after_it_was_added_is_called_damaged() {
    let program = Program::new().env("WEBPLUS_RUNNER", "/no/such/runner");
    let file = program.home().join("mine.gguf");
    fs::write(&file, Gguf::model("Mine").bytes(3)).unwrap();
    let added = program.run(&["models", "import", file.to_str().unwrap(), "--json"]).await.good().last();
    let model = added["model"].as_str().unwrap();
    let kept = fs::read_dir(program.data().join("models")).unwrap().next().unwrap().unwrap().path();
    fs::OpenOptions::new().write(true).open(kept).unwrap().set_len(500).unwrap();
    let listed = program.run(&["models", "list", "--json"]).await.good().last();
    assert_eq!(listed["state"]["type"], "damaged", "{listed}");
    let words = ["instead of", "Remove the model and add it again"];
    let asked = asked(&program, model, &words).await;
    assert_eq!(asked.last()["code"], "model_damaged");
    assert!(!asked.stderr.contains(program.data().to_str().unwrap()), "{asked:?}");
    program.run(&["models", "remove", model]).await.good();
    program.run(&["models", "import", file.to_str().unwrap()]).await.good();
    let listed = program.run(&["models", "list", "--json"]).await.good().last();
    assert_eq!(listed["state"]["type"], "on_disk", "{listed}");
}
