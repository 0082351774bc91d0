//! A conversation's first title: its first question, shortened. No model is called for it.

/// What a conversation is called until its first question.
pub(crate) const UNNAMED: &str = "New chat";

/// The most characters of a title made from a question.
const LONGEST: usize = 60;

/// The first line with words in it, cut at a word's end; "New chat" where there is none.
pub(crate) fn from_question(text: &str) -> String {
    let line = text
        .lines()
        .map(|line| line.trim().trim_start_matches(['#', '>', '-', '*', '`']).trim())
        .find(|line| line.chars().any(char::is_alphanumeric))
        .unwrap_or_default();
    let words: String = line.split_whitespace().collect::<Vec<_>>().join(" ");
    if words.is_empty() {
        return UNNAMED.to_owned();
    }
    if words.chars().count() <= LONGEST {
        return words;
    }
    let cut: String = words.chars().take(LONGEST).collect();
    let end = cut.rfind(' ').filter(|end| *end > LONGEST / 2).unwrap_or(cut.len());
    format!("{}…", cut[..end].trim_end_matches([',', ';', ':', ' ']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_question_is_the_title() {
        assert_eq!(
            from_question("  What is the capital\tof France?\n\nThanks"),
            "What is the capital of France?"
        );
        assert_eq!(from_question("\n```\n# Heading"), "Heading");
    }

    #[test]
    fn a_long_one_is_cut_at_a_word_and_a_wordless_one_has_a_name() {
        let title = from_question(&"word ".repeat(40));
        assert!(title.ends_with("word…") && title.chars().count() <= LONGEST + 1, "{title}");
        assert_eq!(from_question(&"ä".repeat(100)).chars().count(), LONGEST + 1);
        assert_eq!(from_question(" \n--- \n"), "New chat");
    }
}
