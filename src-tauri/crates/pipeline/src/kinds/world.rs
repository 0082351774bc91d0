//! Steps that reach outside: servers, files, git.

use domain::EffectClass::{AtMostOnce, Idempotent};

use super::row::{choice, field, row};
use crate::FieldShape::{Bool, Expressions, LongTemplate, Map, Number, Template, Text, Words};
use crate::{Capability, KindInfo};

pub(super) fn kinds() -> Vec<KindInfo> {
    vec![http(), file(), git(), webhook()]
}

fn http() -> KindInfo {
    row(
        "http",
        "world",
        AtMostOnce,
        "HTTP request",
        "Asks a server.",
        "
`nodes.ID.status`, `nodes.ID.body` (text), `nodes.ID.json` (where the answer is JSON) and `nodes.ID.headers` (names in small letters).

GET and HEAD may be repeated after a crash; any other method is sent at most once: if nobody knows whether it arrived, the run asks you. A server that honours an `Idempotency-Key` may be told so: Web+ sends one with each request, the same one when it repeats; then set the effect to \"idempotent\".

A secret is written as `secret://NAME` in a header, a query parameter or the body. Its value is put in just before sending, only towards the server it was entered for, and never appears in the run.

Answers of 400 and above fail the step unless `fail_on_status` is false. Addresses of this computer and of your own network need to be allowed in `hosts`.",
    )
    .fields([
        choice("method", "Method", &["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"], "GET unless told.").unless_told("GET"),
        field("url", "Address", Template, "https://…").required(),
        field("headers", "Headers", Map, "A name and a template each.").with_secrets(),
        field("query", "Query", Map, "Parameters that are added to the address.").with_secrets(),
        field("body", "Body", LongTemplate, "Text to send.").with_secrets(),
        field("json", "Body as JSON", Expressions, "An expression for each key, instead of a body."),
        field("fail_on_status", "Fail on 400 and above", Bool, "Yes unless told.").unless_told(true),
        field("max_bytes", "Largest answer", Number, "In bytes; 10 MB unless told.").unless_told(10 << 20),
        field("hosts", "Allowed hosts", Words, "Hosts of your own network that it may ask, such as \"nas.local:8080\"."),
    ])
    .ports(&[
        ("body", "text", "The answer's text."),
        ("json", "any", "The answer as JSON; none where it isn't."),
        ("status", "number", "Such as 200."),
        ("headers", "any", "The answer's headers."),
    ])
    .needs(Capability::Http)
}

fn file() -> KindInfo {
    row(
        "file",
        "files",
        Idempotent,
        "File",
        "Reads, writes or finds files.",
        "
| `op` | does | result |
|---|---|---|
| `read` | reads a text file of up to 16 MB | `text` |
| `write` | replaces a file by `content`, in one go: nobody sees half of it | `path` |
| `append` | adds `content` at the end | `path` |
| `glob` | finds files by a pattern such as `src/**/*.md` in `path` | `paths` |

Only folders that are inputs of the pipeline, or that you allowed, can be reached. `write` gives the same file however often it is done, so it may be repeated after a crash; `append` is done at most once.",
    )
    .fields([
        choice("op", "What to do", &["read", "write", "append", "glob"], "See the help.").required(),
        field("path", "Path", Template, "A file; for `glob` a folder.").required(),
        field("content", "Content", LongTemplate, "For `write` and `append`."),
        field("pattern", "Pattern", Template, "For `glob`, such as `**/*.md`; every file unless told.").unless_told("**/*"),
        field("limit", "At most", Number, "Files, for `glob`; 1,000 unless told.").unless_told(1000),
    ])
    .ports(&[
        ("text", "text", "What the file says."),
        ("path", "file", "The file."),
        ("paths", "list<file>", "The files that were found, sorted."),
        ("size", "number", "Bytes."),
    ])
    .open()
    .needs(Capability::Files)
}

fn git() -> KindInfo {
    row(
        "git",
        "files",
        AtMostOnce,
        "Git",
        "Works on a git repository: worktree, diff, apply, commit.",
        "
| `op` | does | result |
|---|---|---|
| `worktree` | makes a working copy of its own at `base` (HEAD unless told), on branch `branch` (one named after the run unless told) | `path`, `branch`, `commit` |
| `status` | lists what changed | `files`, `clean` |
| `diff` | shows what changed since `base` | `diff`, `clean` |
| `apply` | applies the diff in `patch`; with `base` only while that commit is checked out | `files` |
| `commit` | commits everything with `message` | `commit` |
| `restore` | puts the files back as they were at `base` | `commit` |
| `remove` | removes a working copy that `worktree` made | |

Hooks, filters and other programs that a repository names are switched off.",
    )
    .fields([
        choice("op", "What to do", &["worktree", "status", "diff", "apply", "commit", "restore", "remove"], "See the help.")
            .required(),
        field("repo", "Repository", Template, "Its folder.").required(),
        field("base", "Base", Template, "A commit or branch."),
        field("branch", "Branch", Template, "For `worktree`: the new branch; one named after the run where it is empty. A name with the run's id in it keeps the step from being taken over by a later run."),
        field("patch", "Patch", LongTemplate, "For `apply`: a diff."),
        field("message", "Message", LongTemplate, "For `commit`."),
        field("check", "Only check", Bool, "For `apply`: whether it would apply, without doing it."),
    ])
    .ports(&[
        ("path", "dir", "The working copy."),
        ("diff", "diff", "What changed."),
        ("commit", "text", "The commit."),
        ("branch", "text", "The branch."),
        ("files", "list<text>", "The files concerned."),
        ("clean", "bool", "Whether nothing changed."),
    ])
    .needs(Capability::Commands)
}

fn webhook() -> KindInfo {
    row(
        "webhook",
        "world",
        AtMostOnce,
        "Send a webhook",
        "Tells another program that something happened.",
        "
Sends `{\"type\", \"timestamp\", \"data\"}` as the Standard Webhooks specification has it, signed with `secret` (a `whsec_…` secret that you keep under that name). The receiver can verify it with a library for any language.

Sent at most once: if nobody knows whether it arrived, the run asks you.",
    )
    .fields([
        field("url", "Address", Template, "https://…").required(),
        field("type", "Type", Text, "Such as \"report.ready\".").required(),
        field("data", "Data", Expressions, "An expression for each key."),
        field("secret", "Signing secret", Text, "secret://NAME").with_secrets(),
        field("headers", "Headers", Map, "A name and a template each.").with_secrets(),
        field("hosts", "Allowed hosts", Words, "Hosts of your own network that it may ask."),
    ])
    .ports(&[("status", "number", "Such as 200.")])
    .needs(Capability::Http)
}
