//! The results that a run made last, so that the next step needn't ask the database for them. Handles only of large ones.

use std::{
    collections::{HashMap, VecDeque},
    sync::Arc,
};

use pipeline::Key;
use store::runs::Values;

use super::values;

/// Bytes held per run, roughly.
const HELD: u64 = 256 * 1024;

/// The newest results.
#[derive(Default)]
pub(crate) struct Recent {
    by_key: HashMap<Key, Arc<Values>>,
    order: VecDeque<(Key, u64)>,
    bytes: u64,
}

impl Recent {
    /// Adds a result. Nothing is forgotten before `trim`, so that what isn't committed yet is found here.
    pub(crate) fn put(&mut self, key: Key, result: Arc<Values>) {
        let bytes = 200
            + result
                .values()
                .map(|value| match value {
                    domain::StoredValue::Blob { .. } => 100,
                    inline @ domain::StoredValue::Inline { .. } => values::size(inline),
                })
                .sum::<u64>();
        self.bytes += bytes;
        self.order.push_back((key.clone(), bytes));
        self.by_key.insert(key, result);
    }

    /// The result, if it is held.
    pub(crate) fn get(&self, key: &Key) -> Option<Arc<Values>> {
        self.by_key.get(key).cloned()
    }

    /// Forgets the oldest beyond what may be held.
    pub(crate) fn trim(&mut self) {
        while self.bytes > HELD {
            let Some((key, bytes)) = self.order.pop_front() else { return };
            self.bytes = self.bytes.saturating_sub(bytes);
            if !self.order.iter().any(|(other, _)| *other == key) {
                self.by_key.remove(&key);
            }
        }
    }
}
