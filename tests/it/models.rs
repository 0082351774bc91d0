//! `model/…` and files: imported by a handle, listed, removed, and damaged ones named.

use std::{fs, path::PathBuf, sync::Arc};

use app::files::ChosenFile;
use serde_json::{Value, json};
use webplus_tests::{Gguf, Opened, Sent, TestApp};

/// With an engine whose runner is never started here.
async fn start() -> TestApp {
    let adjust =
        |options: &mut app::AppOptions| options.runner = Some(PathBuf::from("/no/such/webplus-runner"));
    TestApp::start_with(Opened { adjust: Arc::new(adjust), ..Opened::default() }).await
}

async fn local(app: &TestApp) -> Vec<Value> {
    let list = app.call("model/list", json!({"refresh": true})).await;
    let models = list["models"].as_array().unwrap().iter();
    models.filter(|model| model["id"].as_str().unwrap().starts_with("embedded/")).cloned().collect()
}

/// The files in the folder of models.
fn kept(app: &TestApp) -> Vec<PathBuf> {
    let found = fs::read_dir(app.data().join("models"));
    found.map(|entries| entries.map(|entry| entry.unwrap().path()).collect()).unwrap_or_default()
}

fn uploads(app: &TestApp) -> usize {
    fs::read_dir(app.data().join("uploads")).map_or(0, Iterator::count)
}

#[tokio::test]
async fn an_uploaded_file_becomes_a_model_and_the_same_again_doubles_nothing() {
    let app = start().await;
    let content = Gguf::model("Tiny Model").bytes(1);
    let handle = app.upload("tiny.gguf", content.clone()).await;
    let first = app.call("model/import", json!({ "handle": handle })).await;
    assert_eq!(first["id"], "embedded/tiny-model-q4_0");
    assert_eq!(first["state"], json!({"type": "on_disk"}));
    let handle = app.upload("other-name.gguf", content.clone()).await;
    let second = app.call("model/import", json!({ "handle": handle })).await;
    assert_eq!(first["id"], second["id"]);
    assert_eq!((local(&app).await.len(), kept(&app).len(), uploads(&app)), (1, 1, 0));
    assert_eq!(fs::read(&kept(&app)[0]).unwrap(), content);
    let app = app.reopen().await;
    assert_eq!(local(&app).await[0]["id"], "embedded/tiny-model-q4_0");
    app.call("model/remove", json!({"id": "embedded/tiny-model-q4_0"})).await;
    assert_eq!((local(&app).await.len(), kept(&app).len()), (0, 0));
    assert_eq!(
        app.refused("model/remove", json!({"id": "embedded/tiny-model-q4_0"})).await.code,
        "not_found"
    );
    app.finish().await;
}

#[tokio::test]
async fn the_memory_for_any_context_is_reckoned_from_the_file_s_header() {
    let app = start().await;
    let handle = app.upload("tiny.gguf", Gguf::model("Tiny Model").bytes(1)).await;
    let model = app.call("model/import", json!({ "handle": handle })).await;
    let id = model["id"].clone();
    let usual = model["defaultContext"].as_u64().unwrap();
    let params = |context: Value| json!({ "id": id, "context": context });
    let found = async |context: u64| app.call("model/estimate", params(json!(context))).await;
    let (one, half, all) = (found(1).await, found(usual / 2).await, found(usual).await);
    assert_eq!((&all["total"], &all["known"]), (&model["memoryEstimate"], &json!(true)));
    let part = |estimate: &Value, name: &str| estimate[name].as_u64().unwrap();
    assert!(part(&one, "total") < part(&half, "total") && part(&half, "total") < part(&all, "total"));
    assert_eq!(
        part(&all, "weights") + part(&all, "kv") + part(&all, "compute"),
        part(&all, "total"),
        "{all}"
    );
    let packed = json!({"id": id, "context": usual, "kvCache": "q8_0"});
    assert!(part(&app.call("model/estimate", packed).await, "kv") < part(&all, "kv"));
    for context in [json!(0), json!(-1), json!("many"), Value::Null] {
        assert_eq!(app.refused("model/estimate", params(context)).await.code, "invalid_input");
    }
    let refused = async |id: &str| app.refused("model/estimate", json!({"id": id, "context": 1})).await.code;
    assert_eq!(refused("embedded/absent").await, "not_found");
    assert_eq!(refused("fake/m").await, "invalid_input");
    app.finish().await;
}

#[tokio::test]
async fn a_file_of_this_computer_is_copied_and_stays_where_it_is() {
    let app = start().await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("mine.gguf");
    fs::write(&path, Gguf::model("Mine").bytes(2)).unwrap();
    let handle = app.app.files.hand_out(ChosenFile { path: path.clone(), temporary: false }).unwrap();
    app.call("model/import", json!({ "handle": handle })).await;
    assert!(path.exists());
    assert_eq!(app.refused("model/import", json!({ "handle": handle })).await.code, "invalid_input");
    fs::remove_file(&path).unwrap();
    assert_eq!(local(&app).await[0]["state"]["type"], "on_disk");
    app.finish().await;
}

#[tokio::test]
async fn what_is_no_whole_model_is_refused_with_a_sentence_and_leaves_nothing() {
    let app = start().await;
    let whole = Gguf::model("Cut").bytes(3);
    let mut huge = whole.clone();
    huge[8..16].copy_from_slice(&u64::MAX.to_le_bytes());
    for (what, bytes) in [
        ("cut in its weights", whole[..whole.len() - 1000].to_vec()),
        ("cut in its header", whole[..100].to_vec()),
        ("claims more tensors than there are bytes", huge),
        ("another kind of file", b"PK\x03\x04 not a model".to_vec()),
        ("empty", Vec::new()),
    ] {
        let handle = app.upload("x.gguf", bytes).await;
        let problem = app.refused("model/import", json!({ "handle": handle })).await;
        assert!(matches!(problem.code.as_str(), "model_damaged" | "invalid_input"), "{what}: {problem:?}");
        if what.starts_with("cut") {
            assert_eq!((problem.status, problem.code.as_str()), (422, "model_damaged"), "{what}");
        }
        assert_eq!((kept(&app).len(), uploads(&app)), (0, 0), "{what}");
    }
    assert!(local(&app).await.is_empty());
    app.finish().await;
}

#[tokio::test]
async fn a_handle_is_no_path_and_works_once() {
    let app = start().await;
    for handle in ["", "/etc/passwd", "../../etc/passwd", "00000000000000000000000000000000"] {
        assert_eq!(app.refused("model/import", json!({ "handle": handle })).await.code, "invalid_input");
    }
    assert_eq!(app.refused("model/import", json!({"path": "/etc/passwd"})).await.code, "invalid_input");
    app.finish().await;
}

#[tokio::test]
async fn a_file_that_was_cut_or_lost_is_shown_as_damaged_and_not_loaded() {
    let app = start().await;
    for name in ["Cut", "Lost"] {
        let handle = app.upload("x.gguf", Gguf::model(name).bytes(4)).await;
        app.call("model/import", json!({ "handle": handle })).await;
    }
    let path =
        |name: &str| kept(&app).into_iter().find(|path| path.to_string_lossy().contains(name)).unwrap();
    let cut = fs::OpenOptions::new().write(true).open(path("cut")).unwrap();
    cut.set_len(500).unwrap();
    fs::remove_file(path("lost")).unwrap();
    let app = app.reopen().await;
    let models = local(&app).await;
    assert_eq!(models.len(), 2);
    for model in models {
        assert_eq!(model["state"]["type"], "damaged", "{model}");
        assert!(model["state"]["reason"].as_str().unwrap().ends_with('.'));
        let problem = app.refused("model/start", json!({"id": model["id"]})).await;
        assert_eq!(problem.code, "model_damaged");
        let sent = Sent::of(&app.call("message/send", json!({"text": "a", "model": model["id"]})).await);
        assert_eq!(app.ended(&sent.answer).await["errorCode"], "model_damaged");
        app.call("model/remove", json!({"id": model["id"]})).await;
    }
    assert!(local(&app).await.is_empty());
    app.finish().await;
}

#[tokio::test]
async fn a_model_that_is_not_there_is_named() {
    let app = start().await;
    for method in ["model/start", "model/stop"] {
        let problem = app.refused(method, json!({"id": "embedded/nobody"})).await;
        assert_eq!((problem.status, problem.code.as_str()), (404, "model_not_found"), "{method}");
        assert!(problem.message.contains("nobody"));
    }
    assert_eq!(app.refused("model/start", json!({"id": "fake/m"})).await.code, "invalid_input");
    assert_eq!(app.refused("model/remove", json!({"id": "fake/m"})).await.code, "invalid_input");
    for id in ["", "x", "/x", "x/"] {
        assert_eq!(app.refused("model/start", json!({ "id": id })).await.code, "invalid_input", "{id}");
    }
    app.finish().await;
}

#[tokio::test]
async fn what_a_crash_left_of_an_upload_is_swept() {
    let app = start().await;
    app.upload("never-used.gguf", vec![7; 1000]).await;
    assert_eq!(uploads(&app), 1);
    let app = app.reopen().await;
    assert_eq!(uploads(&app), 0);
    app.finish().await;
}
