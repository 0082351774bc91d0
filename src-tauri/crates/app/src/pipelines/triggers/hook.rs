//! Requests from other programs that begin runs, signed as the Standard Webhooks specification has it. One that is sent twice
//! begins one run.

use domain::{Actor, KeySource, RunId, Secret};
use serde_json::{Value, json};
use standardwebhooks::Webhook;
use store::triggers::TriggerRow;

use super::{
    super::secrets::{Towards, handle},
    occur::{self, Occurrence},
};
use crate::{App, Error};

/// The largest body, in bytes.
pub const MAX_BODY: usize = 1_000_000;
/// How far the sender's clock may be off, in milliseconds.
const TOLERANCE: i64 = 5 * 60 * 1000;
/// The longest id that a sender may give.
const MAX_ID: usize = 200;
/// Bytes of a secret that is made here.
const SECRET: usize = 32;

/// A request as it came.
#[derive(Debug, Clone, Default)]
pub struct Posted {
    /// The header `webhook-id`.
    pub id: String,
    /// The header `webhook-timestamp`.
    pub timestamp: String,
    /// The header `webhook-signature`.
    pub signature: String,
    /// The header `content-type`.
    pub content_type: String,
    /// The body.
    pub body: Vec<u8>,
}

/// Accepts a run for a request. Once this answers, it survives a power cut.
pub async fn post(app: App, pipeline: String, trigger: String, posted: Posted) -> Result<RunId, Error> {
    let actor = Actor::LOCAL;
    let row = super::find(&app, actor, &pipeline, &trigger)
        .await
        .ok()
        .filter(|row| row.kind == "webhook" && row.enabled);
    let row = row.ok_or_else(|| {
        Error::new(
            domain::ErrorCode::NotFound,
            "Nothing listens here. Switch the trigger on, or check the address.",
        )
    })?;
    let secret = kept(&app, &row).await?.ok_or_else(|| {
        Error::new(
            domain::ErrorCode::Unauthorized,
            "This trigger has no secret yet. Switch it off and on again to make one.",
        )
    })?;
    let now = app.clock.now();
    verify(&posted, &secret, now.millis())?;
    let text = String::from_utf8_lossy(&posted.body).into_owned();
    let json: Value = serde_json::from_slice(&posted.body).unwrap_or(Value::Null);
    let kind = json.get("type").cloned().unwrap_or(Value::Null);
    let event = json!({
        "type": kind, "id": posted.id, "at": occur::time(now), "body": text, "json": json, "content_type": posted.content_type,
    });
    let occurrence = Occurrence {
        name: Some(format!("webhook:{}:{}", row.trigger_id, posted.id)),
        cursor: row.cursor.clone(),
        trigger: row.clone(),
        event,
        next_at: None,
        depth: 0,
        note: None,
    };
    if let Some(run) = occur::begin(&app, occurrence).await? {
        return Ok(run);
    }
    let row = super::find(&app, actor, &pipeline, &trigger).await?;
    let message = row
        .last_error
        .unwrap_or_else(|| "An earlier run is still under way, so this one wasn't begun.".into());
    Err(Error::new(domain::ErrorCode::Conflict, message))
}

/// A secret for a trigger that names none of the person's own, made and kept where there is none yet: then it is given, once.
pub(super) async fn secret_of(app: &App, row: &TriggerRow) -> Result<Option<Secret>, Error> {
    if kept(app, row).await?.is_some() {
        return Ok(None);
    }
    if let Some(name) = named(row) {
        return Err(Error::invalid(format!("There is no secret \"{name}\" for signing. Enter it first.")));
    }
    let mut bytes = [0; SECRET];
    getrandom::fill(&mut bytes).map_err(|error| {
        Error::new(domain::ErrorCode::Internal, format!("This computer gives no random numbers: {error}."))
    })?;
    let text = format!("whsec_{}", base64::Engine::encode(&base64::engine::general_purpose::STANDARD, bytes));
    let secret = Secret::new(text);
    app.secrets.set(&KeySource::Keychain, own_handle(row), secret.clone()).await?;
    Ok(Some(secret))
}

async fn kept(app: &App, row: &TriggerRow) -> Result<Option<Secret>, Error> {
    let handle = match named(row) {
        Some(name) => handle(name, &Towards::Signing),
        None => own_handle(row),
    };
    for source in [KeySource::Session, KeySource::Keychain] {
        if let Some(secret) = app.secrets.get(&source, handle.clone()).await? {
            return Ok(Some(secret));
        }
    }
    Ok(None)
}

/// The person's own, by its name.
fn named(row: &TriggerRow) -> Option<&str> {
    let name = row.config.get("secret").and_then(Value::as_str)?;
    Some(name.strip_prefix("secret://").unwrap_or(name)).filter(|name| !name.is_empty())
}

fn own_handle(row: &TriggerRow) -> String {
    format!("trigger/{}/{}", row.pipeline_id, row.trigger_id)
}

/// One of the signatures must be ours, over id, time and body, and the time not far from now.
fn verify(posted: &Posted, secret: &Secret, now: i64) -> Result<(), Error> {
    let refused = |message: &str| Error::new(domain::ErrorCode::Unauthorized, message);
    if posted.id.is_empty() || posted.id.len() > MAX_ID {
        return Err(refused("The header webhook-id is missing or too long."));
    }
    let seconds: i64 = posted
        .timestamp
        .parse()
        .map_err(|_| refused("The header webhook-timestamp is missing or no number."))?;
    if seconds.saturating_mul(1000).saturating_sub(now).saturating_abs() > TOLERANCE {
        return Err(refused(
            "The header webhook-timestamp is more than five minutes off. Set the clock, or sign the request anew.",
        ));
    }
    let key = Webhook::new(secret.expose())
        .map_err(|_| refused("The trigger's secret isn't whsec_ and base64. Enter it anew."))?;
    let ours = key
        .sign(&posted.id, seconds, &posted.body)
        .map_err(|_| refused("The signature could not be checked."))?;
    // Compared as hashes, whose equality takes the same time wherever they differ.
    let ours = blake3::hash(ours.as_bytes());
    let signed = posted.signature.split(' ').take(16).any(|given| blake3::hash(given.as_bytes()) == ours);
    if signed {
        Ok(())
    } else {
        Err(refused("The signature doesn't fit. Sign the raw body with the trigger's secret."))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

    fn signed(now: i64) -> Posted {
        let key = Webhook::new(SECRET).unwrap();
        let body = br#"{"test": 2432232314}"#.to_vec();
        let signature = key.sign("msg_1", now, &body).unwrap();
        Posted {
            id: "msg_1".into(),
            timestamp: now.to_string(),
            signature,
            content_type: String::new(),
            body,
        }
    }

    #[test]
    fn a_signed_request_is_let_in_and_a_changed_one_isn_t() {
        let secret = Secret::new(SECRET.to_owned());
        let posted = signed(1_750_000_000);
        let now = 1_750_000_000_000;
        assert!(verify(&posted, &secret, now).is_ok());
        assert!(
            verify(
                &Posted { signature: format!("v1,xyz {}", posted.signature), ..posted.clone() },
                &secret,
                now
            )
            .is_ok()
        );
        for changed in [
            Posted { body: b"{}".to_vec(), ..posted.clone() },
            Posted { id: "msg_2".into(), ..posted.clone() },
            Posted { timestamp: "1750000001".into(), ..posted.clone() },
            Posted { signature: String::new(), ..posted.clone() },
            Posted { id: String::new(), ..posted.clone() },
        ] {
            assert!(verify(&changed, &secret, now).is_err(), "{changed:?}");
        }
    }

    #[test]
    fn an_old_request_is_refused() {
        let secret = Secret::new(SECRET.to_owned());
        for off in [-301_000, 301_000] {
            assert!(verify(&signed(1_750_000_000), &secret, 1_750_000_000_000 + off).is_err());
        }
        assert!(verify(&signed(1_750_000_000), &secret, 1_750_000_000_000 + 299_000).is_ok());
    }

    #[test]
    fn the_example_of_the_specification_is_signed_as_it_says() {
        let key = Webhook::new(SECRET).unwrap();
        let signature =
            key.sign("msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, br#"{"test": 2432232314}"#).unwrap();
        assert_eq!(signature, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }
}
