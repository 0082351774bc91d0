//! A person's answer to a step that waits for one.

use std::process::ExitCode;

use domain::ErrorCode;
use serde_json::{Map, Value, json};

use crate::{
    arguments::{Answer, Decision},
    door::Door,
    failure::Failure,
    output::Output,
    pipelines::word,
    run,
};

pub(super) async fn answer(door: &Door, answer: Answer, output: &Output) -> Result<ExitCode, Failure> {
    let (scope, node) = waiting(door, &answer.run, "human", answer.step.as_deref()).await?;
    let values: Map<String, Value> = answer
        .values
        .into_iter()
        // A form's field takes what it takes; what isn't JSON is text.
        .map(|(name, text)| (name, serde_json::from_str(&text).unwrap_or(Value::String(text))))
        .collect();
    let params = json!({
        "id": answer.run, "scope": scope, "node": node, "answer": answer.chosen, "values": values,
        // One answer a question, however often the command is repeated.
        "signalId": format!("{}:{scope}:{node}:{}", answer.run, answer.about.as_deref().unwrap_or_default()),
        "about": answer.about,
    });
    let _: Value = door.call("run/answer", params).await?;
    told(door, &answer.run, output).await
}

pub(super) async fn decide(
    door: &Door,
    run: &str,
    decision: Decision,
    step: Option<String>,
    output: &Output,
) -> Result<ExitCode, Failure> {
    let (scope, node) = waiting(door, run, "decision", step.as_deref()).await?;
    let params = json!({ "id": run, "scope": scope, "node": node, "decision": decision.wire() });
    let _: Value = door.call("run/decide", params).await?;
    told(door, run, output).await
}

/// The run goes on in the application; where there is none it does here.
async fn told(door: &Door, run: &str, output: &Output) -> Result<ExitCode, Failure> {
    if !door.outlives_us() {
        return run::go_on(door, run, output).await;
    }
    output.json(&json!({ "run": run, "answered": true }))?;
    output.sentence("The answer is kept.")?;
    Ok(ExitCode::SUCCESS)
}

/// The step that is meant: the one named, or the only one that waits for that.
async fn waiting(
    door: &Door,
    run: &str,
    kind: &str,
    named: Option<&str>,
) -> Result<(String, String), Failure> {
    if let Some(named) = named {
        let (scope, node) = named.rsplit_once('/').unwrap_or(("", named));
        return Ok((scope.to_owned(), node.to_owned()));
    }
    let view: Value = door.call("run/get", json!({ "id": run })).await?;
    let steps: Vec<&Value> =
        view["waiting"].as_array().into_iter().flatten().filter(|step| step["kind"] == kind).collect();
    match steps.as_slice() {
        [step] => Ok((word(&step["scope"]).to_owned(), word(&step["node"]).to_owned())),
        [] => Err(Failure {
            code: ErrorCode::Conflict,
            message: "No step of this run waits for that.".to_owned(),
        }),
        steps => {
            let waiting: Vec<String> = steps
                .iter()
                .map(|step| format!("{}/{}", word(&step["scope"]), word(&step["node"])))
                .collect();
            Err(Failure::invalid(format!(
                "Several steps wait: {}. Name one with --step.",
                waiting.iter().map(|name| name.trim_start_matches('/')).collect::<Vec<_>>().join(", ")
            )))
        }
    }
}
