//! What the verbs on providers take and answer.

use domain::{ProviderId, ProviderKind};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Which provider.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ProviderIdParams {
    /// The provider.
    pub id: ProviderId,
}

/// A key as it was typed: read once from the wire, never written.
#[derive(Clone, Deserialize, TS)]
#[serde(transparent)]
#[ts(type = "string")]
pub struct TypedKey(pub(crate) String);

impl std::fmt::Debug for TypedKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TypedKey(…)")
    }
}

/// Where a typed key is to be kept.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum KeepKey {
    /// In the operating system's keychain; an error where there is none.
    #[default]
    Keychain,
    /// In the vault, where its passphrase was given.
    Vault,
    /// In memory until Web+ ends.
    Session,
}

/// A provider to be added.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(optional_fields)]
pub struct ProviderAddParams {
    /// A vendor of the catalogue; or give `kind` and `baseUrl`.
    #[serde(default)]
    pub vendor: Option<String>,
    /// Which protocol, without a vendor.
    #[serde(default)]
    pub kind: Option<ProviderKind>,
    /// What the person sees; the vendor's name unless told.
    #[serde(default)]
    pub name: Option<String>,
    /// Where it is; the vendor's address unless told.
    #[serde(default)]
    pub base_url: Option<String>,
    /// Its key, as typed.
    #[serde(default)]
    pub key: Option<TypedKey>,
    /// Where to keep the key.
    #[serde(default)]
    pub keep: KeepKey,
    /// The name of an environment variable that holds the key, in place of `key`.
    #[serde(default)]
    pub key_env: Option<String>,
}

/// What to change; absent fields stay.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(optional_fields)]
pub struct ProviderUpdateParams {
    /// The provider.
    pub id: ProviderId,
    /// What the person sees.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Where it is. Another origin (scheme, host, port) needs its key entered anew.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base_url: Option<String>,
    /// Whether its models are offered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub enabled: Option<bool>,
}

/// A key to be kept for a provider, in place of the one before.
#[derive(Debug, Clone, Deserialize, TS)]
#[ts(optional_fields)]
pub struct ProviderSetKeyParams {
    /// The provider.
    pub id: ProviderId,
    /// Its key, as typed.
    pub key: TypedKey,
    /// Where to keep it.
    #[serde(default)]
    pub keep: KeepKey,
}

/// What a test of the connection found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(optional_fields)]
pub struct ProviderTest {
    /// What answers there, where it tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub server: Option<String>,
    /// How many models it offers.
    pub models: usize,
}

/// A vendor of the catalogue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(optional_fields)]
pub struct Vendor {
    /// Its slug.
    pub slug: String,
    /// What the person sees.
    pub name: String,
    /// Which protocol it speaks.
    pub kind: ProviderKind,
    /// Where it is.
    pub base_url: String,
    /// Where a person gets a key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key_url: Option<String>,
    /// Whether it needs a key.
    pub needs_key: bool,
}

/// Where keys can be kept. For one session they always can.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(optional_fields)]
pub struct KeyPlaces {
    /// Why the keychain can't be used at the moment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub keychain_problem: Option<String>,
    /// Whether a vault is open.
    pub vault: bool,
    /// Whether there is a vault, open or not: its passphrase opens it. Where there is none, one can be made.
    pub vault_made: bool,
}
