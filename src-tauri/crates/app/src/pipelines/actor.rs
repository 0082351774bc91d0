//! A run under way: one task that is told what happens, asks the planner, writes all that follows in one transaction, and
//! then begins what was written. A run that only waits has none.

mod attempt;
mod batch;
mod begin;
mod children;
mod clocks;
mod commit;
mod consent;
mod containers;
mod end;
mod failure;
mod gather;
mod inner;
mod load;
mod money;
mod outcome;
mod patience;
mod restore;
mod reuse;
mod standing;
mod tell;
mod told;
mod writing;

use std::{
    collections::{BTreeMap, HashMap, HashSet, VecDeque},
    sync::Arc,
    time::Duration,
};

use domain::{Actor, Run, RunId, RunStatus, StepRun, StoredValue};
use futures_util::FutureExt as _;
use pipeline::{Effect, Key, Plan};
use serde_json::Value;
use store::{runs::RunRow, step_runs::StepRow};
use tokio::{
    sync::{mpsc, oneshot},
    time::{Instant, MissedTickBehavior},
};
use tokio_util::sync::CancellationToken;

use super::{
    blueprint::Blueprint,
    params::RunDecision,
    recent::Recent,
    slots::Permit,
    step::{InnerBegun, Paid, StepEnd, StepError, Teller},
};
use crate::{App, Error};
use batch::Batch;

/// How often the page is told.
const TELL: Duration = Duration::from_millis(33);

/// Where the answer of a verb goes.
pub(crate) type Reply = oneshot::Sender<Result<Run, Error>>;

/// What a run's task is told.
pub(crate) enum Message {
    /// There is room: begin, or go on after a start of the application.
    Admitted,
    /// An attempt ended, or (`None`) was cut off by the application's end.
    Ended { key: Key, number: u32, result: Option<Result<StepEnd, StepError>> },
    /// A place for an attempt is free.
    Slot { key: Key, permit: Permit },
    /// A timer is due.
    Timer { scope: String, node: String, kind: String },
    /// Answers wait in the database.
    Signal(Option<Reply>),
    /// A run that a step waits for is over.
    Child(RunId),
    /// A person's wishes.
    Cancel(Option<Reply>),
    /// Begin nothing new.
    Pause(String, Option<Reply>),
    /// Go on.
    Resume(Reply),
    /// What became of an attempt.
    Decide { key: Key, decision: RunDecision, values: BTreeMap<String, Value>, reply: Reply },
    /// An attempt inside an attempt begins.
    InnerBegin {
        key: Key,
        index: u32,
        name: String,
        effect: domain::EffectClass,
        input: Value,
        reply: oneshot::Sender<Result<InnerBegun, StepError>>,
    },
    /// One ended.
    InnerEnd {
        key: Key,
        index: u32,
        name: String,
        result: Result<BTreeMap<String, Value>, StepError>,
        paid: Paid,
        reply: oneshot::Sender<Result<(), StepError>>,
    },
}

/// An attempt's end: which step, which attempt, how.
type Ended = (Key, u32, Option<Result<StepEnd, StepError>>);

/// An attempt that is under way.
pub(super) struct Live {
    pub number: u32,
    pub cancel: CancellationToken,
    pub teller: Teller,
    pub fingerprint: Option<String>,
    pub cache_key: Option<String>,
    pub effect: domain::EffectClass,
    pub snapshot: tell::Snapshot,
    /// Its place, given back when this is dropped.
    #[allow(dead_code, reason = "held, not read")]
    pub permit: Option<Permit>,
}

/// What must be begun once it is written.
struct Launch {
    key: Key,
    number: u32,
    call: super::step::StepCall,
    limits: patience::Limits,
}

/// Whether what only computes may begin before it is written that it does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ahead {
    /// From the first turn on that is written.
    Soon,
    Yes,
    /// The run was under way when an earlier start of the application ended: each step is written before it is begun, so that one
    /// that ends the application is found out.
    Never,
}

/// A run under way.
pub(crate) struct Driver {
    pub(super) app: App,
    pub(super) actor: Actor,
    pub(super) row: RunRow,
    pub(super) fixed: super::accept::Fixed,
    pub(super) blueprint: Arc<Blueprint>,
    pub(super) plan: Plan,
    pub(super) recent: Recent,
    pub(super) lists: HashMap<Key, Arc<Vec<Value>>>,
    /// Rows of steps that aren't over.
    pub(super) steps: HashMap<Key, StepRow>,
    live: HashMap<Key, Live>,
    /// Aborted ones whose end is still to come.
    leaving: HashMap<(Key, u32), Live>,
    for_slot: HashMap<Key, begin::Ready>,
    /// What interrupted attempts were given, to be sent again under the same key.
    resend: HashMap<Key, StoredValue>,
    todo: VecDeque<Effect>,
    batch: Batch,
    launches: Vec<Launch>,
    /// Attempts that ended as they were begun.
    instant: VecDeque<Ended>,
    sender: mpsc::UnboundedSender<Message>,
    changed: BTreeMap<Key, StepRun>,
    told_status: Option<(RunStatus, u64)>,
    /// The run as it is on the disk: nothing else is told.
    written: Run,
    told_at: Option<Instant>,
    told_failure: bool,
    /// Steps that somebody decided are to be done again, with all that is inside.
    decided: HashSet<Key>,
    /// The application ends: results are still taken, nothing is begun.
    closing: bool,
    paused: bool,
    ahead: Ahead,
}

impl Driver {
    pub(super) fn run(&self) -> &Run {
        &self.row.run
    }

    /// Whether nothing new may begin.
    fn holds(&self) -> bool {
        self.closing || self.app.tasks.ending() || self.paused || self.plan.is_over().is_some()
    }

    /// Takes in what happened.
    pub(super) fn happened(&mut self, event: pipeline::Event) {
        self.todo.extend(self.plan.apply(event));
    }

    /// Carries out what the planner asked for, until nothing is left to ask.
    async fn work(&mut self) {
        while let Some(effect) = self.todo.pop_front() {
            match effect {
                Effect::Set(key, instance) => self.set(key, &instance),
                Effect::Start(key) => {
                    if !self.holds() && !self.live.contains_key(&key) && !self.for_slot.contains_key(&key) {
                        self.begin(key).await;
                    }
                }
                Effect::Judge(key, index) => self.judge(key, index).await,
                Effect::Close(key, port) => self.close(key, port).await,
                Effect::Abort(key) => self.abort(&key),
                Effect::End(end) => self.end(end).await,
            }
        }
    }

    /// Whether the task has nothing to do until it is told something.
    fn rests(&self) -> bool {
        self.live.is_empty()
            && self.instant.is_empty()
            && self.leaving.is_empty()
            && self.for_slot.is_empty()
            && self.changed.is_empty()
    }

    /// Runs until the run is over, waits, or the application ends.
    async fn drive(mut self, mut inbox: mpsc::UnboundedReceiver<Message>, shutdown: CancellationToken) {
        let id = self.run().id;
        let mut tick = tokio::time::interval(TELL);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut patience = None;
        loop {
            self.work().await;
            self.go_ahead().await;
            if !self.commit(&shutdown).await {
                break;
            }
            if !self.instant.is_empty() {
                self.take_instant().await;
                while let Ok(more) = inbox.try_recv() {
                    self.take(more).await;
                }
                // The page is told as often as of other runs, and the application may end meanwhile.
                if tick.tick().now_or_never().is_some() {
                    self.tell();
                    tokio::task::yield_now().await;
                }
                if !shutdown.is_cancelled() {
                    continue;
                }
                self.work().await;
                if !self.commit(&shutdown).await {
                    break;
                }
            }
            if !self.todo.is_empty() {
                continue;
            }
            if self.rests() {
                // Asked under the registry's lock, so that nobody tells a task that has gone.
                if let Some(message) = self.app.pipelines.registry.leave(id, &mut inbox) {
                    self.take(message).await;
                    continue;
                }
                super::registry::admit(&self.app);
                return;
            }
            let out_of_patience = async {
                match patience {
                    Some(until) => tokio::time::sleep_until(until).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                biased;
                () = shutdown.cancelled(), if !self.closing => {
                    self.closing = true;
                    self.for_slot.clear();
                    for live in self.live.values().chain(self.leaving.values()) {
                        live.cancel.cancel();
                    }
                    patience = Some(Instant::now() + attempt::LAST_WORDS + Duration::from_millis(500));
                }
                () = out_of_patience => break,
                message = inbox.recv() => {
                    let Some(message) = message else { break };
                    self.take(message).await;
                    // Whatever else has happened meanwhile shares the transaction.
                    while let Ok(more) = inbox.try_recv() {
                        self.take(more).await;
                        if self.batch.is_large() {
                            break;
                        }
                    }
                }
                _ = tick.tick() => self.tell(),
            }
        }
        self.app.pipelines.registry.forget(id);
    }
}

/// The task of a run that has just been told its first message.
pub(crate) async fn drive(
    app: App,
    id: RunId,
    sender: mpsc::UnboundedSender<Message>,
    inbox: mpsc::UnboundedReceiver<Message>,
    shutdown: CancellationToken,
) {
    match Driver::load(&app, id, sender).await {
        Ok(driver) => driver.drive(inbox, shutdown).await,
        Err(error) => {
            if !matches!(error.code, domain::ErrorCode::NotFound) {
                tracing::error!(%error, run = %id, "a run could not be gone on with");
                load::pause(&app, id, &error.message).await;
            }
            app.pipelines.registry.forget(id);
            super::registry::admit(&app);
        }
    }
}
