//! The fake Ollama against what a real one was recorded to do: every recorded request is replayed, and status, headers and the
//! shape of the body are compared. Also what no recording shows: its processes, its pulls, its faults.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "a test stops where it is surprised"
)]

#[path = "support/recorded.rs"]
mod recorded;

#[path = "support/fake_faults.rs"]
mod faults;

#[cfg(target_os = "linux")]
#[path = "support/fake_processes.rs"]
mod processes;

use std::{collections::BTreeSet, fs};

use recorded::{Replay, Sent, exchange, folder};
use serde_json::json;
use test_support::ollama::{Act, Answer, FakeOllama, Registry, RunnerFault, Script, model_file};

const STORY: &str = "The story of the \"Lost City\" begins in a small village between two mountains, where a wizard who specializes in the art of patience lived with his seven cats and a very old clock.";

fn script() -> Script {
    let when =
        |when: &str, text: &str| Answer { when: Some(when.into()), text: text.into(), ..Answer::default() };
    Script {
        tokens_per_second: 5_000.0,
        answers: vec![
            when("JSON", "{\n  \"name\": \"John\",\n  \"age\": 25\n}"),
            when("capital of France", "The capital of France is Paris."),
            when("What was question 0", "The answer is: 0"),
            Answer { text: STORY.into(), ..Answer::default() },
        ],
        ..Script::default()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_recorded_request_is_answered_as_recorded() {
    let home = tempfile::tempdir().unwrap();
    let models = home.path().join("models");
    let registry = Registry::start().await.unwrap();
    let weights = model_file(1, 3_000_000);
    let digest = registry.offer("smol:latest", &weights);
    let mut replay = Replay::new(registry.url().trim_start_matches("http://"));
    let start = async |script| FakeOllama::start_in(script, &models, &[]).await.unwrap();

    // Nothing there yet.
    let fake = start(script()).await;
    let at = fake.address();
    for name in [
        "root",
        "version",
        "status",
        "me",
        "recommendations",
        "tags-empty",
        "v1-models-empty",
        "host-empty",
        "host-evil",
        "host-local",
        "origin-evil",
        "origin-localhost",
        "origin-null",
        "origin-tauri",
        "origin-tauri-windows",
        "preflight",
        "not-found",
        "method-not-allowed",
        "chat-empty-body",
        "chat-bad-json",
        "chat-missing-model",
        "chat-unknown-model",
        "show-unknown-model",
        "text-plain-json",
        "delete-unknown",
        "copy-unknown",
        "v1-unknown-model",
        "v1-messages-unknown-model",
        "v1-bad-json",
        "pull-bad-name",
        "pull-no-network",
        "pull-no-network-nostream",
        "pull-http-insecure-false",
        "pull-missing-manifest",
        "blob-head-missing",
        "blob-post-bad-digest",
        "blob-post-mismatch",
        "create-missing-blob",
        "create-from-unknown",
        "ps-empty",
    ] {
        replay.play(at, name).await;
    }

    // Uploads and what is made of them; the damaged ones are damaged here.
    replay.bind("b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53", &digest);
    for name in ["blob-post", "blob-head-present"] {
        replay.play_with(at, name, &weights).await;
    }
    let mut hostile = b"GGUF".to_vec();
    hostile.extend([3, 0, 0, 0]);
    hostile.extend([0xff; 16]);
    for (recorded, content) in [
        ("f6d4c29616a4f4cf370fb7c5586abeecb5cb284e9c4ee8224dd0271364a0b33e", hostile),
        ("d036eecd4917a682ea94570fb6f7a6b306494bcaa54916113072c098b8902875", b"no model at all".to_vec()),
        ("dd30f3140261009311c6fad65eafecc04cb43ff7637a8a45f94e9e734f78edf1", weights[..1_000_000].to_vec()),
    ] {
        let digest = recorded::upload(at, &content).await;
        replay.bind(recorded, &digest);
    }
    for name in [
        "create-hostile-gguf",
        "create-not-gguf",
        "create-truncated-gguf",
        "create",
        "create-quantize",
        "create-variant",
        "tags",
        "show",
        "show-variant",
        "v1-models",
        "load",
        "ps-loaded",
    ] {
        replay.play(at, name).await;
    }

    // Answers and refusals.
    for name in [
        "chat",
        "chat-stream",
        "chat-stream-length",
        "chat-json",
        "chat-json-schema",
        "chat-logprobs",
        "chat-debug-render",
        "chat-bad-role",
        "chat-unknown-option",
        "chat-bad-option-type",
        "chat-bad-format",
        "chat-images-unsupported",
        "chat-think-unsupported",
        "chat-tools-unsupported",
        "chat-too-long-truncate-false",
        "chat-too-long-truncate-false-stream",
        "chat-silently-truncated",
        "generate",
        "generate-stream",
        "generate-raw",
        "generate-suffix-unsupported",
        "embed",
        "embeddings-old",
        "v1-chat",
        "v1-chat-stream",
        "v1-messages",
        "v1-messages-stream",
        "v1-responses-stream",
        "v1-too-long",
        "chat-huge-context",
        "ps-after-huge",
        "chat-variant",
        "ps-evicted",
        "unload",
        "copy",
        "delete",
    ] {
        replay.play(at, name).await;
    }
    let unload = json!({"model": "smol-pirate", "keep_alive": 0});
    exchange(at, &Sent::json("POST", "/api/generate", &unload)).await;
    replay.play(at, "ps-after-unload").await;
    assert!(fake.log().iter().any(|line| {
        line.contains("msg=\"requested context size too large for model\" num_ctx=100000000 n_ctx_train=8192")
    }));
    assert!(fake.log().iter().any(|line| line.contains("option=temprature")));
    drop(fake);

    // A runner that dies, and the next request.
    let crash = Some(RunnerFault { after_tokens: 9, times: 1 });
    let fake = start(Script { runner_crash: crash, ..script() }).await;
    for name in ["chat-runner-killed", "chat-after-runner-killed"] {
        replay.play(fake.address(), name).await;
    }
    drop(fake);

    // A blob that is cut, then gone.
    let fake = start(script()).await;
    let blob = recorded::weights_of(&models, "smol");
    let content = fs::read(&blob).unwrap();
    fs::write(&blob, &content[..1_000_000]).unwrap();
    replay.play(fake.address(), "chat-blob-truncated").await;
    fs::remove_file(&blob).unwrap();
    for name in ["chat-blob-missing", "show-blob-missing", "tags-blob-missing"] {
        replay.play(fake.address(), name).await;
    }
    drop(fake);

    // Pulls, each into a folder of its own but the one that goes on.
    registry.slow(Some(12_000_000));
    for name in ["pull-ok", "pull-slow-whole"] {
        let fake = FakeOllama::start(Script::default()).await.unwrap();
        replay.play(fake.address(), name).await;
    }
    let fake = FakeOllama::start(Script::default()).await.unwrap();
    replay.play_until(fake.address(), "pull-cancelled", "\"completed\":").await;
    recorded::until(|| recorded::saved(&fake.blob(&digest)) > 0).await;
    replay.play(fake.address(), "pull-resumed").await;
    assert!(!registry.ranges().last().unwrap().starts_with("bytes=0-"), "begun anew");
    registry.script([Act::WrongBytes]);
    let fake = FakeOllama::start(Script::default()).await.unwrap();
    replay.play(fake.address(), "pull-digest-mismatch").await;
    let mut full = Script::default();
    full.pull.disk_free = Some(1_000);
    let fake = FakeOllama::start(full).await.unwrap();
    replay.play(fake.address(), "pull-disk-full").await;

    let all: BTreeSet<String> = fs::read_dir(folder())
        .unwrap()
        .filter_map(|entry| {
            entry.unwrap().file_name().to_str()?.strip_suffix(".request.json").map(str::to_owned)
        })
        .collect();
    let missing: Vec<_> = all.difference(&replay.played).collect();
    assert!(missing.is_empty(), "recorded, but not replayed: {missing:?}");
    assert!(replay.wrong.is_empty(), "not as recorded:\n{}", replay.wrong.join("\n"));
}
