//! The queue between async callers and the plain threads that own connections, and the work that travels in it.
//!
//! Nothing here is held over an await: pushing takes the lock for a moment, and the answer comes through a oneshot.

use std::{
    collections::VecDeque,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
};

use rusqlite::Connection;
use tokio::sync::oneshot;

use crate::Error;

/// A closure on its way to a connection, its types hidden.
pub(crate) trait Job: Send {
    /// Runs the closure and keeps what it returned.
    fn run(&mut self, connection: &Connection) -> Result<(), Error>;
    /// Tells the caller: what the closure returned, or the error that made it void.
    fn answer(self: Box<Self>, fate: Result<(), Error>);
}

struct Work<T, F> {
    closure: Option<F>,
    value: Option<T>,
    reply: oneshot::Sender<Result<T, Error>>,
}

/// A job that runs the closure, and where its answer will come.
pub(crate) fn job<T, F>(closure: F) -> (Box<dyn Job>, oneshot::Receiver<Result<T, Error>>)
where
    T: Send + 'static,
    F: FnOnce(&Connection) -> Result<T, Error> + Send + 'static,
{
    let (reply, answer) = oneshot::channel();
    (Box::new(Work { closure: Some(closure), value: None, reply }), answer)
}

impl<T, F> Job for Work<T, F>
where
    T: Send,
    F: FnOnce(&Connection) -> Result<T, Error> + Send,
{
    fn run(&mut self, connection: &Connection) -> Result<(), Error> {
        let closure = self.closure.take().ok_or(Error::Closed)?;
        // The transaction is rolled back after a panic, so nothing half done can be seen.
        let result = catch_unwind(AssertUnwindSafe(|| closure(connection)))
            .unwrap_or_else(|panic| Err(Error::Panicked(words(panic.as_ref()))))?;
        self.value = Some(result);
        Ok(())
    }

    fn answer(self: Box<Self>, fate: Result<(), Error>) {
        let Self { value, reply, .. } = *self;
        let answer = fate.and_then(|()| value.ok_or(Error::Closed));
        // A caller that has gone away doesn't take its write back.
        let _gone = reply.send(answer);
    }
}

fn words(panic: &(dyn std::any::Any + Send)) -> String {
    let text =
        panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    text.unwrap_or("no reason was given").to_owned()
}

/// Jobs in the order they came, until it is closed.
pub(crate) struct Queue {
    state: Mutex<State>,
    ready: Condvar,
}

struct State {
    jobs: VecDeque<Box<dyn Job>>,
    open: bool,
}

impl Queue {
    pub(crate) fn new() -> Self {
        Self { state: Mutex::new(State { jobs: VecDeque::new(), open: true }), ready: Condvar::new() }
    }

    /// Puts a job at the end; false if the queue is closed.
    pub(crate) fn push(&self, job: Box<dyn Job>) -> bool {
        let mut state = self.lock();
        if !state.open {
            return false;
        }
        state.jobs.push_back(job);
        drop(state);
        self.ready.notify_one();
        true
    }

    /// Waits for jobs and takes at most `limit` of them; none once the queue is closed and drained.
    pub(crate) fn take(&self, limit: usize) -> Vec<Box<dyn Job>> {
        let state = self.lock();
        let mut state = self
            .ready
            .wait_while(state, |state| state.open && state.jobs.is_empty())
            .unwrap_or_else(PoisonError::into_inner);
        let count = state.jobs.len().min(limit);
        state.jobs.drain(..count).collect()
    }

    /// No job is accepted from now on; those that wait are still done.
    pub(crate) fn close(&self) {
        self.lock().open = false;
        self.ready.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
