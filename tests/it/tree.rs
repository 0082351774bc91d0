//! Whatever a person does in whatever order, a conversation stays a tree with one shown path.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use serde_json::{Value, json};
use webplus_tests::{Sent, TestApp};

/// What a person does; the number chooses among the messages that there are.
#[derive(Debug, Clone)]
enum Act {
    Send,
    Edit(usize),
    Regenerate(usize),
    Select(usize),
    Continue(usize),
    Stop(usize),
    DeleteAndRestore,
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        4 => Just(Act::Send),
        2 => any::<usize>().prop_map(Act::Edit),
        2 => any::<usize>().prop_map(Act::Regenerate),
        3 => any::<usize>().prop_map(Act::Select),
        1 => any::<usize>().prop_map(Act::Continue),
        2 => any::<usize>().prop_map(Act::Stop),
        1 => Just(Act::DeleteAndRestore),
    ]
}

/// The messages by id: parent and role.
type Nodes = BTreeMap<String, (Option<String>, String)>;

fn nodes(app: &TestApp) -> Nodes {
    let text =
        "SELECT hex(id) || ' ' || coalesce(nullif(hex(parent_id), ''), '-') || ' ' || role FROM messages";
    let row = |row: String| {
        let words: Vec<_> = row.split(' ').map(str::to_owned).collect();
        (words[0].clone(), (Some(words[1].clone()).filter(|parent| parent != "-"), words[2].clone()))
    };
    app.rows(text).into_iter().map(row).collect()
}

fn plain(id: &Value) -> String {
    id.as_str().unwrap().replace('-', "").to_uppercase()
}

/// All messages hang together without a circle, and what is shown is one path from a first message to a leaf.
async fn check(app: &TestApp, conversation: &str) {
    let nodes = nodes(app);
    for id in nodes.keys() {
        let (mut seen, mut at) = (BTreeSet::new(), Some(id));
        while let Some(id) = at {
            assert!(seen.insert(id), "a circle");
            at = nodes.get(id).expect("a parent that isn't there").0.as_ref();
        }
    }
    let shown = app.thread(conversation).await;
    let mut parent = None;
    for message in &shown {
        let id = plain(&message["id"]);
        assert_eq!(nodes[&id].0, parent, "the path has a gap");
        assert_eq!(nodes[&id].1, message["role"].as_str().unwrap());
        let siblings: BTreeSet<_> = message["siblings"].as_array().unwrap().iter().map(plain).collect();
        let beside = nodes.iter().filter(|(_, node)| **node == nodes[&id]);
        assert_eq!(siblings, beside.map(|(id, _)| id.clone()).collect(), "siblings");
        parent = Some(id);
    }
    let below = nodes.values().any(|(above, _)| *above == parent);
    assert!(shown.is_empty() || !below, "the path ends before its leaf");
}

/// Does it; what is refused because an answer is being written changes nothing.
async fn run(app: &TestApp, conversation: &str, act: &Act) {
    let all = app.rows("SELECT hex(id) FROM messages ORDER BY seq");
    let pick = |number: &usize| json!({"id": uuid(&all[number % all.len()])});
    let (method, params) = match act {
        Act::Send => ("message/send", json!({"conversationId": conversation, "text": "question"})),
        Act::Edit(number) => {
            let mut params = pick(number);
            params["text"] = json!("edited");
            ("message/edit", params)
        }
        Act::Regenerate(number) => ("message/regenerate", pick(number)),
        Act::Select(number) => ("message/select", pick(number)),
        Act::Continue(number) => ("message/continue", pick(number)),
        Act::Stop(number) => ("message/stop", pick(number)),
        Act::DeleteAndRestore => {
            app.call("conversation/delete", json!({"id": conversation})).await;
            ("conversation/restore", json!({"id": conversation}))
        }
    };
    if let Err(problem) = app.try_call(method, params).await {
        assert!(matches!(problem.code.as_str(), "conflict" | "invalid_input"), "{method}: {problem:?}");
    }
}

fn uuid(hex: &str) -> String {
    let (a, rest) = hex.split_at(8);
    format!("{a}-{}-{}-{}-{}", &rest[..4], &rest[4..8], &rest[8..12], &rest[12..])
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_order_of_acts_keeps_a_tree_with_one_shown_path(
        acts in prop::collection::vec((act(), any::<bool>()), 1..20),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let app = TestApp::start().await;
            app.fake().answer_with("an answer");
            let first = Sent::of(&app.call("message/send", json!({"text": "first"})).await);
            app.ended(&first.answer).await;
            for (act, at_once) in &acts {
                // Some answers end by themselves at once, some are being written until something stops them.
                if *at_once {
                    app.fake().answer_with("an answer");
                } else {
                    app.fake().answer_always(vec![Ok(llm::CompletionEvent::Text("part".to_owned()))]);
                }
                run(&app, &first.conversation, act).await;
                check(&app, &first.conversation).await;
            }
            let app = app.reopen().await;
            check(&app, &first.conversation).await;
            app.finish().await;
        });
    }
}
