//! Looking at a definition without running it in earnest.

use domain::{Actor, RunId, RunOrigin, RunStatus};
use pipeline::{Definition, References};
use serde_json::{Map, Value, json};

use super::{
    PipelineCheck, PipelineDefinitionParams, PipelineEvaluateParams, PipelineTemplate, PipelineTestReport,
    PipelineTestResult, ValueView,
    accept::{self, Asked},
    alone,
    around::Around,
    library, templates, values,
};
use crate::{App, Error, api::Nothing};

pub use super::estimate::estimate;

/// What is wrong with a definition and what it needs.
pub async fn validate(
    app: App,
    actor: Actor,
    params: PipelineDefinitionParams,
) -> Result<PipelineCheck, Error> {
    let around = Around::of(&app, actor, &params.definition).await?;
    let looked = library::look(&app, params.definition, around).await?;
    Ok(PipelineCheck { faults: looked.faults, hash: looked.hash, requires: looked.requires })
}

/// Every kind of step.
#[allow(clippy::unused_async, reason = "a verb is async")]
pub async fn kinds(_app: App, _actor: Actor, _params: Nothing) -> Result<Vec<pipeline::KindInfo>, Error> {
    Ok(pipeline::kinds().to_vec())
}

/// What a definition's file must fit, as a JSON Schema: for editors and other programs.
#[allow(clippy::unused_async, reason = "a verb is async")]
pub async fn schema(_app: App, _actor: Actor, _params: Nothing) -> Result<ValueView, Error> {
    Ok(ValueView { value: pipeline::format_schema() })
}

/// Pipelines to begin with.
#[allow(clippy::unused_async, reason = "a verb is async")]
pub async fn templates(_app: App, _actor: Actor, _params: Nothing) -> Result<Vec<PipelineTemplate>, Error> {
    Ok(templates::all())
}

/// What an expression or a template gives where it stands: on a run's values, or on pins and defaults.
pub async fn evaluate(app: App, actor: Actor, params: PipelineEvaluateParams) -> Result<ValueView, Error> {
    let json = params.definition;
    let definition = app.pipelines.evaluator.run(move || pipeline::read(&json)).await?;
    let definition = definition.map_err(|faults| {
        Error::invalid(
            faults
                .into_iter()
                .next()
                .map_or_else(|| "The file can't be read.".to_owned(), |fault| fault.message),
        )
    })?;
    let run = match params.run_id {
        Some(run) => Some(run),
        None => newest(&app, actor, &definition.id).await?,
    };
    let mut references = References::default();
    if params.template {
        references.template(&params.text);
    } else {
        references.expression(&params.text);
    }
    let mut context = example(&app, actor, &definition, run, &references).await?;
    let node = definition.nodes.iter().find(|node| node.id == params.node).cloned();
    let (text, template) = (params.text, params.template);
    let value = app
        .pipelines
        .evaluator
        .run(move || {
            pipeline::complete(&mut context, &references);
            if let Some(node) = &node {
                // What the step is given may not be there yet; then only what names it fails.
                let given = pipeline::bind(node, &context).unwrap_or_default();
                context["in"] = Value::Object(given);
            }
            if template {
                pipeline::render(&text, &context).map(Value::String)
            } else {
                pipeline::evaluate(&text, &context)
            }
        })
        .await?;
    value.map(|value| ValueView { value }).map_err(|error| Error::invalid(error.to_string()))
}

/// Of tests few steps are known.
async fn newest(app: &App, actor: Actor, pipeline: &str) -> Result<Option<RunId>, Error> {
    Ok(alone::newest(app, actor, pipeline).await?.first().copied())
}

/// What the texts of a definition would see.
async fn example(
    app: &App,
    actor: Actor,
    definition: &Definition,
    run: Option<RunId>,
    references: &References,
) -> Result<Value, Error> {
    let mut inputs: Map<String, Value> = definition
        .inputs
        .iter()
        .map(|(name, input)| (name.clone(), input.default.clone().unwrap_or(Value::Null)))
        .collect();
    let mut vars: Map<String, Value> = definition.vars.clone().into_iter().collect();
    let mut nodes: Map<String, Value> = Map::new();
    let mut about = json!({"id": "", "pipeline": definition.id, "attempt": 1});
    if let Some(run) = run {
        super::runs::find(app, actor, run).await?;
        let row = app.store.read(move |conn| store::runs::get_whole(conn, run)).await?;
        about["id"] = json!(run);
        for (name, stored) in &row.input {
            inputs.insert(name.clone(), values::load(app, stored).await?);
        }
        for (name, stored) in &row.vars {
            vars.insert(name.clone(), values::load(app, stored).await?);
        }
        for (node, ports) in &references.nodes {
            let at = node.clone();
            let result = app.store.read(move |conn| store::step_runs::newest_result(conn, run, &at)).await?;
            let mut found = Map::new();
            for (port, stored) in result.unwrap_or_default() {
                if ports.contains(&port) && values::size(&stored) <= values::MAX_CONTEXT {
                    found.insert(port, values::load(app, &stored).await?);
                }
            }
            nodes.insert(node.clone(), Value::Object(found));
        }
    }
    for (node, ports) in &definition.pins {
        let pinned = nodes.entry(node.clone()).or_insert_with(|| json!({}));
        for (port, value) in ports {
            pinned[port] = value.clone();
        }
    }
    Ok(json!({
        "inputs": inputs, "vars": vars, "nodes": nodes, "carry": {}, "item": null, "index": 0, "run": about,
    }))
}

/// Runs a definition's own tests, one after the other.
pub async fn test(
    app: App,
    actor: Actor,
    params: PipelineDefinitionParams,
) -> Result<PipelineTestReport, Error> {
    let checked = accept::check(&app, params.definition).await?;
    let mut tests = Vec::new();
    for case in checked.blueprint.definition.tests.clone() {
        let asked = Asked {
            inputs: case.inputs.into_iter().collect(),
            origin: RunOrigin::Test,
            pins: case.mocks,
            priority: 1,
            ..Asked::default()
        };
        let mut result =
            PipelineTestResult { name: case.name, passed: false, failures: Vec::new(), run_id: None };
        match accept::accept(&app, actor, &checked, asked).await {
            Err(error) => result.failures.push(error.message),
            Ok(run) => {
                result.run_id = Some(run.id);
                let ended = ended(&app, actor, run.id).await?;
                result.failures =
                    expectations(&app, actor, &checked.blueprint.definition, ended, &case.expect).await?;
            }
        }
        result.passed = result.failures.is_empty();
        tests.push(result);
    }
    Ok(PipelineTestReport { tests })
}

/// The run once it is over, or waits for somebody.
async fn ended(app: &App, actor: Actor, id: RunId) -> Result<domain::Run, Error> {
    let mut events = app.bus.subscribe(None);
    loop {
        let run = super::runs::find(app, actor, id).await?;
        let stuck = run.status == RunStatus::Paused
            || (run.status == RunStatus::Waiting && run.wait_reason != Some(domain::WaitReason::Timer));
        if run.status.is_final() || stuck {
            return Ok(run);
        }
        loop {
            match events.next().await.map(|envelope| envelope.event.clone()) {
                Some(crate::events::Event::RunChanged { run }) if run.id == id => break,
                Some(crate::events::Event::Resync) | None => break,
                Some(_) => {}
            }
        }
    }
}

async fn expectations(
    app: &App,
    actor: Actor,
    definition: &Definition,
    run: domain::Run,
    expect: &[String],
) -> Result<Vec<String>, Error> {
    let id = run.id;
    let row = app.store.read(move |conn| store::runs::get_whole(conn, id)).await?;
    let mut outputs = Map::new();
    for (name, stored) in row.outputs.unwrap_or_default() {
        outputs.insert(name, values::load(app, &stored).await?);
    }
    let mut failures = Vec::new();
    let mut says_status = false;
    for text in expect {
        says_status |= text.contains("run.status");
        let mut references = References::default();
        references.expression(text);
        let mut context = example(app, actor, definition, Some(id), &references).await?;
        context["outputs"] = Value::Object(outputs.clone());
        context["run"] = json!(run);
        let asked = text.clone();
        let held = app
            .pipelines
            .evaluator
            .run(move || {
                pipeline::complete(&mut context, &references);
                pipeline::condition(&asked, &context)
            })
            .await?;
        match held {
            Ok(true) => {}
            Ok(false) => failures.push(format!("`{text}` doesn't hold.")),
            Err(error) => failures.push(format!("`{text}`: {error}")),
        }
    }
    if run.status != RunStatus::Succeeded && !says_status {
        let why = run.error_message.or(run.reason).unwrap_or_else(|| "It waits for somebody.".to_owned());
        failures.insert(0, format!("The run didn't end well. {why}"));
    }
    // What waits for ever would hold the test's run open.
    if !run.status.is_final() {
        super::runs::cancel(app.clone(), actor, super::RunIdParams { id }).await?;
    }
    Ok(failures)
}
