//! Providers and their keys: added, tested, changed, removed. A key goes straight to where it is kept and is never shown again.

use std::sync::Arc;

use domain::{Actor, ErrorCode, KeySource, KeyState, Provider, ProviderId, ProviderKind, Secret};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{App, Error, api::Nothing, conversations::missing, events::Event, secrets};

/// Which provider.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ProviderIdParams {
    /// The provider.
    pub id: ProviderId,
}

/// A key as it was typed: read once from the wire, never written.
#[derive(Clone, Deserialize, TS)]
#[serde(transparent)]
#[ts(type = "string")]
pub struct TypedKey(String);

impl std::fmt::Debug for TypedKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TypedKey(…)")
    }
}

/// Where a typed key is to be kept.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum KeepKey {
    /// In the operating system's keychain; an error where there is none.
    #[default]
    Keychain,
    /// In the vault, where its passphrase was given.
    Vault,
    /// In memory until Web+ ends.
    Session,
}

/// A provider to be added.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(optional_fields)]
pub struct ProviderAddParams {
    /// A vendor of the catalogue; or give `kind` and `baseUrl`.
    #[serde(default)]
    pub vendor: Option<String>,
    /// Which protocol, without a vendor.
    #[serde(default)]
    pub kind: Option<ProviderKind>,
    /// What the person sees; the vendor's name unless told.
    #[serde(default)]
    pub name: Option<String>,
    /// Where it is; the vendor's address unless told.
    #[serde(default)]
    pub base_url: Option<String>,
    /// Its key, as typed.
    #[serde(default)]
    pub key: Option<TypedKey>,
    /// Where to keep the key.
    #[serde(default)]
    pub keep: KeepKey,
    /// The name of an environment variable that holds the key, in place of `key`.
    #[serde(default)]
    pub key_env: Option<String>,
}

/// What to change; absent fields stay.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(optional_fields)]
pub struct ProviderUpdateParams {
    /// The provider.
    pub id: ProviderId,
    /// What the person sees.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Where it is. Another origin (scheme, host, port) needs its key entered anew.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base_url: Option<String>,
    /// Whether its models are offered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub enabled: Option<bool>,
}

/// A key to be kept for a provider, in place of the one before.
#[derive(Debug, Clone, Deserialize, TS)]
#[ts(optional_fields)]
pub struct ProviderSetKeyParams {
    /// The provider.
    pub id: ProviderId,
    /// Its key, as typed.
    pub key: TypedKey,
    /// Where to keep it.
    #[serde(default)]
    pub keep: KeepKey,
}

/// What a test of the connection found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(optional_fields)]
pub struct ProviderTest {
    /// What answers there, where it tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub server: Option<String>,
    /// How many models it offers.
    pub models: usize,
}

/// A vendor of the catalogue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(optional_fields)]
pub struct Vendor {
    /// Its slug.
    pub slug: String,
    /// What the person sees.
    pub name: String,
    /// Which protocol it speaks.
    pub kind: ProviderKind,
    /// Where it is.
    pub base_url: String,
    /// Where a person gets a key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key_url: Option<String>,
    /// Whether it needs a key.
    pub needs_key: bool,
}

/// All providers, with the state of their keys as it is now.
pub async fn list(app: App, actor: Actor, _params: Nothing) -> Result<Vec<Provider>, Error> {
    let mut providers = app.store.read(move |conn| store::providers::list(conn, actor.user_id)).await?;
    for provider in &mut providers {
        provider.key_state = app.secrets.state(provider).await;
    }
    Ok(providers)
}

/// The catalogue of vendors.
pub async fn vendors(_app: App, _actor: Actor, _params: Nothing) -> Result<Vec<Vendor>, Error> {
    Ok(llm::catalog::vendors()
        .iter()
        .map(|vendor| Vendor {
            slug: vendor.slug.clone(),
            name: vendor.name.clone(),
            kind: vendor.kind,
            base_url: vendor.base_url.clone(),
            key_url: vendor.key_url.clone(),
            needs_key: vendor.key_url.is_some(),
        })
        .collect())
}

/// Adds a provider; its key is kept first, so that none stands there without one.
pub async fn add(app: App, actor: Actor, params: ProviderAddParams) -> Result<Provider, Error> {
    let vendor = match &params.vendor {
        Some(slug) => Some(
            llm::catalog::vendors()
                .iter()
                .find(|vendor| &vendor.slug == slug)
                .ok_or_else(|| Error::invalid(format!("There is no vendor \"{slug}\". Choose one from the list, or give an address.")))?,
        ),
        None => None,
    };
    let kind = vendor.map(|vendor| vendor.kind).or(params.kind).ok_or_else(|| Error::invalid("Choose a vendor or a protocol."))?;
    if kind == ProviderKind::Embedded {
        return Err(Error::invalid("The built-in engine is always there; it is not added."));
    }
    let base_url = params
        .base_url
        .or_else(|| vendor.map(|vendor| vendor.base_url.clone()))
        .ok_or_else(|| Error::invalid("Give the address of the server, for example http://127.0.0.1:8080/v1."))?;
    let base_url = check_url(&base_url)?;
    let name = params
        .name
        .map(|name| name.trim().to_owned())
        .filter(|name| !name.is_empty())
        .or_else(|| vendor.map(|vendor| vendor.name.clone()))
        .unwrap_or_else(|| host_of(&base_url));
    if name.chars().count() > 60 {
        return Err(Error::invalid("Give the provider a name of at most 60 characters."));
    }
    let wanted = vendor.map_or_else(|| slug_of(&name), |vendor| vendor.slug.clone());
    let mut provider = keyless(ProviderId::new(app.clock.now()), &wanted, &name, kind, base_url);
    match (params.key, params.key_env) {
        (Some(_), Some(_)) => return Err(Error::invalid("Give a key or the name of a variable, not both.")),
        (Some(key), None) => keep(&app, &mut provider, key, params.keep).await?,
        (None, Some(variable)) => {
            check_variable(&variable)?;
            provider.key_origin = Some(origin(&provider.base_url)?);
            provider.key_source = KeySource::Env { name: variable };
        }
        (None, None) if vendor.is_some_and(|vendor| vendor.key_url.is_some()) => {
            return Err(Error::invalid(format!("{} needs an API key. Paste it, or name a variable that holds it.", provider.name)));
        }
        (None, None) => {}
    }
    let candidate = provider.clone();
    let mut saved = app
        .store
        .write(move |conn| {
            let mut candidate = candidate;
            let taken: Vec<String> = store::providers::list(conn, actor.user_id)?.into_iter().map(|other| other.slug).collect();
            let base = candidate.slug.clone();
            let mut number = 2;
            while taken.contains(&candidate.slug) {
                candidate.slug = format!("{base}-{number}");
                number += 1;
            }
            store::providers::insert(conn, actor.user_id, &candidate)?;
            Ok(candidate)
        })
        .await?;
    saved.key_state = app.secrets.state(&saved).await;
    changed(&app);
    Ok(saved)
}

/// Renames it, moves it, or switches it on or off.
pub async fn update(app: App, actor: Actor, params: ProviderUpdateParams) -> Result<Provider, Error> {
    let base_url = params.base_url.as_deref().map(check_url).transpose()?;
    let new_origin = base_url.as_deref().map(origin).transpose()?;
    let mut provider = app
        .store
        .write(move |conn| {
            let mut provider = store::providers::get(conn, actor.user_id, params.id)?;
            if let Some(name) = params.name.as_deref().map(str::trim).filter(|name| !name.is_empty()) {
                provider.name = name.chars().take(60).collect();
            }
            if let Some(enabled) = params.enabled {
                provider.enabled = enabled;
            }
            if let Some(url) = base_url {
                provider.base_url = url;
                // A key is never sent elsewhere than where it was entered for.
                if provider.key_origin.is_some() && provider.key_origin != new_origin {
                    provider.key_state = KeyState::Missing;
                    provider.key_hint = None;
                }
            }
            store::providers::update(conn, actor.user_id, &provider)?;
            Ok(provider)
        })
        .await
        .map_err(|error| missing(error, "provider"))?;
    provider.key_state = app.secrets.state(&provider).await;
    changed(&app);
    Ok(provider)
}

/// Keeps a key for a provider; the one before is forgotten.
pub async fn set_key(app: App, actor: Actor, params: ProviderSetKeyParams) -> Result<Provider, Error> {
    let mut provider = find(&app, actor, params.id).await?;
    let before = provider.clone();
    keep(&app, &mut provider, params.key, params.keep).await?;
    let saved = provider.clone();
    app.store.write(move |conn| store::providers::update(conn, actor.user_id, &saved)).await?;
    if (&before.key_source, &before.key_origin) != (&provider.key_source, &provider.key_origin) {
        forget(&app, &before).await;
    }
    provider.key_state = app.secrets.state(&provider).await;
    changed(&app);
    Ok(provider)
}

/// Removes a provider and its key. Conversations keep their messages.
pub async fn remove(app: App, actor: Actor, params: ProviderIdParams) -> Result<Nothing, Error> {
    let provider = find(&app, actor, params.id).await?;
    if provider.kind == ProviderKind::Embedded {
        return Err(Error::invalid("The built-in engine can't be removed. Switch it off instead."));
    }
    app.store.write(move |conn| store::providers::delete(conn, actor.user_id, params.id)).await?;
    forget(&app, &provider).await;
    changed(&app);
    Ok(Nothing {})
}

/// Asks the provider for its models, which costs nothing.
pub async fn test(app: App, actor: Actor, params: ProviderIdParams) -> Result<ProviderTest, Error> {
    let provider = find(&app, actor, params.id).await?;
    let found = client(&app, &provider).await?.test().await?;
    app.shelf.forget(&provider.slug);
    app.bus.publish(Event::ModelChanged);
    Ok(ProviderTest { server: found.server, models: found.models })
}

/// A provider that has no key (yet).
pub(crate) fn keyless(id: ProviderId, slug: &str, name: &str, kind: ProviderKind, base_url: String) -> Provider {
    Provider {
        id,
        slug: slug.to_owned(),
        name: name.to_owned(),
        kind,
        base_url,
        key_source: KeySource::None,
        key_state: KeyState::NotNeeded,
        key_hint: None,
        key_origin: None,
        enabled: true,
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
            if known.iter().any(|provider| provider.kind == ProviderKind::Ollama) {
                return Ok(());
            }
            let Ok(found) = llm::Ollama::new(app.http.clone(), &address) else { return Ok(()) };
            if found.identify().await.is_err() {
                return Ok(());
            }
            let provider = keyless(ProviderId::new(app.clock.now()), "ollama", "Ollama", ProviderKind::Ollama, address.clone());
            app.store.write(move |conn| store::providers::insert(conn, Actor::LOCAL.user_id, &provider)).await?;
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
        ProviderKind::OpenaiCompatible => Arc::new(llm::OpenAi::new(http, url, key, llm::Flavour::of(url))?.named(slug)),
        ProviderKind::Anthropic => Arc::new(llm::Anthropic::new(http, url, key)?.named(slug)),
        ProviderKind::Ollama => Arc::new(llm::Ollama::new(http, url)?.named(slug)),
        ProviderKind::Embedded => return Err(Error::new(ErrorCode::EngineUnavailable, "The built-in engine is not here.")),
    })
}

async fn key(app: &App, provider: &Provider) -> Result<Option<Secret>, Error> {
    if provider.key_source == KeySource::None {
        return Ok(None);
    }
    let origin = origin(&provider.base_url)?;
    let again = format!("Enter the key of {} again under Settings, Providers.", provider.name);
    if provider.key_origin.as_ref() != Some(&origin) {
        return Err(Error::new(ErrorCode::ProviderAuth, format!("The key was entered for another address. {again}")));
    }
    match app.secrets.get(&provider.key_source, secrets::handle(provider.id, &origin)).await? {
        Some(key) => Ok(Some(key)),
        None => Err(Error::new(
            ErrorCode::ProviderAuth,
            match &provider.key_source {
                KeySource::Env { name } => format!("The variable {name} is not set. Set it and start Web+ again."),
                KeySource::Session => format!("The key was kept for the last session only. {again}"),
                _ => format!("The key is no longer where it was kept. {again}"),
            },
        )),
    }
}

async fn keep(app: &App, provider: &mut Provider, key: TypedKey, keep: KeepKey) -> Result<(), Error> {
    let text = key.0.trim().to_owned();
    if text.is_empty() || text.len() > 4096 || !text.chars().all(|letter| letter.is_ascii_graphic()) {
        return Err(Error::invalid("That is not a key: it must be one word of printable characters. Copy it again."));
    }
    let source = match keep {
        KeepKey::Keychain => KeySource::Keychain,
        KeepKey::Vault => KeySource::Vault,
        KeepKey::Session => KeySource::Session,
    };
    let origin = origin(&provider.base_url)?;
    let hint = (text.len() >= 12).then(|| text[text.len() - 4..].to_owned());
    app.secrets.set(&source, secrets::handle(provider.id, &origin), Secret::new(text)).await?;
    provider.key_source = source;
    provider.key_origin = Some(origin);
    provider.key_hint = hint;
    provider.key_state = KeyState::Present;
    Ok(())
}

async fn forget(app: &App, provider: &Provider) {
    let Some(origin) = &provider.key_origin else { return };
    if let Err(error) = app.secrets.delete(&provider.key_source, secrets::handle(provider.id, origin)).await {
        tracing::warn!(%error, provider = %provider.slug, "a key that is no longer used could not be deleted");
    }
}

async fn find(app: &App, actor: Actor, id: ProviderId) -> Result<Provider, Error> {
    app.store.read(move |conn| store::providers::get(conn, actor.user_id, id)).await.map_err(|error| missing(error, "provider"))
}

fn changed(app: &App) {
    app.shelf.forget_all();
    app.bus.publish(Event::ProviderChanged);
    app.bus.publish(Event::ModelChanged);
}

fn origin(base_url: &str) -> Result<String, Error> {
    secrets::origin_of(base_url).map_err(|_| Error::invalid("The provider's address can't be read. Correct it under Settings, Providers."))
}

fn check_url(text: &str) -> Result<String, Error> {
    let text = text.trim().trim_end_matches('/');
    let url = url::Url::parse(text).map_err(|_| Error::invalid("That is not an address. Write it like https://api.example.com/v1."))?;
    if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
        return Err(Error::invalid("The address must begin with https:// or http://."));
    }
    if !url.username().is_empty() || url.password().is_some() || url.query().is_some() || url.fragment().is_some() {
        return Err(Error::invalid("The address must not hold a user, a password, a ? or a #. Enter the key in its own field."));
    }
    let local = url.host_str().is_some_and(|host| matches!(host, "localhost" | "127.0.0.1" | "[::1]"));
    if url.scheme() == "http" && !local && !private(&url) {
        return Err(Error::invalid("Over the internet the address must begin with https://, so that nobody can read the key on the way."));
    }
    Ok(text.to_owned())
}

/// Whether the address is on the local network, where plain HTTP is usual.
fn private(url: &url::Url) -> bool {
    match url.host() {
        Some(url::Host::Ipv4(ip)) => ip.is_private() || ip.is_loopback() || ip.is_link_local(),
        Some(url::Host::Ipv6(ip)) => ip.is_loopback() || ip.is_unique_local(),
        Some(url::Host::Domain(name)) => !name.contains('.') || name.ends_with(".local") || name.ends_with(".lan"),
        None => false,
    }
}

fn check_variable(name: &str) -> Result<(), Error> {
    let fine = !name.is_empty() && name.len() <= 128 && name.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_');
    if fine { Ok(()) } else { Err(Error::invalid("Give the variable's name only, for example OPENAI_API_KEY.")) }
}

fn host_of(base_url: &str) -> String {
    url::Url::parse(base_url).ok().and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_else(|| "server".to_owned())
}

fn slug_of(name: &str) -> String {
    let slug: String = name.chars().map(|letter| if letter.is_ascii_alphanumeric() { letter.to_ascii_lowercase() } else { '-' }).collect();
    let slug = slug.split('-').filter(|part| !part.is_empty()).collect::<Vec<_>>().join("-");
    if slug.is_empty() { "provider".to_owned() } else { slug.chars().take(40).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_checked_before_a_key_goes_there() {
        assert_eq!(check_url(" https://api.example.com/v1/ ").ok(), Some("https://api.example.com/v1".to_owned()));
        assert_eq!(check_url("http://127.0.0.1:8080").ok(), Some("http://127.0.0.1:8080".to_owned()));
        assert_eq!(check_url("http://192.168.1.5:11434").ok(), Some("http://192.168.1.5:11434".to_owned()));
        for bad in ["", "api.example.com", "ftp://x", "http://api.example.com", "https://u:p@x.com", "https://x.com/?key=1", "file:///etc"] {
            assert!(check_url(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_slug_is_made_of_plain_letters() {
        assert_eq!((slug_of("My Büro  Server!"), slug_of("日本")), ("my-b-ro-server".to_owned(), "provider".to_owned()));
    }
}
