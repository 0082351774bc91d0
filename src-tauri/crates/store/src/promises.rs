//! What must be true of runs whatever happened to us, asked of the database itself: for the self-test, which holds a crash
//! against it.

use rusqlite::Connection;

use crate::Error;

/// A promise, and what breaks it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Promise {
    /// A short name.
    pub name: &'static str,
    /// Each place where it is broken; none where it is kept.
    pub broken: Vec<String>,
}

/// By name, a query that finds what must not be.
const QUERIES: &[(&str, &str)] = &[
    ("integrity", "SELECT * FROM pragma_integrity_check WHERE integrity_check <> 'ok' LIMIT 5"),
    ("references", "SELECT \"table\" FROM pragma_foreign_key_check LIMIT 5"),
    (
        "gap_free",
        "SELECT lower(hex(r.id)) || ': ' || count(j.seq) || ' entries up to ' || r.seq FROM runs r
         LEFT JOIN journal j ON j.run_id = r.id GROUP BY r.id
         HAVING count(j.seq) <> r.seq OR coalesce(max(j.seq), 0) <> r.seq LIMIT 5",
    ),
    (
        "never_again",
        "SELECT a.scope || '/' || a.node FROM attempts a JOIN attempts b USING (run_id, scope, node)
         WHERE a.outcome = 'succeeded' AND b.number > a.number LIMIT 5",
    ),
    ("ended", "SELECT scope || '/' || node FROM attempts WHERE outcome = 'running' LIMIT 5"),
    ("ledger", "SELECT 'call of ' || coalesce(step, '?') FROM calls WHERE outcome = 'reserved' LIMIT 5"),
];

/// Asks for all of them. None of the runs may be under way.
pub fn check(connection: &Connection) -> Result<Vec<Promise>, Error> {
    let mut promises = Vec::new();
    for (name, sql) in QUERIES {
        let mut query = connection.prepare(sql)?;
        let broken = query.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
        promises.push(Promise { name, broken });
    }
    Ok(promises)
}

/// How many calls of runs the ledger holds.
pub fn calls_of_runs(connection: &Connection) -> Result<u64, Error> {
    let sql = "SELECT count(*) FROM calls WHERE run_id IS NOT NULL";
    Ok(connection.query_row(sql, [], |row| row.get::<_, i64>(0))?.unsigned_abs())
}
