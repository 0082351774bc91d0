//! Identifiers: UUIDv7, so that they sort roughly by age, one type per noun, so that they can't be mixed up.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use uuid::Uuid;

use crate::Timestamp;

/// A text that is not the identifier it was taken for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("\"{text}\" is not a valid {noun} id")]
pub struct ParseIdError {
    noun: &'static str,
    text: String,
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident $noun:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
        #[serde(transparent)]
        #[ts(type = "string")]
        pub struct $name(Uuid);

        impl $name {
            /// A new id whose leading bits are the given time.
            pub fn new(at: Timestamp) -> Self {
                let millis = u64::try_from(at.millis()).unwrap_or(0);
                let time = uuid::Timestamp::from_unix(uuid::NoContext, millis / 1000, ((millis % 1000) * 1_000_000) as u32);
                Self(Uuid::new_v7(time))
            }

            /// The id as it stands in the database: 16 bytes.
            pub fn as_bytes(&self) -> &[u8; 16] {
                self.0.as_bytes()
            }

            /// The id back from its 16 bytes.
            pub const fn from_bytes(bytes: [u8; 16]) -> Self {
                Self(Uuid::from_bytes(bytes))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = ParseIdError;
            fn from_str(text: &str) -> Result<Self, ParseIdError> {
                Uuid::parse_str(text).map(Self).map_err(|_| ParseIdError { noun: $noun, text: text.chars().take(64).collect() })
            }
        }
    )*};
}

ids! {
    /// A person.
    UserId "user";
    /// A configured provider of models.
    ProviderId "provider";
    /// A conversation.
    ConversationId "conversation";
    /// A named branch of a conversation.
    ThreadId "thread";
    /// A message in a conversation's tree.
    MessageId "message";
    /// One model call in the ledger.
    CallId "call";
    /// A saved set of model, system prompt and parameters.
    PresetId "preset";
    /// A background job.
    JobId "job";
    /// A run of a pipeline.
    RunId "run";
    /// A row of the outbox.
    EventRowId "event";
    /// Who is told of events by request.
    WebhookId "webhook";
}

impl UserId {
    /// The one local person, who owns everything until there are more users.
    pub const LOCAL: Self = Self(Uuid::from_u128(0x0000_0000_0000_7000_8000_0000_0000_0001));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_survives_text_and_bytes() {
        let id = MessageId::new(Timestamp::from_millis(1_700_000_000_123));
        assert_eq!(id.to_string().parse::<MessageId>(), Ok(id));
        assert_eq!(MessageId::from_bytes(*id.as_bytes()), id);
    }

    #[test]
    fn what_is_not_an_id_is_named_in_the_error() {
        let error = "../etc".parse::<ThreadId>().map_err(|error| error.to_string());
        assert_eq!(error, Err("\"../etc\" is not a valid thread id".to_owned()));
    }
}
