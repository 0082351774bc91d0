//! An object of the file, read key by key: what is asked for is known, what is left over at the end is a fault.

use std::cell::RefCell;
use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::duration;
use crate::expression::kind_of;
use crate::{Fault, Severity};

/// More than this many faults help nobody.
const MAX_FAULTS: usize = 200;

/// Where faults are gathered.
#[derive(Default)]
pub(super) struct Sink {
    faults: RefCell<Vec<Fault>>,
}

impl Sink {
    pub(super) fn fault(&self, code: &str, place: String, message: String) {
        let mut faults = self.faults.borrow_mut();
        if faults.len() < MAX_FAULTS {
            faults.push(Fault {
                severity: Severity::Error,
                code: code.to_owned(),
                place,
                node: None,
                message,
            });
        }
    }

    /// How many there are, so that those of a node can be marked with it by `mark_from`.
    pub(super) fn count(&self) -> usize {
        self.faults.borrow().len()
    }

    /// All since the `from`th concern that node.
    pub(super) fn mark_from(&self, from: usize, node: &str) {
        for fault in self.faults.borrow_mut().iter_mut().skip(from) {
            fault.node = Some(node.to_owned());
        }
    }

    pub(super) fn into_faults(self) -> Vec<Fault> {
        self.faults.into_inner()
    }
}

/// An object with its place.
pub(super) struct Fields<'a> {
    map: &'a Map<String, Value>,
    place: String,
    asked: BTreeSet<&'a str>,
    known: Vec<&'static str>,
    sink: &'a Sink,
}

impl<'a> Fields<'a> {
    /// `value`, which must be an object.
    pub(super) fn of(value: &'a Value, place: String, sink: &'a Sink) -> Option<Self> {
        match value {
            Value::Object(map) => Some(Self { map, place, asked: BTreeSet::new(), known: Vec::new(), sink }),
            other => {
                sink.fault(
                    "wrong_type",
                    place,
                    format!("This must be an object in braces, but it is {}.", kind_of(other)),
                );
                None
            }
        }
    }

    /// The pointer of one of its keys.
    pub(super) fn place(&self, key: &str) -> String {
        joined(&self.place, key)
    }

    /// Its own pointer.
    pub(super) fn here(&self) -> &str {
        &self.place
    }

    pub(super) fn value(&mut self, key: &'static str) -> Option<&'a Value> {
        self.known.push(key);
        let (name, value) = self.map.get_key_value(key)?;
        self.asked.insert(name);
        Some(value)
    }

    pub(super) fn required(&mut self, key: &'static str) -> Option<&'a Value> {
        let value = self.value(key);
        if value.is_none() {
            self.sink.fault("missing", self.place.clone(), format!("`{key}` is missing here. Add it."));
        }
        value
    }

    pub(super) fn required_text(&mut self, key: &'static str) -> Option<&'a str> {
        self.required(key)?;
        let text = self.text(key)?;
        if text.is_empty() {
            self.sink.fault("empty", self.place(key), format!("`{key}` must not be empty."));
        }
        Some(text)
    }

    pub(super) fn text(&mut self, key: &'static str) -> Option<&'a str> {
        let value = self.value(key)?;
        let text = value.as_str();
        if text.is_none() {
            self.wrong(key, "text in quotes", value);
        }
        text
    }

    pub(super) fn bool(&mut self, key: &'static str) -> Option<bool> {
        let value = self.value(key)?;
        let found = value.as_bool();
        if found.is_none() {
            self.wrong(key, "true or false", value);
        }
        found
    }

    /// A whole number within bounds.
    pub(super) fn whole(&mut self, key: &'static str, least: u64, most: u64) -> Option<u64> {
        let value = self.value(key)?;
        let found = value.as_u64().filter(|number| (least..=most).contains(number));
        if found.is_none() {
            self.wrong(key, &format!("a whole number from {least} to {most}"), value);
        }
        found
    }

    /// A number within bounds.
    pub(super) fn number(&mut self, key: &'static str, least: f64, most: f64) -> Option<f64> {
        let value = self.value(key)?;
        let found = value.as_f64().filter(|number| (least..=most).contains(number));
        if found.is_none() {
            self.wrong(key, &format!("a number from {least} to {most}"), value);
        }
        found
    }

    /// Milliseconds of a duration.
    pub(super) fn duration(&mut self, key: &'static str) -> Option<u64> {
        let value = self.value(key)?;
        let found = value.as_str().and_then(duration);
        if found.is_none() {
            self.wrong(key, "a duration such as \"500ms\", \"30s\", \"5m\", \"2h\" or \"3d\"", value);
        }
        found
    }

    /// One of some words.
    pub(super) fn choice<T: Copy>(&mut self, key: &'static str, choices: &[(&str, T)]) -> Option<T> {
        let value = self.value(key)?;
        let found =
            choices.iter().find(|(word, _)| Some(*word) == value.as_str()).map(|(_, meaning)| *meaning);
        if found.is_none() {
            let words: Vec<_> = choices.iter().map(|(word, _)| format!("\"{word}\"")).collect();
            self.wrong(key, &format!("one of {}", words.join(", ")), value);
        }
        found
    }

    /// A list of some words.
    pub(super) fn choices<T: Copy>(&mut self, key: &'static str, choices: &[(&str, T)]) -> Vec<T> {
        let mut found = Vec::new();
        for (value, place) in self.list(key, choices.len()) {
            if let Some((_, meaning)) = choices.iter().find(|(word, _)| Some(*word) == value.as_str()) {
                found.push(*meaning);
            } else {
                let words: Vec<_> = choices.iter().map(|(word, _)| format!("\"{word}\"")).collect();
                self.sink.fault("wrong_type", place, format!("This must be one of {}.", words.join(", ")));
            }
        }
        found
    }

    /// An object inside.
    pub(super) fn inner(&mut self, key: &'static str) -> Option<Fields<'a>> {
        let value = self.value(key)?;
        Fields::of(value, self.place(key), self.sink)
    }

    /// The values of a list with their places; empty where it is absent.
    pub(super) fn list(
        &mut self,
        key: &'static str,
        most: usize,
    ) -> impl Iterator<Item = (&'a Value, String)> + use<'a> {
        let values: &[Value] = match self.value(key) {
            None => &[],
            Some(Value::Array(values)) if values.len() > most => {
                let message = format!("`{key}` has {} entries; at most {most} are allowed.", values.len());
                self.sink.fault("too_many", self.place(key), message);
                &[]
            }
            Some(Value::Array(values)) => values,
            Some(other) => {
                self.wrong(key, "a list in square brackets", other);
                &[]
            }
        };
        let place = self.place(key);
        values.iter().enumerate().map(move |(index, value)| (value, format!("{place}/{index}")))
    }

    pub(super) fn texts(&mut self, key: &'static str) -> Vec<String> {
        let sink = self.sink;
        let text = |(value, place): (&Value, String)| {
            if let Some(text) = value.as_str() {
                Some(text.to_owned())
            } else {
                sink.fault(
                    "wrong_type",
                    place,
                    format!("This must be text in quotes, but it is {}.", kind_of(value)),
                );
                None
            }
        };
        self.list(key, 10_000).filter_map(text).collect()
    }

    /// All its keys, where any are allowed.
    pub(super) fn entries(self) -> impl Iterator<Item = (&'a String, &'a Value, String)> {
        let place = self.place;
        self.map.iter().map(move |(key, value)| (key, value, joined(&place, key)))
    }

    /// Whether there is such a key, without asking for it.
    pub(super) fn has(&self, key: &str) -> bool {
        self.map.contains_key(key)
    }

    /// What wasn't asked for is unknown.
    pub(super) fn finish(self) {
        for key in self.map.keys().filter(|key| !self.asked.contains(key.as_str())) {
            let near = nearest(key, &self.known);
            let hint = near.map_or_else(String::new, |near| format!(" Did you mean `{near}`?"));
            self.sink.fault(
                "unknown_key",
                joined(&self.place, key),
                format!("`{key}` isn't known here.{hint}{}", if near.is_some() { "" } else { " Remove it." }),
            );
        }
    }

    fn wrong(&self, key: &str, wanted: &str, value: &Value) {
        let found = match value {
            Value::String(text) if text.chars().count() <= 40 => format!("\"{text}\""),
            Value::Number(number) => number.to_string(),
            other => kind_of(other).to_owned(),
        };
        self.sink.fault(
            "wrong_type",
            self.place(key),
            format!("`{key}` must be {wanted}, but it is {found}."),
        );
    }
}

/// A JSON pointer one key on.
pub(crate) fn joined(place: &str, key: &str) -> String {
    format!("{place}/{}", key.replace('~', "~0").replace('/', "~1"))
}

/// The known word that a mistyped one most likely was meant to be.
pub(crate) fn nearest<'w>(word: &str, known: &[&'w str]) -> Option<&'w str> {
    let (distance, near) = known.iter().map(|one| (distance(word, one), *one)).min()?;
    (distance <= 1 + near.len() / 4).then_some(near)
}

/// Letters to change, add or take away to make one word of the other; words here are short.
fn distance(left: &str, right: &str) -> usize {
    if left.len() > 64 || right.len() > 64 {
        return usize::MAX / 2;
    }
    let right: Vec<char> = right.chars().collect();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (index, letter) in left.chars().enumerate() {
        let mut before = index;
        let mut last = index + 1;
        if let Some(first) = row.first_mut() {
            *first = last;
        }
        for (cell, other) in row.iter_mut().skip(1).zip(&right) {
            let changed = before + usize::from(letter != *other);
            before = *cell;
            last = changed.min(before + 1).min(last + 1);
            *cell = last;
        }
    }
    row.last().copied().unwrap_or_default()
}
