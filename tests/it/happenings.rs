//! What happens beside runs and begins them: a person's words in a conversation, messages, jobs, models; each once, whatever
//! crashes in between. And secrets, which are listed and never told.

use std::{path::PathBuf, sync::Arc};

use serde_json::{Value, json};
use test_support::hub::FakeHub;
use webplus_tests::{Gguf, Opened, TestApp, pipeline, until};

fn echo(id: &str, triggers: Value) -> Value {
    let mut definition = pipeline(
        json!([{"id": "say", "kind": "template", "config": {"template": "Said {{ inputs.x }}"}}]),
        &[],
    );
    definition["id"] = json!(id);
    definition["name"] = json!("Echo");
    definition["inputs"] = json!({"x": {"type": "text", "required": true}});
    definition["outputs"] = json!({"text": {"from": "say.text"}});
    definition["triggers"] = triggers;
    definition
}

/// Keeps a pipeline and switches its triggers of events on.
async fn saved(app: &TestApp, definition: &Value) {
    app.saved(definition).await;
    for trigger in definition["triggers"].as_array().unwrap().iter().filter(|one| one["kind"] == "event") {
        app.call(
            "trigger/enable",
            json!({"pipelineId": definition["id"], "id": trigger["id"], "enabled": true}),
        )
        .await;
    }
}

async fn message(app: &TestApp, id: &Value, is_so: impl Fn(&Value) -> bool) -> Value {
    until("a message", async || {
        let found = app.call("message/get", json!({ "id": id })).await;
        is_so(&found).then_some(found)
    })
    .await
}

/// The pipeline's runs once there are so many, all over.
async fn runs(app: &TestApp, pipeline: &str, count: usize) -> Vec<Value> {
    until("runs", async || {
        let page = app.call("run/list", json!({ "pipelineId": pipeline })).await;
        let found = page["items"].as_array().unwrap().clone();
        assert!(found.len() <= count, "{found:#?}");
        (found.len() == count && found.iter().all(|run| run["status"] == "succeeded")).then_some(found)
    })
    .await
}

async fn said(app: &TestApp, run: &Value) -> String {
    let view = app.call("run/get", json!({"id": run["id"]})).await;
    view["outputs"]["text"]["preview"].as_str().unwrap_or_default().to_owned()
}

#[tokio::test]
async fn a_pipeline_that_is_run_from_a_conversation_answers_there() {
    let app = TestApp::start().await;
    saved(&app, &echo("echo", json!([{"id": "c", "kind": "chat", "inputs": {"x": "<{{ event.text }}>"}}])))
        .await;
    // By what it is called, whatever its letters.
    let sent = app.call("message/run", json!({"text": "echo hello"})).await;
    let [words, answer] = [0, 1].map(|at| sent["messages"][at].clone());
    assert_eq!((&words["text"], &words["role"]), (&json!("/run Echo hello"), &json!("user")));
    assert_eq!((&answer["run"]["name"], &answer["role"]), (&json!("Echo"), &json!("assistant")));
    let over = message(&app, &answer["id"], |found| found["run"]["over"] == true).await;
    assert_eq!((&over["text"], &over["status"]), (&json!("Said <hello>"), &json!("succeeded")));
    let run = app.call("run/get", json!({"id": over["run"]["id"]})).await;
    assert_eq!(run["run"]["origin"], json!({"type": "chat", "messageId": answer["id"]}));
    // The conversation goes on: a model is told what came of it.
    let conversation = sent["conversation"]["id"].as_str().unwrap().to_owned();
    let sent = app.exchange(Some(&conversation), "And now?", "Fine.").await;
    drop(sent);
    assert_eq!(app.texts(&conversation).await, ["/run Echo hello", "Said <hello>", "And now?", "Fine."]);
    // What can't begin leaves nothing behind.
    assert_eq!(
        app.refused("message/run", json!({"pipeline": "nobody", "text": "x"})).await.code,
        "not_found"
    );
    let refused = app
        .refused(
            "message/run",
            json!({"conversationId": conversation, "pipeline": "echo", "inputs": {"y": 1}}),
        )
        .await;
    assert_eq!(refused.code, "invalid_input");
    assert_eq!(app.texts(&conversation).await.len(), 4);
    let again = app.refused("message/regenerate", json!({"id": answer["id"]})).await;
    assert_eq!(again.code, "conflict");
    app.finish().await;
}

#[tokio::test]
async fn a_run_of_a_conversation_is_stopped_there_and_outlives_a_crash() {
    let app = TestApp::start().await;
    let mut waits = pipeline(
        json!([{"id": "gate", "kind": "human", "config": {"title": "Go?"}}, {"id": "end", "kind": "template", "config": {"template": "went"}}]),
        &[("gate.approve", "end")],
    );
    waits["id"] = json!("waits");
    waits["outputs"] = json!({"text": {"from": "end.text"}});
    waits["triggers"] = json!([]);
    saved(&app, &waits).await;
    let sent = app.call("message/run", json!({"pipeline": "waits"})).await;
    let (answer, run) = (sent["messages"][1]["id"].clone(), sent["messages"][1]["run"]["id"].clone());
    app.run_waits(run.as_str().unwrap(), "human").await;
    let again = app.after_a_crash().await;
    let shown = again.call("message/get", json!({ "id": answer })).await;
    assert_eq!((&shown["status"], &shown["run"]["over"]), (&json!("running"), &json!(false)));
    again.run_waits(run.as_str().unwrap(), "human").await;
    let approve = json!({"id": run, "node": "gate", "answer": "approve", "signalId": "s"});
    again.call("run/answer", approve).await;
    let over = message(&again, &answer, |found| found["run"]["over"] == true).await;
    assert_eq!((&over["text"], &over["status"]), (&json!("went"), &json!("succeeded")));
    again.finish().await;
    app.call("message/stop", json!({ "id": answer })).await;
    let over = message(&app, &answer, |found| found["run"]["over"] == true).await;
    assert_eq!(over["status"], "cancelled");
    app.finish().await;
}

#[tokio::test]
async fn a_message_that_ended_begins_one_run_and_what_that_makes_has_causes() {
    let app = TestApp::start().await;
    let trigger = json!([{"id": "t", "kind": "event", "topic": "message.changed", "filter": "event.message.role == 'assistant'",
        "inputs": {"x": "{{ event.message.text }}"}}]);
    saved(&app, &echo("after", trigger)).await;
    app.exchange(None, "Question", "Answer").await;
    let found = runs(&app, "after", 1).await;
    assert_eq!(said(&app, &found[0]).await, "Said Answer");
    let again = app.after_a_crash().await;
    // Told anew or not, it begins none anew.
    again.exchange(None, "Second", "Other").await;
    runs(&again, "after", 2).await;
    again.finish().await;
    app.finish().await;
}

#[tokio::test]
async fn conversations_jobs_and_models_are_told_of_too() {
    let content = Gguf::model("Tiny").tensor("large.weight", &[64, 1200], 0, 64 * 1200 * 4).bytes(1);
    let hub = FakeHub::start(content, []).await.unwrap();
    let adjust =
        |options: &mut app::AppOptions| options.runner = Some(PathBuf::from("/no/such/webplus-runner"));
    let app = TestApp::start_with(Opened { adjust: Arc::new(adjust), ..Opened::default() }).await;
    let list = json!({"updated": "2026-01-01", "hub": "https://hub.example", "models": [{
        "name": "Tiny", "repository": "owner/Tiny-GGUF", "file": "tiny-q4_0.gguf", "revision": "main",
        "licence": "MIT", "parameters": "1K", "size": "300 KB", "minimumMemoryMib": 1, "about": "It is small.",
    }]});
    app.call("settings/update", json!({"starterList": list.to_string(), "hubUrl": hub.url()})).await;
    let trigger = |id: &str, topic: &str, filter: &str, x: &str| json!({"id": id, "kind": "event", "topic": topic, "filter": filter, "inputs": {"x": x}});
    saved(
        &app,
        &echo(
            "named",
            json!([trigger(
                "t",
                "conversation.*",
                "event.type == 'conversation.removed' or event.conversation.title == 'Plans'",
                "{{ event.type }}"
            )]),
        ),
    )
    .await;
    let made = app.call("conversation/create", json!({"title": "Other"})).await;
    app.call("conversation/update", json!({"id": made["id"], "title": "Plans"})).await;
    app.call("conversation/delete", json!({"id": made["id"]})).await;
    let found = runs(&app, "named", 2).await;
    assert_eq!(said(&app, &found[1]).await, "Said conversation.changed");
    assert_eq!(said(&app, &found[0]).await, "Said conversation.removed");
    saved(
        &app,
        &echo(
            "done",
            json!([trigger(
                "t",
                "job.changed",
                "event.job.state.status == 'succeeded'",
                "{{ event.job.kind }}"
            )]),
        ),
    )
    .await;
    saved(
        &app,
        &echo(
            "new",
            json!([trigger(
                "t",
                "model.changed",
                "event.added | length > 0",
                "{{ event.added | join(' ') }}"
            )]),
        ),
    )
    .await;
    until("which models there are is known", async || {
        app.rows("SELECT key FROM settings").contains(&"models.known".to_owned()).then_some(())
    })
    .await;
    let model = json!({"repository": "owner/Tiny-GGUF", "file": "tiny-q4_0.gguf"});
    app.call("model/download", model).await;
    let found = runs(&app, "done", 1).await;
    assert_eq!(said(&app, &found[0]).await, "Said model.download");
    let found = runs(&app, "new", 1).await;
    assert_eq!(said(&app, &found[0]).await, "Said embedded/tiny-q4_0");
    // What is known survives: nothing new is nothing new.
    let app = app.reopen().await;
    app.call("model/list", json!({"refresh": true})).await;
    runs(&app, "new", 1).await;
    drop(hub);
    app.finish().await;
}

#[tokio::test]
async fn secrets_are_listed_by_name_and_place_and_never_told() {
    let app = TestApp::start().await;
    let place = json!({"type": "server", "address": "https://API.example.com/some/path"});
    app.call(
        "secret/set",
        json!({"name": "token", "place": place, "value": "hunter2-hunter2", "keep": "session"}),
    )
    .await;
    app.call("secret/set", json!({"name": "sign", "place": {"type": "signing"}, "value": "whsec_abc"})).await;
    let mut uses = echo("uses", json!([]));
    uses["secrets"] = json!(["token"]);
    app.call("pipeline/save", json!({"definition": uses})).await;
    let listed = app.call("secret/list", json!({})).await;
    assert_eq!(listed.as_array().unwrap().len(), 2);
    assert_eq!(
        (&listed[0]["name"], &listed[0]["keep"], &listed[0]["present"]),
        (&json!("sign"), &json!("keychain"), &json!(true))
    );
    assert_eq!(listed[1]["place"], json!({"type": "server", "address": "https://api.example.com"}));
    assert_eq!((&listed[1]["pipelines"], &listed[1]["present"]), (&json!(["uses"]), &json!(true)));
    assert!(!listed.to_string().contains("hunter2") && !listed.to_string().contains("whsec"));
    app.call("secret/delete", json!({"name": "sign", "place": {"type": "signing"}})).await;
    let app = app.reopen().await;
    let listed = app.call("secret/list", json!({})).await;
    assert_eq!(
        (listed.as_array().unwrap().len(), &listed[0]["present"]),
        (1, &json!(false)),
        "a session's is gone"
    );
    app.finish().await;
}
