//! What is known of single models beside what the engine says: what is being done to them, and what went wrong.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Mutex, MutexGuard, PoisonError},
};

use domain::{Model, ModelState};
use tokio_util::sync::CancellationToken;

#[derive(Default)]
pub(crate) struct Notes(Mutex<Known>);

#[derive(Default)]
struct Known {
    states: HashMap<String, ModelState>,
    clamped: BTreeMap<String, String>,
    answers: HashMap<String, CancellationToken>,
}

impl Notes {
    /// Says that a model is so, whatever the engine says. Says whether that is new.
    pub(super) fn mark(&self, model: &str, state: ModelState) -> bool {
        self.lock().states.insert(model.to_owned(), state.clone()) != Some(state)
    }

    /// The engine is to be believed again. Says whether it wasn't.
    pub(super) fn unmark(&self, model: &str) -> bool {
        self.lock().states.remove(model).is_some()
    }

    /// Whether a model was found not to answer.
    pub(super) fn is_dead(&self, model: &str) -> bool {
        matches!(self.lock().states.get(model), Some(ModelState::NotAnswering { .. }))
    }

    /// A model that answers again isn't one that doesn't. Says whether it was.
    pub(super) fn answers(&self, model: &str) -> bool {
        self.is_dead(model) && self.unmark(model)
    }

    /// Puts what is known here into a list.
    pub(super) fn apply(&self, models: &mut [Model]) {
        let known = self.lock();
        for model in models {
            if let Some(state) = known.states.get(model.id.name()) {
                model.state.clone_from(state);
            }
        }
    }

    /// Notes that a model took another context than was asked for, or no longer. Says whether that is new.
    pub(super) fn clamp(&self, model: &str, sentence: Option<String>) -> bool {
        let clamped = &mut self.lock().clamped;
        match sentence {
            Some(sentence) => clamped.insert(model.to_owned(), sentence.clone()) != Some(sentence),
            None => clamped.remove(model).is_some(),
        }
    }

    /// The sentences of all of these.
    pub(super) fn clamped(&self) -> Vec<String> {
        self.lock().clamped.values().cloned().collect()
    }

    /// Cancelled when the answers of this model are to end.
    pub(super) fn answering(&self, model: &str) -> CancellationToken {
        self.lock().answers.entry(model.to_owned()).or_default().clone()
    }

    /// Ends the answers of this model.
    pub(super) fn end_answers(&self, model: &str) {
        if let Some(token) = self.lock().answers.remove(model) {
            token.cancel();
        }
    }

    /// Another engine: nothing of this is true of it.
    pub(super) fn forget(&self) {
        let mut known = self.lock();
        known.states.clear();
        known.clamped.clear();
    }

    fn lock(&self) -> MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
