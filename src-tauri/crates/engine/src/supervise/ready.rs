//! What an Ollama in use is remembered by.

use std::time::Duration;

use crate::ollama::{Ownership, identity::Identity};

/// One that answers, or did a moment ago.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Ready {
    pub(super) ownership: Ownership,
    pub(super) address: String,
    pub(super) identity: Identity,
    /// Whether an answer is being waited for.
    pub(super) probing: bool,
    /// Answers that didn't come, one after the other.
    pub(super) misses: u32,
    /// Since when.
    pub(super) silent_since: Duration,
    /// Models that are no longer on a GPU.
    pub(super) lost_gpu: Vec<String>,
}

impl Ready {
    pub(super) fn new(ownership: Ownership, address: String, identity: Identity) -> Self {
        Self {
            ownership,
            address,
            identity,
            probing: false,
            misses: 0,
            silent_since: Duration::ZERO,
            lost_gpu: Vec::new(),
        }
    }
}
