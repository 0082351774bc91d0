//! Makes models of files: the parts of a split one together, a projector with the model that it belongs to.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use super::walk::ModelFile;

/// The files of one model.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Group {
    /// What to call it.
    pub(super) name: String,
    /// In how many parts it was split; 1 for a whole one.
    pub(super) parts: u32,
    /// Those that are there, in order.
    pub(super) files: Vec<ModelFile>,
    /// What makes pictures into tokens for it.
    pub(super) projector: Option<PathBuf>,
}

impl Group {
    pub(super) fn first(&self) -> Option<&ModelFile> {
        self.files.first()
    }
}

/// Files that are sorted by path, as models.
pub(super) fn groups(files: Vec<ModelFile>) -> Vec<Group> {
    let (projectors, models): (Vec<_>, Vec<_>) =
        files.into_iter().partition(|file| projector_prefix(&file.path).is_some());
    let mut groups: BTreeMap<(PathBuf, String, u32), Group> = BTreeMap::new();
    for file in models {
        let folder = file.path.parent().unwrap_or(Path::new("")).to_owned();
        let stem = stem(&file.path);
        let (name, parts) = split(&stem).unwrap_or((&stem, 1));
        let shown =
            if name == "model" { folder_name(&folder).unwrap_or_else(|| name.into()) } else { name.into() };
        let projector = projector(&projectors, &folder, name);
        groups
            .entry((folder, name.to_owned(), parts))
            .or_insert_with(|| Group { name: shown, parts, files: Vec::new(), projector })
            .files
            .push(file);
    }
    groups.into_values().collect()
}

fn stem(path: &Path) -> String {
    path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}

fn folder_name(folder: &Path) -> Option<String> {
    Some(folder.file_name()?.to_string_lossy().into_owned())
}

/// "big-00001-of-00003" is a part of "big", of three.
fn split(stem: &str) -> Option<(&str, u32)> {
    let (front, count) = stem.rsplit_once("-of-")?;
    let (name, part) = front.rsplit_once('-')?;
    let numbers = count.len() == 5 && part.len() == 5 && part.bytes().all(|byte| byte.is_ascii_digit());
    let count = count.parse().ok().filter(|count| (1..=999).contains(count))?;
    (numbers && !name.is_empty()).then_some((name, count))
}

/// What stands before the word in a projector's name; `None` for a file that isn't one.
fn projector_prefix(path: &Path) -> Option<String> {
    let stem = stem(path).to_ascii_lowercase();
    stem.find("mmproj").map(|at| stem.get(..at).unwrap_or_default().to_owned())
}

/// The projector in the same folder whose name begins as the model's does; of several the smallest that says F16 or else
/// the smallest, which is the most widely understood.
fn projector(projectors: &[ModelFile], folder: &Path, model: &str) -> Option<PathBuf> {
    let model = model.to_ascii_lowercase();
    let fitting = projectors.iter().filter(|file| {
        file.path.parent() == Some(folder)
            && projector_prefix(&file.path).is_some_and(|prefix| model.starts_with(&prefix))
    });
    let half = |file: &ModelFile| {
        let stem = stem(&file.path).to_ascii_lowercase();
        stem.contains("f16") && !stem.contains("bf16")
    };
    fitting.min_by_key(|file| (!half(file), file.size)).map(|file| file.path.clone())
}

/// The packing that a file's name tells: "Q4_K_M" in "qwen3-8b-q4_k_m".
pub(super) fn quantization(name: &str) -> Option<String> {
    name.rsplit(['-', '.', ' ']).map(str::to_ascii_uppercase).find(|word| {
        let rest = word.strip_prefix('I').unwrap_or(word);
        let packed = rest
            .strip_prefix('Q')
            .or_else(|| rest.strip_prefix("TQ"))
            .is_some_and(|rest| rest.starts_with(|first: char| first.is_ascii_digit()) && rest.contains('_'));
        packed || matches!(word.as_str(), "F16" | "F32" | "BF16" | "MXFP4")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_parts_and_packing() {
        assert_eq!(split("big-00001-of-00003"), Some(("big", 3)));
        for whole in ["one-of-a-kind", "x-1-of-3", "-00001-of-00003", "x-00001-of-00000"] {
            assert_eq!(split(whole), None, "{whole}");
        }
        let packing = |name| quantization(name);
        assert_eq!(packing("SmolLM2-135M-Instruct.Q4_1").as_deref(), Some("Q4_1"));
        assert_eq!(packing("qwen3-8b-q4_k_m").as_deref(), Some("Q4_K_M"));
        assert_eq!(packing("x-IQ2_XXS").as_deref(), Some("IQ2_XXS"));
        assert_eq!(packing("gpt-oss-20b-mxfp4").as_deref(), Some("MXFP4"));
        assert_eq!(packing("Qwen3-8B"), None);
    }
}
