//! Events' identity. What events say is defined beside the verbs that publish them.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// "EPOCH-SEQ": which start of the application, and which event since. An id of another epoch can't be resumed from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(try_from = "String", into = "String")]
#[ts(type = "string")]
pub struct EventId {
    /// New at every start.
    pub epoch: u64,
    /// From 1.
    pub seq: u64,
}

/// A text that isn't "EPOCH-SEQ".
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("an event id is written EPOCH-SEQ")]
pub struct ParseEventIdError;

impl fmt::Display for EventId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.epoch, self.seq)
    }
}

impl FromStr for EventId {
    type Err = ParseEventIdError;
    fn from_str(text: &str) -> Result<Self, ParseEventIdError> {
        let (epoch, seq) = text.split_once('-').ok_or(ParseEventIdError)?;
        Ok(Self {
            epoch: epoch.parse().map_err(|_| ParseEventIdError)?,
            seq: seq.parse().map_err(|_| ParseEventIdError)?,
        })
    }
}

impl TryFrom<String> for EventId {
    type Error = ParseEventIdError;
    fn try_from(text: String) -> Result<Self, ParseEventIdError> {
        text.parse()
    }
}

impl From<EventId> for String {
    fn from(id: EventId) -> Self {
        id.to_string()
    }
}
