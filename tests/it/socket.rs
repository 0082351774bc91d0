//! The owner's socket: a second command works through the application that owns the data folder.

use std::{
    os::unix::fs::{FileTypeExt as _, PermissionsExt as _},
    time::Duration,
};

use serde_json::json;
use test_support::{FaultServer, Script};
use webplus_tests::{Gguf, Program, eventually};

const SLOW: Duration = Duration::from_millis(30);

fn with_runner() -> Program {
    // Only to list and import: the runner is never started.
    Program::new().env("WEBPLUS_RUNNER", "/bin/true")
}

#[tokio::test]
async fn the_socket_is_the_owners_alone_and_goes_with_it() {
    let program = with_runner();
    let served = program.serve().await;
    let socket = program.data().join("webplus.sock");
    eventually("the socket is there", Duration::from_secs(5), || socket.exists()).await;
    let found = std::fs::metadata(&socket).unwrap();
    assert!(found.file_type().is_socket());
    assert_eq!(found.permissions().mode() & 0o777, 0o600);
    assert_eq!(std::fs::metadata(program.data()).unwrap().permissions().mode() & 0o777, 0o700);
    for entry in std::fs::read_dir(program.data()).unwrap() {
        let entry = entry.unwrap();
        assert_eq!(entry.metadata().unwrap().permissions().mode() & 0o077, 0, "{:?}", entry.path());
    }
    let ended = served.terminate().await;
    assert_eq!(ended.code(), 0, "{ended:?}");
    assert!(!socket.exists());
    // What a crash left is replaced.
    program.serve().await.kill().await;
    let served = program.serve().await;
    program.run(&["models", "list"]).await.good();
    served.terminate().await;
}

#[tokio::test]
async fn a_second_command_lists_imports_and_chats_through_the_owner() {
    let vendor = FaultServer::start(|request| {
        if request.target.ends_with("/models") {
            return Script::json(200, r#"{"data":[{"id":"m"}]}"#);
        }
        let piece =
            |text: &str| format!("data: {{\"choices\":[{{\"delta\":{{\"content\":\"{text}\"}}}}]}}\n\n");
        Script::sse()
            .drip(piece("one "), 3, SLOW)
            .event(r#"{"choices":[{"delta":{"content":"two"},"finish_reason":"stop"}]}"#)
            .event("[DONE]")
    });
    let vendor = vendor.await.unwrap();
    let program = with_runner();
    let served = program.serve().await;
    let socket = program.data().join("webplus.sock");
    eventually("the socket is there", Duration::from_secs(5), || socket.exists()).await;
    let base = format!("{}/v1", vendor.url());
    let add = [
        "providers",
        "add",
        "--kind",
        "openai-compatible",
        "--name",
        "Own",
        "--base-url",
        &base,
        "--no-key",
        "--json",
    ];
    assert_eq!(program.run(&add).await.good().last()["slug"], "own");
    let file = program.home().join("tiny.gguf");
    std::fs::write(&file, Gguf::model("Tiny").bytes(1)).unwrap();
    let file = file.to_string_lossy().into_owned();
    for _ in 0..2 {
        let imported = program.run(&["models", "import", &file, "--json"]).await.good();
        assert_eq!(imported.last(), json!({"model": "embedded/tiny-q4_0"}));
    }
    let listed = program.run(&["models", "list", "--json"]).await.good();
    let ids: Vec<_> = listed.lines().iter().map(|model| model["id"].as_str().unwrap().to_owned()).collect();
    assert_eq!(ids, ["embedded/tiny-q4_0", "own/m"]);
    // The window sees what the command does.
    let mut events = served.events(None).await;
    let chat = program.run(&["chat", "--model", "own/m", "--json", "count"]).await.good();
    let lines = chat.lines();
    let text: String = lines
        .iter()
        .filter(|line| line["type"] == "delta")
        .map(|line| line["text"].as_str().unwrap())
        .collect();
    assert_eq!(text, "one one one two");
    assert_eq!(lines.last().unwrap()["type"], "done");
    let seen = events
        .until(|event| {
            event["type"] == "message.changed"
                && event["message"]["role"] == "assistant"
                && event["message"]["status"] == "succeeded"
        })
        .await;
    assert_eq!(seen["message"]["id"], lines.last().unwrap()["message"]);
    drop(events);
    let plain = program.run(&["chat", "--model", "own/m", "count"]).await.good();
    assert_eq!(plain.stdout, "one one one two\n");
    let missing = program.run(&["models", "import", "/no/such/file.gguf"]).await;
    assert_eq!(missing.code(), 1);
    assert!(missing.stderr.trim_end().ends_with('.'), "{missing:?}");
    let second = program.run(&["serve"]).await;
    assert_eq!(second.code(), 1, "one owner: {second:?}");
    assert!(second.stdout.is_empty() || second.lines().iter().all(|line| line["type"] == "error"));
    served.terminate().await;
}
