//! Accepting a run: everything that it will rest on is fixed and on the disk before anybody is told its id.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use domain::{Actor, ErrorCode, EventRowId, JournalEntry, Run, RunId, RunOrigin, RunStatus, Timestamp};
use pipeline::{Definition, Fault, Severity};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use store::{
    idempotency::Used,
    outbox::OutboxEvent,
    runs::{RunRow, Values},
    timers::Timer,
};

use super::{
    actor::holder,
    blueprint::{Blueprint, blueprint},
    kill::kill_point,
    registry::{self, Queued},
    values,
};
use crate::{App, Error, events::Event};

/// How long a caller's key is remembered: seven days.
const KEY_LIFE: i64 = 7 * 24 * 60 * 60 * 1000;
/// How many runs may wait.
pub(crate) const MAX_QUEUED: usize = 10_000;
/// How deep pipelines may run pipelines.
const MAX_NESTED: usize = 8;

/// What is fixed when a run is accepted.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Fixed {
    /// Hashes of the pipelines that it runs, by id.
    pub pipelines: BTreeMap<String, String>,
    /// Outputs that stand in for running nodes.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub pins: BTreeMap<String, Values>,
    /// Where it stops.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<String>,
    /// What it takes over from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reuse: Option<Reuse>,
}

/// An earlier run whose results are taken over.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Reuse {
    pub run: RunId,
    /// Nodes that are run anew whatever they were made of.
    pub fresh: BTreeSet<String>,
    /// Values that stand in for what that run had.
    #[serde(default)]
    pub edited: BTreeMap<String, Values>,
    pub same_definition: bool,
    pub inputs_changed: bool,
    /// Whether all but the fresh ones are taken as they are.
    #[serde(default)]
    pub only: bool,
}

/// What a run is asked for with, beside its definition.
#[derive(Debug, Clone, Default)]
pub(crate) struct Asked {
    pub inputs: BTreeMap<String, Value>,
    pub origin: RunOrigin,
    pub parent: Option<(RunId, String, String)>,
    pub depth: u32,
    pub allowed: Value,
    /// Hashes that are fixed already.
    pub pipelines: BTreeMap<String, String>,
    pub priority: i64,
    /// What it is called; the hash doesn't say.
    pub name: Option<String>,
    pub idempotency_key: Option<String>,
    pub pins: BTreeMap<String, BTreeMap<String, Value>>,
    pub until: Option<String>,
    pub reuse: Option<Reuse>,
    /// Whether inputs that the definition doesn't have are left out instead of refused.
    pub lenient: bool,
    /// What it is counted with where the definition counts nothing itself: "LIMIT:TEXT".
    pub counted: Option<String>,
}

/// What became of a run that was asked for.
pub(crate) enum Came {
    /// It is accepted.
    Accepted(Box<Run>),
    /// The key was used before: for that run, with the same inputs or not.
    Known(RunId, bool),
    /// Who asked changed its mind in the same transaction.
    Passed,
}

/// A run that is ready to be written.
pub(crate) struct Accepted {
    pub row: RunRow,
    schedule: Option<i64>,
    key: Option<(String, Used)>,
    queued: Queued,
    blobs: Vec<String>,
}

impl Accepted {
    pub(crate) fn id(&self) -> RunId {
        self.row.run.id
    }

    /// The same on the writer, whatever else is written with it.
    pub(crate) fn insert(&self, conn: &store::Connection, epoch: u64) -> Result<(), store::Error> {
        let (run, now) = (&self.row.run, self.row.run.created_at);
        store::runs::insert(conn, epoch, &self.row)?;
        let holder = holder(run.id);
        for hash in &self.blobs {
            store::blob_refs::hold(conn, hash, &holder)?;
        }
        let body = json!({ "origin": run.origin });
        let entry = JournalEntry { seq: 1, at: now, kind: "run.accepted".to_owned(), body };
        store::journal::push(conn, run.id, &entry)?;
        if let Some(schedule) = self.schedule {
            store::timers::set(conn, &self.timer(schedule))?;
        }
        if let Some((key, used)) = &self.key {
            let until = Timestamp::from_millis(now.millis() + KEY_LIFE);
            store::idempotency::put(conn, self.row.owner_id, &run.pipeline_id, key, used, until)?;
        }
        let event = OutboxEvent {
            id: EventRowId::new(now),
            owner_id: self.row.owner_id,
            topic: "run.queued".to_owned(),
            payload: json!({ "run": run, "runSeq": run.seq, "depth": self.row.depth }),
            created_at: now,
        };
        store::outbox::push(conn, &event)
    }

    fn timer(&self, schedule: i64) -> Timer {
        Timer {
            run_id: self.id(),
            scope: String::new(),
            node: String::new(),
            kind: "schedule".to_owned(),
            due_at: Timestamp::from_millis(self.row.run.created_at.millis() + schedule),
            duration: schedule,
        }
    }

    /// It is on the disk: it waits for its turn.
    pub(crate) fn admitted(self, app: &App) {
        app.pipelines.in_flight.release(&self.blobs);
        if let Some(schedule) = self.schedule {
            app.pipelines.timers.set(app, self.timer(schedule));
        }
        app.bus.publish(Event::RunChanged { run: Box::new(self.row.run.clone()) });
        app.pipelines.registry.enqueue(self.queued);
        app.pipelines.outbox.notify_one();
        registry::admit(app);
    }
}

/// A definition that is to be run: read, checked, and every pipeline that it runs found.
pub(crate) struct Checked {
    pub blueprint: Arc<Blueprint>,
    pub json: Value,
}

/// Reads and checks a definition; what keeps it from running is told, the first three faults at least.
pub(crate) async fn check(app: &App, json: Value) -> Result<Checked, Error> {
    let (hash, json) = app.pipelines.evaluator.run(move || (pipeline::hash(&json), json)).await?;
    // What is held was checked before.
    if let Some(blueprint) = app.pipelines.blueprints.find(&hash) {
        return Ok(Checked { blueprint, json });
    }
    let checked = app
        .pipelines
        .evaluator
        .run(move || {
            let (definition, faults) = pipeline::examine(&json, &pipeline::Known::default());
            let Some(definition) =
                definition.filter(|_| faults.iter().all(|f| f.severity != Severity::Error))
            else {
                return Err(told(&faults));
            };
            Ok(Checked { blueprint: Arc::new(Blueprint::new(hash, definition)), json })
        })
        .await??;
    app.pipelines.blueprints.put(Arc::clone(&checked.blueprint));
    Ok(checked)
}

fn told(faults: &[Fault]) -> Error {
    let errors: Vec<&Fault> = faults.iter().filter(|fault| fault.severity == Severity::Error).collect();
    let mut text: Vec<String> = errors.iter().take(3).map(|fault| fault.message.clone()).collect();
    if errors.len() > 3 {
        text.push(format!("And {} more.", errors.len() - 3));
    }
    Error::invalid(text.join(" "))
}

/// Accepts a run of a definition that was checked. The same key gives the same run.
pub(crate) async fn accept(app: &App, actor: Actor, checked: &Checked, asked: Asked) -> Result<Run, Error> {
    match accept_with(app, actor, checked, asked, |_, _| Ok(true)).await? {
        Came::Accepted(run) => Ok(*run),
        Came::Known(run, true) => app
            .store
            .read(move |conn| store::runs::get(conn, actor.user_id, run))
            .await
            .map_err(|error| match error {
                store::Error::NotFound => Error::new(
                    ErrorCode::Conflict,
                    "This key was used for a run that was deleted since. Use another key to run it again.",
                ),
                other => other.into(),
            }),
        Came::Known(..) | Came::Passed => Err(Error::new(
            ErrorCode::IdempotencyConflict,
            "This key was used before for a run with other inputs. Use another key.",
        )),
    }
}

/// Accepts a run in one transaction with what `also` writes, which says whether there is to be a run at all. What it writes is
/// kept where the key is known already, too.
pub(crate) async fn accept_with(
    app: &App,
    actor: Actor,
    checked: &Checked,
    mut asked: Asked,
    also: impl FnOnce(&store::Connection, &Run) -> Result<bool, store::Error> + Send + 'static,
) -> Result<Came, Error> {
    if asked.parent.is_none() && app.pipelines.registry.queued() >= MAX_QUEUED {
        let mut error = Error::new(
            ErrorCode::QueueFull,
            format!(
                "{MAX_QUEUED} runs wait already. Wait until some have ended, or cancel some, then try again."
            ),
        );
        error.retry_after = Some(std::time::Duration::from_secs(30));
        return Err(error);
    }
    nested(app, actor, &checked.blueprint.definition, &mut asked.pipelines).await?;
    let accepted = prepare(app, actor, &checked.blueprint, asked).await?;
    let (hash, json) = (checked.blueprint.hash.clone(), checked.json.clone());
    let epoch = app.store.epoch();
    let write = app.store.write(move |conn| {
        if !also(conn, &accepted.row.run)? {
            return Ok(Err(None));
        }
        let now = accepted.row.run.created_at;
        if let Some((key, used)) = &accepted.key {
            let owner = accepted.row.owner_id;
            if let Some(before) =
                store::idempotency::find(conn, owner, &accepted.row.run.pipeline_id, key, now)?
            {
                return Ok(Err(Some((before.run_id, before.input_hash == used.input_hash))));
            }
        }
        store::pipelines::put_definition(conn, accepted.row.owner_id, &hash, &json, now)?;
        accepted.insert(conn, epoch)?;
        kill_point!("accepting");
        Ok(Ok(accepted))
    });
    match write.await? {
        Ok(accepted) => {
            kill_point!("accepted");
            let run = accepted.row.run.clone();
            accepted.admitted(app);
            Ok(Came::Accepted(Box::new(run)))
        }
        Err(Some((run, same))) => Ok(Came::Known(run, same)),
        Err(None) => Ok(Came::Passed),
    }
}

/// A run of a definition that is kept, to be written by who asks for it. It may do what was allowed both to it and to who asks:
/// a pipeline that was changed since doesn't get more by being run from another one.
pub(crate) async fn inner(app: &App, actor: Actor, hash: &str, mut asked: Asked) -> Result<Accepted, Error> {
    let blueprint = blueprint(app, actor, hash).await?;
    let own = hash.to_owned();
    let own = app.store.read(move |conn| store::pipelines::allowed(conn, actor.user_id, &own)).await?;
    let own = own.unwrap_or_default();
    let both = |one: &&Value| own.as_array().is_some_and(|own| own.contains(one));
    let allowed: Vec<Value> = asked.allowed.as_array().into_iter().flatten().filter(both).cloned().collect();
    asked.allowed = json!(allowed);
    prepare(app, actor, &blueprint, asked).await
}

async fn prepare(app: &App, actor: Actor, blueprint: &Blueprint, asked: Asked) -> Result<Accepted, Error> {
    let definition = &blueprint.definition;
    let mut given: Map<String, Value> = asked.inputs.into_iter().collect();
    if asked.lenient {
        given.retain(|name, _| definition.inputs.contains_key(name));
    }
    let inputs = pipeline::inputs(definition, &given).map_err(|faults| told(&faults))?;
    let key = asked.idempotency_key.map(|key| {
        let input_hash = pipeline::value_hash(&json!({"definition": blueprint.hash, "inputs": inputs}));
        (key, input_hash)
    });
    let concurrency_key = counted(app, definition, &inputs).await?.or(asked.counted);
    let input = values::keep(app, inputs.into_iter().collect()).await?;
    let vars = values::keep(app, definition.vars.clone().into_iter().collect()).await?;
    let mut pins = BTreeMap::new();
    for (node, ports) in asked.pins {
        pins.insert(node, values::keep(app, ports).await?);
    }
    let now = app.clock.now();
    let id = RunId::new(now);
    let fixed = Fixed { pipelines: asked.pipelines, pins, until: asked.until, reuse: asked.reuse };
    let mut blobs: Vec<String> = values::blobs_of(&input).chain(values::blobs_of(&vars)).cloned().collect();
    let edited = fixed.reuse.iter().flat_map(|reuse| reuse.edited.values());
    for pinned in fixed.pins.values().chain(edited) {
        blobs.extend(values::blobs_of(pinned).cloned());
    }
    let inner = asked.parent.is_some();
    let row = RunRow {
        run: Run {
            id,
            pipeline_id: definition.id.clone(),
            pipeline_name: asked.name.unwrap_or_else(|| definition.name.clone()),
            definition_hash: blueprint.hash.clone(),
            origin: asked.origin,
            status: RunStatus::Queued,
            wait_reason: None,
            reason: None,
            error_code: None,
            error_message: None,
            seq: 1,
            cost_nano_usd: 0,
            tokens: 0,
            created_at: now,
            started_at: None,
            finished_at: None,
        },
        owner_id: actor.user_id,
        parent: asked.parent,
        input,
        vars,
        outputs: None,
        fixed: json!(fixed),
        allowed: if asked.allowed.is_null() { json!([]) } else { asked.allowed },
        cancelling: false,
        depth: asked.depth,
        priority: asked.priority,
        concurrency_key: concurrency_key.clone(),
    };
    let queued = Queued {
        id,
        pipeline_id: definition.id.clone(),
        priority: asked.priority,
        counted: concurrency_key,
        inner,
    };
    let schedule = definition.defaults.timeout.schedule.filter(|_| !inner);
    Ok(Accepted {
        row,
        schedule: schedule.and_then(|millis| i64::try_from(millis).ok()),
        key: key.map(|(key, input_hash)| (key, Used { input_hash, run_id: id })),
        queued,
        blobs,
    })
}

/// "LIMIT:TEXT" of a pipeline whose runs are counted.
async fn counted(
    app: &App,
    definition: &Definition,
    inputs: &Map<String, Value>,
) -> Result<Option<String>, Error> {
    let Some(most) = definition.concurrency.max_runs else { return Ok(None) };
    let Some(template) = definition.concurrency.key.clone() else { return Ok(Some(format!("{most}:"))) };
    let context = json!({ "inputs": inputs });
    let text = app.pipelines.evaluator.run(move || pipeline::render(&template, &context)).await?;
    let text = text.map_err(|error| Error::invalid(format!("The pipeline's concurrency key: {error}")))?;
    Ok(Some(format!("{most}:{text}")))
}

/// Fixes the pipelines that this one runs, and those that they run.
pub(crate) async fn nested(
    app: &App,
    actor: Actor,
    definition: &Definition,
    fixed: &mut BTreeMap<String, String>,
) -> Result<(), Error> {
    let mut open: Vec<(String, usize)> = named(definition).map(|id| (id, 1)).collect();
    while let Some((id, depth)) = open.pop() {
        if fixed.contains_key(&id) {
            continue;
        }
        if depth > MAX_NESTED {
            return Err(Error::invalid(format!(
                "Pipelines run pipelines more than {MAX_NESTED} deep here, with \"{id}\" the last. Make it flatter."
            )));
        }
        let asked = id.clone();
        let row = app.store.read(move |conn| store::pipelines::get(conn, actor.user_id, &asked)).await;
        let row = match row {
            Ok(row) if row.deleted_at.is_none() => row,
            Ok(_) | Err(store::Error::NotFound) => {
                return Err(Error::invalid(format!(
                    "The pipeline \"{id}\", which this one runs, doesn't exist. Make it, or choose another one."
                )));
            }
            Err(error) => return Err(error.into()),
        };
        let Some(hash) = row.hash else {
            return Err(Error::invalid(format!(
                "The pipeline \"{}\", which this one runs, has faults. Mend them, then run this one.",
                row.name
            )));
        };
        let inner = blueprint(app, actor, &hash).await?;
        fixed.insert(id, hash);
        open.extend(named(&inner.definition).map(|id| (id, depth + 1)));
    }
    Ok(())
}

fn named(definition: &Definition) -> impl Iterator<Item = String> {
    let steps = definition.nodes.iter().filter(|node| node.kind == "pipeline");
    let ids = steps.filter_map(|node| node.config.get("id").and_then(Value::as_str).map(str::to_owned));
    let agents = definition.nodes.iter().filter(|node| node.kind == "agent");
    let tools = agents.filter_map(|node| node.config.get("tools").and_then(Value::as_array)).flatten();
    let used = tools.filter_map(|tool| tool.get("pipeline").and_then(Value::as_str).map(str::to_owned));
    ids.chain(used).chain(definition.on_failure.clone())
}
