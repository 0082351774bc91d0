//! The dated list of models to begin with, and which of them suits a machine.
//!
//! No hash and no exact size stands in the list: both are read from the hub when a model is downloaded. The person may
//! replace the list by a setting.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{download::Source, hardware::Hardware};

/// The list that comes with Web+.
const BUILT_IN: &str = include_str!("starter.json");

/// Models to begin with, the largest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct StarterList {
    /// When the list was last looked over: "2026-11-20".
    pub updated: String,
    /// The hub's address, without a trailing slash.
    pub hub: String,
    /// The models.
    pub models: Vec<Starter>,
}

/// A model to begin with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Starter {
    /// What the person sees.
    pub name: String,
    /// "owner/name" at the hub.
    pub repository: String,
    /// The file in it.
    pub file: String,
    /// The branch, tag or commit.
    pub revision: String,
    /// Its licence.
    pub licence: String,
    /// How many parameters, in words.
    pub parameters: String,
    /// How large the file is, in words.
    pub size: String,
    /// The memory of a machine that it suits, in MiB.
    pub minimum_memory_mib: u32,
    /// What it is good for, in a sentence.
    pub about: String,
}

impl StarterList {
    /// The list that comes with Web+.
    pub fn built_in() -> Self {
        Self::parse(BUILT_IN).unwrap_or_else(|_| Self {
            updated: String::new(),
            hub: String::new(),
            models: Vec::new(),
        })
    }

    /// A list that the person set: JSON of the same form. Fails with a sentence.
    pub fn parse(text: &str) -> Result<Self, llm::Error> {
        let list: Self = serde_json::from_str(text).map_err(|error| {
            llm::Error::InvalidRequest(format!(
                "The list of starter models can't be read ({error}). Correct it, or remove the setting."
            ))
        })?;
        for model in &list.models {
            list.source(model).check()?;
        }
        Ok(list)
    }

    /// The largest model that suits the machine; the smallest of all where none does; `None` if the list is empty.
    pub fn propose(&self, hardware: &Hardware) -> Option<&Starter> {
        let memory = hardware.total_memory / (1024 * 1024);
        let suits = |model: &&Starter| u64::from(model.minimum_memory_mib) <= memory;
        // A model that takes half a minute for a sentence is no beginning, however much memory there is.
        let quick = |model: &&Starter| hardware.physical_cores >= 8 || model.minimum_memory_mib <= 8 * 1024;
        let size = |model: &&Starter| model.minimum_memory_mib;
        self.models
            .iter()
            .filter(suits)
            .filter(quick)
            .max_by_key(size)
            .or_else(|| self.models.iter().min_by_key(size))
    }

    /// Where a model of the list is downloaded from.
    pub fn source(&self, model: &Starter) -> Source {
        Source {
            hub: self.hub.clone(),
            repository: model.repository.clone(),
            revision: model.revision.clone(),
            file: model.file.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn machine(gibibytes: u64, cores: u32) -> Hardware {
        Hardware {
            total_memory: gibibytes << 30,
            available_memory: 0,
            logical_cores: cores,
            physical_cores: cores,
        }
    }

    #[test]
    fn the_built_in_list_is_sound_and_free() {
        let list = StarterList::parse(BUILT_IN).unwrap();
        assert!(!list.models.is_empty());
        assert!(list.models.iter().all(|model| ["Apache-2.0", "MIT"].contains(&model.licence.as_str())));
    }

    #[test]
    fn the_one_that_fits_the_machine_is_proposed() {
        let list = StarterList::built_in();
        let name = |machine| list.propose(&machine).map(|model| model.parameters.as_str()).unwrap();
        assert_eq!(name(machine(64, 16)), "8B");
        assert_eq!(name(machine(64, 2)), "4B");
        assert_eq!(name(machine(8, 4)), "4B");
        assert_eq!(name(machine(3, 4)), "1.5B");
        assert_eq!(name(machine(0, 1)), "0.5B");
    }

    #[test]
    fn a_list_that_points_elsewhere_is_refused() {
        let list = BUILT_IN.replace("Qwen3-8B-Q4_K_M.gguf", "../../x");
        assert!(StarterList::parse(&list).is_err());
        assert!(StarterList::parse("{}").is_err());
    }
}
