//! The built-in engine's models: files in our folder, their facts in the database.

use domain::{Actor, ErrorCode, ModelRef};
use engine::{GgufHeader, Imported, LoadOptions, LocalModel, embedded::PROVIDER};
use serde_json::json;
use store::models::ModelRecord;

use super::{LoadSettings, ModelStartParams, load_settings};
use crate::{App, Error, conversations::missing, files::ChosenFile};

/// The small model that `cargo xtask` puts in place, known by its content: good for trying things out only.
const TEST_SIZE: &[&str] = &["b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"];

/// Gives the engine its list, from the database and the files as they are.
pub(crate) async fn refresh_local(app: &App, actor: Actor) -> Result<(), Error> {
    let Ok(engine) = app.embedded() else { return Ok(()) };
    let records = app.store.read(move |conn| store::models::list(conn, actor.user_id)).await?;
    let folder = app.models_dir();
    let learner = app.clone();
    let models = tokio::task::spawn_blocking(move || {
        records.into_iter().filter_map(|record| known(&learner, record, &folder)).collect()
    })
    .await
    .map_err(|error| {
        Error::new(ErrorCode::Internal, "The models' files could not be looked at.").caused_by(error)
    })?;
    engine.set_models(models);
    app.models_changed(PROVIDER);
    Ok(())
}

fn known(app: &App, record: ModelRecord, folder: &std::path::Path) -> Option<LocalModel> {
    if record.model.provider() != PROVIDER {
        return None;
    }
    let path = folder.join(record.path.as_deref()?);
    let header: GgufHeader = serde_json::from_value(record.header?).ok()?;
    let size = record.size.unwrap_or_default();
    let damaged = LocalModel::fault(&path, size);
    let content = record.sha256.unwrap_or_default();
    let chosen: LoadSettings = serde_json::from_value(record.load_settings).unwrap_or_default();
    Some(LocalModel {
        name: record.model.name().to_owned(),
        path,
        size,
        learned: app.learned.of(&content, &header),
        display_name: header.name.clone().unwrap_or_else(|| record.model.name().to_owned()),
        header,
        test_size: record.test_size,
        context: chosen.context,
        gpu_layers: chosen.gpu_layers,
        threads: chosen.threads,
        content,
        force: false,
        damaged,
    })
}

/// Copies a chosen file into our folder and notes it.
pub(super) async fn import(app: &App, actor: Actor, file: &ChosenFile) -> Result<ModelRef, Error> {
    let imported = engine::import_gguf(&file.path, &app.models_dir(), |_, _| {}).await?;
    note(app, actor, imported, None).await
}

/// Notes a model whose file is in our folder now.
pub(super) async fn note(
    app: &App,
    actor: Actor,
    imported: Imported,
    origin: Option<String>,
) -> Result<ModelRef, Error> {
    let model = ModelRef::new(PROVIDER, &imported.name).map_err(|error| {
        Error::new(ErrorCode::Internal, "The model's file has no usable name.").caused_by(error)
    })?;
    let record = ModelRecord {
        model: model.clone(),
        path: imported.file.file_name().map(|name| name.to_string_lossy().into_owned()),
        origin,
        test_size: TEST_SIZE.contains(&imported.sha256.as_str()),
        sha256: Some(imported.sha256),
        size: Some(imported.size),
        header: serde_json::to_value(&imported.header).ok(),
        load_settings: json!({}),
        updated_at: app.clock.now(),
    };
    app.store
        .write(move |conn| match store::models::get(conn, actor.user_id, &record.model) {
            // Known already: what the person chose for it stays.
            Ok(known) => store::models::upsert(
                conn,
                actor.user_id,
                &ModelRecord { load_settings: known.load_settings, ..record },
            ),
            Err(store::Error::NotFound) => store::models::upsert(conn, actor.user_id, &record),
            Err(error) => Err(error),
        })
        .await?;
    refresh_local(app, actor).await?;
    Ok(model)
}

/// Removes it with its file; tells the bytes that this freed.
pub(super) async fn remove(app: &App, actor: Actor, id: &ModelRef) -> Result<u64, Error> {
    if let Ok(engine) = app.embedded()
        && engine.loaded().is_some_and(|loaded| loaded.name == id.name())
    {
        engine.unload().await;
    }
    let wanted = id.clone();
    let record = app
        .store
        .write(move |conn| {
            let record = store::models::get(conn, actor.user_id, &wanted)?;
            store::models::delete(conn, actor.user_id, &wanted)?;
            Ok(record)
        })
        .await
        .map_err(|error| missing(error, "model"))?;
    let mut freed = 0;
    if let Some(name) = record.path {
        for path in engine::parts_of(&app.models_dir().join(name)) {
            let size = tokio::fs::metadata(&path).await.map_or(0, |found| found.len());
            match tokio::fs::remove_file(&path).await {
                Ok(()) => freed += size,
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
                Err(error) => {
                    tracing::warn!(%error, model = %id, "a removed model's file could not be deleted");
                }
            }
        }
    }
    refresh_local(app, actor).await?;
    Ok(freed)
}

pub(super) async fn start(app: &App, actor: Actor, params: &ModelStartParams) -> Result<(), Error> {
    if params.context.is_some() {
        load_settings::remember_context(app, actor, &params.id, params.context).await?;
        refresh_local(app, actor).await?;
    }
    let chosen = load_settings::of(app, actor, &params.id).await?;
    let options = LoadOptions {
        context: params.context,
        gpu_layers: chosen.gpu_layers,
        threads: chosen.threads,
        force: params.force.unwrap_or(false),
    };
    app.embedded()?.load(params.id.name(), options).await?;
    app.models_changed(PROVIDER);
    Ok(())
}
