//! The Code Factory when the plug is pulled: once while its tests run, once in the middle of an answer.

use std::{
    path::Path,
    sync::{Arc, Mutex},
    time::Duration,
};

use serde_json::{Value, json};
use test_support::{FaultServer, Recorded, Script};
use webplus_tests::{PATIENCE, Program, Served, eventually, git, processes_of, rows};

use super::story::{BROKEN, JUDGE, PLAN, PLANNER, RIGHT, VERDICT, WRITER, WRONG, change, repository};

/// Before the tests of the second try it says who it is and never ends, the first time.
const HOLD: &str = "\
echo run >> \"$1/runs\"
if [ \"$(wc -l < \"$1/runs\")\" -eq 2 ]; then echo $$ > \"$1/held\"; while :; do sleep 1; done; fi
";

fn piece(text: &str) -> String {
    format!("data: {}\n\n", json!({"choices": [{"delta": {"content": text}}]}))
}

pub(super) fn said(text: &str) -> Script {
    let end = json!({
        "choices": [{"delta": {}, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 11, "completion_tokens": 7}
    });
    Script::sse().bytes(piece(text)).event(&end.to_string()).event("[DONE]")
}

/// What was asked, as text.
pub(super) fn asked(request: &Recorded) -> String {
    request.json()["messages"].to_string()
}

/// The content decides the path: what is asked says which try it is. The third is cut off once.
fn script(cut: &Mutex<bool>, request: &Recorded) -> Script {
    if request.target.ends_with("/models") {
        return Script::json(200, r#"{"data":[{"id":"m"}]}"#);
    }
    let asked = asked(request);
    if asked.contains(PLANNER) {
        return said(PLAN);
    }
    if asked.contains(JUDGE) {
        return said(VERDICT);
    }
    assert!(asked.contains(WRITER), "{asked}");
    if asked.contains("not ok - adds two numbers") {
        let cuts = std::mem::replace(&mut *cut.lock().unwrap(), false);
        return if cuts { Script::sse().bytes(piece("{\"files\"")).hold() } else { said(&change(RIGHT)) };
    }
    said(&change(if asked.contains("Your last try didn't pass the tests") { WRONG } else { BROKEN }))
}

pub(super) async fn until(served: &Served, id: &str, what: &str, is_so: impl Fn(&Value) -> bool) -> Value {
    let mut events = served.events(None).await;
    loop {
        let view = served.call("run/get", json!({"id": id})).await;
        if is_so(&view) {
            return view;
        }
        let ended = ["failed", "paused"].contains(&view["run"]["status"].as_str().unwrap());
        assert!(!ended, "{what}: {:#}", view["run"]);
        events.until(|event| event["type"] == "run.changed" && event["run"]["id"] == id).await;
    }
}

pub(super) async fn approve(served: &Served, id: &str, node: &str) -> Value {
    let view = until(served, id, node, |view| view["waiting"][0]["node"] == node).await;
    let answer = json!({"id": id, "node": node, "answer": "approve", "signalId": node});
    served.call("run/answer", answer).await;
    view["waiting"][0].clone()
}

/// Begins the template, changed by `change`, with the scripted model as the default one.
pub(super) async fn begin(
    served: &Served,
    vendor: &FaultServer,
    repo: &Path,
    test: &str,
    change: impl Fn(&mut Value),
) -> String {
    let provider =
        json!({"kind": "openai_compatible", "name": "Drip", "baseUrl": format!("{}/v1", vendor.url())});
    served.call("provider/add", provider).await;
    served.call("settings/update", json!({"defaultModel": "drip/m"})).await;
    let templates = served.call("pipeline/templates", json!({})).await;
    let found = templates.as_array().unwrap().iter().find(|template| template["id"] == "code-factory");
    let mut definition = found.unwrap()["definition"].clone();
    change(&mut definition);
    let inputs = json!({"task": "Make add add", "repo": repo, "test": test});
    let params = json!({"definition": definition, "inputs": inputs, "allow": ["commands", "files"]});
    served.call("run/start", params).await["id"].as_str().unwrap().to_owned()
}

/// Pulls the plug, and opens again when nothing of it is left.
pub(super) async fn pull_the_plug(program: &Program, served: Served) -> Served {
    served.kill().await;
    let data = program.data();
    eventually("no process is left", Duration::from_secs(2), || processes_of(&data).is_empty()).await;
    program.serve().await
}

fn alive(process: &str) -> bool {
    Path::new("/proc").join(process).exists()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_twice_on_the_way_it_makes_the_same_patch_and_pays_again_for_what_was_cut_alone() {
    let cut = Arc::new(Mutex::new(true));
    let noted = Arc::clone(&cut);
    let vendor = FaultServer::start(move |request| script(&noted, request)).await.unwrap();
    let (repo, outside) = (repository(), tempfile::tempdir().unwrap());
    let script_file = outside.path().join("hold.sh");
    std::fs::write(&script_file, HOLD).unwrap();
    let program = Program::new();
    let served = program.serve().await;
    let test = format!("sh {} {} && sh test.sh", script_file.display(), outside.path().display());
    let run = begin(&served, &vendor, repo.path(), &test, |_| {}).await;
    let id = run.as_str();
    approve(&served, id, "plan_gate").await;

    let held = outside.path().join("held");
    let pid = || std::fs::read_to_string(&held).unwrap_or_default().trim().to_owned();
    eventually("the tests run", PATIENCE, || !pid().is_empty()).await;
    let served = pull_the_plug(&program, served).await;
    eventually("the command died with it", Duration::from_secs(2), || !alive(&pid())).await;

    eventually("the third answer is begun", PATIENCE, || !*cut.lock().unwrap()).await;
    let served = pull_the_plug(&program, served).await;

    let question = approve(&served, id, "gate").await;
    let question = question["question"].as_str().unwrap();
    assert!(question.contains("tests passed after 3"), "{question}");
    assert_eq!(std::fs::read_to_string(repo.path().join("add.sh")).unwrap(), WRONG, "nobody said yes yet");
    until(&served, id, "its end", |view| view["run"]["status"] == "succeeded").await;
    assert_eq!(std::fs::read_to_string(repo.path().join("add.sh")).unwrap(), RIGHT);
    assert_eq!(git(repo.path(), &["worktree", "list"]).lines().count(), 1, "the working copy is gone");

    // A plan, three changes, three reviews; again is paid for the answer that was cut off, for nothing else. The tests ran
    // once for each try and once more for the one that was cut off.
    let asked: Vec<_> =
        vendor.requests().into_iter().filter(|request| !request.target.ends_with("/models")).collect();
    assert_eq!(asked.len(), 8);
    let outcomes = rows(&program.data(), "SELECT outcome FROM calls ORDER BY id");
    assert_eq!(outcomes.len(), 8, "{outcomes:?}");
    assert_eq!(outcomes.iter().filter(|outcome| *outcome == "succeeded").count(), 7, "{outcomes:?}");
    assert_eq!(rows(&program.data(), "SELECT DISTINCT run_id FROM calls"), [id.replace('-', "")]);
    assert_eq!(std::fs::read_to_string(outside.path().join("runs")).unwrap().lines().count(), 4);
    assert_eq!(rows(&program.data(), "PRAGMA integrity_check"), ["ok"]);
    assert_eq!(served.terminate().await.code(), 0);
}
