//! How fast models were when somebody measured them.

use domain::{ModelRef, Timestamp, UserId};
use rusqlite::{Connection, Row, params};

use crate::{
    Error,
    row::{self, Blob, Text},
};

/// The most measurements that are kept for one model.
const MOST: i64 = 200;

/// One measurement. What an engine didn't tell is absent.
#[derive(Debug, Clone, PartialEq)]
pub struct Benchmark {
    /// Which model.
    pub model: ModelRef,
    /// The engine that ran it, with its version.
    pub engine_version: String,
    /// Tokens of the prompt read in a second.
    pub prompt_per_second: Option<f64>,
    /// Tokens written in a second.
    pub generation_per_second: Option<f64>,
    /// From sending to the first token, in milliseconds, with the model in memory.
    pub first_token_ms: Option<f64>,
    /// What loading took, in milliseconds.
    pub load_ms: Option<f64>,
    /// When it was measured.
    pub created_at: Timestamp,
}

fn benchmark(found: &Row<'_>) -> rusqlite::Result<Benchmark> {
    Ok(Benchmark {
        model: row::text(found, 0)?,
        engine_version: found.get(1)?,
        prompt_per_second: found.get(2)?,
        generation_per_second: found.get(3)?,
        first_token_ms: found.get(4)?,
        load_ms: found.get(5)?,
        created_at: row::time(found, 6)?,
    })
}

/// Keeps a measurement, and forgets the model's oldest beyond 200.
pub fn insert(connection: &Connection, owner: UserId, measured: &Benchmark) -> Result<(), Error> {
    let sql =
        "INSERT INTO benchmarks (owner_id, model, engine_version, prompt_per_second, generation_per_second,
               first_token_ms, load_ms, created_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
    connection.prepare_cached(sql)?.execute(params![
        Blob(owner),
        Text(&measured.model),
        measured.engine_version,
        measured.prompt_per_second,
        measured.generation_per_second,
        measured.first_token_ms,
        measured.load_ms,
        measured.created_at.millis(),
    ])?;
    let sql = "DELETE FROM benchmarks WHERE owner_id = ?1 AND model = ?2 AND id NOT IN
               (SELECT id FROM benchmarks WHERE owner_id = ?1 AND model = ?2 ORDER BY created_at DESC, id DESC LIMIT ?3)";
    connection.prepare_cached(sql)?.execute(params![Blob(owner), Text(&measured.model), MOST])?;
    Ok(())
}

/// A model's measurements, newest first.
pub fn list(connection: &Connection, owner: UserId, model: &ModelRef) -> Result<Vec<Benchmark>, Error> {
    let sql = "SELECT model, engine_version, prompt_per_second, generation_per_second, first_token_ms, load_ms, created_at
               FROM benchmarks WHERE owner_id = ?1 AND model = ?2 ORDER BY created_at DESC, id DESC";
    let mut query = connection.prepare_cached(sql)?;
    Ok(query.query_map(params![Blob(owner), Text(model)], benchmark)?.collect::<Result<_, _>>()?)
}
