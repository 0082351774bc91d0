//! What tests of the models folder and of pulls share.
#![allow(dead_code, reason = "not every test needs all of it")]

use engine::BlobDigest;
use llm::{Http, HttpOptions, Ollama, ProxyChoice};
use sha2::{Digest, Sha256};

/// A client for an engine on this computer.
pub(crate) fn client(url: &str) -> Ollama {
    let options = HttpOptions { proxy: ProxyChoice::Off, ..HttpOptions::default() };
    Ollama::new(Http::new(options).unwrap(), url).unwrap()
}

pub(crate) fn digest_of(content: &[u8]) -> BlobDigest {
    BlobDigest::from_hex(&format!("{:x}", Sha256::digest(content))).unwrap()
}
