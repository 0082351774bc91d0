//! Steps that ask a model.

use domain::EffectClass::{AtMostOnce, Idempotent};

use super::row::{choice, field, row};
use crate::FieldShape::{Expression, Json, LongTemplate, Map, Messages, Model, Number, Schema, TemplateList};
use crate::{Field, KindInfo};

pub(super) fn kinds() -> Vec<KindInfo> {
    vec![llm(), structured(), embedding(), judge(), router(), agent()]
}

fn model() -> Field {
    field(
        "model",
        "Model",
        Model,
        "Which model answers, as \"provider/name\". A template such as `{{ vars.model }}` works too.",
    )
    .required()
}

fn prompts() -> [Field; 3] {
    [
        field("system", "Instructions", LongTemplate, "What the model is and how it should answer."),
        field("prompt", "Prompt", LongTemplate, "What it is asked. Use either this or messages."),
        field("messages", "Messages", Messages, "A whole conversation, instead of the prompt."),
    ]
}

fn parameters() -> [Field; 6] {
    [
        field(
            "temperature",
            "Temperature",
            Number,
            "0 answers the same way each time as far as the model can; 1 and more varies.",
        ),
        field("top_p", "Top p", Number, "Only the likeliest words that make up this share, 0 to 1."),
        field(
            "max_tokens",
            "Longest answer",
            Number,
            "In tokens. An answer that would be longer is cut off.",
        ),
        field("seed", "Seed", Number, "The same number gives the same answer, where a provider supports it."),
        field("stop", "Stop at", TemplateList, "Texts at which the answer ends."),
        choice(
            "effort",
            "Effort",
            &["none", "low", "medium", "high"],
            "How long the model thinks before it answers, where it can.",
        ),
    ]
}

const USAGE: (&str, &str, &str) = ("usage", "usage", "Tokens and cost of the call.");

fn llm() -> KindInfo {
    row(
        "llm",
        "model",
        Idempotent,
        "Ask a model",
        "Sends a prompt to a model and keeps the answer.",
        "
The answer is `nodes.ID.text`.

```jsonc
{\"id\": \"plan\", \"kind\": \"llm\",
 \"config\": {\"model\": \"ollama/qwen3:8b\", \"prompt\": \"Plan this: {{ inputs.task }}\"}}
```

Under `out` the step can name results of its own. A port of type `diff` holds the diff that was found in the answer, `json:plan` the JSON, checked against the schema `plan`; any other port holds the text.

With `response` the answer must be JSON: `{\"schema_ref\": \"#/schemas/plan\", \"repair\": 1}` asks once more, with the faults found, where it isn't. An answer that is still invalid is a failed try with the reason `invalid_output`.

After a crash the same question is asked again under the same key, so it may be paid for twice. Set the cache to \"content\" to reuse an answer to the same question.",
    )
    .fields([model()])
    .fields(prompts())
    .fields([field("response", "Answer as JSON", Json, "{\"schema_ref\": \"#/schemas/NAME\", \"repair\": 1} or {\"schema\": {…}}.")])
    .fields(parameters())
    .ports(&[
        ("text", "text", "The answer."),
        ("json", "any", "The answer as JSON, where one was asked for."),
        USAGE,
        ("model", "text", "The model that answered."),
    ])
    .open()
}

fn structured() -> KindInfo {
    row(
        "structured",
        "model",
        Idempotent,
        "Get structured data",
        "Asks a model for JSON that fits a schema.",
        "
`nodes.ID.json` is the answer; it fits `schema`. Where the model can be held to a schema it is; others are told what to write, and are asked again up to `repair` times with what was wrong.

```jsonc
{\"id\": \"items\", \"kind\": \"structured\",
 \"config\": {\"model\": \"openai/gpt-5-mini\", \"schema\": \"#/schemas/items\", \"prompt\": \"List the items of: {{ in.text }}\"}}
```",
    )
    .fields([model()])
    .fields(prompts())
    .fields([
        field("schema", "Schema", Schema, "\"#/schemas/NAME\", or a JSON Schema.").required(),
        field("repair", "Repairs", Number, "How often the model is asked to mend an answer that doesn't fit, 0 to 10; 2 unless told.").unless_told(2),
    ])
    .fields(parameters())
    .ports(&[
        ("json", "any", "The answer, fitting the schema."),
        ("text", "text", "The answer as it was written."),
        USAGE,
    ])
    .open()
}

fn embedding() -> KindInfo {
    row(
        "embedding",
        "model",
        Idempotent,
        "Embed text",
        "Turns text into numbers that can be compared.",
        "
Give either one `text` (its vector is `nodes.ID.embedding`) or a list, `texts`, as an expression (their vectors are `nodes.ID.embeddings`, in the same order). The model must be one that makes embeddings.",
    )
    .fields([
        model(),
        field("text", "Text", LongTemplate, "One text."),
        field("texts", "Texts", Expression, "A list of texts, such as `nodes.split.items`."),
    ])
    .ports(&[
        ("embedding", "embedding", "The vector of the text, or of the first of the list."),
        ("embeddings", "list<embedding>", "The vectors of all."),
        USAGE,
    ])
}

fn judge() -> KindInfo {
    row(
        "judge",
        "model",
        Idempotent,
        "Judge",
        "Lets a model rate something by your criteria.",
        "
`nodes.ID.score` is between 0 and 1, `nodes.ID.passed` says whether it reached `pass`, and `nodes.ID.reason` says why.

```jsonc
{\"id\": \"review\", \"kind\": \"judge\",
 \"config\": {\"model\": \"ollama/qwen3:8b\", \"subject\": \"{{ nodes.draft.text }}\", \"criteria\": \"Is it true to the source?\", \"pass\": 0.7}}
```

The step itself succeeds whatever the verdict; put a condition on `nodes.review.passed` behind it.",
    )
    .fields([
        model(),
        field("subject", "What is judged", LongTemplate, "The text to rate.").required(),
        field("criteria", "Criteria", LongTemplate, "What makes it good.").required(),
        field("reference", "Reference", LongTemplate, "What it is compared with, if anything."),
        field("pass", "Passes from", Number, "A score from 0 to 1; 0.5 unless told.").unless_told(0.5),
        field("temperature", "Temperature", Number, "0 unless told, so that verdicts vary little.").unless_told(0),
        field("max_tokens", "Longest answer", Number, "In tokens."),
    ])
    .ports(&[
        ("score", "number", "0 to 1."),
        ("passed", "bool", "Whether the score reached `pass`."),
        ("reason", "text", "Why."),
        USAGE,
    ])
}

fn router() -> KindInfo {
    row(
        "router",
        "model",
        Idempotent,
        "Route",
        "Lets a model choose the way on.",
        "
Each name in `routes` is a way out of this step; its text tells the model when to take it. Where none fits, the step is left by `default`.

```jsonc
{\"id\": \"kind\", \"kind\": \"router\",
 \"config\": {\"model\": \"ollama/qwen3:8b\", \"input\": \"{{ inputs.mail }}\",
  \"routes\": {\"complaint\": \"The sender is unhappy\", \"question\": \"The sender wants to know something\"}}}
```",
    )
    .fields([
        model(),
        field("input", "What is routed", LongTemplate, "The text that decides.").required(),
        field("routes", "Ways", Map, "A name for each way, and when to take it.").required(),
        field("instructions", "Instructions", LongTemplate, "What else the model should know."),
        field("temperature", "Temperature", Number, "0 unless told.").unless_told(0),
        field("max_tokens", "Longest answer", Number, "In tokens."),
    ])
    .ways(&["default"])
    .ports(&[("route", "text", "The way that was chosen."), ("reason", "text", "Why."), USAGE])
}

fn agent() -> KindInfo {
    row(
        "agent",
        "model",
        // Its tools may do anything; each of their calls is an attempt of its own with its own effect.
        AtMostOnce,
        "Agent",
        "Lets a model use tools until it has the answer.",
        "
`tools` lists what it may use, each with a name and a sentence that tells the model what it is for:

```jsonc
\"tools\": [
  {\"name\": \"read\", \"description\": \"Reads a file\", \"kind\": \"file\", \"config\": {\"op\": \"read\", \"path\": \"{{ inputs.repo }}/{{ args.path }}\"},
   \"parameters\": {\"type\": \"object\", \"properties\": {\"path\": {\"type\": \"string\"}}, \"required\": [\"path\"]}}
]
```

A tool can also be a pipeline: `{\"name\", \"description\", \"pipeline\": \"ID\"}`; the args are its inputs, and it may do what both it and this one were allowed.

What the model gives a tool is `args` in its templates. Before each use of what can't be taken back (a program, a request that changes something) a person is asked and shown exactly what would be done: what an agent reads may tell it to do harm. A yes counts once and for that alone; after a no the model goes on without it. `\"ask\": false` leaves a tool free, `\"ask\": true` asks for any. Each use is recorded and is not repeated after a crash unless its kind allows it.",
    )
    .fields([
        model(),
        field("system", "Instructions", LongTemplate, "What the agent is and how it should work."),
        field("task", "Task", LongTemplate, "What it should do.").required(),
        field("tools", "Tools", Json, "A list of tools: {name, description, kind and config or pipeline, parameters?, ask?}."),
        field("max_turns", "Most turns", Number, "How often it may answer or use tools, 1 to 100; 10 unless told.").unless_told(10),
        field("response", "Answer as JSON", Json, "{\"schema_ref\": \"#/schemas/NAME\"} or {\"schema\": {…}}."),
        field("temperature", "Temperature", Number, "0 to 2."),
        field("max_tokens", "Longest answer", Number, "In tokens, of each turn."),
    ])
    .ports(&[
        ("text", "text", "The last answer."),
        ("json", "any", "The answer as JSON, where one was asked for."),
        ("messages", "messages", "The whole conversation, tools included."),
        ("turns", "number", "How many turns it took."),
        USAGE,
    ])
    .open()
}
