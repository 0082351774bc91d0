//! No check may hang: each has its own time, whatever it waits for.

use std::{future::Future, time::Duration};

use tokio::time::timeout;

use super::check::{Check, Finding};

/// How long a check may take.
const LIMIT: Duration = Duration::from_secs(3);

/// The check, or that there was no answer in time.
pub(super) async fn timed(id: String, title: String, looking: impl Future<Output = Finding>) -> Check {
    Check::new(id, title, within(LIMIT, looking).await)
}

async fn within(limit: Duration, looking: impl Future<Output = Finding>) -> Finding {
    timeout(limit, looking).await.unwrap_or_else(|_| {
        Finding::warn(
            "This could not be found out in time.",
            "Look again when the computer is less busy; if it stays so, restart the computer.",
        )
    })
}

/// Work that blocks, on a thread that may be left behind.
pub(super) async fn blocking(look: impl FnOnce() -> Finding + Send + 'static) -> Finding {
    tokio::task::spawn_blocking(look)
        .await
        .unwrap_or_else(|_| Finding::warn("This check broke off.", "Look again."))
}

#[cfg(test)]
mod tests {
    use super::{super::CheckStatus, *};

    #[tokio::test]
    async fn what_hangs_is_said_to_hang() {
        let finding = within(Duration::from_millis(5), std::future::pending()).await;
        assert_eq!(finding.status, CheckStatus::Warn);
        assert!(finding.message.contains("in time"), "{}", finding.message);
    }
}
