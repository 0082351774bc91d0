//! From a provider's row to something that can be asked; and the Ollama that is found by itself.

use std::sync::Arc;

use domain::{Actor, ErrorCode, KeySource, Provider, ProviderId, ProviderKind, Secret};

use super::{address, changed, keyless};
use crate::{App, Error, secrets};

/// The setting that says that an Ollama was found and added.
const OLLAMA_FOUND: &str = "ollama.found";

/// Something that can be asked, with the provider's key as it is now.
pub(crate) async fn client(app: &App, provider: &Provider) -> Result<Arc<dyn llm::Provider>, Error> {
    if let Some(scripted) = app.options.scripted_provider(provider) {
        return Ok(scripted);
    }
    if provider.kind == ProviderKind::Embedded {
        return app.embedded().map(|engine| Arc::new(engine) as Arc<dyn llm::Provider>);
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

/// Looks, in the background, for an Ollama server that identifies itself, and adds it once.
pub(crate) fn find_ollama(app: &App) {
    let Some(address) = app.options.ollama.clone().filter(|_| app.condition().is_writable()) else { return };
    let app = app.clone();
    let tasks = app.tasks.clone();
    tasks.spawn("find-ollama", |shutdown| async move {
        let looked = async {
            let known = app.store.read(|conn| store::providers::list(conn, Actor::LOCAL.user_id)).await?;
            let looked =
                app.store.read(|conn| store::settings::get(conn, Actor::LOCAL.user_id, OLLAMA_FOUND)).await?;
            // Found once is enough: a person who removed it doesn't want it back.
            if looked.is_some() || known.iter().any(|provider| provider.kind == ProviderKind::Ollama) {
                return Ok(());
            }
            if nobody_listens(&address).await {
                return Ok(());
            }
            let Ok(found) = llm::Ollama::new(app.http.clone(), &address) else { return Ok(()) };
            if found.identify().await.is_err() {
                return Ok(());
            }
            let provider = keyless(
                ProviderId::new(app.clock.now()),
                "ollama",
                "Ollama",
                ProviderKind::Ollama,
                address.clone(),
            );
            app.store
                .write(move |conn| {
                    store::settings::set(
                        conn,
                        Actor::LOCAL.user_id,
                        OLLAMA_FOUND,
                        &serde_json::Value::Bool(true),
                    )?;
                    store::providers::insert(conn, Actor::LOCAL.user_id, &provider)
                })
                .await?;
            changed(&app);
            Ok::<(), store::Error>(())
        };
        tokio::select! {
            () = shutdown.cancelled() => {}
            result = looked => if let Err(error) = result {
                tracing::warn!(%error, "a found Ollama server could not be added");
            }
        }
    });
}

/// Whether a port of this computer is closed: then no client is made, which would read all certificates first.
async fn nobody_listens(address: &str) -> bool {
    let Ok(url) = url::Url::parse(address) else { return false };
    let (Some(host), Some(port)) = (url.host_str(), url.port_or_known_default()) else { return false };
    let here = host == "localhost" || host.parse::<std::net::Ipv4Addr>().is_ok_and(|ip| ip.is_loopback());
    here && tokio::net::TcpStream::connect((host, port)).await.is_err()
}
