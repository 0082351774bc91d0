//! Telling others of runs by request, signed as the Standard Webhooks specification has it: who is told, what is on its way,
//! and what failed. Each event reaches each receiver at least once, under the event's id; a receiver that doesn't answer
//! delays nobody but itself. They may overtake each other: what tells the order is the run's `runSeq` in the body.

mod attempt;
mod deliver;
mod queue;
mod views;

use domain::{Actor, ErrorCode, EventRowId, KeySource, Page, Secret, Timestamp, WebhookId};
use store::{deliveries::DeliveryRow, webhooks::WebhookRow};
use tokio::sync::Notify;
use url::{Host, Url};

use crate::{App, Error, api::Nothing, events::Event, pipelines::topic, providers::KeepKey};

pub(crate) use deliver::deliver;
pub(crate) use queue::queue;
pub use views::*;

/// Receivers that a person may have.
const MOST: usize = 50;
/// Topics that one may name.
const MOST_TOPICS: usize = 50;
/// Deliveries on a page.
const PAGE: u32 = 100;
/// Bytes of a secret that is made here; the specification asks for 24 to 64.
const SECRET: usize = 32;
/// Where a secret may be, what was entered last first.
const PLACES: &[KeySource] = &[KeySource::Session, KeySource::Vault, KeySource::Keychain];

/// What is shared by all deliveries.
#[derive(Default)]
pub(crate) struct Webhooks {
    /// Something is due, or may be sooner than was thought.
    woken: Notify,
}

/// Something was put on its way.
pub(crate) fn wake(app: &App) {
    app.webhooks.woken.notify_one();
}

/// Who is told of events.
pub async fn list(app: App, actor: Actor, _params: Nothing) -> Result<Vec<Webhook>, Error> {
    let rows = app.store.read(move |conn| store::webhooks::list(conn, actor.user_id)).await?;
    Ok(rows.into_iter().map(Webhook::from).collect())
}

/// Adds a receiver or changes one. A secret that is made here is told this once.
pub async fn save(app: App, actor: Actor, params: WebhookSaveParams) -> Result<Webhook, Error> {
    let local = params.allow_local.unwrap_or(false);
    let url = address(&params.url, local)?;
    let topics = params.topics.unwrap_or_default();
    let fine = |topic: &String| {
        !topic.is_empty()
            && topic.len() <= 100
            && topic.chars().all(|letter| letter.is_ascii_alphanumeric() || "._-*".contains(letter))
    };
    if topics.len() > MOST_TOPICS || !topics.iter().all(fine) {
        return Err(Error::invalid("A topic is written like run.failed or run.*. Choose from the list."));
    }
    let (now, asked) = (app.clock.now(), params.id);
    let before = app
        .store
        .read(move |conn| match asked {
            Some(id) => store::webhooks::get(conn, actor.user_id, id).map(Some),
            None if store::webhooks::list(conn, actor.user_id)?.len() >= MOST => Err(store::Error::Conflict),
            None => Ok(None),
        })
        .await
        .map_err(|error| match error {
            store::Error::Conflict => Error::new(
                ErrorCode::Conflict,
                format!(
                    "There are {MOST} webhooks already. Remove one that isn't needed, then add this one."
                ),
            ),
            other => crate::conversations::missing(other, "webhook"),
        })?;
    let row = WebhookRow {
        id: before.as_ref().map_or_else(|| WebhookId::new(now), |before| before.id),
        owner_id: actor.user_id,
        url: url.into(),
        topics,
        pipeline_id: params.pipeline_id.filter(|id| !id.is_empty()),
        enabled: params.enabled.unwrap_or(true),
        local,
        last_error: None,
        created_at: before.as_ref().map_or(now, |before| before.created_at),
        after: 0,
    };
    let typed = params.secret.map(|typed| typed.0.trim().to_owned()).filter(|typed| !typed.is_empty());
    let made = match (&typed, &before) {
        (None, None) => Some(new_secret()?),
        _ => None,
    };
    // The secret comes first: a receiver without one could be told nothing.
    if let Some(text) = typed.or_else(|| made.clone()) {
        if standardwebhooks::Webhook::new(&text).is_err() {
            return Err(Error::invalid(
                "A signing secret is whsec_ and Base64. Copy it again, or leave it out.",
            ));
        }
        let source = match params.keep.unwrap_or_default() {
            KeepKey::Keychain => KeySource::Keychain,
            KeepKey::Vault => KeySource::Vault,
            KeepKey::Session => KeySource::Session,
        };
        app.secrets.set(&source, handle(row.id), Secret::new(text)).await?;
    }
    let kept = row.clone();
    app.store.write(move |conn| store::webhooks::put(conn, &kept)).await?;
    topic::learn(&app).await;
    changed(&app);
    Ok(Webhook { secret: made, ..row.into() })
}

/// Removes a receiver, its secret, and what was on its way to it.
pub async fn remove(app: App, actor: Actor, params: WebhookIdParams) -> Result<Nothing, Error> {
    let id = params.id;
    let removed = app.store.write(move |conn| store::webhooks::delete(conn, actor.user_id, id)).await;
    removed.map_err(|error| crate::conversations::missing(error, "webhook"))?;
    topic::learn(&app).await;
    for source in PLACES {
        if let Err(error) = app.secrets.delete(source, handle(id)).await {
            tracing::debug!(%error, "a place for secrets was passed over");
        }
    }
    changed(&app);
    Ok(Nothing {})
}

/// What was sent to a receiver, and what is still to be, the newest event first. Kept for 30 days after its end.
pub async fn deliveries(
    app: App,
    actor: Actor,
    params: WebhookDeliveriesParams,
) -> Result<Page<WebhookDelivery>, Error> {
    let before = params.cursor.as_deref().map(parse_cursor).transpose()?;
    let state = params.state.map(DeliveryState::name);
    let id = params.id;
    let mut rows = app
        .store
        .read(move |conn| {
            store::webhooks::get(conn, actor.user_id, id)?;
            store::deliveries::list(conn, id, state, before, PAGE + 1)
        })
        .await
        .map_err(|error| crate::conversations::missing(error, "webhook"))?;
    let more = rows.len() > PAGE as usize;
    rows.truncate(PAGE as usize);
    let next = rows.last().filter(|_| more);
    let next = next.map(|last| format!("{}.{}", last.created_at.millis(), last.event_id));
    Ok(Page { items: rows.into_iter().map(WebhookDelivery::from).collect(), next })
}

fn parse_cursor(text: &str) -> Result<(Timestamp, EventRowId), Error> {
    let bad = || Error::invalid("The list's cursor is off. Reload the list.");
    let (millis, id) = text.split_once('.').ok_or_else(bad)?;
    let time = millis.parse().map(Timestamp::from_millis).map_err(|_| bad())?;
    Ok((time, id.parse().map_err(|_| bad())?))
}

/// Sends an event once more, with all its tries, under the same id.
pub async fn replay(app: App, actor: Actor, params: WebhookReplayParams) -> Result<WebhookDelivery, Error> {
    let (id, event, now) = (params.id, params.event_id, app.clock.now());
    let row = app
        .store
        .write(move |conn| {
            let webhook = store::webhooks::get(conn, actor.user_id, id)?;
            let before = store::deliveries::get(conn, id, event)?;
            if !webhook.enabled {
                return Err(store::Error::Conflict);
            }
            let row = DeliveryRow {
                state: DeliveryState::Waiting.name().to_owned(),
                tries: 0,
                next_at: now,
                ended_at: None,
                ..before
            };
            store::deliveries::tried(conn, &row)?;
            Ok(row)
        })
        .await
        .map_err(|error| match error {
            store::Error::Conflict => Error::new(
                ErrorCode::Conflict,
                "This webhook is switched off. Switch it on, then send it again.",
            ),
            other => crate::conversations::missing(other, "delivery"),
        })?;
    changed(&app);
    Ok(row.into())
}

/// Where a receiver may be: encrypted, unless it is on this computer; never where machines in clouds keep their own secrets.
fn address(text: &str, local: bool) -> Result<Url, Error> {
    let url = Url::parse(text.trim())
        .ok()
        .filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
        .ok_or_else(|| Error::invalid("That is no web address. Begin it with https://."))?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err(Error::invalid("The address has a user name in it. Leave it out: requests are signed."));
    }
    let (here, forbidden) = match url.host() {
        Some(Host::Domain(name)) => (name.eq_ignore_ascii_case("localhost"), false),
        Some(Host::Ipv4(at)) => (at.is_loopback(), at.is_link_local()),
        Some(Host::Ipv6(at)) => (at.is_loopback(), at.is_unicast_link_local()),
        None => (false, true),
    };
    if forbidden {
        return Err(Error::invalid(
            "Nothing is sent to link-local addresses. Use the receiver's own address.",
        ));
    }
    if here && !local {
        return Err(Error::invalid(
            "This address is on this computer. Allow that for this webhook, if it is meant.",
        ));
    }
    if url.scheme() == "http" && !here {
        return Err(Error::invalid(
            "Web+ sends to other computers with encryption only. Begin it with https://.",
        ));
    }
    Ok(url)
}

fn new_secret() -> Result<String, Error> {
    let mut bytes = [0; SECRET];
    getrandom::fill(&mut bytes).map_err(|error| {
        Error::new(ErrorCode::Internal, format!("This computer gives no random numbers: {error}."))
    })?;
    Ok(format!("whsec_{}", base64::Engine::encode(&base64::engine::general_purpose::STANDARD, bytes)))
}

/// Under which name a receiver's secret is kept.
fn handle(id: WebhookId) -> String {
    format!("webhook/{id}")
}

fn changed(app: &App) {
    wake(app);
    app.bus.publish(Event::WebhookChanged);
}

#[cfg(test)]
mod tests {
    use super::address;

    #[test]
    fn a_receiver_is_encrypted_or_on_this_computer_and_meant_to_be() {
        assert!(address("https://example.org/hook", false).is_ok());
        assert!(address("http://127.0.0.1:9/hook", true).is_ok() && address("http://[::1]/", true).is_ok());
        assert!(address("https://192.168.1.7/hook", true).is_ok());
        for refused in [
            "http://example.org/",
            "http://localhost:9/",
            "ftp://example.org",
            "hook",
            "https://a:b@example.org",
        ] {
            assert!(address(refused, false).is_err(), "{refused}");
        }
        for refused in ["https://169.254.169.254/latest", "https://[fe80::1]/", "http://192.168.1.7/"] {
            assert!(address(refused, true).is_err(), "{refused}");
        }
    }
}
