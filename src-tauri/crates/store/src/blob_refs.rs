//! Who holds which file of large values. The files themselves are the caller's.

use rusqlite::{Connection, params};

use crate::Error;

/// Says that somebody ("run:ID", "cache:KEY") holds the file.
pub fn hold(connection: &Connection, hash: &str, holder: &str) -> Result<(), Error> {
    let sql = "INSERT INTO blob_refs (hash, holder) VALUES (?1, ?2) ON CONFLICT DO NOTHING";
    connection.prepare_cached(sql)?.execute(params![hash, holder])?;
    Ok(())
}

/// Says that they hold nothing any more, and which files nobody holds now.
pub fn release(connection: &Connection, holder: &str) -> Result<Vec<String>, Error> {
    let sql = "DELETE FROM blob_refs WHERE holder = ?1 RETURNING hash";
    let mut query = connection.prepare_cached(sql)?;
    let hashes: Vec<String> = query.query_map([holder], |found| found.get(0))?.collect::<Result<_, _>>()?;
    let mut free = Vec::new();
    for hash in hashes {
        if !is_held(connection, &hash)? {
            free.push(hash);
        }
    }
    Ok(free)
}

/// The files that somebody holds.
pub fn held(connection: &Connection, holder: &str) -> Result<Vec<String>, Error> {
    let mut query = connection.prepare_cached("SELECT hash FROM blob_refs WHERE holder = ?1")?;
    Ok(query.query_map([holder], |found| found.get(0))?.collect::<Result<_, _>>()?)
}

/// Whether anybody holds the file.
pub fn is_held(connection: &Connection, hash: &str) -> Result<bool, Error> {
    let sql = "SELECT EXISTS (SELECT 1 FROM blob_refs WHERE hash = ?1)";
    Ok(connection.prepare_cached(sql)?.query_row([hash], |found| found.get(0))?)
}
