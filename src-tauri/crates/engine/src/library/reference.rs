//! The name of a model as Ollama reads it: `[http://][host/][namespace/]model[:tag]`, checked before anything is sent.

use llm::Error;

const HOST: &str = "registry.ollama.ai";
const NAMESPACE: &str = "library";

/// A whole name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Reference {
    host: String,
    namespace: String,
    model: String,
    tag: String,
    plain: bool,
}

impl Reference {
    /// Reads what a person typed or pasted; `ollama pull NAME` and `https://` before the name do no harm. Fails with
    /// `invalid_input`.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let text = text.trim();
        let text =
            ["ollama pull ", "ollama run "].iter().find_map(|start| text.strip_prefix(start)).unwrap_or(text);
        let (plain, text) = match text.trim().split_once("://") {
            None => (false, text.trim()),
            Some(("https", rest)) => (false, rest),
            Some(("http", rest)) => (true, rest),
            Some((scheme, _)) => {
                return Err(wrong(text, &format!("{scheme}:// is not an address of a registry")));
            }
        };
        let last = text.rfind('/').map_or(0, |at| at + 1);
        let (path, tag) = match text.get(last..).and_then(|end| end.split_once(':')) {
            Some((model, tag)) => (text.get(..last + model.len()).unwrap_or_default(), tag),
            None => (text, "latest"),
        };
        let parts: Vec<&str> = path.split('/').collect();
        let (host, namespace, model) = match parts[..] {
            [model] if !plain => (HOST, NAMESPACE, model),
            [namespace, model] if !plain && !is_host(namespace) => (HOST, namespace, model),
            [host, model] => (host, NAMESPACE, model),
            [host, namespace, model] => (host, namespace, model),
            _ => return Err(wrong(text, "it has too many or too few parts")),
        };
        for (part, what, most, more) in [
            (host, "registry", 350, "_-.:"),
            (namespace, "owner", 80, "_-."),
            (model, "model", 80, "_-."),
            (tag, "tag", 80, "_-."),
        ] {
            check(part, what, most, more).map_err(|why| wrong(text, &why))?;
        }
        let owned = str::to_owned;
        Ok(Self {
            host: owned(host),
            namespace: owned(namespace),
            model: owned(model),
            tag: owned(tag),
            plain,
        })
    }

    /// From the names of the folders in which a manifest lies; none where they can't be such.
    pub(super) fn from_parts(parts: [&str; 4]) -> Option<Self> {
        let [host, namespace, model, tag] = parts;
        let fine = |part: &str, most| check(part, "", most, "_-.:").is_ok();
        (fine(host, 350) && [namespace, model, tag].iter().all(|part| fine(part, 80))).then(|| Self {
            host: host.to_owned(),
            namespace: namespace.to_owned(),
            model: model.to_owned(),
            tag: tag.to_owned(),
            plain: false,
        })
    }

    /// As the engine lists it: "smol:latest", "somebody/smol:v1", "hf.co/owner/repo:Q4_K_M".
    pub fn short(&self) -> String {
        let Self { host, namespace, model, tag, .. } = self;
        match (host == HOST, namespace == NAMESPACE) {
            (true, true) => format!("{model}:{tag}"),
            (true, false) => format!("{namespace}/{model}:{tag}"),
            _ => format!("{host}/{namespace}/{model}:{tag}"),
        }
    }

    /// What a pull sends: the short name, with "http://" before it where that was asked for.
    pub fn wire(&self) -> String {
        if self.plain { format!("http://{}", self.short()) } else { self.short() }
    }

    /// Whether it is fetched without encryption.
    pub fn insecure(&self) -> bool {
        self.plain
    }

    /// The registry, with its port where it has one.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// Whether it comes from Ollama's own registry.
    pub fn is_default_host(&self) -> bool {
        self.host == HOST
    }

    /// The tag.
    pub fn tag(&self) -> &str {
        &self.tag
    }

    /// Whether both name the same model; the engine doesn't tell capitals apart.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        let pairs = [
            (&self.host, &other.host),
            (&self.namespace, &other.namespace),
            (&self.model, &other.model),
            (&self.tag, &other.tag),
        ];
        pairs.iter().all(|(one, two)| one.eq_ignore_ascii_case(two))
    }
}

/// Two parts alone: the first is an owner, unless it looks like an address.
fn is_host(part: &str) -> bool {
    part.contains('.') || part.contains(':') || part == "localhost"
}

fn check(part: &str, what: &str, most: usize, more: &str) -> Result<(), String> {
    if part.is_empty() {
        return Err(format!("the {what} is missing"));
    }
    if part.len() > most {
        return Err(format!("the {what} has more than {most} characters"));
    }
    let word = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    if !part.starts_with(word) {
        return Err(format!("the {what} begins with a character that no name begins with"));
    }
    match part.chars().find(|letter| !word(*letter) && !more.contains(*letter)) {
        None => Ok(()),
        Some(' ') => Err(format!("the {what} has a space in it")),
        Some(letter) => Err(format!("the {what} has a {letter:?} in it")),
    }
}

fn wrong(text: &str, why: &str) -> Error {
    let shown: String = text.chars().take(120).collect();
    let shown = shown.trim();
    if shown.is_empty() {
        return Error::InvalidRequest(
            "Enter the name of a model, such as llama3.2:3b or hf.co/owner/name:Q4_K_M.".into(),
        );
    }
    Error::InvalidRequest(format!(
        "\"{shown}\" is not a model's name: {why}. Write it as llama3.2:3b or hf.co/owner/name:Q4_K_M."
    ))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn names_are_read_as_the_engine_does() {
        for (text, short, wire) in [
            ("smol", "smol:latest", "smol:latest"),
            (" smol:v1 ", "smol:v1", "smol:v1"),
            ("somebody/smol", "somebody/smol:latest", "somebody/smol:latest"),
            ("hf.co/owner/repo:Q4_K_M", "hf.co/owner/repo:Q4_K_M", "hf.co/owner/repo:Q4_K_M"),
            ("https://hf.co/owner/repo", "hf.co/owner/repo:latest", "hf.co/owner/repo:latest"),
            ("registry.ollama.ai/library/smol", "smol:latest", "smol:latest"),
            ("ollama pull smol", "smol:latest", "smol:latest"),
            (
                "http://127.0.0.1:5055/library/smol:latest",
                "127.0.0.1:5055/library/smol:latest",
                "http://127.0.0.1:5055/library/smol:latest",
            ),
        ] {
            let reference = Reference::parse(text).unwrap();
            assert_eq!((reference.short().as_str(), reference.wire().as_str()), (short, wire), "{text}");
            assert_eq!(reference.insecure(), wire.starts_with("http://"));
            assert_eq!(Reference::parse(&reference.wire()).unwrap(), reference, "it reads back");
        }
    }

    #[test]
    fn what_is_no_name_is_refused_with_a_reason() {
        for (text, part) in [
            ("", "Enter the name"),
            ("::", "model is missing"),
            ("a b", "a space"),
            ("../smol", "begins with"),
            ("x:", "tag is missing"),
            ("a/b/c/d", "too many"),
            ("ftp://a/b/c", "ftp://"),
            ("http://smol", "too many or too few"),
            ("smol@sha256:aa", "'@'"),
            ("hf.co/../x", "begins with"),
            ("smol\\x", "'\\\\'"),
        ] {
            let error = Reference::parse(text).unwrap_err().to_string();
            assert!(error.contains(part), "{text}: {error}");
        }
        assert!(Reference::parse(&"a".repeat(81)).is_err());
    }
}
