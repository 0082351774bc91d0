//! Talking with models over the wire: one trait, one kind of request, one kind of event, whatever the vendor.
//!
//! Deliberately not here: the ledger, retries' decisions about money, the store. A client sends one request and folds what
//! comes back; asking again is the caller's business (`app::gateway`), which the error's `retry` helps to decide.

mod error;
mod event;
mod provider;
mod request;

pub use error::{Error, Refusal, RetryAdvice};
pub use event::{CompletionEvent, Timing};
pub use provider::{CompletionStream, Provider, ProviderInfo};
pub use request::{CompletionRequest, Continuation, RequestMessage};
