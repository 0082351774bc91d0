use serde_json::json;

use super::*;
use crate::{OnAmbiguous, OnError, OverlapPolicy, Source};

fn places(value: &Value) -> Vec<(String, String)> {
    read(value).expect_err("faults").into_iter().map(|fault| (fault.code, fault.place)).collect()
}

#[test]
fn a_whole_definition_is_read() {
    let definition = read(&json!({
        "format": FORMAT, "id": "code-factory", "name": "Code Factory",
        "inputs": {"task": {"type": "text", "required": true}},
        "outputs": {"report": {"from": "report.text"}},
        "vars": {"planner": "a/b"},
        "defaults": {"retry": {"max_attempts": 5, "initial": "500ms"}, "timeout": {"attempt": "120s", "run": "30m"},
                     "budget": {"usd": 0.5, "tokens": 400_000, "on_exceed": "fail"}},
        "concurrency": {"max_runs": 2, "key": "{{ inputs.repo }}"},
        "nodes": [
            {"id": "plan", "kind": "llm", "v": 1, "effect": "idempotent", "label": "Plan", "note": "x", "cache": "content",
             "config": {"model": "a/b"}, "out": {"json": "json:plan"}, "retry": {"max_attempts": 2}, "timeout": "5m",
             "on_error": {"default": {"text": "x"}}, "on_ambiguous": {"assume_done": {"text": "y"}},
             "in": {"a": {"node": "x", "port": "y"}, "b": {"input": "task"}, "c": {"carry": "f"}, "d": {"expr": "1"}, "e": {"value": null}}},
            {"id": "fix", "kind": "loop", "body": ["plan"], "carry": {"f": "nodes.plan.text"}, "on_error": "skip", "off": true}
        ],
        "edges": [{"from": "plan", "to": "fix"}, {"from": "fix.done", "to": "plan", "when": "1 > 0"}],
        "triggers": [{"id": "c", "kind": "schedule", "cron": "0 7 * * 1-5", "tz": "local", "missed": "once", "on_overlap": "skip"},
                     {"id": "w", "kind": "watch", "glob": "tasks/*.md", "debounce": "2s", "inputs": {"task": "{{ event.path }}"}}],
        "schemas": {"plan": {"type": "object"}}, "secrets": ["github_token"], "on_failure": "tell",
        "tests": [{"name": "smoke", "inputs": {"task": "x"}, "mocks": {"plan": {"json": {}}}, "expect": ["true"]}],
        "ui": {"nodes": {}}, "pins": {"plan": {"text": "z"}}
    }))
    .unwrap_or_else(|faults| panic!("{faults:?}"));
    assert_eq!(definition.defaults.retry.max_attempts, 5);
    assert_eq!(definition.defaults.budget.unwrap().nano_usd, Some(500_000_000));
    let plan = &definition.nodes[0];
    let retry = plan.retry.as_ref().unwrap();
    assert_eq!((retry.max_attempts, retry.initial), (2, 500), "the rest is as in the defaults");
    assert_eq!(plan.timeout.attempt, Some(300_000));
    assert!(matches!(&plan.on_error, OnError::Default(values) if values["text"] == "x"));
    assert!(matches!(&plan.on_ambiguous, OnAmbiguous::AssumeDone(values) if values["text"] == "y"));
    assert_eq!(plan.inputs["e"], Source::Value(Value::Null));
    assert_eq!(plan.inputs["a"], Source::Port { node: "x".into(), port: "y".into() });
    assert!(definition.nodes[1].off);
    assert_eq!((definition.edges[0].port.as_str(), definition.edges[1].port.as_str()), ("ok", "done"));
    assert_eq!(definition.triggers[0].on_overlap, OverlapPolicy::Skip);
    assert_eq!(definition.pins["plan"]["text"], "z");
}

#[test]
fn the_smallest_definition_has_defaults_for_the_rest() {
    let definition = read(&json!({"format": FORMAT, "id": "a", "nodes": []})).unwrap();
    assert_eq!(definition.name, "a");
    assert_eq!(definition.defaults.retry, crate::Retry::default());
}

#[test]
fn every_fault_is_told_with_its_place() {
    let found = places(&json!({
        "format": "webplus.pipeline/9", "id": "Big", "nodes": [{"id": "a-b", "kind": "llm", "confg": {}}, 3,
        {"id": "x", "kind": "llm", "retry": {"initial": "5 s", "retry_on": ["5xx", "moon"]}, "on_error": "explode", "in": {"y": {}}}],
        "edges": {}, "extra/key": 1, "triggers": [{"id": "t", "kind": "moon"}, {"id": "s", "kind": "schedule"}]
    }));
    let wanted = [
        ("wrong_format", "/format"),
        ("bad_id", "/id"),
        ("bad_id", "/nodes/0/id"),
        ("unknown_key", "/nodes/0/confg"),
        ("wrong_type", "/nodes/1"),
        ("missing", "/nodes/2/in/y"),
        ("wrong_type", "/nodes/2/retry/retry_on/1"),
        ("wrong_type", "/nodes/2/retry/initial"),
        ("wrong_type", "/nodes/2/on_error"),
        ("wrong_type", "/edges"),
        ("unknown_kind", "/triggers/0/kind"),
        ("missing", "/triggers/1"),
        ("unknown_key", "/extra~1key"),
    ];
    for (code, place) in wanted {
        assert!(found.contains(&(code.into(), place.into())), "{code} {place} in {found:#?}");
    }
    assert_eq!(found.len(), wanted.len(), "{found:#?}");
}

#[test]
fn a_mistyped_key_is_told_with_the_word_that_was_meant() {
    let faults =
        read(&json!({"format": FORMAT, "id": "a", "nodes": [{"id": "a", "kind": "llm", "confg": {}}]}))
            .unwrap_err();
    assert_eq!(faults[0].message, "`confg` isn't known here. Did you mean `config`?");
    assert_eq!(faults[0].node.as_deref(), Some("a"));
}

#[test]
fn durations_are_numbers_with_a_unit() {
    for (text, wanted) in
        [("500ms", Some(500)), ("30s", Some(30_000)), ("3d", Some(259_200_000)), ("0s", Some(0))]
    {
        assert_eq!(duration(text), wanted, "{text}");
    }
    for text in ["", "5", "s", "-5s", "5 s", "1.5s", "99999999999999999999s", "9999999999d", "5ß"] {
        assert_eq!(duration(text), None, "{text}");
    }
}

#[test]
fn faults_of_reading_and_of_fitting_are_told_at_once() {
    let file = json!({"format": FORMAT, "id": "bad", "nodes": [
        {"id": "a", "kind": "template", "config": {"template": "{{ nodes.z.text "}, "wat": 1},
        {"id": "b", "kind": "llmm"},
        {"id": "c", "kind": "condition", "config": {"if": "1 +"}},
    ], "edges": [{"from": "a", "to": "c"}, {"from": "c.true", "to": "a"}]});
    let (definition, faults) = crate::examine(&file, &crate::Known::default());
    assert!(definition.is_none());
    let places: Vec<&str> = faults.iter().map(|fault| fault.place.as_str()).collect();
    for place in ["/nodes/0/wat", "/nodes/0/config/template", "/nodes/1/kind", "/nodes/2/config/if"] {
        assert!(places.contains(&place), "{place} isn't among {places:?}");
    }
    assert!(faults.iter().any(|fault| fault.code == "cycle"), "{faults:?}");
}
