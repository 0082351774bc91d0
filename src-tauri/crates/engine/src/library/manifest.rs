//! The manifests: which models there are and which blobs each needs.

use std::{
    collections::BTreeSet,
    fs, io,
    path::{Path, PathBuf},
    time::SystemTime,
};

use llm::Error;
use serde_json::Value;

use super::{BlobDigest, Library, Reference};

/// The largest manifest that is read, in bytes.
const LARGEST: u64 = 4 << 20;

/// A model of the folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LibraryModel {
    /// Its name.
    pub reference: Reference,
    /// Its manifest's file.
    pub manifest: PathBuf,
    /// Its layers in the manifest's order, its config last.
    pub layers: Vec<LibraryLayer>,
    /// When its manifest was written.
    pub modified: Option<SystemTime>,
}

/// A blob that a model needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LibraryLayer {
    /// Its digest.
    pub digest: BlobDigest,
    /// Bytes, as the manifest says.
    pub size: u64,
    /// "application/vnd.ollama.image.model" and the like.
    pub media_type: String,
}

impl LibraryModel {
    /// Bytes of all its layers.
    pub fn size(&self) -> u64 {
        self.layers.iter().map(|layer| layer.size).sum()
    }

    /// The layer with its weights; the first where there are several.
    pub fn weights(&self) -> Option<&LibraryLayer> {
        self.layers.iter().find(|layer| layer.media_type.ends_with("image.model"))
    }
}

/// Everything that the manifests say.
pub(super) struct Listing {
    pub(super) models: Vec<LibraryModel>,
    /// Manifests that can't be read: which blobs these need is unknown.
    pub(super) unreadable: Vec<PathBuf>,
}

impl Listing {
    /// All blobs that some model needs.
    pub(super) fn needed(&self) -> BTreeSet<BlobDigest> {
        self.models.iter().flat_map(|model| model.layers.iter().map(|layer| layer.digest.clone())).collect()
    }
}

impl Library {
    /// The models, by name. Those whose manifest can't be read are among the problems instead.
    pub fn models(&self) -> Result<Vec<LibraryModel>, Error> {
        Ok(self.listing()?.models)
    }

    /// One model; none where it isn't there or its manifest can't be read.
    pub fn model(&self, reference: &Reference) -> Result<Option<LibraryModel>, Error> {
        Ok(self.listing()?.models.into_iter().find(|model| model.reference.is_same(reference)))
    }

    pub(super) fn listing(&self) -> Result<Listing, Error> {
        let mut listing = Listing { models: Vec::new(), unreadable: Vec::new() };
        let top = self.path.join("manifests");
        for host in self.names(&top)? {
            for namespace in self.names(&top.join(&host))? {
                for model in self.names(&top.join(&host).join(&namespace))? {
                    let folder = top.join(&host).join(&namespace).join(&model);
                    for tag in self.names(&folder)? {
                        let Some(reference) = Reference::from_parts([&host, &namespace, &model, &tag]) else {
                            continue;
                        };
                        let path = folder.join(&tag);
                        match read(&path) {
                            Ok(Some((layers, modified))) => {
                                listing.models.push(LibraryModel {
                                    reference,
                                    manifest: path,
                                    layers,
                                    modified,
                                });
                            }
                            // Removed while we looked.
                            Ok(None) => {}
                            Err(_) => listing.unreadable.push(path),
                        }
                    }
                }
            }
        }
        listing.models.sort_by(|one, two| one.reference.cmp(&two.reference));
        Ok(listing)
    }

    /// The names in a folder, none of them hidden; a folder that isn't there, or is a file, has none.
    fn names(&self, folder: &Path) -> Result<Vec<String>, Error> {
        let entries = match fs::read_dir(folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::PermissionDenied => return Err(self.unreadable()),
            Err(_) => return Ok(Vec::new()),
        };
        let names = entries.flatten().filter_map(|entry| entry.file_name().into_string().ok());
        let mut names: Vec<String> = names.filter(|name| !name.starts_with('.')).collect();
        names.sort();
        Ok(names)
    }
}

type Manifest = (Vec<LibraryLayer>, Option<SystemTime>);

/// Reads a manifest; nothing where it isn't there.
fn read(path: &Path) -> io::Result<Option<Manifest>> {
    let found = match fs::metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        found => found?,
    };
    if !found.is_file() || found.len() > LARGEST {
        return Err(io::ErrorKind::InvalidData.into());
    }
    let value: Value = serde_json::from_slice(&fs::read(path)?)?;
    let layers = layers(&value).ok_or(io::ErrorKind::InvalidData)?;
    Ok(Some((layers, found.modified().ok())))
}

/// The layers and the config; none where one of them isn't such.
fn layers(value: &Value) -> Option<Vec<LibraryLayer>> {
    let listed = value["layers"].as_array().filter(|layers| !layers.is_empty())?;
    // Models of old engines have an empty config.
    let config = Some(&value["config"])
        .filter(|config| config["digest"].as_str().is_some_and(|text| !text.is_empty()));
    let layer = |value: &Value| {
        Some(LibraryLayer {
            digest: BlobDigest::parse(value["digest"].as_str()?)?,
            size: value["size"].as_u64()?,
            media_type: value["mediaType"].as_str().unwrap_or_default().to_owned(),
        })
    };
    listed.iter().chain(config).map(layer).collect()
}
