//! One attempt in a task of its own: its time-outs, its cancel, and its end, whatever that is.

use std::{any::Any, time::Duration};

use domain::{EffectClass, ErrorCode};
use futures_util::{FutureExt as _, future::BoxFuture};
use pipeline::Key;
use tokio::{sync::mpsc, time::Instant};
use tokio_util::sync::CancellationToken;

use super::{
    Ahead, Driver, Launch, Message,
    patience::{Limits, Patience},
};
use crate::{
    pipelines::{
        kill::kill_point,
        step::{RetryReason, StepEnd, StepError, Teller},
        steps,
    },
    tasks::Tasks,
};

/// How long an attempt may take to end by itself once it is cancelled.
const GRACE: Duration = Duration::from_secs(5);
/// The same when the application ends.
pub(super) const LAST_WORDS: Duration = Duration::from_millis(2500);

/// How long is gone on computing before what came of it is written.
const AHEAD: Duration = Duration::from_millis(5);

/// What is known of the end when the task is over.
enum Told {
    /// Nothing: the task panicked.
    Nothing,
    /// This; or, where there is none, that the application ended first.
    End(Option<Result<StepEnd, StepError>>),
}

/// Tells the run that an attempt ended, also where it ended by a panic.
struct Telling {
    key: Key,
    number: u32,
    sender: mpsc::UnboundedSender<Message>,
    result: Told,
}

impl Drop for Telling {
    fn drop(&mut self) {
        let result = match std::mem::replace(&mut self.result, Told::Nothing) {
            Told::End(result) => result,
            Told::Nothing => Some(Err(broke_off())),
        };
        let (key, number) = (self.key.clone(), self.number);
        kill_point!("attempt_ended", format!("{}/{}", key.scope, key.node));
        let _gone = self.sender.send(Message::Ended { key, number, result });
    }
}

impl Driver {
    /// Begins what only computes before it is written that it begins: it may be done again, so that a crash costs no more than
    /// that, and a chain of such steps costs one write instead of one each. For a moment only, so that the page sees it move.
    pub(super) async fn go_ahead(&mut self) {
        let until = Instant::now() + AHEAD;
        while self.ahead == Ahead::Yes && !self.holds() && !self.batch.is_large() && Instant::now() < until {
            let (pure, rest) = std::mem::take(&mut self.launches)
                .into_iter()
                .partition(|launch| self.effect_of(&launch.key) == Some(EffectClass::Pure));
            self.launches = rest;
            self.launch(pure);
            if self.instant.is_empty() {
                return;
            }
            self.take_instant().await;
        }
    }

    /// Takes in what ended as it was begun.
    pub(super) async fn take_instant(&mut self) {
        while let Some((key, number, result)) = self.instant.pop_front() {
            self.take(Message::Ended { key, number, result }).await;
        }
    }

    fn effect_of(&self, key: &Key) -> Option<EffectClass> {
        self.live.get(key).map(|live| live.effect)
    }

    /// Begins these.
    pub(super) fn launch(&mut self, launches: Vec<Launch>) {
        for Launch { key, number, call, limits } in launches {
            // A cancel may have been committed with the intent.
            if self.live.get(&key).is_none_or(|live| live.number != number) {
                continue;
            }
            let sender = self.sender.clone();
            let pure = self.effect_of(&key) == Some(EffectClass::Pure);
            let (cancel, teller) = (call.cancel.clone(), call.tell.clone());
            let Some(step) = steps::step(&call.node.kind) else {
                let error = StepError::invalid("This version of Web+ has no such kind of step.");
                self.instant.push_back((key, number, Some(Err(error))));
                continue;
            };
            let mut running = std::panic::AssertUnwindSafe(step.run(call)).catch_unwind().boxed();
            // What only computes, and not for long, has ended before a task for it would have begun.
            if pure && let Some(ended) = (&mut running).now_or_never() {
                self.instant.push_back((key, number, Some(ended.unwrap_or_else(|_| Err(broke_off())))));
                continue;
            }
            let tasks = self.app.tasks.clone();
            self.app.tasks.spawn("step", |shutdown| async move {
                let mut telling = Telling { key, number, sender, result: Told::Nothing };
                telling.result = Told::End(make(running, cancel, teller, limits, shutdown, tasks).await);
            });
        }
    }
}

/// A step's attempt under way; a panic in it is an end like others.
type Running = BoxFuture<'static, Result<Result<StepEnd, StepError>, Box<dyn Any + Send>>>;

fn broke_off() -> StepError {
    StepError {
        unknown: true,
        ..StepError::new(
            ErrorCode::Internal,
            "The step broke off inside Web+. Run it again; if it happens again, report it with the log.",
        )
    }
}

/// Makes the attempt. `None` where the application ended first.
async fn make(
    running: Running,
    cancel: CancellationToken,
    teller: Teller,
    limits: Limits,
    shutdown: CancellationToken,
    tasks: Tasks,
) -> Option<Result<StepEnd, StepError>> {
    let mut running = running.map(|ended| ended.unwrap_or_else(|_| Err(broke_off())));
    let mut left = Patience::new(limits, teller);
    let (stop, last) = tokio::select! {
        biased;
        ended = &mut running => match ended {
            // What it asked heard of the application's end first: as a cancel, or as a line that broke.
            Err(error) if tasks.ending() => (Stop::Shutdown, Some(Err(error))),
            ended => return Some(ended.map_err(|error| cut_off(error, &mut left))),
        },
        stop = async {
            tokio::select! {
                biased;
                () = shutdown.cancelled() => Stop::Shutdown,
                // So does the run itself, which stops all that it has begun.
                () = cancel.cancelled() => if tasks.ending() { Stop::Shutdown } else { Stop::Cancel },
                message = left.end() => Stop::TimedOut(message),
            }
        } => {
            cancel.cancel();
            let patience = if matches!(stop, Stop::Shutdown) { LAST_WORDS } else { GRACE };
            (stop, tokio::time::timeout(patience, &mut running).await.ok())
        }
    };
    match (stop, last) {
        // It was done all the same.
        (_, Some(Ok(end))) => Some(Ok(end)),
        (Stop::Shutdown, Some(Err(error))) if !error.calls.is_empty() || !error.unknown => {
            Some(Err(StepError { code: ErrorCode::Interrupted, ..error }))
        }
        (Stop::Shutdown, _) => None,
        (Stop::Cancel, Some(Err(error))) => Some(Err(error)),
        (Stop::Cancel, None) => Some(Err(StepError {
            unknown: true,
            ..StepError::new(ErrorCode::Cancelled, "It was cancelled and didn't end by itself.")
        })),
        (Stop::TimedOut(message), last) => {
            let calls = last.and_then(Result::err).map(|error| error.calls).unwrap_or_default();
            Some(Err(StepError {
                unknown: true,
                reason: RetryReason::Timeout,
                calls,
                ..StepError::new(ErrorCode::TimedOut, message)
            }))
        }
    }
}

/// What broke because the computer slept, or we were stopped, isn't the step's failure.
fn cut_off(error: StepError, left: &mut Patience) -> StepError {
    let breaks = matches!(error.reason, RetryReason::Timeout | RetryReason::Network);
    if breaks && left.was_cut() { StepError { reason: RetryReason::Suspended, ..error } } else { error }
}

enum Stop {
    Shutdown,
    Cancel,
    TimedOut(String),
}
