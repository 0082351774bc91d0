//! Runs that take over from earlier ones in which files were changed: the working copy is what it was where they begin, and a
//! yes counts only for what the person saw.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use serde_json::{Value, json};
use tempfile::TempDir;
use webplus_tests::{Opened, TestApp, git, pipeline};

fn repository() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    git(folder.path(), &["init", "--quiet", "--initial-branch=main"]);
    std::fs::write(folder.path().join("a.txt"), "zero\n").unwrap();
    git(folder.path(), &["add", "."]);
    git(folder.path(), &["commit", "--quiet", "-m", "First"]);
    folder
}

async fn start() -> TestApp {
    let tests = std::env::current_exe().unwrap();
    let program: PathBuf = tests.parent().and_then(Path::parent).unwrap().join("webplus");
    let adjust = move |options: &mut app::AppOptions| options.program = Some(program.clone());
    TestApp::start_with(Opened { adjust: Arc::new(adjust), ..Opened::default() }).await
}

fn in_copy(id: &str, script: &str) -> Value {
    json!({"id": id, "kind": "shell", "config": {"argv": ["sh", "-c", script], "cwd": "{{ nodes.worktree.path }}",
        "capabilities": ["fs:any", "net:any"]}})
}

fn commit(id: &str) -> Value {
    json!({"id": id, "kind": "git", "config": {"op": "commit", "repo": "{{ nodes.worktree.path }}", "message": id}})
}

fn chained(nodes: Vec<Value>) -> Value {
    let ids: Vec<String> = nodes.iter().map(|node| node["id"].as_str().unwrap().to_owned()).collect();
    let edges: Vec<(&str, &str)> = ids.windows(2).map(|pair| (pair[0].as_str(), pair[1].as_str())).collect();
    let mut definition = pipeline(json!(nodes), &edges);
    definition["inputs"] = json!({"repo": {"type": "dir"}});
    definition
}

fn worktree() -> Value {
    json!({"id": "worktree", "kind": "git", "config": {"op": "worktree", "repo": "{{ inputs.repo }}"}})
}

async fn ran(app: &TestApp, run: Value) -> Value {
    let view = app.run_over(run["id"].as_str().unwrap()).await;
    assert_eq!(view["run"]["status"], "succeeded", "{:#}", view["run"]);
    view
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_from_a_step_on_finds_the_files_as_they_were_there() {
    let (app, repo) = (start().await, repository());
    for tidied in [false, true] {
        let mut nodes = vec![
            worktree(),
            in_copy("one", "echo one >> a.txt"),
            commit("keep_one"),
            in_copy("two", "echo two >> a.txt; echo junk > junk.txt"),
            commit("keep_two"),
            in_copy("show", "cat a.txt"),
        ];
        if tidied {
            nodes.push(json!({"id": "tidy", "kind": "git", "config": {"op": "remove", "repo": "{{ nodes.worktree.path }}"}}));
        }
        let mut definition = chained(nodes);
        definition["outputs"] = json!({"text": {"from": "show.stdout"}});
        let start = json!({"definition": definition, "inputs": {"repo": repo.path()}, "allow": ["commands"]});
        let first = ran(&app, app.call("run/start", start).await).await;
        assert_eq!(first["outputs"]["text"]["preview"], "zero\none\ntwo\n");
        // Twice: the second takes over what the first had taken over.
        let mut from = first;
        for _ in 0..2 {
            let again = app.call("run/rerun", json!({"id": from["run"]["id"], "from": "two"})).await;
            let view = ran(&app, again).await;
            for reused in ["worktree", "one", "keep_one"] {
                assert_eq!(TestApp::step_of(&view, reused)["status"], "reused", "{reused}");
            }
            assert_eq!(view["outputs"]["text"]["preview"], "zero\none\ntwo\n", "tidied: {tidied}");
            let journal = app.journal(view["run"]["id"].as_str().unwrap()).await;
            assert!(journal.contains(&"step.restored".to_owned()), "{journal:?}");
            from = view;
        }
        let again = app.call("run/rerun", json!({"id": from["run"]["id"], "from": "show"})).await;
        assert_eq!(ran(&app, again).await["outputs"]["text"]["preview"], "zero\none\ntwo\n");
    }
    assert_eq!(git(repo.path(), &["status", "--porcelain"]), "", "the repository itself isn't touched");
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_yes_counts_for_the_patch_and_the_base_that_were_seen() {
    let (app, repo) = (start().await, repository());
    let mut definition = chained(vec![
        worktree(),
        in_copy("change", "echo more >> a.txt"),
        json!({"id": "patch", "kind": "git", "config": {"op": "diff", "repo": "{{ nodes.worktree.path }}", "base": "{{ nodes.worktree.commit }}"}}),
        json!({"id": "gate", "kind": "human", "config": {"title": "Apply?", "message": "{{ nodes.patch.diff }}", "answers": ["approve", "reject"]}}),
        json!({"id": "apply", "kind": "git", "config": {"op": "apply", "repo": "{{ inputs.repo }}", "patch": "{{ nodes.patch.diff }}", "base": "{{ nodes.worktree.commit }}"}}),
    ]);
    definition["edges"][3]["from"] = json!("gate.approve");
    let start = json!({"definition": definition, "inputs": {"repo": repo.path()}, "allow": ["commands"]});
    let yes = |id: &str| json!({"id": id, "node": "gate", "answer": "approve", "signalId": "yes"});

    // The repository moves on between the question and the answer.
    let run = app.call("run/start", start.clone()).await;
    let id = run["id"].as_str().unwrap();
    app.run_waits(id, "human").await;
    std::fs::write(repo.path().join("b.txt"), "somebody else's\n").unwrap();
    git(repo.path(), &["add", "."]);
    git(repo.path(), &["commit", "--quiet", "-m", "Second"]);
    app.call("run/answer", yes(id)).await;
    let view = app.run_over(id).await;
    assert_eq!((&view["run"]["status"], &view["run"]["errorCode"]), (&json!("failed"), &json!("conflict")));
    assert_eq!(std::fs::read_to_string(repo.path().join("a.txt")).unwrap(), "zero\n", "nothing was changed");

    // An edited patch is another one: it is asked about anew.
    let run = app.call("run/start", start).await;
    let id = run["id"].as_str().unwrap();
    app.run_waits(id, "human").await;
    app.call("run/answer", yes(id)).await;
    let view = ran(&app, run.clone()).await;
    assert_eq!(std::fs::read_to_string(repo.path().join("a.txt")).unwrap(), "zero\nmore\n");
    git(repo.path(), &["checkout", "--quiet", "a.txt"]);
    let same = app.call("run/rerun", json!({"id": view["run"]["id"], "from": "apply"})).await;
    let same = ran(&app, same).await;
    assert_eq!(TestApp::step_of(&same, "gate")["status"], "reused", "the same patch was said yes to");
    git(repo.path(), &["checkout", "--quiet", "a.txt"]);
    let patch = app.call("run/value", json!({"id": id, "node": "patch", "port": "diff"})).await;
    let other = patch["value"].as_str().unwrap().replace("+more", "+less");
    let edited = json!({"id": id, "from": "apply", "edited": {"patch.diff": other}});
    let again = app.call("run/rerun", edited).await;
    let id = again["id"].as_str().unwrap();
    let view = app.run_waits(id, "human").await;
    assert!(view["waiting"][0]["question"].as_str().unwrap().contains("+less"), "{view:#}");
    assert_eq!(std::fs::read_to_string(repo.path().join("a.txt")).unwrap(), "zero\n");
    app.call("run/cancel", json!({ "id": id })).await;
    app.finish().await;
}
