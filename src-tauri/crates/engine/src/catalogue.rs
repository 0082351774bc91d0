//! The dated list of models to choose from, which works without a network, and which of them fit a machine.
//!
//! Sizes are rounded, and say so: what a model really takes is read where it is got. A newer list of the same form can
//! take its place. Deliberately not here: getting a model, and the few that a first start proposes (`starter`).

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::hardware::{Fit, Room, fits_bytes};

/// The list that comes with Web+.
const BUILT_IN: &str = include_str!("catalogue/models.json");

/// Longer lists are refused, in bytes.
const MAX_LENGTH: usize = 1024 * 1024;

/// Models to choose from.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Catalogue {
    /// When it was last looked over: "2026-11-20".
    pub dated: String,
    /// The models, by family.
    pub entries: Vec<CatalogueEntry>,
}

/// A model in its sizes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct CatalogueEntry {
    /// What Ollama calls it, without a tag.
    pub name: String,
    /// What the person sees.
    pub title: String,
    /// What it is good for, in a sentence.
    pub description: String,
    /// Whose family it belongs to: "qwen3".
    pub family: String,
    /// Who made it.
    pub maker: String,
    /// Its licence.
    pub license: String,
    /// What it can beside text: "vision", "tools", "thinking", "embedding", "code".
    #[serde(default)]
    pub capabilities: Vec<String>,
    /// Its sizes, the smallest first.
    pub sizes: Vec<CatalogueSize>,
}

/// One size of a model.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct CatalogueSize {
    /// Ollama's tag.
    pub tag: String,
    /// How many parameters, in words: "8B".
    pub parameters: String,
    /// What it takes on the disk, in bytes.
    #[ts(type = "number")]
    pub bytes: u64,
    /// Whether `bytes` is rounded.
    #[serde(default)]
    pub approximate: bool,
    /// The context it was trained for, in tokens.
    pub context: u32,
    /// Whether it fits this machine. Not in the list itself.
    #[serde(default = "unknown")]
    pub fits: Fit,
}

fn unknown() -> Fit {
    Fit::Unknown
}

impl Catalogue {
    /// The list that comes with Web+.
    pub fn built_in() -> Self {
        Self::parse(BUILT_IN).unwrap_or_default()
    }

    /// A newer list: JSON of the same form, in which unknown fields are passed over. Fails with a sentence.
    pub fn parse(text: &str) -> Result<Self, llm::Error> {
        if text.len() > MAX_LENGTH {
            return Err(refused("it is too long"));
        }
        let mut catalogue: Self = serde_json::from_str(text).map_err(|error| refused(&error.to_string()))?;
        catalogue.check().map_err(|why| refused(&why))?;
        for size in catalogue.entries.iter_mut().flat_map(|entry| &mut entry.sizes) {
            size.fits = Fit::Unknown;
        }
        Ok(catalogue)
    }

    /// The same, with each size's fit told.
    #[must_use]
    pub fn fitted(mut self, room: &Room) -> Self {
        for size in self.entries.iter_mut().flat_map(|entry| &mut entry.sizes) {
            size.fits = fits_bytes(size.memory(), room);
        }
        self
    }

    fn check(&self) -> Result<(), String> {
        if !is_date(&self.dated) {
            return Err("its date is missing".into());
        }
        let mut names = std::collections::BTreeSet::new();
        for entry in &self.entries {
            let name = &entry.name;
            if !is_word(name, "/") || entry.title.trim().is_empty() {
                return Err(format!("a model of it has no sound name (\"{}\")", shortened(name)));
            }
            if !names.insert(name) {
                return Err(format!("it has {name} twice"));
            }
            let mut tags = std::collections::BTreeSet::new();
            if entry.sizes.is_empty() {
                return Err(format!("{name} has no size"));
            }
            for size in &entry.sizes {
                let sound = is_word(&size.tag, "") && size.bytes > 0 && size.context > 0;
                if !sound || !tags.insert(&size.tag) {
                    return Err(format!("a size of {name} makes no sense (\"{}\")", shortened(&size.tag)));
                }
            }
        }
        Ok(())
    }
}

impl CatalogueSize {
    /// Memory for the weights and a usual conversation, in bytes: the file's own size says more of it than any number of
    /// parameters.
    pub fn memory(&self) -> u64 {
        self.bytes.saturating_add(self.bytes / 6).saturating_add(512 << 20)
    }
}

fn refused(why: &str) -> llm::Error {
    llm::Error::InvalidRequest(format!(
        "The list of models can't be read: {why}. The one that came with Web+ is used."
    ))
}

fn is_date(text: &str) -> bool {
    text.len() == 10
        && text.bytes().enumerate().all(|(at, byte)| match at {
            4 | 7 => byte == b'-',
            _ => byte.is_ascii_digit(),
        })
}

/// Letters, digits and what names are made with: nothing that means something else in an address.
fn is_word(text: &str, also: &str) -> bool {
    (1..=96).contains(&text.len())
        && text.starts_with(|first: char| first.is_ascii_alphanumeric())
        && !text.contains("..")
        && text.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c) || also.contains(c))
}

fn shortened(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(40).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    const GIB: u64 = 1 << 30;

    #[test]
    fn the_built_in_list_is_sound() {
        let catalogue = Catalogue::parse(BUILT_IN).unwrap();
        assert!(catalogue.entries.len() >= 20, "{}", catalogue.entries.len());
        let known = ["vision", "tools", "thinking", "embedding", "code"];
        for entry in &catalogue.entries {
            assert!(entry.capabilities.iter().all(|word| known.contains(&word.as_str())), "{}", entry.name);
            assert!(entry.description.ends_with('.'), "{}", entry.name);
            assert!(entry.sizes.is_sorted_by_key(|size| size.bytes), "{}", entry.name);
            assert!(entry.sizes.iter().all(|size| size.approximate), "{}", entry.name);
        }
    }

    #[test]
    fn each_size_is_told_to_fit_or_not() {
        let room = Room { memory: 7 * GIB, gpu: 0 };
        let catalogue = Catalogue::built_in().fitted(&room);
        let qwen = catalogue.entries.iter().find(|entry| entry.name == "qwen3").unwrap();
        let fit = |tag: &str| qwen.sizes.iter().find(|size| size.tag == tag).unwrap().fits;
        assert_eq!((fit("0.6b"), fit("4b"), fit("32b")), (Fit::Yes, Fit::Yes, Fit::No));
    }

    #[test]
    fn a_list_that_makes_no_sense_is_refused_with_the_reason() {
        let refused =
            |from: &str, to: &str| Catalogue::parse(&BUILT_IN.replacen(from, to, 1)).unwrap_err().to_string();
        assert!(refused("\"name\": \"qwen3\"", "\"name\": \"../qwen3\"").contains("sound name"));
        assert!(refused("\"name\": \"qwen3\"", "\"name\": \"gemma3\"").contains("gemma3 twice"));
        assert!(refused("\"dated\": \"2026", "\"dated\": \"26").contains("date"));
        assert!(refused("\"tag\": \"0.6b\"", "\"tag\": \"0.6b x\"").contains("size of"));
        assert!(Catalogue::parse("{}").is_err() && Catalogue::parse(&" ".repeat(MAX_LENGTH + 1)).is_err());
        let newer = BUILT_IN.replacen("\"dated\"", "\"note\": \"new\", \"dated\"", 1);
        assert!(Catalogue::parse(&newer).is_ok());
    }
}
