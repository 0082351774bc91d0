//! From a provider's row to something that can be asked.

use std::sync::Arc;

use domain::{ErrorCode, KeySource, Provider, ProviderKind, Secret};

use super::address;
use crate::{App, Error, ollama, secrets};

/// Something that can be asked, with the provider's key as it is now.
pub(crate) async fn client(app: &App, provider: &Provider) -> Result<Arc<dyn llm::Provider>, Error> {
    if let Some(scripted) = app.options.scripted_provider(provider) {
        return Ok(scripted);
    }
    if provider.kind == ProviderKind::Embedded {
        return app.embedded().map(|engine| Arc::new(engine) as Arc<dyn llm::Provider>);
    }
    if app.ollama.looks_after(provider) {
        let there = Provider { base_url: app.ollama.address()?, ..provider.clone() };
        return app.clients.get_or_make(&there, None, |_| ollama::client(app, &there.base_url));
    }
    let key = key(app, provider).await?;
    app.clients.get_or_make(provider, key, |key| make(app, provider, key))
}

fn make(app: &App, provider: &Provider, key: Option<Secret>) -> Result<Arc<dyn llm::Provider>, Error> {
    let (url, slug) = (provider.base_url.as_str(), provider.slug.as_str());
    let http = app.http.with_first_byte_timeout(app.first_token_timeout());
    Ok(match provider.kind {
        ProviderKind::Openai => Arc::new(llm::OpenAi::new(http, url, key, llm::Flavour::OpenAi)?.named(slug)),
        ProviderKind::OpenaiCompatible => {
            Arc::new(llm::OpenAi::new(http, url, key, llm::Flavour::of(url))?.named(slug))
        }
        ProviderKind::Anthropic => Arc::new(llm::Anthropic::new(http, url, key)?.named(slug)),
        ProviderKind::Ollama => Arc::new(llm::Ollama::new(http, url)?.named(slug)),
        ProviderKind::Embedded => {
            return Err(Error::new(ErrorCode::EngineUnavailable, "The built-in engine is not here."));
        }
    })
}

async fn key(app: &App, provider: &Provider) -> Result<Option<Secret>, Error> {
    if provider.key_source == KeySource::None {
        return Ok(None);
    }
    let origin = address::origin(&provider.base_url)?;
    let again = format!("Enter the key of {} again under Settings, Providers.", provider.name);
    if provider.key_origin.as_ref() != Some(&origin) {
        return Err(Error::new(
            ErrorCode::ProviderAuth,
            format!("The key was entered for another address. {again}"),
        ));
    }
    match app.secrets.get(&provider.key_source, secrets::handle(provider.id, &origin)).await? {
        Some(key) => Ok(Some(key)),
        None => Err(Error::new(
            ErrorCode::ProviderAuth,
            match &provider.key_source {
                KeySource::Env { name } => {
                    format!("The variable {name} is not set. Set it and start Web+ again.")
                }
                KeySource::Session => format!("The key was kept for the last session only. {again}"),
                _ => format!("The key is no longer where it was kept. {again}"),
            },
        )),
    }
}
