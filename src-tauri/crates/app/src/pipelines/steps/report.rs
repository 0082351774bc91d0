//! Counts of tests, read from what test programs of many languages print.

use regex::Regex;
use serde_json::{Value, json};

/// How much of the output a report repeats, in characters: the end, where failures are summed up.
const SUMMARY: usize = 4000;

/// `{passed, failed, total, summary}`: `passed` says whether all is well. The exit code decides that; the counts are read from
/// the output, and 0 where it has none that we know.
pub(super) fn report(stdout: &str, stderr: &str, code: i32) -> Value {
    let all = format!("{stdout}\n{stderr}");
    let (succeeded, failed) = counts(&all).unwrap_or_default();
    let text = all.trim();
    let from = text.chars().count().saturating_sub(SUMMARY);
    let summary: String = text.chars().skip(from).collect();
    json!({
        "passed": code == 0,
        "failed": failed.max(u64::from(code != 0 && failed == 0)),
        "total": succeeded + failed,
        "summary": summary,
    })
}

/// Succeeded and failed. Of each way of writing all places are summed up; the first way that is found counts.
fn counts(text: &str) -> Option<(u64, u64)> {
    rust(text).or_else(|| unittest(text)).or_else(|| words(text)).or_else(|| lines(text))
}

/// "test result: FAILED. 3 passed; 1 failed; …", once for each binary.
fn rust(text: &str) -> Option<(u64, u64)> {
    let pattern = Regex::new(r"test result: \w+\. (\d+) passed; (\d+) failed").ok()?;
    let mut found = None;
    for line in pattern.captures_iter(text) {
        let (passed, failed): (u64, u64) = found.unwrap_or_default();
        found = Some((passed + line[1].parse::<u64>().ok()?, failed + line[2].parse::<u64>().ok()?));
    }
    found
}

/// Python's unittest: "Ran 5 tests in 0.1s", "FAILED (failures=1, errors=2)".
fn unittest(text: &str) -> Option<(u64, u64)> {
    let total: u64 = Regex::new(r"(?m)^Ran (\d+) tests? in ").ok()?.captures(text)?[1].parse().ok()?;
    let failed = Regex::new(r"(?:failures|errors)=(\d+)").ok()?;
    let failed =
        failed.captures_iter(text).filter_map(|found| found[1].parse::<u64>().ok()).sum::<u64>().min(total);
    Some((total - failed, failed))
}

/// "2 failed, 3 passed" in any order, as pytest, Jest, Vitest, Mocha and others write; the last line that has such words.
fn words(text: &str) -> Option<(u64, u64)> {
    let pattern = Regex::new(r"(?i)(\d+) (passed|passing|failed|failing|errors?)\b").ok()?;
    let mut found = None;
    for line in text.lines().rev() {
        let (mut passed, mut failed, mut any) = (0, 0, false);
        for count in pattern.captures_iter(line) {
            let number: u64 = count[1].parse().ok()?;
            let word = count[2].to_ascii_lowercase();
            any |= !word.starts_with("error");
            if word.starts_with("pass") { passed += number } else { failed += number }
        }
        if any {
            found = Some((passed, failed));
            break;
        }
    }
    found
}

/// TAP ("ok 1 - …", "not ok 2 - …") and Go ("--- PASS: …", "--- FAIL: …").
fn lines(text: &str) -> Option<(u64, u64)> {
    let count = |begin: &[&str]| {
        let begins = |line: &&str| begin.iter().any(|begin| line.trim_start().starts_with(begin));
        text.lines().filter(begins).count() as u64
    };
    let (passed, failed) = (count(&["ok ", "--- PASS:"]), count(&["not ok ", "--- FAIL:"]));
    (passed + failed > 0).then_some((passed, failed))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_read_from_what_test_programs_print() {
        for (text, expected) in [
            (
                "test result: ok. 3 passed; 0 failed; 0 ignored\n\ntest result: FAILED. 1 passed; 2 failed;",
                Some((4, 2)),
            ),
            ("..F\nRan 3 tests in 0.001s\n\nFAILED (failures=1)", Some((2, 1))),
            ("Ran 1 test in 0.000s\n\nOK", Some((1, 0))),
            ("=== 1 failed, 4 passed in 0.12s ===", Some((4, 1))),
            ("Tests:       2 failed, 3 passed, 5 total", Some((3, 2))),
            ("  5 passing (4ms)\n  1 failing", Some((0, 1))),
            ("1..2\nok 1 - adds\nnot ok 2 - subtracts", Some((1, 1))),
            ("--- PASS: TestA (0.00s)\n--- FAIL: TestB (0.00s)\nFAIL", Some((1, 1))),
            ("hello", None),
        ] {
            assert_eq!(counts(text), expected, "{text}");
        }
    }

    #[test]
    fn the_exit_code_says_whether_all_is_well() {
        assert_eq!(report("2 passed", "", 0)["passed"], true);
        let broken = report("", "cannot compile", 101);
        assert_eq!((&broken["passed"], &broken["failed"]), (&json!(false), &json!(1)));
        assert!(
            report(&"x".repeat(10_000), "the end", 1)["summary"]
                .as_str()
                .is_some_and(|text| text.ends_with("the end"))
        );
    }
}
