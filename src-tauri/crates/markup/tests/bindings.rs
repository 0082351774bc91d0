//! The tree's types as the page sees them.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use ts_rs::{Config, TS};
use webplus_markup::{Block, BlockNode, CodeSpan, Inline, MathNode, MathTag, Patch};

#[test]
fn every_type_has_a_declaration_of_its_own_name() {
    let config = Config::default();
    for (declaration, name) in [
        (Block::decl(&config), "Block"),
        (BlockNode::decl(&config), "BlockNode"),
        (Inline::decl(&config), "Inline"),
        (CodeSpan::decl(&config), "CodeSpan"),
        (MathNode::decl(&config), "MathNode"),
        (MathTag::decl(&config), "MathTag"),
        (Patch::decl(&config), "Patch"),
    ] {
        assert!(declaration.starts_with(&format!("type {name} =")), "{declaration}");
    }
    let nodes = BlockNode::decl(&config);
    assert!(nodes.contains(r#""type": "list""#) && nodes.contains("Array<ListItem>"), "{nodes}");
    assert!(nodes.contains("spans?: Array<Array<CodeSpan>>"), "{nodes}");
    let math = MathNode::decl(&config);
    assert!(math.contains("children?: Array<MathNode>") && math.contains("attributes?: "), "{math}");
}

#[test]
fn a_tree_survives_the_wire() {
    let block = Block {
        id: 0,
        rev: 1,
        node: BlockNode::Quote {
            blocks: vec![BlockNode::Paragraph {
                content: vec![Inline::Text { text: "a".into() }, Inline::Break],
            }],
        },
    };
    let wire = serde_json::to_string(&block).unwrap();
    assert_eq!(
        wire,
        r#"{"id":0,"rev":1,"node":{"type":"quote","blocks":[{"type":"paragraph","content":[{"type":"text","text":"a"},{"type":"break"}]}]}}"#
    );
    assert_eq!(serde_json::from_str::<Block>(&wire).unwrap(), block);
}
