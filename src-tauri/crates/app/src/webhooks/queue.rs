//! From the outbox to those who are told: a row for each receiver, in the transaction that takes the event out of the outbox,
//! so that no crash can come between the two.

use domain::RunId;
use serde_json::{Value, json};
use store::{deliveries::DeliveryRow, outbox::OutboxEvent, webhooks::WebhookRow};

use crate::pipelines::topic::{is_of_a_step, matches};

/// The longest sentence of an error that is sent, in characters.
const LONGEST: usize = 2000;

/// Puts the event on its way to everybody who is to be told of it. On the writer.
pub(crate) fn queue(
    conn: &store::Connection,
    receivers: &[WebhookRow],
    event: &OutboxEvent,
) -> Result<(), store::Error> {
    if receivers.is_empty() {
        return Ok(());
    }
    let number = store::outbox::number(conn, event.id)?;
    for receiver in receivers.iter().filter(|receiver| wants(receiver, event, number)) {
        let run_id = event.payload["run"]["id"].as_str().and_then(|id| id.parse::<RunId>().ok());
        store::deliveries::push(
            conn,
            &DeliveryRow {
                webhook_id: receiver.id,
                event_id: event.id,
                topic: event.topic.clone(),
                run_id,
                run_seq: event.payload["runSeq"].as_u64(),
                body: body(event).to_string(),
                state: String::new(),
                tries: 0,
                next_at: event.created_at,
                last_status: None,
                last_error: None,
                created_at: event.created_at,
                ended_at: None,
            },
        )?;
    }
    Ok(())
}

fn wants(receiver: &WebhookRow, event: &OutboxEvent, number: i64) -> bool {
    let named = receiver.topics.iter().any(|wanted| matches(wanted, &event.topic));
    // Everything is what happens to runs; single steps are told to who names them.
    let everything = receiver.topics.is_empty() && !is_of_a_step(&event.topic);
    let pipeline = &event.payload["run"]["pipelineId"];
    receiver.owner_id == event.owner_id
        && (named || everything)
        && receiver.pipeline_id.as_ref().is_none_or(|wanted| pipeline == wanted)
        // What happened before it was added is none of its business. Times don't say that: clocks are put back.
        && number > receiver.after
}

/// What is sent: kept small, since a receiver that wants more can ask.
fn body(event: &OutboxEvent) -> Value {
    let at = jiff::Timestamp::from_millisecond(event.created_at.millis()).unwrap_or_default();
    json!({"type": event.topic, "timestamp": at.to_string(), "data": data(event)})
}

fn data(event: &OutboxEvent) -> Value {
    if event.payload.get("run").is_none() {
        let mut told = event.payload.clone();
        if let Some(told) = told.as_object_mut() {
            told.remove("depth");
            // What people and models write stays here.
            told.get_mut("message").and_then(Value::as_object_mut).map(|message| message.remove("text"));
        }
        return told;
    }
    let mut run = event.payload["run"].clone();
    for field in ["errorMessage", "reason"] {
        if let Some(text) = run.get(field).and_then(Value::as_str).filter(|text| text.len() > LONGEST) {
            run[field] = json!(text.chars().take(LONGEST).collect::<String>());
        }
    }
    let run_id = run["id"].clone();
    let mut told = json!({"runId": run_id, "runSeq": event.payload["runSeq"], "run": run});
    if let Some(detail) = event.payload.get("detail") {
        told["detail"] = detail.clone();
    }
    told
}

#[cfg(test)]
mod tests {
    use domain::{EventRowId, Timestamp, UserId, WebhookId};

    use super::*;

    fn receiver(topics: &[&str], pipeline: Option<&str>) -> WebhookRow {
        let now = Timestamp::from_millis(1000);
        WebhookRow {
            id: WebhookId::new(now),
            owner_id: UserId::LOCAL,
            url: "https://example.org".into(),
            topics: topics.iter().map(|topic| (*topic).to_owned()).collect(),
            pipeline_id: pipeline.map(str::to_owned),
            enabled: true,
            local: false,
            last_error: None,
            created_at: now,
            after: 5,
        }
    }

    #[test]
    fn a_receiver_is_told_what_it_asked_for_and_nothing_from_before_it_was_there() {
        // The clock was put back since the receiver was added.
        let event = OutboxEvent {
            id: EventRowId::new(Timestamp::from_millis(1)),
            owner_id: UserId::LOCAL,
            topic: "run.failed".into(),
            payload: json!({"run": {"id": "x", "pipelineId": "p", "errorMessage": "é".repeat(3000)}, "runSeq": 7, "depth": 0}),
            created_at: Timestamp::from_millis(1),
        };
        let told = |topics: &[&str], pipeline, number| wants(&receiver(topics, pipeline), &event, number);
        assert!(told(&[], None, 6) && told(&["run.*"], Some("p"), 6));
        assert!(!told(&["run.succeeded"], None, 6) && !told(&[], Some("q"), 6) && !told(&[], None, 5));
        let body = body(&event);
        assert_eq!((&body["type"], &body["data"]["runSeq"]), (&json!("run.failed"), &json!(7)));
        assert_eq!(body["data"]["run"]["errorMessage"].as_str().unwrap().chars().count(), LONGEST);
        assert!(body["data"].get("depth").is_none());
    }

    #[test]
    fn single_steps_are_told_to_who_names_them_and_texts_of_people_to_nobody() {
        let event = |topic: &str, payload| OutboxEvent {
            id: EventRowId::new(Timestamp::from_millis(1)),
            owner_id: UserId::LOCAL,
            topic: topic.into(),
            payload,
            created_at: Timestamp::from_millis(1),
        };
        let step = event("step.failed", json!({"run": {"id": "x"}, "runSeq": 7, "depth": 0}));
        assert!(!wants(&receiver(&[], None), &step, 6) && wants(&receiver(&["step.*"], None), &step, 6));
        let message =
            event("message.changed", json!({"message": {"id": "m", "text": "private"}, "depth": 0}));
        assert_eq!(body(&message)["data"], json!({"message": {"id": "m"}}));
    }
}
