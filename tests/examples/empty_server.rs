//! The least that a local application with a database and an HTTP door can be, to compare `webplus serve` with: it opens a
//! SQLite file, makes a table, listens on the loopback, prints `{"url","token"}` as `serve` does, and answers every request with
//! what the table holds. Its one argument is the folder of the file.
#![allow(
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a baseline for measurements: a program of its own"
)]

use std::{error::Error, path::PathBuf, sync::Mutex};

use axum::Router;
use rusqlite::Connection;
use serde_json::json;
use tokio::net::TcpListener;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args_os().nth(1).map(PathBuf::from).ok_or("usage: empty_server FOLDER")?;
    std::fs::create_dir_all(&folder)?;
    let connection = Connection::open(folder.join("empty.sqlite"))?;
    connection.execute_batch(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
         CREATE TABLE IF NOT EXISTS words (word TEXT NOT NULL) STRICT;",
    )?;
    let connection = Mutex::new(connection);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        println!("{}", json!({ "url": format!("http://{}", listener.local_addr()?), "token": "none" }));
        let connection = std::sync::Arc::new(connection);
        let count = move || {
            let connection = std::sync::Arc::clone(&connection);
            async move {
                let counted = connection.lock().ok().and_then(|connection| {
                    connection.query_row("SELECT count(*) FROM words", [], |row| row.get::<_, i64>(0)).ok()
                });
                json!({ "words": counted }).to_string()
            }
        };
        axum::serve(listener, Router::new().fallback(count)).await?;
        Ok(())
    })
}
