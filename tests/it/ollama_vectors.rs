//! A step that wants vectors of an Ollama that the application looks after: it gets them, or a sentence. A real one is in `real_ollama`.

use serde_json::{Value, json};
use test_support::ollama::Script;
use webplus_tests::{OllamaHome, PATIENCE, TestApp, eventually, ollama_is, pipeline, processes_of};

const SMOL: &str = "ollama/smol:latest";

async fn embedded(dimensions: usize, then: impl AsyncFnOnce(&TestApp, Value)) {
    let home = OllamaHome::scripted(&Script { embedding_dimensions: dimensions, ..Script::default() });
    let app = TestApp::start_with(home.opened()).await;
    ollama_is(&app, "ready").await;
    let mut embed =
        json!({"id": "embed", "kind": "embedding", "config": {"model": SMOL, "texts": ["a", "b", "a"]}});
    embed["retry"] = json!({"max_attempts": 1});
    let id = app.run(&pipeline(json!([embed]), &[]), json!({})).await;
    let view = app.run_over(&id).await;
    then(&app, view).await;
    app.finish().await;
    eventually("nothing is left", PATIENCE, || processes_of(home.home()).is_empty()).await;
}

#[tokio::test]
async fn an_embedding_model_of_ollama_gives_a_vector_for_each_text() {
    embedded(8, async |app: &TestApp, view: Value| {
        assert_eq!(view["run"]["status"], "succeeded", "{}", view["run"]);
        let which = json!({"id": view["run"]["id"], "node": "embed", "port": "embeddings"});
        let vectors = app.call("run/value", which).await["value"].clone();
        assert_eq!(vectors.as_array().unwrap().len(), 3, "{vectors}");
        assert!(vectors[0] == vectors[2] && vectors[0] != vectors[1], "{vectors}");
        let call = app.newest_call().await;
        assert_eq!((&call["outcome"], &call["runId"]), (&json!("succeeded"), &view["run"]["id"]), "{call}");
    })
    .await;
}

#[tokio::test]
async fn a_model_of_ollama_that_only_talks_is_said_to_make_none() {
    embedded(0, async |app: &TestApp, view: Value| {
        assert_eq!(view["run"]["status"], "failed", "{}", view["run"]);
        let message = view["run"]["errorMessage"].as_str().unwrap();
        assert!(message.contains("smol makes no embeddings. Choose an embedding model"), "{message}");
        assert_eq!(app.newest_call().await["outcome"], "failed");
    })
    .await;
}
