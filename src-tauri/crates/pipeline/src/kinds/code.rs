//! Steps that run programs.

use domain::EffectClass::{AtMostOnce, Pure};

use super::row::{field, row};
use crate::FieldShape::{Bool, Code, Expressions, LongTemplate, Map, Template, TemplateList, Words};
use crate::{Capability, KindInfo};

pub(super) fn kinds() -> Vec<KindInfo> {
    vec![shell(), js()]
}

fn shell() -> KindInfo {
    row(
        "shell",
        "code",
        AtMostOnce,
        "Run a command",
        "Runs a program on this computer.",
        "
`argv` is the program and its arguments, one by one; there is no shell in between, so nothing in a value can become a command. The environment holds only what `env` says and a usual PATH.

`nodes.ID.stdout`, `nodes.ID.stderr` and `nodes.ID.code`. A code other than 0 fails the step unless `allow_failure` is true. A port of type `test_report` under `out` holds `{passed, failed, total, summary}` read from the output.

It runs at most once: after a crash the run asks you, unless you set the effect to \"idempotent\", as for a test run. It ends, with all it started, when its time is up or the run is cancelled.

`capabilities` says what it may do: `fs:worktree`, `net:none`. Where this system can't enforce that, the step is shown as not confined.",
    )
    .fields([
        field("argv", "Command", TemplateList, "The program and its arguments, one by one.").required(),
        field("cwd", "Folder", Template, "Where it runs."),
        field("env", "Environment", Map, "A name and a template each.").with_secrets(),
        field("stdin", "Input", LongTemplate, "What it reads."),
        field("capabilities", "May use", Words, "fs:worktree, fs:none, net:none, net:any."),
        field("allow_failure", "Any code is fine", Bool, "Whether a code other than 0 is no failure."),
    ])
    .ports(&[
        ("stdout", "text", "What it wrote; the end of it where that is long."),
        ("stderr", "text", "What it wrote as errors."),
        ("code", "number", "Its exit code."),
    ])
    .open()
    .needs(Capability::Commands)
}

fn js() -> KindInfo {
    row(
        "js",
        "code",
        Pure,
        "JavaScript",
        "Computes something with a few lines of JavaScript.",
        "
The values of `args` are variables of the program; what it returns is `nodes.ID.value`.

```jsonc
{\"id\": \"total\", \"kind\": \"js\",
 \"config\": {\"args\": {\"rows\": \"nodes.table.json\"}, \"code\": \"return rows.reduce((sum, row) => sum + row.price, 0)\"}}
```

It runs in a process of its own without files, network or clock, for at most 5 seconds and 128 MB.",
    )
    .fields([
        field("code", "Program", Code, "It must `return` its result.").required(),
        field("args", "Values", Expressions, "A name and an expression each."),
    ])
    .ports(&[("value", "any", "What it returned."), ("log", "text", "What it wrote with console.log.")])
    .open()
}
