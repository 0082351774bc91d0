//! The words of a piece of code, and what they are there.

use std::collections::BTreeSet;

use crate::scan::{Token, TokenKind};

/// Words that are no values.
const KEYWORDS: [&str; 17] = [
    "and",
    "or",
    "not",
    "is",
    "if",
    "elif",
    "else",
    "for",
    "recursive",
    "true",
    "false",
    "none",
    "True",
    "False",
    "None",
    "loop",
    "caller",
];
/// What the engine has by itself.
const FUNCTIONS: [&str; 4] = ["range", "dict", "namespace", "lipsum"];
/// What a block can begin with.
const BLOCKS: [&str; 18] = [
    "if",
    "elif",
    "else",
    "for",
    "set",
    "with",
    "macro",
    "call",
    "filter",
    "do",
    "block",
    "autoescape",
    "raw",
    "break",
    "continue",
    "include",
    "import",
    "from",
];

#[derive(Clone, Copy)]
pub(super) struct Words<'a> {
    pub(super) text: &'a str,
    pub(super) tokens: &'a [Token],
}

impl<'a> Words<'a> {
    fn word(self, at: usize) -> &'a str {
        self.tokens.get(at).and_then(|token| self.text.get(token.range.clone())).unwrap_or_default()
    }

    fn name(self, at: usize) -> Option<&'a str> {
        let token = self.tokens.get(at)?;
        (token.kind == TokenKind::Name).then(|| self.word(at))
    }

    /// The name of a value at that place: no key of something else, no filter, no test, no keyword, no argument's name.
    pub(super) fn value_name(self, at: usize) -> Option<&'a str> {
        let name = self.name(at)?;
        let before = at.checked_sub(1).map(|before| self.word(before)).unwrap_or_default();
        if [".", "|", "is"].contains(&before) || (before == "not" && at >= 2 && self.word(at - 2) == "is") {
            return None;
        }
        if self.word(at + 1) == "=" && ["(", ","].contains(&before) {
            return None;
        }
        if name == "in" {
            // Also an operator: between two values, and in `for x in`.
            return (self.word(at + 1) == "." && !self.ends_value(at)).then_some(name);
        }
        (!KEYWORDS.contains(&name) && !FUNCTIONS.contains(&name)).then_some(name)
    }

    /// The name at that place if that word stands before it (`not` apart).
    pub(super) fn behind(self, at: usize, word: &str) -> Option<&'a str> {
        let before = at.checked_sub(1)?;
        let name = self.name(at).filter(|name| *name != "not")?;
        let earlier =
            if word == "is" && self.word(before) == "not" { before.checked_sub(1)? } else { before };
        (self.word(earlier) == word).then_some(name)
    }

    /// Where values begin: behind the word that says what a block is.
    pub(super) fn first_value(self) -> usize {
        match self.name(0) {
            Some("filter") => 2,
            Some(word) if BLOCKS.contains(&word) || word.starts_with("end") => 1,
            _ => 0,
        }
    }

    /// Adds the names that a block makes: of `for`, `set`, `with`, `macro`, `call`, `import`.
    pub(super) fn made(self, names: &mut BTreeSet<&'a str>) {
        let block = self.name(0).unwrap_or_default();
        if !["for", "set", "with", "macro", "call", "import", "from"].contains(&block) {
            return;
        }
        for at in 1..self.tokens.len() {
            let word = self.word(at);
            if block == "for" && word == "in" {
                break;
            }
            let made = match block {
                "for" => true,
                "set" => self.comes_before(at, "=") || self.tokens.len() == 2 || self.word(2) == "|",
                "with" => self.word(at + 1) == "=",
                _ => true,
            };
            if let Some(name) = self.name(at).filter(|_| made && self.word(at - 1) != ".") {
                names.insert(name);
            }
        }
    }

    /// Whether that sign comes later, outside brackets.
    fn comes_before(self, at: usize, sign: &str) -> bool {
        (at + 1..self.tokens.len()).any(|later| self.word(later) == sign)
            && !(0..at).any(|earlier| self.word(earlier) == sign)
    }

    /// The one or two keys behind a name: `.a.b`, `["a"].b`.
    pub(super) fn keys(self, at: usize) -> (Option<&'a str>, Option<&'a str>) {
        let Some((first, next)) = self.key(at + 1) else { return (None, None) };
        (Some(first), self.key(next).map(|(second, _)| second))
    }

    fn key(self, at: usize) -> Option<(&'a str, usize)> {
        match self.word(at) {
            "." => self.name(at + 1).map(|name| (name, at + 2)),
            "[" if self.tokens.get(at + 1)?.kind == TokenKind::Text && self.word(at + 2) == "]" => {
                let quoted = self.word(at + 1);
                let name = quoted.get(1..quoted.len().checked_sub(1)?)?;
                Some((name, at + 3))
            }
            _ => None,
        }
    }

    /// Whether the word before ends a value, so that `in` is the operator.
    fn ends_value(self, at: usize) -> bool {
        let Some(before) = at.checked_sub(1) else { return false };
        match self.tokens.get(before).map(|token| token.kind) {
            Some(TokenKind::Name) => {
                let words = ["and", "or", "in", "is", "if", "elif", "else", "set", "with", "do", "for"];
                match self.word(before) {
                    "not" => self.ends_value(before),
                    word => !words.contains(&word),
                }
            }
            Some(TokenKind::Number | TokenKind::Text) => true,
            Some(TokenKind::Sign) => [")", "]", "}"].contains(&self.word(before)),
            None => false,
        }
    }

    /// A few words from there on, for a message.
    pub(super) fn rest(self, at: usize) -> String {
        let start = self.tokens.get(at).map_or(0, |token| token.range.start);
        self.text.get(start..).unwrap_or_default().chars().take(24).collect()
    }
}
