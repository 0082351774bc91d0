//! Where a model is at a hub.

use std::path::Path;

use llm::Error;
use serde::{Deserialize, Serialize};

use super::fetch::parse;
use crate::gguf;

/// A file in a repository of a hub.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// The hub's address: https, or http on this computer.
    pub hub: String,
    /// "owner/name".
    pub repository: String,
    /// A branch, tag or commit.
    pub revision: String,
    /// The file's path in the repository; ends in `.gguf`.
    pub file: String,
}

impl Source {
    /// Whether it names a file at a hub and nothing else; fails with a sentence.
    pub fn check(&self) -> Result<(), Error> {
        parse(&self.hub)?;
        let is_repository =
            self.repository.split('/').count() == 2 && self.repository.split('/').all(is_word);
        let is_model = self.file.strip_suffix(".gguf").is_some();
        let is_file = is_model && self.file.len() <= 300 && self.file.split('/').all(is_word);
        if is_repository && is_file && is_word(&self.revision) {
            Ok(())
        } else {
            Err(Error::InvalidRequest(
                "That doesn't name a model at a hub: a repository is written owner/name, a file ends in .gguf.".into(),
            ))
        }
    }

    /// Where the pointer to the file is.
    pub(super) fn pointer_url(&self) -> String {
        self.url("raw")
    }

    /// Where the file is.
    pub(super) fn file_url(&self) -> String {
        self.url("resolve")
    }

    /// All files of the model that has this one, in order; itself alone where it isn't split.
    pub fn parts(&self) -> Vec<Self> {
        let (folder, name) = match self.file.rsplit_once('/') {
            Some((folder, name)) => (format!("{folder}/"), name),
            None => (String::new(), self.file.as_str()),
        };
        let names = gguf::parts_of(Path::new(name));
        let names = names.iter().filter_map(|part| part.to_str());
        names.map(|part| Self { file: format!("{folder}{part}"), ..self.clone() }).collect()
    }

    /// The file's name without its ending, and without which part it is.
    pub(super) fn stem(&self) -> String {
        let name = self.file.rsplit('/').next().unwrap_or_default();
        let whole = || name.strip_suffix(".gguf").unwrap_or(name).to_owned();
        gguf::split_name(Path::new(name)).map_or_else(whole, |(stem, ..)| stem)
    }

    fn url(&self, verb: &str) -> String {
        format!(
            "{}/{}/{verb}/{}/{}",
            self.hub.trim_end_matches('/'),
            self.repository,
            self.revision,
            self.file
        )
    }
}

/// One word of a path that means itself in every URL.
fn is_word(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= 128
        && !text.starts_with('.')
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte))
}
