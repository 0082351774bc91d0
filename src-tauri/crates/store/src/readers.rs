//! The readers: a few threads, each with a read-only connection. In WAL mode they never wait for the writer.

use std::{
    path::Path,
    sync::Arc,
    thread::{self, JoinHandle},
};

use rusqlite::Connection;

use crate::{Error, connection, queue::Job, queue::Queue};

/// Starts the reader that every store has; it ends when the queue is closed and drained.
pub(crate) fn start(reading: Connection, queue: &Arc<Queue>) -> std::io::Result<JoinHandle<()>> {
    let queue = Arc::clone(queue);
    named(0).spawn(move || serve(&reading, &queue))
}

/// Starts some more, each of which opens its connection by itself, so that nobody waits for it: the first one reads meanwhile.
pub(crate) fn more(
    count: usize,
    database: &Path,
    queue: &Arc<Queue>,
) -> std::io::Result<Vec<JoinHandle<()>>> {
    let start = |number| {
        let (queue, database) = (Arc::clone(queue), database.to_owned());
        named(number).spawn(move || match connection::reading(&database) {
            Ok(reading) => serve(&reading, &queue),
            Err(error) => tracing::warn!(%error, "there is a reader less"),
        })
    };
    (1..=count).map(start).collect()
}

fn named(number: usize) -> thread::Builder {
    thread::Builder::new().name(format!("store-reader-{number}"))
}

fn serve(connection: &Connection, queue: &Queue) {
    loop {
        let jobs = queue.take(1);
        if jobs.is_empty() {
            return;
        }
        for mut job in jobs {
            let outcome = in_snapshot(connection, job.as_mut());
            job.answer(outcome);
        }
    }
}

/// All queries of one closure see the same state.
fn in_snapshot(connection: &Connection, job: &mut dyn Job) -> Result<(), Error> {
    connection.prepare_cached("BEGIN")?.execute([])?;
    let outcome = job.run(connection);
    if !connection.is_autocommit() {
        connection.prepare_cached("ROLLBACK")?.execute([])?;
    }
    outcome
}
