//! Pipelines as they are kept: drafts, versions, what each is allowed.

mod keep;

use std::collections::{BTreeSet, HashMap};

use domain::{Actor, ErrorCode};
use pipeline::{Capability, Definition, Fault, Severity};
use serde_json::{Value, json};
use store::pipelines::PipelineRow;

use super::{
    PipelineAllowParams, PipelineCreateParams, PipelineExportParams, PipelineFile, PipelineIdParams,
    PipelineSaveParams, PipelineSummary, PipelineVersion, PipelineVersionParams, PipelineView, Requires,
    around::Around, files, templates,
};
use crate::{App, Error, api::Nothing, events::Event};
pub(crate) use keep::{Kept, MAX_DEFINITION, checked_id, keep};

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

/// Reads and checks a file, by what there is around it.
pub(crate) async fn look(app: &App, json: Value, around: Around) -> Result<Looked, Error> {
    app.pipelines
        .evaluator
        .run(move || match pipeline::examine(&json, &around.known()) {
            (None, faults) => Looked { faults, hash: None, requires: Requires::default(), triggers: 0 },
            (Some(definition), faults) => Looked {
                faults,
                hash: Some(pipeline::hash(&json)),
                requires: requires(&definition),
                triggers: definition.triggers.len() as u32,
            },
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
        let looked = look(&app, row.draft, Around::pipelines(ids.clone())).await?;
        found.push(PipelineSummary {
            last_run: newest.remove(&row.id),
            id: row.id,
            name: row.name,
            description,
            faults: looked.errors(),
            triggers: looked.triggers,
            hash: row.hash,
            updated_at: row.updated_at,
            file_problem: app.pipelines.files.problem(row.file.as_deref()),
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
    let around = Around::of(app, actor, &row.draft).await?;
    let (versions, allowed) = app
        .store
        .read(move |conn| {
            let allowed = match &hash {
                Some(hash) => store::pipelines::allowed(conn, actor.user_id, hash)?,
                None => None,
            };
            Ok((store::pipelines::versions(conn, actor.user_id, &id)?, allowed))
        })
        .await?;
    let looked = look(app, row.draft.clone(), around).await?;
    let revision = files::revision(app, &row);
    Ok(PipelineView {
        id: row.id,
        name: row.name,
        revision,
        definition: row.draft,
        hash: row.hash,
        faults: looked.faults,
        version: versions.first().map(|version| version.number),
        requires: looked.requires,
        allowed: allowed.and_then(|allowed| serde_json::from_value(allowed).ok()).unwrap_or_default(),
        file_problem: app.pipelines.files.problem(row.file.as_deref()),
        file: row.file,
    })
}

/// Keeps a file, faults and all. What it would do differently makes a new version; where boxes stand doesn't. Where the
/// pipeline is read from a file, that is written too.
pub async fn save(app: App, actor: Actor, params: PipelineSaveParams) -> Result<PipelineView, Error> {
    let label = params.label.unwrap_or_default();
    let row = files::save(&app, actor, params.definition, label, params.base).await?;
    view(&app, actor, row).await
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
    let row = keep(&app, actor, definition, Kept::by_person(String::new())).await?;
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
    if let Some(file) = row.file.as_deref().filter(|_| !deleted) {
        app.pipelines.files.forget(file);
    }
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
    let looked = look(&app, definition.clone(), Around::default()).await?;
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
    let looked = look(&app, row.draft.clone(), Around::default()).await?;
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
