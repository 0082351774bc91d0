//! Agents whose tools are pipelines of ours, and vectors from servers: each use journaled, begun once, paid once.

use serde_json::{Value, json};
use test_support::{FaultServer, Script};
use webplus_tests::{TestApp, pipeline};

/// A pipeline that a model may use.
fn lookup() -> Value {
    let mut definition = pipeline(
        json!([
            {"id": "gate", "kind": "human", "config": {"title": "May it?"}},
            {"id": "say", "kind": "template", "config": {"template": "{{ inputs.word }} is a word"}},
        ]),
        &[("gate.approve", "say")],
    );
    definition["id"] = json!("lookup");
    definition["inputs"] = json!({"word": {"type": "text", "required": true}});
    definition["outputs"] = json!({"text": {"from": "say.text"}});
    definition
}

fn agent() -> Value {
    let tool = json!({"name": "look", "description": "Looks a word up.", "pipeline": "lookup",
        "parameters": {"type": "object", "properties": {"word": {"type": "string"}}, "required": ["word"]}});
    let mut definition = pipeline(
        json!([{"id": "think", "kind": "agent", "config": {"model": "fake/m", "task": "What is it?", "tools": [tool], "max_turns": 4}}]),
        &[],
    );
    definition["id"] = json!("thinker");
    definition["outputs"] = json!({"text": {"from": "think.text"}});
    definition
}

/// Both runs: the one that asks, and the one that is asked.
async fn inner(app: &TestApp) -> Vec<String> {
    let page = app.call("run/list", json!({"pipelineId": "lookup"})).await;
    page["items"].as_array().unwrap().iter().map(|run| run["id"].as_str().unwrap().to_owned()).collect()
}

async fn inner_waits(app: &TestApp) -> String {
    let mut events = app.events(None).await;
    if let Some(id) = inner(app).await.first() {
        app.run_waits(id, "human").await;
        return id.clone();
    }
    let told = events
        .until(|event| {
            event["type"] == "run.changed"
                && event["run"]["pipelineId"] == "lookup"
                && event["run"]["waitReason"] == "human"
        })
        .await;
    told["run"]["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_tool_that_is_a_pipeline_runs_once_however_often_we_crash_meanwhile() {
    let app = TestApp::start().await;
    app.call("pipeline/save", json!({"definition": lookup()})).await;
    let id = app.run(&agent(), json!({})).await;
    let call = app.next_call().await;
    call.text(r#"{"tool": "look", "args": {"word": "sea"}}"#);
    call.finish();
    let child = inner_waits(&app).await;
    // A crash while the tool's run waits: both go on, and there is one of it.
    let again = app.after_a_crash().await;
    again.run_waits(&child, "human").await;
    let approve = json!({"id": child, "node": "gate", "answer": "approve", "signalId": "s"});
    again.call("run/answer", approve).await;
    let call = again.next_call().await;
    let seen = call.request.messages.last().unwrap().plain();
    assert!(seen.contains("sea is a word"), "{seen}");
    call.text(r#"{"tool": "answer", "answer": "A word."}"#);
    call.finish();
    let over = again.run_over(&id).await;
    assert_eq!(over["outputs"]["text"]["preview"], "A word.", "{over}");
    assert_eq!(inner(&again).await, std::slice::from_ref(&child));
    let origin = again.call("run/get", json!({ "id": child })).await;
    assert_eq!(origin["run"]["origin"], json!({"type": "step", "runId": id}));
    let journal = again.journal(&id).await;
    assert!(journal.iter().filter(|kind| *kind == "step.started").count() >= 4, "{journal:?}");
    again.finish().await;
    // The one that wasn't killed: a cancel reaches the tool's run.
    app.call("run/cancel", json!({ "id": id })).await;
    app.run_over(&id).await;
    let over = app.run_over(&child).await;
    assert_eq!(over["run"]["status"], "cancelled");
    app.finish().await;
}

#[tokio::test]
async fn a_pipeline_that_does_what_can_not_be_taken_back_needs_somebody_s_word() {
    let app = TestApp::start().await;
    let mut dangerous = lookup();
    dangerous["nodes"] = json!([{"id": "say", "kind": "shell", "config": {"argv": ["true"]}}]);
    dangerous["edges"] = json!([]);
    dangerous["outputs"] = json!({"text": {"from": "say.stdout"}});
    app.call("pipeline/save", json!({"definition": dangerous})).await;
    let id = app.run(&agent(), json!({})).await;
    let call = app.next_call().await;
    call.text(r#"{"tool": "look", "args": {"word": "sea"}}"#);
    call.finish();
    let view = app.run_waits(&id, "human").await;
    let exact = view["waiting"][0]["exact"].as_str().unwrap();
    assert!(exact.contains("\"pipeline\": \"lookup\"") && exact.contains("\"word\": \"sea\""), "{exact}");
    let about = &view["waiting"][0]["about"];
    let no = json!({"id": id, "node": "think", "answer": "refuse", "about": about, "signalId": "s"});
    app.call("run/answer", no).await;
    let call = app.next_call().await;
    let seen = call.request.messages.last().unwrap().plain();
    assert!(seen.contains("A person refused this use of look."), "{seen}");
    call.text(r#"{"tool": "answer", "answer": "No."}"#);
    call.finish();
    app.run_over(&id).await;
    assert!(inner(&app).await.is_empty());
    app.finish().await;
}

/// A server that makes vectors: of each text its length.
async fn vectors() -> FaultServer {
    FaultServer::start(|request| {
        let body = request.json();
        let texts: Vec<String> = body["input"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|text| text.as_str().unwrap_or_default().to_owned())
            .collect();
        let lengths = texts.iter().map(String::len);
        match request.target.as_str() {
            "/v1/models" => {
                Script::json(200, r#"{"object": "list", "data": [{"id": "vec", "object": "model"}]}"#)
            }
            "/v1/embeddings" => {
                let data: Vec<Value> = lengths
                    .enumerate()
                    .map(|(index, length)| json!({"index": index, "embedding": [length, 1]}))
                    .collect();
                Script::json(200, &json!({"data": data, "usage": {"prompt_tokens": 5}}).to_string())
            }
            _ => Script::json(404, "{}"),
        }
    })
    .await
    .unwrap()
}

#[tokio::test]
async fn texts_become_vectors_at_any_server_that_makes_them_and_the_ledger_knows() {
    let app = TestApp::start().await;
    let server = vectors().await;
    let params =
        json!({"name": "Vectors", "kind": "openai_compatible", "baseUrl": format!("{}/v1", server.url())});
    app.call("provider/add", params).await;
    let mut definition = pipeline(
        json!([{"id": "embed", "kind": "embedding", "config": {"model": "vectors/vec", "texts": "inputs.texts"}}]),
        &[],
    );
    definition["inputs"] = json!({"texts": {"type": "list<text>"}});
    definition["outputs"] = json!({"all": {"from": "embed.embeddings"}});
    let texts: Vec<String> = (1..=70).map(|length| "x".repeat(length)).collect();
    let view = app.ran(&definition, json!({ "texts": texts })).await;
    assert_eq!(view["outputs"]["all"]["preview"][69], json!([70.0, 1.0]), "{}", view["outputs"]);
    // Sixty-four at a time, each a row of its own.
    let asked = server.requests().iter().filter(|request| request.target == "/v1/embeddings").count();
    assert_eq!(asked, 2);
    assert_eq!(app.rows("SELECT outcome FROM calls WHERE run_id IS NOT NULL"), ["succeeded", "succeeded"]);
    app.finish().await;
}
