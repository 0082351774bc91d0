//! "Crash me": a small pipeline is run by a second Web+ in a folder of its own, which is ended in the middle again and again, as
//! a crash would; what it promises is then held against what became of it. Nothing of the person's is touched.

mod checks;
mod child;
mod play;

use domain::{Actor, ErrorCode, Job, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use ts_rs::TS;

use crate::{App, Error, api::Nothing, jobs};

pub(crate) use child::{SUBCOMMAND, live};
pub(crate) use play::run as run_job;

/// The kind of its job.
pub(crate) const KIND: &str = "selftest";
/// The row that keeps the last report.
const KEY: &str = "selftest.report";

/// How it stands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(optional_fields)]
pub struct SelfTest {
    /// Its job, while it runs and for a while after.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub job: Option<Job>,
    /// What the last one found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub report: Option<SelfTestReport>,
}

/// What a self-test found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct SelfTestReport {
    /// Whether every check passed.
    pub passed: bool,
    /// How often the process was ended in the middle.
    pub kills: u32,
    /// Each promise, held against what happened.
    pub checks: Vec<SelfTestCheck>,
    /// When it began.
    pub started_at: Timestamp,
    /// When it ended.
    pub finished_at: Timestamp,
}

/// A promise and whether it was kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SelfTestCheck {
    /// A short name: same_end, once, at_least_once, gap_free, ledger, integrity, references.
    pub id: String,
    /// The promise, as a sentence.
    pub title: String,
    /// Whether it was kept.
    pub passed: bool,
    /// What was found, as a sentence.
    pub detail: String,
}

/// Begins a self-test, or gives the one that runs.
pub async fn start(app: App, actor: Actor, _params: Nothing) -> Result<Job, Error> {
    if app.options.program.is_none() {
        return Err(Error::new(
            ErrorCode::EngineUnavailable,
            "The self-test can't be run here: Web+ doesn't know its own program. Start it as an installed application.",
        ));
    }
    jobs::begin(&app, actor, KIND, "Self-test".to_owned(), json!({}), |_| true).await
}

/// How it stands.
pub async fn state(app: App, actor: Actor, _params: Nothing) -> Result<SelfTest, Error> {
    let (jobs, report) = app
        .store
        .read(move |conn| {
            Ok((store::jobs::list(conn, actor.user_id)?, store::settings::get(conn, actor.user_id, KEY)?))
        })
        .await?;
    let newest = |a: &Job, b: &Job| a.created_at.cmp(&b.created_at);
    Ok(SelfTest {
        job: jobs.into_iter().filter(|job| job.kind == KIND).max_by(newest),
        report: report.and_then(|value: Value| serde_json::from_value(value).ok()),
    })
}
