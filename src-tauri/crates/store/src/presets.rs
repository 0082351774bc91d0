//! Saved sets of model, system prompt and parameters.

use domain::{Preset, PresetId, UserId};
use rusqlite::{Connection, Row, params};

use crate::{
    Error,
    row::{self, Blob, Json, Text},
};

macro_rules! select {
    ($rest:literal) => {
        concat!("SELECT id, name, model, system_prompt, parameters FROM presets ", $rest)
    };
}

fn preset(found: &Row<'_>) -> rusqlite::Result<Preset> {
    Ok(Preset {
        id: row::id(found, 0)?,
        name: found.get(1)?,
        model: row::optional_text(found, 2)?,
        system_prompt: found.get(3)?,
        parameters: row::json(found, 4)?,
    })
}

/// Adds a preset.
pub fn insert(connection: &Connection, owner: UserId, preset: &Preset) -> Result<(), Error> {
    let sql = "INSERT INTO presets (owner_id, id, name, model, system_prompt, parameters) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    execute(connection, sql, owner, preset).map(drop)
}

/// The preset with that id.
pub fn get(connection: &Connection, owner: UserId, id: PresetId) -> Result<Preset, Error> {
    let mut query = connection.prepare_cached(select!("WHERE owner_id = ?1 AND id = ?2"))?;
    Ok(query.query_row(params![Blob(owner), Blob(id)], preset)?)
}

/// All of them, by name.
pub fn list(connection: &Connection, owner: UserId) -> Result<Vec<Preset>, Error> {
    let mut query = connection.prepare_cached(select!("WHERE owner_id = ?1 ORDER BY name, id"))?;
    Ok(query.query_map([Blob(owner)], preset)?.collect::<Result<_, _>>()?)
}

/// Replaces everything but the id.
pub fn update(connection: &Connection, owner: UserId, preset: &Preset) -> Result<(), Error> {
    let sql = "UPDATE presets SET name = ?3, model = ?4, system_prompt = ?5, parameters = ?6 WHERE owner_id = ?1 AND id = ?2";
    row::found(execute(connection, sql, owner, preset)?)
}

/// Removes it.
pub fn delete(connection: &Connection, owner: UserId, id: PresetId) -> Result<(), Error> {
    let sql = "DELETE FROM presets WHERE owner_id = ?1 AND id = ?2";
    row::found(connection.prepare_cached(sql)?.execute(params![Blob(owner), Blob(id)])?)
}

fn execute(connection: &Connection, sql: &str, owner: UserId, preset: &Preset) -> Result<usize, Error> {
    Ok(connection.prepare_cached(sql)?.execute(params![
        Blob(owner),
        Blob(preset.id),
        preset.name,
        preset.model.as_ref().map(Text),
        preset.system_prompt,
        Json(&preset.parameters),
    ])?)
}
