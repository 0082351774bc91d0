//! How long an attempt may take, counted while we run: neither the time that the computer slept nor that for which our process
//! was stopped counts against it, and what broke meanwhile isn't its fault.

use std::time::Duration;

use pipeline::{Definition, Node};
use tokio::time::Instant;

use crate::pipelines::step::Teller;

/// Between two pieces of a stream, unless told.
const IDLE: Duration = Duration::from_mins(2);
/// How often is looked, at least.
const LOOK: Duration = Duration::from_secs(1);
/// So much later than it was to be looked is a suspension, and not a busy computer.
const JUMP: Duration = Duration::from_secs(4);
/// What breaks so soon after one was broken by it: connections need a while to find out.
const RECENT: Duration = Duration::from_mins(1);

/// How long an attempt may take.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    attempt: Option<Duration>,
    idle: Duration,
}

impl Limits {
    /// What the node says, else what the definition says.
    pub(super) fn of(node: &Node, definition: &Definition) -> Self {
        let defaults = &definition.defaults.timeout;
        let millis = |own: Option<u64>, default: Option<u64>| own.or(default).map(Duration::from_millis);
        Self {
            attempt: millis(node.timeout.attempt, defaults.attempt),
            idle: millis(node.timeout.idle, defaults.idle).unwrap_or(IDLE),
        }
    }
}

/// Two clocks: the runtime's, and the one that goes on in sleep.
#[derive(Debug, Clone, Copy)]
struct Clocks {
    ours: Instant,
    boot: Option<Duration>,
}

impl Clocks {
    fn now() -> Self {
        Self { ours: Instant::now(), boot: engine::awake::since_boot() }
    }

    /// How much time has passed on the clock on which more has.
    fn since(&self, before: &Self) -> Duration {
        let ours = self.ours.saturating_duration_since(before.ours);
        let boot = self.boot.zip(before.boot).map(|(now, before)| now.saturating_sub(before));
        ours.max(boot.unwrap_or_default())
    }
}

/// The patience with one attempt.
pub(super) struct Patience {
    limits: Limits,
    teller: Teller,
    due: Option<Instant>,
    looked: Clocks,
    /// When it is looked next.
    next: Instant,
    /// When the last suspension ended.
    woke: Option<Instant>,
}

impl Patience {
    /// With an attempt that begins now.
    pub(super) fn new(limits: Limits, teller: Teller) -> Self {
        let looked = Clocks::now();
        let mut patience = Self {
            due: limits.attempt.map(|limit| looked.ours + limit),
            next: looked.ours,
            limits,
            teller,
            looked,
            woke: None,
        };
        patience.set_next();
        patience
    }

    fn set_next(&mut self) {
        let look = (self.limits.idle / 4).clamp(Duration::from_millis(20), LOOK);
        let next = self.looked.ours + look;
        self.next = self.due.map_or(next, |due| due.min(next));
    }

    /// Waits until there is none left, and gives the sentence that says so.
    pub(super) async fn end(&mut self) -> String {
        loop {
            tokio::time::sleep_until(self.next).await;
            self.look(Clocks::now());
            if let Some(message) = self.over() {
                return message;
            }
            self.set_next();
        }
    }

    /// Takes in how much time has passed. What is more than can be is a suspension, and given back.
    fn look(&mut self, now: Clocks) {
        let passed = now.since(&self.looked);
        let meant = self.next.saturating_duration_since(self.looked.ours);
        if passed > meant + JUMP {
            // As far as the runtime's clock stood still there is nothing to give back.
            let lost = now.ours.saturating_duration_since(self.looked.ours).saturating_sub(meant);
            self.due = self.due.map(|due| due + lost);
            self.woke = Some(now.ours);
        }
        self.looked = now;
    }

    fn over(&self) -> Option<String> {
        if let (Some(due), Some(limit)) = (self.due, self.limits.attempt)
            && due <= self.looked.ours
        {
            return Some(format!(
                "The step took longer than the {} that it may. Give it more time, or make it smaller.",
                spoken(limit)
            ));
        }
        // Counted from the first piece on, and anew after a suspension.
        let last = self.teller.last()?;
        let since = self.woke.map_or(last, |woke| woke.max(last));
        let idle = self.looked.ours.saturating_duration_since(since) > self.limits.idle;
        idle.then(|| {
            format!("Nothing came for {}. Try again, or choose another model.", spoken(self.limits.idle))
        })
    }

    /// Whether what broke just now was broken by a suspension.
    pub(super) fn was_cut(&mut self) -> bool {
        self.look(Clocks::now());
        self.set_next();
        self.woke.is_some_and(|woke| woke.elapsed() < RECENT)
    }
}

/// A duration as people say it.
fn spoken(time: Duration) -> String {
    match time.as_secs() {
        0 => format!("{} ms", time.as_millis()),
        seconds @ 1..120 => format!("{seconds} s"),
        seconds @ 120..7200 => format!("{} minutes", seconds / 60),
        seconds => format!("{} hours", seconds / 3600),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn patience(attempt: u64) -> Patience {
        let limits = Limits { attempt: Some(Duration::from_secs(attempt)), idle: Duration::from_secs(10) };
        Patience::new(limits, Teller::default())
    }

    fn later(of: &Patience, ours: u64, boot: u64) -> Clocks {
        let (ours, boot) = (Duration::from_secs(ours), Duration::from_secs(boot));
        Clocks { ours: of.looked.ours + ours, boot: of.looked.boot.map(|before| before + boot) }
    }

    #[tokio::test]
    async fn time_that_passes_counts() {
        let mut patience = patience(2);
        patience.look(later(&patience, 1, 1));
        assert!(patience.over().is_none() && patience.woke.is_none());
        patience.set_next();
        patience.look(later(&patience, 1, 1));
        assert!(patience.over().is_some_and(|message| message.contains("longer than the 2 s")));
    }

    #[tokio::test]
    async fn a_stopped_process_gets_its_time_back() {
        let mut patience = patience(30);
        patience.look(later(&patience, 90, 90));
        assert!(patience.over().is_none() && patience.woke.is_some());
        patience.set_next();
        patience.look(later(&patience, 1, 1));
        assert!(patience.over().is_none());
    }

    #[tokio::test]
    async fn a_sleep_is_seen_by_the_other_clock_alone() {
        let mut patience = patience(30);
        patience.look(later(&patience, 1, 3600));
        assert!(patience.over().is_none() && patience.woke.is_some());
        assert_eq!(patience.due, Some(patience.looked.ours + Duration::from_secs(29)));
    }

    #[tokio::test]
    async fn nothing_is_idle_right_after_a_suspension() {
        let mut patience = patience(1000);
        patience.teller.text("x");
        patience.look(later(&patience, 90, 90));
        assert!(patience.over().is_none());
        patience.woke = None;
        assert!(patience.over().is_some_and(|message| message.contains("Nothing came")));
    }
}
