//! Pulling, making, copying, removing and uploading with an Ollama, on recorded bytes.

use std::time::Duration;

use bytes::Bytes;
use domain::ErrorCode;
use futures_util::{StreamExt, stream};
use llm::{CreateRequest, Error, Ollama, OllamaProgress, OllamaProgressStream};
use serde_json::{Value, json};
use test_support::{FaultServer, Gate, Script};

use crate::{PATIENCE, body_of, fixture, http};

const DIGEST: &str = "sha256:b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53";

async fn recorded(name: &str) -> (FaultServer, Ollama) {
    served(Script::recorded(&fixture(&format!("ollama/{name}.response.http")))).await
}

async fn served(script: Script) -> (FaultServer, Ollama) {
    let server = FaultServer::always(script).await.unwrap();
    let ollama = Ollama::new(http(), &server.url()).unwrap();
    (server, ollama)
}

async fn all(mut lines: OllamaProgressStream) -> (Vec<OllamaProgress>, Option<Error>) {
    let mut seen = Vec::new();
    let reading = async {
        while let Some(line) = lines.next().await {
            match line {
                Ok(line) => seen.push(line),
                Err(error) => return Some(error),
            }
        }
        None
    };
    let error = tokio::time::timeout(PATIENCE, reading).await.expect("it ends");
    (seen, error)
}

/// The engine's own words, where it said any.
fn words(error: Option<Error>) -> String {
    match error {
        Some(Error::Server { refusal, .. }) => refusal.message,
        other => panic!("not the engine's words: {other:?}"),
    }
}

fn sent(server: &FaultServer) -> Value {
    server.requests()[0].json()
}

#[tokio::test]
async fn a_pull_tells_its_layers_and_its_end() {
    let (server, ollama) = recorded("pull-ok").await;
    let (seen, error) = all(ollama.pull("http://127.0.0.1:5055/library/smol:latest", true)).await;
    assert_eq!(error, None);
    let layer = |completed| OllamaProgress::Layer { digest: DIGEST.to_owned(), total: 98_362_432, completed };
    let expected = [
        OllamaProgress::Manifest,
        layer(41_757_060),
        layer(96_662_049),
        OllamaProgress::Verifying,
        OllamaProgress::Step("writing manifest".to_owned()),
        OllamaProgress::Success,
    ];
    assert_eq!(seen, expected);
    assert_eq!(
        sent(&server),
        json!({"model": "http://127.0.0.1:5055/library/smol:latest", "insecure": true})
    );
}

#[tokio::test]
async fn a_layer_whose_first_line_has_no_bytes_has_none() {
    let (_server, ollama) = recorded("pull-cancelled").await;
    let (seen, error) = all(ollama.pull("smol", false)).await;
    assert!(matches!(&seen[1], OllamaProgress::Layer { completed: 0, total: 98_362_432, .. }));
    assert!(matches!(error, Some(Error::Interrupted(_))), "it ended in the middle: {error:?}");
}

#[tokio::test]
async fn a_pull_that_fails_ends_in_the_engines_own_words() {
    let expected = [
        ("pull-digest-mismatch", "digest mismatch, file must be downloaded again: want sha256:b179"),
        ("pull-disk-full", "-partial: no space left on device"),
        ("pull-missing-manifest", "pull model manifest: file does not exist"),
        ("pull-no-network", "no such host"),
    ];
    for (name, part) in expected {
        let (_server, ollama) = recorded(name).await;
        let (_, error) = all(ollama.pull("smol", false)).await;
        let words = words(error);
        assert!(words.contains(part), "{words}");
    }
    let (_server, ollama) = recorded("pull-bad-name").await;
    let (seen, error) = all(ollama.pull("::", false)).await;
    assert!(seen.is_empty() && matches!(error, Some(Error::InvalidRequest(_))), "{error:?}");
}

#[tokio::test]
async fn a_bare_eof_of_a_pull_is_not_mistaken_for_a_dead_runner() {
    let (_server, ollama) =
        served(Script::ndjson().bytes("{\"status\":\"pulling manifest\"}\n{\"error\":\"EOF\"}\n")).await;
    let (_, error) = all(ollama.pull("smol", false)).await;
    assert_eq!(words(error), "EOF");
}

#[tokio::test]
async fn progress_is_the_same_however_the_bytes_are_cut() {
    let body = body_of("ollama/pull-ok.response.http");
    for size in [1, 7, 4096] {
        let (_server, ollama) = served(Script::ndjson().pieces(&body, size)).await;
        let (seen, error) = all(ollama.pull("smol", false)).await;
        assert_eq!((seen.len(), error), (6, None));
    }
}

#[tokio::test]
async fn dropping_a_pull_closes_its_connection() {
    let script = Script::ndjson().bytes("{\"status\":\"pulling manifest\"}\n").hold();
    let (server, ollama) = served(script).await;
    let mut lines = ollama.pull("smol", false);
    assert_eq!(lines.next().await, Some(Ok(OllamaProgress::Manifest)));
    drop(lines);
    assert!(server.wait_for_closes(1, PATIENCE).await);
}

#[tokio::test]
async fn an_engine_that_compares_for_long_is_not_given_up() {
    let gate = Gate::new();
    let script = Script::ndjson()
        .bytes("{\"status\":\"verifying sha256 digest\"}\n")
        .wait(&gate)
        .bytes("{\"status\":\"success\"}\n");
    let server = FaultServer::always(script).await.unwrap();
    let mut options = crate::options();
    options.idle_timeout = Duration::from_millis(50);
    let ollama = Ollama::new(llm::Http::new(options).unwrap(), &server.url()).unwrap();
    let mut lines = ollama.pull("smol", false);
    assert_eq!(lines.next().await, Some(Ok(OllamaProgress::Verifying)));
    assert!(tokio::time::timeout(Duration::from_millis(150), lines.next()).await.is_err());
    gate.open();
    assert_eq!(lines.next().await, Some(Ok(OllamaProgress::Success)));
    assert_eq!(lines.next().await, None);
}

#[tokio::test]
async fn a_model_is_made_step_by_step_and_refused_with_a_sentence() {
    let (server, ollama) = recorded("create").await;
    let mut request = CreateRequest { model: "smol".to_owned(), ..CreateRequest::default() };
    request.files.insert("smol.gguf".to_owned(), json!(DIGEST));
    let (seen, error) = all(ollama.create(&request)).await;
    assert_eq!(error, None);
    assert_eq!(seen.first(), Some(&OllamaProgress::Step("parsing GGUF".to_owned())));
    assert_eq!(seen.last(), Some(&OllamaProgress::Success));
    assert_eq!(sent(&server), json!({"model": "smol", "files": {"smol.gguf": DIGEST}}));
    let (_server, ollama) = recorded("create-not-gguf").await;
    let (_, error) = all(ollama.create(&request)).await;
    assert_eq!(error.map(|error| error.code()), Some(ErrorCode::ModelDamaged));
    let (_server, ollama) = recorded("create-quantize").await;
    let (seen, error) = all(ollama.create(&request)).await;
    assert!(
        seen.is_empty() && matches!(&error, Some(Error::Server { refusal, .. }) if refusal.status == 500)
    );
}

#[tokio::test]
async fn a_variant_sends_only_what_was_given() {
    let (server, ollama) = recorded("create-variant").await;
    let mut request = CreateRequest {
        model: "smol-pirate".to_owned(),
        from: Some("smol".to_owned()),
        system: Some("You are a pirate.".to_owned()),
        ..CreateRequest::default()
    };
    request.parameters.insert("num_ctx".to_owned(), json!(2048));
    let (_, error) = all(ollama.create(&request)).await;
    assert_eq!(error, None);
    let expected = json!({"model": "smol-pirate", "from": "smol", "system": "You are a pirate.", "parameters": {"num_ctx": 2048}});
    assert_eq!(sent(&server), expected);
}

#[tokio::test]
async fn names_are_copied_and_removed() {
    let (server, ollama) = recorded("copy").await;
    ollama.copy("smol", "smol-copy:v1").await.unwrap();
    assert_eq!(sent(&server), json!({"source": "smol", "destination": "smol-copy:v1"}));
    let (server, ollama) = recorded("delete").await;
    ollama.delete("smol-copy:v1").await.unwrap();
    assert_eq!(
        (server.requests()[0].method.as_str(), sent(&server)),
        ("DELETE", json!({"model": "smol-copy:v1"}))
    );
    let (_server, ollama) = recorded("copy-unknown").await;
    assert_eq!(ollama.copy("nope", "x").await.unwrap_err().code(), ErrorCode::ModelNotFound);
    let (_server, ollama) = recorded("delete-unknown").await;
    assert_eq!(ollama.delete("nope").await.unwrap_err().code(), ErrorCode::ModelNotFound);
}

#[tokio::test]
async fn a_blob_is_asked_for_and_uploaded_as_it_comes() {
    let (_server, ollama) = recorded("blob-head-present").await;
    assert!(ollama.has_blob(DIGEST).await.unwrap());
    let (_server, ollama) = recorded("blob-head-missing").await;
    assert!(!ollama.has_blob(DIGEST).await.unwrap());
    let (_server, ollama) = served(Script::json(500, "{\"error\":\"broken\"}")).await;
    assert!(ollama.has_blob(DIGEST).await.is_err(), "a failure is no answer");

    let (server, ollama) = recorded("blob-post").await;
    let pieces = || stream::iter((0..3).map(|_| Ok(Bytes::from_static(b"four"))));
    ollama.upload_blob(DIGEST, 12, pieces()).await.unwrap();
    let request = &server.requests()[0];
    assert_eq!((request.method.as_str(), request.body.as_slice()), ("POST", b"fourfourfour".as_slice()));
    assert_eq!(request.target, format!("/api/blobs/{DIGEST}"));
    let (_server, ollama) = recorded("blob-post-mismatch").await;
    let error = ollama.upload_blob(DIGEST, 12, pieces()).await.unwrap_err();
    assert!(error.to_string().contains("digest mismatch"), "{error}");
}

#[tokio::test]
async fn everything_about_a_model_is_told_as_it_came() {
    let (_server, ollama) = recorded("show").await;
    assert!(ollama.show_whole("smol").await.unwrap()["model_info"].is_object());
    let (_server, ollama) = recorded("show-unknown-model").await;
    assert_eq!(ollama.show_whole("nope").await.unwrap_err().code(), ErrorCode::ModelNotFound);
}
