//! The bus: what happened, told to every window, browser and client at once.
//!
//! Results are committed before they are published. Who fell behind asks for what came after an id; past the replay
//! buffer, or with an id of another start, the answer is `Resync`: fetch anew. Deltas are coalesced by the turn, not here.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use domain::{Conversation, ConversationId, EventId, Job, MessageId};
use markup::Patch;
use serde::{Deserialize, Serialize};
use tokio::sync::broadcast;
use ts_rs::TS;

use crate::{chat::MessageView, engine_state::EngineState};

/// What can happen.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "type", rename_all_fields = "camelCase")]
pub enum Event {
    /// What came before is no longer known here: fetch anew.
    #[serde(rename = "resync")]
    Resync,
    /// A conversation is new or changed.
    #[serde(rename = "conversation.changed")]
    ConversationChanged {
        /// As it is now.
        conversation: Conversation,
    },
    /// A conversation was deleted.
    #[serde(rename = "conversation.removed")]
    ConversationRemoved {
        /// Which.
        id: ConversationId,
    },
    /// A message is new, or changed otherwise than by deltas (it ended, say).
    #[serde(rename = "message.changed")]
    MessageChanged {
        /// As it is now.
        message: Box<MessageView>,
    },
    /// More of an answer that is being written.
    #[serde(rename = "message.delta")]
    MessageDelta {
        /// The conversation.
        conversation_id: ConversationId,
        /// The message.
        message_id: MessageId,
        /// One more than the message's `rev` before; a gap means: fetch the message.
        rev: u64,
        /// Changes of its blocks.
        patches: Vec<Patch>,
        /// More of its text, as it was written.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        #[ts(optional = nullable)]
        text: String,
        /// More of its reasoning's text.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        reasoning: Option<String>,
    },
    /// What an answer waits for while no text comes.
    #[serde(rename = "message.progress")]
    MessageProgress {
        /// The conversation.
        conversation_id: ConversationId,
        /// The message.
        message_id: MessageId,
        /// What is going on.
        progress: TurnProgress,
    },
    /// Models came, went or changed state.
    #[serde(rename = "model.changed")]
    ModelChanged,
    /// Providers came, went or changed.
    #[serde(rename = "provider.changed")]
    ProviderChanged,
    /// Presets came, went or changed.
    #[serde(rename = "preset.changed")]
    PresetChanged,
    /// The embedded engine changed state.
    #[serde(rename = "engine.changed")]
    EngineChanged {
        /// As it is now.
        state: EngineState,
    },
    /// A background job changed.
    #[serde(rename = "job.changed")]
    JobChanged {
        /// As it is now.
        job: Job,
    },
    /// Settings changed.
    #[serde(rename = "settings.changed")]
    SettingsChanged,
    /// A call was added to the ledger or settled.
    #[serde(rename = "usage.changed")]
    UsageChanged,
}

impl Event {
    /// Roughly how many bytes of text it holds.
    fn weight(&self) -> usize {
        match self {
            Self::MessageChanged { message } => 512 + 3 * (message.text.len() + message.reasoning.len()),
            Self::MessageDelta { text, reasoning, .. } => {
                512 + 3 * (text.len() + reasoning.as_ref().map_or(0, String::len))
            }
            Self::ConversationChanged { conversation } => {
                512 + conversation.system_prompt.len() + conversation.draft.len()
            }
            _ => 512,
        }
    }
}

/// What an answer waits for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "type", rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum TurnProgress {
    /// The request was sent; nothing came yet.
    Waiting,
    /// The model is being read into memory: 0 to 1.
    Loading {
        /// How far.
        progress: f32,
    },
    /// The prompt is being read.
    Prefill {
        /// Tokens done.
        done: u32,
        /// Tokens in all.
        total: u32,
    },
    /// The provider asked to wait, or failed: it is asked again after a while.
    Retrying {
        /// From now, in milliseconds.
        after_ms: u64,
        /// Which try comes next, from 2.
        attempt: u32,
        /// Why.
        reason: String,
    },
    /// Something that the person should know about this answer.
    Notice {
        /// The sentence.
        text: String,
    },
}

/// An event with its id.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct Envelope {
    /// "EPOCH-SEQ".
    pub id: EventId,
    /// What happened.
    pub event: Event,
}

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
