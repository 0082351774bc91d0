//! The Code Factory with a real model in it, through the embedded engine: it reviews, and the plug is pulled while it does. What
//! it says decides nothing, so the path is the script's.

use serde_json::json;
use test_support::{FaultServer, Recorded, Script};
use webplus_tests::{Program, git, rows};

use super::{
    kills::{approve, asked, begin, pull_the_plug, said, until},
    story::{PLAN, PLANNER, RIGHT, change, repository},
};

fn script(request: &Recorded) -> Script {
    if request.target.ends_with("/models") {
        return Script::json(200, r#"{"data":[{"id":"m"}]}"#);
    }
    said(&if asked(request).contains(PLANNER) { PLAN.to_owned() } else { change(RIGHT) })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_real_model_reviews_and_is_asked_again_after_a_crash() {
    let Ok(file) = std::env::var("WEBPLUS_TEST_MODEL") else {
        eprintln!("left out: WEBPLUS_TEST_MODEL names no model file; `cargo xtask test` does");
        return;
    };
    let vendor = FaultServer::start(script).await.unwrap();
    let repo = repository();
    let mut program = Program::new();
    if let Ok(runner) = std::env::var("WEBPLUS_RUNNER") {
        program = program.env("WEBPLUS_RUNNER", runner);
    }
    let imported = program.run(&["models", "import", &file, "--json"]).await.good().last();
    let model = imported["model"].as_str().unwrap();
    let served = program.serve().await;
    let id = begin(&served, &vendor, repo.path(), "sh test.sh", |definition| {
        let nodes = definition["nodes"].as_array_mut().unwrap();
        let review = nodes.iter_mut().find(|node| node["id"] == "review").unwrap();
        review["config"]["model"] = json!(model);
        review["config"]["max_tokens"] = json!(48);
    })
    .await;
    let mut events = served.events(None).await;
    approve(&served, &id, "plan_gate").await;
    events.until(|event| event["step"]["node"] == "review" && event["step"]["status"] == "running").await;
    let served = pull_the_plug(&program, served).await;

    approve(&served, &id, "gate").await;
    until(&served, &id, "its end", |view| view["run"]["status"] == "succeeded").await;
    assert_eq!(std::fs::read_to_string(repo.path().join("add.sh")).unwrap(), RIGHT);
    assert_eq!(git(repo.path(), &["worktree", "list"]).lines().count(), 1, "the working copy is gone");
    // The review is in the books with tokens that the engine counted, under this run and step.
    let reviews = "SELECT count(*) FROM calls WHERE model LIKE '%smollm2%' AND run_id IS NOT NULL
         AND outcome <> 'reserved' AND estimated = 0 AND output > 0";
    assert_ne!(rows(&program.data(), reviews), ["0"]);
    let open = "SELECT count(*) FROM calls WHERE outcome = 'reserved'";
    assert_eq!(rows(&program.data(), open), ["0"]);
    assert_eq!(served.terminate().await.code(), 0);
}
