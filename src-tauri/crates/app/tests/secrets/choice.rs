//! Which store answers, and for which origin.

use std::sync::Arc;

use app::secrets::{MemorySecrets, SecretError, SecretStore, Secrets, handle, origin_of};
use domain::{KeySource, KeyState, Provider, ProviderId, ProviderKind, Secret, Timestamp};
use futures_util::future::{BoxFuture, FutureExt as _, ready};

use super::{CANARY, secret};

/// A keychain that refuses everything in one way.
struct Refusing(SecretError);

impl SecretStore for Refusing {
    fn get(&self, _: String) -> BoxFuture<'_, Result<Option<Secret>, SecretError>> {
        ready(Err(self.0.clone())).boxed()
    }
    fn set(&self, _: String, _: Secret) -> BoxFuture<'_, Result<(), SecretError>> {
        ready(Err(self.0.clone())).boxed()
    }
    fn delete(&self, _: String) -> BoxFuture<'_, Result<(), SecretError>> {
        ready(Err(self.0.clone())).boxed()
    }
    fn probe(&self) -> BoxFuture<'_, Result<(), SecretError>> {
        ready(Err(self.0.clone())).boxed()
    }
}

fn provider(source: KeySource) -> Provider {
    Provider {
        id: ProviderId::new(Timestamp::from_millis(1)),
        slug: "example".to_owned(),
        name: "Example".to_owned(),
        kind: ProviderKind::OpenaiCompatible,
        base_url: "https://api.example.com/v1".to_owned(),
        key_source: source,
        key_state: KeyState::Missing,
        key_hint: None,
        key_origin: Some("https://api.example.com".to_owned()),
        enabled: true,
    }
}

fn secrets() -> Secrets {
    let variable = |name: &str| match name {
        "EXAMPLE_KEY" => Some(CANARY.to_owned()),
        "EMPTY_KEY" => Some(String::new()),
        _ => None,
    };
    Secrets::new(Arc::new(MemorySecrets::new()), None, Arc::new(variable))
}

fn env(name: &str) -> KeySource {
    KeySource::Env { name: name.to_owned() }
}

#[tokio::test]
async fn a_key_goes_where_the_person_chose_and_nowhere_else() {
    let secrets = secrets();
    secrets.use_vault(Arc::new(MemorySecrets::new()));
    let sources = [KeySource::Keychain, KeySource::Vault, KeySource::Session];
    for source in &sources {
        let provider = provider(source.clone());
        let handle = handle(provider.id, &origin_of(&provider.base_url).unwrap());
        assert_eq!(secrets.state(&provider).await, KeyState::Missing);
        secrets.set(source, handle.clone(), secret(CANARY)).await.unwrap();
        assert_eq!(secrets.state(&provider).await, KeyState::Present);
        assert_eq!(secrets.key(&provider).await, Ok(Some(secret(CANARY))));
        for other in sources.iter().filter(|other| *other != source) {
            assert_eq!(secrets.get(other, handle.clone()).await, Ok(None));
        }
        secrets.delete(source, handle).await.unwrap();
        assert_eq!(secrets.state(&provider).await, KeyState::Missing, "a vanished key is missing");
    }
    assert!(!format!("{secrets:?}").contains(CANARY));
}

#[tokio::test]
async fn a_key_does_not_follow_a_changed_address() {
    let secrets = secrets();
    for source in [KeySource::Session, env("EXAMPLE_KEY")] {
        let mut provider = provider(source.clone());
        secrets.set(&source, handle(provider.id, "https://api.example.com"), secret(CANARY)).await.ok();
        assert_eq!(secrets.key(&provider).await, Ok(Some(secret(CANARY))));
        provider.base_url = "https://api.example.com/v2".to_owned();
        assert_eq!(secrets.state(&provider).await, KeyState::Present, "the same origin");
        for moved in
            ["http://api.example.com", "https://api.example.com:8443", "https://evil.example", "nonsense"]
        {
            provider.base_url = moved.to_owned();
            assert_eq!(secrets.key(&provider).await, Ok(None), "{moved}");
            assert_eq!(secrets.state(&provider).await, KeyState::Missing, "{moved}");
        }
    }
}

#[tokio::test]
async fn a_variable_is_read_and_never_written() {
    let secrets = secrets();
    assert_eq!(secrets.state(&provider(env("EXAMPLE_KEY"))).await, KeyState::Present);
    assert_eq!(secrets.state(&provider(env("EMPTY_KEY"))).await, KeyState::Missing);
    assert_eq!(secrets.state(&provider(env("NO_KEY"))).await, KeyState::Missing);
    let refused = secrets.set(&env("EXAMPLE_KEY"), "a".to_owned(), secret(CANARY)).await;
    assert!(
        matches!(&refused, Err(SecretError::Failed(told)) if told.contains("EXAMPLE_KEY")),
        "{refused:?}"
    );
}

#[tokio::test]
async fn a_keychain_that_refuses_is_a_state_and_falls_back_to_nothing() {
    for (refusal, state) in [
        (SecretError::Locked("locked".to_owned()), KeyState::Locked),
        (SecretError::Unavailable("absent".to_owned()), KeyState::Unavailable),
        (SecretError::Failed("broken".to_owned()), KeyState::Unavailable),
    ] {
        let secrets = Secrets::new(Arc::new(Refusing(refusal.clone())), None, Arc::new(|_| None));
        let provider = provider(KeySource::Keychain);
        assert_eq!(secrets.state(&provider).await, state);
        assert_eq!(secrets.key(&provider).await, Err(refusal.clone()));
        assert_eq!(secrets.set(&KeySource::Keychain, "a".to_owned(), secret(CANARY)).await, Err(refusal));
        assert_eq!(secrets.get(&KeySource::Session, "a".to_owned()).await, Ok(None));
        assert_eq!(secrets.probe(&KeySource::Session).await, Ok(()));
    }
}

#[tokio::test]
async fn a_closed_vault_is_locked_and_no_key_is_not_needed() {
    let secrets = secrets();
    assert_eq!(secrets.state(&provider(KeySource::Vault)).await, KeyState::Locked);
    assert!(matches!(secrets.probe(&KeySource::Vault).await, Err(SecretError::Locked(_))));
    let mut local = provider(KeySource::None);
    local.base_url = String::new();
    assert_eq!(secrets.state(&local).await, KeyState::NotNeeded);
    assert_eq!(secrets.key(&local).await, Ok(None));
}
