//! What a kind of step does, as the runner asks for it: one attempt, from a prepared config to values or a wait. Retries,
//! time-outs, commits and everything else around it are the runner's.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use domain::{Actor, Call, EffectClass, ErrorCode, RunId, Timestamp};
use futures_util::future::BoxFuture;
use pipeline::{Capability, Definition, Key, Node};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio_util::sync::CancellationToken;

use crate::{App, Error};

pub(crate) use super::tell::Teller;

/// One attempt to be made.
pub(crate) struct StepCall {
    pub app: App,
    pub actor: Actor,
    pub run: RunId,
    pub key: Key,
    /// From 1.
    pub attempt: u32,
    pub node: Arc<Node>,
    pub definition: Arc<Definition>,
    /// The node's config as it was prepared and committed; secrets by name only.
    pub input: Value,
    /// What its expressions see.
    pub context: Value,
    /// The same for each repetition after a crash.
    pub idempotency_key: String,
    /// What the run's definition may do.
    pub allowed: Allowed,
    /// Cancelled at a cancel or a time-out; the attempt then has five seconds to end by itself.
    pub cancel: CancellationToken,
    /// Where text, log lines and notices go; best effort.
    pub tell: Teller,
    /// For attempts inside this one: an agent's tool calls.
    pub inner: Arc<dyn InnerAttempts>,
}

/// What a definition may do.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Allowed(pub std::collections::BTreeSet<Capability>);

impl Allowed {
    /// An error that says what to do, unless it is allowed.
    pub(crate) fn check(&self, capability: Capability) -> Result<(), StepError> {
        if self.0.contains(&capability) {
            return Ok(());
        }
        let what = match capability {
            Capability::Commands => "run programs",
            Capability::Files => "read and write files",
            Capability::Http => "ask servers",
            Capability::Secrets => "use secrets",
        };
        Err(StepError::new(
            ErrorCode::Forbidden,
            format!(
                "This pipeline isn't allowed to {what}. Allow it on the pipeline's page, then run it again."
            ),
        ))
    }
}

/// How an attempt ended well.
#[derive(Debug)]
pub(crate) enum StepEnd {
    /// With values.
    Done {
        /// `ok`, or a branch.
        port: String,
        /// By data port.
        values: BTreeMap<String, Value>,
        /// Model calls, settled in the transaction of the result.
        calls: Vec<Call>,
        /// Variables of the run that are different now.
        vars: BTreeMap<String, Value>,
    },
    /// The step goes on when something else has happened; no slot is held meanwhile.
    Wait(Wait),
}

impl StepEnd {
    /// Left by `ok` with these values.
    pub(crate) fn ok(values: impl IntoIterator<Item = (String, Value)>) -> Self {
        Self::by("ok", values)
    }

    /// Left by that port with these values.
    pub(crate) fn by(port: &str, values: impl IntoIterator<Item = (String, Value)>) -> Self {
        Self::Done {
            port: port.to_owned(),
            values: values.into_iter().collect(),
            calls: Vec::new(),
            vars: BTreeMap::new(),
        }
    }
}

/// What a step waits for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(crate) enum Wait {
    /// A point in time; the step is then left by `ok`.
    Until { at: Timestamp },
    /// A person's answer; the step is then left by it, with `answer` and the form's `values` as data.
    Human {
        /// A JSON Schema.
        form: Value,
        /// Ports to choose from.
        answers: Vec<String>,
        question: Option<String>,
        /// Milliseconds.
        timeout: Option<u64>,
        /// `fail`, or `branch:PORT`.
        on_timeout: Option<String>,
        /// Where it is a person's word on what an agent wants to do: the step then goes on instead of being left.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        consent: Option<Consent>,
    },
    /// Another run's end; its outputs are then the step's values.
    Run { pipeline: String, inputs: BTreeMap<String, Value> },
}

/// A use of a tool that a person must agree to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Consent {
    /// The use's number within the agent's step.
    pub index: u32,
    /// The tool.
    pub tool: String,
    /// What the word is bound to: a hash of the tool, of exactly what it was given, and of what it would do with that.
    pub about: String,
    /// The same in full, to be shown as it is.
    pub exact: String,
}

impl Consent {
    /// The name of the step inside the agent's that keeps the word; no tool has one like it.
    pub(crate) fn node(tool: &str) -> String {
        format!("{tool}-consent")
    }
}

/// Why an attempt failed.
#[derive(Debug, Clone)]
pub(crate) struct StepError {
    pub code: ErrorCode,
    /// What failed and what to do.
    pub message: String,
    pub reason: RetryReason,
    /// A lower bound for the next try.
    pub retry_after: Option<Duration>,
    /// Whether it may have happened all the same. What certainly did nothing says `false`.
    pub unknown: bool,
    /// What came, where it wasn't what was asked for.
    pub output: Option<Value>,
    /// Model calls, settled in the transaction of the failure.
    pub calls: Vec<Call>,
}

/// What a retry policy knows a failure by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RetryReason {
    Timeout,
    RateLimit,
    Server,
    Network,
    InvalidOutput,
    /// The computer slept, or we were stopped: costs no try.
    Suspended,
    Other,
}

impl RetryReason {
    /// As `retry_on` names it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Timeout => "timeout",
            Self::RateLimit => "rate_limit",
            Self::Server => "5xx",
            Self::Network => "network",
            Self::InvalidOutput => "invalid_output",
            Self::Suspended => "suspended",
            Self::Other => "other",
        }
    }

    /// By the code of an error of ours.
    pub(crate) fn of(code: ErrorCode) -> Self {
        match code {
            ErrorCode::TimedOut => Self::Timeout,
            ErrorCode::RateLimited => Self::RateLimit,
            ErrorCode::ProviderFailed | ErrorCode::EngineFailed => Self::Server,
            ErrorCode::ProviderUnreachable | ErrorCode::Interrupted => Self::Network,
            _ => Self::Other,
        }
    }
}

impl StepError {
    /// A failure that certainly did nothing.
    pub(crate) fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            reason: RetryReason::of(code),
            retry_after: None,
            unknown: false,
            output: None,
            calls: Vec::new(),
        }
    }

    /// Bad input, with what to do about it.
    pub(crate) fn invalid(message: impl Into<String>) -> Self {
        Self::new(ErrorCode::InvalidInput, message)
    }
}

impl From<Error> for StepError {
    fn from(error: Error) -> Self {
        Self { retry_after: error.retry_after, ..Self::new(error.code, error.message) }
    }
}

impl From<store::Error> for StepError {
    fn from(error: store::Error) -> Self {
        Error::from(error).into()
    }
}

impl From<StepError> for Error {
    fn from(error: StepError) -> Self {
        Self::new(error.code, error.message)
    }
}

/// A kind of step.
pub(crate) trait Step: Send + Sync {
    /// Makes one attempt.
    fn run(&self, call: StepCall) -> BoxFuture<'static, Result<StepEnd, StepError>>;
}

/// How an attempt inside an attempt begins.
#[derive(Debug)]
pub(crate) enum InnerBegun {
    /// It ended before a crash, with these values: don't do it again.
    Done(BTreeMap<String, Value>),
    /// Do it, then tell the end.
    Go {
        /// As of the step's own attempts.
        idempotency_key: String,
    },
}

/// How an attempt inside an attempt ended, for good.
#[derive(Debug)]
pub(crate) enum InnerEnded {
    /// With these values.
    Done(BTreeMap<String, Value>),
    /// It certainly failed, for that reason.
    Failed(String),
}

/// What an attempt inside an attempt cost.
#[derive(Debug, Default)]
pub(crate) struct Paid {
    /// Model calls of its own.
    pub calls: Vec<Call>,
    /// What a run that it began cost, in nano-USD, its calls settled already.
    pub run_cost: i64,
    /// Its tokens.
    pub run_tokens: u64,
}

impl From<Vec<Call>> for Paid {
    fn from(calls: Vec<Call>) -> Self {
        Self { calls, ..Self::default() }
    }
}

/// Attempts inside an attempt, each journaled with an effect class of its own: an agent asks the model and calls tools by
/// number, so that after a crash it goes on behind what had ended.
pub(crate) trait InnerAttempts: Send + Sync {
    /// Commits the intent. An error where it isn't known how it ended before a crash.
    fn begin(
        &self,
        index: u32,
        name: String,
        effect: EffectClass,
        input: Value,
    ) -> BoxFuture<'_, Result<InnerBegun, StepError>>;

    /// How it had ended before, if it had: what is over is neither done nor asked for again.
    fn ended(&self, index: u32, name: String) -> BoxFuture<'_, Result<Option<InnerEnded>, StepError>>;

    /// Commits how it ended, with what it cost.
    fn end(
        &self,
        index: u32,
        name: String,
        result: Result<BTreeMap<String, Value>, StepError>,
        paid: Paid,
    ) -> BoxFuture<'_, Result<(), StepError>>;
}
