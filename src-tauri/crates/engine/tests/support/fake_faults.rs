//! What the fake does wrong when told, and the real one's traps: pulls, unloads, stalls.

use std::{fs, time::Duration};

use serde_json::json;
use test_support::ollama::{Act, FakeOllama, Registry, RunnerFault, Script, model_file};

use crate::recorded::{self, Sent, exchange, exchange_until};

async fn chat(fake: &FakeOllama, more: serde_json::Value) -> recorded::Got {
    let mut body = json!({"model": "smol", "messages": [{"role": "user", "content": "hi"}], "stream": false});
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    exchange(fake.address(), &Sent::json("POST", "/api/chat", &body)).await
}

async fn loaded(fake: &FakeOllama) -> serde_json::Value {
    exchange(fake.address(), &Sent::get("/api/ps")).await.json()["models"].clone()
}

async fn with_model(script: Script) -> FakeOllama {
    let fake = FakeOllama::start(script).await.unwrap();
    fake.add_model("smol", &model_file(1, 10_000)).unwrap();
    fake
}

fn pull(registry: &Registry) -> Sent {
    Sent::json("POST", "/api/pull", &json!({"model": registry.model("smol:latest"), "insecure": true}))
}

async fn with_registry(weights: &[u8]) -> (Registry, String) {
    let registry = Registry::start().await.unwrap();
    let digest = registry.offer("smol:latest", weights);
    (registry, digest)
}

#[tokio::test(flavor = "multi_thread")]
async fn keep_alive_is_seconds_or_a_duration_with_a_unit() {
    let fake = with_model(Script::default()).await;
    assert_eq!(chat(&fake, json!({"keep_alive": -1})).await.status, 200);
    assert!(loaded(&fake).await[0]["expires_at"].as_str().unwrap().starts_with("23"));
    let refused = chat(&fake, json!({"keep_alive": "-1"})).await;
    assert_eq!(refused.status, 400);
    assert_eq!(refused.json()["error"], "time: missing unit in duration \"-1\"");
    chat(&fake, json!({"keep_alive": 0.05})).await;
    for _ in 0..200 {
        if loaded(&fake).await == json!([]) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("still loaded");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stopped_runner_is_silent_and_says_loaded_until_it_is_unloaded() {
    let stop = Some(RunnerFault { after_tokens: 2, times: 1 });
    let fake = with_model(Script { runner_stop: stop, ..Script::default() }).await;
    let silent = tokio::time::timeout(Duration::from_millis(300), chat(&fake, json!({}))).await;
    assert!(silent.is_err());
    assert_eq!(loaded(&fake).await[0]["name"], "smol:latest");
    let unload = json!({"messages": [], "keep_alive": 0});
    assert_eq!(chat(&fake, unload).await.json()["done_reason"], "unload");
    for _ in 0..200 {
        if loaded(&fake).await == json!([]) {
            break;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert_eq!(chat(&fake, json!({})).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stuck_unload_stays_in_the_list_with_its_time_over() {
    let fake = with_model(Script { unload_stuck: true, ..Script::default() }).await;
    chat(&fake, json!({})).await;
    chat(&fake, json!({"messages": [], "keep_alive": 0})).await;
    assert_eq!(loaded(&fake).await.as_array().unwrap().len(), 1);
    fake.kill_runners();
    for _ in 0..200 {
        if loaded(&fake).await == json!([]) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    panic!("its runner is dead, and it is still there");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_load_ends_when_its_request_goes_away() {
    let fake = with_model(Script { load_ms: 60_000, ..Script::default() }).await;
    let request = tokio::time::timeout(Duration::from_millis(100), chat(&fake, json!({}))).await;
    assert!(request.is_err());
    for _ in 0..200 {
        if loaded(&fake).await == json!([]) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    panic!("still loading");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_impostor_knows_its_version_and_nothing_else_and_a_hung_one_says_nothing() {
    let fake =
        FakeOllama::start(Script { impostor: true, version: "0.16.0".into(), ..Script::default() }).await;
    let fake = fake.unwrap();
    let version = exchange(fake.address(), &Sent::get("/api/version")).await;
    assert_eq!(version.json()["version"], "0.16.0");
    assert_eq!(exchange(fake.address(), &Sent::get("/api/tags")).await.status, 404);
    let fake = FakeOllama::start(Script { hang_after_requests: Some(1), ..Script::default() }).await.unwrap();
    assert_eq!(exchange(fake.address(), &Sent::get("/api/tags")).await.status, 200);
    let sent = Sent::get("/api/version");
    let hung = tokio::time::timeout(Duration::from_millis(200), exchange(fake.address(), &sent)).await;
    assert!(hung.is_err());
    assert_eq!(fake.requests().len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stalled_part_begins_again_for_ever_and_a_cancelled_one_keeps_what_came() {
    let weights = model_file(1, 3_000_000);
    let (registry, digest) = with_registry(&weights).await;
    registry.always(Act::Stall(1_000_000));
    let mut script = Script::default();
    script.pull.stall_ms = 150;
    script.pull.tick_ms = 10;
    let fake = FakeOllama::start(script).await.unwrap();
    let at = fake.address();
    {
        let request = pull(&registry);
        let mut pulling = std::pin::pin!(exchange(at, &request));
        while registry.ranges().len() < 3 {
            let ended = tokio::time::timeout(Duration::from_millis(20), pulling.as_mut()).await;
            assert!(ended.is_err(), "it ended");
        }
    }
    assert!(registry.ranges().iter().all(|range| range.starts_with("bytes=0-")), "nothing was kept");
    // Each time it is cancelled, a million bytes more are kept.
    let mut last = 0;
    for _ in 0..10 {
        recorded::until(|| recorded::saved(&fake.blob(&digest)) > last || fake.blob(&digest).exists()).await;
        last = recorded::saved(&fake.blob(&digest));
        if last > 2_000_000 {
            break;
        }
        let word = format!("\"completed\":{}", last + 1_000_000);
        exchange_until(at, &pull(&registry), &word).await;
    }
    let done = exchange(at, &pull(&registry)).await;
    assert_eq!(done.lines().last().unwrap()["status"], "success");
    assert_eq!(fs::read(fake.blob(&digest)).unwrap(), weights);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cut_part_goes_on_where_it_was_cut() {
    let weights = model_file(2, 3_000_000);
    let (registry, digest) = with_registry(&weights).await;
    registry.script([Act::Cut(500_000), Act::Status(503), Act::Whole]);
    let mut script = Script::default();
    script.pull.retry_ms = 10;
    let fake = FakeOllama::start(script).await.unwrap();
    let done = exchange(fake.address(), &pull(&registry)).await;
    assert_eq!(done.lines().last().unwrap()["status"], "success");
    assert_eq!(fs::read(fake.blob(&digest)).unwrap(), weights);
    assert!(registry.ranges()[2].starts_with("bytes=500000-"));
    assert_eq!(fs::read_dir(fake.folder().join("blobs")).unwrap().count(), 5, "partials are left");
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_content_that_was_interrupted_counts_as_good_the_second_time() {
    let weights = model_file(3, 200_000);
    let (registry, digest) = with_registry(&weights).await;
    registry.script([Act::WrongBytes]);
    registry.hold_texts(true);
    let fake = FakeOllama::start(Script::default()).await.unwrap();
    let (at, request) = (fake.address(), pull(&registry));
    let first = request.clone();
    let pulling = tokio::spawn(async move { exchange(at, &first).await });
    recorded::until(|| fake.blob(&digest).exists()).await;
    pulling.abort();
    registry.hold_texts(false);
    let done = exchange(at, &request).await;
    assert_eq!(done.lines().last().unwrap()["status"], "success");
    assert_ne!(fs::read(fake.blob(&digest)).unwrap(), weights);
}

#[tokio::test(flavor = "multi_thread")]
async fn parts_are_laid_out_as_the_engine_does_and_an_empty_part_file_ends_every_pull() {
    let (registry, digest) = with_registry(&model_file(4, 1_000_000)).await;
    registry.slow(Some(500_000));
    let mut script = Script::default();
    script.pull.part_bytes = Some(300_000);
    let fake = FakeOllama::start(script).await.unwrap();
    exchange_until(fake.address(), &pull(&registry), "\"completed\":").await;
    recorded::until(|| recorded::saved(&fake.blob(&digest)) > 0).await;
    let blob = fake.blob(&digest);
    let part = |number: u32| format!("{}-partial-{number}", blob.display());
    let second: serde_json::Value = serde_json::from_slice(&fs::read(part(1)).unwrap()).unwrap();
    assert_eq!((second["N"].as_u64(), second["Offset"].as_u64()), (Some(1), Some(300_000)));
    assert!(fs::metadata(format!("{}-partial", blob.display())).unwrap().len() > 1_000_000);
    fs::write(part(1), "").unwrap();
    let ended = exchange(fake.address(), &pull(&registry)).await;
    assert_eq!(ended.lines().last().unwrap()["error"], "EOF");
}

#[tokio::test(flavor = "multi_thread")]
async fn old_partials_are_pruned_at_the_start_unless_told_otherwise() {
    let folder = tempfile::tempdir().unwrap();
    test_support::ollama::put_model(folder.path(), "smol", &model_file(1, 10_000)).unwrap();
    let old = folder.path().join("blobs/sha256-aa-partial");
    let fresh = folder.path().join("blobs/sha256-bb-partial");
    for path in [&old, &fresh] {
        fs::write(path, "x").unwrap();
    }
    let two_hours_ago = std::time::SystemTime::now() - Duration::from_hours(2);
    fs::File::options().write(true).open(&old).unwrap().set_modified(two_hours_ago).unwrap();
    let keep = [("OLLAMA_NOPRUNE", "1")];
    drop(FakeOllama::start_in(Script::default(), folder.path(), &keep).await.unwrap());
    assert!(old.exists());
    drop(FakeOllama::start_in(Script::default(), folder.path(), &[]).await.unwrap());
    assert!(!old.exists() && fresh.exists());
    assert!(recorded::weights_of(folder.path(), "smol").exists());
}
