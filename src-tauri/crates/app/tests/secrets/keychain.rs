//! The keychain of a Linux desktop.

use std::time::Duration;

use app::secrets::{Keychain, SecretError, SecretStore};
use domain::Secret;
use tokio::time::Instant;

use super::{
    CANARY, secret,
    session::{self, Daemon},
};

const AT_ONCE: Duration = Duration::from_secs(2);

fn name() -> String {
    "provider/1/https://api.example.com".to_owned()
}

async fn set(keychain: &Keychain) -> Result<(), SecretError> {
    keychain.set(name(), secret(CANARY)).await
}

async fn get(keychain: &Keychain) -> Result<Option<Secret>, SecretError> {
    keychain.get(name()).await
}

#[test]
fn a_key_is_kept_replaced_and_forgotten() {
    session::inside("keychain::a_key_is_kept_replaced_and_forgotten", async {
        let _daemon = Daemon::unlocked().await;
        let keychain = Keychain::new();
        assert_eq!(keychain.probe().await, Ok(()));
        assert_eq!(get(&keychain).await, Ok(None));
        assert_eq!(keychain.has(name()).await, Ok(false));
        assert_eq!(keychain.delete(name()).await, Ok(()));

        assert_eq!(keychain.set(name(), secret("an older key")).await, Ok(()));
        let began = Instant::now();
        assert_eq!(set(&keychain).await, Ok(()));
        let written = began.elapsed();
        assert_eq!(session::items(), 1);
        let began = Instant::now();
        assert_eq!(Keychain::new().get(name()).await, Ok(Some(secret(CANARY))));
        eprintln!("set {written:?}, get {:?}", began.elapsed());
        assert_eq!(keychain.has(name()).await, Ok(true));
        assert_eq!(keychain.get("provider/1/https://api.example.com:8443".to_owned()).await, Ok(None));

        assert_eq!(keychain.delete(name()).await, Ok(()));
        assert_eq!(get(&keychain).await, Ok(None));
        assert_eq!(session::items(), 0);
    });
}

#[test]
fn a_key_deleted_by_another_program_is_missing() {
    session::inside("keychain::a_key_deleted_by_another_program_is_missing", async {
        let _daemon = Daemon::unlocked().await;
        let keychain = Keychain::new();
        set(&keychain).await.unwrap();
        session::delete_behind_our_back(&name());
        assert_eq!(get(&keychain).await, Ok(None));
        assert_eq!(keychain.has(name()).await, Ok(false));
    });
}

#[test]
fn a_prompt_that_nobody_answers_is_told_in_time_and_blocks_no_later_call() {
    session::inside(
        "keychain::a_prompt_that_nobody_answers_is_told_in_time_and_blocks_no_later_call",
        async {
            let _daemon = Daemon::unlocked().await;
            let _prompter = tokio::task::spawn_blocking(session::silent_prompter).await.unwrap();
            let keychain = Keychain::new();
            set(&keychain).await.unwrap();
            session::lock();

            let began = Instant::now();
            assert!(matches!(keychain.probe().await, Err(SecretError::Locked(_))));
            assert!(matches!(keychain.has(name()).await, Err(SecretError::Locked(_))));
            assert!(began.elapsed() < AT_ONCE, "looking prompted: {:?}", began.elapsed());

            let began = Instant::now();
            let refused = get(&keychain).await;
            let took = began.elapsed();
            assert!(matches!(refused, Err(SecretError::Locked(_))), "{refused:?}");
            assert!(took > Duration::from_secs(4) && took < Duration::from_secs(6), "{took:?}");
            eprintln!("locked after {took:?}: {}", refused.unwrap_err());

            // The prompt stands, and no second one is put beside it.
            let began = Instant::now();
            let refused = keychain.set(name(), secret("another")).await;
            assert!(matches!(refused, Err(SecretError::Locked(_))), "{refused:?}");
            eprintln!("the later call took {:?}: {}", began.elapsed(), refused.unwrap_err());
            assert!(began.elapsed() < AT_ONCE, "{:?}", began.elapsed());

            tokio::task::spawn_blocking(session::unlock).await.unwrap();
            assert_eq!(get(&keychain).await, Ok(Some(secret(CANARY))));
        },
    );
}

#[test]
fn a_dismissed_prompt_is_told_and_the_key_stays() {
    session::inside("keychain::a_dismissed_prompt_is_told_and_the_key_stays", async {
        // Without anything to show a prompt through, GNOME Keyring takes it for dismissed.
        let _daemon = Daemon::unlocked().await;
        let keychain = Keychain::new();
        set(&keychain).await.unwrap();
        session::lock();
        assert!(matches!(get(&keychain).await, Err(SecretError::Locked(_))));
        assert!(matches!(keychain.set(name(), secret("another")).await, Err(SecretError::Locked(_))));
        assert!(matches!(keychain.delete(name()).await, Err(SecretError::Locked(_))));
        tokio::task::spawn_blocking(session::unlock).await.unwrap();
        assert_eq!(get(&keychain).await, Ok(Some(secret(CANARY))));
    });
}

#[test]
fn k3_a_single_item_that_is_denied_counts_as_locked_and_stays_and_a_retry_works() {
    session::inside(
        "keychain::k3_a_single_item_that_is_denied_counts_as_locked_and_stays_and_a_retry_works",
        async {
            let _daemon = Daemon::unlocked().await;
            let keychain = Keychain::new();
            let other = "provider/2/https://api.example.org".to_owned();
            set(&keychain).await.unwrap();
            keychain.set(other.clone(), secret("the other key")).await.unwrap();
            let denied = name();
            tokio::task::spawn_blocking(move || session::deny(Some(&denied))).await.unwrap();

            for refused in [
                get(&keychain).await.map(|_| ()),
                keychain.set(name(), secret("another")).await,
                keychain.delete(name()).await,
            ] {
                let told = matches!(&refused, Err(SecretError::Locked(text)) if text.contains("refuses"));
                assert!(told, "{refused:?}");
            }
            // Only this item: the keychain is open, the item is known to be there, and so is its neighbour.
            assert_eq!(keychain.probe().await, Ok(()));
            assert_eq!(keychain.has(name()).await, Ok(true));
            assert_eq!(keychain.get(other).await, Ok(Some(secret("the other key"))));
            assert_eq!(session::items(), 2);

            tokio::task::spawn_blocking(|| session::deny(None)).await.unwrap();
            assert_eq!(get(&keychain).await, Ok(Some(secret(CANARY))), "neither deleted nor written over");
            assert_eq!(keychain.delete(name()).await, Ok(()));
            assert_eq!(get(&keychain).await, Ok(None));
        },
    );
}

#[test]
fn a_frozen_keychain_is_told_in_time_and_works_when_it_wakes() {
    session::inside("keychain::a_frozen_keychain_is_told_in_time_and_works_when_it_wakes", async {
        let daemon = Daemon::unlocked().await;
        let keychain = Keychain::new();
        set(&keychain).await.unwrap();
        daemon.signal("-STOP");
        let began = Instant::now();
        assert!(matches!(get(&keychain).await, Err(SecretError::Locked(_))));
        let took = began.elapsed();
        assert!(took > Duration::from_secs(4) && took < Duration::from_secs(6), "{took:?}");
        daemon.signal("-CONT");
        assert_eq!(get(&keychain).await, Ok(Some(secret(CANARY))));
    });
}

#[test]
fn a_keychain_that_comes_later_is_used_without_a_restart() {
    session::inside("keychain::a_keychain_that_comes_later_is_used_without_a_restart", async {
        let keychain = Keychain::new();
        let began = Instant::now();
        assert!(matches!(get(&keychain).await, Err(SecretError::Unavailable(_))));
        assert!(matches!(set(&keychain).await, Err(SecretError::Unavailable(_))));
        assert!(matches!(keychain.probe().await, Err(SecretError::Unavailable(_))));
        assert!(began.elapsed() < AT_ONCE, "{:?}", began.elapsed());

        let daemon = Daemon::unlocked().await;
        assert_eq!(set(&keychain).await, Ok(()));
        assert_eq!(get(&keychain).await, Ok(Some(secret(CANARY))));

        drop(daemon);
        assert!(matches!(get(&keychain).await, Err(SecretError::Unavailable(_))));
        let _again = Daemon::unlocked().await;
        assert_eq!(get(&keychain).await, Ok(Some(secret(CANARY))));
    });
}

#[test]
fn a_keychain_without_a_keyring_in_it_is_unavailable_at_once() {
    session::inside("keychain::a_keychain_without_a_keyring_in_it_is_unavailable_at_once", async {
        let _daemon = Daemon::empty().await;
        let keychain = Keychain::new();
        let began = Instant::now();
        assert!(matches!(set(&keychain).await, Err(SecretError::Unavailable(_))));
        assert!(matches!(get(&keychain).await, Err(SecretError::Unavailable(_))));
        assert!(matches!(keychain.has(name()).await, Err(SecretError::Unavailable(_))));
        assert!(began.elapsed() < AT_ONCE, "{:?}", began.elapsed());
    });
}

#[test]
fn without_a_bus_there_is_no_keychain_and_that_is_told_at_once() {
    session::without_a_bus("keychain::without_a_bus_there_is_no_keychain_and_that_is_told_at_once", async {
        let keychain = Keychain::new();
        let began = Instant::now();
        let refused = set(&keychain).await;
        assert!(matches!(refused, Err(SecretError::Unavailable(_))), "{refused:?}");
        assert!(matches!(get(&keychain).await, Err(SecretError::Unavailable(_))));
        assert!(began.elapsed() < AT_ONCE, "{:?}", began.elapsed());
        eprintln!("{}", refused.unwrap_err());
        assert!(!format!("{keychain:?}").contains(CANARY));
    });
}
