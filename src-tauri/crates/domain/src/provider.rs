//! Providers of models, and the keys that open them.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::ProviderId;

/// Which protocol a provider speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ProviderKind {
    /// The engine that comes with Web+.
    Embedded,
    /// An Ollama server, by its native protocol.
    Ollama,
    /// OpenAI itself.
    Openai,
    /// Anthropic itself.
    Anthropic,
    /// Anything else that speaks OpenAI's chat completions.
    OpenaiCompatible,
}

/// Where a provider's key is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum KeySource {
    /// It needs none.
    None,
    /// In the operating system's keychain.
    Keychain,
    /// In the vault that a passphrase opens.
    Vault,
    /// In memory, until the application ends.
    Session,
    /// In an environment variable of this name; only the name is kept.
    Env {
        /// The variable's name.
        name: String,
    },
}

/// Whether a provider's key can be used now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum KeyState {
    /// None is needed.
    NotNeeded,
    /// It is there, or was when we last looked.
    Present,
    /// It was entered once and is gone; it must be entered again.
    Missing,
    /// The keychain is locked or refuses.
    Locked,
    /// There is no keychain at the moment.
    Unavailable,
}

/// A configured provider. The key itself is never here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Provider {
    /// Its id.
    pub id: ProviderId,
    /// The short name that begins its models' names ("openai" in "openai/gpt-5"): lower case, unique.
    pub slug: String,
    /// What the person sees.
    pub name: String,
    /// Which protocol it speaks.
    pub kind: ProviderKind,
    /// Where it is, without a trailing slash; empty for the embedded engine.
    pub base_url: String,
    /// Where its key is kept.
    pub key_source: KeySource,
    /// Whether the key can be used now.
    pub key_state: KeyState,
    /// The key's last four characters, to tell keys apart.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub key_hint: Option<String>,
    /// The origin (scheme, host, port) that the key was entered for; another origin never gets it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub key_origin: Option<String>,
    /// Whether its models are offered.
    pub enabled: bool,
}

/// A secret: no `Debug` of its contents, no `Serialize`, wiped when dropped.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Takes the text as secret.
    pub fn new(text: String) -> Self {
        Self(text)
    }

    /// The text, for the one place that sends or stores it.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(…)")
    }
}

impl Drop for Secret {
    fn drop(&mut self) {
        // Best effort without unsafe code: the buffer is overwritten before it is freed.
        let length = self.0.len();
        self.0.clear();
        self.0.extend(std::iter::repeat_n('\0', length));
    }
}
