//! `run/file` and `run/apply`: what a run made is shown and applied inside of the folders that it was given, and nowhere else.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use serde_json::{Value, json};
use tempfile::TempDir;
use webplus_tests::{Opened, TestApp, git, pipeline};

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR";
/// The same in Base64.
const ENCODED: &str = "iVBORw0KGgoAAAANSUhEUg==";
const PATCH: &str = "--- a/a.txt\n+++ b/a.txt\n@@ -1 +1 @@\n-zero\n+one\n";

async fn start() -> TestApp {
    let tests = std::env::current_exe().unwrap();
    let program: PathBuf = tests.parent().and_then(Path::parent).unwrap().join("webplus");
    let adjust = move |options: &mut app::AppOptions| options.program = Some(program.clone());
    TestApp::start_with(Opened { adjust: Arc::new(adjust), ..Opened::default() }).await
}

fn repository() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    git(folder.path(), &["init", "--quiet", "--initial-branch=main"]);
    std::fs::write(folder.path().join("a.txt"), "zero\n").unwrap();
    git(folder.path(), &["add", "."]);
    git(folder.path(), &["commit", "--quiet", "-m", "First"]);
    folder
}

fn with_folder(mut definition: Value) -> Value {
    definition["inputs"] = json!({"repo": {"type": "dir", "required": true}, "task": {"type": "text"}});
    definition
}

#[tokio::test]
async fn an_image_that_a_result_names_is_given_from_the_run_s_own_folders_only() {
    let app = TestApp::start().await;
    let (folder, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    std::fs::write(folder.path().join("a.png"), PNG).unwrap();
    std::fs::write(folder.path().join("key.png"), "-----BEGIN PRIVATE KEY-----").unwrap();
    std::fs::write(other.path().join("b.png"), PNG).unwrap();
    let names = |path: &str| {
        let steps = json!([{"id": "make", "kind": "template", "config": {"template": path}, "out": {"text": "image"}}]);
        with_folder(pipeline(steps, &[]))
    };
    let outside = other.path().join("b.png");
    let inputs = json!({"repo": folder.path()});
    let ask = async |path: &str| {
        let view = app.ran(&names(path), inputs.clone()).await;
        json!({"id": view["run"]["id"], "node": "make", "port": "text"})
    };
    let image = app.call("run/file", ask("{{ inputs.repo }}/a.png").await).await;
    assert_eq!(image, json!({"mime": "image/png", "data": ENCODED}));
    let refused = async |path: &str| app.refused("run/file", ask(path).await).await;
    assert_eq!(refused(outside.to_str().unwrap()).await.code, "forbidden");
    assert_eq!(refused("{{ inputs.repo }}/../b.png").await.code, "forbidden");
    assert_eq!(refused("{{ inputs.repo }}/none.png").await.code, "not_found");
    let key = refused("{{ inputs.repo }}/key.png").await;
    assert!(key.message.contains("no image that"), "{}", key.message);
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(&outside, folder.path().join("link.png")).unwrap();
        assert_eq!(refused("{{ inputs.repo }}/link.png").await.code, "forbidden");
    }
    app.finish().await;
}

#[cfg(unix)]
#[tokio::test]
async fn changes_are_applied_once_and_only_to_what_they_were_made_for() {
    let app = start().await;
    let repo = repository();
    let steps = json!([
        {"id": "copy", "kind": "git", "config": {"op": "worktree", "repo": "{{ inputs.repo }}"}},
        {"id": "patch", "kind": "template", "config": {"template": PATCH}, "out": {"text": "diff"}},
    ]);
    let definition = with_folder(pipeline(steps, &[("copy", "patch")]));
    let asked = json!({"definition": definition, "inputs": {"repo": repo.path(), "task": "/tmp"}, "allow": ["commands"]});
    let run = app.call("run/start", asked).await;
    let view = app.run_over(run["id"].as_str().unwrap()).await;
    assert_eq!(view["run"]["status"], "succeeded", "{view}");
    let apply = |input: &str, check: bool| json!({"id": run["id"], "node": "patch", "port": "text", "input": input, "check": check});
    let text = || std::fs::read_to_string(repo.path().join("a.txt")).unwrap();
    let base = git(repo.path(), &["rev-parse", "HEAD"]);
    // Looked at first: nothing is changed by that.
    let looked = app.call("run/apply", apply("repo", true)).await;
    assert_eq!(looked, json!({"folder": repo.path(), "base": base, "files": ["a.txt"], "already": false}));
    assert_eq!(text(), "zero\n");
    // Another folder than one that the run was given isn't touched, whatever the input says.
    for input in ["task", "none"] {
        assert_eq!(app.refused("run/apply", apply(input, false)).await.code, "invalid_input");
    }
    assert_eq!(app.call("run/apply", apply("repo", false)).await["already"], false);
    assert_eq!(text(), "one\n");
    assert_eq!(app.call("run/apply", apply("repo", false)).await["already"], true);
    assert_eq!(text(), "one\n");
    // Somebody went on: what was seen is no longer what is there.
    git(repo.path(), &["checkout", "--quiet", "--", "a.txt"]);
    git(repo.path(), &["commit", "--quiet", "--allow-empty", "-m", "Meanwhile"]);
    let refused = app.refused("run/apply", apply("repo", false)).await;
    assert_eq!(refused.code, "conflict");
    assert!(refused.message.contains("Nothing was changed"), "{}", refused.message);
    assert_eq!(text(), "zero\n");
    app.finish().await;
}
