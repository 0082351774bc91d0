//! Steps that work on text and JSON.

use domain::EffectClass::Pure;

use super::row::{choice, field, row};
use crate::FieldShape::{Expression, LongTemplate, Number, Schema, Template, Text};
use crate::KindInfo;

pub(super) fn kinds() -> Vec<KindInfo> {
    vec![template(), text(), json()]
}

fn template() -> KindInfo {
    row(
        "template",
        "text",
        Pure,
        "Template",
        "Writes a text out of values.",
        "
Jinja templates: `{{ inputs.name }}` puts a value in, `{% for item in nodes.list.items %}…{% endfor %}` repeats, `{% if … %}…{% endif %}` chooses. The text is `nodes.ID.text`.

Filters beyond Jinja's own: `json` (`json(indent=2)` for people), `tokens` (an estimate), `truncate_tokens(500)`, `fence('rust')`, and `old | diff(new)`.

A name without a value is an error, so that a typo can't make an empty text; write `{{ x | default('') }}` where it may be absent.",
    )
    .fields([field("template", "Text", LongTemplate, "Text with {{ … }}.").required()])
    .ports(&[("text", "text", "The text.")])
    .open()
}

fn text() -> KindInfo {
    row(
        "text",
        "text",
        Pure,
        "Work on text",
        "Splits, joins, replaces, searches or trims text.",
        "
| op | does | result |
|---|---|---|
| `trim` | takes blanks off both ends | `text` |
| `upper`, `lower` | changes letters | `text` |
| `lines` | cuts into lines, without empty ones | `items` |
| `split` | cuts at `separator` (a blank line unless told) | `items` |
| `join` | joins the list `items` with `separator` (a line break unless told) | `text` |
| `replace` | replaces `pattern` by `with`; with `regex` true, `$1` is the first group | `text` |
| `match` | finds the regular expression `pattern` | `items`, `found` |
| `extract_code` | takes the code out of fences, of one `language` if named | `text`, `items` |
| `truncate` | keeps the first `limit` characters | `text` |
| `chunk` | cuts into pieces of about `limit` characters, at paragraphs where possible | `items` |",
    )
    .fields([
        choice(
            "op",
            "What to do",
            &[
                "trim",
                "upper",
                "lower",
                "lines",
                "split",
                "join",
                "replace",
                "match",
                "extract_code",
                "truncate",
                "chunk",
            ],
            "See the help.",
        )
        .required(),
        field("text", "Text", LongTemplate, "The text to work on."),
        field("items", "List", Expression, "For `join`: the list, such as `nodes.each.items`."),
        field("separator", "Separator", Template, "For `split` and `join`."),
        field("pattern", "Search for", Text, "For `replace` and `match`."),
        field("with", "Replace by", Template, "For `replace`."),
        field(
            "regex",
            "Regular expression",
            crate::FieldShape::Bool,
            "For `replace`: whether the pattern is one.",
        ),
        field("language", "Language", Text, "For `extract_code`."),
        field("limit", "Length", Number, "In characters, for `truncate` and `chunk`; 4,000 unless told.")
            .unless_told(4000),
    ])
    .ports(&[
        ("text", "text", "The text."),
        ("items", "list<text>", "The pieces."),
        ("found", "bool", "Whether anything was found."),
    ])
    .open()
}

fn json() -> KindInfo {
    row(
        "json",
        "text",
        Pure,
        "Work on JSON",
        "Parses, checks or reshapes JSON.",
        "
`text` is parsed (also out of a code fence or with words around it), or `value` is taken as it is. With `query` a jq program reshapes it, such as `.items[] | .name` (several results make a list, unless `first` is chosen). With `schema` the result must fit, or the step fails with what is wrong.

The result is `nodes.ID.json`, and `nodes.ID.text` as text.",
    )
    .fields([
        field("text", "Text", LongTemplate, "JSON as text."),
        field("value", "Value", Expression, "A value, such as `nodes.http.json`."),
        field("query", "jq program", crate::FieldShape::Code, "Reshapes the value."),
        choice("results", "Results of the program", &["auto", "first", "all"], "auto: one as it is, several as a list.").unless_told("auto"),
        field("schema", "Schema", Schema, "\"#/schemas/NAME\", or a JSON Schema."),
    ])
    .ports(&[("json", "any", "The value."), ("text", "text", "The value as text.")])
    .open()
}
