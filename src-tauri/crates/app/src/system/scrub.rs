//! Strikes out what is a person's: their folders, names, and whatever looks like a key.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::AppOptions;

/// Names shorter than this would strike out ordinary words.
const SHORTEST_NAME: usize = 3;
/// Accounts that say nothing about anybody.
const NOBODY: [&str; 4] = ["root", "ollama", "user", "nobody"];
/// A run of letters and digits that is longer is taken for a key, unless it is a digest.
const LONGEST_WORD: usize = 28;
const STRUCK: &str = "…";
/// What keys begin with.
const KEYS: [&str; 9] = ["sk-", "sk_", "pk-", "hf_", "gsk_", "ghp_", "xai-", "AIza", "Bearer "];
/// What names of other people stand behind, in sentences of our own.
const PEOPLE: [&str; 3] = ["(user ", ", user ", "of the user "];
/// Where homes are.
const HOMES: [&str; 3] = ["/home/", "/Users/", "\\Users\\"];

/// What is struck out here.
pub(super) struct Scrub {
    /// Folders with what is written in their place, the deepest first.
    folders: Vec<(String, &'static str)>,
    names: Vec<String>,
}

impl Scrub {
    /// What is known of the person from the surroundings.
    pub(super) fn new(options: &AppOptions) -> Self {
        let variable = |name: &str| (options.variable)(name).filter(|value| !value.trim().is_empty());
        let home = variable("HOME")
            .or_else(|| variable("USERPROFILE"))
            .map(PathBuf::from)
            .or_else(std::env::home_dir);
        let folder =
            home.as_deref().and_then(Path::file_name).map(|name| name.to_string_lossy().into_owned());
        let host =
            std::fs::read_to_string("/proc/sys/kernel/hostname").ok().map(|name| name.trim().to_owned());
        let accounts = ["USER", "LOGNAME", "USERNAME"].map(variable);
        let names = accounts.into_iter().chain([folder, host]).flatten();
        Self::of(home.as_deref(), &options.data_dir, names)
    }

    fn of(home: Option<&Path>, data: &Path, names: impl IntoIterator<Item = String>) -> Self {
        let mut folders: Vec<(String, &'static str)> = [(Some(data), "<data>"), (home, "~")]
            .into_iter()
            .filter_map(|(folder, instead)| Some((folder?.display().to_string(), instead)))
            .filter(|(folder, _)| folder.len() > 1)
            .collect();
        folders.sort_by_key(|(folder, _)| std::cmp::Reverse(folder.len()));
        let mut names: Vec<String> = names
            .into_iter()
            .filter(|name| name.len() >= SHORTEST_NAME && !NOBODY.contains(&name.as_str()))
            .collect();
        names.sort();
        names.dedup();
        Self { folders, names }
    }

    /// Every text in a value, names of fields apart.
    pub(super) fn value(&self, value: Value) -> Value {
        match value {
            Value::String(text) => Value::String(self.text(&text)),
            Value::Array(values) => values.into_iter().map(|value| self.value(value)).collect(),
            Value::Object(fields) => {
                let fields = fields.into_iter().map(|(name, value)| {
                    // Whoever is named there is named nowhere else.
                    let value = if matches!(name.as_str(), "user" | "owner") {
                        Value::Null
                    } else {
                        self.value(value)
                    };
                    (name, value)
                });
                Value::Object(fields.collect())
            }
            other => other,
        }
    }

    fn text(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for (folder, instead) in &self.folders {
            text = text.replace(folder, instead);
            // As a log of JSON lines writes it on Windows.
            text = text.replace(&folder.replace('\\', "\\\\"), instead);
        }
        for home in HOMES {
            text = without_word_after(&text, home);
        }
        for before in PEOPLE.into_iter().chain(KEYS) {
            text = without_word_after(&text, before);
        }
        text = without_credentials(&text);
        for name in &self.names {
            text = without_name(&text, name);
        }
        without_long_words(&text)
    }
}

/// Strikes out what follows, up to what can't be part of a name or a key.
fn without_word_after(text: &str, before: &str) -> String {
    let mut result = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(before) {
        let (kept, tail) = rest.split_at(at + before.len());
        // In the middle of a word ("task-", "risk-") it begins nothing.
        let begins = before.starts_with(['/', '\\', ','])
            || !kept[..at].ends_with(|letter: char| letter.is_alphanumeric());
        result.push_str(kept);
        rest = tail;
        if begins {
            let end = tail.find(|letter: char| !is_of_key(letter)).unwrap_or(tail.len());
            if end > 0 {
                result.push_str(STRUCK);
            }
            rest = &tail[end..];
        }
    }
    result + rest
}

fn is_of_key(letter: char) -> bool {
    letter.is_alphanumeric() || matches!(letter, '-' | '_' | '.')
}

/// "http://me:secret@host" without the part before the @, and addresses without what follows their "?".
fn without_credentials(text: &str) -> String {
    let mut result = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("://") {
        let (kept, tail) = rest.split_at(at + 3);
        result.push_str(kept);
        let end = tail
            .find(|letter: char| letter.is_whitespace() || "\"'<>)".contains(letter))
            .unwrap_or(tail.len());
        let (address, after) = tail.split_at(end);
        let host_ends = address.find('/').unwrap_or(address.len());
        let address = match address[..host_ends].rfind('@') {
            Some(at) => &address[at + 1..],
            None => address,
        };
        match address.split_once('?') {
            Some((path, _)) => {
                result.push_str(path);
                result.push_str("?…");
            }
            None => result.push_str(address),
        }
        rest = after;
    }
    result + rest
}

/// Strikes out a name where it stands as a word of its own.
fn without_name(text: &str, name: &str) -> String {
    let mut result = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(name) {
        let (before, tail) = rest.split_at(at);
        let after = &tail[name.len()..];
        let alone = !before.ends_with(char::is_alphanumeric) && !after.starts_with(char::is_alphanumeric);
        result.push_str(before);
        result.push_str(if alone { STRUCK } else { name });
        rest = after;
    }
    result + rest
}

/// Strikes out long runs of letters and digits together; digests of models (sha256-…) stay, they are nobody's.
fn without_long_words(text: &str) -> String {
    let mut result = String::with_capacity(text.len());
    let mut word = String::new();
    for letter in text.chars().map(Some).chain([None]) {
        match letter {
            Some(letter) if letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_') => {
                word.push(letter);
            }
            other => {
                let is_key = word.len() > LONGEST_WORD
                    && word.contains(|letter: char| letter.is_ascii_digit())
                    && word.contains(|letter: char| letter.is_ascii_alphabetic())
                    && word.split(['-', '_']).any(|part| part.len() >= 16)
                    && !word.starts_with("sha256")
                    && !result.ends_with("sha256:");
                result.push_str(if is_key { STRUCK } else { &word });
                word.clear();
                result.extend(other);
            }
        }
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scrub() -> Scrub {
        let data = Path::new("/home/ann/.local/share/webplus");
        Scrub::of(Some(Path::new("/home/ann")), data, ["ann".to_owned(), "root".to_owned(), "al".to_owned()])
    }

    #[test]
    fn folders_and_names_are_struck_out() {
        for (text, struck) in [
            ("/home/ann/.local/share/webplus/webplus.db is whole", "<data>/webplus.db is whole"),
            ("models in /home/ann/models", "models in ~/models"),
            ("/home/eve/x and /Users/eve.b/y", "/home/…/x and /Users/…/y"),
            ("x (process 1, user eve), y (user eve)", "x (process 1, user …), y (user …)"),
            ("a program of the user eve.b holds it", "a program of the user … holds it"),
            ("run by ann", "run by …"),
            ("annals of Hannah, al", "annals of Hannah, al"),
            ("user root", "user root"),
        ] {
            assert_eq!(scrub().text(text), struck);
        }
    }

    #[test]
    fn whatever_looks_like_a_key_is_struck_out() {
        for (text, struck) in [
            ("key sk-abc-DEF_123.", "key sk-…"),
            ("a task-1 of risk-2", "a task-1 of risk-2"),
            ("Authorization: Bearer abc.def", "Authorization: Bearer …"),
            ("http://me:secret@proxy:1/x", "http://proxy:1/x"),
            ("https://a.test/x?key=1&b \"", "https://a.test/x?… \""),
            ("token abcdefghij0123456789abcdefghij end", "token … end"),
            (
                "blob sha256-0123456789abcdef0123456789abcdef01234567",
                "blob sha256-0123456789abcdef0123456789abcdef01234567",
            ),
            ("thread-with-a-rather-long-name-in-words-1", "thread-with-a-rather-long-name-in-words-1"),
        ] {
            assert_eq!(scrub().text(text), struck);
        }
    }

    #[test]
    fn whose_something_is_is_left_out_of_values() {
        let value = serde_json::json!({ "holder": { "user": "somebody", "pid": 1 }, "at": ["/home/ann/x"] });
        assert_eq!(
            scrub().value(value),
            serde_json::json!({ "holder": { "user": null, "pid": 1 }, "at": ["~/x"] })
        );
    }
}
