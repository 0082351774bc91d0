//! Models that were split over several files ("big-00001-of-00003.gguf"), and files that go with a model.
//!
//! The first file says what the model is, the others only which part they are; together they are as one. The names are what an
//! engine finds them by, so they are what counts here; what the files say of themselves has to agree.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use super::{GgufError, GgufHeader, header, reader::unsupported};

/// The most files of one model.
const MOST: u32 = 999;

/// What a sound file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GgufKind {
    /// A whole model.
    Model,
    /// A part of a model: which, from 1, and of how many.
    Part(u32, u32),
    /// What lets a model see or hear.
    Projector,
    /// What changes a model: a `LoRA` adapter.
    Adapter,
}

/// "big", 1 and 3 of "big-00001-of-00003.gguf".
pub fn split_name(path: &Path) -> Option<(String, u32, u32)> {
    let stem = path.file_name()?.to_str()?;
    let stem = stem.strip_suffix(".gguf").or_else(|| stem.strip_suffix(".GGUF"))?;
    let (rest, parts) = stem.rsplit_once("-of-")?;
    let (stem, number) = rest.rsplit_once('-')?;
    let digits = |text: &str| {
        (text.len() == 5).then(|| text.parse::<u32>().ok()).flatten().filter(|number| *number > 0)
    };
    let (number, parts) = (digits(number)?, digits(parts).filter(|parts| (2..=MOST).contains(parts))?);
    (number <= parts).then(|| (stem.to_owned(), number, parts))
}

/// All files of the model that has this one, by their names, whether they are there or not; itself alone where it isn't split.
pub fn parts_of(path: &Path) -> Vec<PathBuf> {
    let Some((stem, _, parts)) = split_name(path) else { return vec![path.to_owned()] };
    (1..=parts).map(|part| path.with_file_name(part_name(&stem, part, parts))).collect()
}

/// What a part is called.
pub(crate) fn part_name(stem: &str, part: u32, parts: u32) -> String {
    format!("{stem}-{part:05}-of-{parts:05}.gguf")
}

/// Bytes of all files of the model that has this one.
pub(crate) fn size_of(path: &Path) -> io::Result<u64> {
    parts_of(path).iter().map(|part| Ok(fs::metadata(part)?.len())).sum()
}

impl GgufHeader {
    /// Reads and checks the headers of all files of a model, in order, as one. Blocks.
    pub fn of_parts(files: &[PathBuf]) -> Result<Self, GgufError> {
        let [first, rest @ ..] = files else { return Err(unsupported("it has no file")) };
        if rest.is_empty() {
            return Self::of_file(first);
        }
        let mut whole = Self::open(first)?;
        let count = u32::try_from(files.len()).unwrap_or(u32::MAX);
        if whole.kind()? != GgufKind::Part(1, count) {
            return Err(unsupported("its first file says that it has another number of files"));
        }
        for (file, number) in rest.iter().zip(2..) {
            let part = Self::open(file)?;
            if part.kind()? != GgufKind::Part(number, count) {
                return Err(unsupported("its files don't belong together or are in the wrong order"));
            }
            whole.add(part)?;
        }
        whole.describe()
    }

    /// What a file is, having checked that it is sound. Blocks.
    pub fn kind_of_file(path: &Path) -> Result<GgufKind, GgufError> {
        Self::open(path)?.kind()
    }

    fn open(path: &Path) -> Result<header::Parsed, GgufError> {
        let (file, length) = super::opened(path)?;
        header::parse(&mut super::Reader::new(file, length, super::MAX_HEADER))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_which_part_of_how_many() {
        let name = |path: &str| split_name(Path::new(path));
        assert_eq!(name("/m/big-Q4-00002-of-00003.gguf"), Some(("big-Q4".to_owned(), 2, 3)));
        for whole in [
            "/m/big.gguf",
            "/m/big-of-5.gguf",
            "/m/best-of-00003.gguf",
            "/m/x-1-of-00003.gguf",
            "/m/x-00000-of-00003.gguf",
            "/m/x-00004-of-00003.gguf",
            "/m/x-00001-of-00001.gguf",
        ] {
            assert_eq!(name(whole), None, "{whole}");
        }
        let parts = parts_of(Path::new("/m/big-00002-of-00002.gguf"));
        assert_eq!(
            parts,
            [PathBuf::from("/m/big-00001-of-00002.gguf"), PathBuf::from("/m/big-00002-of-00002.gguf")]
        );
        assert_eq!(parts_of(Path::new("/m/one.gguf")), [PathBuf::from("/m/one.gguf")]);
    }
}
