//! `webplus selftest`: a second Web+ is crashed again and again, and what a run promises is held against what became of it.

use std::process::ExitCode;

use app::events::Event;
use domain::{Job, JobStatus};
use serde_json::{Value, json};

use crate::{door::Door, failure::Failure, output::Output};

pub(crate) async fn run(door: &Door, output: &Output) -> Result<ExitCode, Failure> {
    let mut events = door.events().await?;
    let job: Job = door.call("selftest/start", json!({})).await?;
    let over = loop {
        let Some(envelope) = events.next().await else {
            return Err(Failure::new("Web+ ended before the self-test did. Start it again, then try again."));
        };
        let changed = match envelope.event {
            Event::JobChanged { job: changed } if changed.id == job.id => changed,
            // What was missed is asked for.
            Event::Resync => {
                let state: Value = door.call("selftest/state", json!({})).await?;
                match serde_json::from_value(state["job"].clone()) {
                    Ok(job) => job,
                    Err(_) => continue,
                }
            }
            _ => continue,
        };
        match changed.state.status {
            JobStatus::Queued | JobStatus::Running => {
                output.json(&json!({ "type": "selftest.progress", "kills": changed.state.completed }))?;
            }
            _ => break changed,
        }
    };
    if over.state.status != JobStatus::Succeeded {
        let why = over.state.error_message.unwrap_or_else(|| "The self-test was stopped.".to_owned());
        return Err(Failure::new(why));
    }
    let state: Value = door.call("selftest/state", json!({})).await?;
    let report = &state["report"];
    output.json(&json!({ "type": "selftest", "report": report }))?;
    output.sentence(&format!("A second Web+ was ended in the middle {} times.", report["kills"]))?;
    for check in report["checks"].as_array().into_iter().flatten() {
        let word = |name: &str| check[name].as_str().unwrap_or_default().to_owned();
        let passed = if check["passed"] == true { "ok    " } else { "failed" };
        output.sentence(&format!("{passed} {}", word("title")))?;
        output.sentence(&format!("       {}", word("detail")))?;
    }
    Ok(if report["passed"] == true { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
