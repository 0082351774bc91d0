use domain::StepStatus::{self, Cancelled, Failed, Ready, Running, Skipped, Succeeded};
use serde_json::json;

use super::build::{container, definition, node};
use crate::{Definition, Effect, Event, Key, Limits, OnError, Outcome, Plan, RunEnd};

fn key(text: &str) -> Key {
    let (scope, node) = text.rsplit_once('/').unwrap_or(("", text));
    Key { scope: scope.to_owned(), node: node.to_owned() }
}

/// A plan under test, with every effect but the rows as short text.
struct Tried {
    plan: Plan,
    definition: Definition,
    limits: Limits,
    rows: std::collections::BTreeMap<Key, crate::Instance>,
}

impl Tried {
    fn begin(definition: Definition) -> (Self, Vec<String>) {
        Self::until(definition, None)
    }

    fn until(definition: Definition, until: Option<&str>) -> (Self, Vec<String>) {
        Self::within(definition, Limits { until: until.map(str::to_owned), alone: false })
    }

    fn alone(definition: Definition, node: &str) -> (Self, Vec<String>) {
        Self::within(definition, Limits { until: Some(node.to_owned()), alone: true })
    }

    fn within(definition: Definition, limits: Limits) -> (Self, Vec<String>) {
        let plan = Plan::new(&definition, limits.clone());
        let mut tried = Self { plan, definition, limits, rows: std::collections::BTreeMap::new() };
        let first = tried.apply(Event::Begun);
        (tried, first)
    }

    fn apply(&mut self, event: Event) -> Vec<String> {
        let name = |key: &Key| {
            if key.scope.is_empty() { key.node.clone() } else { format!("{}/{}", key.scope, key.node) }
        };
        let effects = self.plan.apply(event);
        let mut said = Vec::new();
        for effect in effects {
            match effect {
                Effect::Set(key, instance) => {
                    self.rows.insert(key, instance);
                }
                Effect::Start(key) => said.push(format!("start {}", name(&key))),
                Effect::Judge(key, n) => said.push(format!("judge {} {n}", name(&key))),
                Effect::Close(key, port) => said.push(format!("close {} {port}", name(&key))),
                Effect::Abort(key) => said.push(format!("abort {}", name(&key))),
                Effect::End(RunEnd::Failed(key)) => said.push(format!("end failed {}", name(&key))),
                Effect::End(end) => said.push(format!("end {end:?}").to_lowercase()),
            }
        }
        if !self.rows.is_empty() {
            let again = Plan::restore(&self.definition, self.limits.clone(), self.rows.clone());
            assert_eq!(again.pending(), self.plan.pending());
        }
        said
    }

    fn done(&mut self, text: &str, port: &str) -> Vec<String> {
        self.with(text, port, &[])
    }

    fn with(&mut self, text: &str, port: &str, taken: &[u32]) -> Vec<String> {
        self.apply(Event::Taken(key(text)));
        self.apply(Event::Ended(
            key(text),
            Outcome::Succeeded { port: port.to_owned(), taken: taken.to_vec() },
        ))
    }

    fn fail(&mut self, text: &str) -> Vec<String> {
        self.apply(Event::Taken(key(text)));
        self.apply(Event::Ended(key(text), Outcome::Failed { taken: Vec::new() }))
    }

    fn close(&mut self, text: &str, port: &str) -> Vec<String> {
        let outcome = match port {
            "error" => Outcome::Failed { taken: Vec::new() },
            _ => Outcome::Succeeded { port: port.to_owned(), taken: Vec::new() },
        };
        self.apply(Event::Closed(key(text), outcome))
    }

    fn status(&self, text: &str) -> StepStatus {
        self.rows.get(&key(text)).map_or(StepStatus::Pending, |row| row.status)
    }
}

fn steps(ids: &[&str]) -> Vec<crate::Node> {
    ids.iter().map(|id| node(id, "template")).collect()
}

#[test]
fn a_chain_runs_one_after_the_other() {
    let (mut run, first) = Tried::begin(definition(steps(&["a", "b"]), &["a>b"]));
    assert_eq!(first, ["start a"]);
    assert_eq!(run.done("a", "ok"), ["start b"]);
    assert_eq!(run.done("b", "ok"), ["end succeeded"]);
    assert_eq!(run.plan.is_over(), Some(RunEnd::Succeeded));
}

#[test]
fn a_join_of_all_waits_for_the_feeders_that_run() {
    let edges = ["c.true>a", "c.false>b", "a>j", "b>j", "d>j"];
    let (mut run, first) = Tried::begin(definition(steps(&["c", "a", "b", "d", "j"]), &edges));
    assert_eq!(first, ["start c", "start d"]);
    assert_eq!(run.done("c", "true"), ["start a"]);
    assert_eq!(run.status("b"), Skipped);
    assert!(run.done("a", "ok").is_empty());
    assert_eq!(run.done("d", "ok"), ["start j"]);
    assert_eq!(run.done("j", "ok"), ["end succeeded"]);
}

#[test]
fn what_no_way_leads_to_is_skipped_and_its_skipped_edges_are_taken() {
    let edges = ["c.true>a", "a>b", "b.skipped>d"];
    let (mut run, _) = Tried::begin(definition(steps(&["c", "a", "b", "d"]), &edges));
    assert_eq!(run.done("c", "false"), ["start d"]);
    assert_eq!((run.status("a"), run.status("b")), (Skipped, Skipped));
}

#[test]
fn an_edge_with_a_condition_is_taken_only_when_named() {
    let nodes = steps(&["a", "b", "d"]);
    let (mut run, _) = Tried::begin(definition(nodes.clone(), &["a>b?", "a>d"]));
    assert_eq!(run.done("a", "ok"), ["start d"]);
    let (mut run, _) = Tried::begin(definition(nodes, &["a>b?", "a>d"]));
    assert_eq!(run.with("a", "ok", &[0, 1, 77]), ["start b", "start d"]);
}

#[test]
fn any_goes_on_with_one_and_first_cancels_the_rest() {
    let mut j = node("j", "join");
    j.config.insert("policy".into(), json!("any"));
    let mut nodes = steps(&["a", "b", "x"]);
    nodes.push(j.clone());
    let edges = ["a>j", "b>j", "x>b"];
    let (mut run, _) = Tried::begin(definition(nodes.clone(), &edges));
    assert_eq!(run.done("a", "ok"), ["start j"]);
    assert_eq!(run.done("x", "ok"), ["start b"]);
    nodes.last_mut().expect("j").config.insert("policy".into(), json!("first"));
    let (mut run, _) = Tried::begin(definition(nodes, &edges));
    run.apply(Event::Taken(key("x")));
    assert_eq!(run.done("a", "ok"), ["start j", "abort x"]);
    assert_eq!((run.status("x"), run.status("b")), (Cancelled, Skipped));
    assert!(run.done("x", "ok").is_empty(), "a late end counts for nothing");
    assert_eq!(run.done("j", "ok"), ["end succeeded"]);
}

#[test]
fn a_first_that_is_off_or_counts_as_skipped_has_beaten_the_rest_all_the_same() {
    for off in [true, false] {
        let mut j = node("j", "join");
        j.config.insert("policy".into(), json!("first"));
        (j.off, j.on_error) = (off, if off { OnError::Fail } else { OnError::Skip });
        let mut nodes = steps(&["a", "x"]);
        nodes.push(j);
        let (mut run, _) = Tried::begin(definition(nodes, &["a>j", "x>j"]));
        run.apply(Event::Taken(key("x")));
        if off {
            assert_eq!(run.done("a", "ok"), ["abort x", "end succeeded"]);
        } else {
            assert_eq!(run.done("a", "ok"), ["start j", "abort x"]);
            assert_eq!(
                run.apply(Event::Ended(key("j"), Outcome::Failed { taken: vec![] })),
                ["end succeeded"]
            );
        }
        assert_eq!(run.status("j"), Skipped);
        let again = Plan::restore(&run.definition, run.limits.clone(), run.rows.clone());
        assert_eq!(again.is_over(), Some(RunEnd::Succeeded));
    }
}

#[test]
fn first_leaves_alone_what_leads_elsewhere_too() {
    let mut j = node("j", "join");
    j.config.insert("policy".into(), json!("first"));
    let mut nodes = steps(&["a", "b", "other"]);
    nodes.push(j);
    let (mut run, _) = Tried::begin(definition(nodes, &["a>j", "b>j", "b>other"]));
    assert_eq!(run.done("a", "ok"), ["start j"]);
    assert_eq!(run.status("b"), Ready);
}

#[test]
fn a_join_of_n_is_skipped_once_n_are_out_of_reach() {
    let mut j = node("j", "join");
    j.config.insert("policy".into(), json!({"n": 2}));
    let mut nodes = steps(&["a", "b", "c"]);
    nodes.push(j);
    let edges = ["a.yes>j", "b.yes>j", "c.yes>j"];
    let (mut run, _) = Tried::begin(definition(nodes.clone(), &edges));
    run.done("a", "yes");
    assert_eq!(run.done("c", "yes"), ["start j"]);
    let (mut run, _) = Tried::begin(definition(nodes, &edges));
    run.done("a", "no");
    run.done("c", "no");
    assert_eq!(run.status("j"), Skipped);
}

#[test]
fn a_failure_without_a_way_on_ends_the_run() {
    let (mut run, _) = Tried::begin(definition(steps(&["a", "b", "c"]), &["a>c"]));
    run.apply(Event::Taken(key("b")));
    assert_eq!(run.fail("a"), ["abort b", "end failed a"]);
    assert_eq!((run.status("a"), run.status("b"), run.status("c")), (Failed, Cancelled, Skipped));
}

#[test]
fn a_failure_can_be_left_by_error_counted_as_done_or_skipped() {
    let (mut run, _) = Tried::begin(definition(steps(&["a", "b"]), &["a.error>b"]));
    assert_eq!(run.fail("a"), ["start b"]);
    assert_eq!(run.status("a"), Failed);
    assert_eq!(run.done("b", "ok"), ["end succeeded"]);
    for (on_error, edge, status) in [
        (OnError::Default(serde_json::Map::new()), "a>b", Succeeded),
        (OnError::Skip, "a.skipped>b", Skipped),
    ] {
        let mut nodes = steps(&["a", "b"]);
        nodes[0].on_error = on_error;
        let (mut run, _) = Tried::begin(definition(nodes, &[edge]));
        assert_eq!(run.fail("a"), ["start b"]);
        assert_eq!(run.status("a"), status);
    }
}

#[test]
fn a_step_that_is_off_passes_control_on() {
    let mut nodes = steps(&["a", "b", "c"]);
    nodes[1].off = true;
    let (mut run, _) = Tried::begin(definition(nodes, &["a>b", "b>c", "b.error>a2"]));
    assert_eq!(run.done("a", "ok"), ["start c"]);
    assert_eq!(run.status("b"), Skipped);
}

#[test]
fn a_map_opens_as_many_items_as_it_may_and_closes_in_the_end() {
    let mut nodes = vec![container("each", "map", json!({"parallel": 2}), &["a", "b"])];
    nodes.extend(steps(&["a", "b", "after"]));
    let (mut run, first) = Tried::begin(definition(nodes, &["a>b", "each>after"]));
    assert_eq!(first, ["start each"]);
    assert_eq!(run.apply(Event::Opened(key("each"), 3)), ["start each:0/a", "start each:1/a"]);
    assert!(run.apply(Event::Opened(key("each"), 9)).is_empty());
    assert_eq!(run.done("each:1/a", "ok"), ["start each:1/b"]);
    assert_eq!(run.done("each:1/b", "ok"), ["start each:2/a"]);
    for item in ["each:2", "each:0"] {
        run.done(&format!("{item}/a"), "ok");
        let said = run.done(&format!("{item}/b"), "ok");
        assert_eq!(said, if item == "each:0" { vec!["close each ok"] } else { vec![] });
    }
    assert_eq!(run.close("each", "ok"), ["start after"]);
}

#[test]
fn an_empty_map_closes_at_once_and_one_whose_steps_are_off_too() {
    let mut nodes = vec![container("each", "map", json!({}), &["a"])];
    nodes.extend(steps(&["a"]));
    let (mut run, _) = Tried::begin(definition(nodes.clone(), &[]));
    assert_eq!(run.apply(Event::Opened(key("each"), 0)), ["close each ok"]);
    nodes[1].off = true;
    let (mut run, _) = Tried::begin(definition(nodes, &[]));
    assert_eq!(run.apply(Event::Opened(key("each"), 10_000)), ["close each ok"]);
}

#[test]
fn an_item_that_fails_stops_a_map_or_is_left_out() {
    let mut nodes = vec![container("each", "map", json!({"parallel": 3}), &["a"])];
    nodes.extend(steps(&["a"]));
    let (mut run, _) = Tried::begin(definition(nodes.clone(), &[]));
    run.apply(Event::Opened(key("each"), 3));
    assert_eq!(run.fail("each:1/a"), ["abort each:0/a", "abort each:2/a", "close each error"]);
    assert_eq!(run.close("each", "error"), ["end failed each"]);
    nodes[0].config.insert("on_item_error".into(), json!("none"));
    let (mut run, _) = Tried::begin(definition(nodes, &[]));
    run.apply(Event::Opened(key("each"), 2));
    assert!(run.fail("each:1/a").is_empty());
    assert_eq!(run.done("each:0/a", "ok"), ["close each ok"]);
}

#[test]
fn a_loop_iterates_until_it_is_done_or_exhausted() {
    for (holds, last) in [(true, "done"), (false, "exhausted")] {
        let mut nodes = vec![container("fix", "loop", json!({"max_iterations": 2}), &["a"])];
        nodes.extend(steps(&["a", "good", "bad"]));
        let (mut run, _) = Tried::begin(definition(nodes, &["fix.done>good", "fix.exhausted>bad"]));
        assert_eq!(run.apply(Event::Taken(key("fix"))), ["start fix:0/a"]);
        assert_eq!(run.status("fix"), Running);
        assert_eq!(run.done("fix:0/a", "ok"), ["judge fix 0"]);
        assert_eq!(run.apply(Event::Judged(key("fix"), false)), ["start fix:1/a"]);
        assert!(run.apply(Event::Judged(key("fix"), true)).is_empty());
        assert_eq!(run.done("fix:1/a", "ok"), ["judge fix 1"]);
        assert_eq!(run.apply(Event::Judged(key("fix"), holds)), [format!("close fix {last}")]);
        assert_eq!(run.close("fix", last), [if holds { "start good" } else { "start bad" }]);
    }
}

#[test]
fn containers_nest_and_a_cancel_reaches_the_innermost() {
    let mut nodes = vec![
        container("each", "map", json!({"parallel": 2}), &["fix", "pre"]),
        container("fix", "loop", json!({"max_iterations": 3}), &["a"]),
    ];
    nodes.extend(steps(&["pre", "a", "last"]));
    let (mut run, _) = Tried::begin(definition(nodes, &["pre>fix", "each>last"]));
    run.apply(Event::Opened(key("each"), 5));
    assert_eq!(run.done("each:1/pre", "ok"), ["start each:1/fix"]);
    assert_eq!(run.apply(Event::Opened(key("each:1/fix"), 2)), ["start each:1/fix:0/a"]);
    let said = run.apply(Event::Cancel);
    let expected = ["abort each", "abort each:0/pre", "abort each:1/fix", "abort each:1/fix:0/a"];
    let mut said_sorted = said[..said.len() - 1].to_vec();
    said_sorted.sort();
    assert_eq!(said_sorted, expected);
    assert_eq!(said.last().map(String::as_str), Some("end cancelled"));
    assert!(run.rows.values().all(|row| row.status.is_final()));
    assert!(run.apply(Event::Cancel).is_empty());
}

#[test]
fn tries_waits_and_decisions_go_round() {
    let (mut run, _) = Tried::begin(definition(steps(&["a"]), &[]));
    let a = || key("a");
    run.apply(Event::Taken(a()));
    run.apply(Event::RetryLater(a()));
    assert!(run.apply(Event::Waits(a())).is_empty());
    assert_eq!(run.apply(Event::Again(a())), ["start a"]);
    assert!(run.apply(Event::Again(a())).is_empty(), "it is ready already");
    run.apply(Event::Taken(a()));
    run.apply(Event::Unknown(a()));
    assert_eq!(run.status("a"), StepStatus::Ambiguous);
    assert_eq!(run.apply(Event::Again(a())), ["start a"]);
    run.apply(Event::Taken(a()));
    run.apply(Event::Waits(a()));
    assert_eq!(run.done("a", "ok"), ["end succeeded"]);
}

#[test]
fn running_to_here_leaves_the_rest_over() {
    let mut nodes = vec![container("each", "map", json!({}), &["x", "y", "z"])];
    nodes.extend(steps(&["before", "x", "y", "z", "after", "aside"]));
    let edges = ["before>each", "before>aside", "each>after", "x>y", "y>z"];
    let (mut run, first) = Tried::until(definition(nodes, &edges), Some("y"));
    assert_eq!(first, ["start before"]);
    assert_eq!(run.done("before", "ok"), ["start each"]);
    assert_eq!(run.apply(Event::Opened(key("each"), 1)), ["start each:0/x"]);
    assert_eq!(run.done("each:0/x", "ok"), ["start each:0/y"]);
    assert_eq!(run.done("each:0/y", "ok"), ["close each ok"]);
    assert_eq!(run.close("each", "ok"), ["end succeeded"]);
}

#[test]
fn a_step_alone_is_begun_at_once_whatever_leads_to_it_and_nothing_follows() {
    let mut nodes = vec![container("each", "map", json!({}), &["x"])];
    nodes.extend(steps(&["before", "x", "after"]));
    let edges = ["before>each", "each>after"];
    let (mut run, first) = Tried::alone(definition(nodes, &edges), "each");
    assert_eq!(first, ["start each"]);
    assert_eq!(run.apply(Event::Opened(key("each"), 1)), ["start each:0/x"]);
    assert_eq!(run.done("each:0/x", "ok"), ["close each ok"]);
    assert_eq!(run.close("each", "ok"), ["end succeeded"]);
}

#[test]
fn nothing_to_do_is_done_at_once() {
    let (_, first) = Tried::begin(definition(Vec::new(), &[]));
    assert_eq!(first, ["end succeeded"]);
}
