//! The readers: a few threads, each with a read-only connection. In WAL mode they never wait for the writer.

use std::{
    sync::Arc,
    thread::{self, JoinHandle},
};

use rusqlite::Connection;

use crate::{Error, queue::Job, queue::Queue};

/// Starts a thread for each connection; they end when the queue is closed and drained.
pub(crate) fn start(
    connections: Vec<Connection>,
    queue: &Arc<Queue>,
) -> std::io::Result<Vec<JoinHandle<()>>> {
    let start = |(number, connection)| {
        let queue = Arc::clone(queue);
        thread::Builder::new()
            .name(format!("store-reader-{number}"))
            .spawn(move || serve(&connection, &queue))
    };
    connections.into_iter().enumerate().map(start).collect()
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
