//! Reading from a test runner's own summary how many tests passed and failed.

/// How many tests a step ran.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Count {
    pub(crate) passed: u64,
    pub(crate) failed: u64,
    pub(crate) skipped: u64,
}

/// How a step's output is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Counting {
    /// The step is one test.
    Whole,
    /// Lines that begin like this, after white space, hold numbers: `3 passed`, `1 failed`.
    Lines(&'static str),
}

impl Counting {
    pub(crate) const CARGO: Self = Self::Lines("test result:");
    pub(crate) const VITEST: Self = Self::Lines("Tests ");
    pub(crate) const JOURNEYS: Self = Self::Lines("journeys:");

    /// Adds what `line` says, if it is a summary.
    pub(crate) fn read(self, line: &str, count: &mut Count) {
        let Self::Lines(start) = self else { return };
        let line = without_colour(line);
        if !line.trim_start().starts_with(start) {
            return;
        }
        count.passed += number_before(&line, "passed");
        count.failed += number_before(&line, "failed");
        count.skipped += number_before(&line, "skipped") + number_before(&line, "ignored");
    }
}

fn number_before(line: &str, word: &str) -> u64 {
    let words: Vec<&str> = line
        .split(|letter: char| letter.is_whitespace() || matches!(letter, ';' | ',' | '|' | '.'))
        .filter(|word| !word.is_empty())
        .collect();
    words
        .windows(2)
        .find_map(|pair| match pair {
            [number, found] if *found == word => number.parse().ok(),
            _ => None,
        })
        .unwrap_or(0)
}

/// Drops the escape sequences with which a runner colours its words.
fn without_colour(line: &str) -> String {
    let mut plain = String::with_capacity(line.len());
    let mut letters = line.chars();
    while let Some(letter) = letters.next() {
        if letter == '\u{1b}' {
            letters.by_ref().find(char::is_ascii_alphabetic);
        } else {
            plain.push(letter);
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::{Count, Counting};

    fn read(counting: Counting, line: &str) -> Count {
        let mut count = Count::default();
        counting.read(line, &mut count);
        count
    }

    #[test]
    fn each_runners_summary_is_understood() {
        let cargo = "test result: FAILED. 12 passed; 1 failed; 2 ignored; 0 measured; 0 filtered out; finished in 0.01s";
        assert_eq!(read(Counting::CARGO, cargo), Count { passed: 12, failed: 1, skipped: 2 });
        let vitest = "\u{1b}[2m      Tests \u{1b}[22m \u{1b}[1m\u{1b}[31m1 failed\u{1b}[39m | 41 passed | 3 skipped (45)";
        assert_eq!(read(Counting::VITEST, vitest), Count { passed: 41, failed: 1, skipped: 3 });
        let journeys = "journeys: 7 passed, 0 failed, 1 skipped";
        assert_eq!(read(Counting::JOURNEYS, journeys), Count { passed: 7, failed: 0, skipped: 1 });
    }

    #[test]
    fn other_lines_count_nothing() {
        assert_eq!(read(Counting::VITEST, " Test Files  3 passed (3)"), Count::default());
        assert_eq!(read(Counting::CARGO, "test a_test_of_9 passed ... ok"), Count::default());
        assert_eq!(read(Counting::Whole, "3 passed"), Count::default());
    }
}
