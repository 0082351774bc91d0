//! The one writer: a thread that owns the write connection and commits what waits together (group commit).
//!
//! Each closure runs in a savepoint, so its failure takes back its own changes alone. Nobody is answered before the
//! commit that holds their changes is on the disk; if that commit fails, all whose work it held are told.
//!
//! Each transaction begins with a look at whose the folder is: a process that was taken for dead writes nothing more.

use std::{
    fs::File,
    sync::Arc,
    thread::{self, JoinHandle},
    vec::IntoIter,
};

use rusqlite::Connection;

use crate::{
    Error,
    ballast::Ballast,
    kill_point, owner,
    queue::{Job, Queue},
};

/// The most closures that share a commit, so that the first of them doesn't wait for ever.
const TOGETHER: usize = 256;

/// Starts the writer; it ends when the queue is closed and drained, after moving the log into the database.
/// The folder's lock is given back last.
pub(crate) fn start(
    connection: Connection,
    ballast: Ballast,
    lock: File,
    epoch: u64,
    queue: Arc<Queue>,
) -> std::io::Result<JoinHandle<()>> {
    thread::Builder::new().name("store-writer".to_owned()).spawn(move || {
        let mut writer = Writer { connection, ballast, epoch };
        let mut first = true;
        loop {
            let jobs = queue.take(TOGETHER);
            if jobs.is_empty() {
                break;
            }
            writer.commit_together(jobs.into_iter());
            // What a new folder begins with doesn't wait for the reserve, which takes longer than all else together.
            if std::mem::take(&mut first) {
                writer.ballast.make_unless_given_up();
            }
        }
        writer.finish();
        drop(lock);
    })
}

struct Writer {
    connection: Connection,
    ballast: Ballast,
    epoch: u64,
}

impl Writer {
    fn commit_together(&mut self, mut jobs: IntoIter<Box<dyn Job>>) {
        // More than one round only where SQLite gave up a transaction in the middle: the rest begins anew.
        while jobs.len() > 0 {
            if let Err(error) = self.begin() {
                self.give_up(jobs.by_ref(), &error);
            } else if let Some(held) = self.run_all(&mut jobs) {
                self.commit(held);
            }
        }
        self.ballast.make_if_due();
    }

    /// Begins a transaction, as long as the folder is ours: nobody else's epoch begins while it is open.
    fn begin(&self) -> Result<(), Error> {
        self.execute("BEGIN IMMEDIATE")?;
        let owned = owner::epoch(&self.connection)
            .and_then(|epoch| if epoch == self.epoch { Ok(()) } else { Err(Error::NotOwner) });
        if owned.is_err() {
            self.roll_back();
        }
        owned
    }

    /// Runs jobs until they are all run, and returns those that wait for the commit; nothing if the transaction was lost.
    fn run_all(&mut self, jobs: &mut IntoIter<Box<dyn Job>>) -> Option<Vec<Box<dyn Job>>> {
        let mut held = Vec::with_capacity(jobs.len());
        for mut job in jobs.by_ref() {
            let outcome = self.in_savepoint(job.as_mut());
            if self.connection.is_autocommit() {
                let error = outcome.err().unwrap_or(Error::LeftTransaction);
                held.push(job);
                self.give_up(held.into_iter(), &error);
                return None;
            }
            match outcome {
                Ok(()) => held.push(job),
                Err(error) => {
                    self.note(&error);
                    job.answer(Err(error));
                }
            }
        }
        Some(held)
    }

    fn in_savepoint(&self, job: &mut dyn Job) -> Result<(), Error> {
        self.execute("SAVEPOINT one")?;
        let outcome = job.run(&self.connection);
        if self.connection.is_autocommit() {
            // SQLite gave the transaction up, or the closure did.
            return outcome.and(Err(Error::LeftTransaction));
        }
        let undo = if outcome.is_ok() { Ok(()) } else { self.execute("ROLLBACK TO one") };
        if let Err(error) = undo.and_then(|()| self.execute("RELEASE one")) {
            // Half a change must not be committed with the others' work, so the whole transaction goes.
            self.roll_back();
            return Err(error);
        }
        outcome
    }

    fn commit(&mut self, held: Vec<Box<dyn Job>>) {
        kill_point!("store_before_commit");
        match self.execute("COMMIT") {
            Ok(()) => {
                kill_point!("store_after_commit");
                for job in held {
                    job.answer(Ok(()));
                }
            }
            Err(error) => {
                self.roll_back();
                self.give_up(held.into_iter(), &error);
            }
        }
    }

    fn give_up(&mut self, jobs: impl Iterator<Item = Box<dyn Job>>, error: &Error) {
        self.note(error);
        jobs.for_each(|job| job.answer(Err(error.clone())));
    }

    fn note(&mut self, error: &Error) {
        if matches!(error, Error::DiskFull) {
            self.ballast.release();
        }
    }

    fn roll_back(&self) {
        if !self.connection.is_autocommit()
            && let Err(error) = self.connection.execute_batch("ROLLBACK")
        {
            tracing::error!(%error, "a transaction could not be rolled back");
        }
    }

    fn execute(&self, sql: &str) -> Result<(), Error> {
        self.connection.prepare_cached(sql)?.execute([])?;
        Ok(())
    }

    fn finish(self) {
        kill_point!("store_before_checkpoint");
        let moved = self.connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()));
        kill_point!("store_after_checkpoint");
        if let Err(error) = moved {
            tracing::warn!(%error, "the log was not moved into the database; the next start does it");
        }
        if let Err((_, error)) = self.connection.close() {
            tracing::warn!(%error, "the database was not closed cleanly");
        }
    }
}
