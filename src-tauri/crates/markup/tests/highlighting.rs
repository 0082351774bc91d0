//! Code in colours.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use std::time::Duration;

use webplus_markup::{BlockNode, CodeKind, CodeSpan, Highlighter, Limits, render};

fn joined(lines: &[Vec<CodeSpan>]) -> String {
    lines
        .iter()
        .map(|line| line.iter().map(|span| span.text.as_str()).collect::<String>())
        .collect::<Vec<_>>()
        .join("\n")
}

fn kind(lines: &[Vec<CodeSpan>], text: &str) -> CodeKind {
    lines
        .iter()
        .flatten()
        .find(|span| span.text.trim() == text)
        .unwrap_or_else(|| panic!("{text}: {lines:?}"))
        .kind
}

#[test]
fn spans_are_the_text_and_know_what_it_is() {
    let source = "// note\nfn main() {\n\n    let x = \"s\\n\"; call(42);\n}";
    let lines = Highlighter::new().highlight("rs", source, &Limits::default()).unwrap();
    assert_eq!(joined(&lines), source);
    assert_eq!(kind(&lines, "// note"), CodeKind::Comment);
    assert_eq!(kind(&lines, "fn"), CodeKind::Keyword);
    assert_eq!(kind(&lines, "main"), CodeKind::Function);
    assert_eq!(kind(&lines, "\"s"), CodeKind::String);
    assert_eq!(kind(&lines, "42"), CodeKind::Number);
}

#[test]
fn a_language_without_a_grammar_is_read_by_its_relative() {
    let highlighter = Highlighter::new();
    let source = "const x: number = 1; // note";
    let lines = highlighter.highlight("TypeScript", source, &Limits::default()).unwrap();
    assert_eq!(joined(&lines), source);
    assert_eq!(kind(&lines, "// note"), CodeKind::Comment);
    assert!(highlighter.highlight("nosuch", source, &Limits::default()).is_none());
    let diff = highlighter.highlight("diff", "-old\n+new", &Limits::default()).unwrap();
    assert_eq!((diff[0][0].kind, diff[1][0].kind), (CodeKind::Deleted, CodeKind::Inserted));
}

#[test]
fn past_its_limits_the_rest_is_plain() {
    let highlighter = Highlighter::new();
    let source = "let a = 1;\n".repeat(1000);
    let few = highlighter.highlight("js", &source, &Limits { bytes: 110, ..Limits::default() }).unwrap();
    assert_eq!(few.len(), 10);
    let none =
        Highlighter::new().highlight("js", &source, &Limits { time: Duration::ZERO, ..Limits::default() });
    assert!(none.unwrap().is_empty());
    let long = format!("let a = \"{}\";\nlet b = 1;", "x".repeat(5000));
    let lines = highlighter.highlight("js", &long, &Limits::default()).unwrap();
    assert_eq!((lines[0].len(), lines[0][0].kind), (1, CodeKind::Plain));
    assert_eq!(joined(&lines), long);
}

#[test]
fn code_is_found_at_any_depth_and_from_several_threads() {
    let highlighter = Highlighter::new();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                let mut blocks = render("> - x\n>   ```py\n>   import os\n>   ```\n");
                assert!(highlighter.highlight_block(&mut blocks[0], &Limits::default()));
                let BlockNode::Quote { blocks } = &blocks[0].node else { panic!() };
                let BlockNode::List { items, .. } = &blocks[0] else { panic!() };
                let BlockNode::Code { spans: Some(spans), .. } = &items[0].blocks[1] else { panic!() };
                assert_eq!(kind(spans, "import"), CodeKind::Keyword);
            });
        }
    });
    let mut plain = render("no code");
    assert!(!highlighter.highlight_block(&mut plain[0], &Limits::default()));
}
