//! Which grammar reads which language: by the names that models write behind a fence. A language without a grammar of its
//! own is read by its nearest relative, which colours strings, comments, numbers and most keywords rightly.

use syntect::parsing::{SyntaxReference, SyntaxSet};

/// Names that no grammar bears, and the one that reads them.
const ALIASES: [(&str, &str); 53] = [
    ("bash", "sh"),
    ("c++", "cpp"),
    ("cjs", "js"),
    ("cmd", "bat"),
    ("console", "sh"),
    ("csharp", "cs"),
    ("dart", "java"),
    ("docker", "sh"),
    ("dockerfile", "sh"),
    ("elisp", "lisp"),
    ("env", "properties"),
    ("fish", "sh"),
    ("fsharp", "ml"),
    ("golang", "go"),
    ("haskell", "hs"),
    ("ini", "properties"),
    ("javascript", "js"),
    ("javascriptreact", "js"),
    ("json5", "js"),
    ("jsonc", "js"),
    ("jsonl", "json"),
    ("jsx", "js"),
    ("julia", "py"),
    ("kotlin", "scala"),
    ("kt", "scala"),
    ("latex", "tex"),
    ("make", "makefile"),
    ("md", "markdown"),
    ("mdx", "markdown"),
    ("mjs", "js"),
    ("objc", "m"),
    ("objective-c", "m"),
    ("patch", "diff"),
    ("plpgsql", "sql"),
    ("postgresql", "sql"),
    ("powershell", "sh"),
    ("proto", "c"),
    ("protobuf", "c"),
    ("ps1", "sh"),
    ("python3", "py"),
    ("rlang", "r"),
    ("scss", "css"),
    ("shell", "sh"),
    ("solidity", "js"),
    ("svelte", "html"),
    ("svg", "xml"),
    ("swift", "rs"),
    ("toml", "properties"),
    ("ts", "js"),
    ("tsx", "js"),
    ("typescript", "js"),
    ("vue", "html"),
    ("zig", "rs"),
];

/// The grammar for a language; nothing for an unknown one and for plain text.
pub(super) fn find<'a>(syntaxes: &'a SyntaxSet, language: &str) -> Option<&'a SyntaxReference> {
    let language = language.trim().to_lowercase();
    let name = ALIASES
        .binary_search_by_key(&language.as_str(), |(alias, _)| alias)
        .ok()
        .and_then(|at| ALIASES.get(at))
        .map_or(language.as_str(), |(_, name)| name);
    if name.is_empty() {
        return None;
    }
    syntaxes.find_syntax_by_token(name).filter(|syntax| syntax.name != "Plain Text")
}

#[cfg(test)]
mod tests {
    use super::{ALIASES, find};
    use crate::highlight::SYNTAXES;

    #[test]
    fn every_alias_is_in_order_and_has_a_grammar() {
        assert!(ALIASES.is_sorted());
        for (alias, name) in ALIASES {
            assert!(find(&SYNTAXES, alias).is_some(), "{alias} → {name}");
        }
    }

    #[test]
    fn languages_that_models_write_are_known_and_plain_text_is_not() {
        for language in
            ["Python", "py", "rust", "rs", "TypeScript", "java", "c", "cpp", "html", "css", "sql", "json"]
        {
            assert!(find(&SYNTAXES, language).is_some(), "{language}");
        }
        for language in ["yaml", "yml", "xml", "diff", "go", "ruby", "php", "lua", "sh", "zsh", "r", "perl"] {
            assert!(find(&SYNTAXES, language).is_some(), "{language}");
        }
        for language in ["", "text", "txt", "plain text", "nosuch"] {
            assert!(find(&SYNTAXES, language).is_none(), "{language}");
        }
    }
}
