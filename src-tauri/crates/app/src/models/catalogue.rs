//! The dated list of models to choose from: the one that comes with Web+, or a newer one that a person had fetched from an
//! address of their choice. Nothing is asked for by itself.

use domain::{Actor, ErrorCode};
use engine::Catalogue;
use llm::HttpCall;
use serde_json::Value;

use crate::{App, Error, settings};

/// The setting that holds a list that was fetched, as it came.
const KEPT: &str = "models.catalogue";

/// The newest list that is here.
pub(super) async fn newest(app: &App, actor: Actor) -> Result<Catalogue, Error> {
    let kept = app.store.read(move |conn| store::settings::get(conn, actor.user_id, KEPT)).await?;
    let built_in = Catalogue::built_in();
    // What this version can't read any more is passed over.
    let kept = kept.as_ref().and_then(Value::as_str).and_then(|text| Catalogue::parse(text).ok());
    Ok(kept.filter(|kept| kept.dated > built_in.dated).unwrap_or(built_in))
}

/// Fetches the list at the address in the settings, checks it, and keeps it if it is newer; tells the newest.
pub(super) async fn refresh(app: &App, actor: Actor) -> Result<Catalogue, Error> {
    let address = settings::load(app, actor.user_id).await?.catalogue_url;
    if address.is_empty() {
        return Err(Error::invalid(
            "There is no address to fetch a newer list from. Give one in the settings under Downloads.",
        ));
    }
    let text = fetch(app, &address).await?;
    let fetched = Catalogue::parse(&text)?;
    let newest = newest(app, actor).await?;
    if fetched.dated <= newest.dated {
        return Ok(newest);
    }
    app.store
        .write(move |conn| store::settings::set(conn, actor.user_id, KEPT, &Value::String(text)))
        .await?;
    Ok(fetched)
}

async fn fetch(app: &App, address: &str) -> Result<String, Error> {
    let end_of_host = address.match_indices('/').nth(2).map_or(address.len(), |(at, _)| at);
    let (host, path) = address.split_at(end_of_host);
    let mut reply = app.http.open(HttpCall::get(host, if path.is_empty() { "/" } else { path })?).await?;
    if !reply.is_success() {
        return Err(Error::new(
            ErrorCode::ProviderFailed,
            format!(
                "The address of the list answered with status {}. Check it in the settings under Downloads.",
                reply.status()
            ),
        ));
    }
    let body = reply.whole(app.http.options()).await?;
    // What isn't text isn't a list either, and is refused as one that can't be read.
    Ok(String::from_utf8_lossy(&body).into_owned())
}
