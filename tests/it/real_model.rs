//! A real model answers, through the embedded engine and the command line.

use serde_json::json;
use webplus_tests::{PATIENCE, Program, eventually, pipeline, processes_of, rows};

const QUESTION: &str = "What is the capital of France? Answer in one sentence.";

/// The small model's file and the runner; `None` after a sentence where they aren't told.
fn real() -> Option<(String, Program)> {
    let Ok(model) = std::env::var("WEBPLUS_TEST_MODEL") else {
        eprintln!("left out: WEBPLUS_TEST_MODEL names no model file; `cargo xtask test` does");
        return None;
    };
    let mut program = Program::new();
    if let Ok(runner) = std::env::var("WEBPLUS_RUNNER") {
        program = program.env("WEBPLUS_RUNNER", runner);
    }
    Some((model, program))
}

#[tokio::test]
async fn a_small_model_knows_the_capital_of_france() {
    let Some((file, program)) = real() else { return };
    let imported = program.run(&["models", "import", &file, "--json"]).await.good().last();
    let model = imported["model"].as_str().unwrap();
    let ask = [
        "chat",
        "--model",
        model,
        "--system",
        "You are a helpful assistant.",
        "--max-tokens",
        "30",
        "--temperature",
        "0",
        "--json",
        QUESTION,
    ];
    let answered = program.run(&ask).await.good();
    let lines = answered.lines();
    let text: String = lines
        .iter()
        .filter(|line| line["type"] == "delta")
        .map(|line| line["text"].as_str().unwrap())
        .collect();
    assert!(text.contains("Paris"), "{text:?}");
    let done = lines.last().unwrap();
    assert_eq!(done["type"], "done");
    assert!(
        done["usage"]["output"].as_u64().unwrap() > 0 && done["usage"]["estimated"] == json!(false),
        "{done}"
    );
    assert!(done["timing"]["tokensPerSecond"].as_f64().unwrap() > 0.0);
    assert!(done["conversation"].is_string() && done["message"].is_string());
    // Plain, and the conversation goes on.
    let conversation = done["conversation"].as_str().unwrap();
    let more = ["chat", "--conversation", conversation, "--max-tokens", "8", "Say it again."];
    let plain = program.run(&more).await.good();
    assert!(plain.stdout.trim().len() > 1 && plain.stdout.ends_with('\n'), "{plain:?}");
    let data = program.data();
    eventually("no runner is left", PATIENCE, || processes_of(&data).is_empty()).await;
    program.run(&["models", "remove", model]).await.good();
    let gone = program.run(&["chat", "--model", model, "--max-tokens", "3", "x"]).await;
    assert_eq!(gone.code(), 1);
    assert!(gone.stderr.trim_end().ends_with('.') && gone.stdout.is_empty(), "{gone:?}");
}

#[tokio::test]
async fn a_model_that_makes_no_vectors_says_so_and_the_question_stands_in_the_ledger() {
    let Some((file, program)) = real() else { return };
    let imported = program.run(&["models", "import", &file, "--json"]).await.good().last();
    let served = program.serve().await;
    let embed = json!({"id": "embed", "kind": "embedding",
        "config": {"model": imported["model"], "texts": "['The sun shines.', 'It rains.']"}});
    served.call("run/start", json!({"definition": pipeline(json!([embed]), &[])})).await;
    let data = program.data();
    let ended = "SELECT status || coalesce(' ' || error_message, '') FROM runs WHERE status NOT IN ('queued', 'running', 'waiting')";
    eventually("the run is over", PATIENCE * 5, || !rows(&data, ended).is_empty()).await;
    let calls = "SELECT outcome || ' ' || cost_nano_usd || ' ' || step FROM calls WHERE run_id IS NOT NULL";
    assert_eq!(
        rows(&data, ended),
        ["failed embed: This model makes no embeddings. Choose an embedding model."]
    );
    assert_eq!(rows(&data, calls), ["failed 0 embed"]);
    served.terminate().await;
}
