//! How far a job is: written to the database at its ends and now and then between, told to the page some times a second.

use std::time::Duration;

use domain::{Actor, Job, JobStatus};
use serde_json::Value;
use tokio::time::Instant;

use super::save;
use crate::{App, Error, events::Event};

/// How often progress is told, at most: a little more often than those who work report it, so that the last report before a
/// standstill isn't lost.
const TELL: Duration = Duration::from_millis(150);

/// How often progress is written to the database, at most.
const KEEP: Duration = Duration::from_secs(5);

/// What the running job is doing, in its payload: told, but of no use after its end.
const PHASE: &str = "phase";

/// Tells how far a job is.
pub(crate) struct Reporter {
    app: App,
    actor: Actor,
    job: Job,
    told: Option<Instant>,
    /// When progress was written to the database last, and what.
    kept: (Option<Instant>, u64),
}

impl Reporter {
    pub(super) fn new(app: App, actor: Actor, job: Job) -> Self {
        Self { app, actor, job, told: None, kept: (None, 0) }
    }

    pub(super) fn job(&self) -> &Job {
        &self.job
    }

    pub(super) fn into_job(mut self) -> Job {
        if let Some(payload) = self.job.payload.as_object_mut() {
            payload.remove(PHASE);
        }
        self.job
    }

    /// It is its turn.
    pub(super) async fn begin(&mut self) -> Result<(), Error> {
        self.job.state.status = JobStatus::Running;
        save(&self.app, self.actor, self.job.clone()).await
    }

    /// So much is done.
    pub(crate) fn progress(&mut self, completed: u64, total: u64, speed: Option<f64>) {
        self.job.state.completed = completed;
        self.job.state.total = total;
        self.job.state.speed = speed;
        if self.told.is_some_and(|told| told.elapsed() < TELL) {
            return;
        }
        self.tell();
    }

    /// This is being done now; a change is told at once.
    pub(crate) fn phase(&mut self, phase: Value) {
        let Some(payload) = self.job.payload.as_object_mut() else { return };
        let kind = |phase: &Value| phase["type"].clone();
        let before = payload.insert(PHASE.to_owned(), phase.clone());
        if before.as_ref().map(kind) != Some(kind(&phase)) {
            self.tell();
        }
    }

    /// Keeps a fact about the job in its payload, where the next start of the application finds it.
    pub(crate) async fn keep(&mut self, name: &str, value: Value) -> Result<(), Error> {
        if let Some(payload) = self.job.payload.as_object_mut() {
            payload.insert(name.to_owned(), value);
        }
        save(&self.app, self.actor, self.job.clone()).await
    }

    /// What a power cut leaves says about how far it came; a pull asks the engine anyway.
    fn keep_progress(&mut self) {
        let (done, total) = (self.job.state.completed, self.job.state.total);
        if done == self.kept.1 || self.kept.0.is_some_and(|kept| kept.elapsed() < KEEP) {
            return;
        }
        self.kept = (Some(Instant::now()), done);
        let (store, owner, id) = (self.app.store.clone(), self.actor.user_id, self.job.id);
        self.app.tasks.spawn("progress of a job", |_| async move {
            let kept = store.write(move |conn| store::jobs::progress(conn, owner, id, done, total)).await;
            if let Err(error) = kept {
                tracing::warn!(%error, "how far a job is could not be saved");
            }
        });
    }

    fn tell(&mut self) {
        self.told = Some(Instant::now());
        self.app.jobs.told(&self.job);
        self.keep_progress();
        self.app.bus.publish(Event::JobChanged { job: self.job.clone() });
    }
}
