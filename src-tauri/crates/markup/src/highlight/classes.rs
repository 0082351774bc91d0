//! From a grammar's scopes to the few kinds that a theme colours.

use std::sync::LazyLock;

use syntect::parsing::Scope;

use crate::tree::CodeKind;

/// Scopes by their beginnings; the first that fits counts.
const TABLE: [(&str, CodeKind); 40] = [
    ("keyword.operator", CodeKind::Operator),
    ("keyword", CodeKind::Keyword),
    ("storage", CodeKind::Keyword),
    ("variable.language", CodeKind::Keyword),
    ("entity.name.function", CodeKind::Function),
    ("entity.name.macro", CodeKind::Function),
    ("support.function", CodeKind::Function),
    ("support.macro", CodeKind::Function),
    ("variable.function", CodeKind::Function),
    ("entity.name.tag", CodeKind::Tag),
    ("entity.other.attribute-name", CodeKind::Attribute),
    ("variable.annotation", CodeKind::Attribute),
    ("meta.annotation", CodeKind::Attribute),
    ("entity.name.section", CodeKind::Heading),
    ("markup.heading", CodeKind::Heading),
    ("entity.name.constant", CodeKind::Constant),
    ("entity.name", CodeKind::Type),
    ("entity.other.inherited-class", CodeKind::Type),
    ("support.type.property-name", CodeKind::Attribute),
    ("support.type", CodeKind::Type),
    ("support.class", CodeKind::Type),
    ("support.constant", CodeKind::Constant),
    ("constant.numeric", CodeKind::Number),
    ("constant", CodeKind::Constant),
    ("punctuation.definition.string", CodeKind::String),
    ("punctuation.definition.comment", CodeKind::Comment),
    ("punctuation.definition.annotation", CodeKind::Attribute),
    ("punctuation.definition.inserted", CodeKind::Inserted),
    ("punctuation.definition.deleted", CodeKind::Deleted),
    ("punctuation.definition.heading", CodeKind::Heading),
    ("string", CodeKind::String),
    ("comment", CodeKind::Comment),
    ("variable", CodeKind::Variable),
    ("punctuation", CodeKind::Punctuation),
    ("markup.inserted", CodeKind::Inserted),
    ("markup.deleted", CodeKind::Deleted),
    // Code inside a string is code again.
    ("meta.interpolation", CodeKind::Plain),
    ("meta.template.expression", CodeKind::Plain),
    ("source", CodeKind::Plain),
    ("text", CodeKind::Plain),
];

static SCOPES: LazyLock<Vec<(Scope, CodeKind)>> =
    LazyLock::new(|| TABLE.iter().filter_map(|(name, kind)| Some((Scope::new(name).ok()?, *kind))).collect());

/// The kind of a scope; nothing where it is what is around it.
pub(super) fn kind(scope: Scope) -> Option<CodeKind> {
    SCOPES.iter().find(|(beginning, _)| beginning.is_prefix_of(scope)).map(|(_, kind)| *kind)
}
