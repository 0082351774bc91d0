//! Whether a model fits into the memory that is free, before it is loaded: on a processor Ollama itself never asks.

use std::path::PathBuf;

use domain::{ErrorCode, Model, ModelState};
use engine::{
    EstimateOptions, GgufHeader, Hardware, KvType, Library, MemoryEstimate,
    ollama::{KvCache, OllamaSettings, OllamaState},
};
use tokio::time::timeout;

use super::client::GLANCE;
use crate::{App, Error, gateway::Resolved, models};

/// What Ollama loads a model with where nobody says otherwise, in tokens.
const USUAL_CONTEXT: u32 = 4096;

/// The same before a call to a model, which loads one that isn't in memory without being told to.
pub(crate) async fn check_call(app: &App, resolved: &Resolved, context: Option<u32>) -> Result<(), Error> {
    if !resolved.managed || !matches!(resolved.model.state, ModelState::OnDisk | ModelState::Loaded { .. }) {
        return Ok(());
    }
    let client = llm::Ollama::new(app.http.with_first_byte_timeout(GLANCE), &resolved.config.base_url)?;
    if resolved.model.state == ModelState::OnDisk {
        // What is known of it may be some seconds old; in memory by now, it has what it takes already.
        let Ok(Ok(loaded)) = timeout(GLANCE, client.loaded()).await else { return Ok(()) };
        if loaded.iter().any(|loaded| loaded.name == resolved.model.id.name()) {
            return Ok(());
        }
    }
    check(app, &client, &resolved.model, context).await
}

/// Refuses a model that takes more memory than is free, with the numbers. What can't be reckoned is not refused.
pub(super) async fn check(
    app: &App,
    client: &llm::Ollama,
    model: &Model,
    context: Option<u32>,
) -> Result<(), Error> {
    // With a GPU the engine decides what goes where, and makes room itself.
    if let OllamaState::Ready { devices, .. } = app.ollama.state()
        && devices.iter().any(|device| device.library != "cpu")
    {
        return Ok(());
    }
    let settings = running(app);
    let in_memory = match &model.state {
        ModelState::Loaded { context: now, .. } if context.is_none_or(|context| context == *now) => {
            return Ok(());
        }
        ModelState::Loaded { memory, .. } => *memory,
        _ => 0,
    };
    let Ok(Some(file)) = client.show(model.id.name()).await.map(|shown| shown.file) else { return Ok(()) };
    let folder = match app.ollama.state() {
        OllamaState::Ready { folder, .. } => folder.filter(|folder| folder.readable),
        _ => None,
    };
    let reference = engine::Reference::parse(model.id.name()).ok();
    let context = context.or(model.default_context).unwrap_or_else(|| usual_context(&settings));
    let app = app.clone();
    let reckoned = tokio::task::spawn_blocking(move || {
        let file = PathBuf::from(file);
        let header = GgufHeader::of_file(&file).ok()?;
        let factor = app.learned.of(&models::digest_of(&file), &header).at(context);
        let library = folder.and_then(|folder| Library::open(&PathBuf::from(folder.path)).ok());
        let beside = library.zip(reference);
        let extra_weights = beside.map_or(0, |(library, name)| models::weights_beside(&library, &name));
        let options = EstimateOptions { extra_weights, ..options(&settings, context) };
        let estimate = engine::estimate_with(&header, &options).corrected(factor);
        Some((estimate, Hardware::measure()))
    });
    let Ok(Some((estimate, hardware))) = reckoned.await else { return Ok(()) };
    match refusal(&model.name, context, &estimate, hardware.available_memory.saturating_add(in_memory)) {
        Some(sentence) => Err(Error::new(ErrorCode::OutOfMemory, sentence)),
        None => Ok(()),
    }
}

/// How the one that is looked after runs. Of somebody else's nothing is known: it is taken for a usual one.
pub(crate) fn running(app: &App) -> OllamaSettings {
    match app.ollama.supervisor() {
        Ok(supervisor) if app.ollama.is_own() => supervisor.running_settings(),
        // How much it keeps of earlier prompts isn't known either.
        _ => OllamaSettings { prompt_cache_mib: 0, ..OllamaSettings::default() },
    }
}

/// What it loads a model with where nobody says otherwise, in tokens.
pub(crate) fn usual_context(settings: &OllamaSettings) -> u32 {
    match settings.context_length {
        0 => USUAL_CONTEXT,
        tokens => tokens,
    }
}

/// As an Ollama with these settings loads it.
pub(crate) fn options(settings: &OllamaSettings, context: u32) -> EstimateOptions {
    let kept = match settings.kv_cache {
        KvCache::F16 => KvType::F16,
        KvCache::Q8_0 => KvType::Q8,
        KvCache::Q4_0 => KvType::Q4,
    };
    EstimateOptions {
        parallel: settings.parallel,
        kv_key: kept,
        kv_value: kept,
        prompt_cache: u64::from(settings.prompt_cache_mib) << 20,
        ..EstimateOptions::ollama(context)
    }
}

fn refusal(name: &str, context: u32, estimate: &MemoryEstimate, free: u64) -> Option<String> {
    let gib = |bytes: u64| bytes as f64 / f64::from(1 << 30);
    (estimate.total > free).then(|| {
        format!(
            "{name} needs about {:.1} GiB of memory with {context} tokens of context, and {:.1} GiB are free. Choose a smaller context, unload another model, or start it all the same.",
            gib(estimate.total),
            gib(free)
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_model_that_is_too_large_is_refused_with_both_numbers() {
        let estimate = MemoryEstimate {
            weights: 4 << 30,
            kv: 1 << 30,
            output: 0,
            compute: 0,
            process: 0,
            reserved: 0,
            prompt_cache: 0,
            total: 5 << 30,
            known: true,
        };
        let sentence = refusal("big", 8192, &estimate, 3 << 30).unwrap_or_default();
        assert!(
            sentence.contains("5.0 GiB") && sentence.contains("3.0 GiB") && sentence.contains("8192"),
            "{sentence}"
        );
        assert_eq!(refusal("big", 8192, &estimate, 5 << 30), None);
    }
}
