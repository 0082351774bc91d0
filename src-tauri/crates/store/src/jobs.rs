//! Background jobs.

use domain::{Job, JobId, JobState, JobStatus, Timestamp, UserId};
use rusqlite::{Connection, Row, params};

use crate::{
    Error,
    row::{self, Blob, Json, Text},
};

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, kind, title, payload, status, completed, total, speed, error_code, error_message, created_at,
             updated_at FROM jobs ",
            $rest
        )
    };
}

fn job(found: &Row<'_>) -> rusqlite::Result<Job> {
    Ok(Job {
        id: row::id(found, 0)?,
        kind: found.get(1)?,
        title: found.get(2)?,
        payload: row::json(found, 3)?,
        state: JobState {
            status: row::text(found, 4)?,
            completed: row::count(found, 5)?,
            total: row::count(found, 6)?,
            speed: found.get(7)?,
            error_code: row::optional_text(found, 8)?,
            error_message: found.get(9)?,
        },
        created_at: row::time(found, 10)?,
        updated_at: row::time(found, 11)?,
    })
}

/// Adds a job, or replaces its title, payload, state and time of change; `NotFound` if that id is another person's.
pub fn upsert(connection: &Connection, owner: UserId, job: &Job) -> Result<(), Error> {
    let sql = "INSERT INTO jobs (id, owner_id, kind, title, payload, status, completed, total, speed, error_code,
               error_message, created_at, updated_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)
               ON CONFLICT (id) DO UPDATE SET title = excluded.title, payload = excluded.payload, status = excluded.status,
               completed = excluded.completed, total = excluded.total, speed = excluded.speed,
               error_code = excluded.error_code, error_message = excluded.error_message, updated_at = excluded.updated_at
               WHERE owner_id = excluded.owner_id";
    row::found(connection.prepare_cached(sql)?.execute(params![
        Blob(job.id),
        Blob(owner),
        job.kind,
        job.title,
        Json(&job.payload),
        Text(job.state.status),
        row::integer(job.state.completed),
        row::integer(job.state.total),
        job.state.speed,
        job.state.error_code.map(Text),
        job.state.error_message,
        job.created_at.millis(),
        job.updated_at.millis(),
    ])?)
}

/// So much of a running job is done; one that ended or waits keeps what its end said.
pub fn progress(
    connection: &Connection,
    owner: UserId,
    id: JobId,
    completed: u64,
    total: u64,
) -> Result<(), Error> {
    let sql =
        "UPDATE jobs SET completed = ?3, total = ?4 WHERE owner_id = ?1 AND id = ?2 AND status = 'running'";
    let (completed, total) = (row::integer(completed), row::integer(total));
    connection.prepare_cached(sql)?.execute(params![Blob(owner), Blob(id), completed, total])?;
    Ok(())
}

/// The job with that id.
pub fn get(connection: &Connection, owner: UserId, id: JobId) -> Result<Job, Error> {
    let mut query = connection.prepare_cached(select!("WHERE owner_id = ?1 AND id = ?2"))?;
    Ok(query.query_row(params![Blob(owner), Blob(id)], job)?)
}

/// All of them, newest first.
pub fn list(connection: &Connection, owner: UserId) -> Result<Vec<Job>, Error> {
    let mut query =
        connection.prepare_cached(select!("WHERE owner_id = ?1 ORDER BY created_at DESC, id DESC"))?;
    Ok(query.query_map([Blob(owner)], job)?.collect::<Result<_, _>>()?)
}

/// Those in that state, oldest first.
pub fn by_status(connection: &Connection, owner: UserId, status: JobStatus) -> Result<Vec<Job>, Error> {
    let mut query =
        connection.prepare_cached(select!("WHERE owner_id = ?1 AND status = ?2 ORDER BY created_at, id"))?;
    Ok(query.query_map(params![Blob(owner), Text(status)], job)?.collect::<Result<_, _>>()?)
}

/// Whether anybody's job is running or queued, or was.
pub fn any_running(connection: &Connection) -> Result<bool, Error> {
    let sql = "SELECT EXISTS (SELECT 1 FROM jobs WHERE status IN ('running', 'queued'))";
    Ok(connection.prepare_cached(sql)?.query_row([], |found| found.get(0))?)
}

/// Everybody's jobs of these kinds that are neither done nor given up, failed ones included.
pub fn unfinished(connection: &Connection, kinds: &[&str]) -> Result<Vec<Job>, Error> {
    let mut query = connection.prepare_cached(select!("WHERE status NOT IN ('succeeded', 'cancelled')"))?;
    let all = query.query_map([], job)?.collect::<Result<Vec<_>, _>>()?;
    Ok(all.into_iter().filter(|job| kinds.contains(&job.kind.as_str())).collect())
}

/// At the start: everybody's jobs that nobody works on any more wait to go on. Says how many.
pub fn interrupt_running(connection: &Connection, at: Timestamp) -> Result<usize, Error> {
    let sql =
        "UPDATE jobs SET status = ?1, speed = NULL, updated_at = ?2 WHERE status IN ('running', 'queued')";
    Ok(connection.prepare_cached(sql)?.execute(params![Text(JobStatus::Waiting), at.millis()])?)
}

/// Removes it.
pub fn delete(connection: &Connection, owner: UserId, id: JobId) -> Result<(), Error> {
    let sql = "DELETE FROM jobs WHERE owner_id = ?1 AND id = ?2";
    row::found(connection.prepare_cached(sql)?.execute(params![Blob(owner), Blob(id)])?)
}
