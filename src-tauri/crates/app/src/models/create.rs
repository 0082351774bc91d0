//! Makes a model in an Ollama: from another one or from files of this computer, with words of its own. As fields or as a
//! Modelfile's text, which mean the same.

use std::path::{Path, PathBuf};

use domain::{Actor, Job};
use engine::{BlobDigest, GgufHeader, GgufKind, library};
use llm::CreateRequest;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use ts_rs::TS;

use super::{
    hosts::{self, Host},
    modelfile::Modelfile,
    naming,
};
use crate::{
    App, Error,
    files::ChosenFile,
    jobs::{self, Reporter},
    ollama::SLUG,
};

/// The kind of a making's job.
pub(crate) const CREATE: &str = "model.create";

/// What Ollama quantises to.
const PACKINGS: [&str; 3] = ["q8_0", "q4_K_S", "q4_K_M"];

/// A model to be made.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", default)]
#[ts(optional_fields)]
pub struct ModelCreateParams {
    /// Its name, which no other model there has.
    pub name: String,
    /// The Ollama that it is made in, by the provider's short name; "ollama" when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub provider: Option<String>,
    /// The model there that it begins from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// The file that it begins from: the handle of a GGUF, of a split one that of the first part.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub handle: Option<String>,
    /// Its system prompt.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub system: Option<String>,
    /// How a conversation is written for it, in Go's template language.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub template: Option<String>,
    /// `num_ctx`, `temperature`, `stop` and so on.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(type = "Record<string, unknown>")]
    pub parameters: Option<Map<String, Value>>,
    /// The handle of a LoRA adapter in GGUF.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub adapter: Option<String>,
    /// "q8_0", "q4_K_S" or "q4_K_M", for a model in full precision.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quantize: Option<String>,
    /// A Modelfile's text, in place of `from` and the words; a handle goes before its FROM.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub modelfile: Option<String>,
}

/// What the job is told.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Recipe {
    host: String,
    name: String,
    from: Option<String>,
    /// Blobs that the engine has: file name → digest.
    blobs: Map<String, Value>,
    adapter_blobs: Map<String, Value>,
    files: Vec<PathBuf>,
    adapters: Vec<PathBuf>,
    /// Uploads of ours, removed at the end.
    temporary: Vec<PathBuf>,
    template: Option<String>,
    system: Option<String>,
    license: Option<String>,
    /// These three came later: what an earlier version began is still gone on with.
    #[serde(default)]
    renderer: Option<String>,
    #[serde(default)]
    parser: Option<String>,
    #[serde(default)]
    requires: Option<String>,
    parameters: Map<String, Value>,
    messages: Vec<Value>,
    quantize: Option<String>,
}

pub(super) async fn begin(app: &App, actor: Actor, params: ModelCreateParams) -> Result<Job, Error> {
    let host = hosts::host(app, actor, params.provider.as_deref().unwrap_or(SLUG)).await?;
    host.takes_models(app)?;
    let to = naming::free(app, actor, &host, &params.name).await?;
    let mut recipe = words(&params)?;
    recipe.host.clone_from(&host.provider.slug);
    to.name().clone_into(&mut recipe.name);
    if recipe.quantize.as_deref().is_some_and(|packing| !PACKINGS.contains(&packing)) {
        return Err(Error::invalid(format!("Quantise to {}.", PACKINGS.join(", "))));
    }
    // Handles work once: they are taken only when everything else is right.
    if params.handle.is_none() {
        begins_from(&host, &mut recipe).await?;
    }
    if let Some(handle) = &params.adapter {
        let file = app.files.take(handle)?;
        keep(&mut recipe.temporary, &file);
        recipe.adapters.push(file.path);
    }
    if let Some(handle) = &params.handle {
        recipe.from = None;
        let file = app.files.take(handle)?;
        keep(&mut recipe.temporary, &file);
        recipe.files = tokio::task::spawn_blocking(move || together(&file.path)).await.unwrap_or_default();
    }
    let title = recipe.name.clone();
    let payload = serde_json::to_value(&recipe).unwrap_or_default();
    let same = |known: &Value| known["host"] == payload["host"] && known["name"] == payload["name"];
    // What was asked for now is made, not what failed under the same name before.
    if let Some(before) = failed_before(app, actor, &same).await? {
        jobs::cancel(app.clone(), actor, jobs::JobIdParams { id: before }).await?;
    }
    jobs::begin(app, actor, CREATE, title, payload.clone(), same).await
}

async fn failed_before(
    app: &App,
    actor: Actor,
    same: &impl Fn(&Value) -> bool,
) -> Result<Option<domain::JobId>, Error> {
    use domain::JobStatus::{Failed, Waiting};
    let all = app.store.read(move |conn| store::jobs::list(conn, actor.user_id)).await?;
    let stands = |job: &Job| job.kind == CREATE && matches!(job.state.status, Failed | Waiting);
    Ok(all.into_iter().find(|job| stands(job) && same(&job.payload)).map(|job| job.id))
}

fn keep(temporary: &mut Vec<PathBuf>, file: &ChosenFile) {
    if file.temporary {
        temporary.push(file.path.clone());
    }
}

/// The words, from the fields or from the text.
fn words(params: &ModelCreateParams) -> Result<Recipe, Error> {
    let mut recipe = Recipe {
        host: String::new(),
        name: String::new(),
        from: params.from.clone().map(|from| from.trim().to_owned()).filter(|from| !from.is_empty()),
        blobs: Map::new(),
        adapter_blobs: Map::new(),
        files: Vec::new(),
        adapters: Vec::new(),
        temporary: Vec::new(),
        template: params.template.clone(),
        system: params.system.clone(),
        license: None,
        renderer: None,
        parser: None,
        requires: None,
        parameters: params.parameters.clone().unwrap_or_default(),
        messages: Vec::new(),
        quantize: params.quantize.clone().filter(|packing| !packing.is_empty()),
    };
    if let Some(text) = &params.modelfile {
        let file = Modelfile::parse(text)?;
        for (at, path) in file.adapters.iter().enumerate() {
            let digest = blob(path).ok_or_else(|| elsewhere("ADAPTER", path))?;
            recipe.adapter_blobs.insert(format!("{at}.gguf"), json!(digest.to_string()));
        }
        for (at, from) in file.from.iter().enumerate() {
            match blob(from) {
                Some(digest) => {
                    recipe.blobs.insert(format!("{at}.gguf"), json!(digest.to_string()));
                }
                None if params.handle.is_some() || !is_path(from) => recipe.from = Some(from.clone()),
                None => return Err(elsewhere("FROM", from)),
            }
        }
        recipe.template = file.template.or(recipe.template);
        recipe.system = file.system.or(recipe.system);
        recipe.license = file.license;
        recipe.renderer = file.renderer;
        recipe.parser = file.parser;
        recipe.requires = file.requires;
        recipe.messages = file.messages;
        recipe.parameters.extend(file.parameters);
    } else if params.from.is_none() && params.handle.is_none() {
        return Err(Error::invalid("Choose what the model begins from: another model, or a file."));
    }
    Ok(recipe)
}

/// The digest in "/m/blobs/sha256-…", as Ollama writes the files of its own models.
fn blob(path: &str) -> Option<BlobDigest> {
    BlobDigest::parse(Path::new(path).file_name()?.to_str()?)
}

fn is_path(text: &str) -> bool {
    text.starts_with(['.', '/', '~']) || text.contains('\\') || super::hub::is_model(text)
}

fn elsewhere(word: &str, path: &str) -> Error {
    let shown: String = path.chars().take(120).collect();
    Error::invalid(format!("{word} names a file ({shown}). Choose the file itself instead."))
}

/// What it begins from must be there: an engine would look for it at the registry.
async fn begins_from(host: &Host, recipe: &mut Recipe) -> Result<(), Error> {
    for digest in recipe.blobs.values().chain(recipe.adapter_blobs.values()).filter_map(Value::as_str) {
        if !host.ollama.has_blob(digest).await? {
            return Err(Error::new(
                domain::ErrorCode::NotFound,
                "A file that the Modelfile names is not among the engine's. Write the name of a model that is there.",
            ));
        }
    }
    let Some(from) = &recipe.from else { return Ok(()) };
    let name = engine::Reference::parse(from)?.short();
    match host.ollama.show(&name).await {
        Ok(_) => Ok(()),
        Err(llm::Error::ModelNotFound(_)) => Err(Error::new(
            domain::ErrorCode::ModelNotFound,
            format!(
                "There is no whole model {name} to begin from. Pull or repair it first, or choose another one."
            ),
        )),
        Err(error) => Err(error.into()),
    }
}

/// All files of the model: the parts of a split one, and the projector beside it where the engine takes that. Blocks.
fn together(first: &Path) -> Vec<PathBuf> {
    // One that is missing is told of by whoever reads them.
    let mut files = engine::parts_of(first);
    if files.len() > 1 {
        files.retain(|part| part.is_file());
    }
    files.extend(projector(first));
    files
}

/// The smallest file in the same folder that is called so, whose name begins as the model's does.
fn projector(model: &Path) -> Option<PathBuf> {
    let lower = |path: &Path| path.file_name().and_then(|name| name.to_str()).map(str::to_ascii_lowercase);
    let model_name = lower(model)?;
    let belongs = |path: &PathBuf| {
        lower(path).is_some_and(|name| {
            super::hub::is_model(&name)
                && name.find("mmproj").is_some_and(|at| model_name.starts_with(&name[..at]))
                && !model_name.contains("mmproj")
        })
    };
    let beside = std::fs::read_dir(model.parent()?).ok()?.flatten().map(|entry| entry.path());
    let size = |path: &PathBuf| std::fs::metadata(path).map_or(u64::MAX, |found| found.len());
    beside
        .filter(belongs)
        .filter(|path| matches!(GgufHeader::kind_of_file(path), Ok(GgufKind::Projector)))
        .min_by_key(size)
}

pub(crate) async fn run_create(
    app: &App,
    actor: Actor,
    job: &Job,
    reporter: &mut Reporter,
) -> Result<(), Error> {
    let recipe = read(job)?;
    let host = hosts::host(app, actor, &recipe.host).await?;
    host.takes_models(app)?;
    let request = CreateRequest {
        model: recipe.name.clone(),
        from: recipe.from.clone(),
        files: recipe.blobs.clone(),
        adapters: recipe.adapter_blobs.clone(),
        template: recipe.template.clone(),
        system: recipe.system.clone(),
        license: recipe.license.clone(),
        renderer: recipe.renderer.clone(),
        parser: recipe.parser.clone(),
        requires: recipe.requires.clone(),
        parameters: recipe.parameters.clone(),
        messages: recipe.messages.clone(),
        quantize: recipe.quantize.clone(),
    };
    let file = |path: &PathBuf| library::ImportFile { path: path.clone(), sha256: None };
    if recipe.files.is_empty() && recipe.adapters.is_empty() {
        let step = |words: String| reporter.phase(json!({ "type": "making", "words": words }));
        engine::create_in_ollama(&host.ollama, &request, step).await?;
    } else {
        let import = library::OllamaImport {
            files: recipe.files.iter().map(file).collect(),
            adapters: recipe.adapters.iter().map(file).collect(),
            request,
        };
        let folder = host.library(app, actor).await;
        let told = |phase: library::ImportPhase| tell(reporter, phase);
        engine::import_into_ollama(&host.ollama, folder.as_ref(), &import, told).await?;
    }
    discard_create(job).await;
    app.models_changed(&recipe.host);
    Ok(())
}

pub(super) fn tell(reporter: &mut Reporter, phase: library::ImportPhase) {
    match phase {
        library::ImportPhase::Reading { done, total } => {
            reporter.phase(json!({ "type": "reading" }));
            reporter.progress(done, total, None);
        }
        library::ImportPhase::Uploading { done, total } => {
            reporter.phase(json!({ "type": "uploading" }));
            reporter.progress(done, total, None);
        }
        library::ImportPhase::Making(words) => reporter.phase(json!({ "type": "making", "words": words })),
    }
}

fn read(job: &Job) -> Result<Recipe, Error> {
    serde_json::from_value(job.payload.clone()).map_err(|error| {
        Error::new(
            domain::ErrorCode::Internal,
            "This was begun by another version of Web+. Cancel it and make the model again.",
        )
        .caused_by(error)
    })
}

/// Removes the uploads that it was made of.
pub(crate) async fn discard_create(job: &Job) {
    let Ok(recipe) = read(job) else { return };
    for path in recipe.temporary {
        // Swept at the next start if it stays.
        let _ = tokio::fs::remove_file(path).await;
    }
}
