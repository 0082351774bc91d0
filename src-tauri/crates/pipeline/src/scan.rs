//! Where code stands in a template and which words it is made of. The engine has a lexer of its own, but keeps it to itself;
//! this one serves what the engine doesn't offer: comparing numbers only, and saying which results a text names.
//!
//! It judges nothing: what isn't well-formed is the compiler's to report.

use std::ops::Range;

/// A piece of code: between `{{ }}`, between `{% %}`, or a whole expression.
#[derive(Debug)]
pub(crate) struct Tag {
    /// Where its inside stands in the text.
    pub(crate) range: Range<usize>,
    /// Its words.
    pub(crate) tokens: Vec<Token>,
}

/// A word of code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Token {
    pub(crate) kind: TokenKind,
    pub(crate) range: Range<usize>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TokenKind {
    Name,
    Number,
    /// A quoted text, quotes included.
    Text,
    /// An operator or a bracket.
    Sign,
}

/// The code of an expression.
pub(crate) fn expression(text: &str) -> Tag {
    let (tokens, end) = tokens(text, 0, None);
    Tag { range: 0..end, tokens }
}

/// The code of a template, tag by tag; what stands in comments and in `{% raw %}` is text.
pub(crate) fn template(text: &str) -> Vec<Tag> {
    let mut tags = Vec::new();
    let mut at = 0;
    while let Some(found) = text.get(at..).and_then(|rest| rest.find('{')) {
        let start = at + found;
        match text.as_bytes().get(start + 1) {
            Some(b'#') => {
                let Some(length) = text.get(start + 2..).and_then(|rest| rest.find("#}")) else { break };
                at = start + 2 + length + 2;
            }
            Some(sign @ (b'{' | b'%')) => {
                let end = if *sign == b'{' { "}}" } else { "%}" };
                let mut inside = start + 2;
                if matches!(text.as_bytes().get(inside), Some(b'-' | b'+')) {
                    inside += 1;
                }
                let (tokens, stop) = tokens(text, inside, Some(end));
                at = (stop + 2).min(text.len());
                let raw = *sign == b'%'
                    && matches!(&tokens[..], [only] if text.get(only.range.clone()) == Some("raw"));
                if raw {
                    match end_of_raw(text, at) {
                        Some(next) => at = next,
                        None => break,
                    }
                } else {
                    tags.push(Tag { range: inside..stop, tokens });
                }
            }
            _ => at = start + 1,
        }
    }
    tags
}

/// Just behind the `{% endraw %}` that comes next.
fn end_of_raw(text: &str, from: usize) -> Option<usize> {
    let mut at = from;
    loop {
        let start = at + text.get(at..)?.find("{%")?;
        let inside = text.get(start + 2..)?;
        let word = inside.trim_start_matches(['-', '+']).trim_start();
        if let Some(rest) = word.strip_prefix("endraw") {
            let end = rest.find("%}")?;
            return Some(text.len() - rest.len() + end + 2);
        }
        at = start + 2;
    }
}

/// The words from `from` to `end` (outside brackets), and where that stands.
fn tokens(text: &str, from: usize, end: Option<&str>) -> (Vec<Token>, usize) {
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    let mut depth = 0_usize;
    let mut at = from;
    while let Some(&byte) = bytes.get(at) {
        if depth == 0
            && let Some(end) = end
        {
            let rest = &bytes[at..];
            if rest.starts_with(end.as_bytes()) {
                return (found, at);
            }
            if matches!(byte, b'-' | b'+') && rest[1..].starts_with(end.as_bytes()) {
                return (found, at + 1);
            }
        }
        let start = at;
        let kind = match byte {
            b' ' | b'\t' | b'\r' | b'\n' => {
                at += 1;
                continue;
            }
            b'"' | b'\'' => {
                at += 1;
                while let Some(&inner) = bytes.get(at) {
                    at += if inner == b'\\' { 2 } else { 1 };
                    if inner == byte {
                        break;
                    }
                }
                at = at.min(bytes.len());
                TokenKind::Text
            }
            b'0'..=b'9' => {
                at = after_number(bytes, at);
                TokenKind::Number
            }
            _ if is_name(byte) => {
                while bytes.get(at).copied().is_some_and(|byte| is_name(byte) || byte.is_ascii_digit()) {
                    at += 1;
                }
                TokenKind::Name
            }
            _ => {
                match byte {
                    b'(' | b'[' | b'{' => depth += 1,
                    b')' | b']' | b'}' => depth = depth.saturating_sub(1),
                    _ => {}
                }
                let two = bytes.get(at..at + 2).unwrap_or_default();
                at += if matches!(two, b"==" | b"!=" | b"<=" | b">=" | b"//" | b"**") { 2 } else { 1 };
                TokenKind::Sign
            }
        };
        found.push(Token { kind, range: start..at });
    }
    (found, at)
}

/// Letters of any language count as names: the compiler says what it thinks of them.
fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || byte == b'_' || byte >= 0x80
}

fn after_number(bytes: &[u8], from: usize) -> usize {
    let mut at = from;
    while let Some(&byte) = bytes.get(at) {
        let exponent = matches!(byte, b'+' | b'-') && matches!(bytes.get(at - 1), Some(b'e' | b'E'));
        let fraction = byte == b'.' && bytes.get(at + 1).is_some_and(u8::is_ascii_digit);
        if byte.is_ascii_alphanumeric() || byte == b'_' || fraction || (exponent && at > from) {
            at += 1;
        } else {
            break;
        }
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words<'a>(text: &'a str, tag: &Tag) -> Vec<&'a str> {
        tag.tokens.iter().map(|token| &text[token.range.clone()]).collect()
    }

    #[test]
    fn an_expression_is_cut_into_words() {
        let text = "nodes.a_1.text >= 0.8 and x['it\\'s'] == \"b\" // 2**3";
        assert_eq!(
            words(text, &expression(text)),
            [
                "nodes", ".", "a_1", ".", "text", ">=", "0.8", "and", "x", "[", "'it\\'s'", "]", "==",
                "\"b\"", "//", "2", "**", "3"
            ]
        );
    }

    #[test]
    fn tags_end_outside_brackets_and_quotes_only() {
        let text =
            "a {{ {'k': '}}'} }} b {%- if x < 1 -%} c {# {{ no }} #} {% raw %}{{ no }}{% endraw %} {{ y }}";
        let tags = template(text);
        let found: Vec<_> = tags.iter().map(|tag| words(text, tag)).collect();
        assert_eq!(found, [vec!["{", "'k'", ":", "'}}'", "}"], vec!["if", "x", "<", "1"], vec!["y"]]);
    }

    #[test]
    fn what_is_left_open_ends_with_the_text() {
        for text in ["{{ a", "{% raw %} x", "{# y", "{{ 'z", "{", "{{", "{%-", "ä{{ö"] {
            let _ = template(text);
        }
    }
}
