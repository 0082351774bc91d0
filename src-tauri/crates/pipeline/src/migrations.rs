//! Configs of older versions of a kind, brought to the newest: what runs and checks them then knows that one alone. The file
//! stays as it is, and so does its hash.

use serde_json::{Map, Value};

use crate::{Node, kind};

/// How one version of a kind's config becomes the next.
pub(crate) struct Migration {
    pub kind: &'static str,
    /// The older of the two versions.
    pub from: u32,
    /// Changes the config. It may be half-made: what isn't there stays away, what makes no sense stays as it is.
    pub change: fn(&mut Map<String, Value>),
}

/// All there are. A released one is never edited. A kind's version is raised with a line here, never without.
const MIGRATIONS: &[Migration] = &[];

/// The step as the newest version of its kind has it. One of a kind or version that isn't known is left alone; the check tells.
pub(crate) fn newest(node: Node) -> Node {
    match kind(&node.kind) {
        Some(info) => brought_to(node, info.version, MIGRATIONS),
        None => node,
    }
}

fn brought_to(mut node: Node, version: u32, migrations: &[Migration]) -> Node {
    while node.version < version {
        let step = migrations.iter().find(|one| one.kind == node.kind && one.from == node.version);
        let Some(step) = step else { break };
        (step.change)(&mut node.config);
        node.version += 1;
    }
    node
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{FORMAT, kinds, read};

    /// A kind of the test's own: version 2 says several texts, version 3 how often.
    const ECHO: &[Migration] = &[
        Migration {
            kind: "echo",
            from: 1,
            change: |config| {
                if let Some(text) = config.remove("text") {
                    config.insert("texts".to_owned(), json!([text]));
                }
            },
        },
        Migration {
            kind: "echo",
            from: 2,
            change: |config| {
                config.entry("times").or_insert(json!(1));
            },
        },
    ];

    fn echo(version: u32, config: Value) -> Node {
        let node = json!({"id": "say", "kind": "echo", "v": version, "config": config});
        read(&json!({"format": FORMAT, "id": "a", "nodes": [node]})).unwrap().nodes.remove(0)
    }

    #[test]
    fn a_step_of_any_older_version_is_read_as_one_of_the_newest() {
        let wanted = json!({"texts": ["hi"], "times": 1});
        for (version, config) in
            [(1, json!({"text": "hi"})), (2, json!({"texts": ["hi"]})), (3, wanted.clone())]
        {
            let node = brought_to(echo(version, config), 3, ECHO);
            assert_eq!((node.version, Value::Object(node.config)), (3, wanted.clone()), "version {version}");
        }
        let half = brought_to(echo(1, json!({})), 3, ECHO);
        assert_eq!(Value::Object(half.config), json!({"times": 1}));
        // What a newer build wrote isn't touched, nor what another kind's versions are.
        let newer = brought_to(echo(4, json!({"text": "hi"})), 3, ECHO);
        assert_eq!((newer.version, Value::Object(newer.config)), (4, json!({"text": "hi"})));
        let other = brought_to(Node { kind: "other".to_owned(), ..echo(1, json!({"text": "hi"})) }, 3, ECHO);
        assert_eq!((other.version, Value::Object(other.config)), (1, json!({"text": "hi"})));
    }

    #[test]
    fn there_is_a_way_from_each_older_version_of_each_kind() {
        for info in kinds() {
            for from in 1..info.version {
                let ways = MIGRATIONS.iter().filter(|one| one.kind == info.kind && one.from == from).count();
                assert_eq!(ways, 1, "{} {from}", info.kind);
            }
        }
        assert!(MIGRATIONS.iter().all(|one| kind(one.kind).is_some_and(|info| one.from < info.version)));
    }
}
