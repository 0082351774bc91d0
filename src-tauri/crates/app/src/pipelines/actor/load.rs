//! A run as its rows say, put together again: what an earlier start of the application left is treated by its effect class.

use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};

use domain::{Actor, AttemptOutcome, EffectClass, RunId, RunStatus, StepStatus};
use pipeline::{Event, Instance, Key, Limits, Plan};
use serde_json::json;
use store::{attempts::Left, runs::RunRow, step_runs::StepRow};
use tokio::sync::mpsc;

use super::{Ahead, Driver, Message, outcome::CRASHED};
use crate::{
    App, Error,
    pipelines::{accept::Fixed, blueprint, budgets, recent::Recent, scope},
};

/// So many starts of the application may end during one step.
const POISON: u32 = 3;

struct Found {
    row: RunRow,
    steps: Vec<StepRow>,
    left: Vec<Left>,
    over: Vec<RunId>,
}

fn find(conn: &store::Connection, id: RunId) -> Result<Found, store::Error> {
    let row = store::runs::get_whole(conn, id)?;
    let mut steps = store::step_runs::open(conn, id)?;
    // A loop between two iterations has nothing open inside.
    let turns: Vec<String> = steps
        .iter()
        .filter(|row| row.step.status == StepStatus::Running && row.step.opened.is_some())
        .map(|row| {
            let key = Key { scope: row.step.scope.clone(), node: row.step.node.clone() };
            scope::inner(&key, row.step.opened.unwrap_or(1).saturating_sub(1))
        })
        .collect();
    for turn in turns {
        if !steps.iter().any(|row| row.step.scope == turn) {
            steps.extend(store::step_runs::of_scope(conn, id, &turn, "", 10_000)?);
        }
    }
    let children = store::runs::children(conn, id)?;
    let over = children.iter().filter(|run| run.status.is_final()).map(|run| run.id).collect();
    Ok(Found { left: store::attempts::left(conn, id)?, row, steps, over })
}

impl Driver {
    /// The run, ready to be told what happens.
    pub(super) async fn load(
        app: &App,
        id: RunId,
        sender: mpsc::UnboundedSender<Message>,
    ) -> Result<Self, Error> {
        let Found { row, steps, left, over } = app.store.read(move |conn| find(conn, id)).await?;
        let actor = Actor { user_id: row.owner_id, admin: false };
        let blueprint = blueprint::blueprint(app, actor, &row.run.definition_hash).await?;
        let fixed: Fixed = serde_json::from_value(row.fixed.clone()).unwrap_or_default();
        let known = steps.iter().filter(|row| blueprint.seat(&row.step.node).is_some()).map(|row| {
            let key = Key { scope: row.step.scope.clone(), node: row.step.node.clone() };
            let instance = Instance {
                status: row.step.status,
                port: row.step.port.clone(),
                taken: row.taken.clone(),
                opened: row.step.opened.unwrap_or(0),
                count: row.step.count,
            };
            (key, instance)
        });
        let limits = Limits { until: fixed.until.clone(), alone: fixed.alone };
        let plan = Plan::restore(&blueprint.definition, limits, known);
        let paused = row.run.status == RunStatus::Paused;
        let above = row.parent.as_ref().map(|(above, ..)| *above);
        if let Some(above) = above {
            budgets::open_above(app, above).await?;
        }
        let so_far = (row.run.cost_nano_usd, row.run.tokens);
        app.pipelines.budgets.open(id, blueprint.definition.defaults.budget, above, so_far);
        let mut driver = Self {
            app: app.clone(),
            actor,
            fixed,
            blueprint,
            plan,
            recent: Recent::default(),
            lists: HashMap::new(),
            steps: steps
                .into_iter()
                .filter(|row| !row.step.status.is_final())
                .map(|row| (Key { scope: row.step.scope.clone(), node: row.step.node.clone() }, row))
                .collect(),
            live: HashMap::new(),
            leaving: HashMap::new(),
            for_slot: HashMap::new(),
            resend: HashMap::new(),
            todo: VecDeque::new(),
            batch: super::Batch::default(),
            launches: Vec::new(),
            instant: VecDeque::new(),
            sender,
            changed: BTreeMap::new(),
            told_status: None,
            written: row.run.clone(),
            told_at: None,
            told_failure: false,
            decided: HashSet::new(),
            closing: false,
            paused,
            ahead: if row.run.status == RunStatus::Running { Ahead::Never } else { Ahead::Soon },
            row,
        };
        if driver.row.run.status.is_final() {
            driver.late(left);
            return Ok(driver);
        }
        if driver.row.run.started_at.is_some() && driver.row.parent.is_none() {
            let counted = driver.row.concurrency_key.as_ref();
            app.pipelines.registry.occupy(id, &driver.row.run.pipeline_id, counted);
        }
        driver.recover(left).await;
        for child in over {
            driver.child_ended(child).await;
        }
        if driver.row.run.started_at.is_some() && !driver.holds() {
            driver.todo.extend(driver.plan.pending());
        }
        Ok(driver)
    }

    /// Attempts that outlived a cancel, and then the application: they are over.
    fn late(&mut self, left: Vec<Left>) {
        for Left { scope, node, attempt, .. } in left {
            let outcome = match attempt.effect {
                EffectClass::AtMostOnce => AttemptOutcome::Ambiguous,
                _ => AttemptOutcome::Cancelled,
            };
            self.end_attempt(&Key { scope, node }, attempt.number, outcome, Some(CRASHED.to_owned()));
        }
    }

    /// What was under way when the application ended.
    async fn recover(&mut self, left: Vec<Left>) {
        let mut poison = None;
        for Left { scope, node, attempt, input } in left {
            let key = Key { scope, node };
            let inner = !self.steps.contains_key(&key) || self.blueprint.seat(&key.node).is_none();
            // What an agent did is known by its attempts inside, each of which has a class of its own.
            if attempt.effect == EffectClass::AtMostOnce && (inner || !self.is_agent(&key)) {
                if inner {
                    self.end_attempt(
                        &key,
                        attempt.number,
                        AttemptOutcome::Ambiguous,
                        Some(CRASHED.to_owned()),
                    );
                } else {
                    let message = "Web+ ended while this was under way, so it isn't known whether it happened. Look, then say what became of it.";
                    self.ambiguous(&key, attempt.number, message.to_owned()).await;
                }
                continue;
            }
            self.end_attempt(&key, attempt.number, AttemptOutcome::Interrupted, Some(CRASHED.to_owned()));
            if inner {
                continue;
            }
            self.journal_step("step.interrupted", &key, json!({ "attempt": attempt.number }));
            let row = self.step_row(&key);
            row.step.tries = row.step.tries.saturating_sub(1);
            self.batch.steps.insert(key.clone());
            self.resend.insert(key.clone(), input);
            let (run, at, name) = (self.run().id, key.scope.clone(), key.node.clone());
            let crashes =
                self.app.store.read(move |conn| store::attempts::crashes(conn, run, &at, &name)).await;
            if crashes.unwrap_or(0) + 1 >= POISON && !self.paused {
                poison = Some(key.node.clone());
            }
            self.happened(Event::Again(key));
        }
        if let Some(node) = poison {
            self.pause_for(format!(
                "Web+ ended {POISON} times while {node} was under way, so the run isn't gone on with by itself. Look at the log, then go on or cancel."
            ));
        }
    }
}

/// A run that can't be put together again waits for somebody.
pub(super) async fn pause(app: &App, id: RunId, reason: &str) {
    let (epoch, reason) = (app.store.epoch(), reason.to_owned());
    let paused = app
        .store
        .write(move |conn| {
            let mut row = store::runs::get_whole(conn, id)?;
            if row.run.status.is_final() {
                return Ok(None);
            }
            row.run.status = RunStatus::Paused;
            row.run.reason = Some(reason);
            store::runs::advance(conn, epoch, &row.run, row.cancelling)?;
            Ok(Some(row.run))
        })
        .await;
    match paused {
        Ok(Some(run)) => app.bus.publish(crate::events::Event::RunChanged { run: Box::new(run) }),
        Ok(None) => {}
        Err(error) => tracing::error!(%error, run = %id, "a run could not be paused"),
    }
}
