//! What only some kinds ask of their config.

use serde_json::Value;

use super::Checked;
use super::faults::Faults;
use super::fields::schema;
use crate::kinds::{branch_of, not_a_tool};
use crate::read::fields::joined;
use crate::read::is_name;
use crate::{Node, answers};

pub(super) fn check(checked: &Checked<'_>, index: usize, node: &Node, faults: &mut Faults) {
    let at = format!("/nodes/{index}/config");
    let mut rule = Rule { checked, node, at: &at, faults };
    match node.kind.as_str() {
        "llm" => {
            rule.exactly_one(&["prompt", "messages"]);
            rule.response();
        }
        "structured" => rule.exactly_one(&["prompt", "messages"]),
        "embedding" => rule.exactly_one(&["text", "texts"]),
        "agent" => {
            rule.response();
            rule.tools();
        }
        "router" => rule.names_of("routes", &["default"]),
        "switch" => rule.names_of("cases", &["default"]),
        "human" => rule.human(),
        "delay" => rule.exactly_one(&["for", "until"]),
        "join" => rule.policy(),
        "variable" => rule.variable(),
        "http" => rule.at_most_one(&["body", "json"]),
        "json" => rule.exactly_one(&["text", "value"]),
        "budget" => rule.at_least_one(&["usd", "tokens"]),
        "text" => rule.text_op(),
        "file" => rule.file_op(),
        "git" => rule.git_op(),
        _ => {}
    }
}

struct Rule<'c, 'a> {
    checked: &'c Checked<'a>,
    node: &'c Node,
    at: &'c str,
    faults: &'c mut Faults,
}

impl Rule<'_, '_> {
    fn word(&self, key: &str) -> &str {
        self.node.config.get(key).and_then(Value::as_str).unwrap_or_default()
    }

    fn fault(&mut self, code: &str, key: &str, message: String) {
        let place = if key.is_empty() { self.at.to_owned() } else { joined(self.at, key) };
        self.faults.error(code, place, Some(&self.node.id), message);
    }

    fn given<'k>(&self, keys: &[&'k str]) -> Vec<&'k str> {
        keys.iter()
            .copied()
            .filter(|key| self.node.config.get(*key).is_some_and(|value| !value.is_null()))
            .collect()
    }

    fn at_least_one(&mut self, keys: &[&str]) {
        if self.given(keys).is_empty() {
            let words: Vec<String> = keys.iter().map(|key| format!("`{key}`")).collect();
            self.fault("missing", "", format!("`{}` needs {}.", self.node.id, words.join(" or ")));
        }
    }

    fn at_most_one(&mut self, keys: &[&str]) {
        if let [_, second, ..] = self.given(keys).as_slice() {
            let words: Vec<String> = keys.iter().map(|key| format!("`{key}`")).collect();
            self.fault("too_many", second, format!("Use one of {}, not both.", words.join(" and ")));
        }
    }

    fn exactly_one(&mut self, keys: &[&str]) {
        self.at_least_one(keys);
        self.at_most_one(keys);
    }

    fn needs(&mut self, op: &str, key: &str) {
        if self.word("op") == op && self.given(&[key]).is_empty() {
            self.fault("missing", "", format!("`{}` needs `{key}` to {op}.", self.node.id));
        }
    }

    /// Ways out of the step: names, and none that means something else.
    fn names_of(&mut self, key: &str, reserved: &[&str]) {
        let Some(value) = self.node.config.get(key) else { return };
        let Value::Object(map) = value else {
            return self.fault("wrong_type", key, format!("`{key}` must be names with values, in braces."));
        };
        let names: Vec<String> = map.keys().cloned().collect();
        if names.is_empty() {
            self.fault("empty", key, format!("`{key}` needs at least one way."));
        }
        self.ways(key, &names, reserved);
    }

    fn ways(&mut self, key: &str, names: &[String], reserved: &[&str]) {
        for name in names {
            if !is_name(name) {
                let message = format!(
                    "A way's name starts with a small letter and has small letters, digits and _ only: \"{name}\" doesn't."
                );
                self.fault("bad_id", key, message);
            } else if reserved.contains(&name.as_str()) || ["error", "skipped"].contains(&name.as_str()) {
                self.fault(
                    "bad_id",
                    key,
                    format!("`{name}` means something else already. Choose another name."),
                );
            }
        }
    }

    fn human(&mut self) {
        let names = answers(self.node);
        self.ways("answers", &names, &[]);
        let said = self.word("on_timeout").to_owned();
        let known = match said.split_once(':') {
            Some(("answer", answer)) => names.iter().any(|name| name == answer),
            Some(("branch", _)) => branch_of(self.node, "on_timeout").is_some_and(|name| is_name(&name)),
            _ => said.is_empty() || said == "fail",
        };
        if !known {
            let message =
                format!("`on_timeout` is fail, branch:NAME or answer:NAME (one of {}).", names.join(", "));
            self.fault("wrong_type", "on_timeout", message);
        }
        if !said.is_empty() && self.given(&["timeout"]).is_empty() {
            self.fault(
                "missing",
                "",
                format!(
                    "`{}` says what happens after a time, but not after which. Add `timeout`.",
                    self.node.id
                ),
            );
        }
    }

    fn policy(&mut self) {
        let Some(value) = self.node.config.get("policy") else { return };
        let count =
            self.checked.definition.edges.iter().filter(|edge| edge.to == self.node.id).count() as u64;
        let fits = match value {
            Value::String(word) => ["all", "any", "first"].contains(&word.as_str()),
            Value::Object(map) if map.len() == 1 => {
                map.get("n").and_then(Value::as_u64).is_some_and(|n| n >= 1 && n <= count.max(1))
            }
            _ => false,
        };
        if !fits {
            let message = format!(
                "`policy` is \"all\", \"any\", \"first\" or {{\"n\": 1 to {}}} ({count} ways lead here).",
                count.max(1)
            );
            self.fault("wrong_type", "policy", message);
        }
    }

    fn variable(&mut self) {
        let name = self.word("set").to_owned();
        if !name.is_empty() && !self.checked.definition.vars.contains_key(&name) {
            let message =
                format!("There is no variable `{name}`. Add it to the pipeline's vars with a start value.");
            self.fault("unknown_name", "set", message);
        }
    }

    fn text_op(&mut self) {
        self.needs("join", "items");
        self.needs("replace", "pattern");
        self.needs("match", "pattern");
        self.needs("truncate", "limit");
        self.needs("chunk", "limit");
        if self.word("op") != "join" && self.given(&["text"]).is_empty() {
            self.fault("missing", "", format!("`{}` needs `text` to work on.", self.node.id));
        }
    }

    fn file_op(&mut self) {
        self.needs("write", "content");
        self.needs("append", "content");
        self.needs("glob", "pattern");
    }

    fn git_op(&mut self) {
        self.needs("apply", "patch");
        self.needs("commit", "message");
    }

    /// `{"schema"} or {"schema_ref"}`, and `repair`.
    fn response(&mut self) {
        let Some(value) = self.node.config.get("response") else { return };
        let Value::Object(map) = value else {
            return self.fault(
                "wrong_type",
                "response",
                "`response` is {\"schema_ref\": \"#/schemas/NAME\", \"repair\": 1}.".into(),
            );
        };
        for key in map.keys().filter(|key| !["schema", "schema_ref", "repair"].contains(&key.as_str())) {
            self.fault(
                "unknown_key",
                "response",
                format!("`response` has no `{key}`. It has schema_ref, schema and repair."),
            );
        }
        match map.get("schema_ref").or_else(|| map.get("schema")) {
            Some(found) => {
                schema(self.checked, found, &joined(self.at, "response"), &self.node.id, self.faults);
            }
            None => self.fault("missing", "response", "`response` needs `schema_ref` or `schema`.".into()),
        }
        let repair = map.get("repair").is_none_or(|repair| repair.as_u64().is_some_and(|times| times <= 10));
        if !repair {
            self.fault("wrong_type", "response", "`repair` is a whole number from 0 to 10.".into());
        }
    }

    /// `[{name, description, kind and config | pipeline, parameters?, ask?}]`
    fn tools(&mut self) {
        let Some(value) = self.node.config.get("tools") else { return };
        let Value::Array(tools) = value else {
            return self.fault("wrong_type", "tools", "`tools` must be a list.".into());
        };
        let mut seen = Vec::new();
        for (index, tool) in tools.iter().enumerate() {
            let word = |key: &str| tool.get(key).and_then(Value::as_str);
            let name = word("name").unwrap_or_default();
            let number = index + 1;
            if !is_name(name) {
                let message = format!("Tool {number} needs a `name` of small letters, digits and _.");
                self.fault("bad_id", "tools", message);
            } else if seen.contains(&name) {
                self.fault("duplicate_id", "tools", format!("There are two tools called `{name}`."));
            }
            seen.push(name);
            let known = ["name", "description", "kind", "config", "pipeline", "parameters", "ask"];
            for key in tool
                .as_object()
                .into_iter()
                .flatten()
                .map(|(key, _)| key)
                .filter(|key| !known.contains(&key.as_str()))
            {
                self.fault(
                    "unknown_key",
                    "tools",
                    format!("Tool {number} has an unknown `{key}`. Remove it."),
                );
            }
            match (word("kind"), word("pipeline")) {
                (Some(of), None) => {
                    if let Some(instead) = not_a_tool(of) {
                        let message = format!("Tool {number}: `{of}` can't be used as a tool. {instead}");
                        self.fault("unknown_kind", "tools", message);
                    }
                }
                (None, Some(id)) => {
                    if self.checked.known.pipelines.is_some_and(|known| !known.contains(id)) {
                        self.fault(
                            "unknown_pipeline",
                            "tools",
                            format!("Tool {number}: there is no pipeline `{id}`."),
                        );
                    }
                }
                _ => self.fault(
                    "missing",
                    "tools",
                    format!("Tool {number} needs either `kind` or `pipeline`."),
                ),
            }
            if let Some(parameters) = tool.get("parameters") {
                schema(self.checked, parameters, &joined(self.at, "tools"), &self.node.id, self.faults);
            }
        }
    }
}
