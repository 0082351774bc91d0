//! What an attempt's end does to its step: values are kept, ways decided, waits begun. What a failure does is `failure`'s.

use std::{collections::BTreeMap, sync::Arc};

use domain::{AttemptOutcome, EffectClass};
use pipeline::{Event, Key, Outcome};
use serde_json::{Value, json};
use store::{
    attempts::{AttemptEnd, LastWords},
    step_cache::Cached,
};

use super::{Driver, Live};
use crate::pipelines::{
    step::{StepEnd, StepError, Wait},
    topic::Topic,
    values,
};

/// How an attempt of an earlier start ended, in its own words: counted where a step keeps ending the application.
pub(super) const CRASHED: &str = "Web+ ended while this was under way.";

impl Driver {
    /// An attempt ended, or was cut off by the application's end.
    pub(super) async fn attempt_ended(
        &mut self,
        key: Key,
        number: u32,
        result: Option<Result<StepEnd, StepError>>,
    ) {
        if let Some(live) = self.leaving.remove(&(key.clone(), number)) {
            self.cautioned(&key, &live);
            self.discarded(&key, &live, result);
            return self.said(&key, &live);
        }
        if self.live.get(&key).is_none_or(|live| live.number != number) {
            return;
        }
        let Some(live) = self.live.remove(&key) else { return };
        self.cautioned(&key, &live);
        self.app.pipelines.texts.remove(self.row.run.id, &key);
        if live.snapshot.any && result.is_some() {
            self.batch.texts_gone.push(key.clone());
        }
        match result {
            Some(Ok(StepEnd::Done { port, values, calls, vars })) => {
                self.settled(&key, calls);
                if let Err(error) = self.done(&key, &live, port, values, vars).await {
                    self.failed(&key, &live, error).await;
                }
            }
            Some(Ok(StepEnd::Wait(wait))) => self.waits(&key, &live, wait).await,
            Some(Err(mut error)) => {
                self.settled(&key, std::mem::take(&mut error.calls));
                self.failed(&key, &live, error).await;
            }
            // Not the step's fault: it costs no try. What may have happened is asked about at the next start.
            None if live.effect == EffectClass::AtMostOnce => {}
            None => self.interrupted(&key, number),
        }
        self.said(&key, &live);
    }

    /// What the attempt said goes with its end, where that is written now.
    fn said(&mut self, key: &Key, live: &Live) {
        let is_its = |end: &&mut AttemptEnd| {
            end.number == live.number && end.node == key.node && end.scope == key.scope
        };
        if let Some(end) = self.batch.ends.iter_mut().rev().find(is_its) {
            end.words = live.teller.last_words();
        }
    }

    /// What an attempt was made with less safety for than was asked stays at its step.
    fn cautioned(&mut self, key: &Key, live: &Live) {
        for message in live.teller.cautions() {
            let body = json!({ "attempt": live.number, "message": message });
            self.journal_step("step.cautioned", key, body);
        }
    }

    pub(super) fn interrupted(&mut self, key: &Key, number: u32) {
        self.end_attempt(key, number, AttemptOutcome::Interrupted, None);
        let row = self.step_row(key);
        row.step.tries = row.step.tries.saturating_sub(1);
        self.batch.steps.insert(key.clone());
        self.journal_step("step.interrupted", key, json!({ "attempt": number }));
        self.happened(Event::Again(key.clone()));
    }

    /// What came after the cancel counts for nothing but its cost.
    fn discarded(&mut self, key: &Key, live: &Live, result: Option<Result<StepEnd, StepError>>) {
        let (outcome, calls) = match result {
            Some(Ok(StepEnd::Done { calls, .. })) => (AttemptOutcome::DiscardedAfterCancel, calls),
            Some(Err(error)) if error.unknown && live.effect == EffectClass::AtMostOnce => {
                (AttemptOutcome::Ambiguous, error.calls)
            }
            Some(Err(error)) => (AttemptOutcome::Cancelled, error.calls),
            Some(Ok(StepEnd::Wait(_))) => (AttemptOutcome::Cancelled, Vec::new()),
            None if live.effect == EffectClass::AtMostOnce => (AttemptOutcome::Ambiguous, Vec::new()),
            None => (AttemptOutcome::Cancelled, Vec::new()),
        };
        self.end_attempt(key, live.number, outcome, None);
        self.journal_step("step.discarded", key, json!({ "attempt": live.number, "outcome": outcome }));
        self.settled(key, calls);
    }

    pub(super) fn end_attempt(
        &mut self,
        key: &Key,
        number: u32,
        outcome: AttemptOutcome,
        error_message: Option<String>,
    ) {
        self.batch.ends.push(AttemptEnd {
            scope: key.scope.clone(),
            node: key.node.clone(),
            number,
            outcome,
            error_message,
            ended_at: self.app.clock.now(),
            words: LastWords::default(),
        });
    }

    async fn done(
        &mut self,
        key: &Key,
        live: &Live,
        port: String,
        values: BTreeMap<String, Value>,
        vars: BTreeMap<String, Value>,
    ) -> Result<(), StepError> {
        let mut values = values;
        for value in values.values_mut() {
            live.teller.redact_value(value);
        }
        let result = self.keep(values).await?;
        for (name, value) in vars {
            let kept = self.keep_one(&format!("vars.{name}"), value).await?;
            self.row.vars.insert(name, kept);
            self.batch.vars = true;
        }
        self.recent.put(key.clone(), Arc::new(result.clone()));
        let taken = self.taken(key, &port).await?;
        self.end_attempt(key, live.number, AttemptOutcome::Succeeded, None);
        let row = self.step_row(key);
        let cost = row.step.cost_nano_usd;
        row.result = Some(result.clone());
        row.fingerprint.clone_from(&live.fingerprint);
        (row.step.error_code, row.step.error_message) = (None, None);
        if let Some(cache_key) = live.cache_key.clone() {
            let cached = Cached { port: port.clone(), result, cost_nano_usd: cost };
            self.batch.cache.push((cache_key, cached));
        }
        self.left_by(key, &port);
        self.happened(Event::Ended(key.clone(), Outcome::Succeeded { port, taken }));
        Ok(())
    }

    /// The journal's line and the step's clocks.
    pub(super) fn left_by(&mut self, key: &Key, port: &str) {
        let body = if port == "ok" { json!({}) } else { json!({ "port": port }) };
        self.journal_step("step.succeeded", key, body.clone());
        self.announce_step(Topic::StepSucceeded, key, body);
        self.stop_node_clock(key);
    }

    /// The edges that are taken from a port: decided here, once, and kept.
    pub(super) async fn taken(&mut self, key: &Key, port: &str) -> Result<Vec<u32>, StepError> {
        let blueprint = Arc::clone(&self.blueprint);
        let Some(seat) = blueprint.seat(&key.node) else { return Ok(Vec::new()) };
        if self.fixed.alone && key.scope.is_empty() {
            // Nothing comes after it.
            return Ok(Vec::new());
        }
        let asked: Vec<(u32, String)> = seat
            .edges
            .iter()
            .filter(|(_, from, _)| from == port)
            .filter_map(|(index, _, when)| when.clone().map(|when| (*index, when)))
            .collect();
        if asked.is_empty() {
            return Ok(Vec::new());
        }
        let mut references = seat.references.clone();
        for (_, when) in &asked {
            references.expression(when);
        }
        let context = self.context(key, &references, 1).await?;
        let node = Arc::clone(&seat.node);
        let size = seat.size + values::roughly(&context, values::INLINE);
        let decided = self.app.pipelines.evaluator.run_sized(size, move || {
            let mut context = context;
            context["in"] = Value::Object(pipeline::bind(&node, &context)?);
            let mut taken = Vec::new();
            for (index, when) in asked {
                let holds = pipeline::condition(&when, &context)
                    .map_err(|error| StepError::invalid(format!("The condition after this step: {error}")))?;
                if holds {
                    taken.push(index);
                }
            }
            Ok::<_, StepError>(taken)
        });
        decided.await?
    }

    async fn waits(&mut self, key: &Key, live: &Live, wait: Wait) {
        let now = self.app.clock.now();
        let asks = matches!(wait, Wait::Human { consent: Some(_), .. });
        if asks {
            self.asks_for_consent(key, live);
        } else {
            self.end_attempt(key, live.number, AttemptOutcome::Succeeded, None);
        }
        let (mut kept, mut asked) = (json!(wait), None);
        match wait {
            Wait::Until { at } => {
                self.set_timer(key, "until", (at.millis() - now.millis()).max(0));
                self.step_row(key).step.due_at = Some(at);
            }
            Wait::Human { timeout, question, .. } => {
                asked = Some(question);
                if let Some(timeout) = timeout.and_then(|timeout| i64::try_from(timeout).ok()) {
                    self.set_timer(key, "human", timeout);
                    self.step_row(key).step.due_at =
                        Some(domain::Timestamp::from_millis(now.millis() + timeout));
                }
            }
            Wait::Run { pipeline, inputs } => match self.child(key, &pipeline, inputs).await {
                Ok(run) => kept = json!({"type": "run", "run": run}),
                Err(error) => return self.failed_before(key, error).await,
            },
        }
        let due = self.step_row(key).step.due_at;
        self.journal_step("step.waiting", key, json!({ "for": kept["type"], "dueAt": due }));
        if let Some(question) = asked {
            self.asks(Topic::HumanRequested, key, question);
        }
        self.happened(Event::Waits(key.clone()));
        let row = self.step_row(key);
        row.wait = Some(kept);
        row.fingerprint.clone_from(&live.fingerprint);
        row.step.due_at = due;
    }

    /// A step ends well without an attempt's result: by an answer, a timer, another run.
    pub(super) async fn succeeded_by(&mut self, key: &Key, port: String, values: BTreeMap<String, Value>) {
        let kept = match self.keep(values).await {
            Ok(kept) => kept,
            Err(error) => return self.failed_for_good(key, error).await,
        };
        self.recent.put(key.clone(), Arc::new(kept.clone()));
        let taken = match self.taken(key, &port).await {
            Ok(taken) => taken,
            Err(error) => return self.failed_for_good(key, error).await,
        };
        let row = self.step_row(key);
        row.result = Some(kept);
        (row.step.error_code, row.step.error_message) = (None, None);
        self.left_by(key, &port);
        self.happened(Event::Ended(key.clone(), Outcome::Succeeded { port, taken }));
    }

    /// Stops an attempt whose end counts for nothing; its step is over already.
    pub(super) fn abort(&mut self, key: &Key) {
        self.for_slot.remove(key);
        if let Some(live) = self.live.remove(key) {
            let launched = !self.launches.iter().any(|launch| launch.key == *key);
            self.launches.retain(|launch| launch.key != *key);
            if launched {
                self.batch.stops.push(live.cancel.clone());
                self.leaving.insert((key.clone(), live.number), live);
            } else {
                // Nothing was begun: the intent is taken back where it was written down.
                self.end_attempt(key, live.number, AttemptOutcome::Cancelled, None);
            }
        }
        if let Some(run) = self.waits_for_run(key) {
            self.batch.cancel_runs.push(run);
        }
        self.batch.timers_gone.extend(
            ["retry", "until", "human", "node"].map(|kind| (key.scope.clone(), key.node.clone(), kind)),
        );
    }
}
