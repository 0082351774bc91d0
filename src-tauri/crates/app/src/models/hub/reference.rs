//! What a person writes or pastes for a file at a hub, read into a repository and a file; and the same as Ollama names it.

use domain::Actor;
use engine::{FileAddress, Source};

use super::{HubFilesParams, files};
use crate::{App, Error, models::download};

/// The hub's own names, which Ollama knows too.
const HUGGING_FACE: [&str; 3] = ["huggingface.co", "hf.co", "www.huggingface.co"];

/// What is taken where only a repository is named.
const USUAL: &str = "Q4_K_M";

/// A reference in its parts.
#[derive(Debug, PartialEq, Eq)]
enum Written {
    /// A file: hub (none for the one that is set), repository, revision, path.
    File { hub: Option<String>, repository: String, revision: String, file: String },
    /// A repository, perhaps with a packing.
    Repository { repository: String, tag: Option<String> },
    /// Anything else.
    Other,
}

/// The file that a reference means; a repository is asked for the packing that is named, or for the usual one.
pub(crate) async fn source(app: &App, actor: Actor, text: &str) -> Result<Source, Error> {
    let (hub, repository, revision, file) = match read(text) {
        Written::File { hub, repository, revision, file } => (hub, repository, revision, file),
        Written::Repository { repository, tag } => {
            let file = choose(app, actor, &repository, tag.as_deref()).await?;
            (None, repository, "main".to_owned(), file)
        }
        Written::Other => {
            return Err(Error::invalid(
                "The built-in engine gets models as GGUF files. Write owner/name/file.gguf of a hub, or paste the file's address, which ends in .gguf.",
            ));
        }
    };
    let hub = match hub {
        Some(hub) => hub,
        None => download::hub(app, actor).await?,
    };
    let source = Source { hub, repository, revision, file };
    source.check()?;
    // Whichever file of a split model was named, the first stands for all.
    Ok(source.parts().into_iter().next().unwrap_or(source))
}

async fn choose(app: &App, actor: Actor, repository: &str, tag: Option<&str>) -> Result<String, Error> {
    let found = files(app, actor, HubFilesParams { repository: repository.to_owned() }).await?;
    let models = || found.iter().filter(|file| !file.projector);
    let packed = |wanted: &str| {
        models().find(|file| {
            file.quantization.as_deref().is_some_and(|packing| packing.eq_ignore_ascii_case(wanted))
                || file.file.eq_ignore_ascii_case(wanted)
        })
    };
    let chosen = match tag.filter(|tag| *tag != "latest") {
        Some(tag) => packed(tag),
        None => packed(USUAL).or_else(|| models().next()),
    };
    chosen.map(|file| file.file.clone()).ok_or_else(|| {
        let packings: Vec<&str> = models().filter_map(|file| file.quantization.as_deref()).take(12).collect();
        if packings.is_empty() {
            return Error::invalid(format!(
                "{repository} has no model in a GGUF file. Choose another repository."
            ));
        }
        Error::invalid(format!(
            "{repository} has no file {}. It has {}.",
            tag.unwrap_or(USUAL),
            packings.join(", ")
        ))
    })
}

/// The same as an Ollama names it: a file at Hugging Face is "hf.co/owner/name:Q4_K_M" there. Other texts stay.
pub(crate) fn as_ollama_names(text: &str) -> String {
    match read(text) {
        Written::File { hub, repository, file, .. } if hub.as_deref().is_none_or(is_hugging_face) => {
            let name = file.rsplit('/').next().unwrap_or_default();
            let tag = quantization(name).unwrap_or_else(|| name.to_owned());
            format!("hf.co/{repository}:{tag}")
        }
        _ => text.trim().to_owned(),
    }
}

/// The address of a model's file that the target's own way can't get: one outside of every hub, and for an Ollama one at a hub
/// that it doesn't know. Fails where there is such an address and it can't be.
pub(crate) fn address(text: &str, target: &str) -> Option<Result<FileAddress, Error>> {
    let text = text.trim();
    let path = text.split(['?', '#']).next().unwrap_or_default();
    let is_address = ["https://", "http://"].iter().any(|scheme| path.starts_with(scheme));
    if !is_address || !is_model(path) {
        return None;
    }
    let elsewhere = match read(text) {
        Written::Other => true,
        Written::File { hub, .. } => hub.is_some() && target != engine::embedded::PROVIDER,
        Written::Repository { .. } => false,
    };
    elsewhere.then(|| FileAddress::parse(text).map_err(Error::from))
}

fn is_hugging_face(hub: &str) -> bool {
    hub.split_once("://").is_some_and(|(_, host)| HUGGING_FACE.contains(&host))
}

fn read(text: &str) -> Written {
    let text = text.trim();
    let (scheme, rest) = match text.split_once("://") {
        Some((scheme @ ("http" | "https"), rest)) => (Some(scheme), rest),
        Some(_) => return Written::Other,
        None => (None, text),
    };
    let rest = rest.split(['?', '#']).next().unwrap_or_default().trim_end_matches('/');
    let mut parts: Vec<&str> = rest.split('/').collect();
    let host = parts.first().copied().unwrap_or_default();
    let known = HUGGING_FACE.contains(&host);
    let hub = match (scheme, known) {
        (_, true) => None,
        (Some(scheme), false) => Some(format!("{scheme}://{host}")),
        (None, false) => None,
    };
    if scheme.is_some() || known {
        parts.remove(0);
    }
    let [owner, name, path @ ..] = parts.as_slice() else { return Written::Other };
    let (name, tag) = match name.split_once(':') {
        Some((name, tag)) => (name, Some(tag.to_owned())),
        None => (*name, None),
    };
    let Some(repository) = repository(&format!("{owner}/{name}")).map(str::to_owned) else {
        return Written::Other;
    };
    match path {
        [] if known => Written::Repository { repository, tag },
        ["resolve" | "blob" | "raw", revision, file @ ..] if is_model(&file.join("/")) => {
            Written::File { hub, repository, revision: (*revision).to_owned(), file: file.join("/") }
        }
        file if tag.is_none() && is_model(&file.join("/")) && hub.is_none() => {
            Written::File { hub, repository, revision: "main".to_owned(), file: file.join("/") }
        }
        _ => Written::Other,
    }
}

/// The text, where it is "owner/name" and nothing that means something else in an address.
pub(super) fn repository(text: &str) -> Option<&str> {
    let (owner, name) = text.split_once('/')?;
    let word = |text: &str| {
        (1..=128).contains(&text.len())
            && !text.starts_with('.')
            && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte))
    };
    (word(owner) && word(name)).then_some(text)
}

/// Whether a file's name is that of a model in the format that engines here read.
pub(crate) fn is_model(file: &str) -> bool {
    std::path::Path::new(file).extension().is_some_and(|ending| ending.eq_ignore_ascii_case("gguf"))
}

/// Which part of how many a file of a split model is.
pub(crate) fn split(file: &str) -> Option<(u32, u32)> {
    let (front, count) = file.strip_suffix(".gguf")?.rsplit_once("-of-")?;
    let (_, part) = front.rsplit_once('-')?;
    let number = |text: &str| (text.len() == 5).then(|| text.parse::<u32>().ok()).flatten();
    Some((number(part)?, number(count).filter(|count| *count > 1)?))
}

/// The packing that a file's name tells: "Q4_K_M" in "qwen3-8b-q4_k_m.gguf".
pub(super) fn quantization(file: &str) -> Option<String> {
    let name = file.rsplit('/').next().unwrap_or_default();
    let stem = name.strip_suffix(".gguf").unwrap_or(name);
    let stem = split(name).map_or(stem, |_| stem.get(..stem.len() - "-00001-of-00002".len()).unwrap_or(stem));
    stem.rsplit(['-', '.', ' ']).map(str::to_ascii_uppercase).find(|word| {
        let rest =
            word.strip_prefix("IQ").or_else(|| word.strip_prefix("TQ")).or_else(|| word.strip_prefix('Q'));
        rest.is_some_and(|rest| rest.starts_with(|first: char| first.is_ascii_digit()) && rest.contains('_'))
            || matches!(word.as_str(), "F16" | "F32" | "BF16" | "MXFP4")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(hub: Option<&str>, repository: &str, revision: &str, file: &str) -> Written {
        Written::File {
            hub: hub.map(str::to_owned),
            repository: repository.to_owned(),
            revision: revision.to_owned(),
            file: file.to_owned(),
        }
    }

    #[test]
    fn a_file_is_read_from_what_people_paste() {
        for (text, expected) in [
            ("owner/repo/x-Q4_K_M.gguf", file(None, "owner/repo", "main", "x-Q4_K_M.gguf")),
            ("owner/repo/sub/x.gguf", file(None, "owner/repo", "main", "sub/x.gguf")),
            (
                " https://huggingface.co/owner/repo/resolve/main/x.gguf?download=true ",
                file(None, "owner/repo", "main", "x.gguf"),
            ),
            ("https://huggingface.co/owner/repo/blob/v1/x.gguf", file(None, "owner/repo", "v1", "x.gguf")),
            (
                "http://127.0.0.1:7/owner/repo/resolve/main/x.gguf",
                file(Some("http://127.0.0.1:7"), "owner/repo", "main", "x.gguf"),
            ),
            (
                "hf.co/owner/repo:Q8_0",
                Written::Repository { repository: "owner/repo".to_owned(), tag: Some("Q8_0".to_owned()) },
            ),
        ] {
            assert_eq!(read(text), expected, "{text}");
        }
        for text in
            ["", "smol", "smol:latest", "a/b", "../x/y.gguf", "ftp://a/b/c.gguf", "https://x.example/c.gguf"]
        {
            assert_eq!(read(text), Written::Other, "{text}");
        }
    }

    #[test]
    fn an_address_outside_of_the_hubs_is_one_of_its_own() {
        let taken = |text, target| address(text, target).map(|found| found.map_err(|error| error.message));
        let plain = "https://models.example/tiny.gguf?key=1";
        for target in ["embedded", "ollama"] {
            assert_eq!(taken(plain, target), Some(Ok(FileAddress { address: plain.to_owned() })));
            for text in ["https://hf.co/owner/repo/resolve/main/x.gguf", "owner/repo/x.gguf", "smol:latest"] {
                assert_eq!(taken(text, target), None, "{text}");
            }
            assert!(taken("http://models.example/tiny.gguf", target).is_some_and(|found| found.is_err()));
        }
        let hub = "https://hub.example/owner/repo/resolve/main/x.gguf";
        assert_eq!(taken(hub, "embedded"), None, "it promises a digest");
        assert!(taken(hub, "ollama").is_some_and(|found| found.is_ok()));
    }

    #[test]
    fn a_file_at_hugging_face_has_a_name_at_ollama() {
        for (text, expected) in [
            ("owner/repo/x-Q4_K_M.gguf", "hf.co/owner/repo:Q4_K_M"),
            ("https://huggingface.co/owner/repo/resolve/main/plain.gguf", "hf.co/owner/repo:plain.gguf"),
            ("smol:latest", "smol:latest"),
            ("hf.co/owner/repo:Q8_0", "hf.co/owner/repo:Q8_0"),
        ] {
            assert_eq!(as_ollama_names(text), expected);
        }
    }

    #[test]
    fn names_tell_parts_and_packing() {
        assert_eq!(split("q8/big-Q8_0-00002-of-00003.gguf"), Some((2, 3)));
        assert_eq!(split("best-of-00003.gguf"), None);
        assert_eq!(quantization("q8/big-Q8_0-00002-of-00003.gguf").as_deref(), Some("Q8_0"));
        assert_eq!(quantization("x-IQ2_XXS.gguf").as_deref(), Some("IQ2_XXS"));
        assert_eq!(quantization("Qwen3-8B.gguf"), None);
    }
}
