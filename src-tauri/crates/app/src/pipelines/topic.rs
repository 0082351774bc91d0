//! What others can be told of: every topic that is ever put into the outbox, and who listens to those that are told only where
//! somebody does.

use std::sync::{PoisonError, RwLock};

use domain::UserId;
use serde::Serialize;
use ts_rs::TS;

use crate::App;

/// What is told to webhooks, and to the triggers that wait for an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
pub(crate) enum Topic {
    /// A run was accepted.
    #[serde(rename = "run.queued")]
    RunQueued,
    /// Its first step may begin.
    #[serde(rename = "run.started")]
    RunStarted,
    /// It stands still until a time, a person or another run.
    #[serde(rename = "run.waiting")]
    RunWaiting,
    /// It was paused by a person, by its budget, or for what it can't do.
    #[serde(rename = "run.paused")]
    RunPaused,
    /// It goes on.
    #[serde(rename = "run.resumed")]
    RunResumed,
    /// It ended well.
    #[serde(rename = "run.succeeded")]
    RunSucceeded,
    /// It failed.
    #[serde(rename = "run.failed")]
    RunFailed,
    /// A person cancelled it.
    #[serde(rename = "run.cancelled")]
    RunCancelled,
    /// It isn't known whether a step happened: a person must say so.
    #[serde(rename = "run.decision_needed")]
    RunDecisionNeeded,
    /// A step asks a person.
    #[serde(rename = "human.requested")]
    HumanRequested,
    /// The person answered.
    #[serde(rename = "human.answered")]
    HumanAnswered,
    /// Nobody answered in time.
    #[serde(rename = "human.expired")]
    HumanExpired,
    /// An attempt of a step begins. Told only to who names it, as all that is about single steps.
    #[serde(rename = "step.started")]
    StepStarted,
    /// An attempt failed; there will be another.
    #[serde(rename = "step.retrying")]
    StepRetrying,
    /// A step ended well.
    #[serde(rename = "step.succeeded")]
    StepSucceeded,
    /// No try is left.
    #[serde(rename = "step.failed")]
    StepFailed,
    /// Four fifths of a run's budget are spent.
    #[serde(rename = "budget.threshold")]
    BudgetThreshold,
    /// A call was refused since the budget doesn't hold it.
    #[serde(rename = "budget.exceeded")]
    BudgetExceeded,
    /// Web+ goes on with runs that were under way when it ended.
    #[serde(rename = "app.recovered")]
    AppRecovered,
    /// A webhook was switched off, since its receiver is gone or never answered.
    #[serde(rename = "webhook.endpoint_disabled")]
    WebhookEndpointDisabled,
    /// A conversation is new, or called something else.
    #[serde(rename = "conversation.changed")]
    ConversationChanged,
    /// One was deleted.
    #[serde(rename = "conversation.removed")]
    ConversationRemoved,
    /// A message ended.
    #[serde(rename = "message.changed")]
    MessageChanged,
    /// A job stands differently.
    #[serde(rename = "job.changed")]
    JobChanged,
    /// Models came or went.
    #[serde(rename = "model.changed")]
    ModelChanged,
}

impl Topic {
    /// As it stands in the outbox and in what is sent.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::RunQueued => "run.queued",
            Self::RunStarted => "run.started",
            Self::RunWaiting => "run.waiting",
            Self::RunPaused => "run.paused",
            Self::RunResumed => "run.resumed",
            Self::RunSucceeded => "run.succeeded",
            Self::RunFailed => "run.failed",
            Self::RunCancelled => "run.cancelled",
            Self::RunDecisionNeeded => "run.decision_needed",
            Self::HumanRequested => "human.requested",
            Self::HumanAnswered => "human.answered",
            Self::HumanExpired => "human.expired",
            Self::StepStarted => "step.started",
            Self::StepRetrying => "step.retrying",
            Self::StepSucceeded => "step.succeeded",
            Self::StepFailed => "step.failed",
            Self::BudgetThreshold => "budget.threshold",
            Self::BudgetExceeded => "budget.exceeded",
            Self::AppRecovered => "app.recovered",
            Self::WebhookEndpointDisabled => "webhook.endpoint_disabled",
            Self::ConversationChanged => "conversation.changed",
            Self::ConversationRemoved => "conversation.removed",
            Self::MessageChanged => "message.changed",
            Self::JobChanged => "job.changed",
            Self::ModelChanged => "model.changed",
        }
    }
}

/// Whether it is about a single step of a run. Of those there are many: who doesn't name them isn't told.
pub(crate) fn is_of_a_step(topic: &str) -> bool {
    topic.starts_with("step.")
}

/// "run.failed" is itself, "run.*" each that begins so.
pub(crate) fn matches(wanted: &str, topic: &str) -> bool {
    match wanted.strip_suffix('*') {
        Some(beginning) => topic.starts_with(beginning),
        None => wanted == topic,
    }
}

/// Who listens, by what they named. Kept beside the database since it is asked for with each step of each run.
#[derive(Default)]
pub(crate) struct Listeners {
    known: RwLock<Vec<Listener>>,
    /// Who looked later isn't overtaken by who looked before.
    learning: tokio::sync::Mutex<()>,
}

struct Listener {
    owner: UserId,
    wanted: String,
    /// Only of runs of this pipeline.
    pipeline: Option<String>,
}

impl Listeners {
    /// Whether anybody is to be told of that, of runs of that pipeline.
    pub(crate) fn any(&self, owner: UserId, topic: Topic, pipeline: &str) -> bool {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        known.iter().any(|one| {
            one.owner == owner
                && matches(&one.wanted, topic.name())
                && one.pipeline.as_ref().is_none_or(|only| only == pipeline)
        })
    }
}

/// Learns who listens: at the start, and before whoever changes that is answered.
pub(crate) async fn learn(app: &App) {
    let listeners = &app.pipelines.listeners;
    let _alone = listeners.learning.lock().await;
    let read = app
        .store
        .read(|conn| Ok((store::webhooks::enabled(conn)?, store::triggers::enabled(conn, "event")?)));
    let (webhooks, triggers) = match read.await {
        Ok(read) => read,
        Err(error) => return tracing::warn!(%error, "who listens to steps could not be looked for"),
    };
    let named = webhooks.into_iter().flat_map(|row| {
        let (owner, pipeline) = (row.owner_id, row.pipeline_id);
        row.topics.into_iter().map(move |wanted| Listener { owner, wanted, pipeline: pipeline.clone() })
    });
    let waiting = triggers.into_iter().filter_map(|row| {
        let wanted = row.config.get("topic")?.as_str()?.to_owned();
        Some(Listener { owner: row.owner_id, wanted, pipeline: None })
    });
    let found = named.chain(waiting).collect();
    *listeners.known.write().unwrap_or_else(PoisonError::into_inner) = found;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_topic_is_named_whole_or_by_its_beginning() {
        assert!(matches("run.failed", "run.failed") && matches("run.*", "run.failed") && matches("*", "x"));
        assert!(!matches("run.failed", "run.failed.x") && !matches("step.*", "run.failed"));
    }

    #[test]
    fn who_listens_to_one_pipeline_hears_nothing_of_others() {
        let listeners = Listeners::default();
        let one = |wanted: &str, pipeline: Option<&str>| Listener {
            owner: UserId::LOCAL,
            wanted: wanted.to_owned(),
            pipeline: pipeline.map(str::to_owned),
        };
        let any = |topic, pipeline| listeners.any(UserId::LOCAL, topic, pipeline);
        assert!(!any(Topic::StepFailed, "p"));
        if let Ok(mut known) = listeners.known.write() {
            known.extend([one("step.failed", Some("p")), one("step.ret*", None)]);
        }
        assert!(any(Topic::StepFailed, "p") && any(Topic::StepRetrying, "q"));
        assert!(!any(Topic::StepFailed, "q") && !any(Topic::StepStarted, "p"));
    }

    #[test]
    fn a_name_is_the_same_in_the_outbox_and_in_the_page() {
        let all = [
            Topic::RunQueued,
            Topic::RunStarted,
            Topic::RunWaiting,
            Topic::RunPaused,
            Topic::RunResumed,
            Topic::RunSucceeded,
            Topic::RunFailed,
            Topic::RunCancelled,
            Topic::RunDecisionNeeded,
            Topic::HumanRequested,
            Topic::HumanAnswered,
            Topic::HumanExpired,
            Topic::StepStarted,
            Topic::StepRetrying,
            Topic::StepSucceeded,
            Topic::StepFailed,
            Topic::BudgetThreshold,
            Topic::BudgetExceeded,
            Topic::AppRecovered,
            Topic::WebhookEndpointDisabled,
            Topic::ConversationChanged,
            Topic::ConversationRemoved,
            Topic::MessageChanged,
            Topic::JobChanged,
            Topic::ModelChanged,
        ];
        for topic in all {
            assert_eq!(serde_json::json!(topic), topic.name());
        }
    }
}
