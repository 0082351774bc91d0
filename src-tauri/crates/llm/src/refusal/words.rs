//! What servers say, made fit to be shown and read for numbers.

use domain::Secret;

/// The longest part of a server's own sentence that is shown, in characters.
const SHOWN: usize = 300;

/// The text with a full stop at its end.
pub(super) fn sentence(mut text: String) -> String {
    if !text.ends_with('.') {
        text.push('.');
    }
    text
}

/// Prompt and window from a sentence that names both ("213462 tokens > 200000 maximum"): whichever is larger is the prompt.
pub(super) fn numbers(message: &str) -> (Option<u64>, Option<u64>) {
    let found: Vec<u64> = message
        .split(|letter: char| !letter.is_ascii_digit() && letter != ',')
        .filter_map(|word| word.replace(',', "").parse().ok())
        .filter(|number| *number >= 128)
        .collect();
    match found.as_slice() {
        [one] => (None, Some(*one)),
        [first, second, ..] => (Some(*first.max(second)), Some(*first.min(second))),
        [] => (None, None),
    }
}

/// A server's sentence as it may be shown: one line, not endless, without keys.
pub(super) fn clean(text: &str, key: Option<&Secret>) -> String {
    let mut text = text.to_owned();
    if let Some(key) = key.map(|key| key.expose().trim()).filter(|key| key.len() >= 4) {
        for guise in guises(key) {
            text = text.replace(&guise, "…");
        }
    }
    let mut out = String::new();
    for word in text
        .split(|letter: char| letter.is_whitespace() || letter.is_control())
        .filter(|word| !word.is_empty())
    {
        if !out.is_empty() {
            out.push(' ');
        }
        let bare = word.trim_start_matches(|letter: char| !letter.is_ascii_alphanumeric());
        let key_like = ["sk-", "sk_", "gsk_", "xai-", "AIza", "pplx-", "csk-", "fw_"]
            .iter()
            .any(|start| bare.starts_with(start));
        // Never an address with what stands behind its question mark.
        let word = if word.contains("://") { word.split('?').next().unwrap_or_default() } else { word };
        out.push_str(if key_like && bare.len() > 10 { "…" } else { word });
        if out.chars().count() > SHOWN {
            return out.chars().take(SHOWN).chain(['…']).collect();
        }
    }
    out
}

/// The key as a server may write it back: as it is, or as JSON, an address or a page escape it. The longest first, so that none
/// is left with only a part of it taken out.
fn guises(key: &str) -> Vec<String> {
    let percent = |digits: fn(u8) -> String| -> String {
        let kept = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~');
        key.bytes().map(|byte| if kept(byte) { char::from(byte).to_string() } else { digits(byte) }).collect()
    };
    let json = serde_json::Value::from(key).to_string();
    let page = key.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;");
    let mut all = vec![
        key.to_owned(),
        json.get(1..json.len() - 1).unwrap_or_default().to_owned(),
        percent(|byte| format!("%{byte:02X}")),
        percent(|byte| format!("%{byte:02x}")),
        page.replace('\'', "&#39;"),
        page,
    ];
    all.sort_by_key(|guise| std::cmp::Reverse(guise.len()));
    all.dedup();
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_key_and_no_query_survives_in_a_sentence() {
        let key = Secret::new("canary-1234567890".to_owned());
        let text = clean(
            "Bad key canary-1234567890, or 'sk-proj-abcdefghijkl' at https://x.test/a?key=canary2\nsee",
            Some(&key),
        );
        assert_eq!(text, "Bad key …, or … at https://x.test/a see");
        let odd = Secret::new("a\"b&c/d%e'f12".to_owned());
        for told in
            ["a\"b&c/d%e'f12", "a\\\"b&c/d%e'f12", "a%22b%26c%2Fd%25e%27f12", "a%22b%26c%2fd%25e%27f12"]
        {
            assert_eq!(clean(&format!("No: {told}"), Some(&odd)), "No: …");
        }
        assert_eq!(clean("No: a&quot;b&amp;c/d%e&#39;f12", Some(&odd)), "No: …");
        assert!(clean(&"x ".repeat(5000), None).chars().count() <= SHOWN + 1);
    }
}
