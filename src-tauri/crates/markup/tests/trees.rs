//! What text becomes which tree, and what never gets into one.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use std::time::Instant;

use webplus_markup::{Block, BlockNode, Document, Inline, TableAlignment, plain_text, render};

fn wire(text: &str) -> String {
    // The same tree must come out of the stream; each test of a text is a test of both ways.
    let mut document = Document::new();
    let mut buffer = [0; 4];
    for character in text.chars() {
        document.push(character.encode_utf8(&mut buffer));
    }
    document.finish();
    let nodes = |blocks: &[Block]| {
        serde_json::to_string(&blocks.iter().map(|block| &block.node).collect::<Vec<_>>()).unwrap()
    };
    let whole = nodes(&render(text));
    assert_eq!(nodes(document.blocks()), whole);
    whole
}

fn node(text: &str) -> BlockNode {
    wire(text);
    let mut blocks = render(text);
    assert_eq!(blocks.len(), 1, "{blocks:?}");
    blocks.remove(0).node
}

fn text(text: &str) -> Inline {
    Inline::Text { text: text.into() }
}

fn paragraph(content: Vec<Inline>) -> BlockNode {
    BlockNode::Paragraph { content }
}

#[test]
fn emphasis_strike_code_and_breaks_are_inlines() {
    assert_eq!(
        node("a *b **c*** ~~d~~ `e`\nf  \ng"),
        paragraph(vec![
            text("a "),
            Inline::Emphasis { content: vec![text("b "), Inline::Strong { content: vec![text("c")] }] },
            text(" "),
            Inline::Strike { content: vec![text("d")] },
            text(" "),
            Inline::Code { text: "e".into() },
            Inline::Break,
            text("f"),
            Inline::HardBreak,
            text("g"),
        ])
    );
}

#[test]
fn lists_nest_and_know_tasks_numbers_and_tightness() {
    let BlockNode::List { ordered: true, start: 3, tight: true, items } =
        node("3. a\n   - [x] b\n   - [ ] c\n4. d\n")
    else {
        panic!()
    };
    assert_eq!(items.len(), 2);
    let BlockNode::List { ordered: false, items: tasks, .. } = &items[0].blocks[1] else { panic!() };
    assert_eq!((tasks[0].checked, tasks[1].checked, items[0].checked), (Some(true), Some(false), None));
    assert_eq!(items[1].blocks, [paragraph(vec![text("d")])]);
    assert!(matches!(node("- a\n\n- b\n"), BlockNode::List { tight: false, .. }));
    assert!(matches!(node("- a\n- b\n"), BlockNode::List { tight: true, .. }));
}

#[test]
fn tables_keep_alignments_and_every_row_is_as_wide_as_the_head() {
    let BlockNode::Table { alignments, head, rows } =
        node("| a | b | c |\n|:--|:-:|--:|\n| 1 | `x` |\n| 2<br>3 | *y* | z | more |\n")
    else {
        panic!()
    };
    assert_eq!(alignments, [TableAlignment::Left, TableAlignment::Center, TableAlignment::Right]);
    assert_eq!(head.len(), 3);
    assert_eq!(rows.iter().map(Vec::len).collect::<Vec<_>>(), [3, 3]);
    assert_eq!(rows[1][0], [text("2"), Inline::HardBreak, text("3")]);
}

#[test]
fn code_keeps_its_language_and_every_character() {
    assert_eq!(
        node("```Rust ignore\n<b>&amp;\\(x\\)\n\n  *y*\n```"),
        BlockNode::Code { language: "rust".into(), text: "<b>&amp;\\(x\\)\n\n  *y*".into(), spans: None }
    );
    assert_eq!(
        node("    indented \\[x\\]\n"),
        BlockNode::Code { language: String::new(), text: "indented \\[x\\]".into(), spans: None }
    );
    assert_eq!(node("`a \\(x\\) b`"), paragraph(vec![Inline::Code { text: "a \\(x\\) b".into() }]));
    assert!(
        matches!(node("```mermaid\ngraph\n```"), BlockNode::Code { language, .. } if language == "mermaid")
    );
}

#[test]
fn formulas_are_found_behind_all_four_delimiters() {
    for (source, display) in
        [("a $x^2$ b", false), (r"a \(x^2\) b", false), ("a $$x^2$$ b", true), (r"a \[x^2\] b", true)]
    {
        let BlockNode::Paragraph { content } = node(source) else { panic!() };
        let Inline::Math { source: latex, display: shown, tree: Some(_), error: None } = &content[1] else {
            panic!("{content:?}")
        };
        assert_eq!((latex.as_str(), *shown), ("x^2", display), "{source}");
    }
    for alone in ["$$\n\\frac{a}{b}\n$$", "\\[\n\\frac{a}{b}\n\\]", "\\[\\frac{a}{b}\\]\n"] {
        let BlockNode::Math { source, tree: Some(_), .. } = node(alone) else { panic!("{alone}") };
        assert_eq!(source, "\\frac{a}{b}");
    }
    let quoted = node("> \\[\n> a\n> + b\n> \\]");
    assert!(
        matches!(&quoted, BlockNode::Quote { blocks } if matches!(&blocks[0], BlockNode::Math { source, .. } if source == "a\n+ b")),
        "{quoted:?}"
    );
}

#[test]
fn money_is_no_formula() {
    for money in
        ["It costs $5 and $6.", "Between $5-$10.", "It costs $5 (or $6).", "US$5/US$6", "$5, $6 and $7"]
    {
        assert_eq!(node(money), paragraph(vec![text(money)]));
    }
}

#[test]
fn a_formula_that_cannot_be_read_is_its_source_and_the_reason() {
    let BlockNode::Paragraph { content } = node(r"a $\nosuch{$ b") else { panic!() };
    assert!(
        content
            .iter()
            .any(|inline| matches!(inline, Inline::Math { tree: None, error: Some(error), source, .. }
            if source == r"\nosuch{" && !error.is_empty() && !error.contains('\n')))
            || content == [text(r"a $\nosuch{$ b")],
        "{content:?}"
    );
    let BlockNode::Paragraph { content } = node(r"$\nosuch x$") else { panic!() };
    assert!(matches!(&content[0], Inline::Math { tree: None, error: Some(_), .. }), "{content:?}");
}

#[test]
fn footnotes_are_references_only_where_they_are_defined() {
    let tree = wire("a[^1] b[^2]\n\n[^1]: one\n\n    two\n");
    assert!(tree.contains(r#"{"type":"footnote_ref","label":"1"}"#), "{tree}");
    assert!(tree.contains("b[^2]"), "{tree}");
    assert!(tree.contains(r#""type":"footnote","label":"1","blocks":[{"type":"paragraph""#), "{tree}");
}

#[test]
fn html_is_text() {
    let tree = wire(
        "<img src=x onerror=alert(1)>\n\na <b onclick=x>bold</b> <script>alert(1)</script>\n\n<div>\n*x*\n</div>",
    );
    for kind in ["link", "image", "emphasis"] {
        assert!(!tree.contains(&format!(r#""type":"{kind}""#)), "{tree}");
    }
    assert!(
        tree.contains("<img src=x onerror=alert(1)>") && tree.contains("<b onclick=x>bold</b>"),
        "{tree}"
    );
}

#[test]
fn no_text_makes_an_address_that_acts() {
    for attack in [
        "[a](javascript:alert(1))",
        "[a](JaVaScRiPt:alert(1))",
        "[a](java&#115;cript:alert(1))",
        "[a](&#x6A;avascript:alert(1))",
        "[a](<java\nscript:alert(1)>)",
        "[a](\u{1}javascript:alert(1))",
        "[a](data:text/html;base64,PHNjcmlwdD4=)",
        "[a](vbscript:msgbox)",
        "[a](file:///etc/passwd)",
        "[a](//evil.example/x)",
        "[a](/relative)",
        "[a](blob:https://x/y)",
        "<javascript:alert(1)>",
        "<data:text/html,x>",
        "[a][r]\n\n[r]: javascript:alert(1)",
        "[r]\n\n[r]: <data:text/html,x> \"t\"",
        "![\" onerror=alert(1)](x)",
        "![a](javascript:alert(1))",
        "![a](data:image/svg+xml,<svg onload=alert(1)>)",
        "![a][r]\n\n[r]: file:///x.png",
        "[![a](javascript:x)](javascript:y)",
        "<a href=\"javascript:alert(1)\">x</a>",
        "<iframe srcdoc=\"<script>alert(1)</script>\">",
        "[a](https:\u{202e}//evil)",
        "$\\href{javascript:alert(1)}{x}$",
        "\\(\\url{javascript:alert(1)}\\)",
    ] {
        let tree = wire(attack);
        assert!(!tree.contains(r#""href":"#) && !tree.contains(r#""url":"#), "{attack}: {tree}");
    }
}

#[test]
fn a_remote_image_is_a_chip_however_it_is_written() {
    for source in [
        "![secret](https://Evil.example:8443/x?d=abc \"t\")",
        "![secret][r]\n\n[r]: https://Evil.example:8443/x?d=abc",
        "![secret][]\n\n[Secret]: <https://Evil.example:8443/x?d=abc>",
        "![secret]\n\n[secret]: https://Evil.example:8443/x?d=abc",
    ] {
        let tree = wire(source);
        let chip = r#"{"type":"image","alt":"secret","host":"evil.example:8443","url":"https://Evil.example:8443/x?d=abc"}"#;
        assert!(tree.contains(chip), "{source}: {tree}");
    }
}

#[test]
fn links_carry_web_and_mail_addresses() {
    for (source, href) in [
        ("[a](https://x.y/z)", "https://x.y/z"),
        ("[a]( <https://x.y/a b> )", "https://x.y/a%20b"),
        ("<https://x.y>", "https://x.y"),
        ("<me@x.y>", "mailto:me@x.y"),
        ("see https://x.y/z.", "https://x.y/z"),
        ("**https://x.y/z**", "https://x.y/z"),
        ("[a](https://en.wikipedia.org/wiki/Foo_\\(bar\\))", "https://en.wikipedia.org/wiki/Foo_(bar)"),
    ] {
        let tree = wire(source);
        assert!(tree.contains(&format!(r#""href":"{href}""#)), "{source}: {tree}");
    }
    assert!(!wire("[https://a.b](https://c.d)").contains(r#""href":"https://a.b""#));
}

#[test]
fn what_nests_too_deep_is_flattened_in_time() {
    #[allow(clippy::disallowed_methods, reason = "measures the work")]
    let begun = Instant::now();
    for bomb in [
        ">".repeat(10_000) + "x",
        "> ".repeat(10_000) + "x",
        "- ".repeat(5_000) + "x",
        "1. ".repeat(5_000) + "x",
        "[".repeat(10_000),
        "![".repeat(10_000),
        "*".repeat(10_000) + "x",
        "*x ".repeat(5_000),
        "**x _y ".repeat(3_000),
        "`".repeat(10_000),
        "$".repeat(10_000),
        "\\(".repeat(5_000),
        "\\[ ".repeat(5_000),
        "<".repeat(10_000),
        "&".repeat(10_000),
        "[a](".repeat(5_000),
        "[x]: y\n".repeat(2_000),
        "[^a]: y\n".repeat(2_000),
        "[^a] ".repeat(2_000),
        "|".repeat(10_000) + "\n" + &"|-".repeat(2_000),
        "https://".repeat(2_000),
        (0..300).map(|depth| " ".repeat(depth) + "- x\n").collect(),
    ] {
        let mut document = Document::new();
        for piece in bomb.as_bytes().chunks(4) {
            document.push(std::str::from_utf8(piece).unwrap());
        }
        document.finish();
        let wire = serde_json::to_string(document.blocks()).unwrap();
        assert!(wire.matches("\"type\":\"quote\"").count() <= 32);
        drop(wire);
    }
    // Generous: a debug build on a busy machine. Quadratic work takes minutes.
    assert!(begun.elapsed().as_secs() < 60, "{:?}", begun.elapsed());
}

#[test]
fn plain_text_is_what_a_person_would_copy() {
    let source = "# T\n\na *b* [c](https://d.e)\n\n1. x\n2. y\n   - z\n\n| a | b |\n|-|-|\n| 1 | 2 |\n\n```\ncode\n```\n";
    assert_eq!(plain_text(&render(source)), "T\n\na b c\n\n1. x\n2. y\n- z\n\na\tb\n1\t2\ncode");
}
