//! A models folder in Ollama's layout: `manifests/HOST/NAMESPACE/MODEL/TAG` and `blobs/sha256-…`.

use std::{
    collections::BTreeSet,
    fs, io,
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::{clock, name::Name};

/// A model on disk.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub(super) name: Name,
    pub(super) manifest: Value,
    /// The SHA-256 of the manifest.
    pub(super) digest: String,
    pub(super) modified: SystemTime,
}

/// The folder.
#[derive(Debug, Clone)]
pub(super) struct Folder(PathBuf);

impl Folder {
    /// Makes it where it is missing; fails in the engine's own words.
    pub(super) fn open(path: &Path) -> Result<Self, String> {
        for folder in [path.join("blobs"), path.join("manifests")] {
            fs::create_dir_all(&folder).map_err(|error| {
                let why = match error.kind() {
                    io::ErrorKind::PermissionDenied => "permission denied",
                    io::ErrorKind::ReadOnlyFilesystem => "read-only file system",
                    io::ErrorKind::NotADirectory | io::ErrorKind::AlreadyExists => "not a directory",
                    _ => "no such file or directory",
                };
                format!("mkdir {}: {why}", folder.parent().unwrap_or(path).display())
            })?;
        }
        Ok(Self(path.to_owned()))
    }

    pub(super) fn path(&self) -> &Path {
        &self.0
    }

    pub(super) fn blobs(&self) -> PathBuf {
        self.0.join("blobs")
    }

    /// Where the blob of a digest "sha256:…" is.
    pub(super) fn blob(&self, digest: &str) -> PathBuf {
        self.blobs().join(digest.replace(':', "-"))
    }

    /// Writes a blob and tells its layer; and whether it was there before.
    pub(super) fn store(&self, kind: &str, content: &[u8]) -> io::Result<(Value, bool)> {
        let digest = digest(content);
        let path = self.blob(&digest);
        let there = path.exists();
        if !there {
            fs::write(path, content)?;
        }
        Ok((json!({"mediaType": kind, "digest": digest, "size": content.len()}), there))
    }

    pub(super) fn write_manifest(&self, name: &Name, config: &Value, layers: &[Value]) -> io::Result<()> {
        let manifest = json!({
            "schemaVersion": 2,
            "mediaType": "application/vnd.docker.distribution.manifest.v2+json",
            "config": config,
            "layers": layers,
        });
        self.write_raw_manifest(name, manifest.to_string().as_bytes())
    }

    pub(super) fn write_raw_manifest(&self, name: &Name, bytes: &[u8]) -> io::Result<()> {
        let path = name.manifest(&self.0);
        fs::create_dir_all(path.parent().unwrap_or(&self.0))?;
        fs::write(path, bytes)
    }

    pub(super) fn copy(&self, from: &Name, to: &Name) -> io::Result<()> {
        self.write_raw_manifest(to, &fs::read(from.manifest(&self.0))?)
    }

    pub(super) fn find(&self, name: &Name) -> Option<Entry> {
        let path = name.manifest(&self.0);
        let bytes = fs::read(&path).ok()?;
        Some(Entry {
            name: name.clone(),
            manifest: serde_json::from_slice(&bytes).ok()?,
            digest: hex(&bytes),
            modified: fs::metadata(&path)
                .and_then(|found| found.modified())
                .unwrap_or(SystemTime::UNIX_EPOCH),
        })
    }

    /// All models, the newest first by whole seconds, then by name.
    pub(super) fn list(&self) -> Vec<Entry> {
        let mut found = Vec::new();
        for host in names(&self.0.join("manifests")) {
            for namespace in names(&self.0.join("manifests").join(&host)) {
                for model in names(&self.0.join("manifests").join(&host).join(&namespace)) {
                    let folder = self.0.join("manifests").join(&host).join(&namespace).join(&model);
                    found.extend(names(&folder).into_iter().filter_map(|tag| {
                        let (host, namespace, model) = (host.clone(), namespace.clone(), model.clone());
                        self.find(&Name { host, namespace, model, tag, plain: false })
                    }));
                }
            }
        }
        found.sort_by_key(|entry| std::cmp::Reverse(clock::seconds(entry.modified)));
        found
    }

    /// Removes a model, and its blobs that no other model uses.
    pub(super) fn delete(&self, name: &Name) -> io::Result<()> {
        let old = self.find(name);
        let path = name.manifest(&self.0);
        fs::remove_file(&path)?;
        for folder in path.ancestors().skip(1).take(3) {
            if fs::remove_dir(folder).is_err() {
                break;
            }
        }
        if let Some(entry) = old {
            self.drop_unused(&entry.digests());
        }
        Ok(())
    }

    /// Removes those of these blobs that no model uses; tells whether there were any.
    pub(super) fn drop_unused(&self, digests: &[String]) -> bool {
        let used = self.used();
        let unused: Vec<_> = digests.iter().filter(|digest| !used.contains(*digest)).collect();
        for digest in &unused {
            drop(fs::remove_file(self.blob(digest)));
        }
        !unused.is_empty()
    }

    /// Removes partial and unused blobs that are older than an hour.
    pub(super) fn prune(&self) {
        let used: BTreeSet<_> = self.used().iter().map(|digest| digest.replace(':', "-")).collect();
        let Some(limit) = clock::now().checked_sub(Duration::from_hours(1)) else { return };
        for name in names(&self.blobs()) {
            let path = self.blobs().join(&name);
            let modified = fs::metadata(&path).and_then(|found| found.modified());
            if !used.contains(&name) && modified.is_ok_and(|time| time < limit) {
                drop(fs::remove_file(path));
            }
        }
    }

    fn used(&self) -> BTreeSet<String> {
        self.list().iter().flat_map(Entry::digests).collect()
    }
}

impl Entry {
    pub(super) fn layers(&self) -> Vec<Value> {
        self.manifest["layers"].as_array().cloned().unwrap_or_default()
    }

    /// The first layer of a kind such as "model".
    pub(super) fn layer(&self, kind: &str) -> Option<Value> {
        self.layers().into_iter().find(|layer| is_kind(layer, kind))
    }

    /// The digests of its layers and its config.
    pub(super) fn digests(&self) -> Vec<String> {
        let layers = self.layers().into_iter().chain([self.manifest["config"].clone()]);
        layers.filter_map(|layer| Some(layer["digest"].as_str()?.to_owned())).collect()
    }

    /// What its layers and its config say they have, in bytes.
    pub(super) fn size(&self) -> u64 {
        let layers = self.layers().into_iter().chain([self.manifest["config"].clone()]);
        layers.filter_map(|layer| layer["size"].as_u64()).sum()
    }

    /// The text of a layer.
    pub(super) fn text(&self, folder: &Folder, kind: &str) -> Option<String> {
        fs::read_to_string(folder.blob(self.layer(kind)?["digest"].as_str()?)).ok()
    }

    pub(super) fn json(&self, folder: &Folder, kind: &str) -> Value {
        self.text(folder, kind).and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default()
    }

    pub(super) fn config(&self, folder: &Folder) -> Value {
        let digest = self.manifest["config"]["digest"].as_str().unwrap_or_default();
        fs::read(folder.blob(digest))
            .ok()
            .and_then(|bytes| serde_json::from_slice(&bytes).ok())
            .unwrap_or_default()
    }

    /// Where its weights are.
    pub(super) fn weights(&self, folder: &Folder) -> Option<PathBuf> {
        Some(folder.blob(self.layer("model")?["digest"].as_str()?))
    }
}

pub(super) fn media_type(kind: &str) -> String {
    format!("application/vnd.ollama.image.{kind}")
}

pub(super) fn is_kind(layer: &Value, kind: &str) -> bool {
    layer["mediaType"].as_str() == Some(&media_type(kind))
}

/// "sha256:…" of this content.
pub(super) fn digest(content: &[u8]) -> String {
    format!("sha256:{}", hex(content))
}

pub(super) fn hex(content: &[u8]) -> String {
    hex_of(&Sha256::digest(content))
}

pub(super) fn hex_of(bytes: &[u8]) -> String {
    let digit = |number: u8| char::from_digit(u32::from(number), 16).unwrap_or('0');
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| entry.file_name().into_string().ok())
        .collect();
    names.sort();
    names
}
