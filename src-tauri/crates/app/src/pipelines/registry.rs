//! Which runs are under way, and whose turn it is. A run that waits has no task and takes no place; what it is told wakes it.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, HashMap, hash_map::Entry},
    sync::{Mutex, MutexGuard, PoisonError},
};

use domain::RunId;
use tokio::sync::mpsc;

use super::actor::{self, Message};
use crate::App;

/// Runs under way at once.
const MAX_RUNNING: usize = 128;

/// A run that waits for its turn.
#[derive(Debug, Clone)]
pub(crate) struct Queued {
    pub id: RunId,
    pub pipeline_id: String,
    pub priority: i64,
    /// "LIMIT:TEXT": at most so many of the pipeline's runs with that text at once.
    pub counted: Option<String>,
    /// Whether it is a step's of another run, whose place it shares.
    pub inner: bool,
}

struct Place {
    pipeline_id: String,
    counted: Option<String>,
}

#[derive(Default)]
struct State {
    tasks: HashMap<RunId, mpsc::UnboundedSender<Message>>,
    /// By priority, then by age.
    queue: BTreeMap<(Reverse<i64>, u64), Queued>,
    places: HashMap<RunId, Place>,
    next: u64,
}

/// All runs that aren't over, as far as memory knows them.
#[derive(Default)]
pub(crate) struct Registry(Mutex<State>);

impl Registry {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts a run at the end of its priority.
    pub(crate) fn enqueue(&self, run: Queued) {
        let mut state = self.lock();
        state.next += 1;
        let order = state.next;
        state.queue.insert((Reverse(run.priority), order), run);
    }

    /// How many wait for their turn.
    pub(crate) fn queued(&self) -> usize {
        self.lock().queue.len()
    }

    /// A run that is gone on with takes its place again, whether or not one is free: it was let in once.
    pub(crate) fn occupy(&self, id: RunId, pipeline_id: &str, counted: Option<&String>) {
        let place = Place { pipeline_id: pipeline_id.to_owned(), counted: counted.cloned() };
        self.lock().places.entry(id).or_insert(place);
    }

    /// Takes it out of the queue.
    pub(crate) fn withdraw(&self, id: RunId) {
        self.lock().queue.retain(|_, run| run.id != id);
    }

    /// Whether it has a task or waits for its turn.
    pub(crate) fn knows(&self, id: RunId) -> bool {
        let state = self.lock();
        state.tasks.contains_key(&id) || state.queue.values().any(|run| run.id == id)
    }

    /// Takes a run's task out, unless it was told something meanwhile.
    pub(crate) fn leave(&self, id: RunId, inbox: &mut mpsc::UnboundedReceiver<Message>) -> Option<Message> {
        let mut state = self.lock();
        if let Ok(message) = inbox.try_recv() {
            return Some(message);
        }
        state.tasks.remove(&id);
        state.places.remove(&id);
        None
    }

    /// Takes it out whatever it was told.
    pub(crate) fn forget(&self, id: RunId) {
        let mut state = self.lock();
        state.tasks.remove(&id);
        state.places.remove(&id);
    }

    /// The next run whose turn it is.
    fn next(&self) -> Option<RunId> {
        let mut state = self.lock();
        let full = state.places.len() >= MAX_RUNNING;
        let at = state.queue.iter().find(|(_, run)| run.inner || (!full && state.has_room(run)));
        let at = at.map(|(at, _)| *at)?;
        let run = state.queue.remove(&at)?;
        if !run.inner {
            let place = Place { pipeline_id: run.pipeline_id, counted: run.counted };
            state.places.insert(run.id, place);
        }
        Some(run.id)
    }
}

impl State {
    fn has_room(&self, run: &Queued) -> bool {
        let Some(counted) = &run.counted else { return true };
        let most: usize =
            counted.split_once(':').and_then(|(most, _)| most.parse().ok()).unwrap_or(usize::MAX);
        let same =
            |place: &&Place| place.pipeline_id == run.pipeline_id && place.counted.as_ref() == Some(counted);
        self.places.values().filter(same).count() < most
    }
}

/// Begins the runs whose turn it is.
pub(crate) fn admit(app: &App) {
    while let Some(id) = app.pipelines.registry.next() {
        tell(app, id, Message::Admitted);
    }
}

/// Tells a run something; it gets a task if it has none.
pub(crate) fn tell(app: &App, id: RunId, message: Message) {
    let mut state = app.pipelines.registry.lock();
    match state.tasks.entry(id) {
        Entry::Occupied(task) => {
            let _ending = task.get().send(message);
        }
        Entry::Vacant(vacant) => {
            let (sender, inbox) = mpsc::unbounded_channel();
            let _ours = sender.send(message);
            vacant.insert(sender.clone());
            let of_task = app.clone();
            app.tasks.spawn("run", |shutdown| actor::drive(of_task, id, sender, inbox, shutdown));
        }
    }
}
