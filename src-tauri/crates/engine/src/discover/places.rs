//! Where other programs keep their models.

use std::path::{Path, PathBuf};

use super::{DiscoverOptions, Place};

/// The folders to look through, whether they are there or not, each once.
pub(super) fn of(options: &DiscoverOptions) -> Vec<(Place, PathBuf)> {
    let home = |path: &str| options.home.as_ref().map(|home| home.join(path));
    let named = |name: &str| {
        let value = options.environment.get(name)?;
        Some(PathBuf::from(value)).filter(|path| path.is_absolute())
    };
    let beside = |name: &str, path: &str| named(name).map(|folder| folder.join(path));

    let hugging_face = named("HF_HUB_CACHE")
        .or_else(|| named("HUGGINGFACE_HUB_CACHE"))
        .or_else(|| beside("HF_HOME", "hub"))
        .or_else(|| beside("XDG_CACHE_HOME", "huggingface/hub"))
        .or_else(|| home(".cache/huggingface/hub"));
    let llama = named("LLAMA_CACHE").or_else(|| beside("XDG_CACHE_HOME", "llama.cpp"));
    let all = [
        (Place::LmStudio, home(".lmstudio/models")),
        (Place::LmStudio, home(".cache/lm-studio/models")),
        (Place::HuggingFace, hugging_face),
        (Place::LlamaCpp, llama.or_else(|| home(".cache/llama.cpp"))),
        (Place::LlamaCpp, home("Library/Caches/llama.cpp")),
        (Place::LlamaCpp, beside("LOCALAPPDATA", "llama.cpp")),
        (Place::Jan, beside("XDG_DATA_HOME", "Jan/data/llamacpp/models")),
        (Place::Jan, home(".local/share/Jan/data/llamacpp/models")),
        (Place::Jan, home("Library/Application Support/Jan/data/llamacpp/models")),
        (Place::Jan, beside("APPDATA", "Jan/data/llamacpp/models")),
        (Place::Jan, home("jan/models")),
    ];
    let mut places: Vec<(Place, PathBuf)> = Vec::new();
    for (place, folder) in all {
        let Some(folder) = folder.filter(|folder| sensible(folder)) else { continue };
        if places.iter().all(|(_, known)| *known != folder) {
            places.push((place, folder));
        }
    }
    places
}

/// A variable that names the whole disk is a mistake.
fn sensible(folder: &Path) -> bool {
    folder.parent().is_some()
}
