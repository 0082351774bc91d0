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
    /// Made in this turn, so that nothing but this knows them yet.
    fresh: VecDeque<(Key, u64)>,
    /// On the disk as well, the oldest first.
    written: VecDeque<(Key, u64)>,
    bytes: u64,
}

impl Recent {
    /// Adds a result that isn't on the disk yet: it stays until it is.
    pub(crate) fn put(&mut self, key: Key, result: Arc<Values>) {
        let bytes = weight(&result);
        self.bytes += bytes;
        self.fresh.push_back((key.clone(), bytes));
        self.by_key.insert(key, result);
    }

    /// Adds a result that was read.
    pub(crate) fn found(&mut self, key: Key, result: Arc<Values>) {
        let bytes = weight(&result);
        self.bytes += bytes;
        self.written.push_back((key.clone(), bytes));
        self.by_key.insert(key, result);
    }

    /// The result, if it is held.
    pub(crate) fn get(&self, key: &Key) -> Option<Arc<Values>> {
        self.by_key.get(key).cloned()
    }

    /// All of it is on the disk now.
    pub(crate) fn written(&mut self) {
        self.written.append(&mut self.fresh);
        self.trim();
    }

    /// Forgets the oldest beyond what may be held.
    pub(crate) fn trim(&mut self) {
        while self.bytes > HELD {
            let Some((key, bytes)) = self.written.pop_front() else { return };
            self.bytes = self.bytes.saturating_sub(bytes);
            if !self.written.iter().chain(&self.fresh).any(|(other, _)| *other == key) {
                self.by_key.remove(&key);
            }
        }
    }
}

/// What it takes in memory, in bytes, roughly.
fn weight(result: &Values) -> u64 {
    let values = result.values().map(|value| match value {
        domain::StoredValue::Blob { .. } => 100,
        inline @ domain::StoredValue::Inline { .. } => values::size(inline),
    });
    200 + values.sum::<u64>()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(node: &str) -> Key {
        Key { scope: String::new(), node: node.to_owned() }
    }

    fn large() -> Arc<Values> {
        let value = serde_json::Value::String("x".repeat(HELD as usize / 2));
        Arc::new(Values::from([("text".to_owned(), domain::StoredValue::Inline { value })]))
    }

    #[test]
    fn what_is_not_on_the_disk_yet_stays_however_large_it_is() {
        let mut recent = Recent::default();
        recent.found(key("read"), large());
        for node in ["one", "two", "three"] {
            recent.put(key(node), large());
        }
        recent.trim();
        assert!(recent.get(&key("read")).is_none());
        assert!(["one", "two", "three"].iter().all(|node| recent.get(&key(node)).is_some()));
        recent.written();
        assert!(recent.get(&key("one")).is_none() && recent.get(&key("three")).is_some());
    }
}
