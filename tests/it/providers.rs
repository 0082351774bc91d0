//! `provider/…`: added, tested, moved, their keys kept where the person chose and sent nowhere else.

use std::sync::{Arc, Mutex};

use app::secrets::{MemorySecrets, SecretError, SecretStore};
use domain::Secret;
use futures_util::future::{BoxFuture, ready};
use serde_json::{Value, json};
use test_support::{FaultServer, Script};
use webplus_tests::{Opened, Sent, TestApp, files_holding};

const KEY: &str = "sk-test-0123456789abcd";

/// A keychain in whatever state a test wants.
#[derive(Default)]
struct Moody {
    inner: MemorySecrets,
    mood: Mutex<Option<SecretError>>,
}

impl Moody {
    fn set(&self, mood: Option<SecretError>) {
        *self.mood.lock().unwrap() = mood;
    }

    fn refuse<T: Send + 'static>(&self) -> Option<BoxFuture<'_, Result<T, SecretError>>> {
        let mood = self.mood.lock().unwrap().clone()?;
        Some(Box::pin(ready(Err(mood))))
    }
}

impl SecretStore for Moody {
    fn get(&self, handle: String) -> BoxFuture<'_, Result<Option<Secret>, SecretError>> {
        self.refuse().unwrap_or_else(|| self.inner.get(handle))
    }
    fn set(&self, handle: String, secret: Secret) -> BoxFuture<'_, Result<(), SecretError>> {
        self.refuse().unwrap_or_else(|| self.inner.set(handle, secret))
    }
    fn delete(&self, handle: String) -> BoxFuture<'_, Result<(), SecretError>> {
        self.refuse().unwrap_or_else(|| self.inner.delete(handle))
    }
    fn probe(&self) -> BoxFuture<'_, Result<(), SecretError>> {
        self.refuse().unwrap_or_else(|| self.inner.probe())
    }
}

/// A server of OpenAI's protocol that answers whatever it is asked.
async fn server() -> FaultServer {
    FaultServer::start(|request| {
        if request.target.ends_with("/models") {
            Script::json(200, r#"{"data":[{"id":"m"}]}"#)
        } else {
            Script::sse()
                .event(r#"{"choices":[{"delta":{"content":"yes"},"finish_reason":"stop"}]}"#)
                .event("[DONE]")
        }
    })
    .await
    .unwrap()
}

fn own(server: &FaultServer, more: Value) -> Value {
    let mut params =
        json!({"kind": "openai_compatible", "name": "Own", "baseUrl": format!("{}/v1", server.url())});
    params.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    params
}

/// Asks the provider's model and gives the answer as it ended.
async fn ask(app: &TestApp, slug: &str) -> Value {
    let params = json!({"text": "a", "model": format!("{slug}/m")});
    let sent = Sent::of(&app.call("message/send", params).await);
    app.ended(&sent.answer).await
}

async fn key_state(app: &TestApp, id: &Value) -> String {
    let providers = app.call("provider/list", json!({})).await;
    let found = providers.as_array().unwrap().iter().find(|provider| provider["id"] == *id).unwrap();
    found["keyState"].as_str().unwrap().to_owned()
}

fn keys_sent(server: &FaultServer) -> usize {
    server.requests().iter().filter(|request| format!("{request:?}").contains(KEY)).count()
}

#[tokio::test]
async fn a_key_is_sent_to_its_provider_and_never_shown_again() {
    let (app, server) = (TestApp::start().await, server().await);
    let added = app.call("provider/add", own(&server, json!({"key": format!(" {KEY}\n")}))).await;
    assert_eq!((&added["keyHint"], &added["keyState"]), (&json!("abcd"), &json!("present")));
    assert_eq!(added["keyOrigin"], server.url());
    assert_eq!(app.call("provider/test", json!({"id": added["id"]})).await["models"], 1);
    assert_eq!(ask(&app, "own").await["text"], "yes");
    let request = server.requests().pop().unwrap();
    assert_eq!(request.header("authorization"), Some(format!("Bearer {KEY}").as_str()));
    let listed = app.call("provider/list", json!({})).await;
    assert!(!listed.to_string().contains(KEY));
    let app = app.reopen().await;
    assert_eq!(ask(&app, "own").await["text"], "yes");
    app.call("provider/remove", json!({"id": added["id"]})).await;
    assert_eq!(ask(&app, "own").await["errorCode"], "model_not_found");
    app.finish().await;
}

#[tokio::test]
async fn a_key_does_not_follow_its_provider_to_another_address() {
    let (app, first, second) = (TestApp::start().await, server().await, server().await);
    let added = app.call("provider/add", own(&first, json!({"key": KEY}))).await;
    assert_eq!(ask(&app, "own").await["text"], "yes");
    let moved = json!({"id": added["id"], "baseUrl": format!("{}/v1", second.url())});
    let moved = app.call("provider/update", moved).await;
    assert_eq!((&moved["keyState"], &moved["keyHint"]), (&json!("missing"), &Value::Null));
    let ended = ask(&app, "own").await;
    assert_eq!((&ended["status"], &ended["errorCode"]), (&json!("failed"), &json!("provider_auth")));
    app.refused("provider/test", json!({"id": added["id"]})).await;
    assert_eq!(second.connections(), 0, "the other address heard something");
    for base in ["http://localhost:1/v1", "https://127.0.0.1:1/v1", "https://127.0.0.1.evil.example/v1"] {
        let moved = app.call("provider/update", json!({"id": added["id"], "baseUrl": base})).await;
        assert_eq!(moved["keyState"], "missing", "{base}");
    }
    // Another path of the same origin, and a key that was entered for the new one.
    let back = json!({"id": added["id"], "baseUrl": format!("{}/v2", first.url())});
    assert_eq!(app.call("provider/update", back).await["keyState"], "present");
    let moved = json!({"id": added["id"], "baseUrl": format!("{}/v1", second.url())});
    app.call("provider/update", moved).await;
    app.call("provider/set-key", json!({"id": added["id"], "key": KEY})).await;
    assert_eq!(ask(&app, "own").await["text"], "yes");
    assert!(keys_sent(&second) > 0);
    app.finish().await;
}

#[tokio::test]
async fn a_redirect_gets_neither_the_request_nor_the_key() {
    let target = server().await;
    let to = format!("{}/v1/chat/completions", target.url());
    let source =
        FaultServer::start(move |_| Script::reply(307, &[("Location", to.as_str())], "")).await.unwrap();
    let app = TestApp::start().await;
    let added = app.call("provider/add", own(&source, json!({"key": KEY}))).await;
    app.refused("provider/test", json!({"id": added["id"]})).await;
    assert_eq!(ask(&app, "own").await["status"], "failed");
    assert_eq!(target.connections(), 0);
    app.finish().await;
}

#[tokio::test]
async fn a_key_from_a_variable_is_kept_as_its_name_only() {
    let opened = Opened {
        adjust: Arc::new(|options| {
            options.variable = Arc::new(|name| (name == "OWN_KEY").then(|| KEY.to_owned()));
        }),
        ..Opened::default()
    };
    let (app, server) = (TestApp::start_with(opened).await, server().await);
    let added = app.call("provider/add", own(&server, json!({"keyEnv": "OWN_KEY"}))).await;
    assert_eq!(added["keySource"], json!({"type": "env", "name": "OWN_KEY"}));
    assert_eq!(ask(&app, "own").await["text"], "yes");
    assert_eq!(keys_sent(&server), server.requests().len());
    let other =
        app.call("provider/add", own(&server, json!({"keyEnv": "NO_SUCH_KEY", "name": "Other"}))).await;
    assert_eq!(other["keyState"], "missing");
    let ended = ask(&app, "other").await;
    assert_eq!(ended["errorCode"], "provider_auth");
    assert!(ended["errorMessage"].as_str().unwrap().contains("NO_SUCH_KEY"));
    for name in ["", "A B", "a=b", "sk-test-0123456789abcd!"] {
        app.refused("provider/add", own(&server, json!({ "keyEnv": name }))).await;
    }
    app.finish().await;
}

#[tokio::test]
async fn a_keychain_that_is_locked_absent_or_lost_its_key_says_so_and_works_again_without_a_restart() {
    let keychain = Arc::new(Moody::default());
    let opened = Opened { keychain: Arc::clone(&keychain) as Arc<dyn SecretStore>, ..Opened::default() };
    let (app, server) = (TestApp::start_with(opened).await, server().await);
    keychain.set(Some(SecretError::Unavailable("There is no keychain.".to_owned())));
    let params = own(&server, json!({"key": KEY}));
    let problem = app.refused("provider/add", params.clone()).await;
    assert_eq!((problem.status, problem.code.as_str()), (503, "keychain_missing"));
    assert!(app.call("provider/key-places", json!({})).await["keychainProblem"].is_string());
    keychain.set(None);
    let added = app.call("provider/add", params).await;
    for (mood, state, code) in [
        (SecretError::Locked("It is locked.".to_owned()), "locked", "keychain_locked"),
        (SecretError::Unavailable("It is gone.".to_owned()), "unavailable", "keychain_missing"),
    ] {
        keychain.set(Some(mood));
        assert_eq!(key_state(&app, &added["id"]).await, state);
        assert_eq!(ask(&app, "own").await["errorCode"], code);
    }
    keychain.set(None);
    assert_eq!(ask(&app, "own").await["text"], "yes");
    let handle = format!("provider/{}/{}", added["id"].as_str().unwrap(), server.url());
    keychain.delete(handle).await.unwrap();
    assert_eq!(key_state(&app, &added["id"]).await, "missing");
    let ended = ask(&app, "own").await;
    assert_eq!(ended["errorCode"], "provider_auth");
    assert!(ended["errorMessage"].as_str().unwrap().contains("again"));
    app.finish().await;
}

#[tokio::test]
async fn a_key_for_this_session_ends_with_it() {
    let (app, server) = (TestApp::start().await, server().await);
    let added = app.call("provider/add", own(&server, json!({"key": KEY, "keep": "session"}))).await;
    assert_eq!(ask(&app, "own").await["text"], "yes");
    let app = app.reopen().await;
    assert_eq!(key_state(&app, &added["id"]).await, "missing");
    assert_eq!(ask(&app, "own").await["errorCode"], "provider_auth");
    app.finish().await;
}

#[tokio::test]
async fn what_is_no_provider_is_refused_with_a_sentence() {
    let app = TestApp::start().await;
    for params in [
        json!({}),
        json!({"vendor": "no-such-vendor"}),
        json!({"vendor": "openai"}),
        json!({"kind": "embedded", "baseUrl": "http://127.0.0.1:1"}),
        json!({"kind": "openai_compatible"}),
        json!({"kind": "openai_compatible", "baseUrl": "ftp://127.0.0.1"}),
        json!({"kind": "openai_compatible", "baseUrl": "file:///etc/passwd"}),
        json!({"kind": "openai_compatible", "baseUrl": "http://"}),
        json!({"kind": "openai_compatible", "baseUrl": "http://127.0.0.1:1", "key": "two words"}),
        json!({"kind": "openai_compatible", "baseUrl": "http://127.0.0.1:1", "key": ""}),
        json!({"kind": "openai_compatible", "baseUrl": "http://127.0.0.1:1", "key": KEY, "keyEnv": "A"}),
        json!({"kind": "openai_compatible", "baseUrl": "http://127.0.0.1:1", "key": KEY, "keep": "vault"}),
        json!({"kind": "openai_compatible", "baseUrl": "http://127.0.0.1:1", "name": "x".repeat(61)}),
    ] {
        app.refused("provider/add", params).await;
    }
    let listed = app.call("provider/list", json!({})).await;
    assert_eq!(listed.as_array().unwrap().len(), 2, "the built-in engine and the fake one");
    let embedded = listed.as_array().unwrap().iter().find(|provider| provider["kind"] == "embedded").unwrap();
    app.refused("provider/remove", json!({"id": embedded["id"]})).await;
    app.finish().await;
}

#[tokio::test]
async fn two_providers_of_one_name_have_two_short_names_and_one_that_is_switched_off_is_not_asked() {
    let (app, server) = (TestApp::start().await, server().await);
    let first = app.call("provider/add", own(&server, json!({}))).await;
    let second = app.call("provider/add", own(&server, json!({}))).await;
    assert_eq!((&first["slug"], &second["slug"]), (&json!("own"), &json!("own-2")));
    app.call("provider/update", json!({"id": first["id"], "enabled": false})).await;
    let models = app.call("model/list", json!({})).await;
    let ids: Vec<_> =
        models["models"].as_array().unwrap().iter().map(|model| model["id"].as_str().unwrap()).collect();
    assert_eq!(ids, ["fake/m", "fake/small", "own-2/m"]);
    assert_eq!(ask(&app, "own").await["errorCode"], "invalid_input");
    assert!(app.call("provider/vendors", json!({})).await.as_array().unwrap().len() > 5);
    app.finish().await;
}

#[tokio::test]
async fn a_provider_that_answers_with_nonsense_costs_only_its_own_models() {
    let page =
        Script::reply(200, &[("Content-Type", "text/html")], "<html>Please log in to the network</html>");
    let portal = FaultServer::always(page).await.unwrap();
    let wrong = r#"{"error":{"message":"Incorrect API key provided","code":"invalid_api_key"}}"#;
    let strict = FaultServer::always(Script::json(401, wrong)).await.unwrap();
    let app = TestApp::start().await;
    app.call("provider/add", own(&portal, json!({"name": "Portal"}))).await;
    app.call("provider/add", own(&strict, json!({"name": "Strict", "key": KEY}))).await;
    app.call(
        "provider/add",
        json!({"kind": "openai_compatible", "name": "Nobody", "baseUrl": "http://127.0.0.1:1/v1"}),
    )
    .await;
    let list = app.call("model/list", json!({})).await;
    assert_eq!(list["models"].as_array().unwrap().len(), 2, "the fake one's");
    let problems = list["problems"].as_array().unwrap();
    let code =
        |slug: &str| problems.iter().find(|problem| problem["provider"] == slug).unwrap()["code"].clone();
    assert_eq!(code("portal"), "provider_bad_reply");
    assert_eq!(code("strict"), "provider_auth");
    assert_eq!(code("nobody"), "provider_unreachable");
    assert!(
        problems.iter().all(|problem| problem["message"].as_str().unwrap().ends_with('.')),
        "{problems:?}"
    );
    app.finish().await;
}

#[tokio::test]
async fn a_vault_is_made_and_opened_again_with_a_passphrase_that_is_left_nowhere() {
    const PASSPHRASE: &str = "correct horse battery";
    let (app, server) = (TestApp::start().await, server().await);
    let places = async |app: &TestApp| {
        let places = app.call("provider/key-places", json!({})).await;
        (places["vault"].clone(), places["vaultMade"].clone())
    };
    assert_eq!(places(&app).await, (json!(false), json!(false)));
    let params = own(&server, json!({"key": KEY, "keep": "vault"}));
    assert!(app.refused("provider/add", params.clone()).await.message.contains("Settings, Providers"));
    let short = app.refused("vault/open", json!({"passphrase": " short  "})).await;
    assert!(short.code == "invalid_input" && short.message.contains("longer"), "{short:?}");
    app.call("vault/open", json!({"passphrase": PASSPHRASE})).await;
    assert_eq!(places(&app).await, (json!(true), json!(false)), "the first key makes it");
    let added = app.call("provider/add", params).await;
    assert_eq!((&added["keySource"]["type"], &added["keyState"]), (&json!("vault"), &json!("present")));
    assert_eq!(ask(&app, "own").await["text"], "yes");

    let app = app.reopen().await;
    assert_eq!(places(&app).await, (json!(false), json!(true)));
    assert_eq!(key_state(&app, &added["id"]).await, "locked");
    assert_eq!(ask(&app, "own").await["errorCode"], "keychain_locked");
    let doctor = app.call("system/doctor", json!({})).await;
    assert!(doctor.to_string().contains("in the vault, which is closed"), "{doctor}");
    let wrong = app.refused("vault/open", json!({"passphrase": "correct horse batteries"})).await;
    assert_eq!(wrong.code, "keychain_locked");
    assert_eq!(key_state(&app, &added["id"]).await, "locked", "a wrong one opens nothing");
    let mut events = app.events(None).await;
    // Spaces around it don't count: a file that holds it ends with a line's end.
    app.call("vault/open", json!({"passphrase": format!("{PASSPHRASE} ")})).await;
    events.until(|event| event["type"] == "provider.changed").await;
    assert_eq!(key_state(&app, &added["id"]).await, "present");
    assert_eq!(ask(&app, "own").await["text"], "yes");
    for secret in [PASSPHRASE, KEY] {
        assert!(files_holding(&app.data(), secret.as_bytes()).is_empty());
    }
    app.finish().await;
}
