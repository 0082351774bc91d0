//! Steps that involve people.

use domain::EffectClass::{AtMostOnce, Idempotent};

use super::row::{choice, field, row};
use crate::FieldShape::{Duration, LongTemplate, Schema, Template, Text, Words};
use crate::KindInfo;

pub(super) fn kinds() -> Vec<KindInfo> {
    vec![human(), notify()]
}

fn human() -> KindInfo {
    row(
        "human",
        "people",
        Idempotent,
        "Ask a person",
        "Waits for somebody to decide or fill in a form.",
        "
Each answer is a way out of this step: `approve` and `reject` unless `answers` names others. `form` is a JSON Schema; what was filled in is `nodes.ID.values`.

After `timeout` the step does what `on_timeout` says: `fail` (unless told), `branch:expired` leaves it by the way `expired`, `answer:reject` answers for the person.

Nothing is lost while it waits: quit Web+, come back in three days, and answer.",
    )
    .fields([
        field("title", "Title", Template, "What is asked, in one line."),
        field("message", "Message", LongTemplate, "What the person should look at, in Markdown."),
        field("answers", "Answers", Words, "A button for each; approve and reject unless told.").unless_told(vec!["approve", "reject"]),
        field("form", "Form", Schema, "\"#/schemas/NAME\", or a JSON Schema of an object."),
        field("timeout", "Wait at most", Duration, "Such as \"3d\"."),
        field("on_timeout", "Then", Text, "fail (unless told), branch:NAME or answer:NAME.").unless_told("fail"),
    ])
    .ways(&["approve", "reject"])
    .ports(&[
        ("answer", "text", "The answer."),
        ("values", "any", "What was filled in."),
        ("comment", "text", "What the person added in their own words."),
    ])
}

fn notify() -> KindInfo {
    row(
        "notify",
        "people",
        AtMostOnce,
        "Notify",
        "Shows a message on this computer.",
        "A message over the page, and a notification of the desktop while Web+ isn't in front; both lead to the run. With the urgency `high` it stays until it is seen. It is shown at most once, also after a crash.",
    )
    .fields([
        field("title", "Title", Template, "One line.").required(),
        field("message", "Message", LongTemplate, "A sentence or two."),
        choice("urgency", "Urgency", &["low", "normal", "high"], "normal unless told.").unless_told("normal"),
    ])
}
