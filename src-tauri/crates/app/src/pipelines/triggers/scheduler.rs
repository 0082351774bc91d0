//! Looks at the clock: at the next instant that is due, and once a minute at least, since a computer sleeps and clocks are set.

use std::time::Duration;

use domain::Timestamp;
use serde_json::{Value, json};
use store::triggers::TriggerRow;
use tokio_util::sync::CancellationToken;

use super::{
    occur::{self, Occurrence},
    schedule::{MOST, Schedule},
};
use crate::{App, Error, events::Event};

/// The longest that the clock isn't looked at.
const LOOK: Duration = Duration::from_mins(1);

/// Until the application ends.
pub(super) async fn keep(app: App, shutdown: CancellationToken) {
    loop {
        let next = look(&app).await.unwrap_or_else(|error| {
            tracing::warn!(%error, "schedules could not be looked at");
            None
        });
        let now = app.clock.now();
        let wait = next.map_or(LOOK, |next| {
            Duration::from_millis(u64::try_from(next.millis() - now.millis()).unwrap_or(0)).min(LOOK)
        });
        tokio::select! {
            () = shutdown.cancelled() => return,
            () = app.pipelines.triggers.schedules.notified() => {}
            () = tokio::time::sleep(wait) => {}
        }
    }
}

/// Begins what is due and says when something is next.
async fn look(app: &App) -> Result<Option<Timestamp>, Error> {
    let rows = app.store.read(|conn| store::triggers::enabled(conn, "schedule")).await?;
    let mut next = None;
    for row in rows {
        let pipeline = row.pipeline_id.clone();
        match one(app, row).await {
            Ok(at) => next = [next, at].into_iter().flatten().min(),
            // It stays where it is and is tried again at the next look.
            Err(error) => tracing::warn!(%error, %pipeline, "a schedule could not begin its run"),
        }
    }
    Ok(next)
}

async fn one(app: &App, row: TriggerRow) -> Result<Option<Timestamp>, Error> {
    let Ok(schedule) = Schedule::parse(&row.config) else { return Ok(None) };
    let now = app.clock.now();
    let cursor = Timestamp::from_millis(row.cursor.get("at").and_then(Value::as_i64).unwrap_or(now.millis()));
    let next = schedule.next(now);
    let due = schedule.due(cursor, now);
    let note = due.left_out.then(|| {
        format!("More than {MOST} times were missed; the newest {MOST} were made up for, the others weren't.")
    });
    let last = due.instants.last().copied();
    let begun = !due.instants.is_empty();
    for instant in due.instants {
        // The last one takes the cursor to now: what was passed over on the way is settled, too.
        let at = if Some(instant) == last { now } else { instant };
        let occurrence = Occurrence {
            trigger: row.clone(),
            name: Some(format!("schedule:{}:{}", row.trigger_id, instant.millis())),
            event: json!({"type": "schedule", "at": occur::time(instant), "now": occur::time(now)}),
            cursor: json!({"at": at.millis()}),
            next_at: next,
            depth: 0,
            note: note.clone(),
        };
        occur::begin(app, occurrence).await?;
    }
    // The clock was put back, nothing was due that late, or the instant to come changed with the person's time zone.
    if !begun && (now < cursor || row.next_at != next) {
        let write = app.store.write({
            let row = row.clone();
            move |conn| {
                let kept = json!({"at": now.millis()});
                store::triggers::advance(conn, &row, &kept, next, row.last_error.as_deref())
            }
        });
        match write.await {
            Ok(()) | Err(store::Error::NotFound) => {}
            Err(error) => return Err(error.into()),
        }
    }
    if begun || row.next_at != next {
        app.bus.publish(Event::TriggerChanged { pipeline_id: row.pipeline_id });
    }
    Ok(next)
}
