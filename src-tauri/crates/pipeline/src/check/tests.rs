use serde_json::{Value, json};

use super::*;
use crate::{FORMAT, Severity, read};

/// Code Factory in small: plan, a person's yes, a loop inside, a report.
fn factory() -> Value {
    json!({
        "format": FORMAT, "id": "code-factory",
        "inputs": {"task": {"type": "text", "required": true}, "repo": {"type": "dir", "required": true}},
        "outputs": {"report": {"type": "markdown", "from": "report.text"}, "patch": {"type": "diff", "from": "generate.patch"}},
        "vars": {"model": "a/b", "rounds": 0},
        "concurrency": {"max_runs": 1, "key": "{{ inputs.repo }}"},
        "nodes": [
            {"id": "plan", "kind": "llm", "out": {"plan": "json:plan"},
             "config": {"model": "{{ vars.model }}", "prompt": "Plan: {{ inputs.task }}", "response": {"schema_ref": "#/schemas/plan", "repair": 1}}},
            {"id": "gate", "kind": "human", "config": {"title": "{{ nodes.plan.json.title }}", "timeout": "3d", "on_timeout": "branch:expired"}},
            {"id": "fix", "kind": "loop", "body": ["generate", "test"], "carry": {"feedback": "nodes.test.report.summary"},
             "config": {"until": "nodes.test.report.passed", "max_iterations": 4}},
            {"id": "generate", "kind": "llm", "out": {"patch": "diff"},
             "in": {"plan": {"node": "plan", "port": "json"}, "feedback": {"carry": "feedback"}},
             "config": {"model": "a/b", "prompt": "{{ in.plan | json }} {{ in.feedback or '' }} turn {{ index }}"}},
            {"id": "test", "kind": "shell", "effect": "idempotent", "out": {"report": "test_report"},
             "config": {"argv": ["sh", "-c", "true"], "cwd": "{{ inputs.repo }}", "stdin": "{{ nodes.generate.patch }}", "allow_failure": true}},
            {"id": "each", "kind": "map", "body": ["say"], "config": {"over": "nodes.plan.json.items", "parallel": 2}},
            {"id": "say", "kind": "template", "config": {"template": "{{ index }} {{ item.name }}{% for item in [1] %}{{ item }}{% endfor %}"}},
            {"id": "report", "kind": "template", "config": {"template": "{{ nodes.test.stdout }} {{ nodes.each.items | length }} {{ run.id }}"}}
        ],
        "edges": [
            {"from": "plan", "to": "gate"}, {"from": "gate.approve", "to": "fix"}, {"from": "gate.approve", "to": "each"},
            {"from": "generate", "to": "test"}, {"from": "fix.done", "to": "report"}, {"from": "fix.exhausted", "to": "report", "when": "nodes.fix.iterations > 1"},
            {"from": "each", "to": "report"}, {"from": "gate.expired", "to": "report"}
        ],
        "triggers": [{"id": "w", "kind": "watch", "glob": "*.md", "inputs": {"task": "{{ event.content }}", "repo": "/x"}}],
        "schemas": {"plan": {"type": "object"}},
        "tests": [{"name": "smoke", "inputs": {"task": "x", "repo": "y"}, "mocks": {"plan": {"json": {}}}, "expect": ["outputs.report != ''"]}]
    })
}

fn faults(value: &Value) -> Vec<Fault> {
    let definition = read(value).unwrap_or_else(|faults| panic!("{faults:#?}"));
    check(&definition, &Known::default())
}

/// The one fault that `pointer` set to `new` makes.
fn fault_of(pointer: &str, new: Value) -> Fault {
    let mut value = factory();
    let (parent, key) = pointer.rsplit_once('/').unwrap();
    match value.pointer_mut(parent).unwrap() {
        Value::Object(map) => drop(map.insert(key.to_owned(), new)),
        Value::Array(list) if key == "-" => list.push(new),
        Value::Array(list) => list[key.parse::<usize>().unwrap()] = new,
        other => panic!("{other}"),
    }
    let mut found = faults(&value);
    assert_eq!(found.len(), 1, "{pointer}: {found:#?}");
    found.remove(0)
}

#[test]
fn a_sound_definition_has_no_fault() {
    assert_eq!(faults(&factory()), []);
}

#[test]
fn what_does_not_fit_is_told_where_it_stands() {
    let cases = [
        ("/nodes/0/kind", json!("lm"), "unknown_kind", "/nodes/0/kind"),
        ("/nodes/0/v", json!(2), "unknown_version", "/nodes/0/v"),
        ("/nodes/0/config/temprature", json!(1), "unknown_key", "/nodes/0/config/temprature"),
        ("/nodes/0/config/temperature", json!(3), "wrong_type", "/nodes/0/config/temperature"),
        ("/nodes/0/config/messages", json!([]), "too_many", "/nodes/0/config/messages"),
        ("/nodes/0/config/model", json!("qwen"), "bad_model", "/nodes/0/config/model"),
        ("/nodes/0/config/prompt", json!("{{ inputs.tsk }}"), "unknown_name", "/nodes/0/config/prompt"),
        ("/nodes/0/config/prompt", json!("{{ task }}"), "unknown_name", "/nodes/0/config/prompt"),
        ("/nodes/0/config/prompt", json!("{% if %}"), "bad_template", "/nodes/0/config/prompt"),
        (
            "/nodes/0/config/prompt",
            json!("{{ inputs.task | upperr }}"),
            "unknown_name",
            "/nodes/0/config/prompt",
        ),
        (
            "/nodes/0/config/prompt",
            json!("{{ nodes[inputs.task].text }}"),
            "unclear_name",
            "/nodes/0/config/prompt",
        ),
        (
            "/nodes/0/config/prompt",
            json!("{{ nodes.report.text }}"),
            "not_an_ancestor",
            "/nodes/0/config/prompt",
        ),
        (
            "/nodes/0/config/prompt",
            json!("{{ nodes.plan.text }}"),
            "not_an_ancestor",
            "/nodes/0/config/prompt",
        ),
        ("/nodes/0/config/prompt", json!("{{ item }}"), "unknown_name", "/nodes/0/config/prompt"),
        ("/nodes/0/config/prompt", json!("{{ carry.x }}"), "unknown_carry", "/nodes/0/config/prompt"),
        ("/nodes/0/config/prompt", json!("secret://key"), "secret_not_allowed", "/nodes/0/config/prompt"),
        (
            "/nodes/0/config/response",
            json!({"schema_ref": "#/schemas/pln"}),
            "unknown_schema",
            "/nodes/0/config/response",
        ),
        ("/nodes/0/out/plan", json!("jsn"), "unknown_type", "/nodes/0/out/plan"),
        ("/nodes/1/config/title", json!("{{ nodes.plan.jsn }}"), "unknown_port", "/nodes/1/config/title"),
        ("/nodes/1/config/timeout", json!("3 d"), "wrong_type", "/nodes/1/config/timeout"),
        (
            "/nodes/2/config/until",
            json!("nodes.test.report.passed +"),
            "bad_expression",
            "/nodes/2/config/until",
        ),
        ("/nodes/2/config/max_iterations", json!(0), "wrong_type", "/nodes/2/config/max_iterations"),
        (
            "/nodes/3/config/prompt",
            json!("{{ nodes.test.stdout }}"),
            "not_an_ancestor",
            "/nodes/3/config/prompt",
        ),
        ("/nodes/3/config/prompt", json!("{{ carry.feedbak }}"), "unknown_carry", "/nodes/3/config/prompt"),
        ("/nodes/3/config/prompt", json!("{{ in.pln }}"), "unknown_name", "/nodes/3/config/prompt"),
        ("/nodes/3/in/plan", json!({"node": "each", "port": "items"}), "not_an_ancestor", "/nodes/3/in/plan"),
        ("/nodes/4/config/env", json!({"TOKEN": "secret://token"}), "unlisted_secret", "/nodes/4/config/env"),
        (
            "/nodes/4/config/env",
            json!({"TOKEN": "{{ 'secret://token' }}"}),
            "secret_not_allowed",
            "/nodes/4/config/env",
        ),
        ("/nodes/5/body", json!(["say", "generate"]), "in_two_bodies", "/nodes/5/body/1"),
        ("/nodes/5/body/-", json!("nobody"), "unknown_node", "/nodes/5/body/1"),
        ("/nodes/6/body", json!(["report"]), "not_a_container", "/nodes/6/body"),
        ("/nodes/7/config/template", json!("{{ nodes.say.text }}"), "inside_map", "/nodes/7/config/template"),
        ("/nodes/7/on_error", json!("branch"), "no_error_edge", "/nodes/7/on_error"),
        ("/nodes/7/carry", json!({"x": "1"}), "not_a_loop", "/nodes/7/carry"),
        ("/edges/-", json!({"from": "gate.aprove", "to": "report"}), "unknown_way", "/edges/8/from"),
        ("/edges/-", json!({"from": "nobody", "to": "report"}), "unknown_node", "/edges/8/from"),
        ("/edges/-", json!({"from": "plan", "to": "generate"}), "crosses_border", "/edges/8"),
        ("/edges/-", json!({"from": "plan", "to": "gate"}), "duplicate_edge", "/edges/8"),
        ("/edges/0/when", json!("nodes.report.text == ''"), "not_an_ancestor", "/edges/0/when"),
        ("/outputs/report/from", json!("report"), "wrong_type", "/outputs/report/from"),
        ("/outputs/report/from", json!("say.text"), "inside_map", "/outputs/report/from"),
        ("/outputs/report/type", json!("number"), "wrong_type", "/outputs/report/from"),
        ("/inputs/count", json!({"type": "number", "default": "x"}), "wrong_type", "/inputs/count/default"),
        ("/concurrency/key", json!("{{ vars.model }}"), "not_there", "/concurrency/key"),
        ("/triggers/0/inputs/repo", json!("{{ inputs.repo }}"), "not_there", "/triggers/0/inputs/repo"),
        ("/triggers/0/inputs", json!({"task": "x"}), "missing", "/triggers/0/inputs"),
        (
            "/triggers/-",
            json!({"id": "s", "kind": "schedule", "cron": "* * *", "inputs": {"task": "x", "repo": "y"}}),
            "bad_schedule",
            "/triggers/1/cron",
        ),
        ("/schemas/plan", json!({"type": "nonsense"}), "bad_schema", "/schemas/plan"),
        ("/schemas/plan", json!({"$ref": "http://127.0.0.1/x"}), "bad_schema", "/schemas/plan"),
        ("/tests/0/expect", json!(["output.report"]), "unknown_name", "/tests/0/expect/0"),
        ("/tests/0/mocks", json!({"pln": {}}), "unknown_node", "/tests/0/mocks/pln"),
        ("/on_failure", json!("code-factory"), "runs_itself", "/on_failure"),
    ];
    for (pointer, new, code, place) in cases {
        let fault = fault_of(pointer, new.clone());
        assert_eq!(
            (fault.code.as_str(), fault.place.as_str()),
            (code, place),
            "{pointer} = {new}: {}",
            fault.message
        );
    }
}

#[test]
fn a_missing_edge_is_named() {
    let fault = fault_of("/edges/6", json!({"from": "plan", "to": "each", "when": "true"}));
    assert_eq!(
        fault.message,
        "`nodes.each` is used here, but nothing says that `each` comes before `report`. Add an edge from `each` to `report`, directly or over other steps."
    );
}

#[test]
fn a_ring_is_told_with_the_steps_on_it() {
    let mut value = factory();
    let edges = value["edges"].as_array_mut().unwrap();
    edges.push(json!({"from": "report", "to": "gate"}));
    edges.push(json!({"from": "test", "to": "test"}));
    let found = faults(&value);
    let rings: Vec<_> =
        found.iter().filter(|fault| fault.code == "cycle").map(|fault| fault.message.as_str()).collect();
    assert_eq!(
        rings,
        [
            "`gate` → `fix` → `report` lead to each other in a ring. Remove one of the edges, or put the steps into a loop.",
            "`test` leads to itself. Remove one of the edges, or put the steps into a loop."
        ]
    );
    assert_eq!(found.len(), 2, "{found:#?}");
}

#[test]
fn a_step_that_is_switched_off_may_be_half_made() {
    let mut value = factory();
    value["nodes"].as_array_mut().unwrap().push(json!({"id": "later", "kind": "http", "off": true}));
    let found = faults(&value);
    assert_eq!(
        found.iter().map(|fault| fault.severity).collect::<Vec<_>>(),
        [Severity::Warning],
        "{found:#?}"
    );
}

#[test]
fn names_of_other_things_are_checked_where_they_are_known() {
    let mut value = factory();
    value["secrets"] = json!(["token"]);
    value["on_failure"] = json!("tell");
    let definition = read(&value).unwrap();
    let none = BTreeSet::new();
    let known = Known { models: Some(&none), pipelines: Some(&none), secrets: Some(&none) };
    let found = check(&definition, &known);
    let codes: Vec<_> = found.iter().map(|fault| (fault.code.as_str(), fault.severity)).collect();
    // What may be there again before it runs keeps it from nothing.
    let expected = [
        ("missing_secret", Severity::Warning),
        ("unknown_pipeline", Severity::Error),
        ("unknown_model", Severity::Warning),
    ];
    assert_eq!(codes, expected);
}

#[test]
fn what_an_agent_can_not_use_is_refused_with_what_to_do_instead() {
    let of = |kind: &str| {
        let tool = json!({"name": "t", "kind": kind});
        let agent =
            json!({"id": "later", "kind": "agent", "config": {"model": "a/b", "task": "x", "tools": [tool]}});
        let mut value = factory();
        value["nodes"].as_array_mut().unwrap().push(agent);
        faults(&value).into_iter().map(|fault| fault.message).collect::<Vec<_>>().join(" ")
    };
    for (kind, instead) in [
        ("human", "write `\"ask\": true`"),
        ("delay", "before or after the agent"),
        ("pipeline", "Write `pipeline` with its id"),
        ("variable", "in a step after the agent"),
        ("agent", "Choose another kind"),
        ("map", "Choose another kind"),
        ("join", "Choose another kind"),
        ("nonsense", "Choose another kind"),
    ] {
        let said = of(kind);
        assert!(said.contains("can't be used as a tool") && said.contains(instead), "{kind}: {said}");
    }
    assert_eq!(of("shell"), "");
}

#[test]
fn containers_can_not_hold_each_other() {
    let value = json!({"format": FORMAT, "id": "a", "nodes": [
        {"id": "x", "kind": "loop", "body": ["y"], "config": {"max_iterations": 1}},
        {"id": "y", "kind": "loop", "body": ["x"], "config": {"max_iterations": 1}}
    ]});
    assert_eq!(faults(&value).into_iter().map(|fault| fault.code).collect::<Vec<_>>(), ["nesting"]);
}
