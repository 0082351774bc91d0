//! Following a run: its events are printed until it ends, or rests until somebody does something.

use std::collections::HashMap;

use domain::{ErrorCode, RunId};
use serde_json::{Value, json};

use crate::{
    door::{Door, Events},
    failure::Failure,
    output::Output,
};

pub(super) struct Follow<'a> {
    door: &'a Door,
    events: Events,
    run: RunId,
    output: &'a Output,
    /// The status that each step was last told with.
    told: HashMap<String, String>,
}

impl<'a> Follow<'a> {
    pub(super) fn new(door: &'a Door, events: Events, run: RunId, output: &'a Output) -> Self {
        Self { door, events, run, output, told: HashMap::new() }
    }

    /// Prints what happens until the run is over, paused, or waits for a person; gives its view as it is then.
    pub(super) async fn until_it_rests(&mut self) -> Result<Value, Failure> {
        if let Some(view) = self.rests().await? {
            return Ok(view);
        }
        loop {
            let Some(envelope) = self.events.next().await else {
                return Err(Failure {
                    code: ErrorCode::Interrupted,
                    message: format!(
                        "Web+ ended while the run was under way. Nothing that was finished is lost; go on with: webplus run --resume {}",
                        self.run
                    ),
                });
            };
            let event = serde_json::to_value(&envelope.event).unwrap_or_default();
            let changed = match event["type"].as_str() {
                Some("resync") => true,
                // Another run may be one that this one waits for.
                Some("run.changed") => self.run_changed(&event)?,
                Some("step.changed") if self.is_ours(&event["runId"]) => {
                    self.step_changed(&event)?;
                    false
                }
                Some("step.delta") if self.is_ours(&event["runId"]) => {
                    self.print(&event)?;
                    false
                }
                _ => false,
            };
            if changed && let Some(view) = self.rests().await? {
                return Ok(view);
            }
        }
    }

    fn is_ours(&self, id: &Value) -> bool {
        id.as_str() == Some(&self.run.to_string())
    }

    /// Whether the run may rest now.
    fn run_changed(&self, event: &Value) -> Result<bool, Failure> {
        if self.is_ours(&event["run"]["id"]) {
            let mut line = event["run"].clone();
            line["type"] = json!("run.changed");
            self.print(&line)?;
        }
        Ok(!matches!(event["run"]["status"].as_str(), Some("running" | "queued")))
    }

    fn step_changed(&mut self, event: &Value) -> Result<(), Failure> {
        let step = &event["step"];
        let (scope, node) =
            (step["scope"].as_str().unwrap_or_default(), step["node"].as_str().unwrap_or_default());
        let name = if scope.is_empty() { node.to_owned() } else { format!("{scope}/{node}") };
        let status = step["status"].as_str().unwrap_or_default().to_owned();
        if self.told.get(&name) != Some(&status) {
            self.print(event)?;
            if !self.output.is_json() && !matches!(status.as_str(), "ready" | "pending") {
                self.output.aside(&format!("{name}: {}", status.replace('_', " ")));
            }
            self.told.insert(name, status);
        }
        Ok(())
    }

    /// An event as a line, which always says of which run.
    fn print(&self, event: &Value) -> Result<(), Failure> {
        let mut line = event.clone();
        if let Some(line) = line.as_object_mut() {
            line.remove("runId");
            line.insert("run".to_owned(), json!(self.run));
        }
        Ok(self.output.json(&line)?)
    }

    /// The run's view, if nothing happens any more by itself.
    async fn rests(&mut self) -> Result<Option<Value>, Failure> {
        let view: Value = self.door.call("run/get", json!({ "id": self.run })).await?;
        let rests = match view["run"]["status"].as_str() {
            Some("succeeded" | "failed" | "cancelled" | "paused") => true,
            Some("waiting") => self.waits_for_somebody(&view).await?,
            _ => false,
        };
        if rests {
            // What was told too close to the end to be told by itself.
            for step in view["steps"].as_array().into_iter().flatten() {
                self.step_changed(&json!({ "type": "step.changed", "step": step }))?;
            }
        }
        Ok(rests.then_some(view))
    }

    /// Whether a person must do something: here, or in a run that this one waits for.
    async fn waits_for_somebody(&self, view: &Value) -> Result<bool, Failure> {
        let mut open = vec![view.clone()];
        while let Some(view) = open.pop() {
            for step in view["waiting"].as_array().into_iter().flatten() {
                match (step["kind"].as_str(), &step["runId"]) {
                    (Some("human" | "decision"), _) => return Ok(true),
                    (Some("run"), Value::String(run)) => {
                        let inner: Value = self.door.call("run/get", json!({ "id": run })).await?;
                        if inner["run"]["status"] == "paused" {
                            return Ok(true);
                        }
                        open.push(inner);
                    }
                    _ => {}
                }
            }
        }
        Ok(false)
    }
}
