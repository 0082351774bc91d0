//! In what servers of one protocol differ, as data.

use serde::{Deserialize, Serialize};
use url::Url;

use crate::catalog;

/// How a server is made to go on with a partial answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Extend {
    /// It can't: the partial answer and an instruction to go on are sent.
    #[default]
    Instruction,
    /// A trailing assistant message is extended (llama.cpp).
    Trailing,
    /// The trailing assistant message must be marked `prefix` (Mistral).
    Prefix,
    /// The request must say `continue_final_message` (vLLM).
    ContinueFinalMessage,
}

/// Which server it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flavour {
    /// OpenAI itself.
    OpenAi,
    /// Anything else.
    Compatible {
        /// How it extends a partial answer.
        extend: Extend,
        /// Whether it takes `stream_options`; without it some send no usage, and with it some refuse the request.
        stream_options: bool,
        /// Whether to ask /responses rather than /chat/completions.
        responses: bool,
    },
}

impl Flavour {
    /// What is safe to assume about a server that isn't in the catalogue.
    pub const COMPATIBLE: Self =
        Self::Compatible { extend: Extend::Instruction, stream_options: true, responses: false };

    /// The flavour of the vendor whose host this address has, else of an unknown compatible server.
    pub fn of(base_url: &str) -> Self {
        let host = |text: &str| Url::parse(text).ok().and_then(|url| url.host_str().map(str::to_owned));
        let Some(wanted) = host(base_url) else { return Self::COMPATIBLE };
        if wanted == "api.openai.com" {
            return Self::OpenAi;
        }
        let local = Url::parse(base_url).is_ok_and(|url| crate::http::is_local(&url));
        catalog::vendors()
            .iter()
            .filter(|_| !local)
            .find(|vendor| host(&vendor.base_url).as_ref() == Some(&wanted))
            .map_or(Self::COMPATIBLE, |vendor| Self::Compatible {
                extend: vendor.extend,
                stream_options: vendor.stream_options,
                responses: false,
            })
    }
}
