//! What models really took of memory, kept between starts: the next estimate of the same model is corrected by it.
//!
//! Learned from what an Ollama of our own writes into its log about each load, and from the built-in engine's process once it
//! has answered. One that somebody else runs is not learned from: what it tells leaves parts out.

use std::{
    path::Path,
    sync::{Mutex, PoisonError},
};

use domain::Actor;
use engine::{Buffers, Corrections, EstimateOptions, Factors, GgufHeader, LoadedModel};

use crate::App;

/// The setting that holds it.
const SETTING: &str = "memory.learned";

/// What was learned.
#[derive(Default)]
pub(crate) struct Learned(Mutex<Corrections>);

impl Learned {
    /// What holds for one model; `model` is the digest of its file.
    pub(crate) fn of(&self, model: &str, header: &GgufHeader) -> Factors {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.of(model, header.quantization.as_deref())
    }

    /// Learns, and tells what is to be kept if that is something new.
    fn learn(&self, lesson: impl FnOnce(&mut Corrections)) -> Option<serde_json::Value> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let before = known.clone();
        lesson(&mut known);
        (*known != before).then(|| serde_json::to_value(&*known).unwrap_or_default())
    }
}

/// Takes what earlier starts learned.
pub(crate) async fn remember(app: &App) {
    let kept = app.store.read(|conn| store::settings::get(conn, Actor::LOCAL.user_id, SETTING)).await;
    match kept {
        Ok(Some(kept)) => {
            // What another version kept is learned anew.
            if let Ok(kept) = serde_json::from_value(kept) {
                *app.learned.0.lock().unwrap_or_else(PoisonError::into_inner) = kept;
            }
        }
        Ok(None) => {}
        Err(error) => tracing::warn!(%error, "what models took of memory could not be read"),
    }
}

/// The digest in the name of a file of an Ollama.
pub(crate) fn digest_of(file: &Path) -> String {
    file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

/// From a load of an Ollama of our own: its file, how it was loaded, and the buffers that its log names.
pub(crate) async fn from_log(app: &App, file: &Path, options: &EstimateOptions, measured: Buffers) {
    let (path, options) = (file.to_owned(), *options);
    let read = tokio::task::spawn_blocking(move || GgufHeader::of_file(&path).ok()).await;
    let Ok(Some(header)) = read else { return };
    let estimate = engine::estimate_with(&header, &options);
    let (model, quantization) = (digest_of(file), header.quantization.as_deref());
    let lesson = |known: &mut Corrections| {
        known.learn(&model, quantization, options.context, &estimate, &measured);
    };
    keep(app, app.learned.learn(lesson)).await;
}

/// From the built-in engine's process after an answer.
pub(crate) async fn from_process(app: &App, loaded: &LoadedModel) {
    let Ok(engine) = app.embedded() else { return };
    let models = engine.local_models();
    let Some(model) = models.iter().find(|model| model.name == loaded.name) else { return };
    // What lies on a GPU isn't the process's.
    if !loaded.answered || loaded.gpu_layers > 0 || loaded.memory == 0 {
        return;
    }
    let estimate = engine::estimate(&model.header, model.size, loaded.context);
    let quantization = model.header.quantization.as_deref();
    let lesson = |known: &mut Corrections| {
        known.learn_used(&model.content, quantization, loaded.context, &estimate, loaded.memory);
    };
    let news = app.learned.learn(lesson);
    let is_new = news.is_some();
    keep(app, news).await;
    if is_new && let Err(error) = super::refresh_local(app, Actor::LOCAL).await {
        tracing::warn!(%error, "the models on this computer could not be listed");
    }
}

async fn keep(app: &App, news: Option<serde_json::Value>) {
    let Some(news) = news else { return };
    let kept =
        app.store.write(move |conn| store::settings::set(conn, Actor::LOCAL.user_id, SETTING, &news)).await;
    if let Err(error) = kept {
        tracing::warn!(%error, "what a model took of memory could not be kept");
    }
}
