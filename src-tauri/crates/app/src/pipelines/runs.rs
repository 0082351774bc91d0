//! The verbs of runs.

use std::collections::BTreeMap;

use domain::{Actor, ErrorCode, JournalEntry, Page, Run, RunId, RunOrigin, RunStatus, StepRun, Timestamp};
use pipeline::{Capability, Key};
use serde_json::{Value, json};
use store::signals::Signal;

use super::{
    RunAnswerParams, RunDecideParams, RunIdParams, RunItem, RunItemsParams, RunJournalParams, RunListParams,
    RunStartParams, RunStepsParams,
    accept::{self, Asked},
    actor::Message,
    alone, chosen,
    kill::kill_point,
    recover, retention,
    step::Wait,
    telling::told,
};
use crate::{App, Drives, Error, api::Nothing};

pub use super::rerun::rerun;
pub use super::run_views::{get, step, value};

/// The longest key.
const MAX_KEY: usize = 200;

pub(crate) fn missing(error: store::Error) -> Error {
    crate::conversations::missing(error, "run")
}

/// Accepts a run: once this answers, it survives a power cut.
pub async fn start(app: App, actor: Actor, params: RunStartParams) -> Result<Run, Error> {
    if params.idempotency_key.as_ref().is_some_and(|key| key.is_empty() || key.len() > MAX_KEY) {
        return Err(Error::invalid("An idempotency key has 1 to 200 bytes. Choose another one."));
    }
    let (json, kept) = definition(&app, actor, params.pipeline_id, params.definition).await?;
    let checked = accept::check(&app, json).await?;
    let hash = checked.blueprint.hash.clone();
    let mut allowed: std::collections::BTreeSet<Capability> =
        params.allow.filter(|_| !kept && actor.admin).unwrap_or_default().into_iter().collect();
    let stored = app.store.read(move |conn| store::pipelines::allowed(conn, actor.user_id, &hash)).await?;
    allowed.extend(
        stored.and_then(|stored| serde_json::from_value::<Vec<Capability>>(stored).ok()).unwrap_or_default(),
    );
    let definition = &checked.blueprint.definition;
    for node in params.until.iter().chain(&params.only) {
        if !definition.nodes.iter().any(|one| one.id == *node) {
            return Err(Error::invalid(format!("There is no step \"{node}\" in this pipeline.")));
        }
    }
    let given = params
        .pins
        .unwrap_or_else(|| serde_json::from_value(checked.json["pins"].clone()).unwrap_or_default());
    let (pins, origin) = match &params.only {
        Some(only) => (alone::given(&app, actor, &checked.blueprint, only, given).await?, RunOrigin::Test),
        None => (given, params.origin.unwrap_or_default()),
    };
    // What a person waits for comes before what begins by itself.
    let priority = i64::from(!matches!(origin, RunOrigin::Trigger { .. }));
    let asked = Asked {
        inputs: chosen::resolve(&app, definition, params.inputs.unwrap_or_default())?,
        allowed: json!(allowed),
        name: checked.json["name"].as_str().map(str::to_owned),
        pins,
        alone: params.only.is_some(),
        until: params.only.or(params.until),
        idempotency_key: params.idempotency_key,
        origin,
        priority,
        ..Asked::default()
    };
    accept::accept(&app, actor, &checked, asked).await
}

/// The file, and whether it is one that is kept.
async fn definition(
    app: &App,
    actor: Actor,
    id: Option<String>,
    given: Option<Value>,
) -> Result<(Value, bool), Error> {
    match (id, given) {
        (_, Some(definition)) => Ok((definition, false)),
        (Some(id), None) => {
            let row = app
                .store
                .read(move |conn| store::pipelines::get(conn, actor.user_id, &id))
                .await
                .map_err(super::library::missing)?;
            if row.deleted_at.is_some() {
                return Err(Error::not_found("pipeline"));
            }
            Ok((row.draft, true))
        }
        (None, None) => Err(Error::invalid("Say which pipeline, or give a definition.")),
    }
}

/// Runs, newest first.
pub async fn list(app: App, actor: Actor, params: RunListParams) -> Result<Page<Run>, Error> {
    let limit = params.limit.unwrap_or(50).clamp(1, 200);
    let after = params.cursor.as_deref().map(parse_cursor).transpose()?;
    let filter = store::runs::Filter { pipeline_id: params.pipeline_id, status: params.status, after };
    let mut items =
        app.store.read(move |conn| store::runs::list(conn, actor.user_id, &filter, limit + 1)).await?;
    let more = items.len() > limit as usize;
    items.truncate(limit as usize);
    let next = items.last().filter(|_| more).map(|last| format!("{}.{}", last.created_at.millis(), last.id));
    Ok(Page { items, next })
}

fn parse_cursor(text: &str) -> Result<(Timestamp, RunId), Error> {
    let bad = || Error::invalid("The list's cursor is off. Reload the list.");
    let (millis, id) = text.split_once('.').ok_or_else(bad)?;
    let time = millis.parse().map(Timestamp::from_millis).map_err(|_| bad())?;
    Ok((time, id.parse().map_err(|_| bad())?))
}

/// Makes sure that the run is the actor's.
pub(crate) async fn find(app: &App, actor: Actor, id: RunId) -> Result<Run, Error> {
    app.store.read(move |conn| store::runs::get(conn, actor.user_id, id)).await.map_err(missing)
}

/// The steps of one scope.
pub async fn steps(app: App, actor: Actor, params: RunStepsParams) -> Result<Page<StepRun>, Error> {
    find(&app, actor, params.id).await?;
    let after = params.cursor.unwrap_or_default();
    let mut rows = app
        .store
        .read(move |conn| store::step_runs::of_scope(conn, params.id, &params.scope, &after, 201))
        .await?;
    let more = rows.len() > 200;
    rows.truncate(200);
    let next = rows.last().filter(|_| more).map(|row| row.step.node.clone());
    Ok(Page { items: rows.into_iter().map(|row| row.step).collect(), next })
}

/// The items or iterations of a container.
pub async fn items(app: App, actor: Actor, params: RunItemsParams) -> Result<Page<RunItem>, Error> {
    use domain::StepStatus as Status;
    find(&app, actor, params.id).await?;
    let from: u32 = match &params.cursor {
        Some(cursor) => {
            cursor.parse().map_err(|_| Error::invalid("The list's cursor is off. Reload the list."))?
        }
        None => 0,
    };
    let key = Key { scope: params.scope, node: params.node };
    let (id, at) = (params.id, key.clone());
    let (items, more) = app
        .store
        .read(move |conn| {
            let row = store::step_runs::get(conn, id, &at.scope, &at.node)?;
            let opened = row.step.opened.unwrap_or(0);
            let until = opened.min(from.saturating_add(200));
            let mut items = Vec::new();
            for index in from..until {
                let inside = store::step_runs::inside(conn, id, &super::scope::inner(&at, index))?;
                let status = match inside {
                    _ if inside.open > 0 => Status::Running,
                    _ if inside.failed > 0 => Status::Failed,
                    _ if inside.cancelled > 0 => Status::Cancelled,
                    _ if inside.rows == 0 => Status::Skipped,
                    _ => Status::Succeeded,
                };
                items.push(RunItem { index, status, cost_nano_usd: inside.cost_nano_usd });
            }
            Ok((items, until < opened))
        })
        .await
        .map_err(|error| crate::conversations::missing(error, "step"))?;
    let next = items.last().filter(|_| more).map(|last| (last.index + 1).to_string());
    Ok(Page { items, next })
}

/// What happened, oldest first.
pub async fn journal(app: App, actor: Actor, params: RunJournalParams) -> Result<Page<JournalEntry>, Error> {
    let run = find(&app, actor, params.id).await?;
    let (after, limit) = (params.after.unwrap_or(0), params.limit.unwrap_or(200).clamp(1, 1000));
    let items = app.store.read(move |conn| store::journal::list(conn, params.id, after, limit)).await?;
    let next = items.last().filter(|last| last.seq < run.seq).map(|last| last.seq.to_string());
    Ok(Page { items, next })
}

/// Cancels a run: nothing new begins once this has answered.
pub async fn cancel(app: App, actor: Actor, params: RunIdParams) -> Result<Run, Error> {
    let run = find(&app, actor, params.id).await?;
    if run.status.is_final() {
        return Ok(run);
    }
    told(&app, params.id, |reply| Message::Cancel(Some(reply))).await
}

/// Lets what is under way end and begins nothing new.
pub async fn pause(app: App, actor: Actor, params: RunIdParams) -> Result<Run, Error> {
    let run = find(&app, actor, params.id).await?;
    over(&run)?;
    told(&app, params.id, |reply| Message::Pause("Paused by you.".to_owned(), Some(reply))).await
}

fn over(run: &Run) -> Result<(), Error> {
    if run.status.is_final() {
        return Err(Error::new(ErrorCode::Conflict, "The run is over. Start it again instead."));
    }
    Ok(())
}

/// Goes on with a paused run; in an application that goes on with nothing by itself, with any that isn't over.
pub async fn resume(app: App, actor: Actor, params: RunIdParams) -> Result<Run, Error> {
    let run = find(&app, actor, params.id).await?;
    over(&run)?;
    if app.options.drives == Drives::Asked {
        recover::take_up(&app, Some(params.id)).await;
    }
    if run.status != RunStatus::Paused {
        return Ok(run);
    }
    told(&app, params.id, Message::Resume).await
}

/// Answers a step that waits for a person.
pub async fn answer(app: App, actor: Actor, params: RunAnswerParams) -> Result<Run, Error> {
    let run = find(&app, actor, params.id).await?;
    if params.signal_id.is_empty() || params.signal_id.len() > MAX_KEY {
        return Err(Error::invalid("An answer's `signalId` has 1 to 200 bytes."));
    }
    let (id, now) = (params.id, app.clock.now());
    let (given, text) = (params.answer.clone(), params.values.clone().unwrap_or_default());
    let signal = Signal {
        id: format!("{}:{}", params.id, params.signal_id),
        scope: params.scope,
        node: params.node,
        body: json!({ "answer": given, "values": text, "about": params.about }),
    };
    let step = (signal.scope.clone(), signal.node.clone());
    let known = signal.id.clone();
    let (row, repeated) = app
        .store
        .read(move |conn| {
            Ok((store::step_runs::get(conn, id, &step.0, &step.1)?, store::signals::exists(conn, &known)?))
        })
        .await
        .map_err(|error| crate::conversations::missing(error, "step"))?;
    if repeated {
        return Ok(run);
    }
    over(&run)?;
    let wait = row.wait.as_ref().and_then(|wait| serde_json::from_value::<Wait>(wait.clone()).ok());
    let Some(Wait::Human { answers, form, consent, .. }) =
        wait.filter(|_| row.step.status == domain::StepStatus::Waiting)
    else {
        return Err(Error::new(
            ErrorCode::Conflict,
            "This step doesn't wait for an answer. Reload the run; somebody may have answered already.",
        ));
    };
    if !answers.contains(&params.answer) {
        return Err(Error::invalid(format!("The answer must be one of: {}.", answers.join(", "))));
    }
    if consent.is_some_and(|consent| params.about.as_deref() != Some(&consent.about)) {
        return Err(Error::new(
            ErrorCode::Conflict,
            "This answer is to another question than the one that is asked. Reload the run and read what is asked now.",
        ));
    }
    check_form(&form, &params.values.unwrap_or_default())?;
    app.store.write(move |conn| store::signals::push(conn, id, &signal, now)).await?;
    kill_point!("signal_stored");
    told(&app, id, |reply| Message::Signal(Some(reply))).await
}

fn check_form(form: &Value, values: &BTreeMap<String, Value>) -> Result<(), Error> {
    if !form.is_object() {
        return Ok(());
    }
    let schema = pipeline::Schema::compile(form)
        .map_err(|fault| Error::invalid(format!("The step's form can't be read: {fault}")))?;
    let mut values = values.clone();
    values.remove("comment");
    match schema.faults(&json!(values)).into_iter().next() {
        Some(fault) => {
            Err(Error::invalid(format!("The form isn't filled in right: {}.", fault.trim_end_matches('.'))))
        }
        None => Ok(()),
    }
}

/// Says what became of an attempt whose end isn't known.
pub async fn decide(app: App, actor: Actor, params: RunDecideParams) -> Result<Run, Error> {
    let run = find(&app, actor, params.id).await?;
    over(&run)?;
    let key = Key { scope: params.scope, node: params.node };
    let (decision, values) = (params.decision, params.values.unwrap_or_default());
    told(&app, params.id, |reply| Message::Decide { key, decision, values, reply }).await
}

/// Deletes a run that is over; what it cost stays in the ledger.
pub async fn delete(app: App, actor: Actor, params: RunIdParams) -> Result<Nothing, Error> {
    let run = find(&app, actor, params.id).await?;
    if !run.status.is_final() {
        return Err(Error::new(ErrorCode::Conflict, "The run isn't over yet. Cancel it first."));
    }
    retention::remove(&app, actor, params.id).await?;
    Ok(Nothing {})
}
