//! The turns that are running now: who can stop them, and what they have so far.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use domain::{ConversationId, Message, MessageId, ModelRef};
use tokio_util::sync::CancellationToken;

use super::{
    fold::{Fold, Snapshot},
    prompt::Fit,
};
use crate::events::TurnProgress;

/// A running turn, shared between its task and who looks at it.
pub(crate) struct Live {
    pub conversation_id: ConversationId,
    /// Cancelled by the person.
    pub stop: CancellationToken,
    state: Mutex<LiveState>,
}

struct LiveState {
    fold: Fold,
    progress: Option<TurnProgress>,
    /// How it ended, where there was no room to keep that yet.
    unsaved: Option<Message>,
}

impl Live {
    /// Looks at or changes what has come so far. Short, and never over an await.
    pub(crate) fn fold<T>(&self, f: impl FnOnce(&mut Fold) -> T) -> T {
        f(&mut self.lock().fold)
    }

    /// What it waits for.
    pub(crate) fn set_progress(&self, progress: Option<TurnProgress>) {
        self.lock().progress = progress;
    }

    /// It has ended as this message says, which isn't kept yet.
    pub(crate) fn set_unsaved(&self, message: Message) {
        self.lock().unsaved = Some(message);
    }

    fn lock(&self) -> MutexGuard<'_, LiveState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// All running turns.
#[derive(Default)]
pub(crate) struct Turns {
    running: Mutex<HashMap<MessageId, Arc<Live>>>,
    claimed: Mutex<HashSet<ConversationId>>,
    /// What refusals have taught, until the application ends.
    fits: Mutex<HashMap<(ConversationId, ModelRef), Fit>>,
}

/// The right to start a turn in a conversation, held from the first look until the turn is noted.
pub(crate) struct Claim<'a> {
    turns: &'a Turns,
    id: ConversationId,
}

impl Drop for Claim<'_> {
    fn drop(&mut self) {
        self.turns.claimed.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.id);
    }
}

impl Turns {
    /// Notes a turn before its task starts, so that a stop right after the answer to `message/send` finds it.
    pub(crate) fn insert(&self, id: MessageId, conversation_id: ConversationId, fold: Fold) -> Arc<Live> {
        let live = Arc::new(Live {
            conversation_id,
            stop: CancellationToken::new(),
            state: Mutex::new(LiveState { fold, progress: Some(TurnProgress::Waiting), unsaved: None }),
        });
        self.lock().insert(id, Arc::clone(&live));
        live
    }

    /// What is known of how the model counts this conversation.
    pub(crate) fn fit(&self, id: ConversationId, model: &ModelRef) -> Fit {
        let fits = self.fits.lock().unwrap_or_else(PoisonError::into_inner);
        fits.get(&(id, model.clone())).copied().unwrap_or_default()
    }

    /// Remembers it; a few hundred conversations are enough.
    pub(crate) fn learn(&self, id: ConversationId, model: &ModelRef, fit: Fit) {
        let mut fits = self.fits.lock().unwrap_or_else(PoisonError::into_inner);
        if fits.len() > 500 {
            fits.clear();
        }
        fits.insert((id, model.clone()), fit);
    }

    /// The turn ended and its result is committed.
    pub(crate) fn remove(&self, id: MessageId) {
        self.lock().remove(&id);
    }

    /// Claims a conversation for a new turn; `None` while one runs or is being started there.
    pub(crate) fn claim(&self, id: ConversationId) -> Option<Claim<'_>> {
        let mut claimed = self.claimed.lock().unwrap_or_else(PoisonError::into_inner);
        if self.lock().values().any(|live| live.conversation_id == id) || !claimed.insert(id) {
            return None;
        }
        Some(Claim { turns: self, id })
    }

    /// Whether a turn is being started there.
    pub(crate) fn is_claimed(&self, id: ConversationId) -> bool {
        self.claimed.lock().unwrap_or_else(PoisonError::into_inner).contains(&id)
    }

    /// Whether a turn writes that message.
    pub(crate) fn get(&self, id: MessageId) -> Option<Arc<Live>> {
        self.lock().get(&id).cloned()
    }

    /// What a turn has so far, and what it waits for.
    pub(crate) fn snapshot(&self, id: MessageId) -> Option<(Snapshot, Option<TurnProgress>)> {
        let live = self.get(id)?;
        let state = live.lock();
        Some((state.fold.snapshot(), state.progress.clone()))
    }

    /// A message whose end isn't kept yet, as it is to be shown.
    pub(crate) fn unsaved(&self, id: MessageId) -> Option<Message> {
        self.get(id)?.lock().unsaved.clone()
    }

    /// Whether a conversation waits until the end of its answer can be kept.
    pub(crate) fn waits_to_be_kept(&self, id: ConversationId) -> bool {
        self.lock().values().any(|live| live.conversation_id == id && live.lock().unsaved.is_some())
    }

    /// Stops every turn of a conversation.
    pub(crate) fn stop_conversation(&self, id: ConversationId) {
        for live in self.lock().values().filter(|live| live.conversation_id == id) {
            live.stop.cancel();
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<MessageId, Arc<Live>>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
