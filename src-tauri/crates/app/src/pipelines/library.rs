//! Pipelines as they are kept: drafts, versions, what each is allowed.

use std::collections::{BTreeSet, HashMap};

use domain::{Actor, ErrorCode};
use pipeline::{Capability, Definition, Fault, Severity};
use serde_json::{Value, json};
use store::pipelines::PipelineRow;

use super::{
    PipelineAllowParams, PipelineCreateParams, PipelineExportParams, PipelineFile, PipelineIdParams,
    PipelineSaveParams, PipelineSummary, PipelineVersion, PipelineVersionParams, PipelineView, Requires,
    templates,
};
use crate::{App, Error, api::Nothing, events::Event};

/// The largest file, in bytes.
const MAX_DEFINITION: usize = 4 * 1024 * 1024;

/// What a look at a file gives.
pub(crate) struct Looked {
    pub faults: Vec<Fault>,
    /// Absent where it can't be read.
    pub hash: Option<String>,
    pub requires: Requires,
    /// How many triggers it has.
    pub triggers: u32,
}

impl Looked {
    pub(crate) fn can_run(&self) -> bool {
        self.hash.is_some() && !self.faults.iter().any(|fault| fault.severity == Severity::Error)
    }

    fn errors(&self) -> u32 {
        self.faults.iter().filter(|fault| fault.severity == Severity::Error).count() as u32
    }
}

/// Reads and checks a file; `pipelines` are the ids that there are.
pub(crate) async fn look(
    app: &App,
    json: Value,
    pipelines: Option<BTreeSet<String>>,
) -> Result<Looked, Error> {
    app.pipelines
        .evaluator
        .run(move || {
            let known = pipeline::Known { pipelines: pipelines.as_ref(), ..pipeline::Known::default() };
            match pipeline::examine(&json, &known) {
                (None, faults) => Looked { faults, hash: None, requires: Requires::default(), triggers: 0 },
                (Some(definition), faults) => Looked {
                    faults,
                    hash: Some(pipeline::hash(&json)),
                    requires: requires(&definition),
                    triggers: definition.triggers.len() as u32,
                },
            }
        })
        .await
}

/// What a definition needs before it can run.
pub(crate) fn requires(definition: &Definition) -> Requires {
    let (mut models, mut capabilities) = (BTreeSet::new(), BTreeSet::new());
    for node in &definition.nodes {
        if let Some(model) = node.config.get("model").and_then(Value::as_str)
            && !model.contains("{{")
        {
            models.insert(model.to_owned());
        }
        capabilities.extend(pipeline::kind(&node.kind).and_then(|kind| kind.capability));
    }
    if !definition.secrets.is_empty() {
        capabilities.insert(Capability::Secrets);
    }
    Requires {
        models: models.into_iter().collect(),
        secrets: definition.secrets.clone(),
        capabilities: capabilities.into_iter().collect(),
    }
}

/// All pipelines, by name.
pub async fn list(app: App, actor: Actor, _params: Nothing) -> Result<Vec<PipelineSummary>, Error> {
    let (rows, runs) = app
        .store
        .read(move |conn| {
            Ok((
                store::pipelines::list(conn, actor.user_id)?,
                store::runs::newest_of_each(conn, actor.user_id)?,
            ))
        })
        .await?;
    let mut newest: HashMap<String, domain::Run> =
        runs.into_iter().map(|run| (run.pipeline_id.clone(), run)).collect();
    let ids: BTreeSet<String> = rows.iter().map(|row| row.id.clone()).collect();
    let mut found = Vec::with_capacity(rows.len());
    for row in rows {
        let description = row.draft["description"].as_str().unwrap_or_default().to_owned();
        let looked = look(&app, row.draft, Some(ids.clone())).await?;
        found.push(PipelineSummary {
            last_run: newest.remove(&row.id),
            id: row.id,
            name: row.name,
            description,
            faults: looked.errors(),
            triggers: looked.triggers,
            hash: row.hash,
            updated_at: row.updated_at,
            file: row.file,
        });
    }
    Ok(found)
}

pub(crate) fn missing(error: store::Error) -> Error {
    crate::conversations::missing(error, "pipeline")
}

/// One pipeline, as it was last saved.
pub async fn get(app: App, actor: Actor, params: PipelineIdParams) -> Result<PipelineView, Error> {
    let row = app
        .store
        .read(move |conn| store::pipelines::get(conn, actor.user_id, &params.id))
        .await
        .map_err(missing)?;
    view(&app, actor, row).await
}

async fn view(app: &App, actor: Actor, row: PipelineRow) -> Result<PipelineView, Error> {
    let (id, hash) = (row.id.clone(), row.hash.clone());
    let (versions, allowed, ids) = app
        .store
        .read(move |conn| {
            let allowed = match &hash {
                Some(hash) => store::pipelines::allowed(conn, actor.user_id, hash)?,
                None => None,
            };
            let all = store::pipelines::list(conn, actor.user_id)?;
            let ids: BTreeSet<String> = all.into_iter().map(|row| row.id).collect();
            Ok((store::pipelines::versions(conn, actor.user_id, &id)?, allowed, ids))
        })
        .await?;
    let looked = look(app, row.draft.clone(), Some(ids)).await?;
    Ok(PipelineView {
        id: row.id,
        name: row.name,
        definition: row.draft,
        hash: row.hash,
        faults: looked.faults,
        version: versions.first().map(|version| version.number),
        requires: looked.requires,
        allowed: allowed.and_then(|allowed| serde_json::from_value(allowed).ok()).unwrap_or_default(),
        file: row.file,
    })
}

/// Keeps a file, faults and all. What it would do differently makes a new version; where boxes stand doesn't.
pub async fn save(app: App, actor: Actor, params: PipelineSaveParams) -> Result<PipelineView, Error> {
    let row = keep(&app, actor, params.definition, params.label.unwrap_or_default(), None).await?;
    view(&app, actor, row).await
}

/// The same for whoever has a file; `file` is where it stands.
pub(crate) async fn keep(
    app: &App,
    actor: Actor,
    definition: Value,
    label: String,
    file: Option<String>,
) -> Result<PipelineRow, Error> {
    if super::values::roughly(&definition, MAX_DEFINITION) > MAX_DEFINITION {
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
    let name = definition["name"].as_str().filter(|name| !name.trim().is_empty()).unwrap_or(&id).to_owned();
    let looked = look(app, definition.clone(), None).await?;
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
                    if let Some(newest) = newest {
                        carry_over(conn, owner, &newest.hash, &hash, &definition, now)?;
                    }
                }
            }
            Ok(row)
        })
        .await?;
    super::triggers::saved(app, actor, &row).await?;
    app.bus.publish(Event::PipelineChanged { id: of_event });
    Ok(row)
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

/// A new pipeline.
pub async fn create(app: App, actor: Actor, params: PipelineCreateParams) -> Result<PipelineView, Error> {
    let mut definition = match &params.template {
        Some(id) => {
            let all = templates::all();
            let found = all.into_iter().find(|template| template.id == *id);
            found.ok_or_else(|| Error::not_found("template"))?.definition
        }
        None => json!({"format": pipeline::FORMAT, "id": "pipeline", "nodes": [], "edges": []}),
    };
    let name = params.name.map(|name| name.trim().to_owned()).filter(|name| !name.is_empty());
    let name = name.unwrap_or_else(|| definition["name"].as_str().unwrap_or("New pipeline").to_owned());
    if name.chars().count() > 200 {
        return Err(Error::invalid("The name is longer than 200 characters. Shorten it."));
    }
    let wished = slug(&name);
    let taken = move |conn: &store::Connection| {
        for number in 1.. {
            let id = if number == 1 { wished.clone() } else { format!("{wished}-{number}") };
            match store::pipelines::get(conn, actor.user_id, &id) {
                Err(store::Error::NotFound) => return Ok(id),
                found => drop(found?),
            }
        }
        Ok(wished)
    };
    definition["id"] = json!(app.store.read(taken).await?);
    definition["name"] = json!(name);
    let row = keep(&app, actor, definition, String::new(), None).await?;
    view(&app, actor, row).await
}

/// A name as an id.
fn slug(name: &str) -> String {
    let mut slug = String::new();
    for letter in name.to_lowercase().chars() {
        if letter.is_ascii_alphanumeric() {
            slug.push(letter);
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
    }
    let slug: String = slug.trim_matches('-').chars().take(60).collect();
    let starts_well = slug.starts_with(|letter: char| letter.is_ascii_lowercase());
    if starts_well { slug } else { format!("pipeline-{slug}").trim_end_matches('-').to_owned() }
}

/// Puts a pipeline away; its runs stay, and it can be brought back.
pub async fn delete(app: App, actor: Actor, params: PipelineIdParams) -> Result<Nothing, Error> {
    set_deleted(&app, actor, params.id, true).await?;
    Ok(Nothing {})
}

/// Brings one back.
pub async fn restore(app: App, actor: Actor, params: PipelineIdParams) -> Result<PipelineView, Error> {
    set_deleted(&app, actor, params.id.clone(), false).await?;
    get(app, actor, params).await
}

async fn set_deleted(app: &App, actor: Actor, id: String, deleted: bool) -> Result<(), Error> {
    let (of_event, at) = (id.clone(), deleted.then(|| app.clock.now()));
    let row = app
        .store
        .write(move |conn| {
            store::pipelines::set_deleted(conn, actor.user_id, &id, at)?;
            store::pipelines::get(conn, actor.user_id, &id)
        })
        .await
        .map_err(missing)?;
    super::triggers::saved(app, actor, &row).await?;
    app.bus.publish(Event::PipelineChanged { id: of_event });
    Ok(())
}

/// Its versions, newest first.
pub async fn versions(
    app: App,
    actor: Actor,
    params: PipelineIdParams,
) -> Result<Vec<PipelineVersion>, Error> {
    let rows =
        app.store.read(move |conn| store::pipelines::versions(conn, actor.user_id, &params.id)).await?;
    let version = |row: store::pipelines::VersionRow| PipelineVersion {
        number: row.number,
        hash: row.hash,
        label: row.label,
        created_at: row.created_at,
    };
    Ok(rows.into_iter().map(version).collect())
}

/// What a version says.
pub async fn version(app: App, actor: Actor, params: PipelineVersionParams) -> Result<PipelineFile, Error> {
    let definition = app
        .store
        .read(move |conn| {
            let rows = store::pipelines::versions(conn, actor.user_id, &params.id)?;
            let found = rows.into_iter().find(|row| row.number == params.number);
            let found = found.ok_or(store::Error::NotFound)?;
            store::pipelines::definition(conn, actor.user_id, &found.hash)
        })
        .await
        .map_err(|error| crate::conversations::missing(error, "version"))?;
    let looked = look(&app, definition.clone(), None).await?;
    Ok(PipelineFile { definition, requires: looked.requires })
}

/// What the definition as it is now may do.
pub async fn allow(app: App, actor: Actor, params: PipelineAllowParams) -> Result<PipelineView, Error> {
    let now = app.clock.now();
    let (id, allowed) = (params.id.clone(), json!(params.capabilities));
    let row = app
        .store
        .write(move |conn| {
            let row = store::pipelines::get(conn, actor.user_id, &id)?;
            let hash = row.hash.clone().ok_or(store::Error::Conflict)?;
            store::pipelines::allow(conn, actor.user_id, &hash, &allowed, now)?;
            Ok(row)
        })
        .await
        .map_err(|error| match error {
            store::Error::Conflict => Error::new(
                ErrorCode::Conflict,
                "The pipeline has faults, so there is nothing to allow yet. Mend them first.",
            ),
            other => missing(other),
        })?;
    app.bus.publish(Event::PipelineChanged { id: params.id });
    view(&app, actor, row).await
}

/// The file as it is given to others: no secrets, no pins unless asked for.
pub async fn export(app: App, actor: Actor, params: PipelineExportParams) -> Result<PipelineFile, Error> {
    let row = app
        .store
        .read(move |conn| store::pipelines::get(conn, actor.user_id, &params.id))
        .await
        .map_err(missing)?;
    let looked = look(&app, row.draft.clone(), None).await?;
    let mut definition = row.draft;
    if let Some(map) = definition.as_object_mut()
        && params.pins != Some(true)
    {
        map.remove("pins");
    }
    Ok(PipelineFile { definition, requires: looked.requires })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_becomes_an_id_that_a_file_may_have() {
        assert_eq!(slug("Summarise my  Inbox!"), "summarise-my-inbox");
        assert_eq!(
            (slug("3 ways"), slug("Ärger"), slug("…")),
            ("pipeline-3-ways".into(), "rger".into(), "pipeline".into())
        );
    }
}
