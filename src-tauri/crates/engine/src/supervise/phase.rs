//! Where the machine can be, and what it remembers there.

use std::time::Duration;

use super::ready::Ready;
use crate::ollama::{OllamaFailure, PortHolder, identity::Identity};

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Phase {
    Off,
    Looking,
    /// Asks the addresses one after the other.
    Asking {
        at: usize,
        /// Which start it is asked before; none for a look.
        attempt: Option<u32>,
        /// The first that answers and isn't known, best first.
        unsure: Option<(String, Identity)>,
        stranger: Option<(String, PortHolder)>,
    },
    Absent,
    Installed,
    Unsure {
        address: String,
        identity: Identity,
    },
    Starting {
        attempt: u32,
        until: Duration,
        address: Option<String>,
        /// When it is asked next; none while it is being asked.
        ask_at: Option<Duration>,
    },
    Ready(Ready),
    Waiting {
        attempt: u32,
        after: Duration,
        message: String,
        log: Vec<String>,
    },
    Failed {
        failure: OllamaFailure,
        message: String,
        log: Vec<String>,
    },
    Lost {
        address: String,
    },
    Stopping {
        then: Then,
    },
}

/// What comes once our own has ended.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Then {
    Rest,
    Start,
    Look,
    Off,
    Fail { failure: OllamaFailure, message: String },
    Again { message: String },
}

/// What the person wants of the next look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Intent {
    /// What the settings say.
    Usual,
    /// One is to run.
    Start,
    /// None is to be started.
    Rest,
}
