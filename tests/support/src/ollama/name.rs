//! Names of models: `[http://][host/][namespace/]model[:tag]`.

use std::path::{Path, PathBuf};

const HOST: &str = "registry.ollama.ai";
const NAMESPACE: &str = "library";

/// A whole name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Name {
    pub(super) host: String,
    pub(super) namespace: String,
    pub(super) model: String,
    pub(super) tag: String,
    /// Whether it began with "http://".
    pub(super) plain: bool,
}

impl Name {
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (plain, text) = match text.split_once("://") {
            Some((scheme, rest)) => (scheme == "http", rest),
            None => (false, text),
        };
        let slash = text.rfind('/').map_or(0, |at| at + 1);
        let (path, tag) = match text[slash..].split_once(':') {
            Some((model, tag)) => (&text[..slash + model.len()], tag),
            None => (text, "latest"),
        };
        let parts: Vec<&str> = path.split('/').collect();
        let (host, namespace, model) = match parts[..] {
            [model] => (HOST, NAMESPACE, model),
            [namespace, model] => (HOST, namespace, model),
            [host, namespace, model] => (host, namespace, model),
            _ => return None,
        };
        let fine = |part: &str, more: &str| {
            !part.is_empty()
                && part.len() <= 350
                && !part.starts_with('.')
                && part.chars().all(|letter| {
                    letter.is_ascii_alphanumeric() || "_-.".contains(letter) || more.contains(letter)
                })
        };
        (fine(host, ":") && fine(namespace, "") && fine(model, "") && fine(tag, "")).then(|| Self {
            host: host.to_owned(),
            namespace: namespace.to_owned(),
            model: model.to_owned(),
            tag: tag.to_owned(),
            plain,
        })
    }

    /// As the list shows it: "smol:latest".
    pub(super) fn short(&self) -> String {
        let Self { host, namespace, model, tag, .. } = self;
        match (host == HOST, namespace == NAMESPACE) {
            (true, true) => format!("{model}:{tag}"),
            (true, false) => format!("{namespace}/{model}:{tag}"),
            _ => format!("{host}/{namespace}/{model}:{tag}"),
        }
    }

    /// "registry.ollama.ai/library/smol:latest".
    pub(super) fn full(&self) -> String {
        format!("{}/{}/{}:{}", self.host, self.namespace, self.model, self.tag)
    }

    /// Where its manifest is, below the models folder.
    pub(super) fn manifest(&self, models: &Path) -> PathBuf {
        models.join("manifests").join(&self.host).join(&self.namespace).join(&self.model).join(&self.tag)
    }

    pub(super) fn is_default_host(&self) -> bool {
        self.host == HOST
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_knows_its_host_and_its_short_form() {
        let name = Name::parse("http://127.0.0.1:5055/library/smol:latest").unwrap();
        assert_eq!((name.host.as_str(), name.plain), ("127.0.0.1:5055", true));
        assert_eq!(name.short(), "127.0.0.1:5055/library/smol:latest");
        assert_eq!(Name::parse("smol").unwrap().short(), "smol:latest");
        assert_eq!(Name::parse("smol:v1").unwrap().full(), "registry.ollama.ai/library/smol:v1");
        assert!(["::", "", "a/b/c/d", "a b", "x:", "../x"].iter().all(|name| Name::parse(name).is_none()));
    }
}
