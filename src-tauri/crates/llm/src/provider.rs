//! The trait that every source of models implements, in this crate and in `engine`.

use std::{pin::Pin, sync::Arc};

use domain::Model;
use futures_util::{Stream, future::BoxFuture};

use crate::{CompletionEvent, CompletionRequest, Error, OllamaLoad};

/// The events of one answer. Dropping it ends the request upstream: the connection is closed, the engine stops.
pub type CompletionStream = Pin<Box<dyn Stream<Item = Result<CompletionEvent, Error>> + Send>>;

/// What a test of a connection found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProviderInfo {
    /// What answers there: "Ollama 0.33.0", say, where it tells.
    pub server: Option<String>,
    /// How many models it offers.
    pub models: usize,
}

/// Vectors of texts.
#[derive(Debug, Clone, PartialEq)]
pub struct EmbeddedTexts {
    /// One for each text, in their order.
    pub vectors: Vec<Vec<f32>>,
    /// Tokens that were read; absent where the server doesn't tell.
    pub tokens: Option<u64>,
}

/// A source of models.
pub trait Provider: Send + Sync {
    /// The models it offers now.
    fn models(&self) -> BoxFuture<'_, Result<Vec<Model>, Error>>;

    /// Whether it can be reached and the key is good, without spending anything.
    fn test(&self) -> BoxFuture<'_, Result<ProviderInfo, Error>>;

    /// A model that isn't in the list, where the server may know it all the same; `None` where the list is complete.
    fn unlisted(&self, _name: &str) -> Option<Model> {
        None
    }

    /// The same source with its models loaded so for every answer; `None` where a request can't say that.
    fn loading(&self, _load: OllamaLoad) -> Option<Arc<dyn Provider>> {
        None
    }

    /// Vectors of texts, one for each; never asked for twice.
    fn embed(&self, model: &str, _texts: Vec<String>) -> BoxFuture<'_, Result<EmbeddedTexts, Error>> {
        let message =
            format!("{model} makes no embeddings here. Choose an embedding model of another provider.");
        Box::pin(std::future::ready(Err(Error::InvalidRequest(message))))
    }

    /// Sends one request; never asks twice. Errors before the first byte come as the stream's first item.
    fn complete(&self, request: CompletionRequest) -> CompletionStream;
}
