//! Runs of pipelines, as a test starts and follows them.

use serde_json::{Value, json};

use crate::TestApp;

/// A pipeline with these nodes and edges ("a", "b.error" → names), nothing else.
pub fn pipeline(nodes: Value, edges: &[(&str, &str)]) -> Value {
    let edges: Vec<Value> = edges.iter().map(|(from, to)| json!({"from": from, "to": to})).collect();
    json!({"format": "webplus.pipeline/1", "id": "p", "nodes": nodes, "edges": edges})
}

impl TestApp {
    /// Keeps a pipeline, in which no fault must be found.
    pub async fn saved(&self, definition: &Value) {
        let view = self.call("pipeline/save", json!({ "definition": definition })).await;
        assert_eq!(view["faults"], json!([]));
    }

    /// Starts a run of a definition and gives its id.
    pub async fn run(&self, definition: &Value, inputs: Value) -> String {
        let run = self.call("run/start", json!({"definition": definition, "inputs": inputs})).await;
        run["id"].as_str().unwrap().to_owned()
    }

    /// The run once it stands so.
    pub async fn run_until(&self, id: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        let mut events = self.events(None).await;
        let now = self.call("run/get", json!({ "id": id })).await;
        if wanted(&now["run"]) {
            return now;
        }
        events
            .until(|event| {
                event["type"] == "run.changed" && event["run"]["id"] == id && wanted(&event["run"])
            })
            .await;
        self.call("run/get", json!({ "id": id })).await
    }

    /// The run once it is over, whatever way.
    pub async fn run_over(&self, id: &str) -> Value {
        self.run_until(id, |run| {
            ["succeeded", "failed", "cancelled"].contains(&run["status"].as_str().unwrap_or_default())
        })
        .await
    }

    /// The run once it waits for this.
    pub async fn run_waits(&self, id: &str, reason: &str) -> Value {
        self.run_until(id, |run| run["waitReason"] == reason).await
    }

    /// A whole run of a definition, which must end well.
    pub async fn ran(&self, definition: &Value, inputs: Value) -> Value {
        let id = self.run(definition, inputs).await;
        let view = self.run_over(&id).await;
        assert_eq!(view["run"]["status"], "succeeded", "{}", view["run"]);
        view
    }

    /// The kinds of a run's journal, its `seq` looked at on the way.
    pub async fn journal(&self, id: &str) -> Vec<String> {
        let page = self.call("run/journal", json!({"id": id, "limit": 1000})).await;
        let entries = page["items"].as_array().unwrap();
        for (at, entry) in entries.iter().enumerate() {
            assert_eq!(entry["seq"], at as u64 + 1, "a gap in the journal");
        }
        entries.iter().map(|entry| entry["kind"].as_str().unwrap().to_owned()).collect()
    }

    /// A step of a view.
    pub fn step_of<'a>(view: &'a Value, node: &str) -> &'a Value {
        let steps = view["steps"].as_array().unwrap();
        steps.iter().find(|step| step["node"] == node).unwrap_or_else(|| panic!("no {node} in {view}"))
    }
}
