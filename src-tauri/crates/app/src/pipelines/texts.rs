//! What attempts under way have said so far, for who opens a step's page late.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use domain::{RunId, SentMessage};
use pipeline::Key;

use super::tell::Teller;

/// By run and step.
#[derive(Default)]
pub(crate) struct Texts(Mutex<HashMap<(RunId, Key), Teller>>);

impl Texts {
    /// An attempt begins.
    pub(crate) fn put(&self, run: RunId, key: Key, teller: Teller) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert((run, key), teller);
    }

    /// It ended.
    pub(crate) fn remove(&self, run: RunId, key: &Key) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&(run, key.clone()));
    }

    /// What it said.
    pub(crate) fn so_far(&self, run: RunId, key: &Key) -> Option<String> {
        let held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        held.get(&(run, key.clone())).map(Teller::so_far)
    }

    /// What it asks a model.
    pub(crate) fn sent(&self, run: RunId, key: &Key) -> Option<Vec<SentMessage>> {
        let held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        held.get(&(run, key.clone())).map(|teller| teller.last_words().sent)
    }
}
