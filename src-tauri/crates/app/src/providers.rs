//! Providers and their keys: added, tested, changed, removed. A key goes straight to where it is kept and is never shown again.

mod address;
mod client;
mod params;

pub(crate) use client::client;
pub use params::{
    KeepKey, KeyPlaces, ProviderAddParams, ProviderIdParams, ProviderSetKeyParams, ProviderTest,
    ProviderUpdateParams, TypedKey, Vendor,
};

use domain::{Actor, KeySource, KeyState, Provider, ProviderId, ProviderKind, Secret};

use futures_util::future::join_all;

use crate::{App, Error, api::Nothing, conversations::missing, events::Event, secrets, vault};
use address::{check_url, check_variable, host_of, origin, slug_of};

/// All providers, with the state of their keys as it is now.
pub async fn list(app: App, actor: Actor, _params: Nothing) -> Result<Vec<Provider>, Error> {
    let mut providers = app.store.read(move |conn| store::providers::list(conn, actor.user_id)).await?;
    // All at once: a keychain that hangs is waited for once.
    let states = join_all(providers.iter().map(|provider| app.secrets.state(provider))).await;
    for (provider, state) in providers.iter_mut().zip(states) {
        provider.key_state = state;
    }
    Ok(providers)
}

/// Where keys can be kept now. Asked for by itself, because a keychain may take seconds to say that it doesn't answer.
pub async fn key_places(app: App, _actor: Actor, _params: Nothing) -> Result<KeyPlaces, Error> {
    let file = app.options.vault_file();
    let (keychain, vault, vault_made) = tokio::join!(
        app.secrets.probe(&KeySource::Keychain),
        app.secrets.probe(&KeySource::Vault),
        vault::is_made(&file)
    );
    Ok(KeyPlaces {
        keychain_problem: keychain.err().map(|error| error.to_string()),
        vault: vault.is_ok(),
        vault_made,
    })
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
        Some(slug) => {
            Some(llm::catalog::vendors().iter().find(|vendor| &vendor.slug == slug).ok_or_else(|| {
                Error::invalid(format!(
                    "There is no vendor \"{slug}\". Choose one from the list, or give an address."
                ))
            })?)
        }
        None => None,
    };
    let kind = vendor
        .map(|vendor| vendor.kind)
        .or(params.kind)
        .ok_or_else(|| Error::invalid("Choose a vendor or a protocol."))?;
    if kind == ProviderKind::Embedded {
        return Err(Error::invalid("The built-in engine is always there; it is not added."));
    }
    let base_url =
        params.base_url.or_else(|| vendor.map(|vendor| vendor.base_url.clone())).ok_or_else(|| {
            Error::invalid("Give the address of the server, for example http://127.0.0.1:8080/v1.")
        })?;
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
            return Err(Error::invalid(format!(
                "{} needs an API key. Paste it, or name a variable that holds it.",
                provider.name
            )));
        }
        (None, None) => {}
    }
    let candidate = provider.clone();
    let saved = app
        .store
        .write(move |conn| {
            let mut candidate = candidate;
            let taken: Vec<String> =
                store::providers::list(conn, actor.user_id)?.into_iter().map(|other| other.slug).collect();
            let base = candidate.slug.clone();
            let mut number = 2;
            while taken.contains(&candidate.slug) {
                candidate.slug = format!("{base}-{number}");
                number += 1;
            }
            store::providers::insert(conn, actor.user_id, &candidate)?;
            Ok(candidate)
        })
        .await;
    // A key that belongs to nothing must not stay behind.
    let mut saved = match saved {
        Ok(saved) => saved,
        Err(error) => {
            forget(&app, &provider).await;
            return Err(error.into());
        }
    };
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
    app.clients.forget(params.id);
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
pub(crate) fn keyless(
    id: ProviderId,
    slug: &str,
    name: &str,
    kind: ProviderKind,
    base_url: String,
) -> Provider {
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

async fn keep(app: &App, provider: &mut Provider, key: TypedKey, keep: KeepKey) -> Result<(), Error> {
    let text = key.0.trim().to_owned();
    if text.is_empty() || text.len() > 4096 || !text.chars().all(|letter| letter.is_ascii_graphic()) {
        return Err(Error::invalid(
            "That is not a key: it must be one word of printable characters. Copy it again.",
        ));
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
    app.store
        .read(move |conn| store::providers::get(conn, actor.user_id, id))
        .await
        .map_err(|error| missing(error, "provider"))
}

pub(crate) fn changed(app: &App) {
    app.shelf.forget_all();
    app.bus.publish(Event::ProviderChanged);
    app.bus.publish(Event::ModelChanged);
}
