//! Models that other programs have on this disk already. The page gets handles, never paths.

use std::collections::BTreeMap;

use domain::ErrorCode;
use engine::{DiscoverOptions, discover, discover::Place};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{App, Error};

/// What of the environment tells where other programs keep their models.
const VARIABLES: [&str; 8] = [
    "HF_HOME",
    "HF_HUB_CACHE",
    "HUGGINGFACE_HUB_CACHE",
    "LLAMA_CACHE",
    "XDG_CACHE_HOME",
    "XDG_DATA_HOME",
    "LOCALAPPDATA",
    "APPDATA",
];

/// A model that was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(optional_fields)]
pub struct FoundFile {
    /// What imports it, or makes a model of it; good for once.
    pub handle: String,
    /// What to call it.
    pub name: String,
    /// Bytes, of all its parts.
    #[ts(type = "number")]
    pub size: u64,
    /// Whose folder it lies in.
    pub place: Place,
    /// "Q4_K_M" and the like.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quantization: Option<String>,
    /// In how many files it is.
    pub parts: u32,
    /// Why it can't be used as it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
}

pub(super) async fn all(app: &App) -> Result<Vec<FoundFile>, Error> {
    let read = &app.options.variable;
    let home = read("HOME").or_else(|| read("USERPROFILE")).map(std::path::PathBuf::from);
    let environment: BTreeMap<_, _> =
        VARIABLES.iter().filter_map(|name| Some(((*name).to_owned(), read(name)?.into()))).collect();
    let mut options = DiscoverOptions::new(home, environment);
    options.exclude.push(app.models_dir());
    let found = tokio::task::spawn_blocking(move || discover(&options)).await.map_err(|error| {
        Error::new(ErrorCode::Internal, "The folders of other programs could not be looked at.")
            .caused_by(error)
    })?;
    found
        .models
        .into_iter()
        .map(|model| {
            Ok(FoundFile {
                handle: app.files.offer(model.path)?,
                name: model.name,
                size: model.size,
                place: model.place,
                quantization: model.quantization,
                parts: u32::try_from(model.parts.len()).unwrap_or(u32::MAX),
                problem: model.problem,
            })
        })
        .collect()
}
