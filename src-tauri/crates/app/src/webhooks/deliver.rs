//! The one task that sends: what is due goes out, a few at a time to each receiver, so that one that hangs holds up only what
//! is its own. A try is written down after it; a crash between the two sends it again, under the same id.

use std::{
    collections::{HashMap, HashSet},
    time::Duration,
};

use domain::{EventRowId, Timestamp, WebhookId};
use futures_util::{FutureExt as _, StreamExt as _, future::BoxFuture, stream::FuturesUnordered};
use serde_json::json;
use store::{deliveries::DeliveryRow, webhooks::WebhookRow};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use url::Url;

use super::attempt::{self, Went};
use crate::{
    App,
    events::Event,
    pipelines::{
        happening,
        kill::kill_point,
        topic::{self, Topic},
    },
    webhooks::DeliveryState,
};

/// So many at a time to one receiver.
const TOGETHER: usize = 4;
/// How often is looked at the clock while anything waits: it may be put forward, and computers sleep.
const LOOK: Duration = Duration::from_secs(30);
/// Before anything goes on where the database can't be read or written.
const AGAIN: Duration = Duration::from_secs(2);
/// So long an ended delivery is remembered.
const REMEMBERED: i64 = 30 * 24 * 60 * 60 * 1000;

type Sent = (WebhookRow, DeliveryRow, Went);
type Key = (WebhookId, EventRowId);

/// By when each try is made at the latest, by the clock that never jumps: one that is put back holds nothing up.
type Latest = HashMap<(Key, u32), Instant>;

/// Sends what is due, until the application ends.
pub(crate) async fn deliver(app: App, shutdown: CancellationToken) {
    let mut under_way: FuturesUnordered<BoxFuture<'static, Sent>> = FuturesUnordered::new();
    let mut busy: HashSet<Key> = HashSet::new();
    let mut latest = Latest::new();
    loop {
        let next = match due(&app, &busy, &mut latest).await {
            Ok((due, next)) => {
                for (receiver, row) in due {
                    busy.insert((row.webhook_id, row.event_id));
                    let app = app.clone();
                    let sending = async move {
                        let went = attempt::send(&app, &receiver, &row).await;
                        (receiver, row, went)
                    };
                    under_way.push(sending.boxed());
                }
                next
            }
            Err(error) => {
                tracing::warn!(%error, "what is to be sent could not be looked for");
                Some(AGAIN)
            }
        };
        let wait = async {
            match next {
                Some(next) => tokio::time::sleep(next.min(LOOK)).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            () = shutdown.cancelled() => return,
            Some((receiver, row, went)) = under_way.next() => {
                kill_point!("webhook_sent");
                busy.remove(&(row.webhook_id, row.event_id));
                ended(&app, &receiver, row, went).await;
            }
            () = app.webhooks.woken.notified() => {}
            () = wait => {}
        }
    }
}

/// What is due now and not under way, as far as each receiver has room, and when the next is.
async fn due(
    app: &App,
    busy: &HashSet<Key>,
    latest: &mut Latest,
) -> Result<(Vec<(WebhookRow, DeliveryRow)>, Option<Duration>), store::Error> {
    let mut taken: HashMap<WebhookId, usize> = HashMap::new();
    for (receiver, _) in busy {
        *taken.entry(*receiver).or_default() += 1;
    }
    let most = TOGETHER as u32;
    let found = app
        .store
        .read(move |conn| {
            let receivers = store::webhooks::enabled(conn)?;
            receivers
                .into_iter()
                // Those under way are among the first, so that there must be as many more.
                .map(|one| Ok((store::deliveries::waiting(conn, one.id, 2 * most)?, one)))
                .collect::<Result<Vec<_>, store::Error>>()
        })
        .await?;
    let (now, at, before) = (app.clock.now().millis(), Instant::now(), std::mem::take(latest));
    let (mut due, mut next) = (Vec::new(), None::<Duration>);
    for (rows, receiver) in found {
        let mut room = TOGETHER.saturating_sub(taken.get(&receiver.id).copied().unwrap_or(0));
        for row in rows.into_iter().filter(|row| !busy.contains(&(row.webhook_id, row.event_id))) {
            let key = ((row.webhook_id, row.event_id), row.tries);
            let left = left(&row, now);
            let until = before.get(&key).copied().unwrap_or(at + left);
            let wait = left.min(until.saturating_duration_since(at));
            latest.insert(key, until);
            if !wait.is_zero() {
                next = Some(next.map_or(wait, |before| before.min(wait)));
            } else if room > 0 {
                room -= 1;
                due.push((receiver.clone(), row));
            }
        }
    }
    Ok((due, next))
}

/// How long is waited before the next try, as the wall clock has it: never longer than between any two tries.
fn left(row: &DeliveryRow, now: i64) -> Duration {
    // The first is made at once, whatever the clock showed when the event happened.
    let wait = if row.tries == 0 { 0 } else { row.next_at.millis() - now };
    Duration::from_millis(wait.max(0) as u64).min(attempt::LONGEST)
}

/// Writes down how a try went.
async fn ended(app: &App, to: &WebhookRow, row: DeliveryRow, went: Went) {
    let now = app.clock.now();
    let mut row = DeliveryRow { tries: row.tries + 1, ..row };
    let (mut off, mut well) = (false, false);
    match went {
        Went::Well(status) => {
            (row.last_status, row.last_error, row.ended_at) = (Some(status), None, Some(now));
            DeliveryState::Delivered.name().clone_into(&mut row.state);
            well = true;
        }
        Went::Badly { status, message, wait, gone } => {
            (row.last_status, row.last_error) = (status, Some(message));
            if let Some(pause) = attempt::pause(row.tries, wait).filter(|_| !gone) {
                row.next_at = Timestamp::from_millis(now.millis() + pause.as_millis() as i64);
            } else {
                row.ended_at = Some(now);
                DeliveryState::Failed.name().clone_into(&mut row.state);
                off = true;
            }
        }
    }
    let (id, owner, kept) = (to.id, to.owner_id, row.clone());
    let host = Url::parse(&to.url).ok().and_then(|url| url.host_str().map(str::to_owned));
    let written = app
        .store
        .write(move |conn| {
            store::deliveries::tried(conn, &kept)?;
            store::deliveries::sweep(conn, Timestamp::from_millis(now.millis() - REMEMBERED))?;
            if well {
                store::webhooks::well(conn, id)?;
                return Ok(false);
            }
            let message = kept.last_error.as_deref().unwrap_or_default();
            let was_on = store::webhooks::failing(conn, id, message, off)?;
            if off && was_on {
                // Its address may have a secret in it: who is told knows it by its id.
                let detail = json!({ "webhookId": id, "host": host, "message": message });
                let told = json!({ "detail": detail });
                happening::tell(conn, owner, Topic::WebhookEndpointDisabled, told, 0, now)?;
            }
            Ok(was_on)
        })
        .await;
    match written {
        Ok(was_on) if off && was_on => {
            topic::learn(app).await;
            happening::told(app);
            switched_off(app, to, &row);
        }
        Ok(_) => {}
        // It is sent again, and the receiver tells it by its id; but not at once, and not again and again.
        Err(error) => {
            tracing::warn!(%error, "how a webhook went could not be written down");
            tokio::time::sleep(AGAIN).await;
        }
    }
    app.bus.publish(Event::WebhookChanged);
}

/// Somebody must look at it: nothing more is sent there.
fn switched_off(app: &App, to: &WebhookRow, row: &DeliveryRow) {
    let why = row.last_error.clone().unwrap_or_default();
    tracing::warn!(url = to.url, why, "a webhook was switched off");
    let Some(run_id) = row.run_id else { return };
    app.bus.publish(Event::RunNotice {
        run_id,
        title: "A webhook was switched off".to_owned(),
        message: format!("{}: {why} Mend it, then switch it on again.", to.url),
        urgent: true,
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_that_was_put_back_holds_up_no_first_try_and_no_other_for_longer_than_any_pause() {
        let year = 365 * 24 * 60 * 60 * 1000;
        let row = |tries, next_at| DeliveryRow {
            webhook_id: WebhookId::new(Timestamp::from_millis(1)),
            event_id: EventRowId::new(Timestamp::from_millis(1)),
            topic: "run.failed".to_owned(),
            run_id: None,
            run_seq: None,
            body: "{}".to_owned(),
            state: DeliveryState::Waiting.name().to_owned(),
            tries,
            next_at: Timestamp::from_millis(next_at),
            last_status: None,
            last_error: None,
            created_at: Timestamp::from_millis(1),
            ended_at: None,
        };
        assert_eq!(left(&row(0, year), 0), Duration::ZERO);
        assert_eq!(left(&row(1, 5000), 0), Duration::from_secs(5));
        assert_eq!(left(&row(1, 5000), 6000), Duration::ZERO);
        assert_eq!(left(&row(1, year), 0), attempt::LONGEST);
    }
}
