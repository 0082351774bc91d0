//! The Code Factory with a real model on the wire of each of its calls, through the embedded engine: it plans, writes and reviews,
//! and the plug is pulled twice while it does. What it is free to say decides nothing: the plan is the only one that its schema
//! leaves room for, and the files of each try are the script's.

use serde_json::{Value, json};
use webplus_tests::{Program, Served, git, rows};

use super::{
    kills::{approve, pull_the_plug, started, until},
    story::{BROKEN, PLAN, RIGHT, WRONG, repository},
};

/// The template with the script in it.
fn scripted(definition: &mut Value) {
    let plan: Value = serde_json::from_str(PLAN).unwrap();
    let title = |part: &str| json!({ "const": plan["items"][0][part] });
    let items = &mut definition["schemas"]["plan"]["properties"]["items"];
    items["maxItems"] = json!(1);
    items["items"]["properties"] = json!({"title": title("title"), "detail": title("detail")});
    // It writes a file, of which no more than the name is short enough for this test.
    let file = &mut definition["schemas"]["change"]["properties"]["files"];
    (file["minItems"], file["maxItems"]) = (json!(1), json!(1));
    file["items"]["properties"] = json!({"path": {"const": "add.sh"}, "content": {"enum": ["a", "b"]}});
    definition["schemas"]["change"]["properties"].as_object_mut().unwrap().remove("note");
    let tries = [BROKEN, WRONG, RIGHT].map(|content| json!([{"path": "add.sh", "content": content}]));
    for node in definition["nodes"].as_array_mut().unwrap() {
        match node["id"].as_str() {
            Some("write_all") => node["config"]["over"] = json!(format!("{}[index]", json!(tries))),
            Some("review") => node["config"]["max_tokens"] = json!(48),
            _ => {}
        }
    }
}

/// Pulls the plug while that step of that try is under way.
async fn cut(
    program: &Program,
    served: Served,
    scope: &str,
    node: &str,
    and: impl AsyncFnOnce(&Served),
) -> Served {
    let mut events = served.events(None).await;
    and(&served).await;
    let begun = |event: &Value| {
        event["step"]["node"] == node
            && event["step"]["scope"] == scope
            && event["step"]["status"] == "running"
    };
    events.until(begun).await;
    pull_the_plug(program, served).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_a_real_model_on_the_wire_two_tries_fail_one_passes_and_two_kills_change_nothing() {
    let Ok(file) = std::env::var("WEBPLUS_TEST_MODEL") else {
        eprintln!("left out: WEBPLUS_TEST_MODEL names no model file; `cargo xtask test` does");
        return;
    };
    let repo = repository();
    let mut program = Program::new();
    if let Ok(runner) = std::env::var("WEBPLUS_RUNNER") {
        program = program.env("WEBPLUS_RUNNER", runner);
    }
    let imported = program.run(&["models", "import", &file, "--json"]).await.good().last();
    let served = program.serve().await;
    served.call("settings/update", json!({"defaultModel": imported["model"]})).await;
    let id = started(&served, repo.path(), "sh test.sh", scripted).await;
    // The model is cut off in the middle of its second change, and of its third review.
    let yes = async |served: &Served| drop(approve(served, &id, "plan_gate").await);
    let served = cut(&program, served, "parts:0/fix:1", "generate", yes).await;
    let served = cut(&program, served, "parts:0/fix:2", "review", async |_| {}).await;

    let question = approve(&served, &id, "gate").await;
    let question = question["question"].as_str().unwrap();
    assert!(question.contains("Fix add") && question.contains("tests passed after 3"), "{question}");
    assert_eq!(std::fs::read_to_string(repo.path().join("add.sh")).unwrap(), WRONG, "nobody said yes yet");
    until(&served, &id, "its end", |view| view["run"]["status"] == "succeeded").await;
    assert_eq!(std::fs::read_to_string(repo.path().join("add.sh")).unwrap(), RIGHT);
    assert_eq!(git(repo.path(), &["worktree", "list"]).lines().count(), 1, "the working copy is gone");
    // A plan, three changes, three reviews: all asked of the real model, all in the books with tokens that the engine counted,
    // and no more than the two that were cut off besides.
    let data = program.data();
    let count = |and: &str| {
        let sql = format!(
            "SELECT count(*) FROM calls WHERE model LIKE '%smollm2%' AND run_id IS NOT NULL AND {and}"
        );
        rows(&data, &sql)[0].parse::<usize>().unwrap()
    };
    let ended = count("outcome = 'succeeded' AND estimated = 0 AND output > 0");
    assert!((7..=9).contains(&ended), "{ended} ended well of {}", count("1"));
    assert!(count("outcome = 'interrupted'") <= 2);
    assert_eq!(
        rows(&data, "SELECT count(*) FROM calls WHERE model NOT LIKE '%smollm2%' OR outcome = 'reserved'"),
        ["0"]
    );
    assert_eq!(rows(&data, "PRAGMA integrity_check"), ["ok"]);
    assert_eq!(served.terminate().await.code(), 0);
}
