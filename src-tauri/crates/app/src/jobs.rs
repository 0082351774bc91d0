//! Background jobs: a row in the database, a task while it runs. After a restart an unfinished one waits to be resumed.

use std::{
    collections::{HashMap, hash_map::Entry},
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use domain::{Actor, ErrorCode, Job, JobId, JobState, JobStatus};
use serde::{Deserialize, Serialize};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use ts_rs::TS;

use crate::{App, Error, api::Nothing, conversations::missing, events::Event, models};

/// How often progress is told.
const TELL: Duration = Duration::from_millis(250);

/// Which job.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct JobIdParams {
    /// The job.
    pub id: JobId,
}

/// Why a running job was stopped by a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wish {
    Pause,
    Cancel,
}

/// The jobs that run now.
#[derive(Debug, Default)]
pub(crate) struct Jobs {
    /// Held while it is looked whether a job stands already.
    pub(crate) beginning: tokio::sync::Mutex<()>,
    running: Mutex<HashMap<JobId, (CancellationToken, Option<Wish>)>>,
}

impl Jobs {
    fn lock(&self) -> MutexGuard<'_, HashMap<JobId, (CancellationToken, Option<Wish>)>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wish(&self, id: JobId, wish: Wish) -> bool {
        let mut running = self.lock();
        let Some((token, wished)) = running.get_mut(&id) else { return false };
        *wished = Some(wish);
        token.cancel();
        true
    }
}

/// Tells how far a job is: written to the database at its ends, told to the page four times a second.
pub(crate) struct Reporter {
    app: App,
    job: Job,
    told: Option<Instant>,
}

impl Reporter {
    /// So much is done.
    pub(crate) fn progress(&mut self, completed: u64, total: u64, speed: Option<f64>) {
        self.job.state.completed = completed;
        self.job.state.total = total;
        self.job.state.speed = speed;
        if self.told.is_some_and(|told| told.elapsed() < TELL) {
            return;
        }
        self.told = Some(Instant::now());
        self.app.bus.publish(Event::JobChanged { job: self.job.clone() });
    }
}

/// All jobs that are not finished, and those that finished lately.
pub async fn list(app: App, actor: Actor, _params: Nothing) -> Result<Vec<Job>, Error> {
    Ok(app.store.read(move |conn| store::jobs::list(conn, actor.user_id)).await?)
}

/// Pauses a running job; what it has done is kept.
pub async fn pause(app: App, actor: Actor, params: JobIdParams) -> Result<Nothing, Error> {
    find(&app, actor, params.id).await?;
    app.jobs.wish(params.id, Wish::Pause);
    Ok(Nothing {})
}

/// Cancels a job, running or waiting, and removes what it left half done.
pub async fn cancel(app: App, actor: Actor, params: JobIdParams) -> Result<Nothing, Error> {
    let mut job = find(&app, actor, params.id).await?;
    if app.jobs.wish(params.id, Wish::Cancel) {
        return Ok(Nothing {});
    }
    if matches!(job.state.status, JobStatus::Waiting | JobStatus::Queued | JobStatus::Failed) {
        models::discard_download(&app, &job).await;
        job.state.status = JobStatus::Cancelled;
        save(&app, actor, job).await?;
    }
    Ok(Nothing {})
}

/// Goes on with a job that waits or failed.
pub async fn resume(app: App, actor: Actor, params: JobIdParams) -> Result<Job, Error> {
    let job = find(&app, actor, params.id).await?;
    if !matches!(job.state.status, JobStatus::Waiting | JobStatus::Failed) {
        return Err(Error::new(ErrorCode::Conflict, "This job is not waiting. Reload the list."));
    }
    start(&app, actor, job).await
}

/// Saves the job as running and starts its task.
pub(crate) async fn start(app: &App, actor: Actor, mut job: Job) -> Result<Job, Error> {
    job.state.status = JobStatus::Running;
    (job.state.error_code, job.state.error_message, job.state.speed) = (None, None, None);
    let token = CancellationToken::new();
    match app.jobs.lock().entry(job.id) {
        Entry::Occupied(_) => return Err(Error::new(ErrorCode::Conflict, "This job is running already.")),
        Entry::Vacant(place) => {
            place.insert((token.clone(), None));
        }
    }
    if let Err(error) = save(app, actor, job.clone()).await {
        app.jobs.lock().remove(&job.id);
        return Err(error);
    }
    let (ours, running) = (app.clone(), job.clone());
    app.tasks.spawn("job", |shutdown| run(ours, actor, running, token, shutdown));
    Ok(job)
}

async fn run(app: App, actor: Actor, job: Job, token: CancellationToken, shutdown: CancellationToken) {
    let mut reporter = Reporter { app: app.clone(), job, told: None };
    let job = reporter.job.clone();
    let outcome = tokio::select! {
        biased;
        () = shutdown.cancelled() => None,
        () = token.cancelled() => None,
        outcome = models::run_download(&app, actor, &job, &mut reporter) => Some(outcome),
    };
    let id = job.id;
    let wish = app.jobs.lock().get(&id).and_then(|(_, wish)| *wish);
    let mut job = reporter.job;
    job.state.speed = None;
    match (outcome, wish) {
        (Some(Ok(())), _) => job.state.status = JobStatus::Succeeded,
        (Some(Err(error)), _) => {
            job.state.status = JobStatus::Failed;
            job.state.error_code = Some(error.code);
            job.state.error_message = Some(error.message);
        }
        (None, Some(Wish::Cancel)) => {
            models::discard_download(&app, &job).await;
            job.state.status = JobStatus::Cancelled;
        }
        (None, _) => job.state.status = JobStatus::Waiting,
    }
    if let Err(error) = save(&app, actor, job).await {
        tracing::error!(%error, "the end of a job could not be saved");
    }
    // Who wished to cancel while a pause was being saved is heard too.
    let last_wish = app.jobs.lock().remove(&id).and_then(|(_, wish)| wish);
    if last_wish == Some(Wish::Cancel)
        && wish != last_wish
        && let Err(error) = cancel(app.clone(), actor, JobIdParams { id }).await
    {
        tracing::warn!(%error, "a job could not be cancelled");
    }
}

async fn find(app: &App, actor: Actor, id: JobId) -> Result<Job, Error> {
    app.store
        .read(move |conn| store::jobs::get(conn, actor.user_id, id))
        .await
        .map_err(|error| missing(error, "job"))
}

async fn save(app: &App, actor: Actor, mut job: Job) -> Result<(), Error> {
    job.updated_at = app.clock.now();
    let saved = job.clone();
    app.store.write(move |conn| store::jobs::upsert(conn, actor.user_id, &saved)).await?;
    app.bus.publish(Event::JobChanged { job });
    Ok(())
}

/// A new job's state.
pub(crate) fn queued(total: u64) -> JobState {
    JobState {
        status: JobStatus::Queued,
        completed: 0,
        total,
        speed: None,
        error_code: None,
        error_message: None,
    }
}
