//! The task that owns the machine: feeds it with what happens and does what it says.

use std::{
    path::PathBuf,
    sync::{Arc, Mutex},
    time::Duration,
};

use tokio::{
    sync::{
        mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel},
        oneshot, watch,
    },
    task::{AbortHandle, JoinSet, spawn_blocking},
    time::{Instant, sleep_until, timeout},
};
use tokio_util::sync::CancellationToken;

use super::{
    super::{
        OllamaState,
        log::{Tail, rotate},
    },
    Common, ask,
    keep::keep,
    slumber::Slumber,
};
use crate::{
    leftovers,
    supervise::{Effect, Event, Machine, Patience, Plan, Wish},
};

/// How often the log is read while our own starts, while it runs, and how often is looked for a sleep in any case.
const STARTING: Duration = Duration::from_millis(10);
const RUNNING: Duration = Duration::from_millis(500);
const RESTING: Duration = Duration::from_secs(1);
/// For our own to end at the shutdown; it takes its guard 1.2 s, should it be deaf.
const LAST: Duration = Duration::from_secs(5);

/// What a handle says.
#[derive(Debug)]
pub(super) enum Order {
    Event(Event),
    Shutdown(oneshot::Sender<()>),
}

/// Our own.
pub(super) struct Own {
    stop: CancellationToken,
    pub(super) tail: Tail,
    pid: Option<u32>,
    pub(super) listens: bool,
}

pub(super) struct Driver {
    pub(super) machine: Machine,
    pub(super) common: Arc<Common>,
    begin: Instant,
    orders: UnboundedReceiver<Order>,
    pub(super) told: UnboundedSender<Event>,
    events: UnboundedReceiver<Event>,
    state: watch::Sender<OllamaState>,
    /// Looks, questions and searches; ended with the driver.
    pub(super) tasks: JoinSet<()>,
    /// The one that keeps our own.
    keeper: JoinSet<()>,
    pub(super) own: Option<Own>,
    timer: Option<Instant>,
    pulse: Instant,
    slumber: Slumber,
    looking: Option<AbortHandle>,
    probing: Option<AbortHandle>,
    pub(super) searching: Option<AbortHandle>,
    memory: Arc<Mutex<ask::Memory>>,
}

impl Driver {
    pub(super) fn new(
        common: Arc<Common>,
        plan: Plan,
        patience: Patience,
        orders: UnboundedReceiver<Order>,
    ) -> (Self, watch::Receiver<OllamaState>) {
        let machine = Machine::new(plan, patience);
        let (state, seen) = watch::channel(machine.state());
        let (told, events) = unbounded_channel();
        let now = Instant::now();
        let driver = Self {
            machine,
            common,
            begin: now,
            orders,
            told,
            events,
            state,
            tasks: JoinSet::new(),
            keeper: JoinSet::new(),
            own: None,
            timer: None,
            pulse: now,
            slumber: Slumber::new(),
            looking: None,
            probing: None,
            searching: None,
            memory: Arc::default(),
        };
        (driver, seen)
    }

    /// Until the shutdown, or until nobody is left who could say anything.
    pub(super) async fn run(mut self) {
        self.feed(Event::Wish(Wish::Look)).await;
        loop {
            let timer = self.timer;
            let event = tokio::select! {
                biased;
                order = self.orders.recv() => match order {
                    Some(Order::Event(event)) => event,
                    Some(Order::Shutdown(done)) => {
                        self.end().await;
                        // Whoever asked may be gone.
                        let _heard = done.send(());
                        return;
                    }
                    None => return self.end().await,
                },
                Some(event) = self.events.recv() => event,
                () = sleep_until(timer.unwrap_or(self.pulse)), if timer.is_some() => {
                    self.timer = None;
                    Event::Timer
                }
                () = sleep_until(self.pulse) => {
                    self.beat().await;
                    continue;
                }
            };
            self.feed(event).await;
        }
    }

    async fn feed(&mut self, event: Event) {
        match &event {
            Event::Spawned { pid } => {
                if let Some(own) = &mut self.own {
                    own.pid = Some(*pid);
                }
            }
            Event::Exited(_) | Event::NotSpawned { .. } => {
                // What it wrote last tells of loads and devices too.
                self.read_log().await;
                self.own = None;
            }
            _ => {}
        }
        let looks_at_folder = matches!(event, Event::Healthy { .. } | Event::Answered { .. });
        for effect in self.machine.step(event, self.begin.elapsed()) {
            self.act(effect).await;
        }
        if looks_at_folder {
            self.search_folder();
        }
        while self.tasks.try_join_next().is_some() {}
        while self.keeper.try_join_next().is_some() {}
    }

    async fn act(&mut self, effect: Effect) {
        let (common, told) = (Arc::clone(&self.common), self.told.clone());
        match effect {
            Effect::Look => {
                let look = async move { drop(told.send(Event::Found(ask::look(&common).await))) };
                replace(&mut self.looking, self.tasks.spawn(look));
            }
            Effect::Identify(address) => {
                let memory = Arc::clone(&self.memory);
                let identify = async move {
                    drop(told.send(ask::identify(&common.http, address, &memory).await));
                };
                self.tasks.spawn(identify);
            }
            Effect::Probe(address) => {
                let own = self.own.as_ref().and_then(|own| own.pid);
                let memory = Arc::clone(&self.memory);
                let probe = async move {
                    drop(told.send(ask::probe(&common.http, address, own, &memory).await));
                };
                replace(&mut self.probing, self.tasks.spawn(probe));
            }
            Effect::Spawn { attempt } => self.spawn(attempt).await,
            Effect::StopEngine => {
                if let Some(own) = &self.own {
                    own.stop.cancel();
                }
            }
            Effect::Wait(time) => self.timer = Some(Instant::now() + time),
            Effect::SweepLeftovers => {
                let marks = common.marks.clone();
                let swept = spawn_blocking(move || leftovers::sweep(&marks)).await.unwrap_or_default();
                drop(told.send(Event::Swept { killed: swept.killed.len() }));
            }
            Effect::Publish => {
                let state = self.machine.state();
                tracing::debug!(?state, "the state of Ollama changed");
                self.state.send_replace(state);
            }
        }
    }

    async fn spawn(&mut self, attempt: u32) {
        let program = self.machine.program().map(PathBuf::from).unwrap_or_default();
        tracing::info!(attempt, program = %program.display(), "Ollama is started");
        let log = self.common.log.clone();
        let tail = spawn_blocking(move || {
            if let Err(error) = rotate(&log) {
                tracing::warn!(%error, log = %log.display(), "a long log could not be put aside");
            }
            Tail::at_end(&log)
        });
        let Ok(tail) = tail.await else { return };
        let stop = CancellationToken::new();
        let keep = keep(Arc::clone(&self.common), program, tail.offset(), stop.clone(), self.told.clone());
        self.keeper.spawn(keep);
        self.own = Some(Own { stop, tail, pid: None, listens: false });
        self.pulse = Instant::now() + STARTING;
    }

    /// What is done from time to time: reading the log, and noticing a sleep.
    async fn beat(&mut self) {
        self.read_log().await;
        if self.slumber.noticed() {
            tracing::info!("the computer slept");
            self.feed(Event::Resumed).await;
        }
        let pause = match &self.own {
            Some(Own { listens: false, .. }) => STARTING,
            Some(_) => RUNNING,
            None => RESTING,
        };
        self.pulse = Instant::now() + pause;
    }

    /// Ends our own, and everything that is done here.
    async fn end(&mut self) {
        self.tasks.abort_all();
        if let Some(own) = &self.own {
            own.stop.cancel();
            self.state.send_replace(OllamaState::Stopping);
        }
        let ended = timeout(LAST, async { while self.keeper.join_next().await.is_some() {} }).await;
        if ended.is_err() {
            tracing::warn!("Ollama doesn't end; its guard sees to it");
        }
    }
}

/// The latest of its kind counts; an answer to the one before would be taken for its own.
fn replace(place: &mut Option<AbortHandle>, new: AbortHandle) {
    if let Some(old) = place.replace(new) {
        old.abort();
    }
}
