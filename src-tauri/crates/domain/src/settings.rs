//! Settings: named values that a person may change.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// One setting as it is kept: a key and a JSON value.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Setting {
    /// Dotted, for example "chat.default_model".
    pub key: String,
    /// Its value.
    #[ts(type = "unknown")]
    pub value: serde_json::Value,
}
