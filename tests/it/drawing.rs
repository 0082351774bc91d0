//! `pipeline/validate` while somebody draws: what is missing here is said before the run, and keeps nothing from being kept.

use serde_json::{Value, json};
use webplus_tests::{TestApp, pipeline};

fn asks(model: &str) -> Value {
    let mut definition =
        pipeline(json!([{"id": "ask", "kind": "llm", "config": {"model": model, "prompt": "Hello"}}]), &[]);
    definition["secrets"] = json!(["token"]);
    definition
}

async fn told(app: &TestApp, definition: &Value) -> Vec<(String, String)> {
    let checked = app.call("pipeline/validate", json!({ "definition": definition })).await;
    let faults = checked["faults"].as_array().unwrap().iter();
    faults
        .map(|fault| {
            (fault["code"].as_str().unwrap().to_owned(), fault["severity"].as_str().unwrap().to_owned())
        })
        .collect()
}

#[tokio::test]
async fn a_model_and_a_secret_that_are_not_here_are_said_as_warnings() {
    let app = TestApp::start().await;
    let warned = |code: &str| (code.to_owned(), "warning".to_owned());
    assert_eq!(
        told(&app, &asks("nobody/m")).await,
        [warned("missing_secret"), warned("unknown_model")],
        "there is no such provider"
    );
    // What a provider offers isn't asked for here: nothing is said of a model before that is known.
    assert_eq!(told(&app, &asks("fake/m")).await, [warned("missing_secret")]);
    app.call("model/list", json!({})).await;
    assert_eq!(told(&app, &asks("fake/m")).await, [warned("missing_secret")]);
    // A provider that lists what it has has nothing else.
    let added = app.add_fake("Fake two", json!({"vendor": "openai", "key": "sk-test-000000000000"})).await;
    let slug = added["slug"].as_str().unwrap();
    let (there, missing) = (format!("{slug}/m"), format!("{slug}/none"));
    assert_eq!(told(&app, &asks(&missing)).await, [warned("missing_secret")]);
    app.call("model/list", json!({})).await;
    assert_eq!(told(&app, &asks(&there)).await, [warned("missing_secret")]);
    assert_eq!(told(&app, &asks(&missing)).await, [warned("missing_secret"), warned("unknown_model")]);
    // A template for one isn't a name.
    let templated = asks("{{ vars.model }}");
    assert!(!told(&app, &templated).await.contains(&warned("unknown_model")));
    app.call(
        "secret/set",
        json!({"name": "token", "place": {"type": "commands"}, "value": "s3cr3t", "keep": "session"}),
    )
    .await;
    assert_eq!(told(&app, &asks("fake/m")).await, []);
    // It is kept, and can be begun: what is missing may be here by then.
    let saved = app.call("pipeline/save", json!({"definition": asks("nobody/m")})).await;
    assert_eq!(saved["faults"].as_array().unwrap().len(), 1);
    assert!(saved["hash"].is_string());
    app.finish().await;
}
