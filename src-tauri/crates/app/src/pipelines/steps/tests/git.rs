#![allow(clippy::disallowed_methods, reason = "makes repositories as a person does")]
use std::{os::unix::fs::PermissionsExt, path::Path, process::Command};

use domain::ErrorCode;
use serde_json::{Map, Value, json};

use super::bench::Bench;

/// A repository in the folder `work` with one commit of `add.sh`.
async fn repository() -> Bench {
    let bench = Bench::new().await;
    let folder = bench.path("work");
    std::fs::create_dir(&folder).unwrap();
    git(&folder, &["init", "--quiet", "--initial-branch=main"]);
    std::fs::write(folder.join("add.sh"), "echo $(($1 - $2))\n").unwrap();
    git(&folder, &["add", "."]);
    git(&folder, &["commit", "--quiet", "-m", "First"]);
    bench
}

fn git(folder: &Path, arguments: &[&str]) -> String {
    let output = Command::new("git")
        .args(["-c", "user.name=A", "-c", "user.email=a@b"])
        .args(arguments)
        .current_dir(folder)
        .output()
        .unwrap();
    assert!(output.status.success(), "{arguments:?}: {output:?}");
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

async fn step(bench: &Bench, config: Value) -> Result<Map<String, Value>, (ErrorCode, String)> {
    match bench.in_folder("git", config).await {
        Ok(left) => Ok(left.values.into_iter().collect()),
        Err(error) => Err((error.code, error.message)),
    }
}

fn config(op: &str, more: Value) -> Value {
    let mut config = json!({"op": op, "repo": "{{ inputs.folder }}"});
    for (name, value) in more.as_object().unwrap() {
        config[name] = value.clone();
    }
    config
}

#[tokio::test]
async fn a_change_goes_from_a_working_copy_to_the_repository_as_a_patch() {
    let bench = repository().await;
    let made = step(&bench, config("worktree", json!({}))).await.unwrap();
    let copy = made["path"].as_str().unwrap().to_owned();
    assert_eq!(
        step(&bench, config("worktree", json!({}))).await.unwrap(),
        made,
        "asked again, it is the same"
    );
    std::fs::write(format!("{copy}/add.sh"), "echo $(($1 + $2))\n").unwrap();
    std::fs::write(format!("{copy}/größe.md"), "new\n").unwrap();
    let there = json!({"repo": copy});
    let status = step(&bench, config("status", there.clone())).await.unwrap();
    assert_eq!((&status["files"], &status["clean"]), (&json!(["add.sh", "größe.md"]), &json!(false)));
    let diff = step(&bench, config("diff", there.clone())).await.unwrap();
    let patch = diff["diff"].as_str().unwrap();
    assert!(patch.contains("+echo $(($1 + $2))") && patch.contains("größe.md"), "{patch}");
    assert_eq!(git(Path::new(&copy), &["diff", "--cached", "--name-only"]), "", "its index is as it was");
    let committed =
        step(&bench, config("commit", json!({"repo": copy, "message": "Add\n\nWell."}))).await.unwrap();
    assert_eq!(
        git(Path::new(&copy), &["log", "-1", "--format=%H %an %s"]),
        format!("{} Web+ Add", committed["commit"].as_str().unwrap())
    );
    // The repository itself saw nothing of it yet.
    assert_eq!(step(&bench, config("status", json!({}))).await.unwrap()["clean"], true);
    let only_checked = step(&bench, config("apply", json!({"patch": patch, "check": true}))).await.unwrap();
    assert_eq!(only_checked["files"], json!(["add.sh", "größe.md"]));
    assert_eq!(step(&bench, config("status", json!({}))).await.unwrap()["clean"], true);
    for _ in 0..2 {
        // The second time it is there already.
        step(&bench, config("apply", json!({"patch": patch}))).await.unwrap();
        assert_eq!(std::fs::read_to_string(bench.path("work/add.sh")).unwrap(), "echo $(($1 + $2))\n");
    }
    git(&bench.path("work"), &["commit", "--quiet", "--all", "-m", "Meanwhile"]);
    let stale = json!({"patch": patch, "base": diff["commit"]});
    assert!(step(&bench, config("apply", stale)).await.unwrap_err().1.contains("by now"));
    step(&bench, config("remove", there.clone())).await.unwrap();
    assert!(!Path::new(&copy).exists());
    step(&bench, config("remove", there)).await.unwrap();
    assert_eq!(git(&bench.path("work"), &["worktree", "list"]).lines().count(), 1);
    bench.finish().await;
}

#[tokio::test]
async fn a_patch_that_does_not_fit_or_leads_outside_changes_nothing() {
    let bench = repository().await;
    let outside = "--- /dev/null\n+++ b/../evil.txt\n@@ -0,0 +1 @@\n+evil\n";
    let hook = "--- /dev/null\n+++ b/.git/hooks/post-checkout\n@@ -0,0 +1 @@\n+evil\n";
    let stale = "--- a/add.sh\n+++ b/add.sh\n@@ -1 +1 @@\n-something else\n+new\n";
    for patch in [outside, hook, stale, "not a patch"] {
        let (code, message) = step(&bench, config("apply", json!({"patch": patch}))).await.unwrap_err();
        assert_eq!(code, ErrorCode::Conflict, "{message}");
        assert!(message.contains("Nothing was changed"), "{message}");
    }
    assert!(!bench.path("evil.txt").exists() && !bench.path("work/.git/hooks/post-checkout").exists());
    assert_eq!(step(&bench, config("status", json!({}))).await.unwrap()["clean"], true);
    assert_eq!(step(&bench, config("apply", json!({"patch": " "}))).await.unwrap()["files"], json!([]));
    bench.finish().await;
}

#[tokio::test]
async fn changes_are_put_back_only_in_working_copies_that_a_run_made() {
    let bench = repository().await;
    std::fs::write(bench.path("work/add.sh"), "my own work\n").unwrap();
    assert_eq!(step(&bench, config("restore", json!({}))).await.unwrap_err().0, ErrorCode::Forbidden);
    assert_eq!(step(&bench, config("remove", json!({}))).await.unwrap_err().0, ErrorCode::Forbidden);
    assert_eq!(std::fs::read_to_string(bench.path("work/add.sh")).unwrap(), "my own work\n");
    let copy =
        step(&bench, config("worktree", json!({}))).await.unwrap()["path"].as_str().unwrap().to_owned();
    std::fs::write(format!("{copy}/add.sh"), "a try\n").unwrap();
    std::fs::write(format!("{copy}/new"), "a try\n").unwrap();
    step(&bench, config("restore", json!({"repo": copy}))).await.unwrap();
    assert_eq!(std::fs::read_to_string(format!("{copy}/add.sh")).unwrap(), "echo $(($1 - $2))\n");
    assert!(!Path::new(&copy).join("new").exists());
    bench.finish().await;
}

#[tokio::test]
async fn nothing_that_a_repository_names_is_run() {
    let bench = repository().await;
    let folder = bench.path("work");
    let canary = bench.path("canary");
    let evil = bench.path("evil.sh");
    std::fs::write(&evil, format!("#!/bin/sh\necho $0 $@ >> {}\ncat\n", canary.display())).unwrap();
    std::fs::set_permissions(&evil, PermissionsExt::from_mode(0o755)).unwrap();
    for hook in [
        "post-checkout",
        "pre-commit",
        "commit-msg",
        "post-commit",
        "post-index-change",
        "reference-transaction",
    ] {
        std::fs::copy(&evil, folder.join(".git/hooks").join(hook)).unwrap();
    }
    let evil = evil.to_str().unwrap();
    for name in [
        "core.fsmonitor",
        "diff.external",
        "diff.odd.command",
        "diff.odd.textconv",
        "filter.odd.clean",
        "filter.odd.smudge",
        "filter.o=d.d.process",
        "core.pager",
        "core.editor",
        "gpg.program",
        "merge.odd.driver",
    ] {
        git(&folder, &["config", name, evil]);
    }
    git(&folder, &["config", "filter.odd.required", "true"]);
    git(&folder, &["config", "commit.gpgSign", "true"]);
    std::fs::write(folder.join(".gitattributes"), "*.sh filter=odd diff=odd merge=odd\n*.md filter=o=d.d\n")
        .unwrap();
    std::fs::write(folder.join("add.sh"), "changed\n").unwrap();
    std::fs::write(folder.join("x.md"), "new\n").unwrap();
    step(&bench, config("status", json!({}))).await.unwrap();
    let patch = step(&bench, config("diff", json!({}))).await.unwrap()["diff"].clone();
    step(&bench, config("commit", json!({"message": "x"}))).await.unwrap();
    let copy = step(&bench, config("worktree", json!({"base": "HEAD~1"}))).await.unwrap()["path"].clone();
    step(&bench, config("apply", json!({"repo": copy, "patch": patch}))).await.unwrap();
    step(&bench, config("restore", json!({"repo": copy}))).await.unwrap();
    step(&bench, config("remove", json!({"repo": copy}))).await.unwrap();
    assert_eq!(std::fs::read_to_string(&canary).unwrap_or_default(), "");
    bench.finish().await;
}

#[tokio::test]
async fn a_folder_without_a_repository_or_a_first_commit_is_told() {
    let bench = Bench::new().await;
    std::fs::create_dir(bench.path("work")).unwrap();
    let (code, message) = step(&bench, config("status", json!({}))).await.unwrap_err();
    assert_eq!(code, ErrorCode::NotFound);
    assert!(message.contains("not in a git repository"), "{message}");
    git(&bench.path("work"), &["init", "--quiet"]);
    let (_, message) = step(&bench, config("diff", json!({}))).await.unwrap_err();
    assert!(message.contains("Make a first commit"), "{message}");
    assert!(step(&bench, config("diff", json!({"base": "--output=/tmp/x"}))).await.is_err());
    bench.finish().await;
}
