//! Beginning a ready step: its config is prepared, and what is to be done is committed before it is done.

use std::sync::Arc;

use domain::{EffectClass, StepStatus, StoredValue};
use pipeline::{Event, Fault, Instance, Key};
use serde_json::{Value, json};
use store::{attempts::AttemptRow, step_runs::StepRow};

use super::{Driver, Launch, Live, Message, inner::Inside, patience};
use crate::pipelines::{
    slots::{Asked, Need, Permit},
    step::{Allowed, StepCall, StepError, Teller},
    steps,
    topic::Topic,
    values,
};

/// A step that is prepared and waits for a place.
pub(super) struct Ready {
    pub input: Value,
    /// What is sent again after a crash, as it was kept.
    pub kept: Option<StoredValue>,
    pub context: Value,
    pub fingerprint: String,
    pub cache_key: Option<String>,
    pub need: Need,
}

impl From<Fault> for StepError {
    fn from(fault: Fault) -> Self {
        Self::invalid(fault.message)
    }
}

impl Driver {
    /// The row of a step that isn't over.
    pub(super) fn step_row(&mut self, key: &Key) -> &mut StepRow {
        self.steps.entry(key.clone()).or_insert_with(|| blank(key))
    }

    /// Writes a step's row as the planner has it.
    pub(super) fn set(&mut self, key: Key, instance: &Instance) {
        let now = self.app.clock.now();
        let container = self.blueprint.seat(&key.node).is_some_and(|seat| !seat.node.body.is_empty());
        let row = self.step_row(&key);
        row.step.status = instance.status;
        row.step.port.clone_from(&instance.port);
        row.taken.clone_from(&instance.taken);
        if container {
            row.step.opened = Some(instance.opened);
            row.step.count = instance.count;
        }
        if instance.status == StepStatus::Running {
            row.step.started_at.get_or_insert(now);
        }
        if instance.status == StepStatus::Ready || instance.status.is_final() {
            row.step.due_at = None;
            row.wait = None;
        }
        if instance.status.is_final() {
            row.step.finished_at = Some(now);
        }
        self.batch.steps.insert(key);
    }

    /// Begins a step that may begin. What keeps it from that fails it.
    pub(super) async fn begin(&mut self, key: Key) {
        if let Err(error) = self.try_begin(&key).await {
            self.failed_before(&key, error).await;
        }
    }

    async fn try_begin(&mut self, key: &Key) -> Result<(), StepError> {
        let blueprint = Arc::clone(&self.blueprint);
        let Some(seat) = blueprint.seat(&key.node) else {
            return Err(StepError::invalid("The definition has no such node."));
        };
        if self.pinned(key).await? || self.reused_as_it_was(key).await? {
            return Ok(());
        }
        match seat.node.kind.as_str() {
            "map" => return self.begin_map(key).await,
            "loop" => return self.begin_loop(key).await,
            "join" => return self.begin_join(key).await,
            _ => {}
        }
        let known = seat.node.kind == "pipeline" || steps::step(&seat.node.kind).is_some();
        if !known || pipeline::kind(&seat.node.kind).is_none() {
            self.pause_for(format!(
                "This version of Web+ has no steps of the kind \"{}\", which {} needs. Open the run with the version that began it.",
                seat.node.kind, key.node
            ));
            return Ok(());
        }
        let mut ready = self.prepare(key).await?;
        if self.reused(key, &ready).await? || self.cached(key, &ready).await? {
            return Ok(());
        }
        if seat.node.kind == "pipeline" {
            return self.begin_run(key, ready).await;
        }
        // Who names no model asks the default one, and shares its places.
        if matches!(&ready.need, Need::Model(model) if model.trim().is_empty())
            && let Some(chosen) = crate::settings::default_model(&self.app, self.actor).await?
        {
            ready.need = Need::Model(chosen.to_string());
        }
        let later = match self.app.pipelines.slots.ask(&ready.need, self.row.priority) {
            Asked::Unneeded => return self.intend(key, ready, None).await,
            Asked::Free(permit) => return self.intend(key, ready, Some(permit)).await,
            Asked::Later(later) => later,
        };
        self.for_slot.insert(key.clone(), ready);
        let (sender, key) = (self.sender.clone(), key.clone());
        self.app.tasks.spawn("step-slot", |shutdown| async move {
            tokio::select! {
                () = shutdown.cancelled() => {}
                permit = later => {
                    if let Ok(permit) = permit {
                        let _gone = sender.send(Message::Slot { key, permit });
                    }
                }
            }
        });
        Ok(())
    }

    /// The step's config, rendered; what an interrupted attempt was given is given again.
    pub(super) async fn prepare(&mut self, key: &Key) -> Result<Ready, StepError> {
        let blueprint = Arc::clone(&self.blueprint);
        let Some(seat) = blueprint.seat(&key.node) else {
            return Err(StepError::invalid("The definition has no such node."));
        };
        let attempt = self.steps.get(key).map_or(0, |row| row.step.tries) + 1;
        let context = self.context(key, &seat.references, attempt).await?;
        let again = match self.resend.remove(key) {
            Some(stored) => Some((values::load(&self.app, &stored).await?, stored)),
            None => None,
        };
        let node = Arc::clone(&seat.node);
        let given = again.as_ref().map(|(input, _)| input.clone());
        let size = seat.size + values::roughly(&context, values::INLINE);
        let worked_out = self
            .app
            .pipelines
            .evaluator
            .run_sized(size, move || {
                let mut context = context;
                let own = pipeline::bind(&node, &context)?;
                context["in"] = Value::Object(own);
                let input = match given {
                    Some(input) => input,
                    None => pipeline::prepare(&node, &context)?,
                };
                let mut seen = json!({"kind": node.kind, "v": node.version, "input": input, "seen": context});
                // What differs from run to run isn't what the result is made of.
                if let Some(seen) = seen.get_mut("seen").and_then(Value::as_object_mut) {
                    seen.remove("run");
                }
                Ok::<_, Fault>((input, context, pipeline::value_hash(&seen)))
            })
            .await?;
        let (input, context, fingerprint) = worked_out?;
        let kept = again.map(|(_, stored)| stored);
        let need = need(seat.effect, &seat.node.kind, &input);
        let cached = seat.node.cache == pipeline::Cache::Content;
        let cache_key = cached.then(|| fingerprint.clone());
        Ok(Ready { input, kept, context, fingerprint, cache_key, need })
    }

    /// A place is free for a step that waited for one.
    pub(super) async fn slot(&mut self, key: Key, permit: Permit) {
        let Some(ready) = self.for_slot.remove(&key) else { return };
        let still_ready =
            self.plan.instance(&key).is_some_and(|instance| instance.status == StepStatus::Ready);
        if self.holds() || !still_ready {
            return;
        }
        if let Err(error) = self.intend(&key, ready, Some(permit)).await {
            self.failed_before(&key, error).await;
        }
    }

    /// Writes what is about to be done; it is begun when that is on the disk.
    async fn intend(&mut self, key: &Key, ready: Ready, permit: Option<Permit>) -> Result<(), StepError> {
        let blueprint = Arc::clone(&self.blueprint);
        let Some(seat) = blueprint.seat(&key.node) else { return Ok(()) };
        let now = self.app.clock.now();
        let number = self.next_number(key).await?;
        let stored = match ready.kept {
            Some(kept) => kept,
            None => self.keep_one("the prompt", ready.input.clone()).await?,
        };
        self.happened(Event::Taken(key.clone()));
        let row = self.step_row(key);
        row.step.tries += 1;
        row.step.started_at.get_or_insert(now);
        let tries = row.step.tries;
        self.batch.steps.insert(key.clone());
        // A step that only computes has nobody to show a key to.
        let idempotency_key =
            if seat.effect == EffectClass::Pure { String::new() } else { self.idempotency_key(key, tries) };
        self.batch.attempts.push(AttemptRow {
            scope: key.scope.clone(),
            node: key.node.clone(),
            number,
            effect: seat.effect,
            idempotency_key: idempotency_key.clone(),
            input: stored,
            started_at: now,
        });
        if number > 1 {
            // What an earlier attempt had said is void.
            self.batch.texts_gone.push(key.clone());
        }
        self.journal_step("step.started", key, json!({ "attempt": number }));
        self.announce_step(Topic::StepStarted, key, json!({ "attempt": number }));
        self.node_clock(key, &seat.node, number);
        let (cancel, teller) = (tokio_util::sync::CancellationToken::new(), Teller::default());
        let call = StepCall {
            app: self.app.clone(),
            actor: self.actor,
            run: self.run().id,
            key: key.clone(),
            attempt: number,
            node: Arc::clone(&seat.node),
            definition: Arc::clone(&blueprint.definition),
            input: ready.input,
            context: ready.context,
            idempotency_key,
            allowed: self.allowed(),
            cancel: cancel.clone(),
            tell: teller.clone(),
            inner: Arc::new(Inside {
                app: self.app.clone(),
                run: self.run().id,
                sender: self.sender.clone(),
                key: key.clone(),
            }),
        };
        self.app.pipelines.texts.put(self.run().id, key.clone(), teller.clone());
        let limits = patience::Limits::of(&seat.node, &blueprint.definition);
        self.live.insert(
            key.clone(),
            Live {
                number,
                cancel,
                teller,
                fingerprint: Some(ready.fingerprint),
                cache_key: ready.cache_key,
                effect: seat.effect,
                snapshot: super::tell::Snapshot::new(),
                permit,
            },
        );
        self.launches.push(Launch { key: key.clone(), number, call, limits });
        Ok(())
    }

    pub(super) fn allowed(&self) -> Allowed {
        Allowed(serde_json::from_value(self.row.allowed.clone()).unwrap_or_default())
    }

    pub(super) fn idempotency_key(&self, key: &Key, tries: u32) -> String {
        let named = format!("{}\n{}\n{}\n{tries}", self.run().id, key.scope, key.node);
        blake3::hash(named.as_bytes()).to_hex().to_string()
    }

    /// The next attempt's number. Only a step that was tried before needs to be asked for in the database.
    async fn next_number(&mut self, key: &Key) -> Result<u32, StepError> {
        let fresh =
            self.steps.get(key).is_none_or(|row| row.step.tries == 0 && row.step.started_at.is_none());
        if fresh {
            return Ok(1);
        }
        let (run, scope, node) = (self.run().id, key.scope.clone(), key.node.clone());
        let count = self.app.store.read(move |conn| store::attempts::count(conn, run, &scope, &node)).await?;
        Ok(count + 1)
    }
}

/// A step of which nothing is known yet.
pub(super) fn blank(key: &Key) -> StepRow {
    StepRow {
        step: domain::StepRun {
            scope: key.scope.clone(),
            node: key.node.clone(),
            status: StepStatus::Pending,
            tries: 0,
            port: None,
            opened: None,
            count: None,
            due_at: None,
            error_code: None,
            error_message: None,
            cost_nano_usd: 0,
            tokens: 0,
            started_at: None,
            finished_at: None,
        },
        taken: Vec::new(),
        wait: None,
        result: None,
        fingerprint: None,
    }
}

/// What an attempt needs a place for.
fn need(effect: EffectClass, kind: &str, input: &Value) -> Need {
    let model = input.get("model").and_then(Value::as_str);
    match (kind, model) {
        ("human" | "delay" | "budget" | "pipeline", _) => Need::Nothing,
        (_, Some(model)) => Need::Model(model.to_owned()),
        _ if effect == EffectClass::Pure => Need::Nothing,
        _ => Need::Outside,
    }
}
