//! What is got: where it is, and what tells its content from another one at the same place.

use llm::{Error, Refusal};
use serde::{Deserialize, Serialize};

use super::{FileAddress, Source};

/// Where a file comes from. Kept beside its bytes, so earlier versions' notes must stay readable.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub(super) enum Origin {
    /// A hub, which promises size and digest.
    Hub(Source),
    /// Any other server, which promises nothing.
    Elsewhere(FileAddress),
}

/// One content of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Content {
    /// Names it on the disk, 64 hexadecimal digits: its digest, where that was promised.
    pub(super) key: String,
    /// In bytes.
    pub(super) size: u64,
    /// What the server calls this version of the file, where it says so.
    pub(super) mark: Option<String>,
}

impl Origin {
    pub(super) fn url(&self) -> String {
        match self {
            Self::Hub(source) => source.file_url(),
            Self::Elsewhere(address) => address.address.clone(),
        }
    }

    /// What the file is called.
    pub(super) fn file(&self) -> String {
        match self {
            Self::Hub(source) => source.file.clone(),
            Self::Elsewhere(address) => address.file(),
        }
    }

    /// Who is asked, at the beginning of a sentence.
    pub(super) fn who(&self) -> String {
        match self {
            Self::Hub(_) => "The hub".to_owned(),
            Self::Elsewhere(address) => address.host(),
        }
    }

    /// What a status means here.
    pub(super) fn refused(&self, status: u16) -> Error {
        let (file, who) = (self.file(), self.who());
        match (status, self) {
            (401 | 403, Self::Hub(_)) => Error::Auth(format!(
                "The hub gives {file} only to people who signed in there and agreed to its terms. Choose another model, or download it \
                 in your browser and add the file."
            )),
            (401 | 403, Self::Elsewhere(_)) => Error::Auth(format!(
                "{who} gives {file} only to people who signed in there. Download it in your browser and add the file."
            )),
            (404 | 410, Self::Hub(source)) => Error::ModelNotFound(format!(
                "{file} isn't in {} at the hub any more. Choose another model.",
                source.repository
            )),
            (404 | 410, Self::Elsewhere(_)) => {
                Error::ModelNotFound(format!("{who} has no such file. Check the address."))
            }
            _ => Error::Server {
                message: format!(
                    "{who} answered {status} when asked for {file}. Try again in a few minutes."
                ),
                refusal: Refusal {
                    status,
                    message: String::new(),
                    kind: None,
                    request_id: None,
                    retry_after: None,
                },
            },
        }
    }
}
