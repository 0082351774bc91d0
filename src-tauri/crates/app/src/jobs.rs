//! Background jobs: values that outlive their task. Progress is told, pausing keeps what was done, and what a crash cut off
//! waits to be resumed. What a job of a kind does stands in one table (`kinds`); jobs of one lane come one after the other.

mod kinds;
mod report;

pub(crate) use report::Reporter;

use std::{
    collections::{HashMap, hash_map::Entry},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use domain::{Actor, ErrorCode, Job, JobId, JobState, JobStatus};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::sync::OwnedMutexGuard;
use tokio_util::sync::CancellationToken;
use ts_rs::TS;

use crate::{
    App, Error,
    api::Nothing,
    conversations::missing,
    events::Event,
    models,
    pipelines::{happening, topic::Topic},
};
use kinds::Kind;

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

/// A job that has a task.
#[derive(Debug)]
struct Running {
    token: CancellationToken,
    wish: Option<Wish>,
    lane: String,
    /// As it was told last: progress isn't in the database while it runs.
    told: Option<Job>,
}

/// Whose turn it is in a lane.
type Turn = Arc<tokio::sync::Mutex<()>>;

/// The jobs that run now.
#[derive(Debug, Default)]
pub(crate) struct Jobs {
    /// Held while it is looked whether a job stands already.
    pub(crate) beginning: tokio::sync::Mutex<()>,
    running: Mutex<HashMap<JobId, Running>>,
    lanes: Mutex<HashMap<String, Turn>>,
}

impl Jobs {
    fn lock(&self) -> MutexGuard<'_, HashMap<JobId, Running>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wish(&self, id: JobId, wish: Wish) -> bool {
        let mut running = self.lock();
        let Some(job) = running.get_mut(&id) else { return false };
        job.wish = Some(wish);
        job.token.cancel();
        true
    }

    /// Keeps how far a running job is, for who asks before the next event.
    fn told(&self, job: &Job) {
        if let Some(running) = self.lock().get_mut(&job.id) {
            running.told = Some(job.clone());
        }
    }

    /// The running jobs that have told how far they are.
    fn all_told(&self) -> HashMap<JobId, Job> {
        self.lock().iter().filter_map(|(id, running)| Some((*id, running.told.clone()?))).collect()
    }

    fn turn(&self, lane: &str) -> Turn {
        let mut lanes = self.lanes.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(lanes.entry(lane.to_owned()).or_default())
    }

    /// Whether a job of the lane runs or waits for its turn.
    pub(crate) fn is_busy(&self, lane: &str) -> bool {
        self.lock().values().any(|job| job.lane == lane)
    }
}

/// All jobs that are not finished, and those that finished lately.
pub async fn list(app: App, actor: Actor, _params: Nothing) -> Result<Vec<Job>, Error> {
    all(&app, actor).await
}

/// The same, running ones as far as they have told.
async fn all(app: &App, actor: Actor) -> Result<Vec<Job>, Error> {
    // Looked up before the rest: what has ended by then says so in the database, and that counts.
    let mut told = app.jobs.all_told();
    let mut jobs = app.store.read(move |conn| store::jobs::list(conn, actor.user_id)).await?;
    for job in jobs.iter_mut().filter(|job| job.state.status == JobStatus::Running) {
        if let Some(known) = told.remove(&job.id) {
            *job = known;
        }
    }
    Ok(jobs)
}

/// Those that run or wait for their turn.
pub(crate) async fn under_way(app: &App, actor: Actor) -> Result<Vec<Job>, Error> {
    let mut jobs = all(app, actor).await?;
    jobs.retain(|job| matches!(job.state.status, JobStatus::Running | JobStatus::Queued));
    Ok(jobs)
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
        if let Some(kind) = Kind::of(&job) {
            (kind.discard)(&app, actor, &job).await;
        }
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

/// Starts a job of this kind, or goes on with one that stands already for the same thing (`same` looks at its payload).
pub(crate) async fn begin(
    app: &App,
    actor: Actor,
    kind: &str,
    title: String,
    payload: Value,
    same: impl Fn(&Value) -> bool,
) -> Result<Job, Error> {
    let _one_at_a_time = app.jobs.beginning.lock().await;
    if let Some(job) = all(app, actor).await?.into_iter().find(|job| job.kind == kind && same(&job.payload)) {
        match job.state.status {
            JobStatus::Running | JobStatus::Queued => return Ok(job),
            JobStatus::Waiting | JobStatus::Failed => return start(app, actor, job).await,
            JobStatus::Succeeded | JobStatus::Cancelled => {}
        }
    }
    let now = app.clock.now();
    let job = Job {
        id: JobId::new(now),
        kind: kind.to_owned(),
        title,
        payload,
        state: queued(0),
        created_at: now,
        updated_at: now,
    };
    start(app, actor, job).await
}

/// Saves the job as running, or as queued where its lane is taken, and starts its task.
async fn start(app: &App, actor: Actor, mut job: Job) -> Result<Job, Error> {
    let Some(kind) = Kind::of(&job) else {
        return Err(Error::new(
            ErrorCode::Internal,
            "This job was made by another version of Web+. Cancel it and begin again.",
        ));
    };
    let lane = (kind.lane)(&job);
    let turn = app.jobs.turn(&lane);
    let token = CancellationToken::new();
    match app.jobs.lock().entry(job.id) {
        Entry::Occupied(_) => return Err(Error::new(ErrorCode::Conflict, "This job is running already.")),
        Entry::Vacant(vacant) => {
            vacant.insert(Running { token: token.clone(), wish: None, lane, told: None });
        }
    }
    let ours = Arc::clone(&turn).try_lock_owned().ok();
    job.state.status = if ours.is_some() { JobStatus::Running } else { JobStatus::Queued };
    (job.state.error_code, job.state.error_message, job.state.speed) = (None, None, None);
    if let Err(error) = save(app, actor, job.clone()).await {
        app.jobs.lock().remove(&job.id);
        return Err(error);
    }
    let (app_of_task, job_of_task) = (app.clone(), job.clone());
    app.tasks.spawn("job", |shutdown| async move {
        run(app_of_task, actor, kind, job_of_task, Waits { turn, ours }, token, shutdown).await;
    });
    Ok(job)
}

/// A job's place in its lane.
struct Waits {
    turn: Turn,
    ours: Option<OwnedMutexGuard<()>>,
}

async fn run(
    app: App,
    actor: Actor,
    kind: &'static Kind,
    job: Job,
    waits: Waits,
    token: CancellationToken,
    shutdown: CancellationToken,
) {
    let mut reporter = Reporter::new(app.clone(), actor, job);
    let outcome = tokio::select! {
        biased;
        () = shutdown.cancelled() => None,
        () = token.cancelled() => None,
        outcome = work(&app, actor, kind, waits, &mut reporter) => Some(outcome),
    };
    let mut job = reporter.into_job();
    let id = job.id;
    let wish = app.jobs.lock().get(&id).and_then(|running| running.wish);
    job.state.speed = None;
    match (outcome, wish) {
        (Some(Ok(())), _) => job.state.status = JobStatus::Succeeded,
        (Some(Err(error)), _) => {
            tracing::info!(kind = job.kind, title = job.title, %error, "a job failed");
            job.state.status = JobStatus::Failed;
            job.state.error_code = Some(error.code);
            job.state.error_message = Some(error.message);
        }
        (None, Some(Wish::Cancel)) => {
            (kind.discard)(&app, actor, &job).await;
            job.state.status = JobStatus::Cancelled;
        }
        (None, _) => job.state.status = JobStatus::Waiting,
    }
    if let Err(error) = save(&app, actor, job).await {
        tracing::error!(%error, "the end of a job could not be saved");
    }
    // Who wished to cancel while a pause was being saved is heard too.
    let last_wish = app.jobs.lock().remove(&id).and_then(|running| running.wish);
    if last_wish == Some(Wish::Cancel)
        && wish != last_wish
        && let Err(error) = cancel(app.clone(), actor, JobIdParams { id }).await
    {
        tracing::warn!(%error, "a job could not be cancelled");
    }
}

/// Waits for the job's turn and does it.
async fn work(
    app: &App,
    actor: Actor,
    kind: &'static Kind,
    waits: Waits,
    reporter: &mut Reporter,
) -> Result<(), Error> {
    let _turn = if let Some(ours) = waits.ours {
        ours
    } else {
        let ours = waits.turn.lock_owned().await;
        reporter.begin().await?;
        ours
    };
    let job = reporter.job().clone();
    (kind.run)(app, actor, &job, reporter).await
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
    let changed = app
        .store
        .write(move |conn| {
            let before = match store::jobs::get(conn, actor.user_id, saved.id) {
                Err(store::Error::NotFound) => None,
                found => Some(found?.state.status),
            };
            store::jobs::upsert(conn, actor.user_id, &saved)?;
            let changed = before != Some(saved.state.status);
            if changed {
                let now = saved.updated_at;
                happening::tell(conn, actor.user_id, Topic::JobChanged, json!({ "job": saved }), 0, now)?;
            }
            Ok(changed)
        })
        .await?;
    if changed {
        happening::told(app);
        models::job_changed(app, &job).await;
    }
    app.bus.publish(Event::JobChanged { job });
    Ok(())
}

/// A new job's state.
fn queued(total: u64) -> JobState {
    JobState {
        status: JobStatus::Queued,
        completed: 0,
        total,
        speed: None,
        error_code: None,
        error_message: None,
    }
}
