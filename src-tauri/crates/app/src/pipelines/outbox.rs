//! Events that nobody may miss: handed on in the order in which they were committed, and removed once they were.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::{kill::kill_point, triggers};
use crate::App;

/// How many are handed on at a time.
const TOGETHER: u32 = 64;
/// Before a failed look is repeated.
const AGAIN: Duration = Duration::from_secs(5);

/// Hands on what waits, now and whenever more is written.
pub(crate) async fn deliver(app: App, shutdown: CancellationToken) {
    loop {
        let waiting = app.store.read(|conn| store::outbox::take(conn, TOGETHER)).await;
        let pause = match waiting {
            Ok(events) if events.is_empty() => None,
            Ok(events) => {
                let ids: Vec<_> = events.iter().map(|event| event.id).collect();
                for event in events {
                    triggers::happened(&app, event).await;
                }
                kill_point!("outbox_sent");
                let removed = app
                    .store
                    .write(move |conn| ids.into_iter().try_for_each(|id| store::outbox::delete(conn, id)));
                Some(if removed.await.is_ok() { Duration::ZERO } else { AGAIN })
            }
            Err(_) => Some(AGAIN),
        };
        let wait = async {
            match pause {
                Some(pause) => tokio::time::sleep(pause).await,
                None => app.pipelines.outbox.notified().await,
            }
        };
        tokio::select! {
            () = shutdown.cancelled() => return,
            () = wait => {}
        }
    }
}
