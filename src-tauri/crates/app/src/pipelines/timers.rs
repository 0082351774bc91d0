//! The one clock of all runs: what is due wakes its run. A timer is due when the wall clock says so, or when as much time has
//! passed as was left when it was set, so that a clock that is put back holds nobody up.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use domain::RunId;
use store::timers::Timer;
use tokio::{sync::Notify, time::Instant};
use tokio_util::sync::CancellationToken;

use super::{actor::Message, kill::kill_point, registry};
use crate::App;

/// How often the wall clock is looked at while anything is due at all: it may be put forward, and computers sleep.
const LOOK: Duration = Duration::from_secs(1);

type Name = (String, String, String);

struct Set {
    timer: Timer,
    /// By the clock that never jumps.
    latest: Instant,
}

/// What runs wait for.
#[derive(Default)]
pub(crate) struct Timers {
    by_run: Mutex<HashMap<RunId, HashMap<Name, Set>>>,
    changed: Notify,
}

impl Timers {
    fn lock(&self) -> MutexGuard<'_, HashMap<RunId, HashMap<Name, Set>>> {
        self.by_run.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A timer that was written.
    pub(crate) fn set(&self, app: &App, timer: Timer) {
        let left = (timer.due_at.millis() - app.clock.now().millis()).min(timer.duration).max(0);
        // One that stands still is due so late that no clock reaches it.
        let still = timer.due_at.millis() > i64::MAX / 8;
        let wait = if still { Duration::from_hours(365 * 24) } else { Duration::from_millis(left as u64) };
        let name = (timer.scope.clone(), timer.node.clone(), timer.kind.clone());
        let set = Set { latest: Instant::now() + wait, timer };
        self.lock().entry(set.timer.run_id).or_default().insert(name, set);
        self.changed.notify_one();
    }

    /// One that is no longer there.
    pub(crate) fn clear(&self, run: RunId, scope: &str, node: &str, kind: &str) {
        let mut held = self.lock();
        if let Some(timers) = held.get_mut(&run) {
            timers.remove(&(scope.to_owned(), node.to_owned(), kind.to_owned()));
            if timers.is_empty() {
                held.remove(&run);
            }
        }
    }

    /// All of a run.
    pub(crate) fn clear_run(&self, run: RunId) {
        self.lock().remove(&run);
    }

    /// Milliseconds that are left of a run's own timer.
    pub(crate) fn left(&self, app: &App, run: RunId, kind: &str) -> Option<i64> {
        let held = self.lock();
        let set = held.get(&run)?.get(&(String::new(), String::new(), kind.to_owned()))?;
        let due = set.timer.due_at.millis();
        let left = if due > i64::MAX / 8 { set.timer.duration } else { due - app.clock.now().millis() };
        Some(left.clamp(0, set.timer.duration))
    }

    /// What is due now, in the order of its time; and when to look again.
    fn due(&self, now: i64) -> (Vec<Timer>, Option<Duration>) {
        let mut held = self.lock();
        let (mut due, mut next) = (Vec::new(), None::<Duration>);
        let at = Instant::now();
        for timers in held.values_mut() {
            timers.retain(|_, set| {
                if set.timer.due_at.millis() <= now || set.latest <= at {
                    due.push(set.timer.clone());
                    return false;
                }
                let wait = set.latest.duration_since(at);
                next = Some(next.map_or(wait, |before| before.min(wait)));
                true
            });
        }
        held.retain(|_, timers| !timers.is_empty());
        due.sort_by_key(|timer| timer.due_at);
        (due, next.map(|next| next.min(LOOK)))
    }
}

/// The clock's task.
pub(crate) async fn keep(app: App, shutdown: CancellationToken) {
    let timers = &app.pipelines.timers;
    loop {
        let (due, next) = timers.due(app.clock.now().millis());
        for timer in due {
            kill_point!("timer_fired");
            let Timer { run_id, scope, node, kind, .. } = timer;
            registry::tell(&app, run_id, Message::Timer { scope, node, kind });
        }
        let wait = async {
            match next {
                Some(next) => tokio::time::sleep(next).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            () = shutdown.cancelled() => return,
            () = timers.changed.notified() => {}
            () = wait => {}
        }
    }
}
