//! Steps over text: `template`, and `text` with its operations. Patterns are linear-time, and what they make is capped.

use regex::{Regex, RegexBuilder};
use serde_json::Value;

use super::{
    Answer, StepCall, StepEnd, StepError,
    config::Config,
    values::{done, plain},
};

/// The most that one step makes, in bytes.
const MOST: usize = 16 << 20;
/// The most pieces that one step makes.
const MOST_ITEMS: usize = 100_000;
/// A compiled pattern, in bytes.
const PATTERN_BYTES: usize = 1 << 20;

/// `template`: the text is what was rendered.
pub(super) fn template(call: &StepCall) -> Answer {
    let text = plain(Config::new(&call.input).needed("template")?);
    Ok(done([("text", text.into())]))
}

pub(super) fn run(call: &StepCall) -> Answer {
    apply(Config::new(&call.input))
}

fn apply(config: Config<'_>) -> Answer {
    let input = || config.needed("text").map(plain);
    let limit = || Ok::<_, StepError>(config.count("limit")?.unwrap_or(4000).max(1));
    match config.text("op")? {
        "trim" => text(input()?.trim().to_owned()),
        "upper" => text(input()?.to_uppercase()),
        "lower" => text(input()?.to_lowercase()),
        "lines" => {
            items(input()?.lines().map(str::trim_end).filter(|line| !line.is_empty()).map(str::to_owned))
        }
        "split" => {
            let separator = config.optional_text("separator")?.unwrap_or("\n");
            let text = input()?;
            if separator.is_empty() {
                items(text.chars().map(String::from))
            } else {
                items(text.split(separator).map(str::to_owned))
            }
        }
        "join" => join(config),
        "replace" => {
            let with = config.optional_text("with")?.unwrap_or_default();
            text(if config.flag("regex")? {
                pattern(config)?.replace_all(&input()?, with).into_owned()
            } else {
                input()?.replace(searched(config)?, with)
            })
        }
        "match" => {
            let pattern = pattern(config)?;
            let (given, whole) = (input()?, pattern.captures_len() == 1);
            let found = pattern.captures_iter(&given);
            items(
                found.filter_map(|found| {
                    found.get(usize::from(!whole)).map(|group| group.as_str().to_owned())
                }),
            )
        }
        "extract_code" => {
            let language = config.optional_text("language")?.filter(|language| !language.is_empty());
            items(fences(&input()?, language))
        }
        "truncate" => text(input()?.chars().take(limit()?).collect()),
        "chunk" => items(chunks(&input()?, limit()?)),
        other => Err(StepError::invalid(format!(
            "There is no text operation \"{other}\". Choose one of the list."
        ))),
    }
}

fn searched(config: Config<'_>) -> Result<&str, StepError> {
    let pattern = config.text("pattern")?;
    if pattern.is_empty() {
        return Err(StepError::invalid("\"pattern\" is empty. Say which text is to be replaced."));
    }
    Ok(pattern)
}

fn join(config: Config<'_>) -> Answer {
    let separator = config.optional_text("separator")?.unwrap_or("\n");
    let Some(list) = config.needed("items")?.as_array() else {
        return Err(StepError::invalid(
            "\"items\" must be a list to be joined. A map's results are one: nodes.each.items.",
        ));
    };
    text(list.iter().map(plain).collect::<Vec<_>>().join(separator))
}

fn text(text: String) -> Answer {
    if text.len() > MOST {
        return Err(StepError::new(
            domain::ErrorCode::TooLarge,
            format!("The text is larger than {} MiB. Make it shorter before this step.", MOST >> 20),
        ));
    }
    Ok(done([
        ("found", (!text.is_empty()).into()),
        ("items", vec![text.clone()].into()),
        ("text", text.into()),
    ]))
}

/// As a list, and as one text with a line for each.
fn items(items: impl IntoIterator<Item = String>) -> Result<StepEnd, StepError> {
    let items: Vec<String> = items.into_iter().take(MOST_ITEMS + 1).collect();
    if items.len() > MOST_ITEMS {
        return Err(StepError::new(
            domain::ErrorCode::TooLarge,
            format!("The text falls into more than {MOST_ITEMS} pieces. Make it shorter before this step."),
        ));
    }
    let found = !items.is_empty();
    Ok(done([("text", items.join("\n").into()), ("items", Value::from(items)), ("found", found.into())]))
}

fn pattern(config: Config<'_>) -> Result<Regex, StepError> {
    let pattern = config.text("pattern")?;
    RegexBuilder::new(pattern).size_limit(PATTERN_BYTES).build().map_err(|error| {
        let why = match error {
            regex::Error::CompiledTooBig(_) => "it is too large".to_owned(),
            other => other.to_string().lines().last().unwrap_or_default().to_owned(),
        };
        StepError::invalid(format!("The pattern can't be used ({why}). Correct \"pattern\"."))
    })
}

/// Pieces of at most `limit` characters: whole paragraphs while they fit, lines and at last characters where they don't.
fn chunks(text: &str, limit: usize) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut open = String::new();
    let mut length = 0;
    for piece in pieces(text, limit) {
        let more = piece.chars().count();
        if length + more > limit && !open.trim().is_empty() {
            found.push(std::mem::take(&mut open).trim().to_owned());
            length = 0;
        }
        open.push_str(piece);
        length += more;
    }
    found.extend(Some(open.trim().to_owned()).filter(|rest| !rest.is_empty()));
    found
}

/// The text in order: paragraphs, or lines of a paragraph that is too long, or parts of a line that is.
fn pieces(text: &str, limit: usize) -> Vec<&str> {
    let mut found = Vec::new();
    for paragraph in text.split_inclusive("\n\n") {
        if paragraph.chars().count() <= limit {
            found.push(paragraph);
            continue;
        }
        for mut line in paragraph.split_inclusive('\n') {
            while let Some((at, _)) = line.char_indices().nth(limit) {
                let (part, rest) = line.split_at(at);
                found.push(part);
                line = rest;
            }
            found.push(line);
        }
    }
    found
}

/// The insides of code blocks, of one language where it is named. A text without any block counts as one.
pub(super) fn fences(text: &str, language: Option<&str>) -> Vec<String> {
    let mut found = Vec::new();
    let mut open: Option<(String, bool, Vec<&str>)> = None;
    for line in text.lines() {
        let trimmed = line.trim_start();
        let mark: String = trimmed.chars().take_while(|letter| matches!(letter, '`' | '~')).collect();
        let is_mark = mark.len() >= 3 && mark.chars().all(|letter| mark.starts_with(letter));
        match &mut open {
            None if is_mark => {
                let named = trimmed
                    .get(mark.len()..)
                    .unwrap_or_default()
                    .split_whitespace()
                    .next()
                    .unwrap_or_default();
                let wanted = language.is_none_or(|language| named.eq_ignore_ascii_case(language));
                open = Some((mark, wanted, Vec::new()));
            }
            Some((opened, wanted, lines))
                if is_mark && mark.starts_with(opened.as_str()) && trimmed.trim_end() == mark =>
            {
                if *wanted {
                    found.push(lines.join("\n"));
                }
                open = None;
            }
            Some((_, _, lines)) => lines.push(line),
            None => {}
        }
    }
    // A block that a model didn't get to close.
    if let Some((_, true, lines)) = open {
        found.push(lines.join("\n"));
    }
    if found.is_empty() && language.is_none() && !text.contains("```") {
        found.push(text.to_owned());
    }
    found
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]
    use serde_json::json;

    use super::*;

    fn applied(config: Value) -> Value {
        let StepEnd::Done { values, .. } = apply(Config::new(&config)).unwrap() else { panic!("it waits") };
        json!(values)
    }

    fn refused(config: Value) -> String {
        apply(Config::new(&config)).unwrap_err().message
    }

    #[test]
    fn each_operation_does_what_it_is_called() {
        let items = |config: Value| applied(config)["items"].clone();
        let text = |config: Value| applied(config)["text"].clone();
        assert_eq!(items(json!({"op": "split", "text": "a,b", "separator": ","})), json!(["a", "b"]));
        assert_eq!(items(json!({"op": "lines", "text": "a \n\n b\r\n"})), json!(["a", " b"]));
        assert_eq!(
            text(json!({"op": "join", "items": ["a", 1, {"b": 2}], "separator": "+"})),
            "a+1+{\"b\":2}"
        );
        assert_eq!(text(json!({"op": "replace", "text": "a.b", "pattern": ".", "with": "-"})), "a-b");
        let replaced =
            json!({"op": "replace", "text": "a1b22", "pattern": "(\\d+)", "with": "<$1>", "regex": true});
        assert_eq!(text(replaced), "a<1>b<22>");
        assert_eq!(
            items(json!({"op": "match", "text": "a1b22", "pattern": "[a-z](\\d+)"})),
            json!(["1", "22"])
        );
        let none = applied(json!({"op": "match", "text": "a", "pattern": "\\d+"}));
        assert_eq!((&none["items"], &none["found"]), (&json!([]), &json!(false)));
        assert_eq!(text(json!({"op": "trim", "text": " a "})), "a");
        assert_eq!(text(json!({"op": "truncate", "text": "größer", "limit": 3})), "grö");
    }

    #[test]
    fn a_long_text_falls_into_pieces_at_its_paragraphs() {
        let text = "One.\n\nTwo.\n\nThree is longer.\nIt has lines.\n\nFour";
        assert_eq!(chunks(text, 14), ["One.\n\nTwo.", "Three is longe", "r.", "It has lines.", "Four"]);
        assert_eq!(chunks("", 5), [""; 0]);
        assert_eq!(chunks(text, 1000), [text]);
    }

    #[test]
    fn code_is_taken_out_of_an_answer() {
        let answer = "Here:\n```python\nprint(1)\n```\nand\n~~~sh\nls\n~~~\n````md\n```\ninner\n```\n````";
        assert_eq!(fences(answer, None), ["print(1)", "ls", "```\ninner\n```"]);
        assert_eq!(fences(answer, Some("SH")), ["ls"]);
        assert_eq!(fences("```rust\nfn main() {}", None), ["fn main() {}"], "cut off");
        assert_eq!(fences("just text", None), ["just text"]);
    }

    #[test]
    fn a_pattern_that_can_t_be_used_is_told_and_none_takes_for_ever() {
        assert!(refused(json!({"op": "match", "text": "", "pattern": "("})).contains("unclosed group"));
        assert!(
            refused(json!({"op": "match", "text": "", "pattern": "(a{1000}){1000}"})).contains("too large")
        );
        let text = "a".repeat(50_000);
        assert_eq!(applied(json!({"op": "match", "text": text, "pattern": "(a+)+b"}))["items"], json!([]));
        assert!(refused(json!({"op": "sum", "text": ""})).contains("no text operation"));
    }
}
