//! Configured providers. Keys are never here.

use domain::{Provider, ProviderId, UserId};
use rusqlite::{Connection, Row, params};

use crate::{
    Error,
    row::{self, Blob, Json, Text},
};

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, slug, name, kind, base_url, key_source, key_state, key_hint, key_origin, enabled FROM providers ",
            $rest
        )
    };
}

fn provider(found: &Row<'_>) -> rusqlite::Result<Provider> {
    Ok(Provider {
        id: row::id(found, 0)?,
        slug: found.get(1)?,
        name: found.get(2)?,
        kind: row::text(found, 3)?,
        base_url: found.get(4)?,
        key_source: row::json(found, 5)?,
        key_state: row::text(found, 6)?,
        key_hint: found.get(7)?,
        key_origin: found.get(8)?,
        enabled: found.get(9)?,
    })
}

/// Adds a provider; `Conflict` if its slug is taken.
pub fn insert(connection: &Connection, owner: UserId, provider: &Provider) -> Result<(), Error> {
    let sql = "INSERT INTO providers (id, owner_id, slug, name, kind, base_url, key_source, key_state, key_hint, key_origin, enabled)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)";
    connection.prepare_cached(sql)?.execute(params![
        Blob(provider.id),
        Blob(owner),
        provider.slug,
        provider.name,
        Text(provider.kind),
        provider.base_url,
        Json(&provider.key_source),
        Text(provider.key_state),
        provider.key_hint,
        provider.key_origin,
        provider.enabled,
    ])?;
    Ok(())
}

/// The provider with that id.
pub fn get(connection: &Connection, owner: UserId, id: ProviderId) -> Result<Provider, Error> {
    let mut query = connection.prepare_cached(select!("WHERE owner_id = ?1 AND id = ?2"))?;
    Ok(query.query_row(params![Blob(owner), Blob(id)], provider)?)
}

/// The provider with that slug.
pub fn get_by_slug(connection: &Connection, owner: UserId, slug: &str) -> Result<Provider, Error> {
    let mut query = connection.prepare_cached(select!("WHERE owner_id = ?1 AND slug = ?2"))?;
    Ok(query.query_row(params![Blob(owner), slug], provider)?)
}

/// All of them, by slug.
pub fn list(connection: &Connection, owner: UserId) -> Result<Vec<Provider>, Error> {
    let mut query = connection.prepare_cached(select!("WHERE owner_id = ?1 ORDER BY slug"))?;
    Ok(query.query_map([Blob(owner)], provider)?.collect::<Result<_, _>>()?)
}

/// Replaces everything but the id; `Conflict` if the slug is taken.
pub fn update(connection: &Connection, owner: UserId, provider: &Provider) -> Result<(), Error> {
    let sql = "UPDATE providers SET slug = ?3, name = ?4, kind = ?5, base_url = ?6, key_source = ?7, key_state = ?8,
               key_hint = ?9, key_origin = ?10, enabled = ?11 WHERE owner_id = ?1 AND id = ?2";
    row::found(connection.prepare_cached(sql)?.execute(params![
        Blob(owner),
        Blob(provider.id),
        provider.slug,
        provider.name,
        Text(provider.kind),
        provider.base_url,
        Json(&provider.key_source),
        Text(provider.key_state),
        provider.key_hint,
        provider.key_origin,
        provider.enabled,
    ])?)
}

/// Removes it.
pub fn delete(connection: &Connection, owner: UserId, id: ProviderId) -> Result<(), Error> {
    let sql = "DELETE FROM providers WHERE owner_id = ?1 AND id = ?2";
    row::found(connection.prepare_cached(sql)?.execute(params![Blob(owner), Blob(id)])?)
}
