//! Talking with models over the wire: one trait, one kind of request, one kind of event, whatever the vendor.
//!
//! Deliberately not here: the ledger, retries' decisions about money, the store. A client sends one request and folds what
//! comes back; asking again is the caller's business (`app::gateway`), which the error's `retry` helps to decide.

mod answer;
mod anthropic;
pub mod catalog;
mod embed;
mod error;
mod event;
#[cfg(any(test, feature = "fake"))]
pub mod fake;
mod frame;
mod http;
mod json;
mod ndjson;
mod ollama;
mod openai;
mod parameters;
mod provider;
mod refusal;
mod request;
mod schema;
mod sse;
mod stream;
pub mod think;
pub mod tokens;

pub use answer::{AnswerDecoder, Progress};
pub use anthropic::Anthropic;
pub use error::{Error, Refusal, RetryAdvice};
pub use event::{CompletionEvent, Timing};
pub use frame::{Frame, TooLarge};
pub use http::{
    Failed, Http, HttpCall, HttpOptions, HttpReply, ProxyChoice, ProxyVariables, Reach, Resolver,
};
pub use ndjson::NdjsonDecoder;
pub use ollama::{
    CreateRequest, KeepAlive, LoadedModel, ModelDetails, Ollama, OllamaLoad, OllamaProgress,
    OllamaProgressStream,
};
pub use openai::{Extend, Flavour, OpenAi};
pub use provider::{CompletionStream, EmbeddedTexts, Provider, ProviderInfo};
pub use request::{CompletionRequest, Continuation, RequestMessage};
pub use sse::{SseDecoder, SseEvent};
