//! A person's word on a use of a tool. It is bound to the tool, to exactly what the model gave, and to what would be done with
//! that; anything else is another question. The word is kept beside the use, so that nobody is asked the same twice.

use std::{collections::BTreeMap, fmt::Write as _};

use serde_json::{Value, json};

use super::tools::{Prepared, Tool};
use crate::pipelines::step::{Consent, InnerEnded, StepCall, StepError, Wait};

/// More characters than that nobody reads before they say yes.
const READ: usize = 20_000;
/// Digits of the hash that a word is bound to: 128 bits.
const BOUND: usize = 32;
/// Letters that can't be seen.
const UNSEEN: [char; 5] = ['\u{115f}', '\u{1160}', '\u{17b4}', '\u{3164}', '\u{ffa0}'];

/// What was said.
pub(super) enum Word {
    Yes,
    /// No; what the model is told.
    No(String),
    /// Nothing yet.
    Open(Wait),
}

/// What a person said to this use, if anybody was asked.
pub(super) async fn word(
    agent: &StepCall,
    index: u32,
    tool: &Tool,
    args: &Value,
    prepared: &Prepared,
) -> Result<Word, StepError> {
    let does = prepared.told();
    let bound = json!({"tool": tool.name, "parameters": tool.parameters, "does": does, "args": args});
    let mut about = pipeline::value_hash(&bound);
    about.truncate(BOUND);
    if let Some(InnerEnded::Done(said)) = agent.inner.ended(index, Consent::node(&tool.name)).await?
        && said.get("about").and_then(Value::as_str) == Some(&about)
    {
        return Ok(heard(tool, &said));
    }
    let exact = format!("args {}\n\nwhich does {}", shown(args), shown(&does));
    if exact.chars().count() > READ {
        return Ok(Word::No(format!(
            "{} needs a person's word, and this is too long for somebody to read. Do it in smaller pieces.",
            tool.name
        )));
    }
    let question = format!(
        "May it use the tool {}?\n\nA model asks for it; what it has read may have told it to. A yes counts once, for exactly \
         what is shown. After a no the model goes on without it.",
        tool.name
    );
    Ok(Word::Open(Wait::Human {
        form: json!({"type": "object"}),
        answers: vec!["approve".to_owned(), "refuse".to_owned()],
        question: Some(question),
        timeout: None,
        on_timeout: None,
        consent: Some(Consent { index, tool: tool.name.clone(), about, exact }),
    }))
}

fn heard(tool: &Tool, said: &BTreeMap<String, Value>) -> Word {
    let text = |name: &str| said.get(name).and_then(Value::as_str).unwrap_or_default().trim();
    if text("answer") == "approve" {
        return Word::Yes;
    }
    let why = text("comment");
    let why = if why.is_empty() { String::new() } else { format!(" They said: {why}") };
    Word::No(format!("A person refused this use of {}.{why} Do without it.", tool.name))
}

/// JSON in which everything can be seen: what has no shape, or turns the line around, stands as its number.
fn shown(value: &Value) -> String {
    let text = serde_json::to_string_pretty(value).unwrap_or_default();
    let mut shown = String::with_capacity(text.len());
    for letter in text.chars() {
        let plain = letter == '\n' || letter == ' ' || letter.is_ascii_graphic();
        if plain || (letter.is_alphanumeric() && !UNSEEN.contains(&letter)) {
            shown.push(letter);
        } else {
            let mut units = [0; 2];
            for unit in letter.encode_utf16(&mut units) {
                let _never_fails = write!(shown, "\\u{unit:04x}");
            }
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_can_not_be_seen_is_shown_as_if_it_were_not_there() {
        let hidden = json!({"a": "x\u{202e}y\u{200b}\u{3164}\u{1f600}\u{7f}", "größe": "日本"});
        let shown = shown(&hidden);
        assert!(shown.contains("x\\u202ey\\u200b\\u3164\\ud83d\\ude00\\u007f"), "{shown}");
        assert!(shown.contains("\"größe\": \"日本\""), "{shown}");
        assert_eq!(serde_json::from_str::<Value>(&shown).unwrap(), hidden);
    }
}
