//! `webplus providers …`

use std::process::ExitCode;

use domain::{ErrorCode, KeyState, Provider};
use serde_json::{Value, json};

use crate::{
    arguments::{ProviderAdd, Providers},
    door::Door,
    environment,
    failure::Failure,
    output::Output,
};

pub(crate) async fn run(door: &Door, command: Providers, output: &Output) -> Result<ExitCode, Failure> {
    match command {
        Providers::Add(add) => {
            let provider = self::add(door, add).await?;
            output.sentence(&format!("{} is added: {}", provider.name, provider.slug))?;
            output.json(&json!(provider))?;
        }
        Providers::List => {
            let providers: Vec<Provider> = door.call("provider/list", json!({})).await?;
            for provider in &providers {
                output.json(&json!(provider))?;
                output.sentence(&format!(
                    "{:16} {:32} {}",
                    provider.slug,
                    provider.base_url,
                    key(provider.key_state)
                ))?;
            }
        }
        Providers::Test { provider } => {
            let provider = find(door, &provider).await?;
            let found: Value = door.call("provider/test", json!({ "id": provider.id })).await?;
            output.sentence(&format!("{} answers and offers {} models.", provider.name, found["models"]))?;
            output.json(&found)?;
        }
        Providers::Remove { provider } => {
            let provider = find(door, &provider).await?;
            let _: Value = door.call("provider/remove", json!({ "id": provider.id })).await?;
            output.sentence(&format!("{} and its key are removed.", provider.name))?;
            output.json(&json!({ "removed": provider.slug }))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

async fn add(door: &Door, add: ProviderAdd) -> Result<Provider, Failure> {
    let mut params = json!({});
    let kind = add.kind.map(|kind| kind.wire().to_owned());
    let optional = [
        ("vendor", add.vendor),
        ("name", add.name),
        ("kind", kind),
        ("baseUrl", add.base_url),
        ("keyEnv", add.key_env.clone()),
    ];
    for (name, value) in optional {
        if let Some(value) = value {
            params[name] = Value::String(value);
        }
    }
    if add.key_env.is_none() && !add.no_key {
        if add.session && !door.outlives_us() {
            return Err(Failure::invalid(if cfg!(unix) {
                "No Web+ is running, so with --session the key would be forgotten when this command ends. Start one with webplus serve or open the window, then try again; or leave --session out."
            } else {
                "On Windows a command can't hand a key to the Web+ that is open, so with --session it would be forgotten when this command ends. Enter it in the window, or leave --session out."
            }));
        }
        let secret = tokio::task::spawn_blocking(|| environment::secret_from_stdin("API key: "))
            .await
            .map_err(|_| Failure::new("The key could not be read."))??;
        params["key"] = Value::String(secret.expose().to_owned());
        let places: Value = door.call("provider/key-places", json!({})).await?;
        params["keep"] = json!(match (add.session, places["vault"].as_bool()) {
            (true, _) => "session",
            (false, Some(true)) => "vault",
            (false, _) => "keychain",
        });
    }
    door.call("provider/add", params).await.map_err(|failure| match failure.code {
        ErrorCode::KeychainMissing | ErrorCode::KeychainLocked => Failure {
            code: failure.code,
            message: format!(
                "{} Or keep the key elsewhere: name a file that holds a passphrase in WEBPLUS_VAULT_PASSPHRASE_FILE to keep keys in an encrypted vault, or give --key-env NAME to read the key from a variable.",
                failure.message
            ),
        },
        _ => failure,
    })
}

async fn find(door: &Door, slug: &str) -> Result<Provider, Failure> {
    let providers: Vec<Provider> = door.call("provider/list", json!({})).await?;
    let known: Vec<String> = providers.iter().map(|provider| provider.slug.clone()).collect();
    providers.into_iter().find(|provider| provider.slug == slug).ok_or_else(|| Failure {
        code: ErrorCode::NotFound,
        message: format!("There is no provider \"{slug}\". There are: {}.", known.join(", ")),
    })
}

fn key(state: KeyState) -> &'static str {
    match state {
        KeyState::NotNeeded => "no key needed",
        KeyState::Present => "key present",
        KeyState::Missing => "key missing",
        KeyState::Locked => "keychain locked",
        KeyState::Unavailable => "no keychain",
    }
}
