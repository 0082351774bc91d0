//! Reasoning between tags, cut anywhere.

use llm::think::{Piece, Splitter};
use proptest::prelude::*;

use crate::{kinds::Kind, reasoning, text};

fn split(pieces: &[&str]) -> (String, String) {
    let mut splitter = Splitter::new();
    let mut out = Vec::new();
    for piece in pieces {
        splitter.push(piece, &mut out);
    }
    splitter.finish(&mut out);
    let mut found = (String::new(), String::new());
    for piece in out {
        match piece {
            Piece::Reasoning(text) => found.0.push_str(&text),
            Piece::Text(text) => found.1.push_str(&text),
        }
    }
    found
}

fn pair(reasoning: &str, text: &str) -> (String, String) {
    (reasoning.to_owned(), text.to_owned())
}

#[test]
fn reasoning_at_the_start_is_told_apart() {
    assert_eq!(split(&["<think>\nHm, 1 < 2.\n</think>\n\nYes."]), pair("Hm, 1 < 2.", "Yes."));
    assert_eq!(split(&["\n <think>a</think>b"]), pair("a", "b"));
    assert_eq!(split(&["<think></think>b"]), pair("", "b"));
    assert_eq!(split(&["<think>never ends </thi"]), pair("never ends </thi", ""));
}

#[test]
fn a_tag_later_in_the_text_is_text() {
    for answer in ["Use <think>x</think>.", "<thinking>x", " <b>", "<", "", "a<think>"] {
        assert_eq!(split(&[answer]), pair("", answer));
    }
    assert_eq!(split(&["<think>a</think>b<think>c</think>"]), pair("a", "b<think>c</think>"));
}

#[test]
fn text_that_cannot_be_a_tag_is_not_held_back() {
    let mut splitter = Splitter::new();
    let mut out = Vec::new();
    splitter.push("Hello", &mut out);
    assert_eq!(out, [Piece::Text("Hello".to_owned())]);
}

#[test]
fn a_prompt_that_opened_the_tag_needs_none() {
    let mut splitter = Splitter::inside();
    let mut out = Vec::new();
    splitter.push("a</think>b", &mut out);
    assert_eq!(out, [Piece::Reasoning("a".to_owned()), Piece::Text("b".to_owned())]);
}

#[test]
fn servers_that_leave_the_tags_in_the_text_are_understood() {
    for kind in [Kind::Chat, Kind::Ollama] {
        let stream =
            ["<th", "ink>Let me ", "see.</", "think>", "\n\nFour."].map(|text| kind.piece(text)).concat()
                + kind.end();
        let mut events = Vec::new();
        kind.decoder().push(stream.as_bytes(), &mut events).unwrap();
        assert_eq!(
            (reasoning(&events).as_str(), text(&events).as_str()),
            ("Let me see.", "Four."),
            "{kind:?}"
        );
    }
}

proptest! {
    #[test]
    fn any_cut_splits_the_same(
        parts in proptest::collection::vec(prop_oneof![Just("<think>"), Just("</think>"), Just("<"), Just(" "), Just("\n"), Just("é🙂"), Just("th"), Just("a > b")], 0..12),
        cuts in proptest::collection::vec(any::<usize>(), 0..8),
    ) {
        let whole = parts.concat();
        let letters: Vec<String> = whole.chars().map(String::from).collect();
        let single: Vec<&str> = letters.iter().map(String::as_str).collect();
        let expected = split(&[&whole]);
        prop_assert_eq!(&split(&single), &expected);
        let mut places: Vec<usize> = cuts.iter().map(|cut| cut % (letters.len() + 1)).collect();
        places.sort_unstable();
        let mut from = 0;
        let mut pieces = Vec::new();
        for place in places.into_iter().chain([letters.len()]) {
            pieces.push(letters[from..place].concat());
            from = place;
        }
        let pieces: Vec<&str> = pieces.iter().map(String::as_str).collect();
        prop_assert_eq!(&split(&pieces), &expected);
    }
}
