//! Whether a beginning of a paragraph means the same whatever follows it: nothing in it waits for its other half.

use crate::tree::Inline;

/// Whether no later text can give another meaning to these inlines, of which the last is text that ends in a word.
pub(crate) fn is_settled(content: &[Inline]) -> bool {
    let mut brackets = 0_u32;
    for inline in content {
        let Inline::Text { text } = inline else { continue };
        let mut before = None;
        let mut rest = text.chars().peekable();
        while let Some(character) = rest.next() {
            let settled = is_harmless(before, character, rest.peek().copied(), &mut brackets);
            if !settled {
                return false;
            }
            before = Some(character);
        }
    }
    brackets == 0
}

/// Whether a character of plain text opens nothing, seen with its neighbours.
fn is_harmless(before: Option<char>, character: char, after: Option<char>, brackets: &mut u32) -> bool {
    let word = |neighbour: Option<char>| neighbour.is_some_and(char::is_alphanumeric);
    match character {
        // Inside a word an underscore is a letter.
        '_' => word(before) && word(after),
        '*' => before == Some(' ') && after == Some(' '),
        '<' => after.is_some_and(|after| matches!(after, ' ' | '=' | '0'..='9')),
        '\\' => word(after) || after == Some(' '),
        '[' => {
            *brackets += 1;
            true
        }
        ']' => {
            *brackets = brackets.saturating_sub(1);
            !matches!(after, None | Some('(' | '[' | ':'))
        }
        '~' | '`' | '$' => false,
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::is_settled;
    use crate::tree::Inline;

    #[test]
    fn only_what_waits_for_another_half_is_open() {
        let settled = |text: &str| is_settled(&[Inline::Text { text: text.into() }]);
        for text in ["plain", "snake_case_name", "2 * 3 < 7", "a [1] and [2], b", r"C:\dir", "a <= b", "a] b"]
        {
            assert!(settled(text), "{text}");
        }
        for text in
            ["*a", "a_ b", "_a", "`a", "$5", "~5", "[a", "a [b](c d", "a <b", r"a \( b", "[a]: b", "**a"]
        {
            assert!(!settled(text), "{text}");
        }
    }
}
