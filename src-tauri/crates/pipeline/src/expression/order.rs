//! `<`, `<=`, `>` and `>=` compare numbers with numbers and nothing else. As the engine has them, `'0.2' >= 0.8` is true, since
//! text comes after numbers; so what stands beside such a sign is passed through a filter that lets only numbers by.

use std::borrow::Cow;
use std::cmp::Ordering;

use minijinja::value::ValueKind;
use minijinja::{Environment, Error, ErrorKind, Value};

use crate::scan::{Tag, Token, TokenKind};

/// Not a name that somebody would write.
const FILTER: &str = "__number";

pub(super) fn add(environment: &mut Environment<'static>) {
    environment.add_filter(FILTER, number);
    // The same signs as tests, as in `select("gt", 3)`.
    for name in ["lt", "lessthan", "<"] {
        environment
            .add_test(name, |left: Value, right: Value| ordered(left, right, std::cmp::Ordering::is_lt));
    }
    for name in ["le", "<="] {
        environment
            .add_test(name, |left: Value, right: Value| ordered(left, right, std::cmp::Ordering::is_le));
    }
    for name in ["gt", "greaterthan", ">"] {
        environment
            .add_test(name, |left: Value, right: Value| ordered(left, right, std::cmp::Ordering::is_gt));
    }
    for name in ["ge", ">="] {
        environment
            .add_test(name, |left: Value, right: Value| ordered(left, right, std::cmp::Ordering::is_ge));
    }
}

fn ordered(left: Value, right: Value, holds: fn(Ordering) -> bool) -> Result<bool, Error> {
    Ok(holds(number(left)?.cmp(&number(right)?)))
}

fn number(value: Value) -> Result<Value, Error> {
    if value.kind() == ValueKind::Number {
        return Ok(value);
    }
    let what = match value.kind() {
        ValueKind::Undefined => "has no value",
        ValueKind::None => "is nothing",
        ValueKind::Bool => "is true or false",
        ValueKind::String => "is text",
        ValueKind::Seq | ValueKind::Iterable => "is a list",
        _ => "is no number",
    };
    Err(Error::new(
        ErrorKind::InvalidOperation,
        format!(
            "only numbers can be compared with <, <=, > and >=, and one side {what}. Use `| float` on it"
        ),
    ))
}

/// `text` with both sides of each ordering sign passed through the filter. Lines stay where they are.
pub(super) fn numbers_only<'a>(text: &'a str, tags: &[Tag]) -> Cow<'a, str> {
    let mut inserts: Vec<(usize, &'static str)> = Vec::new();
    for tag in tags {
        around_signs(text, &tag.tokens, &mut inserts);
    }
    if inserts.is_empty() {
        return Cow::Borrowed(text);
    }
    inserts.sort_by_key(|(at, _)| *at);
    let mut out = String::with_capacity(text.len() + inserts.len() * 12);
    let mut at = 0;
    for (place, word) in inserts {
        out.push_str(text.get(at..place).unwrap_or_default());
        out.push_str(word);
        at = place;
    }
    out.push_str(text.get(at..).unwrap_or_default());
    Cow::Owned(out)
}

/// A message without the filter that nobody wrote.
pub(super) fn as_written(message: &str) -> String {
    message.replace("|__number", "")
}

fn around_signs(text: &str, tokens: &[Token], inserts: &mut Vec<(usize, &'static str)>) {
    let word = |token: &Token| text.get(token.range.clone()).unwrap_or_default();
    // The end of an operand that was wrapped as the right side and is the next sign's left side as well.
    let mut wrapped_to = None;
    for (index, token) in tokens.iter().enumerate() {
        if token.kind != TokenKind::Sign || !["<", "<=", ">", ">="].contains(&word(token)) {
            continue;
        }
        let left = left_of(text, tokens, index);
        if let (Some(first), Some(last)) =
            (tokens.get(left), index.checked_sub(1).and_then(|last| tokens.get(last)))
            && left < index
            && wrapped_to != Some(last.range.end)
        {
            inserts.push((first.range.start, "("));
            inserts.push((last.range.end, ")|__number"));
        }
        let right = right_of(text, tokens, index);
        if let (Some(first), Some(last)) = (tokens.get(index + 1), tokens.get(right))
            && right > index
        {
            inserts.push((first.range.start, "("));
            inserts.push((last.range.end, ")|__number"));
            wrapped_to = Some(last.range.end);
        }
    }
}

/// The first token of the operand that ends before `sign`.
fn left_of(text: &str, tokens: &[Token], sign: usize) -> usize {
    let mut depth = 0_usize;
    let mut at = sign;
    while at > 0 {
        let token = &tokens[at - 1];
        match text.get(token.range.clone()).unwrap_or_default() {
            ")" | "]" | "}" if token.kind == TokenKind::Sign => depth += 1,
            "(" | "[" | "{" if token.kind == TokenKind::Sign => {
                if depth == 0 {
                    return at;
                }
                depth -= 1;
            }
            word if depth == 0 && borders(token, word) => return at,
            _ => {}
        }
        at -= 1;
    }
    0
}

/// The last token of the operand that begins after `sign`; `sign` itself where there is none.
fn right_of(text: &str, tokens: &[Token], sign: usize) -> usize {
    let mut depth = 0_usize;
    for (index, token) in tokens.iter().enumerate().skip(sign + 1) {
        match text.get(token.range.clone()).unwrap_or_default() {
            "(" | "[" | "{" if token.kind == TokenKind::Sign => depth += 1,
            ")" | "]" | "}" if token.kind == TokenKind::Sign => {
                if depth == 0 {
                    return index - 1;
                }
                depth -= 1;
            }
            word if depth == 0 && borders(token, word) => return index - 1,
            _ => {}
        }
    }
    tokens.len() - 1
}

/// What binds no tighter than a comparison.
fn borders(token: &Token, word: &str) -> bool {
    match token.kind {
        TokenKind::Name => {
            ["and", "or", "not", "in", "if", "elif", "else", "set", "with", "do", "recursive"].contains(&word)
        }
        TokenKind::Sign => [",", ":", "=", "==", "!=", "<", "<=", ">", ">="].contains(&word),
        TokenKind::Number | TokenKind::Text => false,
    }
}
