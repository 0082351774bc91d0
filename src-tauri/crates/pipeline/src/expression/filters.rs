//! Filters that the engine doesn't have.

use minijinja::value::{Kwargs, ValueKind};
use minijinja::{Environment, Error, ErrorKind, Value};

/// Characters a token, roughly: English text has some four, code fewer. Good enough to keep a prompt within bounds.
const CHARACTERS_A_TOKEN: usize = 4;
/// The longest text that is compared, in bytes: comparing costs more than reading.
const MAX_DIFF: usize = 1024 * 1024;
/// How long a comparison may look for the shortest difference, in milliseconds; afterwards it takes a longer one.
const DIFF_MS: u64 = 200;

pub(super) fn add(environment: &mut Environment<'static>) {
    environment.add_filter("json", json);
    environment.add_filter("tokens", |text: &str| tokens(text));
    environment.add_filter("truncate_tokens", truncate_tokens);
    environment.add_filter("fence", fence);
    environment.add_filter("diff", diff);
}

/// As JSON: `| json` in one line, `| json(indent=2)` for people.
fn json(value: Value, options: Kwargs) -> Result<String, Error> {
    let indent: Option<usize> = options.get("indent")?;
    options.assert_all_used()?;
    if value.is_undefined() {
        return Err(Error::new(ErrorKind::UndefinedError, "what is to be written as JSON has no value"));
    }
    let written = match indent {
        None | Some(0) => serde_json::to_string(&value),
        Some(_) => serde_json::to_string_pretty(&value),
    };
    written.map_err(|error| {
        Error::new(ErrorKind::BadSerialization, format!("it can't be written as JSON: {error}"))
    })
}

/// About how many tokens a text has. An estimate: each model counts in its own way.
fn tokens(text: &str) -> usize {
    text.chars().count().div_ceil(CHARACTERS_A_TOKEN)
}

/// The beginning of a text, about so many tokens long; the end with `from="end"`.
fn truncate_tokens(text: &str, limit: usize, options: Kwargs) -> Result<String, Error> {
    let from: Option<&str> = options.get("from")?;
    options.assert_all_used()?;
    if tokens(text) <= limit {
        return Ok(text.to_owned());
    }
    let kept = limit.saturating_mul(CHARACTERS_A_TOKEN);
    match from {
        Some("end") => {
            let skipped = text.chars().count().saturating_sub(kept);
            Ok(std::iter::once('…').chain(text.chars().skip(skipped)).collect())
        }
        Some("start") | None => Ok(text.chars().take(kept).chain(['…']).collect()),
        Some(_) => Err(Error::new(ErrorKind::InvalidOperation, "`from` is \"start\" or \"end\"")),
    }
}

/// In a code fence that is longer than every fence inside, so that what it holds can't end it.
fn fence(text: &str, language: Option<&str>) -> String {
    let mut longest = 0;
    let mut run = 0;
    for letter in text.chars() {
        run = if letter == '`' { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    let ticks = "`".repeat(longest.max(2) + 1);
    let language: String = language
        .unwrap_or_default()
        .chars()
        .filter(|letter| !letter.is_whitespace() && *letter != '`')
        .collect();
    let end = if text.ends_with('\n') { "" } else { "\n" };
    format!("{ticks}{language}\n{text}{end}{ticks}")
}

/// What changed from the text to another one, as a unified diff: `old | diff(new, name="src/lib.rs")`.
fn diff(old: &str, new: Value, options: Kwargs) -> Result<String, Error> {
    let name: Option<&str> = options.get("name")?;
    options.assert_all_used()?;
    let Some(new) = new.as_str().filter(|_| new.kind() == ValueKind::String) else {
        return Err(Error::new(ErrorKind::InvalidOperation, "`diff` compares a text with a text"));
    };
    if old.len() > MAX_DIFF || new.len() > MAX_DIFF {
        return Err(Error::new(ErrorKind::InvalidOperation, "texts of more than 1 MB aren't compared"));
    }
    let mut configured = similar::TextDiff::configure();
    configured.timeout(std::time::Duration::from_millis(DIFF_MS));
    let found = configured.diff_lines(old, new);
    let mut unified = found.unified_diff();
    let name = name.unwrap_or("text");
    unified.header(&format!("a/{name}"), &format!("b/{name}"));
    Ok(unified.to_string())
}
