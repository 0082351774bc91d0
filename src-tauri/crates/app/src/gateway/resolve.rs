//! From "provider/name" to something that can be asked.

use std::sync::Arc;

use domain::{Actor, ErrorCode, Model, ModelRef, ParameterName, Parameters, Price, Provider, ProviderKind};

use crate::{
    App, Error,
    models::{self, LoadSettings},
    ollama, providers,
};

/// A model that can be asked.
#[derive(Clone)]
pub struct Resolved {
    /// The model, with what it supports.
    pub model: Model,
    /// Who is asked.
    pub provider: Arc<dyn llm::Provider>,
    /// The provider's configuration.
    pub config: Provider,
    /// Whether it runs on this computer and costs nothing.
    pub free: bool,
    /// Whether it is a model of the Ollama that Web+ looks after.
    pub managed: bool,
}

/// Finds the provider, its key and the model's facts.
pub async fn resolve(app: &App, actor: Actor, model: &ModelRef) -> Result<Resolved, Error> {
    find(app, actor, model, false).await
}

/// The same for a call that is about to be made: an engine of ours that rests is started, one that starts is waited for.
pub async fn resolve_for_call(app: &App, actor: Actor, model: &ModelRef) -> Result<Resolved, Error> {
    find(app, actor, model, true).await
}

async fn find(app: &App, actor: Actor, model: &ModelRef, start: bool) -> Result<Resolved, Error> {
    let (mut config, load) = match row(app, actor, model).await {
        // It may be found this very moment.
        Err(store::Error::NotFound) if start && ollama::seen(app, model.provider()).await => {
            row(app, actor, model).await
        }
        found => found,
    }
    .map_err(|error| match error {
        store::Error::NotFound => Error::new(
            ErrorCode::ModelNotFound,
            format!(
                "There is no provider \"{}\". Add it under Models, or choose another model.",
                model.provider()
            ),
        ),
        other => other.into(),
    })?;
    if !config.enabled {
        return Err(Error::invalid(format!(
            "{} is switched off. Switch it on under Settings, Providers.",
            config.name
        )));
    }
    let managed = app.ollama.looks_after(&config);
    if managed && start {
        ollama::ready(app).await?;
    }
    let mut provider = providers::client(app, &config).await?;
    let mut facts = app.shelf.find(&config, &provider, model).await?;
    if config.kind == ProviderKind::Ollama {
        let load = load_of(app, actor, model, &facts.id, load).await?;
        loaded_as_chosen(&mut facts, &mut provider, &load);
    }
    let free = matches!(config.kind, ProviderKind::Embedded | ProviderKind::Ollama);
    if managed {
        config.base_url = app.ollama.address()?;
    }
    Ok(Resolved { model: facts, provider, config, free, managed })
}

/// The provider, and what the person chose for the model's loading.
async fn row(app: &App, actor: Actor, model: &ModelRef) -> Result<(Provider, LoadSettings), store::Error> {
    let model = model.clone();
    app.store
        .read(move |conn| {
            let provider = store::providers::get_by_slug(conn, actor.user_id, model.provider())?;
            Ok((provider, models::remembered(conn, actor, &model)?))
        })
        .await
}

/// A model may have been asked for by a shorter name than the one that its settings are kept under.
async fn load_of(
    app: &App,
    actor: Actor,
    asked: &ModelRef,
    id: &ModelRef,
    load: LoadSettings,
) -> Result<LoadSettings, Error> {
    if asked == id {
        return Ok(load);
    }
    let id = id.clone();
    Ok(app.store.read(move |conn| models::remembered(conn, actor, &id)).await?)
}

/// An answer that asks for other settings than the model was loaded with loads it again: every call asks for the same.
fn loaded_as_chosen(facts: &mut Model, provider: &mut Arc<dyn llm::Provider>, load: &LoadSettings) {
    if let Some(loading) = provider.loading(load.ollama()) {
        *provider = loading;
    }
    load.show_in(facts);
}

impl Resolved {
    /// What a call with so many prompt tokens costs, where known. Prices are of vendors, so a vendor's row that was moved to
    /// another address has none.
    pub(crate) fn price(&self, prompt_tokens: u64) -> Option<Price> {
        let vendor = llm::catalog::vendors().iter().find(|vendor| vendor.base_url == self.config.base_url)?;
        llm::catalog::price(&vendor.slug, self.model.id.name(), prompt_tokens)
    }
}

/// Refuses parameters that the model doesn't support, by name.
pub(super) fn check_parameters(model: &Model, parameters: &Parameters) -> Result<(), Error> {
    let set = [
        (ParameterName::Temperature, parameters.temperature),
        (ParameterName::TopP, parameters.top_p),
        (ParameterName::TopK, parameters.top_k.map(f64::from)),
        (ParameterName::MaxTokens, parameters.max_tokens.map(f64::from)),
        (ParameterName::ContextSize, parameters.context_size.map(f64::from)),
        (ParameterName::Seed, parameters.seed.map(|_| 0.0)),
        (ParameterName::Stop, (!parameters.stop.is_empty()).then_some(0.0)),
        (ParameterName::ReasoningEffort, parameters.reasoning_effort.map(|_| 0.0)),
        (ParameterName::JsonSchema, parameters.json_schema.as_ref().map(|_| 0.0)),
    ];
    for (name, value) in set {
        let Some(value) = value else { continue };
        let label = label(name);
        let Some(spec) = model.parameters.iter().find(|spec| spec.name == name) else {
            return Err(Error::invalid(format!(
                "{} does not support {label}. Clear it in the side panel and send again.",
                model.name
            )));
        };
        if spec.min.is_some_and(|min| value < min)
            || spec.max.is_some_and(|max| value > max)
            || value.is_nan()
        {
            let range = match (spec.min, spec.max) {
                (Some(min), Some(max)) => format!("between {min} and {max}"),
                (Some(min), None) => format!("at least {min}"),
                (None, Some(max)) => format!("at most {max}"),
                (None, None) => "a number".to_owned(),
            };
            return Err(Error::invalid(format!("{label} must be {range} for {}.", model.name)));
        }
    }
    Ok(())
}

fn label(name: ParameterName) -> &'static str {
    match name {
        ParameterName::Temperature => "temperature",
        ParameterName::TopP => "top-p",
        ParameterName::TopK => "top-k",
        ParameterName::MaxTokens => "max tokens",
        ParameterName::ContextSize => "context size",
        ParameterName::Seed => "seed",
        ParameterName::Stop => "stop sequences",
        ParameterName::ReasoningEffort => "reasoning effort",
        ParameterName::JsonSchema => "JSON schema",
    }
}
