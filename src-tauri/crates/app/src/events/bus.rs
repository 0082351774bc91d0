//! The bus: what happened, told to everybody at once.
//!
//! Results are committed before they are published. Who fell behind asks for what came after an id; past the replay
//! buffer, or with an id of another start, the answer is `Resync`: fetch anew. Deltas are coalesced by the turn, not here.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use domain::EventId;
use tokio::sync::broadcast;

use super::{Envelope, Event};

/// How many envelopes are kept for who fell behind: about half a minute of fast streaming.
const REPLAY: usize = 2048;
/// How many bytes of text they may hold between them.
const REPLAY_BYTES: usize = 16 * 1024 * 1024;

#[derive(Debug)]
struct Ring {
    next: u64,
    bytes: usize,
    kept: VecDeque<Arc<Envelope>>,
}

/// The bus of one start of the application.
#[derive(Debug)]
pub struct Bus {
    epoch: u64,
    ring: Mutex<Ring>,
    sender: broadcast::Sender<Arc<Envelope>>,
}

impl Bus {
    /// A bus whose ids begin with the given epoch.
    pub fn new(epoch: u64) -> Self {
        Self {
            epoch,
            ring: Mutex::new(Ring { next: 1, bytes: 0, kept: VecDeque::with_capacity(REPLAY) }),
            sender: broadcast::Sender::new(REPLAY),
        }
    }

    /// Tells everybody.
    pub fn publish(&self, event: Event) {
        let mut ring = self.lock();
        let envelope = Arc::new(Envelope { id: EventId { epoch: self.epoch, seq: ring.next }, event });
        ring.next += 1;
        ring.bytes += envelope.event.weight();
        while ring.kept.len() >= REPLAY || ring.bytes > REPLAY_BYTES {
            let Some(oldest) = ring.kept.pop_front() else { break };
            ring.bytes = ring.bytes.saturating_sub(oldest.event.weight());
        }
        ring.kept.push_back(Arc::clone(&envelope));
        // Sent under the lock, so that a subscriber sees each event exactly once: replayed or live.
        let _ = self.sender.send(envelope);
    }

    /// What came after the id (nothing for `None`), then what comes.
    pub fn subscribe(&self, after: Option<EventId>) -> Subscription {
        let ring = self.lock();
        let receiver = self.sender.subscribe();
        let head = EventId { epoch: self.epoch, seq: ring.next.saturating_sub(1) };
        let oldest = ring.kept.front().map_or(ring.next, |envelope| envelope.id.seq);
        let pending = match after {
            None => VecDeque::new(),
            Some(id) if id.epoch != self.epoch || id.seq > head.seq || id.seq + 1 < oldest => {
                VecDeque::from([Arc::new(Envelope { id: head, event: Event::Resync })])
            }
            Some(id) => ring.kept.iter().filter(|envelope| envelope.id.seq > id.seq).cloned().collect(),
        };
        Subscription { head, pending, receiver }
    }

    /// How many listen now.
    pub fn listeners(&self) -> usize {
        self.sender.receiver_count()
    }

    fn lock(&self) -> MutexGuard<'_, Ring> {
        self.ring.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One listener of the bus.
#[derive(Debug)]
pub struct Subscription {
    head: EventId,
    pending: VecDeque<Arc<Envelope>>,
    receiver: broadcast::Receiver<Arc<Envelope>>,
}

impl Subscription {
    /// The newest id at the time of subscribing: what a listener that knows nothing yet may resume from later.
    pub fn head(&self) -> EventId {
        self.head
    }

    /// The next event; `None` when the application ends. Who is too slow gets `Resync`.
    pub async fn next(&mut self) -> Option<Arc<Envelope>> {
        if let Some(envelope) = self.pending.pop_front() {
            self.head = envelope.id;
            return Some(envelope);
        }
        match self.receiver.recv().await {
            Ok(envelope) => {
                self.head = envelope.id;
                Some(envelope)
            }
            Err(broadcast::error::RecvError::Lagged(missed)) => {
                self.head.seq += missed;
                Some(Arc::new(Envelope { id: self.head, event: Event::Resync }))
            }
            Err(broadcast::error::RecvError::Closed) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests may")]
    use super::*;

    #[tokio::test]
    async fn who_fell_behind_gets_exactly_what_was_missed() {
        let bus = Bus::new(7);
        bus.publish(Event::ModelChanged);
        let first = bus.subscribe(None).head();
        bus.publish(Event::ProviderChanged);
        let mut late = bus.subscribe(Some(first));
        bus.publish(Event::SettingsChanged);
        assert_eq!(late.next().await.unwrap().event, Event::ProviderChanged);
        let live = late.next().await.unwrap();
        assert_eq!((live.event.clone(), live.id.to_string()), (Event::SettingsChanged, "7-3".to_owned()));
    }

    #[tokio::test]
    async fn an_id_of_another_start_or_beyond_the_buffer_means_resync() {
        let bus = Bus::new(7);
        bus.publish(Event::ModelChanged);
        for id in [EventId { epoch: 6, seq: 1 }, EventId { epoch: 7, seq: 9 }] {
            assert_eq!(bus.subscribe(Some(id)).next().await.unwrap().event, Event::Resync);
        }
        for _ in 0..=REPLAY {
            bus.publish(Event::ModelChanged);
        }
        assert_eq!(
            bus.subscribe(Some(EventId { epoch: 7, seq: 1 })).next().await.unwrap().event,
            Event::Resync
        );
    }

    #[tokio::test]
    async fn a_listener_that_lags_is_told_to_fetch_anew_and_goes_on() {
        let bus = Bus::new(1);
        let mut slow = bus.subscribe(None);
        for _ in 0..REPLAY + 10 {
            bus.publish(Event::ModelChanged);
        }
        assert_eq!(slow.next().await.unwrap().event, Event::Resync);
        assert_eq!(slow.next().await.unwrap().event, Event::ModelChanged);
    }
}
