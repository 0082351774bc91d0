//! Events that nobody may miss: handed on in the order in which they were committed, and removed once they were. What is
//! to be sent to others is put on its way in the transaction that removes it here.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::{kill::kill_point, triggers};
use crate::{App, webhooks};

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
                // What can't begin its run now (no room in the queue, a full disk) stays and is told again.
                let (mut done, count) = (Vec::new(), events.len());
                for (number, event) in events {
                    if triggers::happened(&app, number, event.clone()).await {
                        done.push(event);
                    }
                }
                let all = done.len() == count;
                kill_point!("outbox_sent");
                let removed = app.store.write(move |conn| {
                    let receivers = store::webhooks::enabled(conn)?;
                    for event in &done {
                        webhooks::queue(conn, &receivers, event)?;
                        store::outbox::delete(conn, event.id)?;
                    }
                    Ok(!receivers.is_empty())
                });
                match removed.await {
                    Ok(sends) => {
                        if sends {
                            kill_point!("webhook_queued");
                            webhooks::wake(&app);
                        }
                        Some(if all { Duration::ZERO } else { AGAIN })
                    }
                    Err(_) => Some(AGAIN),
                }
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
