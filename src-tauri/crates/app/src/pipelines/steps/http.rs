//! `http` and `webhook`: asking servers.

use domain::ErrorCode;
use pipeline::Capability;
use serde_json::{Map, Value, json};
use standardwebhooks::Webhook;
use url::Url;

use super::{
    Answer, StepCall, StepError,
    config::Config,
    values::{done, plain},
};
use crate::pipelines::{
    net::{self, Request},
    secrets::{Towards, resolve},
};

/// The largest answer unless told, and at most, in bytes.
const MOST: (usize, usize) = (10 << 20, 64 << 20);

/// `http`.
pub(super) async fn ask(call: StepCall) -> Answer {
    call.allowed.check(Capability::Http)?;
    let config = Config::new(&call.input);
    let method = config.optional_text("method")?.unwrap_or("GET").to_ascii_uppercase();
    let mut url = address(config.text("url")?)?;
    let towards = Towards::server(&url)?;
    let mut request = Request {
        method,
        headers: Vec::new(),
        secret_headers: Vec::new(),
        body: None,
        hosts: config.texts("hosts")?,
        most: config.count("max_bytes")?.unwrap_or(MOST.0).min(MOST.1),
        url: url.clone(),
    };
    let mut secret_query = false;
    for (name, value) in config.map("query")?.into_iter().flatten() {
        let text = plain(value);
        secret_query |= !pipeline::secret_names(&text).is_empty();
        let text = resolve(&call, &text, &towards).await?;
        url.query_pairs_mut().append_pair(name, &text);
    }
    request.url = url;
    headers(&call, config, &towards, &mut request).await?;
    if let Some(values) = config.map("json")? {
        request.body = Some(Value::Object(values.clone()).to_string().into_bytes());
        preset(&mut request, "content-type", "application/json");
    } else if let Some(body) = config.value("body") {
        request.body = Some(resolve(&call, &plain(body), &towards).await?.into_bytes());
        preset(&mut request, "content-type", "text/plain; charset=utf-8");
    }
    if !net::is_reading(&request.method) {
        preset(&mut request, "idempotency-key", &call.idempotency_key);
    }
    let reply = net::send(&call.app, request, &call.cancel).await?;
    if reply.status >= 400 && config.value("fail_on_status") != Some(&Value::Bool(false)) {
        let error = net::refused(&reply);
        // A server may repeat the address that it was asked for.
        return Err(if secret_query {
            StepError { message: format!("{} refuses the request ({}).", reply.host, reply.status), ..error }
        } else {
            error
        });
    }
    let text = String::from_utf8_lossy(&reply.body).into_owned();
    let parsed: Value = serde_json::from_slice(&reply.body).unwrap_or_default();
    let headers: Map<String, Value> =
        reply.headers.into_iter().map(|(name, value)| (name, value.into())).collect();
    Ok(done([
        ("status", reply.status.into()),
        ("headers", headers.into()),
        ("json", parsed),
        ("body", text.into()),
    ]))
}

fn address(text: &str) -> Result<Url, StepError> {
    let url =
        Url::parse(text.trim()).ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
    url.ok_or_else(|| StepError::invalid("\"url\" is no web address. Begin it with https://."))
}

/// Headers with a secret apart, so that they never leave the origin.
async fn headers(
    call: &StepCall,
    config: Config<'_>,
    towards: &Towards,
    request: &mut Request,
) -> Result<(), StepError> {
    for (name, value) in config.map("headers")?.into_iter().flatten() {
        let text = plain(value);
        if ["host", "content-length", "transfer-encoding", "connection"]
            .contains(&name.to_ascii_lowercase().as_str())
        {
            return Err(StepError::invalid(format!("The header \"{name}\" is set by itself. Leave it out.")));
        }
        let own =
            matches!(name.to_ascii_lowercase().as_str(), "authorization" | "cookie" | "proxy-authorization");
        if own || !pipeline::secret_names(&text).is_empty() {
            request.secret_headers.push((name.clone(), resolve(call, &text, towards).await?));
        } else {
            request.headers.push((name.clone(), resolve(call, &text, towards).await?));
        }
    }
    Ok(())
}

fn preset(request: &mut Request, name: &str, value: &str) {
    let known = request
        .headers
        .iter()
        .chain(&request.secret_headers)
        .any(|(known, _)| known.eq_ignore_ascii_case(name));
    if !known {
        request.headers.push((name.to_owned(), value.to_owned()));
    }
}

/// `webhook`: signed as Standard Webhooks has it. The id is the attempt's key, so that a receiver can tell a repetition.
pub(super) async fn webhook(call: StepCall) -> Answer {
    call.allowed.check(Capability::Http)?;
    let config = Config::new(&call.input);
    let url = address(config.text("url")?)?;
    let towards = Towards::server(&url)?;
    let now = call.app.clock.now();
    let body = json!({
        "type": config.text("type")?,
        "timestamp": jiff::Timestamp::from_millisecond(now.millis()).unwrap_or_default().to_string(),
        "data": config.map("data")?.cloned().unwrap_or_default(),
    })
    .to_string();
    let id = format!(
        "msg_{}",
        call.idempotency_key.chars().filter(char::is_ascii_alphanumeric).collect::<String>()
    );
    let seconds = now.millis() / 1000;
    let mut request = Request {
        method: "POST".to_owned(),
        url,
        headers: vec![
            ("content-type".to_owned(), "application/json".to_owned()),
            ("webhook-id".to_owned(), id.clone()),
            ("webhook-timestamp".to_owned(), seconds.to_string()),
        ],
        secret_headers: Vec::new(),
        body: None,
        hosts: config.texts("hosts")?,
        most: 1 << 20,
    };
    headers(&call, config, &towards, &mut request).await?;
    if let Some(secret) = config.optional_text("secret")?.filter(|secret| !secret.is_empty()) {
        if pipeline::secret_names(secret).is_empty() {
            return Err(StepError::invalid(
                "\"secret\" must be a reference such as \"secret://signing\", so that it stands in no file.",
            ));
        }
        let key = resolve(&call, secret, &Towards::Signing).await?;
        let signed = Webhook::new(key.trim()).and_then(|webhook| webhook.sign(&id, seconds, body.as_bytes()));
        let signature = signed.map_err(|_| {
            StepError::new(
                ErrorCode::InvalidInput,
                "The signing secret can't be used. It begins with whsec_ and is in Base64; enter it again.",
            )
        })?;
        request.headers.push(("webhook-signature".to_owned(), signature));
    }
    request.body = Some(body.into_bytes());
    let reply = net::send(&call.app, request, &call.cancel).await?;
    if reply.status >= 300 {
        return Err(net::refused(&reply));
    }
    Ok(done([("status", reply.status.into())]))
}
