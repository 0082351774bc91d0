//! Keeping a definition: its draft, its version, and what stays allowed.

use domain::{Actor, ErrorCode};
use serde_json::{Value, json};
use store::pipelines::PipelineRow;

use super::look;
use crate::{
    App, Error,
    events::Event,
    pipelines::{around::Around, values},
};

/// The largest file, in bytes.
pub(crate) const MAX_DEFINITION: usize = 4 * 1024 * 1024;

/// How a definition comes to be kept.
#[derive(Debug, Clone, Default)]
pub(crate) struct Kept {
    /// What the version is called; empty for most.
    pub label: String,
    /// The file that it is read from; `None` leaves what was known of that.
    pub file: Option<String>,
    /// Whether it came from outside: then nothing of it is allowed until a person says so, whatever its last version was.
    pub from_outside: bool,
}

impl Kept {
    /// By a person who drew it here.
    pub(crate) fn by_person(label: String) -> Self {
        Self { label, ..Self::default() }
    }

    /// As a file has it.
    pub(crate) fn from_file(path: String) -> Self {
        Self { label: String::new(), file: Some(path), from_outside: true }
    }
}

/// Keeps a definition as a pipeline's draft, and as its newest version where it can be run and does something else.
pub(crate) async fn keep(
    app: &App,
    actor: Actor,
    definition: Value,
    kept: Kept,
) -> Result<PipelineRow, Error> {
    let Kept { label, file, from_outside } = kept;
    let id = checked_id(&definition)?;
    let name = definition["name"].as_str().filter(|name| !name.trim().is_empty()).unwrap_or(&id).to_owned();
    let looked = look(app, definition.clone(), Around::default()).await?;
    let hash = looked.hash.clone().filter(|_| looked.can_run());
    let now = app.clock.now();
    let of_event = id.clone();
    let row = app
        .store
        .write(move |conn| {
            let owner = actor.user_id;
            let before = match store::pipelines::get(conn, owner, &id) {
                Err(store::Error::NotFound) => None,
                found => Some(found?),
            };
            let row = PipelineRow {
                id: id.clone(),
                name,
                draft: definition.clone(),
                hash: hash.clone(),
                file: file.or(before.as_ref().and_then(|row| row.file.clone())),
                created_at: before.as_ref().map_or(now, |row| row.created_at),
                updated_at: now,
                deleted_at: None,
                retention: before.as_ref().map_or_else(|| json!({}), |row| row.retention.clone()),
            };
            store::pipelines::put(conn, owner, &row)?;
            let Some(hash) = hash else { return Ok(row) };
            store::pipelines::put_definition(conn, owner, &hash, &definition, now)?;
            let newest = store::pipelines::versions(conn, owner, &id)?.into_iter().next();
            match newest {
                Some(newest) if newest.hash == hash => {
                    if !label.is_empty() {
                        store::pipelines::label_newest(conn, owner, &id, &label)?;
                    }
                }
                newest => {
                    store::pipelines::add_version(conn, owner, &id, &hash, &label, now)?;
                    if let Some(newest) = newest.filter(|_| !from_outside) {
                        carry_over(conn, owner, &newest.hash, &hash, &definition, now)?;
                    }
                }
            }
            Ok(row)
        })
        .await?;
    crate::pipelines::triggers::saved(app, actor, &row).await?;
    app.bus.publish(Event::PipelineChanged { id: of_event });
    Ok(row)
}

/// The id that it says, if it can be kept at all.
pub(crate) fn checked_id(definition: &Value) -> Result<String, Error> {
    if values::roughly(definition, MAX_DEFINITION) > MAX_DEFINITION {
        return Err(Error::new(
            ErrorCode::TooLarge,
            "The pipeline's file is larger than 4 MiB. Move long texts into inputs or files.",
        ));
    }
    let id = definition["id"].as_str().unwrap_or_default().to_owned();
    let slug = !id.is_empty()
        && id.len() <= 100
        && id.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-_".contains(&byte));
    if !slug {
        return Err(Error::invalid(
            "The file needs an `id` of lower-case letters, digits and dashes. Give it one, then save again.",
        ));
    }
    Ok(id)
}

/// What was allowed stays allowed where none of the steps that need it changed.
fn carry_over(
    conn: &store::Connection,
    owner: domain::UserId,
    from: &str,
    to: &str,
    new: &Value,
    now: domain::Timestamp,
) -> Result<(), store::Error> {
    let Some(allowed) = store::pipelines::allowed(conn, owner, from)? else { return Ok(()) };
    if store::pipelines::allowed(conn, owner, to)?.is_some() {
        return Ok(());
    }
    let old = store::pipelines::definition(conn, owner, from)?;
    if touching(&old) == touching(new) {
        store::pipelines::allow(conn, owner, to, &allowed, now)?;
    }
    Ok(())
}

/// The steps that must be allowed something, and the secrets.
fn touching(definition: &Value) -> (Vec<Value>, Value) {
    let needs = |node: &&Value| {
        let kind = node["kind"].as_str().and_then(pipeline::kind);
        kind.is_some_and(|kind| kind.capability.is_some()) || node.to_string().contains("secret://")
    };
    let nodes = definition["nodes"].as_array().map(|nodes| nodes.iter().filter(needs).cloned().collect());
    (nodes.unwrap_or_default(), definition["secrets"].clone())
}
