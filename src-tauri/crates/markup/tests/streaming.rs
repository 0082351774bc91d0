//! However a text is cut, its patches fold to the tree of the whole.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use proptest::prelude::*;
use webplus_markup::{Block, BlockNode, Document, Patch, apply, render};

/// Folds the patches of these pieces as the page does; gives the tree, and how many patches the end needed.
fn fold<'a>(pieces: impl IntoIterator<Item = &'a str>) -> (Vec<Block>, usize) {
    let mut document = Document::new();
    let mut blocks = Vec::new();
    for piece in pieces {
        for patch in document.push(piece) {
            apply(&mut blocks, &patch);
        }
        assert_eq!(blocks, document.blocks());
    }
    let last = document.finish();
    for patch in &last {
        apply(&mut blocks, patch);
    }
    assert_eq!(blocks, document.blocks());
    assert!(document.push("more").is_empty() && document.finish().is_empty());
    (blocks, last.len())
}

fn assert_same(streamed: Vec<Block>, text: &str) {
    let strip =
        |blocks: Vec<Block>| blocks.into_iter().map(|block| (block.id, block.node)).collect::<Vec<_>>();
    assert_eq!(strip(streamed), strip(render(text)), "{text:?}");
}

/// A text in pieces of at most `size` bytes, never cutting a character.
fn pieces(text: &str, size: usize) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut from = 0;
    while from < text.len() {
        let mut to = (from + size).min(text.len());
        while !text.is_char_boundary(to) {
            to += 1;
        }
        pieces.push(&text[from..to]);
        from = to;
    }
    pieces
}

const FRAGMENTS: [&str; 104] = [
    "word",
    "two words ",
    "a",
    "1",
    "é",
    "日本語",
    "👩‍👩‍👧",
    " ",
    "  ",
    "    ",
    "\t",
    "\n",
    "\n\n",
    "\r\n",
    "\r",
    "*",
    "**",
    "***",
    "_",
    "__",
    "~~",
    "~",
    "`",
    "``",
    "```",
    "```rust\n",
    "~~~\n",
    "\n```\n",
    "$",
    "$$",
    "$x^2$",
    "\\(",
    "\\)",
    "\\[",
    "\\]",
    "\\(a_1\\)",
    "\\[\nx\n\\]",
    "#",
    "# ",
    "## head\n",
    "- ",
    "\n- ",
    "* ",
    "+ ",
    "1. ",
    "\n2. ",
    "\n10) ",
    "   - ",
    "- [ ] ",
    "- [x] done\n",
    "> ",
    "\n> ",
    ">> ",
    "---",
    "\n---\n",
    "===",
    "\n===\n",
    "|",
    "| a | b |\n",
    "|---|:-:|\n",
    "\n| - |\n",
    "[",
    "]",
    "(",
    ")",
    "![",
    "[text](http://a.b)",
    "![alt](https://a.b/c.png)",
    "[ref]",
    "[ref][]",
    "[a][ref]",
    "\n[ref]: https://x.y 'T'\n",
    "[REF]: mailto:a@b.c\n",
    "[^1]",
    "\n[^1]: note\n",
    "\n[^1]:\n    more\n",
    "[^two]",
    "<",
    ">",
    "<b>",
    "</b>",
    "<br>",
    "<div>\n",
    "</div>",
    "<!--",
    "-->",
    "<script>",
    "<https://a.b>",
    "<a@b.c>",
    "http://a.b/c",
    "https://",
    "&amp;",
    "&#35;",
    "&",
    "\\",
    "\\\\",
    "\\*",
    "!",
    ":",
    ".",
    ",",
    "\u{1}",
    "\u{2}x",
    "\0",
];

/// Whole blocks, each of which may be repeated.
const BLOCKS: [&str; 16] = [
    "A paragraph of plain words that goes on for a while, and then ends.\n",
    "One with **strong**, *weak*, `code`, ~~old~~ and [a link](https://a.b/c).\n",
    "Formulas: $a_1 + b$ and \\(c^2\\) here.\n\n",
    "$$\n\\frac{a}{b}\n$$\n",
    "\\[\n\\sqrt{x}\n\\]\n\n",
    "# A heading\n",
    "Setext\n---\n\n",
    "- one\n- two\n  - inner\n",
    "1. one\n\n   second\n2. two\n",
    "- [ ] a task\n- [x] a done one\n",
    "```python\ndef f(x):\n\n    return x  # note\n```\n",
    "- item\n\n  ```\n  code in it\n  ```\n",
    "> quoted *words*\n> and more\n\n",
    "| a | b |\n|---|--:|\n| 1 | `2` |\n| 3 | 4 |\n\n",
    "    indented code\n\n",
    "<div>\nhtml\n</div>\n\n",
];

fn source() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => prop::collection::vec(prop::sample::select(&FRAGMENTS[..]), 0..40).prop_map(|parts| parts.concat()),
        1 => "\\PC{0,80}",
        1 => long(),
    ]
}

/// Long paragraphs, lists, tables and fences, broken by fragments: what keeps its beginning while it grows.
fn long() -> impl Strategy<Value = String> {
    let unit = prop::sample::select(vec![
        "some plain words in a row and **strong** ones with `code`, ",
        "- an item of a list with *emphasis* in it\n",
        "1. a numbered item\n   - with one inside\n",
        "| cell one | cell two |\n",
        "let x = call(y); // code\n",
        "> quoted words\n",
        "line of a paragraph\nand its next line ",
    ]);
    (unit, 20..90usize, prop::collection::vec(prop::sample::select(&FRAGMENTS[..]), 0..6), 0..60usize)
        .prop_map(|(unit, count, fragments, at)| {
            let mut text = match unit {
                "| cell one | cell two |\n" => "| a | b |\n|---|---|\n".to_owned(),
                "let x = call(y); // code\n" => "```rust\n".to_owned(),
                _ => String::new(),
            };
            for index in 0..count {
                text.push_str(unit);
                if index == at {
                    text.push_str(&fragments.concat());
                }
            }
            text
        })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_chunking_renders_as_the_whole(text in source(), cuts in prop::collection::vec(1..12usize, 1..20)) {
        let mut parts = Vec::new();
        let mut rest = text.as_str();
        for cut in cuts.iter().cycle() {
            if rest.is_empty() {
                break;
            }
            let at = rest.char_indices().nth(*cut).map_or(rest.len(), |(at, _)| at);
            let (part, after) = rest.split_at(at);
            parts.push(part);
            rest = after;
        }
        assert_same(fold(parts).0, &text);
    }

    #[test]
    fn a_character_at_a_time_renders_as_the_whole(text in source()) {
        assert_same(fold(pieces(&text, 1)).0, &text);
    }

    #[test]
    fn well_formed_blocks_are_right_before_the_end(
        parts in prop::collection::vec(prop::sample::select(&BLOCKS[..]), 1..25),
        repeat in 1..12usize,
        size in 1..40usize,
    ) {
        let text = parts.iter().map(|part| part.repeat(repeat) + "\n").collect::<String>();
        let (blocks, corrections) = fold(pieces(&text, size));
        assert_same(blocks, &text);
        // Text behind the last parse may wait for the end.
        prop_assert!(corrections <= 1, "{corrections} corrections of {text:?}");
    }

    #[test]
    fn addresses_in_a_tree_are_of_the_web_or_of_mail(text in source()) {
        let wire = serde_json::to_string(&render(&text)).unwrap();
        for (at, key) in wire.match_indices("\"href\":\"").chain(wire.match_indices("\"url\":\"")) {
            let value = wire[at + key.len()..].to_lowercase();
            let good = ["http://", "https://", "mailto:"].iter().any(|scheme| value.starts_with(scheme));
            prop_assert!(good, "{value}");
        }
    }
}

/// An answer as models write them.
fn answer() -> String {
    include_str!("fixtures/answer.md").to_owned()
}

#[test]
fn an_ordinary_answer_needs_no_correction_at_its_end() {
    for size in [1, 3, 4, 7, 64, 1000] {
        let text = answer();
        let (blocks, corrections) = fold(pieces(&text, size));
        assert_eq!(corrections, 0, "pieces of {size} bytes");
        assert_same(blocks, &text);
    }
}

#[test]
fn long_blocks_are_right_before_the_end() {
    let paragraph = "Words in a row, **strong** ones, `code_x` and [a link](https://a.b/c) too. ".repeat(200);
    let lines = "A line of a paragraph\nwith a *word* in it and\n".repeat(200);
    let list = "- an item\n  - with *one* inside\n- another, **strong** one\n".repeat(100);
    let loose = "1. an item\n\n   and its second paragraph\n\n".repeat(100);
    let table = format!("| a | b |\n|---|:-:|\n{}", "| `cell` | *two* |\n".repeat(200));
    let code = format!("```rust\n{}```\n\nafter", "fn main() { call(); }\n\n".repeat(200));
    for text in [paragraph, lines, list, loose, table, code] {
        let (blocks, corrections) = fold(pieces(&text, 4));
        // The last words may be read only at the end.
        assert!(corrections <= 1, "{corrections} in {}", &text[..40]);
        assert_same(blocks, &text);
    }
}

#[test]
fn a_definition_that_comes_later_is_taken_before_the_end() {
    let text = "See [docs] and[^n].\n\nSecond [x].\n\n[docs]: https://a.b/\n\n[^n]: Note.\n\nthird\n\nfourth\n\nfifth\n";
    let mut document = Document::new();
    for piece in pieces(text, 4) {
        document.push(piece);
    }
    let wire = serde_json::to_string(document.blocks()).unwrap();
    assert!(wire.contains(r#""href":"https://a.b/""#) && wire.contains("footnote_ref"), "{wire}");
    let (blocks, corrections) = fold(pieces(text, 4));
    assert_eq!(corrections, 0);
    assert_same(blocks, text);
}

#[test]
fn a_setext_heading_takes_back_a_long_paragraph() {
    let text = format!("{}\n===\n\nafter", "words ".repeat(500));
    assert_same(fold(pieces(&text, 4)).0, &text);
}

#[test]
fn a_patch_that_does_not_fit_changes_nothing() {
    let mut blocks = render("a");
    let before = blocks.clone();
    apply(&mut blocks, &Patch::Set { index: 9, block: before[0].clone() });
    apply(&mut blocks, &Patch::Append { id: 9, rev: 1, text: "x".into() });
    apply(&mut blocks, &Patch::Truncate { length: 9 });
    assert_eq!(blocks, before);
}

#[test]
fn a_highlighted_block_is_taken_back_while_its_code_grows() {
    let highlighter = webplus_markup::Highlighter::new();
    let limits = webplus_markup::Limits::default();
    let mut document = Document::new();
    document.push("```rust\nfn main() {\n");
    let mut block = document.blocks()[0].clone();
    assert!(highlighter.highlight_block(&mut block, &limits));
    document.push("    call();\n");
    assert!(matches!(document.adopt(block.clone()), Some(Patch::Set { index: 0, .. })));
    let BlockNode::Code { text, spans: Some(spans), .. } = &document.blocks()[0].node else { panic!() };
    assert_eq!((text.as_str(), spans.len()), ("fn main() {\n    call();", 1));
    document.push("}\n```\n");
    assert!(document.finish().is_empty());
    // What is no longer a beginning of the block's code is not taken.
    let BlockNode::Code { text, .. } = &mut block.node else { panic!() };
    text.push_str("other");
    assert!(document.adopt(block).is_none());
}
