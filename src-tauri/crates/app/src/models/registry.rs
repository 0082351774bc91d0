//! What a registry has under a model's name now: its layers, without fetching them.

use std::{collections::BTreeSet, time::Duration};

use engine::{BlobDigest, Reference};
use llm::HttpCall;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::App;

/// A pull doesn't wait longer for what is only good to know.
const PATIENCE: Duration = Duration::from_secs(6);

/// The form of a manifest that Ollama reads.
const KIND: &str = "application/vnd.docker.distribution.manifest.v2+json";

/// What is offered under a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Offered {
    /// The digest of the manifest itself, as `/api/tags` tells it.
    pub(super) digest: String,
    /// Its layers and its config.
    pub(super) layers: BTreeSet<BlobDigest>,
    /// Bytes of all of them.
    pub(super) size: u64,
}

/// Asks the registry; nothing where it can't be told now.
pub(super) async fn offered(app: &App, reference: &Reference) -> Option<Offered> {
    let call = HttpCall::get(&address(reference), &path(reference)?).ok()?.header("accept", KIND).ok()?;
    let asked = async {
        let mut reply = app.http.open(call).await.ok()?;
        if !reply.is_success() {
            return None;
        }
        read(&reply.whole(app.http.options()).await.ok()?)
    };
    tokio::time::timeout(PATIENCE, asked).await.ok()?
}

fn address(reference: &Reference) -> String {
    let scheme = if reference.insecure() { "http" } else { "https" };
    format!("{scheme}://{}", reference.host())
}

/// "/v2/library/smol/manifests/latest".
fn path(reference: &Reference) -> Option<String> {
    let short = reference.short();
    let name = short.strip_suffix(reference.tag())?.strip_suffix(':')?;
    let name = name.strip_prefix(reference.host()).and_then(|rest| rest.strip_prefix('/')).unwrap_or(name);
    let library = if name.contains('/') { "" } else { "library/" };
    Some(format!("/v2/{library}{name}/manifests/{}", reference.tag()))
}

fn read(bytes: &[u8]) -> Option<Offered> {
    let manifest: Value = serde_json::from_slice(bytes).ok()?;
    let parts = manifest["layers"].as_array()?.iter().chain(Some(&manifest["config"]));
    let mut offered =
        Offered { digest: crate::hex(&Sha256::digest(bytes)), layers: BTreeSet::new(), size: 0 };
    for part in parts {
        let Some(digest) = part["digest"].as_str().and_then(BlobDigest::parse) else { continue };
        if offered.layers.insert(digest) {
            offered.size = offered.size.saturating_add(part["size"].as_u64().unwrap_or(0));
        }
    }
    (!offered.layers.is_empty()).then_some(offered)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn a_name_is_asked_for_where_its_registry_has_it() {
        for (name, expected) in [
            ("smol", "https://registry.ollama.ai/v2/library/smol/manifests/latest"),
            ("somebody/smol:v1", "https://registry.ollama.ai/v2/somebody/smol/manifests/v1"),
            ("hf.co/owner/repo:Q4_K_M", "https://hf.co/v2/owner/repo/manifests/Q4_K_M"),
            ("http://127.0.0.1:5/library/smol:x", "http://127.0.0.1:5/v2/library/smol/manifests/x"),
        ] {
            let reference = Reference::parse(name).unwrap();
            assert_eq!(format!("{}{}", address(&reference), path(&reference).unwrap()), expected);
        }
    }
}
