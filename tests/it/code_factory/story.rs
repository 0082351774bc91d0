//! What the Code Factory's tests tell: a repository whose tests fail, and what a model says on the way to a patch.

use serde_json::json;
use tempfile::TempDir;
use webplus_tests::git;

pub(super) const WRONG: &str = "add() { echo $(($1 - $2)); }\n";
pub(super) const BROKEN: &str = "add() { echo $(($1 +; }\n";
pub(super) const RIGHT: &str = "add() { echo $(($1 + $2)); }\n";
pub(super) const TEST: &str = "\
. ./add.sh
failed=0
check() { if [ \"$1\" = \"$2\" ]; then echo \"ok - $3\"; else echo \"not ok - $3: $1 is not $2\"; failed=1; fi; }
check \"$(add 2 3)\" 5 'adds two numbers'
check \"$(add 0 0)\" 0 'adds nothing'
exit $failed
";

/// A repository whose tests fail.
pub(super) fn repository() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    git(folder.path(), &["init", "--quiet", "--initial-branch=main"]);
    std::fs::write(folder.path().join("add.sh"), WRONG).unwrap();
    std::fs::write(folder.path().join("test.sh"), TEST).unwrap();
    git(folder.path(), &["add", "."]);
    git(folder.path(), &["commit", "--quiet", "-m", "First"]);
    folder
}

pub(super) fn change(content: &str) -> String {
    json!({"files": [{"path": "add.sh", "content": content}]}).to_string()
}

pub(super) const PLAN: &str =
    "{\"items\": [{\"title\": \"Fix add\", \"detail\": \"It must add, not subtract.\"}]}";
pub(super) const VERDICT: &str = "{\"reason\": \"It does what it should.\", \"score\": 0.9}";
pub(super) const PLANNER: &str = "You plan changes";
pub(super) const WRITER: &str = "You change software";
pub(super) const JUDGE: &str = "You are a strict, fair judge";
