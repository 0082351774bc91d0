//! `\( … \)` and `\[ … \]`, as models write formulas. Markdown reads those backslashes as escapes, so each formula is hidden
//! from it behind as many bytes that mean nothing, and found again in the source by its place. In code the source comes back.

use std::borrow::Cow;
use std::ops::Range;

/// Begins a hidden formula; [`clean`] takes care that no source holds it.
const OPEN: char = '\u{1}';
/// Ends a hidden formula.
const CLOSE: char = '\u{2}';

/// A character that a source may hold; others are replaced.
pub(crate) fn clean(character: char) -> char {
    match character {
        OPEN | CLOSE | '\0' => char::REPLACEMENT_CHARACTER,
        other => other,
    }
}

/// The source with its formulas hidden, of the same length.
pub(crate) fn hide(source: &str) -> Cow<'_, str> {
    let mut hidden: Option<String> = None;
    let mut copied = 0;
    let mut from = 0;
    // Up to here no formula of each kind ends, so that each byte is looked at once.
    let mut barren = [0, 0];
    while let Some(open) = source.get(from..).and_then(next_open).map(|at| from + at) {
        let round = usize::from(source.as_bytes().get(open + 1) == Some(&b'('));
        from = open + 2;
        if open < barren[round] {
            continue;
        }
        let length = match formula_length(source, open) {
            Ok(length) => length,
            Err(end) => {
                barren[round] = end;
                continue;
            }
        };
        let out = hidden.get_or_insert_with(|| String::with_capacity(source.len()));
        out.push_str(source.get(copied..open).unwrap_or_default());
        out.push(OPEN);
        out.extend(std::iter::repeat_n('x', length - 2));
        out.push(CLOSE);
        copied = open + length;
        from = copied;
    }
    match hidden {
        None => Cow::Borrowed(source),
        Some(mut out) => {
            out.push_str(source.get(copied..).unwrap_or_default());
            Cow::Owned(out)
        }
    }
}

/// Where the next `\(` or `\[` begins whose backslash is none that is escaped.
fn next_open(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(found) = text.get(at..)?.find('\\') {
        at += found;
        if matches!(bytes.get(at + 1), Some(b'(' | b'[')) {
            return Some(at);
        }
        // Skips what this backslash escapes, another backslash for one.
        at += 1 + text.get(at + 1..)?.chars().next().map_or(0, char::len_utf8);
    }
    None
}

/// The length of the formula that opens here, in bytes, delimiters included; or up to where none of its kind ends.
fn formula_length(source: &str, open: usize) -> Result<usize, usize> {
    let before = source.get(..open).unwrap_or_default();
    // Behind a word it is the parenthesis of an address or a regular expression.
    if before.ends_with(|c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '/' | '%' | '-')) {
        return Err(open);
    }
    let bytes = source.as_bytes();
    let close = if bytes.get(open + 1) == Some(&b'(') { b')' } else { b']' };
    let mut at = open + 2;
    let mut blank = false;
    loop {
        match bytes.get(at) {
            None => return Err(at),
            Some(b'\\') if bytes.get(at + 1) == Some(&close) => break,
            Some(b'\\') => at += 1,
            // Code has precedence, and an empty line ends a formula.
            Some(b'`') => return Err(at),
            Some(b'\n') if blank => return Err(at),
            Some(b'\n') => blank = true,
            Some(b' ' | b'\t' | b'>') => {}
            Some(_) => blank = false,
        }
        at += 1;
    }
    let inside = source.get(open + 2..at).unwrap_or_default();
    if inside.trim().is_empty() { Err(open) } else { Ok(at + 2 - open) }
}

/// A piece of text between formulas, or a formula.
pub(crate) enum Piece<'a> {
    /// Text.
    Text(&'a str),
    /// LaTeX, and whether it stands by itself.
    Formula(&'a str, bool),
}

/// The text and the formulas of an event's text; `at` is where the text stands in `source`.
pub(crate) fn pieces<'a>(text: &'a str, source: &'a str, at: usize, mut each: impl FnMut(Piece<'a>)) {
    let mut rest = text;
    let mut place = at;
    while let Some(open) = rest.find(OPEN) {
        let Some(length) = rest.get(open..).and_then(|hidden| hidden.find(CLOSE)).map(|end| end + 1) else {
            break;
        };
        each(Piece::Text(rest.get(..open).unwrap_or_default()));
        let formula = source.get(place + open..place + open + length).unwrap_or_default();
        let inside = formula.get(2..formula.len().saturating_sub(2)).unwrap_or_default();
        each(Piece::Formula(inside, formula.starts_with("\\[")));
        rest = rest.get(open + length..).unwrap_or_default();
        place += open + length;
    }
    each(Piece::Text(rest));
}

/// The text as the source has it, for code; `at` is where the text stands in `source`.
pub(crate) fn restore(text: &str, source: &str, at: usize) -> String {
    if !text.contains(OPEN) {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len());
    pieces(text, source, at, |piece| match piece {
        Piece::Text(text) => out.push_str(text),
        Piece::Formula(inside, display) => {
            let (open, close) = if display { ("\\[", "\\]") } else { ("\\(", "\\)") };
            out.push_str(open);
            out.push_str(inside);
            out.push_str(close);
        }
    });
    out
}

/// The same for code in a line, of which only the place with its backticks is known.
pub(crate) fn restore_within(text: &str, source: &str, range: &Range<usize>) -> String {
    if !text.contains(OPEN) {
        return text.to_owned();
    }
    let whole = source.get(range.clone()).unwrap_or_default();
    let inside = whole.trim_matches('`');
    // Markdown drops one space on either side where both are there.
    let trimmed = inside.strip_prefix(' ').and_then(|rest| rest.strip_suffix(' ')).unwrap_or(inside);
    trimmed.replace('\n', " ")
}

/// Whether a text still holds what stands for a formula.
pub(crate) fn is_hidden(text: &str) -> bool {
    text.contains([OPEN, CLOSE])
}

#[cfg(test)]
mod tests {
    use super::hide;

    #[test]
    fn formulas_are_hidden_and_nothing_else_is() {
        assert_eq!(hide(r"a \(x\) b"), "a \u{1}xxx\u{2} b");
        assert_eq!(hide("\\[\na_1\n\\]"), "\u{1}xxxxxxx\u{2}");
        assert_eq!(hide(r"\( \(a\) `\[` \(b\)"), "\u{1}xxxxxx\u{2} `\\[` \u{1}xxx\u{2}");
        for plain in [
            r"a \\(x\\) b",
            r"\( open",
            r"\(\)",
            "\\[a\n\nb\\]",
            r"\(`x\)`",
            r"wiki/Foo_\(bar\)",
            r"\(x\]",
            "\\",
            "é\\é",
        ] {
            assert_eq!(hide(plain), plain);
        }
    }
}
