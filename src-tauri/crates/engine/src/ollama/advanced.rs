//! The variables of Ollama that few need: each with what it means and which values it takes, since Ollama itself takes a value
//! that it can't read for something else without a word.
//!
//! Deliberately not here: what has a setting of its own, and what would write prompts to the disk or send them elsewhere.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::Invalid;

/// Chosen values by the variables' names.
pub type Advanced = BTreeMap<String, String>;

/// A variable that may be set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct OllamaVariable {
    /// "OLLAMA_MAX_QUEUE".
    pub name: String,
    /// What it does, in a sentence.
    pub meaning: String,
    /// Which values it takes, in words: "1 to 100000".
    pub takes: String,
}

/// Which values a variable takes.
#[derive(Debug, Clone, Copy)]
enum Takes {
    Number(u64, u64),
    OneOf(&'static [&'static str]),
    /// Letters, digits, `-`, `_` and `.`.
    Word,
    Origins,
}

const TRUTH: Takes = Takes::OneOf(&["0", "1"]);

const KNOWN: [(&str, &str, Takes); 12] = [
    (
        "OLLAMA_LOAD_TIMEOUT",
        "Seconds that loading a model may go on without getting further.",
        Takes::Number(1, 86_400),
    ),
    ("OLLAMA_MAX_QUEUE", "Requests that may wait; more are refused.", Takes::Number(1, 100_000)),
    ("OLLAMA_MAX_TRANSFER_STREAMS", "Connections of a download at once.", Takes::Number(1, 64)),
    (
        "OLLAMA_ORIGINS",
        "Origins of web pages that may ask it, besides those of this computer.",
        Takes::Origins,
    ),
    ("OLLAMA_GPU_OVERHEAD", "Bytes that stay free on each graphics card.", Takes::Number(0, 1 << 40)),
    (
        "OLLAMA_SCHED_SPREAD",
        "Whether a model is spread over all graphics cards, also where one would do.",
        TRUTH,
    ),
    ("OLLAMA_VULKAN", "Whether graphics cards are used by way of Vulkan.", TRUTH),
    ("OLLAMA_IGPU_ENABLE", "Whether the graphics of the processor itself are used.", TRUTH),
    (
        "OLLAMA_LLM_LIBRARY",
        "The library to compute with, in place of the one that it finds itself.",
        Takes::Word,
    ),
    ("OLLAMA_DEBUG", "How much it writes into its log.", Takes::OneOf(&["0", "1", "2"])),
    (
        "LLAMA_ARG_FIT",
        "Whether a load is made smaller until it fits into memory.",
        Takes::OneOf(&["on", "off"]),
    ),
    (
        "LLAMA_ARG_FIT_TARGET",
        "MiB that stay free on each graphics card when a load is fitted.",
        Takes::Number(0, 1 << 20),
    ),
];

impl Takes {
    fn words(self) -> String {
        match self {
            Self::Number(least, most) => format!("{least} to {most}"),
            Self::OneOf(values) => values.join(" or "),
            Self::Word => "a name".to_owned(),
            Self::Origins => "https://example.com, one or more, with commas between".to_owned(),
        }
    }

    fn takes(self, value: &str) -> bool {
        match self {
            Self::Number(least, most) => {
                value.bytes().all(|byte| byte.is_ascii_digit())
                    && value.parse::<u64>().is_ok_and(|number| (least..=most).contains(&number))
            }
            Self::OneOf(values) => values.contains(&value),
            Self::Word => {
                (1..=64).contains(&value.len())
                    && value.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
            }
            Self::Origins => value.len() <= 2000 && value.split(',').all(is_origin),
        }
    }
}

/// "https://example.com". Not "*", with which every page could ask it.
fn is_origin(text: &str) -> bool {
    let plain = |text: &str| {
        !text.is_empty()
            && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._:*[]".contains(&byte))
    };
    text.trim().split_once("://").is_some_and(|(scheme, host)| {
        !scheme.is_empty()
            && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-+.".contains(&byte))
            && plain(host)
    })
}

/// All that may be set.
pub fn variables() -> Vec<OllamaVariable> {
    let all = KNOWN.iter().map(|(name, meaning, takes)| OllamaVariable {
        name: (*name).to_owned(),
        meaning: (*meaning).to_owned(),
        takes: takes.words(),
    });
    all.collect()
}

/// Whether a variable is one of these.
pub(super) fn is_known(name: &str) -> bool {
    KNOWN.iter().any(|(known, ..)| *known == name)
}

/// Fails with a sentence on an unknown name, and on a value that can't be.
pub(super) fn check(chosen: &Advanced) -> Result<(), Invalid> {
    for (name, value) in chosen {
        let Some((_, _, takes)) = KNOWN.iter().find(|(known, ..)| known == name) else {
            let shown: String = name.chars().take(40).collect();
            return Err(Invalid(format!("{shown} is no variable that can be set here. Leave it out.")));
        };
        if !takes.takes(value) {
            return Err(Invalid(format!("{name} takes {}. Correct it, or leave it empty.", takes.words())));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checked(name: &str, value: &str) -> Result<(), Invalid> {
        check(&Advanced::from([(name.to_owned(), value.to_owned())]))
    }

    #[test]
    fn values_are_taken_where_ollama_reads_them_as_they_are() {
        for (name, good, bad) in [
            ("OLLAMA_LOAD_TIMEOUT", "600", "10m"),
            ("OLLAMA_MAX_QUEUE", "1", "0"),
            ("OLLAMA_GPU_OVERHEAD", "0", "-1"),
            ("OLLAMA_VULKAN", "1", "yes"),
            ("OLLAMA_DEBUG", "2", "3"),
            ("OLLAMA_LLM_LIBRARY", "cuda_v12", "../x"),
            ("OLLAMA_ORIGINS", "https://a.example, chrome-extension://*", "*"),
            ("OLLAMA_ORIGINS", "http://localhost:3000", "example.com"),
            ("LLAMA_ARG_FIT", "off", ""),
        ] {
            assert_eq!(checked(name, good), Ok(()), "{name}={good}");
            let message = checked(name, bad).unwrap_err().0;
            assert!(message.contains(name) && message.ends_with('.'), "{name}={bad}: {message}");
        }
        assert!(checked("LD_PRELOAD", "/tmp/x.so").unwrap_err().0.contains("LD_PRELOAD"));
    }

    #[test]
    fn every_variable_says_what_it_does() {
        for OllamaVariable { name, meaning, takes } in variables() {
            assert!(meaning.ends_with('.') && !takes.is_empty(), "{name}");
        }
    }
}
