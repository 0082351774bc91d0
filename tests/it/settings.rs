//! `settings/…`, `preset/…`, `code/…` and `system/…`.

use serde_json::json;
use webplus_tests::TestApp;

#[tokio::test]
async fn a_setting_changes_alone_is_told_and_outlives_the_application() {
    let app = TestApp::start().await;
    let mut events = app.events(None).await;
    let changed = app.call("settings/update", json!({"closeToTray": true})).await;
    assert_eq!((&changed["closeToTray"], &changed["defaultModel"]), (&json!(true), &json!("fake/m")));
    events.until(|event| event["type"] == "settings.changed").await;
    drop(events);
    let app = app.reopen().await;
    assert_eq!(app.call("settings/get", json!({})).await, changed);
    app.finish().await;
}

#[tokio::test]
async fn the_default_model_stays_when_it_is_not_named_and_goes_when_it_is_null() {
    let app = TestApp::start().await;
    let update = async |params| app.call("settings/update", params).await["defaultModel"].clone();
    assert_eq!(update(json!({})).await, "fake/m");
    assert_eq!(update(json!({"defaultModel": "fake/small"})).await, "fake/small");
    assert_eq!(update(json!({"closeToTray": true})).await, "fake/small");
    assert_eq!(update(json!({"defaultModel": null})).await, json!(null));
    assert_eq!(update(json!({"closeToTray": false})).await, json!(null));
    assert!(app.call("settings/get", json!({})).await.get("defaultModel").is_none());
    let app = app.reopen().await;
    assert!(app.call("settings/get", json!({})).await.get("defaultModel").is_none(), "it stays so");
    app.finish().await;
}

#[tokio::test]
async fn a_setting_that_makes_no_sense_is_refused_and_nothing_changes() {
    let app = TestApp::start().await;
    let before = app.call("settings/get", json!({})).await;
    for params in [
        json!({"firstTokenTimeout": 9}),
        json!({"firstTokenTimeout": 3601}),
        json!({"firstTokenTimeout": -1}),
        json!({"hubUrl": "file:///etc"}),
        json!({"hubUrl": "hub"}),
        json!({"catalogueUrl": "http://models.example/list.json"}),
        json!({"starterList": "{"}),
        json!({"defaultModel": "nothing"}),
        json!({"closeToTray": "yes"}),
    ] {
        let problem = app.refused("settings/update", params.clone()).await;
        assert_eq!((problem.status, problem.code.as_str()), (400, "invalid_input"), "{params}");
    }
    assert_eq!(app.call("settings/get", json!({})).await, before);
    app.finish().await;
}

#[tokio::test]
async fn a_preset_is_saved_changed_listed_by_name_and_deleted() {
    let app = TestApp::start().await;
    let preset =
        |name: &str| json!({"name": name, "systemPrompt": "Be brief.", "parameters": {"temperature": 0.2}});
    let second = app.call("preset/save", preset("b")).await;
    let first = app.call("preset/save", preset(" a ")).await;
    assert_eq!(first["name"], "a");
    let app = app.reopen().await;
    assert_eq!(app.call("preset/list", json!({})).await, json!([first, second]));
    let mut changed = preset("c");
    changed["id"] = first["id"].clone();
    let changed = app.call("preset/save", changed).await;
    assert_eq!(app.call("preset/list", json!({})).await, json!([second, changed]));
    app.call("preset/delete", json!({"id": second["id"]})).await;
    assert_eq!(app.call("preset/list", json!({})).await, json!([changed]));
    for name in ["", "  ", &"x".repeat(101)] {
        assert_eq!(app.refused("preset/save", preset(name)).await.status, 400);
    }
    let mut unknown = preset("d");
    unknown["id"] = second["id"].clone();
    assert_eq!(app.refused("preset/save", unknown).await.code, "not_found");
    assert_eq!(app.refused("preset/delete", json!({"id": second["id"]})).await.code, "not_found");
    app.finish().await;
}

#[tokio::test]
async fn code_is_coloured_and_what_is_unknown_stays_plain() {
    let app = TestApp::start().await;
    let coloured = app.call("code/highlight", json!({"language": "rust", "text": "fn main() {}"})).await;
    let line = coloured["lines"][0].as_array().unwrap();
    assert!(line.len() > 1, "{coloured}");
    let plain = app.call("code/highlight", json!({"language": "no-such", "text": "fn main() {}"})).await;
    assert_eq!(plain, json!({}));
    app.finish().await;
}

#[tokio::test]
async fn text_is_formatted_as_an_answer_is_and_markup_in_it_stays_text() {
    let app = TestApp::start().await;
    let formatted = app.call("markup/render", json!({"text": "# Title\n\n<b>not bold</b>"})).await;
    assert_eq!(formatted["blocks"][0]["node"]["type"], "heading");
    assert!(formatted["blocks"][1].to_string().contains("<b>"), "{formatted}");
    let long = json!({"text": "x".repeat(2 * 1024 * 1024 + 1)});
    assert_eq!(app.refused("markup/render", long).await.code, "invalid_input");
    app.finish().await;
}

#[tokio::test]
async fn the_status_and_the_doctor_say_how_it_is() {
    let app = TestApp::start().await;
    let status = app.call("system/status", json!({})).await;
    assert_eq!(status["readOnly"], false);
    assert_eq!(app.call("provider/key-places", json!({})).await["vault"], false);
    assert_eq!(status["engine"]["type"], "unavailable");
    assert!(status["memoryTotal"].as_u64().unwrap() > 0);
    assert_eq!(app.call("engine/state", json!({})).await, status["engine"]);
    let doctor = app.call("system/doctor", json!({})).await;
    let checks = doctor["checks"].as_array().unwrap();
    let of = |id: &str| checks.iter().find(|check| check["id"] == id).unwrap();
    assert_eq!((&of("database")["status"], &of("provider.fake")["status"]), (&json!("ok"), &json!("ok")));
    assert_eq!(of("engine")["status"], "fail");
    for check in checks {
        assert!(check["message"].as_str().unwrap().ends_with('.'), "{check}");
    }
    app.finish().await;
}
