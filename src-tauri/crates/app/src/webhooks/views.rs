//! What the verbs of webhooks are asked with and answer.

use domain::{EventRowId, RunId, Timestamp, WebhookId};
use serde::{Deserialize, Serialize};
use store::{deliveries::DeliveryRow, webhooks::WebhookRow};
use ts_rs::TS;

use crate::providers::{KeepKey, TypedKey};

/// Which webhook.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct WebhookIdParams {
    /// Its id.
    pub id: WebhookId,
}

/// A receiver as it is to be.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(optional_fields)]
pub struct WebhookSaveParams {
    /// Which is changed; a new one without it.
    #[serde(default)]
    pub id: Option<WebhookId>,
    /// Where it is reached: https://, or this computer.
    pub url: String,
    /// What it is told, such as "run.failed" or "run.*"; everything but what is about single steps where there are none.
    #[serde(default)]
    pub topics: Option<Vec<String>>,
    /// Only of runs of this pipeline.
    #[serde(default)]
    pub pipeline_id: Option<String>,
    /// Whether it is told at all; yes unless said.
    #[serde(default)]
    pub enabled: Option<bool>,
    /// Whether its address may be one of this computer or of a private network; no unless said.
    #[serde(default)]
    pub allow_local: Option<bool>,
    /// What is signed with: "whsec_" and Base64. Without one a new receiver gets one, and an old one keeps its own.
    #[serde(default)]
    pub secret: Option<TypedKey>,
    /// Where to keep the secret.
    #[serde(default)]
    pub keep: Option<KeepKey>,
}

/// Who is told of events.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(optional_fields)]
pub struct Webhook {
    /// Its id.
    pub id: WebhookId,
    /// Where it is reached.
    pub url: String,
    /// What it is told; everything but what is about single steps where it is empty.
    pub topics: Vec<String>,
    /// Only of runs of this pipeline.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pipeline_id: Option<String>,
    /// Whether it is told at all.
    pub enabled: bool,
    /// Whether its address may be one of this computer or of a private network.
    pub allow_local: bool,
    /// What went wrong last, or why it was switched off by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_error: Option<String>,
    /// When it was added.
    pub created_at: Timestamp,
    /// What a receiver checks signatures with, told once: when it was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret: Option<String>,
}

impl From<WebhookRow> for Webhook {
    fn from(row: WebhookRow) -> Self {
        Self {
            id: row.id,
            url: row.url,
            topics: row.topics,
            pipeline_id: row.pipeline_id,
            enabled: row.enabled,
            allow_local: row.local,
            last_error: row.last_error,
            created_at: row.created_at,
            secret: None,
        }
    }
}

/// How a delivery stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryState {
    /// It is tried, now or later.
    Waiting,
    /// The receiver took it.
    Delivered,
    /// It was given up; it can be sent again by hand.
    Failed,
}

impl DeliveryState {
    /// As it stands in the database.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Delivered => "delivered",
            Self::Failed => "failed",
        }
    }
}

/// Which deliveries.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(optional_fields)]
pub struct WebhookDeliveriesParams {
    /// The webhook.
    pub id: WebhookId,
    /// Only those that stand so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<DeliveryState>,
    /// Where the page begins.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
}

/// Which delivery is made again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct WebhookReplayParams {
    /// The webhook.
    pub id: WebhookId,
    /// The event.
    pub event_id: EventRowId,
}

/// An event on its way to a receiver.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(optional_fields)]
pub struct WebhookDelivery {
    /// The event: the header `webhook-id` of each try.
    pub event_id: EventRowId,
    /// "run.failed", say.
    pub topic: String,
    /// The run that it tells of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run_id: Option<RunId>,
    /// Its place in that run's journal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(type = "number")]
    pub run_seq: Option<u64>,
    /// How it stands.
    pub state: DeliveryState,
    /// How often it was tried.
    pub tries: u32,
    /// When it is tried next, of one that waits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_at: Option<Timestamp>,
    /// The status that was answered last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_status: Option<u16>,
    /// What went wrong last, as a sentence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_error: Option<String>,
    /// When the event happened.
    pub created_at: Timestamp,
    /// When it was delivered or given up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Timestamp>,
}

impl From<DeliveryRow> for WebhookDelivery {
    fn from(row: DeliveryRow) -> Self {
        let state = match row.state.as_str() {
            "delivered" => DeliveryState::Delivered,
            "failed" => DeliveryState::Failed,
            _ => DeliveryState::Waiting,
        };
        Self {
            event_id: row.event_id,
            topic: row.topic,
            run_id: row.run_id,
            run_seq: row.run_seq,
            state,
            tries: row.tries,
            next_at: Some(row.next_at).filter(|_| state == DeliveryState::Waiting),
            last_status: row.last_status,
            last_error: row.last_error,
            created_at: row.created_at,
            ended_at: row.ended_at,
        }
    }
}
