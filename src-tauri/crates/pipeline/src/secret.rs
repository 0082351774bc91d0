//! References to secrets. Only those that a definition has literally count: what a template put in, a model's answer above all,
//! may say `secret://NAME` as often as it likes and gets nothing.

use serde_json::Value;

use crate::expression::{ExpressionError, render};
use crate::read::is_slug;

const SCHEME: &str = "secret://";
/// What stands for the scheme in a prepared text where it isn't the definition's own.
const NEUTRAL: &str = "secret:\u{1a}//";

/// The names of the secrets that a text refers to.
pub fn secret_names(text: &str) -> Vec<&str> {
    pieces(text).filter_map(|piece| piece.1).collect()
}

/// The text of a template in a field that may have secrets: the references that stand in `template` itself stay as they are,
/// outside its tags; all others are made harmless until `resolve`.
pub(crate) fn rendered(template: &str, context: &Value) -> Result<String, ExpressionError> {
    // A reference inside a tag would come out of a value: only what stands between tags is the definition's own.
    let mut out = String::new();
    let mut at = 0;
    let tags = crate::scan::template(template);
    let inside = |place: usize| tags.iter().any(|tag| tag.range.contains(&place));
    let own: Vec<(usize, &str)> = positions(template).filter(|(place, _)| !inside(*place)).collect();
    if own.is_empty() {
        return Ok(render(template, context)?.replace(SCHEME, NEUTRAL));
    }
    // The references are taken out, the whole is rendered, and they are put back by marks that no value has.
    let mark = unused_mark(context, template);
    for (index, (place, name)) in own.iter().enumerate() {
        out.push_str(template.get(at..*place).unwrap_or_default());
        out.extend([mark.as_str(), &index.to_string(), &mark]);
        at = place + SCHEME.len() + name.len();
    }
    out.push_str(template.get(at..).unwrap_or_default());
    let mut text = render(&out, context)?.replace(SCHEME, NEUTRAL);
    for (index, (_, name)) in own.iter().enumerate() {
        text = text.replace(&format!("{mark}{index}{mark}"), &format!("{SCHEME}{name}"));
    }
    Ok(text)
}

/// A prepared text with each reference replaced by what `value_of` says of its name, and harmless ones as they were.
pub fn resolve<E>(text: &str, mut value_of: impl FnMut(&str) -> Result<String, E>) -> Result<String, E> {
    let mut out = String::with_capacity(text.len());
    for (plain, name) in pieces(text) {
        out.push_str(&plain.replace(NEUTRAL, SCHEME));
        if let Some(name) = name {
            out.push_str(&value_of(name)?);
        }
    }
    Ok(out)
}

/// Plain text, and the name that comes behind it.
fn pieces(text: &str) -> impl Iterator<Item = (&str, Option<&str>)> {
    let mut at = 0;
    let mut found = positions(text);
    let mut over = false;
    std::iter::from_fn(move || {
        if over {
            return None;
        }
        if let Some((place, name)) = found.next() {
            let plain = text.get(at..place).unwrap_or_default();
            at = place + SCHEME.len() + name.len();
            Some((plain, Some(name)))
        } else {
            over = true;
            Some((text.get(at..).unwrap_or_default(), None))
        }
    })
}

fn positions(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.match_indices(SCHEME).filter_map(|(place, _)| {
        let rest = text.get(place + SCHEME.len()..)?;
        let end = rest.find(|letter: char| !(letter.is_ascii_alphanumeric() || "-_".contains(letter)));
        let name = rest.get(..end.unwrap_or(rest.len()))?;
        is_slug(name).then_some((place, name))
    })
}

/// A run of a control character that is longer than any in the values, so that none can imitate it.
fn unused_mark(context: &Value, template: &str) -> String {
    const LETTER: char = '\u{1a}';
    let mut longest = run_of(LETTER, template);
    crate::references::texts_of(context, &mut |text| longest = longest.max(run_of(LETTER, text)));
    LETTER.to_string().repeat(longest + 2)
}

fn run_of(letter: char, text: &str) -> usize {
    let mut longest = 0;
    let mut run = 0;
    for one in text.chars() {
        run = if one == letter { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    longest
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn resolved(text: &str) -> String {
        let looked_up = resolve(text, |name| Ok::<_, ()>(format!("<{name}>")));
        looked_up.unwrap()
    }

    #[test]
    fn only_references_of_the_definition_are_resolved() {
        let context = json!({"x": "secret://stolen", "parts": ["secret:", "//stolen"]});
        for (template, wanted) in [
            ("Bearer secret://mine", "Bearer <mine>"),
            ("{{ x }} secret://mine!", "secret://stolen <mine>!"),
            ("{{ x }}", "secret://stolen"),
            ("{{ parts | join('') }} secret://a and secret://b", "secret://stolen <a> and <b>"),
            ("{{ 'secret://stolen' }}", "secret://stolen"),
            ("secret:{{ parts[1] }}", "secret://stolen"),
            ("secret://Not A Name", "secret://Not A Name"),
        ] {
            assert_eq!(resolved(&rendered(template, &context).unwrap()), wanted, "{template}");
        }
    }

    #[test]
    fn marks_can_not_be_imitated() {
        let context = json!({"x": "\u{1a}\u{1a}0\u{1a}\u{1a}"});
        let text = rendered("{{ x }} secret://mine", &context).unwrap();
        assert_eq!(resolved(&text), "\u{1a}\u{1a}0\u{1a}\u{1a} <mine>");
    }
}
