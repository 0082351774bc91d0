#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests may")]

use std::sync::{
    Condvar, Mutex,
    atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst},
};

use keyring_core::{CredentialStore, api::CredentialStoreApi as _, mock};
use tokio::time::Instant;

use super::*;

const SHORT: Duration = Duration::from_millis(100);

/// A keychain whose prompt hangs until the test lets go.
struct Scripted {
    store: Arc<mock::Store>,
    locked: AtomicBool,
    frozen: AtomicBool,
    prompts: AtomicUsize,
    released: (Mutex<bool>, Condvar),
}

impl Scripted {
    fn new(locked: bool) -> Arc<Self> {
        Arc::new(Self {
            store: mock::Store::new().unwrap(),
            locked: AtomicBool::new(locked),
            frozen: AtomicBool::new(false),
            prompts: AtomicUsize::new(0),
            released: (Mutex::new(false), Condvar::new()),
        })
    }

    fn hang(&self) {
        let released = self.released.0.lock().unwrap();
        drop(self.released.1.wait_while(released, |released| !*released).unwrap());
    }

    fn release(&self) {
        *self.released.0.lock().unwrap() = true;
        self.released.1.notify_all();
    }
}

impl Platform for Scripted {
    fn locked(&self) -> Result<bool, SecretError> {
        if self.frozen.load(SeqCst) {
            self.hang();
        }
        Ok(self.locked.load(SeqCst))
    }

    fn unlock(&self) -> Result<(), SecretError> {
        self.prompts.fetch_add(1, SeqCst);
        self.hang();
        Ok(())
    }

    fn has(&self, _service: &str, _handle: &str) -> Result<bool, SecretError> {
        Ok(false)
    }

    fn open(&self) -> Result<Arc<CredentialStore>, SecretError> {
        let store: Arc<CredentialStore> = Arc::clone(&self.store) as _;
        Ok(store)
    }
}

async fn all_threads_end(keychain: &Keychain) {
    let all = keychain.threads.acquire_many(u32::try_from(THREADS).unwrap());
    drop(timeout(Duration::from_secs(10), all).await.expect("a thread of the keychain still hangs").unwrap());
}

#[tokio::test]
async fn a_prompt_that_nobody_answers_ends_the_call_and_holds_up_no_other() {
    let scripted = Scripted::new(true);
    let keychain = Keychain::over(scripted.clone(), SHORT);
    let refused = keychain.get("a".to_owned()).await;
    assert_eq!(refused, Err(wording::not_answering()));

    // Locked still: no second prompt beside the first, and no waiting.
    let began = Instant::now();
    assert_eq!(keychain.get("a".to_owned()).await, Err(wording::prompt_open()));
    assert!(began.elapsed() < SHORT);
    assert_eq!(scripted.prompts.load(SeqCst), 1);

    // Unlocked elsewhere, the first prompt still hanging.
    scripted.locked.store(false, SeqCst);
    keychain.set("b".to_owned(), Secret::new("x".to_owned())).await.unwrap();
    scripted.release();
    all_threads_end(&keychain).await;
}

#[tokio::test]
async fn a_prompt_answered_too_late_unlocks_but_writes_nothing() {
    let scripted = Scripted::new(true);
    let keychain = Keychain::over(scripted.clone(), SHORT);
    assert_eq!(
        keychain.set("a".to_owned(), Secret::new("x".to_owned())).await,
        Err(wording::not_answering())
    );
    scripted.locked.store(false, SeqCst);
    scripted.release();
    all_threads_end(&keychain).await;
    let entry = scripted.store.build(SERVICE, "a", None).unwrap();
    assert!(matches!(entry.get_secret(), Err(Error::NoEntry)));
}

#[tokio::test]
async fn a_frozen_keychain_holds_a_few_threads_then_refuses_at_once_and_recovers() {
    let scripted = Scripted::new(false);
    let keychain = Keychain::over(scripted.clone(), SHORT);
    scripted.frozen.store(true, SeqCst);
    for _ in 0..THREADS {
        assert_eq!(keychain.probe().await, Err(wording::not_answering()));
    }
    let began = Instant::now();
    assert_eq!(keychain.probe().await, Err(wording::not_answering()));
    assert!(began.elapsed() < SHORT, "the ninth call waited");

    scripted.frozen.store(false, SeqCst);
    scripted.release();
    all_threads_end(&keychain).await;
    assert_eq!(keychain.probe().await, Ok(()));
}

#[tokio::test]
async fn many_calls_at_once_take_turns() {
    let keychain = Keychain::over(Scripted::new(false), Duration::from_secs(30));
    let calls = (0..64).map(|_| keychain.probe());
    for result in futures_util::future::join_all(calls).await {
        assert_eq!(result, Ok(()));
    }
}

#[test]
fn a_prompt_lost_for_a_minute_may_be_opened_again() {
    let (slot, began) = (PromptSlot::default(), Instant::now());
    let first = slot.claim_at(began);
    assert!(first.is_some());
    assert!(slot.claim_at(began + Duration::from_secs(59)).is_none());
    let second = slot.claim_at(began + Duration::from_mins(1));
    assert!(second.is_some());
    drop(first);
    assert!(
        slot.claim_at(began + Duration::from_secs(61)).is_none(),
        "the lost prompt freed its successor's place"
    );
    drop(second);
    assert!(slot.claim_at(began + Duration::from_secs(61)).is_some());
}

#[test]
fn an_item_that_is_refused_counts_as_locked() {
    for name in REFUSED_BY {
        let refusal = Error::PlatformFailure(std::io::Error::other(format!("{name}: no")).into());
        assert!(matches!(wording::explain(&refusal), SecretError::Locked(_)), "{name}");
    }
    let broken = Error::PlatformFailure(std::io::Error::other("broken pipe").into());
    assert!(matches!(wording::explain(&broken), SecretError::Failed(_)));
}

const REFUSED_BY: [&str; 2] =
    ["org.freedesktop.Secret.Error.IsLocked", "org.freedesktop.DBus.Error.AccessDenied"];
