//! Which addresses a tree may hold: `http`, `https` and `mailto`, checked by what a browser would make of the text.

/// The address of a link, where a person may follow it: `http`, `https` or `mailto`.
pub(crate) fn link(address: &str) -> Option<String> {
    let address = address.trim();
    if starts_with(address, "mailto:") {
        return (address.len() > 7 && !address.chars().any(unsafe_in_address)).then(|| address.to_owned());
    }
    web(address).map(|(_, address)| address)
}

/// Host and address of what an `http` or `https` address names.
pub(crate) fn web(address: &str) -> Option<(String, String)> {
    let address = address.trim();
    let rest = ["http://", "https://"]
        .iter()
        .find(|scheme| starts_with(address, scheme))
        .and_then(|scheme| address.get(scheme.len()..))?;
    // A browser reads a backslash here as a slash, so it ends the authority too.
    let authority = rest.split(['/', '\\', '?', '#']).next()?;
    let host = authority.rsplit('@').next()?;
    let named = host.chars().any(char::is_alphanumeric) && !host.contains(['%', '<', '>', '"', ' ']);
    let address = address.replace(' ', "%20");
    (named && !address.chars().any(unsafe_in_address)).then(|| (host.to_lowercase(), address))
}

fn starts_with(address: &str, scheme: &str) -> bool {
    address.as_bytes().get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme.as_bytes()))
}

fn unsafe_in_address(character: char) -> bool {
    character.is_control()
        || character.is_whitespace()
        // characters that change the direction of what is read, or can't be seen
        || matches!(character, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// The next bare `http` or `https` address in a text: where it begins and ends.
pub(crate) fn find(text: &str) -> Option<(usize, usize)> {
    let mut from = 0;
    while let Some(found) = text.get(from..)?.find("://") {
        let colon = from + found;
        let scheme = ["https", "http"].iter().find(|scheme| {
            colon.checked_sub(scheme.len()).is_some_and(|start| {
                text.get(start..colon).is_some_and(|word| word.eq_ignore_ascii_case(scheme))
                    && text.get(..start).is_none_or(|before| !before.ends_with(char::is_alphanumeric))
            })
        });
        if let Some(scheme) = scheme {
            let start = colon - scheme.len();
            let rest = text.get(start..)?;
            let end = rest
                .find(|c: char| c.is_whitespace() || matches!(c, '<' | '>' | '"' | '`' | '\u{1}' | '\u{2}'))
                .unwrap_or(rest.len());
            let address = trim_end(rest.get(..end)?);
            if web(address).is_some() {
                return Some((start, start + address.len()));
            }
        }
        from = colon + 3;
    }
    None
}

/// Without the punctuation that belongs to the sentence around an address.
fn trim_end(mut address: &str) -> &str {
    loop {
        let unbalanced =
            address.ends_with(')') && address.matches(')').count() > address.matches('(').count();
        let shorter = if unbalanced {
            address.strip_suffix(')').unwrap_or(address)
        } else {
            address.trim_end_matches(['.', ',', ';', ':', '!', '?', '\'', '*', '_', '~', ']', '}'])
        };
        if shorter.len() == address.len() {
            return address;
        }
        address = shorter;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_web_and_mail_addresses_pass() {
        for bad in [
            "javascript:alert(1)",
            " JaVaScRiPt:alert(1)",
            "data:text/html,x",
            "vbscript:x",
            "file:///etc/passwd",
            "java\nscript:x",
            "\u{1}javascript:x",
            "//host/x",
            "/x",
            "#x",
            "http:evil",
            "https://",
            "https:///x",
            "https://a\u{202e}b/",
            "mailto:",
            "http://\u{0}x",
            "blob:https://a/x",
            "é",
        ] {
            assert_eq!(link(bad), None, "{bad}");
        }
        assert_eq!(link("HTTPS://Example.com/a b").as_deref(), Some("HTTPS://Example.com/a%20b"));
        assert_eq!(link("mailto:a@b.c").as_deref(), Some("mailto:a@b.c"));
        assert_eq!(web("https://good.com\\@evil.com/x").unwrap_or_default().0, "good.com");
        assert_eq!(web("https://good.com@Evil.com:8/x").unwrap_or_default().0, "evil.com:8");
    }

    #[test]
    fn a_bare_address_ends_before_the_sentence_does() {
        let found = |text: &'static str| find(text).map(|(start, end)| &text[start..end]);
        assert_eq!(found("see https://a.b/c(d)."), Some("https://a.b/c(d)"));
        assert_eq!(found("(https://a.b/c), x"), Some("https://a.b/c"));
        assert_eq!(found("ftp://a xhttp://b http://é.fr/"), Some("http://é.fr/"));
        assert_eq!(found("https:// no"), None);
    }
}
