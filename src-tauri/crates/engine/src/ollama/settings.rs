//! What the person chose about the Ollama on this computer, and whether that can be.

use std::path::Path;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{
    address,
    advanced::{self, Advanced},
};

/// The longest that a model stays in memory, in seconds: a year.
const LONGEST_KEEP_ALIVE: i64 = 31_536_000;
const MOST_PARALLEL: u32 = 64;
const MOST_LOADED: u32 = 64;
const SHORTEST_CONTEXT: u32 = 256;
const LONGEST_CONTEXT: u32 = 16_777_216;
const LARGEST_PROMPT_CACHE: u32 = 1_048_576;

/// Which Ollama is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(rename_all = "snake_case")]
pub enum Mode {
    /// The one that runs, else one of our own where it is installed.
    #[default]
    Auto,
    /// One of our own, whatever runs.
    Own,
    /// The one that runs; none is started.
    Adopt,
    /// None.
    Off,
}

/// How the memory of a context is kept: smaller is less exact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(rename_all = "snake_case")]
pub enum KvCache {
    /// 2 bytes a number.
    #[default]
    F16,
    /// About half of that.
    #[serde(rename = "q8_0")]
    #[ts(rename = "q8_0")]
    Q8_0,
    /// About a quarter.
    #[serde(rename = "q4_0")]
    #[ts(rename = "q4_0")]
    Q4_0,
}

/// The settings. Those of the environment hold from the next start of an Ollama of our own; one that somebody else started has its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(default, rename_all = "camelCase")]
pub struct OllamaSettings {
    /// Which Ollama is used.
    pub mode: Mode,
    /// The program, where it isn't in a usual place; absolute.
    pub program: Option<String>,
    /// Where one runs that is to be used: "127.0.0.1:11434", "http://…".
    pub address: Option<String>,
    /// The port of our own, 1 to 65,535; a free one where absent.
    pub port: Option<u16>,
    /// Whether models in the cloud, and the look-ups for them, are allowed.
    pub cloud: bool,
    /// The folder of the models, absolute; where absent the one that `OLLAMA_MODELS` of our environment names, else its own.
    pub models_folder: Option<String>,
    /// Seconds that a model stays in memory after an answer; -1 is for ever.
    #[ts(type = "number")]
    pub keep_alive_seconds: i64,
    /// Answers at once for each model, 1 to 64; memory for the context is taken that many times.
    pub parallel: u32,
    /// Models in memory at once, at most 64; 0 leaves it to the engine.
    pub max_loaded: u32,
    /// Tokens of context, from 256; 0 leaves it to the engine.
    pub context_length: u32,
    /// MiB that each loaded model may keep of earlier prompts; 0 is none.
    pub prompt_cache_mib: u32,
    /// How the context is kept.
    pub kv_cache: KvCache,
    /// Flash attention; left to the engine where absent.
    pub flash_attention: Option<bool>,
    /// Variables that few need, by their names (`advanced::variables`).
    #[ts(type = "Record<string, string>")]
    pub advanced: Advanced,
}

impl Default for OllamaSettings {
    fn default() -> Self {
        Self {
            mode: Mode::Auto,
            program: None,
            address: None,
            port: None,
            cloud: false,
            models_folder: None,
            keep_alive_seconds: 300,
            parallel: 1,
            max_loaded: 0,
            context_length: 0,
            prompt_cache_mib: 512,
            kv_cache: KvCache::F16,
            flash_attention: None,
            advanced: Advanced::new(),
        }
    }
}

/// Why settings can't be: a sentence for the person.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Invalid(pub String);

impl OllamaSettings {
    /// Checks what the engine itself would silently take for something else.
    pub fn validate(&self) -> Result<(), Invalid> {
        if let Some(address) = &self.address {
            address::parse(address)?;
        }
        if self.port == Some(0) {
            return no("Port 0 can't be chosen. Give a port from 1 to 65535, or none for a free one.");
        }
        for (path, what) in [(&self.program, "program"), (&self.models_folder, "models folder")] {
            let fine = |path: &String| Path::new(path).is_absolute() && !path.contains('\0');
            if path.as_ref().is_some_and(|path| !fine(path)) {
                return no(&format!("The {what} must be a full path, from the root of the disk."));
            }
        }
        if !(-1..=LONGEST_KEEP_ALIVE).contains(&self.keep_alive_seconds) {
            return no(&format!(
                "A model stays in memory for 0 to {LONGEST_KEEP_ALIVE} seconds, or for ever with -1."
            ));
        }
        if !(1..=MOST_PARALLEL).contains(&self.parallel) {
            return no(&format!("Answers at once are from 1 to {MOST_PARALLEL}."));
        }
        if self.max_loaded > MOST_LOADED {
            return no(&format!("Models in memory are at most {MOST_LOADED}, or 0 to leave it to Ollama."));
        }
        if self.context_length != 0 && !(SHORTEST_CONTEXT..=LONGEST_CONTEXT).contains(&self.context_length) {
            return no(&format!(
                "The context is {SHORTEST_CONTEXT} to {LONGEST_CONTEXT} tokens, or 0 to leave it to Ollama."
            ));
        }
        if self.prompt_cache_mib > LARGEST_PROMPT_CACHE {
            return no(&format!("The prompt cache is at most {LARGEST_PROMPT_CACHE} MiB."));
        }
        if self.kv_cache != KvCache::F16 && self.flash_attention == Some(false) {
            return no(
                "A smaller context memory needs flash attention. Turn that on, or choose f16 for the context.",
            );
        }
        advanced::check(&self.advanced)
    }
}

fn no(sentence: &str) -> Result<(), Invalid> {
    Err(Invalid(sentence.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_usual_settings_are_fine_and_read_back() {
        let settings = OllamaSettings::default();
        assert_eq!(settings.validate(), Ok(()));
        let text = serde_json::to_value(&settings).unwrap();
        assert_eq!((&text["mode"], &text["kvCache"]), (&"auto".into(), &"f16".into()));
        assert_eq!(serde_json::from_str::<OllamaSettings>("{}").unwrap(), settings);
        let quantised: OllamaSettings = serde_json::from_str(r#"{"kvCache":"q8_0"}"#).unwrap();
        assert_eq!(quantised.kv_cache, KvCache::Q8_0);
    }

    #[test]
    fn what_can_t_be_is_refused_in_a_sentence() {
        let usual = OllamaSettings::default;
        for wrong in [
            OllamaSettings { port: Some(0), ..usual() },
            OllamaSettings { address: Some("127.0.0.1:99999".into()), ..usual() },
            OllamaSettings { program: Some("ollama".into()), ..usual() },
            OllamaSettings { models_folder: Some("models".into()), ..usual() },
            OllamaSettings { keep_alive_seconds: -2, ..usual() },
            OllamaSettings { parallel: 0, ..usual() },
            OllamaSettings { max_loaded: 65, ..usual() },
            OllamaSettings { context_length: 100, ..usual() },
            OllamaSettings { prompt_cache_mib: u32::MAX, ..usual() },
            OllamaSettings { advanced: [("OLLAMA_DEBUG".into(), "loud".into())].into(), ..usual() },
            OllamaSettings { kv_cache: KvCache::Q4_0, flash_attention: Some(false), ..usual() },
        ] {
            let Invalid(sentence) = wrong.validate().unwrap_err();
            assert!(sentence.ends_with('.') && !sentence.contains('!'), "{sentence}");
        }
    }
}
