//! What the worker is asked.

use domain::RunnerMessage;
use llm::{CompletionEvent, CompletionRequest, Error};
use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::CancellationToken;

use super::{Embeddings, LoadOptions, LoadedModel, TokenCount};

/// Where an answer's events go. Unbounded, because a model's context bounds an answer, and a slow reader must not hold up
/// the engine's other work.
pub(super) type Events = mpsc::UnboundedSender<Result<CompletionEvent, Error>>;

/// Taken in order.
pub(super) enum Job {
    Load {
        name: String,
        options: LoadOptions,
        reply: oneshot::Sender<Result<LoadedModel, Error>>,
    },
    Complete {
        request: CompletionRequest,
        events: Events,
        cancel: CancellationToken,
    },
    Count {
        name: String,
        system: String,
        messages: Vec<RunnerMessage>,
        reply: oneshot::Sender<Result<TokenCount, Error>>,
    },
    Embed {
        name: String,
        texts: Vec<String>,
        reply: oneshot::Sender<Result<Embeddings, Error>>,
    },
}

/// Taken at once, whatever is going on.
pub(super) enum Control {
    Unload { reply: oneshot::Sender<()> },
}
