//! Finds model files that other programs have on this disk already, so that nobody downloads them twice.
//!
//! A bounded walk through the folders where LM Studio, the Hugging Face tools, llama.cpp and Jan keep theirs; nothing is
//! changed there. Deliberately not here: Ollama's store (see the library of Ollama's folder), and what is then done with a
//! find.

mod group;
mod places;
mod walk;

use std::{
    collections::{BTreeMap, BTreeSet},
    ffi::OsString,
    path::{Path, PathBuf},
    time::Duration,
};

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::gguf::{GgufError, GgufHeader};
use group::Group;

/// The most models that are told of.
const MAX_FOUND: usize = 2000;

/// Whose folder a model was found in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[ts(rename = "FoundPlace")]
pub enum Place {
    /// LM Studio's.
    #[serde(rename = "LM Studio")]
    LmStudio,
    /// The cache of Hugging Face's tools.
    #[serde(rename = "Hugging Face")]
    HuggingFace,
    /// The cache of llama.cpp.
    #[serde(rename = "llama.cpp")]
    LlamaCpp,
    /// Jan's.
    #[serde(rename = "Jan")]
    Jan,
}

/// Where and how long to look.
#[derive(Debug, Clone)]
pub struct DiscoverOptions {
    /// The person's home; `None` leaves only what the environment names.
    pub home: Option<PathBuf>,
    /// The environment, or of it `HF_HOME`, `HF_HUB_CACHE`, `HUGGINGFACE_HUB_CACHE`, `LLAMA_CACHE`, `XDG_CACHE_HOME`,
    /// `XDG_DATA_HOME`, `LOCALAPPDATA` and `APPDATA`.
    pub environment: BTreeMap<String, OsString>,
    /// Folders whose files don't count: our own.
    pub exclude: Vec<PathBuf>,
    /// The most files and folders that are looked at.
    pub most_entries: usize,
    /// How long it may take.
    pub longest: Duration,
}

impl DiscoverOptions {
    /// The usual limits: 50,000 entries, five seconds.
    pub fn new(home: Option<PathBuf>, environment: BTreeMap<String, OsString>) -> Self {
        Self { home, environment, exclude: Vec::new(), most_entries: 50_000, longest: Duration::from_secs(5) }
    }
}

/// A model that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Discovered {
    /// Its file, or the first of its parts, as it was found; it may be a link.
    pub path: PathBuf,
    /// All its files in order; more than one where it is split.
    pub parts: Vec<PathBuf>,
    /// The projector that lies beside it, for models that see.
    pub projector: Option<PathBuf>,
    /// What to call it: the file's name without ending and part, or the folder's where the file is just called "model".
    pub name: String,
    /// Bytes of all parts, without the projector.
    pub size: u64,
    /// Whose folder it is.
    pub place: Place,
    /// "Q4_K_M" and the like.
    pub quantization: Option<String>,
    /// "llama", "qwen3" and the like; `None` for a split model, whose parts are not read.
    pub architecture: Option<String>,
    /// Why it can't be used as it is: a sentence.
    pub problem: Option<String>,
}

/// What was found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Discovery {
    /// The models, by place and name.
    pub models: Vec<Discovered>,
    /// Whether everything was looked at, within the limits.
    pub complete: bool,
}

/// Looks through the folders of other programs. Blocks, for `longest` at most and a file's header more.
pub fn discover(options: &DiscoverOptions) -> Discovery {
    let mut walk = walk::Walk::new(options);
    let mut seen = BTreeSet::new();
    let mut models = Vec::new();
    for (place, root) in places::of(options) {
        let files = walk.files(&root);
        for group in group::groups(files) {
            if models.len() >= MAX_FOUND || walk.is_over() {
                walk.stop();
                break;
            }
            // The same file may be found by several names.
            if group.first().is_some_and(|first| seen.insert(first.real.clone())) {
                models.extend(describe(group, place));
            }
        }
    }
    models.sort_by(|a: &Discovered, b| (a.place, &a.name, &a.path).cmp(&(b.place, &b.name, &b.path)));
    Discovery { models, complete: walk.complete() }
}

fn describe(group: Group, place: Place) -> Option<Discovered> {
    let first = group.first()?.path.clone();
    let size = group.files.iter().map(|file| file.size).sum();
    let mut found = Discovered {
        name: group.name.clone(),
        quantization: group::quantization(&group.name),
        parts: group.files.iter().map(|file| file.path.clone()).collect(),
        path: first,
        projector: group.projector,
        size,
        place,
        architecture: None,
        problem: None,
    };
    if group.parts > 1 {
        let here = found.parts.len();
        if here < group.parts as usize {
            found.problem = Some(format!(
                "Only {here} of the {} files of this model are there. Get the others where you got these.",
                group.parts
            ));
        }
        return Some(found);
    }
    match header(&found.path) {
        Ok(header) if header.architecture == "clip" => return None,
        Ok(header) => {
            found.quantization = header.quantization.or(found.quantization);
            found.architecture = Some(header.architecture);
        }
        // Vocabularies and adapters are no models; what is damaged is told, so that nobody wonders where it is.
        Err(GgufError::Unsupported(_)) => return None,
        Err(error) => found.problem = Some(error.to_string()),
    }
    Some(found)
}

fn header(path: &Path) -> Result<GgufHeader, GgufError> {
    GgufHeader::of_file(path)
}
