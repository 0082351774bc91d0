//! Every background task: named, counted, and ended with the application.

use std::{future::Future, time::Duration};

use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tracing::Instrument as _;

/// Spawns tasks and waits for them at the end.
#[derive(Debug, Clone, Default)]
pub struct Tasks {
    root: CancellationToken,
    tracker: TaskTracker,
}

impl Tasks {
    /// Starts a task under a child of the application's own token; it must end soon after that is cancelled.
    #[allow(clippy::disallowed_methods, reason = "this is where tasks are spawned")]
    pub fn spawn<F>(&self, name: &'static str, task: impl FnOnce(CancellationToken) -> F)
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let future = task(self.root.child_token());
        tokio::spawn(self.tracker.track_future(future.instrument(tracing::info_span!("task", name))));
    }

    /// A token that is cancelled when the application ends.
    pub fn token(&self) -> CancellationToken {
        self.root.child_token()
    }

    /// Whether the application ends. True before any of its tokens' holders can have heard of it.
    pub fn ending(&self) -> bool {
        self.root.is_cancelled()
    }

    /// How many tasks are alive.
    pub fn alive(&self) -> usize {
        self.tracker.len()
    }

    /// Cancels all and waits for them, `limit` at most. Says whether all ended.
    pub async fn shutdown(&self, limit: Duration) -> bool {
        self.root.cancel();
        self.tracker.close();
        tokio::time::timeout(limit, self.tracker.wait()).await.is_ok()
    }
}
