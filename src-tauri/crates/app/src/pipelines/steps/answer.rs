//! Finding JSON in what a model wrote: bare, in a fence, or with words around it.

use serde_json::Value;

use super::text::fences;

/// The JSON in a text, or why there is none.
pub(super) fn json_in(text: &str) -> Result<Value, String> {
    let text = text.trim().trim_start_matches('\u{feff}');
    if text.is_empty() {
        return Err("The answer is empty.".to_owned());
    }
    let bare = match serde_json::from_str(text) {
        Ok(value) => return Ok(value),
        Err(error) => error,
    };
    if text.contains("```")
        && let Some(value) = fences(text, None).iter().find_map(|block| serde_json::from_str(block).ok())
    {
        return Ok(value);
    }
    embedded(text).ok_or_else(|| format!("The answer is not JSON ({bare})."))
}

/// The first object or list that stands whole in the text.
fn embedded(text: &str) -> Option<Value> {
    // Each opening bracket is tried, but not for ever: a text of brackets only is nobody's answer.
    let starts = text.char_indices().filter(|(_, letter)| matches!(letter, '{' | '[')).take(64);
    for (start, _) in starts {
        let rest = text.get(start..)?;
        let mut values = serde_json::Deserializer::from_str(rest).into_iter::<Value>();
        match values.next() {
            Some(Ok(value)) if !is_empty(&value) => return Some(value),
            _ => {}
        }
    }
    None
}

fn is_empty(value: &Value) -> bool {
    value.as_array().is_some_and(Vec::is_empty) || value.as_object().is_some_and(serde_json::Map::is_empty)
}

/// The diff in an answer: of a fence, or the text from its first header on. Ends in a line break, as `git apply` wants it.
pub(super) fn diff_in(text: &str) -> String {
    let fenced = fences(text, Some("diff")).into_iter().chain(fences(text, Some("patch"))).next();
    let found = fenced.unwrap_or_else(|| {
        let begins = |line: &str| line.starts_with("diff --git ") || line.starts_with("--- ");
        let lines: Vec<&str> = text.lines().skip_while(|line| !begins(line)).collect();
        lines.join("\n")
    });
    if found.trim().is_empty() { String::new() } else { format!("{}\n", found.trim_end_matches('\n')) }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use serde_json::json;

    use super::*;

    #[test]
    fn json_is_found_wherever_a_model_puts_it() {
        for text in [
            "{\"a\":[1,2]}",
            "```json\n{\"a\":[1,2]}\n```",
            "Sure! Here it is:\n```\n{\"a\":[1,2]}\n```\nAnything else?",
            "The answer {as you asked} is {\"a\":[1,2]}.",
            "[] is what I'd start with: {\"a\": [1, 2]}",
        ] {
            assert_eq!(json_in(text).unwrap(), json!({"a": [1, 2]}), "{text}");
        }
        assert!(json_in("").unwrap_err().contains("empty"));
        assert!(json_in("I can't do that").unwrap_err().contains("not JSON"));
        assert!(json_in(&"[".repeat(100_000)).is_err());
    }

    #[test]
    fn a_diff_is_found_and_ends_in_a_line_break() {
        let diff = "--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n";
        assert_eq!(diff_in(&format!("Here:\n```diff\n{diff}```\nDone.")), diff);
        assert_eq!(diff_in(diff), diff);
        assert_eq!(diff_in(&format!("I changed x.\n\n{}", diff.trim_end())), diff);
        assert_eq!(diff_in("Nothing to do."), "");
    }
}
