//! One try: signed anew with the time of the try, sent once, and judged by its status. Redirects count as failures, since a
//! signed body must not travel to where nobody named.

use std::time::Duration;

use domain::{ErrorCode, KeySource, Secret};
use llm::{HttpCall, Reach};
use store::{deliveries::DeliveryRow, webhooks::WebhookRow};
use url::Url;

use super::{PLACES, handle};
use crate::{App, Error, secrets::SecretError};

/// How long a receiver may take to answer.
const TIME: Duration = Duration::from_secs(20);
/// Before the second try, the third, and so on, in seconds: three days and a bit in all.
const SCHEDULE: &[u64] = &[5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400];

/// The longest pause of all, a day, and the tenth that may come on top. A receiver can't ask for more.
pub(super) const LONGEST: Duration = Duration::from_mins(1584);

/// How a try went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Went {
    /// It was taken, with that status.
    Well(u16),
    /// It wasn't.
    Badly {
        /// The status, where there was an answer.
        status: Option<u16>,
        /// What went wrong and what to do.
        message: String,
        /// What the receiver asked for before the next try.
        wait: Option<Duration>,
        /// Whether it wants nothing more at all.
        gone: bool,
    },
}

/// Before the next try, after so many; none where that was the last.
pub(super) fn pause(tries: u32, asked: Option<Duration>) -> Option<Duration> {
    let listed = SCHEDULE.get(tries.checked_sub(1)? as usize)?;
    // Up to a tenth more, so that what failed together isn't tried together.
    let millis = (*listed as f64) * 1000.0 * (1.0 + 0.1 * crate::gateway::random());
    Some(Duration::from_millis(millis as u64).max(asked.unwrap_or_default()).min(LONGEST))
}

/// Sends it once.
pub(super) async fn send(app: &App, to: &WebhookRow, what: &DeliveryRow) -> Went {
    let badly = |message: String| Went::Badly { status: None, message, wait: None, gone: false };
    let secret = match secret(app, to).await {
        Ok(Some(secret)) => secret,
        Ok(None) => {
            return badly("There is no secret to sign with. Save this webhook with a new one.".to_owned());
        }
        Err(error) => return badly(error.message),
    };
    let (call, reach) = match request(app, to, what, &secret) {
        Ok(made) => made,
        Err(error) => return badly(error.message),
    };
    let Ok(sent) = tokio::time::timeout(TIME, app.http.open_public(call, &reach)).await else {
        return badly(format!("No answer came within {} s.", TIME.as_secs()));
    };
    match sent {
        Ok(reply) => judged(reply.status(), reply.retry_after(), reply.host()),
        Err(failed) => badly(Error::from(failed.error).message),
    }
}

fn judged(status: u16, wait: Option<Duration>, host: &str) -> Went {
    match status {
        200..300 => Went::Well(status),
        410 => Went::Badly {
            status: Some(status),
            message: format!(
                "{host} says that nobody is there any more (410). Switch it on again if that was a mistake."
            ),
            wait: None,
            gone: true,
        },
        300..400 => Went::Badly {
            status: Some(status),
            message: format!(
                "{host} sends on to another address ({status}), which isn't followed. Enter that one if you trust it."
            ),
            wait: None,
            gone: false,
        },
        _ => Went::Badly {
            status: Some(status),
            message: format!("{host} refuses it ({status})."),
            wait,
            gone: false,
        },
    }
}

async fn secret(app: &App, of: &WebhookRow) -> Result<Option<Secret>, Error> {
    let mut locked = None;
    for source in PLACES {
        match app.secrets.get(source, handle(of.id)).await {
            Ok(Some(secret)) => return Ok(Some(secret)),
            Ok(None) => {}
            // A closed vault holds none that could be used.
            Err(SecretError::Locked(_)) if *source == KeySource::Vault => {}
            // It may be in the next place; where it is in none, this one is told of.
            Err(error) => locked = Some(error),
        }
    }
    match locked {
        Some(error) => Err(error.into()),
        None => Ok(None),
    }
}

fn request(
    app: &App,
    to: &WebhookRow,
    what: &DeliveryRow,
    secret: &Secret,
) -> Result<(HttpCall, Reach), Error> {
    let unusable =
        || Error::new(ErrorCode::InvalidInput, "The signing secret can't be used. Enter a new one.");
    let url =
        Url::parse(&to.url).map_err(|_| Error::invalid("The address can't be read. Enter it again."))?;
    let (id, seconds) = (what.event_id.to_string(), app.clock.now().millis() / 1000);
    let signing = standardwebhooks::Webhook::new(secret.expose()).map_err(|_| unusable())?;
    let signature = signing.sign(&id, seconds, what.body.as_bytes()).map_err(|_| unusable())?;
    let path = url.query().map_or_else(|| url.path().to_owned(), |query| format!("{}?{query}", url.path()));
    let call = HttpCall::get(&url.origin().ascii_serialization(), &path)
        .and_then(|call| call.method("POST"))
        .and_then(|call| call.header("content-type", "application/json"))
        .and_then(|call| call.header("webhook-id", &id))
        .and_then(|call| call.header("webhook-timestamp", &seconds.to_string()))
        .and_then(|call| call.header("webhook-signature", &signature))
        .map_err(Error::from)?
        .body(what.body.clone().into_bytes());
    let port = url.port_or_known_default().unwrap_or_default();
    let hosts = url.host_str().filter(|_| to.local).map(|host| format!("{host}:{port}"));
    Ok((call, Reach { hosts: hosts.into_iter().collect() }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tries_are_ever_further_apart_until_there_are_no_more() {
        let pauses: Vec<Duration> = (1..).map_while(|tries| pause(tries, None)).collect();
        assert_eq!(pauses.len(), SCHEDULE.len());
        assert!(pauses.windows(2).all(|pair| pair[0] < pair[1]), "{pauses:?}");
        assert!(pauses[0] >= Duration::from_secs(5) && pauses[0] < Duration::from_millis(5501));
        let asked = Duration::from_mins(1);
        assert_eq!(pause(1, Some(asked)), Some(asked));
        assert_eq!(pause(1, Some(Duration::MAX)), Some(LONGEST));
        assert!(pauses.iter().all(|pause| *pause <= LONGEST));
    }

    #[test]
    fn only_what_was_taken_counts_and_gone_is_gone() {
        assert_eq!(judged(204, None, "h"), Went::Well(204));
        assert!(matches!(judged(302, None, "h"), Went::Badly { gone: false, .. }));
        assert!(matches!(judged(410, None, "h"), Went::Badly { gone: true, .. }));
        let wait = Some(Duration::from_secs(7));
        assert!(matches!(judged(429, wait, "h"), Went::Badly { wait: Some(_), .. }));
    }
}
