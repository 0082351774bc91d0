//! How many attempts of each sort are under way at once. Whoever asked first is served first; a waiting run holds none.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Attempts that do something outside, at once.
const OUTSIDE: usize = 64;
/// Calls at once to a provider on this computer, whose engine answers one after the other anyhow.
const LOCAL: usize = 2;
/// Calls at once to any other provider.
const REMOTE: usize = 16;

/// A place; given back when it is dropped.
pub(crate) type Permit = OwnedSemaphorePermit;

/// All places.
pub(crate) struct Slots {
    outside: Arc<Semaphore>,
    providers: Mutex<HashMap<String, Arc<Semaphore>>>,
}

impl Default for Slots {
    fn default() -> Self {
        Self { outside: Arc::new(Semaphore::new(OUTSIDE)), providers: Mutex::default() }
    }
}

/// What an attempt needs a place for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Need {
    /// Nothing: it only computes, or only waits.
    Nothing,
    /// Doing something outside.
    Outside,
    /// Asking a provider.
    Provider(String),
}

impl Slots {
    /// Where a place of that sort is to be had.
    pub(crate) fn of(&self, need: &Need) -> Option<Arc<Semaphore>> {
        match need {
            Need::Nothing => None,
            Need::Outside => Some(Arc::clone(&self.outside)),
            Need::Provider(name) => {
                let mut held = self.providers.lock().unwrap_or_else(PoisonError::into_inner);
                let places = if matches!(name.as_str(), "embedded" | "ollama") { LOCAL } else { REMOTE };
                let found = held.entry(name.clone()).or_insert_with(|| Arc::new(Semaphore::new(places)));
                Some(Arc::clone(found))
            }
        }
    }
}
