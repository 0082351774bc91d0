//! What the application asked for and is still waiting for: filled by the thread that reads stdin, emptied in order by the
//! thread that computes. The reader answers what must not wait: the end of input, and the cancelling of waiting requests.

use std::collections::VecDeque;
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use domain::{ErrorCode, Parameters, RunnerEnd, RunnerMessage, RunnerReply, RunnerRequest, TokenUsage};

use crate::failure::Failure;
use crate::wire::{self, Line, Output};

/// How many requests may wait while one is computed.
const MAX_WAITING: usize = 16;

/// One request, and whether it was cancelled meanwhile.
pub(crate) struct Job {
    pub(crate) id: u64,
    pub(crate) work: Work,
    pub(crate) cancelled: AtomicBool,
}

impl Job {
    /// Whether the application has lost interest.
    pub(crate) fn is_cancelled(&self) -> bool {
        self.cancelled.load(Ordering::Relaxed)
    }
}

/// What is to be done.
pub(crate) enum Work {
    Generate { system: String, messages: Vec<RunnerMessage>, extend: bool, parameters: Parameters },
    Count { system: String, messages: Vec<RunnerMessage> },
    Embed { texts: Vec<String> },
}

#[derive(Default)]
struct State {
    waiting: VecDeque<Arc<Job>>,
    running: Option<Arc<Job>>,
}

/// The queue between the two threads.
#[derive(Default)]
pub(crate) struct Inbox {
    state: Mutex<State>,
    changed: Condvar,
}

impl Inbox {
    /// The next request, when there is one; blocks without using the CPU.
    pub(crate) fn next(&self) -> Arc<Job> {
        let mut state = self.lock();
        loop {
            if let Some(job) = state.waiting.pop_front() {
                state.running = Some(Arc::clone(&job));
                return job;
            }
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// The request that `next` gave last is answered.
    pub(crate) fn done(&self) {
        self.lock().running = None;
    }

    fn push(&self, id: u64, work: Work) -> Result<(), Failure> {
        let mut state = self.lock();
        if state.waiting.len() >= MAX_WAITING {
            return Err(Failure::new(
                ErrorCode::Conflict,
                format!(
                    "The model has {MAX_WAITING} requests waiting already. Try again when one is answered."
                ),
            ));
        }
        state.waiting.push_back(Arc::new(Job { id, work, cancelled: AtomicBool::new(false) }));
        self.changed.notify_one();
        Ok(())
    }

    /// Cancels; true when the request was still waiting, so that nobody else will answer it.
    fn cancel(&self, id: u64) -> bool {
        let mut state = self.lock();
        if let Some(job) = state.running.as_ref().filter(|job| job.id == id) {
            job.cancelled.store(true, Ordering::Relaxed);
            return false;
        }
        let before = state.waiting.len();
        state.waiting.retain(|job| job.id != id);
        state.waiting.len() < before
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Starts the thread that reads stdin until it ends, and the process with it.
pub(crate) fn start_reader(inbox: Arc<Inbox>, output: Arc<Output>) -> Result<(), Failure> {
    std::thread::Builder::new()
        .name("requests".to_owned())
        .spawn(move || read(&inbox, &output))
        .map(|_| ())
        .map_err(|error| {
            Failure::new(ErrorCode::EngineFailed, format!("The engine can't start a thread: {error}."))
        })
}

fn read(inbox: &Inbox, output: &Output) {
    let mut input = io::stdin().lock();
    loop {
        match wire::read_line(&mut input) {
            Ok(Line::Text(line)) => match wire::parse(&line) {
                Ok(request) => accept(request, inbox, output),
                Err(failure) => output.fail_and_leave(failure),
            },
            Ok(Line::TooLong) => output.fail_and_leave(wire::too_long()),
            Ok(Line::End) | Err(_) => wire::leave(0),
        }
    }
}

fn accept(request: RunnerRequest, inbox: &Inbox, output: &Output) {
    let (id, work) = match request {
        RunnerRequest::Load { .. } => output.fail_and_leave(Failure::invalid(
            "This engine has a model already: another model needs another process.",
        )),
        RunnerRequest::Cancel { id } => {
            if inbox.cancel(id) {
                output.send(&cancelled_unstarted(id));
            }
            return;
        }
        RunnerRequest::Generate { id, system, messages, extend, parameters } => {
            (id, Work::Generate { system, messages, extend, parameters })
        }
        RunnerRequest::Count { id, system, messages } => (id, Work::Count { system, messages }),
        RunnerRequest::Embed { id, texts } => (id, Work::Embed { texts }),
    };
    if let Err(failure) = inbox.push(id, work) {
        output.fail(id, failure);
    }
}

/// The end of a request that nothing was computed for.
pub(crate) fn cancelled_unstarted(id: u64) -> RunnerReply {
    RunnerReply::Finished {
        id,
        end: RunnerEnd::Cancelled,
        usage: TokenUsage::default(),
        prompt_ms: 0.0,
        generation_ms: 0.0,
        notice: None,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn nothing() -> Work {
        Work::Embed { texts: Vec::new() }
    }

    #[test]
    fn requests_are_served_in_order_and_only_so_many_wait() {
        let inbox = Inbox::default();
        for id in 0..MAX_WAITING as u64 {
            inbox.push(id, nothing()).unwrap();
        }
        assert_eq!(inbox.push(99, nothing()).unwrap_err().code, ErrorCode::Conflict);
        assert_eq!(inbox.next().id, 0);
        assert_eq!(inbox.next().id, 1);
    }

    #[test]
    fn a_waiting_request_is_dropped_by_cancel_and_a_running_one_is_told() {
        let inbox = Inbox::default();
        inbox.push(1, nothing()).unwrap();
        inbox.push(2, nothing()).unwrap();
        let running = inbox.next();
        assert!(!inbox.cancel(1));
        assert!(running.is_cancelled());
        assert!(inbox.cancel(2));
        assert!(!inbox.cancel(2));
    }
}
