//! A strict reader for the MathML that the writer makes: known elements, known attributes, four entities, a bounded depth.
//! Anything else is refused whole, but for styles, which are dropped (a colour is kept as `mathcolor`).

use std::collections::BTreeMap;

use crate::tree::{MathNode, MathTag};

/// How deep elements may nest.
const MAX_DEPTH: usize = 64;

/// The one element that `written` is.
pub(super) fn element(written: &str) -> Option<MathNode> {
    let mut rest = written.trim();
    let mut open: Vec<MathNode> = Vec::new();
    loop {
        if let Some(after) = rest.strip_prefix("</") {
            let (name, after) = after.split_once('>')?;
            let done = open.pop().filter(|node| tag(name.trim()) == Some(node.tag))?;
            rest = after;
            match open.last_mut() {
                Some(parent) => parent.children.push(done),
                None => return rest.trim().is_empty().then_some(done),
            }
        } else if let Some(after) = rest.strip_prefix('<') {
            if let Some(parent) = open.last_mut().filter(|node| is_token(node.tag)) {
                // The writer leaves the sign of a relation as it is; a token holds no elements, so it can be nothing else.
                parent.text.get_or_insert_default().push('<');
                rest = after;
                continue;
            }
            let (node, closed, after) = start(after)?;
            rest = after;
            if !closed {
                (open.len() < MAX_DEPTH).then_some(())?;
                open.push(node);
            } else if let Some(parent) = open.last_mut() {
                parent.children.push(node);
            } else {
                return None;
            }
        } else {
            let (text, after) = rest.split_at(rest.find('<')?);
            let parent = open.last_mut()?;
            if !text.trim_matches([' ', '\n']).is_empty() || is_token(parent.tag) {
                is_token(parent.tag).then_some(())?;
                parent.text.get_or_insert_default().push_str(&unescape(text)?);
            }
            rest = after;
        }
    }
}

/// An element's start, from behind its `<`: the element, whether it is empty, and what follows.
fn start(text: &str) -> Option<(MathNode, bool, &str)> {
    let name_end = text.find(|c: char| !c.is_ascii_alphabetic())?;
    let mut node = MathNode {
        tag: tag(text.get(..name_end)?)?,
        attributes: BTreeMap::new(),
        children: Vec::new(),
        text: None,
    };
    let mut rest = text.get(name_end..)?;
    loop {
        rest = rest.trim_start();
        if let Some(after) = rest.strip_prefix("/>") {
            return Some((node, true, after));
        }
        if let Some(after) = rest.strip_prefix('>') {
            return Some((node, false, after));
        }
        let (name, after) = rest.split_once("=\"")?;
        let (value, after) = after.split_once('"')?;
        attribute(&mut node, name, &unescape(value)?)?;
        rest = after;
    }
}

fn attribute(node: &mut MathNode, name: &str, value: &str) -> Option<()> {
    let kept = match name {
        "style" => return style(node, value),
        // only sets the namespace, which the page sets itself
        "xmlns" => return Some(()),
        "class" => value.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | ' ')),
        "accent" | "accentunder" | "columnalign" | "columnlines" | "columnspacing" | "depth" | "display"
        | "displaystyle" | "fence" | "form" | "height" | "largeop" | "linethickness" | "lspace"
        | "mathbackground" | "mathcolor" | "mathsize" | "mathvariant" | "maxsize" | "minsize"
        | "movablelimits" | "notation" | "rowalign" | "rowlines" | "rowspacing" | "rspace"
        | "scriptlevel" | "separator" | "stretchy" | "symmetric" | "voffset" | "width" => {
            value.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '+' | '%' | ' ' | '#'))
        }
        _ => return None,
    };
    kept.then(|| {
        node.attributes.insert(name.to_owned(), value.to_owned());
    })
}

/// Keeps the colours of a style, as the attributes of MathML that say the same.
fn style(node: &mut MathNode, value: &str) -> Option<()> {
    for declaration in value.split(';') {
        let Some((name, value)) = declaration.split_once(':') else { continue };
        let attribute = match name.trim() {
            "color" => "mathcolor",
            "background-color" => "mathbackground",
            _ => continue,
        };
        let inside = value.trim().strip_prefix("rgb(").and_then(|rest| rest.strip_suffix(')'));
        let parts: Vec<u8> = inside?
            .split([' ', ','])
            .filter(|part| !part.is_empty())
            .map_while(|part| part.parse().ok())
            .collect();
        let [red, green, blue] = parts.as_slice() else { return None };
        node.attributes.insert(attribute.to_owned(), format!("#{red:02x}{green:02x}{blue:02x}"));
    }
    Some(())
}

fn unescape(text: &str) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('&') {
        out.push_str(before);
        if !after.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '#') {
            // Left as it is by the writer, as above.
            out.push('&');
            rest = after;
            continue;
        }
        let (name, after) = after.split_once(';')?;
        out.push(match name {
            "amp" => '&',
            "lt" => '<',
            "gt" => '>',
            "nbsp" => '\u{a0}',
            _ => return None,
        });
        rest = after;
    }
    out.push_str(rest);
    Some(out)
}

fn is_token(tag: MathTag) -> bool {
    matches!(tag, MathTag::Mi | MathTag::Mn | MathTag::Mo | MathTag::Ms | MathTag::Mtext)
}

fn tag(name: &str) -> Option<MathTag> {
    Some(match name {
        "math" => MathTag::Math,
        "menclose" => MathTag::Menclose,
        "merror" => MathTag::Merror,
        "mfrac" => MathTag::Mfrac,
        "mi" => MathTag::Mi,
        "mmultiscripts" => MathTag::Mmultiscripts,
        "mn" => MathTag::Mn,
        "mo" => MathTag::Mo,
        "mover" => MathTag::Mover,
        "mpadded" => MathTag::Mpadded,
        "mphantom" => MathTag::Mphantom,
        "mprescripts" => MathTag::Mprescripts,
        "mroot" => MathTag::Mroot,
        "mrow" => MathTag::Mrow,
        "ms" => MathTag::Ms,
        "mspace" => MathTag::Mspace,
        "msqrt" => MathTag::Msqrt,
        "mstyle" => MathTag::Mstyle,
        "msub" => MathTag::Msub,
        "msubsup" => MathTag::Msubsup,
        "msup" => MathTag::Msup,
        "mtable" => MathTag::Mtable,
        "mtd" => MathTag::Mtd,
        "mtext" => MathTag::Mtext,
        "mtr" => MathTag::Mtr,
        "munder" => MathTag::Munder,
        "munderover" => MathTag::Munderover,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::element;

    #[test]
    fn only_known_elements_and_attributes_are_read() {
        assert!(element("<math><mi>x</mi></math>").is_some());
        let text = |written| element(written).and_then(|node| node.text);
        assert_eq!(text("<mo><</mo>").as_deref(), Some("<"));
        assert_eq!(text("<mi>&</mi>").as_deref(), Some("&"));
        assert_eq!(text("<mtext>&lt;b&gt;&nbsp;</mtext>").as_deref(), Some("<b>\u{a0}"));
        assert!(
            element(r#"<math><mspace width="1em" /><mi mathvariant="normal">&lt;</mi></math>"#).is_some()
        );
        for bad in [
            "<script>x</script>",
            "<math><mi onclick=\"x\">x</mi></math>",
            "<math href=\"javascript:x\"></math>",
            "<math><mi>x</math></mi>",
            "<math><mi><script>x</script></mi><b></math>",
            "<math>text</math>",
            "<math><mi>&quot;</mi></math>",
            "<math><mi>x</mi></math><math></math>",
            "<math",
            "",
        ] {
            assert!(element(bad).is_none(), "{bad}");
        }
        assert!(element(&format!("{}{}", "<mrow>".repeat(65), "</mrow>".repeat(65))).is_none());
    }

    #[test]
    fn a_colour_is_kept_and_every_other_style_is_dropped() {
        let node = element(r#"<mrow style="color: rgb(255 0 16); position: fixed"></mrow>"#)
            .unwrap_or_else(|| unreachable!("the element is well formed"));
        assert_eq!(node.attributes.get("mathcolor").map(String::as_str), Some("#ff0010"));
        assert_eq!(node.attributes.len(), 1);
    }
}
