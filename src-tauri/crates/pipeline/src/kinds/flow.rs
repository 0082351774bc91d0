//! Steps that steer.

use domain::EffectClass::{Idempotent, Pure};

use super::row::{choice, field, row};
use crate::FieldShape::{Duration, Expression, Expressions, Json, Number, Pipeline, Template, Text};
use crate::KindInfo;

pub(super) fn kinds() -> Vec<KindInfo> {
    vec![
        condition(),
        switch(),
        map(),
        each_iteration(),
        join(),
        pipeline(),
        delay(),
        variable(),
        assert(),
        budget(),
    ]
}

fn condition() -> KindInfo {
    row(
        "condition",
        "flow",
        Pure,
        "Condition",
        "Goes one of two ways.",
        "
Left by `true` or `false`. The expression must be true or false itself: write `nodes.review.score >= 0.8`, not `nodes.review.score`.

Only numbers can be compared with `<`, `<=`, `>` and `>=`; turn text into one with `| float`. Text is compared with `==`, `!=` and `in`.

The answer is decided once in a run and kept.",
    )
    .fields([field("if", "If", Expression, "An expression that is true or false.").required()])
    .ways(&["true", "false"])
    .ports(&[("value", "bool", "Which it was.")])
}

fn switch() -> KindInfo {
    row(
        "switch",
        "flow",
        Pure,
        "Switch",
        "Goes one of several ways, by a value.",
        "
The step is left by the first way in `cases` whose value equals `on`, else by `default`.

```jsonc
{\"id\": \"by_language\", \"kind\": \"switch\",
 \"config\": {\"on\": \"nodes.detect.json.language\", \"cases\": {\"german\": \"de\", \"french\": \"fr\"}}}
```",
    )
    .fields([
        field("on", "Value", Expression, "What decides.").required(),
        field("cases", "Ways", Json, "A name for each way and the value that leads there.").required(),
    ])
    .ways(&["default"])
    .ports(&[("value", "any", "The value that decided.")])
}

fn map() -> KindInfo {
    row(
        "map",
        "flow",
        Pure,
        "For each",
        "Runs the steps inside once for each item of a list.",
        "
Inside, `item` is the item and `index` its number, from 0. `nodes.ID.items` are the results in the order of the list, however many ran at once: of each item the value of `result`, or where there is none the first result of the last step inside.

| `on_item_error` | when an item fails |
|---|---|
| `stop` | the step fails (unless told) |
| `none` | its result is none |
| `drop` | it has no result |

The list is read once, at the start, and may have up to 100,000 items.",
    )
    .fields([
        field("over", "List", Expression, "Such as `nodes.split.items`.").required(),
        field("parallel", "At once", Number, "How many items at once, 1 to 256; 4 unless told.").unless_told(4),
        choice("on_item_error", "When an item fails", &["stop", "none", "drop"], "stop unless told.").unless_told("stop"),
        field("result", "Result of an item", Expression, "Such as `nodes.review.text`."),
    ])
    .ports(&[("items", "list<any>", "The results, in order."), ("failed", "number", "How many items failed.")])
    .container()
}

fn each_iteration() -> KindInfo {
    row(
        "loop",
        "flow",
        Pure,
        "Loop",
        "Repeats the steps inside until a condition holds.",
        "
After each turn `until` is evaluated; when it holds the step is left by `done`, after `max_iterations` turns by `exhausted`. `index` is the number of the turn, from 0.

What one turn hands to the next stands under `carry`: `{\"feedback\": \"nodes.test.report.summary\"}` is `carry.feedback` in the next turn, and none in the first.

Outside, `nodes.X` of a step inside is its result in the last turn.",
    )
    .fields([
        field("until", "Until", Expression, "An expression over the results of the turn; without one it always makes all turns."),
        field("max_iterations", "Most turns", Number, "1 to 1,000.").required(),
    ])
    .ways(&["done", "exhausted"])
    .ports(&[("iterations", "number", "How many turns it made.")])
    .container()
}

fn join() -> KindInfo {
    row(
        "join",
        "flow",
        Pure,
        "Join",
        "Brings ways together.",
        "
| `policy` | goes on |
|---|---|
| `\"all\"` | when every way that will come has come (unless told) |
| `\"any\"` | when one has come; the others run on |
| `\"first\"` | when one has come; the others are cancelled |
| `{\"n\": 2}` | when two have come |

Other steps with several ways in wait for all of them. The result of a step that was passed over is none: `nodes.a.text or nodes.b.text`.",
    )
    .fields([field("policy", "Policy", Json, "\"all\" (unless told), \"any\", \"first\" or {\"n\": 2}.").unless_told("all")])
    .ports(&[("from", "list<text>", "The steps that it came from.")])
}

fn pipeline() -> KindInfo {
    row(
        "pipeline",
        "flow",
        Idempotent,
        "Run a pipeline",
        "Runs another pipeline and waits for it.",
        "
Its outputs are `nodes.ID.outputs`, such as `nodes.summary.outputs.text`. The other pipeline is fixed when this run begins: changing it meanwhile changes nothing here. A run of it that fails fails this step.",
    )
    .fields([
        field("id", "Pipeline", Pipeline, "Which one.").required(),
        field("inputs", "Inputs", Expressions, "An expression for each of its inputs."),
    ])
    .ports(&[("outputs", "any", "Its outputs by name."), ("run", "text", "The id of its run.")])
    .open()
}

fn delay() -> KindInfo {
    row(
        "delay",
        "flow",
        Pure,
        "Wait",
        "Waits for a while, or until a point in time.",
        "
Use either `for` (\"30s\", \"2h\", \"3d\") or `until`, an expression whose value is a time as text, such as `\"2027-01-31T09:00:00Z\"`. A waiting run holds no place in the queue and survives a restart; a time that has passed ends the wait at once.",
    )
    .fields([
        field("for", "For", Duration, "How long."),
        field("until", "Until", Expression, "When, as text in ISO 8601."),
    ])
}

fn variable() -> KindInfo {
    row(
        "variable",
        "flow",
        Pure,
        "Set a variable",
        "Changes one of the run's variables.",
        "
`vars.NAME` has the new value in the steps that come after. Its start value stands under `vars` of the pipeline. Steps that run at the same time should not set the same variable.",
    )
    .fields([
        field("set", "Variable", Text, "Its name.").required(),
        field("to", "To", Expression, "The new value, such as `vars.count + 1`.").required(),
    ])
    .ports(&[("value", "any", "The new value.")])
}

fn assert() -> KindInfo {
    row(
        "assert",
        "flow",
        Pure,
        "Make sure",
        "Fails the run unless something holds.",
        "The step fails with `message` unless `that` is true. It isn't tried again: the same values give the same answer.",
    )
    .fields([
        field("that", "That", Expression, "An expression that must be true.").required(),
        field("message", "Otherwise say", Template, "What went wrong and what to do."),
    ])
}

fn budget() -> KindInfo {
    row(
        "budget",
        "flow",
        // What was spent so far may differ when it is asked again.
        Idempotent,
        "Check the budget",
        "Looks at what this run has spent so far.",
        "
Left by `ok` while the run is below both limits, else by `exceeded`. For a limit that holds for every call, set a budget in the pipeline's defaults.",
    )
    .fields([
        field("usd", "US dollars", Number, "At most so much so far."),
        field("tokens", "Tokens", Number, "At most so many so far, in and out."),
    ])
    .ways(&["ok", "exceeded"])
    .ports(&[("usd", "number", "US dollars so far."), ("tokens", "number", "Tokens so far.")])
}
