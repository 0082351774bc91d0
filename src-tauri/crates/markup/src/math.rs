//! Formulas: LaTeX to a tree of MathML elements, and nothing else. The writer's text is read again by a strict parser with
//! an allow-list, so that a fault in it could show a wrong formula but never an element or attribute that acts.

use std::panic::{AssertUnwindSafe, catch_unwind};

use pulldown_latex::config::{DisplayMode, RenderConfig};
use pulldown_latex::{Parser, Storage, push_mathml};

use crate::tree::MathNode;

mod read;

/// The longest LaTeX that is read, in bytes; a longer one stays source.
const MAX_SOURCE: usize = 8 * 1024;
/// The longest MathML that is read, in bytes.
const MAX_WRITTEN: usize = 512 * 1024;

/// The formula, or why it can't be read.
pub(crate) fn formula(source: &str, display: bool) -> Result<MathNode, String> {
    if source.len() > MAX_SOURCE {
        return Err(format!("The formula is longer than {MAX_SOURCE} bytes."));
    }
    // The crate asserts what it believes about its own state; a formula that proves it wrong must cost that formula only.
    catch_unwind(AssertUnwindSafe(|| convert(source, display)))
        .unwrap_or_else(|_| Err("The formula can't be read.".to_owned()))
}

fn convert(source: &str, display: bool) -> Result<MathNode, String> {
    let storage = Storage::new();
    let mut events = Vec::new();
    for event in Parser::new(source, &storage) {
        events.push(event.map_err(|error| first_line(&error.to_string()))?);
    }
    let display_mode = if display { DisplayMode::Block } else { DisplayMode::Inline };
    let mut written = String::new();
    let events = events.into_iter().map(Ok::<_, std::convert::Infallible>);
    push_mathml(&mut written, events, RenderConfig { display_mode, ..RenderConfig::default() })
        .map_err(|error| first_line(&error.to_string()))?;
    if written.len() > MAX_WRITTEN {
        return Err("The formula is too large.".to_owned());
    }
    read::element(&written).ok_or_else(|| "The formula holds something that can't be shown.".to_owned())
}

fn first_line(message: &str) -> String {
    let line = message.lines().next().unwrap_or_default().trim();
    line.trim_start_matches("error:").trim().to_owned()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::formula;
    use crate::tree::{MathNode, MathTag};

    fn tags(node: &MathNode, into: &mut Vec<MathTag>) {
        into.push(node.tag);
        node.children.iter().for_each(|child| tags(child, into));
    }

    #[test]
    fn a_fraction_is_a_tree_of_elements() {
        let tree = formula(r"\frac{a}{\sqrt{b}} < 1", true).unwrap();
        assert_eq!(tree.tag, MathTag::Math);
        assert_eq!(tree.attributes.get("display").map(String::as_str), Some("block"));
        let mut all = Vec::new();
        tags(&tree, &mut all);
        for tag in [MathTag::Mfrac, MathTag::Msqrt, MathTag::Mi, MathTag::Mn, MathTag::Mo] {
            assert!(all.contains(&tag), "{all:?}");
        }
    }

    #[test]
    fn what_models_write_is_read() {
        for source in [
            r"E = mc^2",
            r"\begin{pmatrix} a & b \\ c & d \end{pmatrix}",
            r"\begin{align} a &= b \\ &= c \end{align}",
            r"\begin{cases} 1 & x > 0 \\ 0 & \text{otherwise} \end{cases}",
            r"\sum_{i=1}^{n} i = \frac{n(n+1)}{2}",
            r"\int_{-\infty}^{\infty} e^{-x^2} \, dx = \sqrt{\pi}",
            r"\mathbb{R}^n \to \mathcal{L}(V), \quad \hat{x} \cdot \vec{y} \neq \bar{z}",
            r"\left( \frac{1}{2} \right]",
            r"\lim_{x \to 0} \frac{\sin x}{x} = 1",
            r"\color{red} x + \textcolor{blue}{y}",
            r"x'' \ne \text{a < b \& c}",
            r"\underbrace{a+b}_{c} \overline{d} \binom{n}{k}",
            r"\begin{array}{c|c} a & b \\ \hline c & d \end{array}",
            r"\boxed{x} \cancel{y}",
            r"A \xrightarrow{f} B",
            r"\operatorname{argmax}_\theta \log p_\theta(x)",
        ] {
            if let Err(error) = formula(source, false) {
                // What the reader of LaTeX doesn't know is said, and shown as source; what it knows must pass the allow-list.
                assert!(!error.contains("can't be shown"), "{source}: {error}");
            }
        }
        assert!(formula(r"\begin{pmatrix} a & b \\ c & d \end{pmatrix}", true).is_ok());
    }

    #[test]
    fn what_cannot_be_read_is_an_error_and_never_a_panic() {
        assert!(formula(r"\frac{a", false).is_err());
        assert!(formula(r"\nosuchcommand", false).is_err());
        assert!(formula(&"{".repeat(8000), false).is_err());
        let _ = formula(&format!("{}x{}", "{".repeat(4000), "}".repeat(4000)), false);
        let _ = formula(&format!("{}x{}", r"\sqrt{".repeat(1000), "}".repeat(1000)), false);
        let _ = formula(r"\def\a{\a\a}\a", false);
        assert!(formula(&"x".repeat(9000), false).is_err());
    }

    #[test]
    fn text_inside_a_formula_never_becomes_an_element() {
        let tree = formula(r#"\text{<script>alert(1)</script> & "q"}"#, false);
        if let Ok(tree) = tree {
            let wire = serde_json::to_string(&tree).unwrap();
            assert!(!wire.contains(r#""tag":"script""#), "{wire}");
        }
        assert!(formula(r"\href{javascript:alert(1)}{x}", false).is_err());
    }
}
