//! A model's file at an address of its own, anywhere: nobody promises its size or digest, so what the server says of the file
//! is held against what it says later, and the content against what a GGUF is.

use bytes::BytesMut;
use futures_util::StreamExt;
use llm::Error;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use tokio::time::timeout;
use url::Url;

use super::{
    DownloadOptions, Fetch,
    content::{Content, Origin},
    fetch::{follow, is_safe},
};
use crate::{gguf, import::hex};

/// What every GGUF begins with.
const MAGIC: &[u8] = b"GGUF";
/// The longest address.
const LONGEST: usize = 2000;

/// Where the file is: https, or http on this computer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileAddress {
    /// The whole address.
    pub address: String,
}

impl FileAddress {
    /// Reads an address; fails with a sentence where there can be no model's file.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let no = |sentence: &str| Err(Error::InvalidRequest(sentence.to_owned()));
        let Ok(mut url) = Url::parse(text.trim()) else {
            return no("That is no whole address. It begins with https:// and ends in .gguf.");
        };
        if !is_safe(&url) || url.as_str().len() > LONGEST {
            return no(
                "Web+ gets files from addresses that begin with https:// only, so that nobody on the way can change them.",
            );
        }
        if !url.username().is_empty() || url.password().is_some() {
            return no(
                "The address has a name or a password in it, which Web+ doesn't send. Download the file in your browser and add it.",
            );
        }
        url.set_fragment(None);
        let address = Self { address: url.into() };
        let file = address.file();
        if !std::path::Path::new(&file).extension().is_some_and(|ending| ending.eq_ignore_ascii_case("gguf"))
        {
            return no("That is no address of a GGUF file: its path must end in .gguf.");
        }
        if gguf::split_name(std::path::Path::new(&file)).is_some() {
            return no(
                "That is one part of a model in several files. Download all of them into one folder and add one of them, or name the model at its hub: owner/name/file.gguf.",
            );
        }
        Ok(address)
    }

    /// What the file is called.
    pub fn file(&self) -> String {
        let url = Url::parse(&self.address).ok();
        let last = url.as_ref().and_then(|url| url.path_segments()?.next_back());
        let last = last.unwrap_or_default();
        // Without these two, the decoder for forms reads one whole text.
        let plain = last.replace('+', "%2B");
        let decoded = url::form_urlencoded::parse(plain.as_bytes()).next().map(|(name, _)| name.into_owned());
        decoded.filter(|_| !last.contains(['&', '='])).unwrap_or_else(|| last.to_owned())
    }

    /// Whose it is: the host, and the port where it is an unusual one.
    pub fn host(&self) -> String {
        let Ok(url) = Url::parse(&self.address) else { return String::new() };
        let host = url.host_str().unwrap_or_default();
        url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
    }

    /// The file's name without its ending.
    pub(super) fn stem(&self) -> String {
        let file = self.file();
        file.rsplit_once('.').map_or_else(|| file.clone(), |(stem, _)| stem.to_owned())
    }

    /// Asks what is there: how large it is, and whether it begins as a model does.
    pub(super) async fn look(&self, fetch: &dyn Fetch, options: &DownloadOptions) -> Result<Content, Error> {
        let origin = Origin::Elsewhere(self.clone());
        let asking = async {
            let mut reply = follow(fetch, &self.address, None).await?;
            if reply.status != 200 {
                return Err(origin.refused(reply.status));
            }
            let mut first = BytesMut::new();
            while first.len() < MAGIC.len() {
                let Some(piece) = reply.body.next().await else { break };
                first.extend_from_slice(&piece?);
            }
            if !first.starts_with(MAGIC) {
                return Err(Error::BadReply(format!(
                    "What {} has at this address is no GGUF file; perhaps it is a web page about one. Check the address.",
                    self.host()
                )));
            }
            let size = reply.content_length.filter(|size| *size > 0).ok_or_else(|| {
                Error::BadReply(format!(
                    "{} doesn't say how large {} is, so it can't be checked. Download it in your browser and add the file.",
                    self.host(),
                    self.file()
                ))
            })?;
            Ok((size, reply.etag))
        };
        let (size, mark) = timeout(options.stall, asking).await.map_err(|_| Error::TimedOut {
            message: format!("{} doesn't answer. Check the connection and try again.", self.host()),
            sent: true,
        })??;
        let named = format!("{}\n{size}\n{}", self.address, mark.as_deref().unwrap_or_default());
        Ok(Content { key: hex(&Sha256::digest(named.as_bytes())), size, mark })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn an_address_is_taken_where_a_model_s_file_can_be() {
        for (text, file, host) in [
            ("https://models.example/a/tiny-q4_0.gguf?download=1#top", "tiny-q4_0.gguf", "models.example"),
            (" https://models.example/My%20model.GGUF ", "My model.GGUF", "models.example"),
            ("http://127.0.0.1:81/x.gguf", "x.gguf", "127.0.0.1:81"),
        ] {
            let address = FileAddress::parse(text).unwrap();
            assert_eq!((address.file().as_str(), address.host().as_str()), (file, host), "{text}");
            assert!(!address.address.contains('#'));
        }
    }

    #[test]
    fn other_addresses_are_refused_with_a_sentence() {
        for (text, part) in [
            ("x.gguf", "no whole address"),
            ("http://models.example/x.gguf", "https://"),
            ("file:///etc/x.gguf", "https://"),
            ("https://name:word@models.example/x.gguf", "password"),
            ("https://models.example/x.bin", ".gguf"),
            ("https://models.example/x-00001-of-00002.gguf", "one part"),
        ] {
            let message = FileAddress::parse(text).unwrap_err().to_string();
            assert!(message.contains(part) && message.ends_with('.'), "{text}: {message}");
        }
    }
}
