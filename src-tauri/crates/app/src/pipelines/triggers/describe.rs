//! A trigger in words.

use serde_json::Value;
use store::triggers::TriggerRow;

use super::{super::TriggerView, schedule::Schedule, watcher};
use crate::App;

/// As the page shows it.
pub(super) fn view(app: &App, row: &TriggerRow) -> TriggerView {
    TriggerView {
        pipeline_id: row.pipeline_id.clone(),
        id: row.trigger_id.clone(),
        kind: row.kind.clone(),
        enabled: row.enabled,
        next_at: row.next_at.filter(|_| row.enabled),
        last_error: row.last_error.clone(),
        note: watcher::note(app, row),
        description: description(row),
        path: (row.kind == "webhook").then(|| format!("/hooks/{}/{}", row.pipeline_id, row.trigger_id)),
        secret: None,
    }
}

fn description(row: &TriggerRow) -> String {
    let text = |key: &str| row.config.get(key).and_then(Value::as_str).unwrap_or_default();
    match row.kind.as_str() {
        "schedule" => match Schedule::parse(&row.config) {
            Ok(schedule) => format!("Runs on a schedule: {}.", schedule.describe()),
            Err(message) => message,
        },
        "watch" => match text("path") {
            "" => format!("Runs when a file that matches {} is new or changed.", text("glob")),
            folder => {
                format!("Runs when a file in {folder} that matches {} is new or changed.", text("glob"))
            }
        },
        "event" => format!("Runs when this happens: {}.", text("topic")),
        "webhook" => "Runs when another program sends a signed request.".to_owned(),
        "chat" => "Runs from a conversation.".to_owned(),
        _ => "Runs through the API.".to_owned(),
    }
}
