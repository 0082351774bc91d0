//! `/api/blobs/:digest`: whether a blob is there, and a new one.

use std::{
    fs::{self, File},
    io::{self, Write},
    sync::atomic::{AtomicU64, Ordering},
};

use sha2::{Digest, Sha256};

use super::{
    folder,
    http::{Input, Output},
    server::Engine,
};

static UPLOADS: AtomicU64 = AtomicU64::new(0);

fn is_digest(text: &str) -> bool {
    let rest = text.strip_prefix("sha256:").or_else(|| text.strip_prefix("sha256-"));
    rest.is_some_and(|hex| hex.len() == 64 && hex.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

pub(super) async fn head(engine: &Engine, digest: &str, output: &mut Output) -> io::Result<()> {
    if !is_digest(digest) {
        return output.error(400, "invalid digest format").await;
    }
    if engine.folder.blob(digest).exists() {
        return output.empty(200).await;
    }
    output.error(404, &format!("blob \"{digest}\" not found")).await
}

/// A blob that exists is answered without reading what is sent, and the connection ends.
pub(super) async fn post(
    engine: &Engine,
    digest: &str,
    input: &mut Input,
    output: &mut Output,
) -> io::Result<()> {
    if !is_digest(digest) {
        return output.error(400, "invalid digest format").await;
    }
    let blob = engine.folder.blob(digest);
    if blob.exists() {
        return output.send(200, None, b"").await;
    }
    let upload =
        Upload(engine.folder.blobs().join(format!("sha256-{:09}", UPLOADS.fetch_add(1, Ordering::Relaxed))));
    let mut file = File::create(&upload.0)?;
    let mut hash = Sha256::new();
    while let Some(piece) = input.piece().await? {
        hash.update(&piece);
        file.write_all(&piece)?;
    }
    drop(file);
    let got = format!("sha256:{}", folder::hex_of(&hash.finalize()));
    if got.replace(':', "-") != digest.replace(':', "-") {
        let text = format!("digest mismatch, expected \"{digest}\", got \"{got}\"");
        return output.error(400, &text).await;
    }
    fs::rename(&upload.0, blob)?;
    output.send(201, None, b"").await
}

/// A file in the making, removed when its upload ends early.
struct Upload(std::path::PathBuf);

impl Drop for Upload {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}
