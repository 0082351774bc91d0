//! A run as its page shows it: with its steps, what it waits for, and the beginnings of its values.

use std::{collections::BTreeMap, sync::Arc};

use domain::{Actor, ErrorCode, Run, RunId, RunStatus, StepRun, StepStatus, StoredValue, WaitReason};
use pipeline::Key;
use serde_json::Value;
use store::{runs::Values, step_runs::StepRow};

use super::{
    OutsideEffect, RunIdParams, RunStepParams, RunValueParams, RunView, StepView, ToolUse, ValuePreview,
    ValueView, WaitingStep, blobs,
    blueprint::blueprint,
    runs::{find, missing},
    scope,
    step::Wait,
    values,
};
use crate::{App, Error};

/// The most steps at once.
const MAX_STEPS: usize = 500;
/// The most effects that are told.
const MAX_EFFECTS: usize = 200;
/// Tries of a step whose cautions are looked at.
const MAX_CAUTIONS: u32 = 10;
/// The most uses of tools that are listed.
const MAX_USES: u32 = 400;
/// Characters that are shown of what a tool was given.
const ARGS: usize = 200;
/// What an agent's own questions are called inside of it.
const ASKS: &str = "model";
/// Bytes of a preview.
const PREVIEW: usize = 16 * 1024;
/// The largest value that is given whole, in bytes.
const WHOLE: u64 = 8 * 1024 * 1024;

/// One run with its steps.
pub async fn get(app: App, actor: Actor, params: RunIdParams) -> Result<RunView, Error> {
    let id = params.id;
    let (row, definition, steps, waiting, effects) = app
        .store
        .read(move |conn| {
            let run = store::runs::get(conn, actor.user_id, id)?;
            let row = store::runs::get_whole(conn, id)?;
            let definition = store::pipelines::definition(conn, actor.user_id, &run.definition_hash)?;
            let waiting = store::step_runs::by_status(
                conn,
                id,
                &[StepStatus::Ambiguous, StepStatus::Waiting, StepStatus::RetryWait],
                100,
            )?;
            let effects = effects(conn, &row.run)?;
            Ok((row, definition, shown(conn, id)?, waiting, effects))
        })
        .await
        .map_err(missing)?;
    let mut inputs = BTreeMap::new();
    for (name, stored) in row.input {
        let value =
            if values::size(&stored) > WHOLE { Value::Null } else { values::load(&app, &stored).await? };
        inputs.insert(name, value);
    }
    let types: BTreeMap<String, String> = match blueprint(&app, actor, &row.run.definition_hash).await {
        Ok(blueprint) => blueprint
            .definition
            .outputs
            .iter()
            .map(|(name, output)| (name.clone(), output.kind.clone().unwrap_or_else(|| "any".to_owned())))
            .collect(),
        Err(_) => BTreeMap::new(),
    };
    let outputs = match row.outputs {
        Some(outputs) => Some(previews(&app, outputs, &types).await?),
        None => None,
    };
    let waiting = waiting.into_iter().map(waits).collect();
    Ok(RunView { run: row.run, definition, steps, inputs, outputs, waiting, effects })
}

/// What a run that didn't end well may have done outside, with the runs that it had begun.
fn effects(conn: &store::Connection, run: &Run) -> Result<Vec<OutsideEffect>, store::Error> {
    let mut found = Vec::new();
    if !matches!(run.status, RunStatus::Failed | RunStatus::Cancelled) {
        return Ok(found);
    }
    for run_id in store::runs::family(conn, run.id)? {
        let room = (MAX_EFFECTS - found.len()) as u32;
        for (scope, node, attempt) in store::attempts::outside(conn, run_id, room)? {
            found.push(OutsideEffect {
                run_id,
                scope,
                node,
                attempt: attempt.number,
                outcome: attempt.outcome,
                error_message: attempt.error_message,
                started_at: attempt.started_at,
                ended_at: attempt.ended_at,
            });
        }
    }
    found.sort_by_key(|effect| effect.started_at);
    Ok(found)
}

/// The steps at the top, and the newest inside of each container that is under way, level by level.
fn shown(conn: &store::Connection, run: RunId) -> Result<Vec<StepRun>, store::Error> {
    let mut steps: Vec<StepRun> = Vec::new();
    let mut scopes = std::collections::VecDeque::from([String::new()]);
    while let Some(at) = scopes.pop_front() {
        let room = MAX_STEPS.saturating_sub(steps.len());
        if room == 0 {
            break;
        }
        for row in store::step_runs::of_scope(conn, run, &at, "", room as u32)? {
            if let Some(opened) = row.step.opened.filter(|opened| *opened > 0) {
                let key = Key { scope: row.step.scope.clone(), node: row.step.node.clone() };
                scopes.push_back(scope::inner(&key, opened - 1));
            }
            steps.push(row.step);
        }
    }
    Ok(steps)
}

/// What a step waits for.
fn waits(row: StepRow) -> WaitingStep {
    let StepRun { scope, node, status, due_at, error_message, .. } = row.step;
    let mut found = WaitingStep {
        scope,
        node,
        kind: WaitReason::Timer,
        form: None,
        answers: None,
        question: None,
        exact: None,
        about: None,
        due_at,
        run_id: None,
    };
    if status == StepStatus::Ambiguous {
        found.kind = WaitReason::Decision;
        found.question = error_message;
        return found;
    }
    let wait = row.wait.unwrap_or_default();
    if wait["type"] == "run" {
        found.kind = WaitReason::Run;
        found.run_id = wait["run"].as_str().and_then(|id| id.parse().ok());
    } else if let Ok(Wait::Human { form, answers, question, consent, .. }) = serde_json::from_value(wait) {
        found.kind = WaitReason::Human;
        found.form = Some(form).filter(|form| !form.is_null());
        found.answers = Some(answers);
        found.question = question;
        (found.exact, found.about) =
            consent.map(|consent| (Some(consent.exact), Some(consent.about))).unwrap_or_default();
    }
    found
}

/// One step with all that is known of it.
pub async fn step(app: App, actor: Actor, params: RunStepParams) -> Result<StepView, Error> {
    let run = find(&app, actor, params.id).await?;
    let key = Key { scope: params.scope, node: params.node };
    let (id, at, name) = (params.id, key.clone(), scope::step_name(&key));
    let spec = match blueprint(&app, actor, &run.definition_hash).await {
        Ok(blueprint) => blueprint.seat(&key.node).map(|seat| Arc::clone(&seat.node)),
        Err(_) => None,
    };
    let is_program = spec.as_ref().is_some_and(|node| node.kind == "shell");
    let is_agent = spec.as_ref().is_some_and(|node| node.kind == "agent");
    let (cautions, ((sent, uses), row, attempts, input, calls, kept)) = app
        .store
        .read(move |conn| {
            let calls = store::calls::get_by_step(conn, actor.user_id, id, &name)?;
            let place = (at.scope.as_str(), at.node.as_str());
            let cautions = if is_program {
                store::journal::of_step(conn, id, "step.cautioned", place, MAX_CAUTIONS)?
            } else {
                Vec::new()
            };
            let sent = store::attempts::newest_sent(conn, id, &at.scope, &at.node)?;
            let uses = if is_agent { uses(conn, id, &at)? } else { Vec::new() };
            let found = (
                (sent, uses),
                store::step_runs::get(conn, id, &at.scope, &at.node)?,
                store::attempts::of_step(conn, id, &at.scope, &at.node)?,
                store::attempts::newest_input(conn, id, &at.scope, &at.node)?,
                calls,
                store::partial_texts::get(conn, id, &at.scope, &at.node)?,
            );
            Ok((cautions, found))
        })
        .await
        .map_err(|error| crate::conversations::missing(error, "step"))?;
    let types = spec.map(|node| pipeline::ports(&node)).unwrap_or_default();
    let input = match input {
        Some(stored) if values::size(&stored) <= WHOLE => Some(values::load(&app, &stored).await?),
        _ => None,
    };
    // What a container keeps for itself while it is open isn't its result.
    let result = row.result.unwrap_or_default();
    let result = result.into_iter().filter(|(port, _)| !port.contains(':')).collect();
    let outputs = previews(&app, result, &types).await?;
    let text = app.pipelines.texts.so_far(id, &key).filter(|text| !text.is_empty());
    // What had come before a crash is shown until the step is tried again.
    let kept = kept.filter(|_| !row.step.status.is_final()).map(|kept| kept.text);
    let text = text.or(kept);
    let mut said: Vec<String> =
        cautions.iter().filter_map(|body| body["message"].as_str()).map(str::to_owned).collect();
    // Each try says the same.
    said.dedup();
    let sent = app.pipelines.texts.sent(id, &key).unwrap_or(sent);
    let uses = uses.into_iter().map(|(step, args)| ToolUse { step, args: args.map(|args| excerpt(&args)) });
    let uses = uses.collect();
    Ok(StepView { step: row.step, attempts, input, outputs, calls, text, cautions: said, sent, uses })
}

/// What is inside of an agent, its own questions apart.
fn uses(
    conn: &store::Connection,
    run: RunId,
    agent: &Key,
) -> Result<Vec<(StepRun, Option<StoredValue>)>, store::Error> {
    let inside = store::step_runs::numbered(conn, run, &scope::inside(agent), MAX_USES)?;
    let mut found = Vec::new();
    for step in inside.into_iter().filter(|step| step.node != ASKS) {
        let args = store::attempts::newest_input(conn, run, &step.scope, &step.node)?;
        found.push((step, args));
    }
    let number = |step: &StepRun| scope::parts(&step.scope).last().map(|(_, index)| *index);
    found.sort_by_key(|(step, _)| number(step));
    Ok(found)
}

/// A line's worth of what a tool was given.
fn excerpt(args: &StoredValue) -> String {
    let StoredValue::Inline { value } = args else { return "a large value".to_owned() };
    let text = value.to_string();
    let short: String = text.chars().take(ARGS).collect();
    if short.len() < text.len() { format!("{short}…") } else { short }
}

async fn previews(
    app: &App,
    stored: Values,
    types: &BTreeMap<String, String>,
) -> Result<BTreeMap<String, ValuePreview>, Error> {
    let mut found = BTreeMap::new();
    for (name, value) in stored {
        let kind = types.get(&name).cloned().unwrap_or_else(|| "any".to_owned());
        let preview = preview(app, kind, value).await?;
        found.insert(name, preview);
    }
    Ok(found)
}

async fn preview(app: &App, kind: String, stored: StoredValue) -> Result<ValuePreview, Error> {
    let size = values::size(&stored);
    let text = match stored {
        StoredValue::Inline { value } => {
            if size as usize <= PREVIEW {
                return Ok(ValuePreview { kind, size, preview: value, truncated: false });
            }
            match value {
                Value::String(text) => text,
                other => other.to_string(),
            }
        }
        StoredValue::Blob { hash, .. } => {
            let data = app.store.folder().to_owned();
            let bytes = tokio::task::spawn_blocking(move || blobs::read(&data, &hash)).await;
            let bytes = bytes.ok().and_then(Result::ok).unwrap_or_default();
            match serde_json::from_slice(&bytes) {
                Ok(Value::String(text)) => text,
                _ => String::from_utf8_lossy(bytes.get(..PREVIEW.min(bytes.len())).unwrap_or_default())
                    .into_owned(),
            }
        }
    };
    let mut end = PREVIEW.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let preview = Value::String(text.get(..end).unwrap_or_default().to_owned());
    Ok(ValuePreview { kind, size, preview, truncated: true })
}

/// A whole value.
pub async fn value(app: App, actor: Actor, params: RunValueParams) -> Result<ValueView, Error> {
    find(&app, actor, params.id).await?;
    Ok(ValueView { value: whole(&app, params).await? })
}

/// The same, of a run that the actor may see.
pub(super) async fn whole(app: &App, params: RunValueParams) -> Result<Value, Error> {
    let (id, scope, node) = (params.id, params.scope, params.node);
    let result = app.store.read(move |conn| store::step_runs::result(conn, id, &scope, &node)).await?;
    let stored = result
        .and_then(|result| result.get(&params.port).cloned())
        .ok_or_else(|| Error::not_found("value"))?;
    if values::size(&stored) > WHOLE {
        return Err(Error::new(
            ErrorCode::TooLarge,
            "The value is larger than 8 MiB. Let the pipeline write it to a file, and open that.",
        ));
    }
    values::load(app, &stored).await
}
