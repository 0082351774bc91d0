//! The keychain's prompt: one at a time, so that retries don't stack up windows on the person's screen.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::time::Instant;

/// After this long without an answer a prompt is taken for lost (its window died with its session, say) and another
/// may be opened.
const LOST_AFTER: Duration = Duration::from_mins(1);

/// Who has the prompt open.
#[derive(Clone, Default)]
pub(super) struct PromptSlot {
    since: Arc<Mutex<Option<Instant>>>,
}

impl PromptSlot {
    /// The right to open the prompt, unless one stands already.
    pub(super) fn claim(&self) -> Option<OpenPrompt> {
        self.claim_at(Instant::now())
    }

    pub(super) fn claim_at(&self, now: Instant) -> Option<OpenPrompt> {
        let mut since = self.since();
        if since.is_some_and(|since| now.duration_since(since) < LOST_AFTER) {
            return None;
        }
        *since = Some(now);
        Some(OpenPrompt { slot: self.clone(), since: now })
    }

    fn since(&self) -> MutexGuard<'_, Option<Instant>> {
        self.since.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// An open prompt; the slot is free again when this is dropped, unless another took it over.
pub(super) struct OpenPrompt {
    slot: PromptSlot,
    since: Instant,
}

impl Drop for OpenPrompt {
    fn drop(&mut self) {
        let mut since = self.slot.since();
        if *since == Some(self.since) {
            *since = None;
        }
    }
}
