//! Room on the disks: where the data folder is, and where Ollama keeps its models.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use engine::ollama::environment::models_folder;
use serde_json::json;

use super::{
    check::{Finding, decimal},
    patient::Patient,
    timed::blocking,
};

/// Less than this is little for models, in bytes.
const LITTLE: u64 = 5_000_000_000;
/// With less than this not even conversations are safe, in bytes.
const TOO_LITTLE: u64 = 200_000_000;

pub(super) async fn disk(patient: Arc<Patient>) -> Finding {
    let settings = patient.ollama_settings().await;
    let models = models_folder(&settings, patient.ollama_environment()).filter(|folder| folder.is_dir());
    let data = patient.options.data_dir.clone();
    let chosen = patient.records().await.and_then(|records| records.folder.clone());
    let ours = crate::models::kept_folder(chosen, &data);
    let places = [
        Some(("Web+ keeps its data", data.clone())),
        // A link may lead to another disk.
        Some(("the built-in engine keeps its models", ours))
            .filter(|(_, at)| at.is_symlink() || !at.starts_with(&data)),
        models.map(|folder| ("Ollama keeps its models", folder)),
    ];
    blocking(move || {
        let free =
            |(what, folder): (&'static str, PathBuf)| Some((what, engine::disk_free(existing(&folder)?)?));
        judged(&places.into_iter().flatten().filter_map(free).collect::<Vec<_>>())
    })
    .await
}

/// The folder, or the nearest one above it that is there.
pub(super) fn existing(folder: &Path) -> Option<&Path> {
    folder.ancestors().find(|above| above.exists())
}

fn judged(places: &[(&str, u64)]) -> Finding {
    let Some(least) = places.iter().map(|(_, free)| *free).min() else {
        return Finding::warn("The system doesn’t tell how much room the disk has.", "Look for yourself.");
    };
    let told: Vec<String> =
        places.iter().map(|(what, free)| format!("{} are free where {what}", decimal(*free))).collect();
    let message = format!("{}.", told.join("; "));
    match least {
        0..TOO_LITTLE => Finding::fail(message, "Free some space: soon nothing can be saved."),
        TOO_LITTLE..LITTLE => Finding::warn(message, "Free some space before getting a model.").button(
            "Remove what no model needs",
            "model/free-space",
            json!({}),
        ),
        _ => Finding::fine(message),
    }
}

#[cfg(test)]
mod tests {
    use super::{super::CheckStatus, *};

    #[test]
    fn the_fullest_disk_decides() {
        let status = |places: &[(&str, u64)]| judged(places).status;
        assert_eq!(status(&[("a", LITTLE)]), CheckStatus::Ok);
        assert_eq!(status(&[("a", LITTLE), ("b", LITTLE - 1)]), CheckStatus::Warn);
        assert_eq!(status(&[("a", 1), ("b", LITTLE)]), CheckStatus::Fail);
        assert_eq!(status(&[]), CheckStatus::Warn);
    }

    #[test]
    fn a_folder_that_is_not_there_is_measured_where_it_would_be() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(existing(&folder.path().join("a/b")), Some(folder.path()));
    }
}
