//! Local models, managed: pulled, repaired, copied, made, removed and measured, in a scripted Ollama and the built-in engine.

use std::{fs, path::PathBuf, sync::Arc, time::Duration};

use serde_json::{Value, json};
use test_support::{
    hub::FakeHub,
    ollama::{Act, FakeOllama, Registry, Script, model_file},
};
use webplus_tests::{Events, Gguf, Opened, PATIENCE, TestApp, eventually};

/// Bytes of the weights that are pulled.
const WEIGHTS: usize = 400_000;

/// A registry, an Ollama with the model "here:latest", and an application that knows it.
struct Scene {
    app: TestApp,
    ollama: FakeOllama,
    registry: Registry,
    /// The Ollama's folder, and a home of the person's.
    folder: tempfile::TempDir,
}

async fn scene() -> Scene {
    let folder = tempfile::tempdir().unwrap();
    let registry = Registry::start().await.unwrap();
    let models = folder.path().join("models");
    let mut script = Script::default();
    script.pull.part_bytes = Some(100_000);
    script.pull.tick_ms = 10;
    let ollama = FakeOllama::start_in(script, &models, &[]).await.unwrap();
    ollama.add_model("here", &model_file(9, 50_000)).unwrap();
    let home = folder.path().join("home");
    let adjust = move |options: &mut app::AppOptions| {
        options.runner = Some(PathBuf::from("/no/such/webplus-runner"));
        let home = home.to_str().unwrap().to_owned();
        options.variable = Arc::new(move |name| (name == "HOME").then(|| home.clone()));
    };
    let app = TestApp::start_with(Opened { adjust: Arc::new(adjust), ..Opened::default() }).await;
    let row = json!({"kind": "ollama", "name": "Ollama", "baseUrl": ollama.url()});
    assert_eq!(app.call("provider/add", row).await["slug"], "ollama");
    Scene { app, ollama, registry, folder }
}

impl Scene {
    /// Offers a model at the registry; tells its reference and the id that it will have.
    fn offer(&self, name: &str, fill: u8) -> (String, String) {
        self.registry.offer(name, &model_file(fill, WEIGHTS));
        let reference = format!("{}:latest", self.registry.model(name));
        let id = format!("ollama/{}", reference.trim_start_matches("http://"));
        (reference, id)
    }

    async fn pull(&self, reference: &str) -> Value {
        self.app.call("model/pull", json!({"reference": reference, "target": "ollama"})).await
    }

    /// Bytes in the folder of blobs, by whether they are parts.
    fn blobs(&self, partial: bool) -> Vec<String> {
        let entries = fs::read_dir(self.ollama.folder().join("blobs")).unwrap();
        let names = entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned());
        names.filter(|name| name.contains("-partial") == partial).collect()
    }

    async fn ids(&self) -> Vec<String> {
        let list = self.app.call("model/list", json!({"refresh": true})).await;
        let ids =
            list["models"].as_array().unwrap().iter().map(|model| model["id"].as_str().unwrap().to_owned());
        ids.filter(|id| !id.starts_with("fake/")).collect()
    }
}

/// The job once it has this status; another end is a surprise.
async fn until(events: &mut Events, job: &Value, status: &str) -> Value {
    loop {
        let event = events.next().await.unwrap();
        if event["type"] != "job.changed" || event["job"]["id"] != job["id"] {
            continue;
        }
        let state = &event["job"]["state"];
        if state["status"] == status {
            return event["job"].clone();
        }
        assert!(
            !["failed", "succeeded", "cancelled"].contains(&state["status"].as_str().unwrap()),
            "{event}"
        );
    }
}

async fn under_way(events: &mut Events, job: &Value) {
    let some = |event: &Value| {
        event["type"] == "job.changed"
            && event["job"]["id"] == job["id"]
            && event["job"]["state"]["completed"].as_u64().unwrap() > 0
            && event["job"]["state"]["completed"] != event["job"]["state"]["total"]
    };
    events.until(some).await;
}

async fn wait_for(app: &TestApp, method: &str, params: Value) -> Value {
    let mut events = app.events(None).await;
    let job = app.call(method, params).await;
    until(&mut events, &job, "succeeded").await
}

#[tokio::test]
async fn a_pulled_model_stands_in_the_list_and_its_job_tells_how_far_it_is() {
    let scene = scene().await;
    let (reference, id) = scene.offer("smol", 1);
    let mut events = scene.app.events(None).await;
    let job = scene.pull(&reference).await;
    assert_eq!((&job["kind"], &job["state"]["status"]), (&json!("model.pull"), &json!("running")));
    let done = until(&mut events, &job, "succeeded").await;
    assert!(done["state"]["completed"].as_u64().unwrap() >= WEIGHTS as u64, "{done}");
    assert_eq!(done["state"]["completed"], done["state"]["total"]);
    assert!(done["payload"]["phase"].is_null(), "{done}");
    assert!(scene.ids().await.contains(&id));
    let again = wait_for(&scene.app, "model/pull", json!({"reference": reference, "target": "ollama"})).await;
    assert_ne!(again["id"], job["id"], "what is done is done anew");
    scene.app.finish().await;
}

#[tokio::test]
async fn pulls_come_one_after_the_other_and_one_that_waits_its_turn_can_be_cancelled() {
    let scene = scene().await;
    scene.registry.slow(Some(40_000));
    let (first, _) = scene.offer("first", 1);
    let (second, second_id) = scene.offer("second", 2);
    let (third, third_id) = scene.offer("third", 3);
    let mut events = scene.app.events(None).await;
    let one = scene.pull(&first).await;
    let two = scene.pull(&second).await;
    let three = scene.pull(&third).await;
    assert_eq!(two["state"]["status"], "queued");
    assert_eq!(scene.pull(&third).await["id"], three["id"], "the same again is the same job");
    scene.app.call("job/cancel", json!({"id": three["id"]})).await;
    until(&mut events, &three, "cancelled").await;
    scene.registry.slow(None);
    until(&mut events, &one, "succeeded").await;
    until(&mut events, &two, "succeeded").await;
    let ids = scene.ids().await;
    assert!(ids.contains(&second_id) && !ids.contains(&third_id));
    scene.app.finish().await;
}

#[tokio::test]
async fn a_paused_pull_goes_on_where_it_was_after_a_restart_of_the_application() {
    let mut scene = scene().await;
    let (reference, id) = scene.offer("smol", 1);
    scene.registry.slow(Some(40_000));
    let mut events = scene.app.events(None).await;
    let job = scene.pull(&reference).await;
    under_way(&mut events, &job).await;
    scene.app.call("job/pause", json!({"id": job["id"]})).await;
    until(&mut events, &job, "waiting").await;
    scene.registry.slow(None);
    scene.app = scene.app.reopen().await;
    let jobs = scene.app.call("job/list", json!({})).await;
    assert_eq!((&jobs[0]["id"], &jobs[0]["state"]["status"]), (&job["id"], &json!("waiting")));
    let mut events = scene.app.events(None).await;
    assert_eq!(scene.pull(&reference).await["id"], job["id"], "a pull that waits goes on");
    until(&mut events, &job, "succeeded").await;
    assert!(scene.ids().await.contains(&id));
    scene.app.finish().await;
}

#[tokio::test]
async fn what_ran_or_waited_its_turn_at_a_crash_waits_to_be_resumed() {
    let scene = scene().await;
    let (first, _) = scene.offer("first", 1);
    let (second, _) = scene.offer("second", 2);
    scene.registry.always(Act::Stall(50_000));
    let mut events = scene.app.events(None).await;
    let one = scene.pull(&first).await;
    scene.pull(&second).await;
    under_way(&mut events, &one).await;
    let after = scene.app.after_a_crash().await;
    let jobs = after.call("job/list", json!({})).await;
    let statuses: Vec<_> =
        jobs.as_array().unwrap().iter().map(|job| job["state"]["status"].clone()).collect();
    assert_eq!(statuses, ["waiting", "waiting"]);
    after.finish().await;
    scene.app.finish().await;
}

#[tokio::test]
async fn a_cancelled_pull_leaves_no_parts() {
    let scene = scene().await;
    let (reference, id) = scene.offer("smol", 1);
    scene.registry.slow(Some(40_000));
    let mut events = scene.app.events(None).await;
    let job = scene.pull(&reference).await;
    under_way(&mut events, &job).await;
    assert!(!scene.blobs(true).is_empty());
    let refused = scene.app.refused("model/free-space", json!({})).await;
    assert_eq!(refused.code, "conflict", "{refused:?}");
    scene.app.call("job/cancel", json!({"id": job["id"]})).await;
    until(&mut events, &job, "cancelled").await;
    assert_eq!(scene.blobs(true), [""; 0]);
    assert!(!scene.ids().await.contains(&id));
    scene.app.finish().await;
}

#[tokio::test]
async fn a_pull_that_can_not_be_had_fails_with_a_sentence() {
    let scene = scene().await;
    let mut events = scene.app.events(None).await;
    let job = scene.pull(&format!("{}:latest", scene.registry.model("nobody"))).await;
    let failed = until(&mut events, &job, "failed").await;
    assert_eq!(failed["state"]["errorCode"], "model_not_found");
    assert!(failed["state"]["errorMessage"].as_str().unwrap().ends_with('.'), "{failed}");
    for (reference, target) in [
        ("", "ollama"),
        ("a b", "ollama"),
        ("../x", "ollama"),
        ("ftp://a/b/c", "ollama"),
        ("smol:latest", "embedded"),
        ("owner/repo/file.txt", "embedded"),
        ("http://models.example/x.gguf", "embedded"),
        ("https://models.example/x-00001-of-00002.gguf", "ollama"),
        ("smol", "fake"),
    ] {
        let params = json!({"reference": reference, "target": target});
        assert_eq!(scene.app.refused("model/pull", params).await.code, "invalid_input", "{reference}");
    }
    let nowhere = json!({"reference": "smol", "target": "nowhere"});
    assert_eq!(scene.app.refused("model/pull", nowhere).await.code, "not_found");
    scene.app.finish().await;
}

#[tokio::test]
async fn a_file_of_a_hub_comes_into_the_built_in_engine_however_it_is_written() {
    let scene = scene().await;
    let content = Gguf::model("Tiny").bytes(1);
    let hub = FakeHub::start(content, []).await.unwrap();
    scene.app.call("settings/update", json!({"hubUrl": hub.url()})).await;
    let url = format!("{}/owner/Tiny-GGUF/resolve/main/tiny-q4_k_m.gguf?download=true", hub.url());
    for reference in
        ["owner/Tiny-GGUF/tiny-q4_k_m.gguf", &url, "hf.co/owner/Tiny-GGUF", "hf.co/owner/Tiny-GGUF:Q4_K_M"]
    {
        let done =
            wait_for(&scene.app, "model/pull", json!({"reference": reference, "target": "embedded"})).await;
        assert_eq!((&done["kind"], &done["title"]), (&json!("model.download"), &json!("tiny-q4_k_m.gguf")));
    }
    assert!(scene.ids().await.contains(&"embedded/tiny-q4_0".to_owned()));
    let unknown = json!({"reference": "hf.co/owner/Tiny-GGUF:Q2_K", "target": "embedded"});
    let refused = scene.app.refused("model/pull", unknown).await;
    assert!(refused.message.contains("Q4_K_M"), "{refused:?}");
    scene.app.call("settings/update", json!({"downloadLimit": 100_000})).await;
    wait_for(&scene.app, "model/pull", json!({"reference": url, "target": "embedded"})).await;
    assert_eq!(scene.app.refused("settings/update", json!({"downloadLimit": 1})).await.code, "invalid_input");
    scene.app.finish().await;
}

/// A sound model of about 300 kB.
fn large(name: &str) -> Vec<u8> {
    Gguf::model(name).tensor("large.weight", &[64, 1200], 0, 64 * 1200 * 4).bytes(1)
}

#[tokio::test]
async fn a_file_at_any_address_comes_into_either_engine() {
    let scene = scene().await;
    let content = large("Odd One");
    let hub = FakeHub::start(content.clone(), []).await.unwrap();
    let address = format!("{}/files/Odd%20One.gguf?key=secret", hub.url());
    for (target, id) in [("embedded", "embedded/odd-one-q4_0"), ("ollama", "ollama/odd-one:latest")] {
        let params = json!({"reference": address, "target": target});
        let done = wait_for(&scene.app, "model/pull", params).await;
        assert_eq!((&done["kind"], &done["title"]), (&json!("model.fetch"), &json!("Odd One.gguf")));
        let ids = scene.ids().await;
        assert!(ids.contains(&id.to_owned()), "{target}: {ids:?}");
    }
    let papers = scene.app.call("model/show", json!({"id": "embedded/odd-one-q4_0"})).await;
    assert!(FakeHub::pointer(&content).contains(papers["digest"].as_str().unwrap()), "{papers}");
    let models: Vec<_> = fs::read_dir(scene.app.data().join("models")).unwrap().collect();
    assert_eq!(models.len(), 1, "nothing is left of what went to Ollama: {models:?}");
    // The name is taken there now, which is said before the file is fetched again.
    let asked = hub.ranges().len();
    let again = scene.app.refused("model/pull", json!({"reference": address, "target": "ollama"})).await;
    assert_eq!((again.code.as_str(), hub.ranges().len()), ("conflict", asked), "{again:?}");
    scene.app.finish().await;
}

#[tokio::test]
async fn a_file_at_an_address_is_paused_and_goes_on_where_it_was() {
    let scene = scene().await;
    let hub = FakeHub::start(large("Odd"), []).await.unwrap();
    scene.app.call("settings/update", json!({"downloadLimit": 100})).await;
    let address = format!("{}/files/odd.gguf", hub.url());
    let mut events = scene.app.events(None).await;
    let job = scene.app.call("model/pull", json!({"reference": address, "target": "embedded"})).await;
    under_way(&mut events, &job).await;
    scene.app.call("job/pause", json!({"id": job["id"]})).await;
    until(&mut events, &job, "waiting").await;
    scene.app.call("settings/update", json!({"downloadLimit": null})).await;
    scene.app.call("job/resume", json!({"id": job["id"]})).await;
    until(&mut events, &job, "succeeded").await;
    let ranges = hub.ranges();
    assert!(ranges.last().unwrap().is_some(), "it began anew: {ranges:?}");
    scene.app.finish().await;
}

#[tokio::test]
async fn a_split_model_of_a_hub_comes_whole_into_the_built_in_engine() {
    let scene = scene().await;
    let hub = FakeHub::start(Vec::new(), []).await.unwrap();
    for part in 1..=3_u8 {
        let name = format!("big-q4_0-{part:05}-of-00003.gguf");
        hub.offer(&name, Gguf::part("Big", u16::from(part) - 1).bytes(part));
    }
    scene.app.call("settings/update", json!({"hubUrl": hub.url()})).await;
    let reference = "owner/Big-GGUF/q4/big-q4_0-00002-of-00003.gguf";
    wait_for(&scene.app, "model/pull", json!({"reference": reference, "target": "embedded"})).await;
    let papers = scene.app.call("model/show", json!({"id": "embedded/big-q4_0"})).await;
    assert_eq!(papers["tensors"][0]["count"], 3, "{papers}");
    scene.app.finish().await;
}

#[tokio::test]
async fn a_hub_is_searched_and_its_files_are_marked_by_what_fits() {
    let scene = scene().await;
    let hub = FakeHub::start(Gguf::model("Tiny").bytes(1), []).await.unwrap();
    scene.app.call("settings/update", json!({"hubUrl": hub.url()})).await;
    let found = scene.app.call("hub/search", json!({"query": "tiny & more"})).await;
    assert_eq!(
        found[0],
        json!({"repository": "owner/Tiny-GGUF", "downloads": 1234, "likes": 7, "gated": false, "updatedAt": 1_787_270_400_000_i64})
    );
    assert_eq!((&found[1]["gated"], found.as_array().unwrap().len()), (&json!(true), 2), "{found}");
    assert_eq!(scene.app.call("hub/search", json!({"query": "nothing"})).await, json!([]));
    let files = scene.app.call("hub/files", json!({"repository": "owner/Tiny-GGUF"})).await;
    assert_eq!((&files[0]["quantization"], &files[0]["fits"]), (&json!("Q4_K_M"), &json!("yes")), "{files}");
    assert_eq!((&files[1]["parts"], &files[1]["fits"]), (&json!(2), &json!("no")), "{files}");
    assert_eq!(files[2]["projector"], true);
    assert!(hub.requests().iter().all(|request| !request.credentials));
    assert_eq!(scene.app.refused("hub/search", json!({"query": " "})).await.code, "invalid_input");
    for repository in ["", "owner", "a/b/c", "../x", "a/b?x=y"] {
        let refused = scene.app.refused("hub/files", json!({ "repository": repository })).await;
        assert_eq!(refused.code, "invalid_input", "{repository}");
    }
    assert_eq!(scene.app.refused("hub/files", json!({"repository": "owner/none"})).await.code, "not_found");
    scene.app.finish().await;
}

#[tokio::test]
async fn a_damaged_model_is_repaired() {
    let scene = scene().await;
    let (reference, id) = scene.offer("smol", 1);
    let digest = scene.registry.offer("smol", &model_file(1, WEIGHTS));
    wait_for(&scene.app, "model/pull", json!({"reference": reference, "target": "ollama"})).await;
    let blob = scene.ollama.blob(&digest);
    let whole = fs::read(&blob).unwrap();
    fs::write(&blob, &whole[..1000]).unwrap();
    let job = wait_for(&scene.app, "model/repair", json!({ "id": id })).await;
    assert_eq!(job["payload"]["model"], id);
    assert_eq!(fs::read(&blob).unwrap(), whole);
    assert_eq!(scene.app.refused("model/repair", json!({"id": "fake/m"})).await.code, "invalid_input");
    scene.app.finish().await;
}

#[tokio::test]
async fn a_model_s_papers_are_shown() {
    let scene = scene().await;
    let papers = scene.app.call("model/show", json!({"id": "ollama/here:latest"})).await;
    assert!(papers["modelfile"].as_str().unwrap().contains("FROM "));
    assert!(papers["file"].as_str().unwrap().starts_with(scene.ollama.folder().to_str().unwrap()));
    assert_eq!(papers["digest"].as_str().unwrap().len(), 64);
    assert!(papers["modifiedAt"].as_i64().unwrap() > 1_600_000_000_000);
    let facts = papers["metadata"].as_array().unwrap();
    assert!(facts.contains(&json!({"key": "llama.context_length", "value": "8192"})), "{facts:?}");
    let kinds: Vec<_> =
        papers["tensors"].as_array().unwrap().iter().map(|kind| kind["type"].clone()).collect();
    assert_eq!(kinds, ["Q8_0", "F32"]);
    let handle = scene.app.upload("tiny.gguf", Gguf::model("Tiny").bytes(1)).await;
    let model = scene.app.call("model/import", json!({ "handle": handle })).await;
    let papers = scene.app.call("model/show", json!({"id": model["id"]})).await;
    assert_eq!(papers["license"], "mit");
    let kinds: Vec<_> = papers["tensors"].as_array().unwrap().iter().map(|sum| sum["type"].clone()).collect();
    assert_eq!(kinds, ["Q4_0", "F32"]);
    assert_eq!(scene.app.refused("model/show", json!({"id": "ollama/nobody"})).await.code, "model_not_found");
    assert_eq!(scene.app.refused("model/show", json!({"id": "fake/m"})).await.code, "invalid_input");
    scene.app.finish().await;
}

#[tokio::test]
async fn a_name_is_copied_and_changed_and_a_taken_one_is_refused() {
    let scene = scene().await;
    let id = "ollama/here:latest";
    let copy = scene.app.call("model/copy", json!({"id": id, "name": "second"})).await;
    assert_eq!(copy["id"], "ollama/second:latest");
    scene.app.call("model/load-settings", json!({"id": "ollama/second:latest", "context": 2048})).await;
    let renamed =
        scene.app.call("model/rename", json!({"id": "ollama/second:latest", "name": "third:v1"})).await;
    assert_eq!(renamed["id"], "ollama/third:v1");
    let mut ids = scene.ids().await;
    ids.sort();
    assert_eq!(ids, [id, "ollama/third:v1"]);
    assert_eq!(
        scene.app.rows("SELECT model FROM models WHERE load_settings LIKE '%2048%'"),
        ["ollama/third:v1"]
    );
    for (name, code) in
        [("third:v1", "conflict"), ("here", "conflict"), ("", "invalid_input"), ("a b", "invalid_input")]
    {
        for method in ["model/copy", "model/rename"] {
            let refused = scene.app.refused(method, json!({ "id": id, "name": name })).await;
            assert_eq!(refused.code, code, "{method} {name}");
        }
    }
    let mut ids = scene.ids().await;
    ids.sort();
    assert_eq!(ids, [id, "ollama/third:v1"]);
    scene.app.finish().await;
}

#[tokio::test]
async fn removing_tells_what_it_freed_and_shared_files_are_not_counted() {
    let scene = scene().await;
    scene.app.call("model/copy", json!({"id": "ollama/here:latest", "name": "second"})).await;
    let first = scene.app.call("model/remove", json!({"id": "ollama/here:latest"})).await;
    assert_eq!(first, json!({"freed": 0, "failed": []}));
    let ids = json!({"ids": ["ollama/second:latest", "ollama/nobody:latest", "fake/m"]});
    let rest = scene.app.call("model/remove-many", ids).await;
    assert!(rest["freed"].as_u64().unwrap() > 50_000, "{rest}");
    let failed: Vec<_> = rest["failed"].as_array().unwrap().iter().map(|model| model["id"].clone()).collect();
    assert_eq!(failed, ["ollama/nobody:latest", "fake/m"]);
    assert!(scene.ids().await.is_empty());
    assert_eq!(scene.app.refused("model/remove-many", json!({"ids": []})).await.code, "invalid_input");
    scene.app.finish().await;
}

#[tokio::test]
async fn a_model_is_made_of_another_one_with_words_of_its_own() {
    let scene = scene().await;
    let params = json!({"name": "pirate", "from": "here", "system": "You are a pirate.", "parameters": {"num_ctx": 2048}});
    let done = wait_for(&scene.app, "model/create", params).await;
    assert_eq!((&done["kind"], &done["title"]), (&json!("model.create"), &json!("pirate:latest")));
    let papers = scene.app.call("model/show", json!({"id": "ollama/pirate:latest"})).await;
    assert_eq!(papers["system"], "You are a pirate.");
    assert!(papers["parameters"].as_str().unwrap().contains("2048"));
    // What is shown can be changed and made again.
    let text = papers["modelfile"].as_str().unwrap().replace("a pirate", "a captain");
    wait_for(&scene.app, "model/create", json!({"name": "captain", "modelfile": text})).await;
    let papers = scene.app.call("model/show", json!({"id": "ollama/captain:latest"})).await;
    assert_eq!(papers["system"], "You are a captain.");
    let text = format!("{text}\nRENDERER qwen3-coder\nPARSER qwen3-coder\nREQUIRES 0.14.0\n");
    wait_for(&scene.app, "model/create", json!({"name": "coder", "modelfile": text})).await;
    let papers = scene.app.call("model/show", json!({"id": "ollama/coder:latest"})).await;
    let shown = papers["modelfile"].as_str().unwrap();
    for line in ["RENDERER qwen3-coder", "PARSER qwen3-coder", "REQUIRES 0.14.0"] {
        assert!(shown.lines().any(|shown| shown == line), "{line}: {shown}");
    }
    for (params, code, part) in [
        (json!({"name": "x"}), "invalid_input", "begins from"),
        (json!({"name": "x", "from": "nobody"}), "model_not_found", "nobody"),
        (json!({"name": "pirate", "from": "here"}), "conflict", "pirate"),
        (json!({"name": "", "from": "here"}), "invalid_input", "name"),
        (json!({"name": "x", "from": "here", "quantize": "q9"}), "invalid_input", "q8_0"),
        (json!({"name": "x", "modelfile": "FROM here\nTOP_P 1"}), "invalid_input", "Line 2"),
        (json!({"name": "x", "modelfile": "FROM ./secret.gguf"}), "invalid_input", "Choose the file"),
        (json!({"name": "x", "handle": "none"}), "invalid_input", "Choose it again"),
        (json!({"name": "x", "from": "here", "provider": "fake"}), "invalid_input", "not an Ollama"),
    ] {
        let refused = scene.app.refused("model/create", params.clone()).await;
        assert!(refused.code == code && refused.message.contains(part), "{params}: {refused:?}");
    }
    let asked = scene.registry.requests();
    assert!(asked.is_empty(), "an unknown name must not be looked for: {asked:?}");
    scene.app.finish().await;
}

#[tokio::test]
async fn a_model_is_made_of_a_file_and_the_upload_is_gone_afterwards() {
    let scene = scene().await;
    let handle = scene.app.upload("mine.gguf", model_file(3, 60_000)).await;
    wait_for(&scene.app, "model/create", json!({"name": "mine", "handle": handle, "system": "Be brief."}))
        .await;
    assert!(scene.ids().await.contains(&"ollama/mine:latest".to_owned()));
    assert_eq!(fs::read_dir(scene.app.data().join("uploads")).unwrap().count(), 0);
    let mut events = scene.app.events(None).await;
    let handle = scene.app.upload("cut.gguf", model_file(3, 60_000)[..30_000].to_vec()).await;
    let job = scene.app.call("model/create", json!({"name": "cut", "handle": handle})).await;
    let failed = until(&mut events, &job, "failed").await;
    assert_eq!(failed["state"]["errorCode"], "model_damaged");
    let handle = scene.app.upload("whole.gguf", model_file(4, 60_000)).await;
    wait_for(&scene.app, "model/create", json!({"name": "cut", "handle": handle})).await;
    scene.app.finish().await;
}

#[tokio::test]
async fn space_is_shown_as_it_is_and_what_nothing_needs_is_freed() {
    let scene = scene().await;
    let handle = scene.app.upload("mine.gguf", model_file(3, 60_000)).await;
    wait_for(&scene.app, "model/create", json!({"name": "mine", "handle": handle})).await;
    let partial = scene.ollama.folder().join("blobs").join(format!("sha256-{}-partial", "a".repeat(64)));
    fs::write(&partial, vec![1; 8192]).unwrap();
    let folders = scene.app.call("model/space", json!({})).await;
    let of = |folders: &Value, provider: &str| {
        let all = folders["folders"].as_array().unwrap();
        all.iter().find(|folder| folder["provider"] == provider).unwrap().clone()
    };
    let ollama = of(&folders, "ollama");
    assert!(ollama["unreferenced"].as_u64().unwrap() > 60_000, "the import's original: {ollama}");
    assert_eq!((&ollama["partials"], &of(&folders, "embedded")["models"]), (&json!(8192), &json!(0)));
    let refused = scene.app.refused("model/free-space", json!({})).await;
    assert_eq!(refused.code, "conflict", "somebody writes to it: {refused:?}");
    let old = std::time::SystemTime::now() - Duration::from_mins(2);
    fs::File::options().write(true).open(&partial).unwrap().set_modified(old).unwrap();
    let freed = scene.app.call("model/free-space", json!({})).await["freed"].as_u64().unwrap();
    assert_eq!(freed, ollama["unreferenced"].as_u64().unwrap() + 8192);
    let after = of(&scene.app.call("model/space", json!({})).await, "ollama");
    assert_eq!((&after["unreferenced"], &after["partials"]), (&json!(0), &json!(0)));
    assert_eq!(after["models"], ollama["models"]);
    scene.app.finish().await;
}

#[tokio::test]
async fn models_of_other_programs_are_found_and_imported_without_a_path() {
    let scene = scene().await;
    assert_eq!(scene.app.call("model/discover", json!({})).await, json!([]));
    let folder = scene.folder.path().join("home/.lmstudio/models/owner/tiny");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("tiny-q4_0.gguf"), Gguf::model("Tiny").bytes(1)).unwrap();
    let found = scene.app.call("model/discover", json!({})).await;
    assert_eq!(
        (&found[0]["name"], &found[0]["place"]),
        (&json!("tiny-q4_0"), &json!("LM Studio")),
        "{found}"
    );
    assert!(!found.to_string().contains("lmstudio"), "no path: {found}");
    assert_eq!(scene.app.call("model/discover", json!({})).await[0]["handle"], found[0]["handle"]);
    let model = scene.app.call("model/import", json!({"handle": found[0]["handle"]})).await;
    assert_eq!(model["id"], "embedded/tiny-q4_0");
    assert!(folder.join("tiny-q4_0.gguf").exists());
    scene.app.finish().await;
}

#[tokio::test]
async fn a_split_model_with_a_projector_comes_into_both_engines() {
    let scene = scene().await;
    let folder = scene.folder.path().join("home/.lmstudio/models/owner/big");
    fs::create_dir_all(&folder).unwrap();
    let file = |part: u16| folder.join(format!("big-q4_0-{part:05}-of-00003.gguf"));
    for part in 1..=3 {
        fs::write(file(part), Gguf::part("Big", part - 1).bytes(part as u8)).unwrap();
    }
    let projector = Gguf::bare().text("general.type", "mmproj").bytes(4);
    fs::write(folder.join("big-mmproj-f16.gguf"), &projector).unwrap();
    let handle = async || {
        let found = scene.app.call("model/discover", json!({})).await;
        let big = found.as_array().unwrap().iter().find(|file| file["parts"] == 3).unwrap().clone();
        assert_eq!(big["problem"], Value::Null, "{big}");
        big["handle"].clone()
    };
    wait_for(&scene.app, "model/create", json!({"name": "big", "handle": handle().await})).await;
    let shown =
        fs::read_to_string(scene.ollama.folder().join("manifests/registry.ollama.ai/library/big/latest"));
    let manifest: Value = serde_json::from_str(&shown.unwrap()).unwrap();
    let kinds =
        manifest["layers"].as_array().unwrap().iter().map(|layer| layer["mediaType"].as_str().unwrap());
    let files: Vec<_> = kinds
        .filter_map(|kind| kind.rsplit('.').next())
        .filter(|kind| ["model", "projector"].contains(kind))
        .collect();
    assert_eq!(files.iter().filter(|kind| **kind == "model").count(), 3, "{files:?}");
    assert_eq!(files.iter().filter(|kind| **kind == "projector").count(), 1, "{files:?}");

    let model = scene.app.call("model/import", json!({"handle": handle().await})).await;
    assert_eq!((&model["id"], &model["state"]["type"]), (&json!("embedded/big-q4_0"), &json!("on_disk")));
    let papers = scene.app.call("model/show", json!({"id": model["id"]})).await;
    let sum = json!({"type": "Q4_0", "count": 3, "parameters": 12_288, "bytes": 6912});
    assert_eq!(papers["tensors"], json!([sum]));
    assert!(papers["metadata"].as_array().unwrap().contains(&json!({"key": "parameters", "value": "12288"})));
    let models = scene.app.data().join("models");
    assert_eq!(fs::read_dir(&models).unwrap().count(), 3, "the projector is for another engine");
    let removed = scene.app.call("model/remove", json!({"id": model["id"]})).await;
    assert_eq!((&removed["freed"], fs::read_dir(&models).unwrap().count()), (&model["size"], 0));
    scene.app.finish().await;
}

#[tokio::test]
async fn the_catalogue_and_the_machine_are_told_without_a_network() {
    let scene = scene().await;
    let catalogue = scene.app.call("model/catalogue", json!({})).await;
    assert_eq!(catalogue["dated"].as_str().unwrap().len(), 10);
    let size = &catalogue["entries"][0]["sizes"][0];
    assert!(size["bytes"].as_u64().unwrap() > 0 && size["fits"] != "unknown", "{size}");
    let machine = scene.app.call("system/hardware", json!({})).await;
    assert!(machine["totalMemory"].as_u64().unwrap() > 0 && machine["gpus"].is_array(), "{machine}");
    scene.app.finish().await;
}

#[tokio::test]
async fn how_a_model_is_loaded_is_remembered_and_what_would_leave_is_said_before() {
    let scene = scene().await;
    let id = "ollama/here:latest";
    let model = scene.app.call("model/load-settings", json!({"id": id, "context": 2048})).await;
    assert_eq!((&model["id"], &model["loadSettings"]), (&json!(id), &json!({"context": 2048})));
    scene.app.call("model/start", json!({"id": id, "keepAliveSeconds": 60})).await;
    let models = scene.app.call("model/list", json!({"refresh": true})).await;
    let here = models["models"].as_array().unwrap().iter().find(|model| model["id"] == id).unwrap().clone();
    assert_eq!((&here["state"]["type"], &here["state"]["context"]), (&json!("loaded"), &json!(2048)));
    assert_eq!(here["loadSettings"], json!({"context": 2048}));
    for (name, fill) in [("b", 5), ("c", 6), ("d", 7)] {
        scene.ollama.add_model(name, &model_file(fill, 50_000)).unwrap();
    }
    scene.ids().await;
    for id in ["ollama/b:latest", "ollama/c:latest"] {
        let evicts = scene.app.call("model/evictions", json!({ "id": id })).await;
        assert_eq!(evicts["evicts"], json!([]), "{evicts}");
        scene.app.call("model/start", json!({"id": id, "keepAliveSeconds": -1})).await;
    }
    let evicts = scene.app.call("model/evictions", json!({"id": "ollama/d:latest", "context": 4096})).await;
    assert_eq!(evicts["evicts"], json!([id]), "{evicts}");
    assert!(evicts["memory"].as_u64().unwrap() > 0 && evicts["free"].as_u64().unwrap() > 0);
    for (params, part) in [
        (json!({"id": id, "gpuLayers": 5000}), "at most 4096 layers"),
        (json!({"id": id, "batch": 0}), "1 to 16384 tokens"),
        (json!({"id": id, "kvCache": "q8_0"}), "Set it under Settings, Engine"),
        (json!({"id": id, "flashAttention": true}), "holds for all"),
        (json!({"id": id, "threads": 0}), "1 to"),
        (json!({"id": id, "context": 0}), "not 0"),
        (json!({"id": id, "context": 9_000_000}), "8192"),
        (json!({"id": "fake/m", "context": 100}), "decided there"),
    ] {
        let refused = scene.app.refused("model/load-settings", params.clone()).await;
        assert!(refused.message.contains(part), "{params}: {refused:?}");
    }
    assert_eq!(
        scene.app.refused("model/start", json!({"id": id, "keepAliveSeconds": -5})).await.code,
        "invalid_input"
    );
    scene.app.finish().await;
}

#[tokio::test]
async fn a_model_is_measured_and_the_measurement_is_kept_with_the_engine_s_version() {
    let scene = scene().await;
    let id = "ollama/here:latest";
    assert_eq!(scene.app.call("model/speed", json!({ "id": id })).await, json!([]));
    let job = wait_for(&scene.app, "model/benchmark", json!({ "id": id })).await;
    assert_eq!(job["kind"], "model.benchmark");
    let samples = scene.app.call("model/speed", json!({ "id": id })).await;
    let sample = &samples[0];
    assert_eq!(sample["engineVersion"], "Ollama 0.33.0-rc2");
    for name in ["promptPerSecond", "generationPerSecond", "firstTokenMs", "loadMs"] {
        assert!(sample[name].as_f64().unwrap() > 0.0, "{name}: {sample}");
    }
    assert_eq!(scene.app.newest_call().await["surface"], "eval");
    let refused = scene.app.refused("model/benchmark", json!({"id": "ollama/nobody"})).await;
    assert_eq!(refused.code, "model_not_found");
    scene.app.finish().await;
}

#[tokio::test]
async fn a_measurement_that_is_stopped_leaves_no_open_call() {
    let scene = scene().await;
    let mut events = scene.app.events(None).await;
    let job = scene.app.call("model/benchmark", json!({"id": "fake/m"})).await;
    let call = scene.app.next_call().await;
    call.text("slow");
    scene.app.call("job/cancel", json!({"id": job["id"]})).await;
    until(&mut events, &job, "cancelled").await;
    eventually("the call is settled", PATIENCE, || {
        scene.app.rows("SELECT outcome FROM calls") == ["cancelled"]
    })
    .await;
    scene.app.finish().await;
}

#[tokio::test]
async fn a_newer_version_of_a_name_is_told_of() {
    let scene = scene().await;
    let (reference, id) = scene.offer("smol", 1);
    wait_for(&scene.app, "model/pull", json!({"reference": reference, "target": "ollama"})).await;
    assert_eq!(scene.app.call("model/updates", json!({})).await, json!([]));
    // What was made, copied or renamed here has a name that nobody else is told.
    let registry = reference.trim_start_matches("http://").trim_end_matches("smol:latest");
    let secret = format!("{registry}secret:latest");
    scene.app.call("model/copy", json!({"id": id, "name": secret})).await;
    wait_for(
        &scene.app,
        "model/create",
        json!({"name": format!("{registry}made"), "from": "here", "system": "A secret."}),
    )
    .await;
    scene.app.call("model/copy", json!({"id": id, "name": format!("{registry}before")})).await;
    let before = format!("ollama/{registry}before:latest");
    scene.app.call("model/rename", json!({"id": before, "name": format!("{registry}after")})).await;
    let asked_before = scene.registry.requests().len();
    scene.offer("smol", 2);
    let updates = scene.app.call("model/updates", json!({})).await;
    assert_eq!(updates[0]["id"], id.as_str(), "{updates}");
    assert_eq!(updates.as_array().unwrap().len(), 1);
    let asked = scene.registry.requests().split_off(asked_before);
    assert!(asked.len() == 1 && format!("{asked:?}").contains("smol"), "{asked:?}");
    // Made anew under a name that was pulled before, it isn't asked for either.
    scene.app.call("model/remove", json!({"id": id})).await;
    let name = id.trim_start_matches("ollama/");
    wait_for(&scene.app, "model/create", json!({"name": name, "from": "here"})).await;
    assert_eq!(scene.app.call("model/updates", json!({})).await, json!([]));
    assert_eq!(scene.registry.requests().len(), asked_before + 1);
    scene.app.call("model/remove", json!({"id": id})).await;
    wait_for(&scene.app, "model/pull", json!({"reference": reference, "target": "ollama"})).await;
    assert_eq!(scene.app.call("model/updates", json!({})).await, json!([]));
    scene.app.finish().await;
}

#[tokio::test]
async fn a_newer_list_of_models_is_fetched_when_asked_for_and_kept() {
    let mut scene = scene().await;
    let built_in = scene.app.call("model/catalogue", json!({})).await;
    let refused = scene.app.refused("model/catalogue-refresh", json!({})).await;
    assert!(refused.code == "invalid_input" && refused.message.contains("Downloads"), "{refused:?}");
    let hub = FakeHub::start(Vec::new(), []).await.unwrap();
    let offer = |dated: &str, name: &str| {
        let mut list = built_in.clone();
        list["dated"] = json!(dated);
        list["entries"][0]["name"] = json!(name);
        hub.offer("list.json", list.to_string().into_bytes());
    };
    scene
        .app
        .call("settings/update", json!({"catalogueUrl": format!("{}/files/list.json", hub.url())}))
        .await;
    offer("2020-01-01", "older");
    assert_eq!(scene.app.call("model/catalogue-refresh", json!({})).await, built_in, "it isn't newer");
    offer("2199-01-01", "../bad");
    let refused = scene.app.refused("model/catalogue-refresh", json!({})).await;
    assert!(refused.message.contains("sound name"), "{refused:?}");
    assert_eq!(scene.app.call("model/catalogue", json!({})).await, built_in);
    offer("2199-01-01", "newer");
    let newer = scene.app.call("model/catalogue-refresh", json!({})).await;
    assert_eq!((&newer["dated"], &newer["entries"][0]["name"]), (&json!("2199-01-01"), &json!("newer")));
    scene.app = scene.app.reopen().await;
    assert_eq!(scene.app.call("model/catalogue", json!({})).await, newer, "also after a restart");
    scene.app.finish().await;
}

#[tokio::test]
async fn a_projector_is_part_of_the_memory_that_a_model_needs() {
    let scene = scene().await;
    let folder = scene.folder.path().join("home/.lmstudio/models/owner/one");
    fs::create_dir_all(&folder).unwrap();
    let weights = Gguf::model("One").bytes(1);
    fs::write(folder.join("one-q4_0.gguf"), &weights).unwrap();
    let projector = Gguf::bare().text("general.type", "mmproj").bytes(4);
    fs::write(folder.join("one-mmproj-f16.gguf"), &projector).unwrap();
    let plain = scene.app.upload("plain.gguf", weights).await;
    wait_for(&scene.app, "model/create", json!({"name": "plain", "handle": plain})).await;
    let found = scene.app.call("model/discover", json!({})).await;
    let one = found.as_array().unwrap().iter().find(|file| file["name"] == "one-q4_0").unwrap();
    wait_for(&scene.app, "model/create", json!({"name": "seeing", "handle": one["handle"]})).await;
    let weights = async |name: &str| {
        let asked = json!({"id": format!("ollama/{name}:latest"), "context": 512});
        scene.app.call("model/estimate", asked).await["weights"].as_u64().unwrap()
    };
    assert_eq!(weights("seeing").await, weights("plain").await + projector.len() as u64);
    scene.app.finish().await;
}
