//! The doctor: from outside, beside a running application, on folders in every state; and the text for whoever helps.

use std::{
    collections::BTreeMap,
    fs,
    net::TcpListener,
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

use app::secrets::{SecretError, SecretStore};
use domain::Secret;
use serde_json::{Value, json};
use webplus_tests::{Opened, Program, TestApp, rows};

/// Every file below a folder: when it was changed, its permissions and its bytes.
fn snapshot(folder: &Path) -> BTreeMap<String, (std::time::SystemTime, fs::Permissions, Vec<u8>)> {
    let mut found = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap().flatten() {
            let (path, about) = (entry.path(), entry.metadata().unwrap());
            if about.is_dir() {
                folders.push(path.clone());
            }
            let bytes = if about.is_file() { fs::read(&path).unwrap() } else { Vec::new() };
            let facts = (about.modified().unwrap(), about.permissions(), bytes);
            found.insert(path.display().to_string(), facts);
        }
    }
    found
}

fn unchanged(folder: &Path, before: &BTreeMap<String, (std::time::SystemTime, fs::Permissions, Vec<u8>)>) {
    let after = snapshot(folder);
    let names = |files: &BTreeMap<String, _>| files.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&after), names(before), "files came or went");
    for (name, facts) in before {
        assert!(after[name] == *facts, "{name} was changed");
    }
}

async fn doctor(program: &Program) -> Vec<Value> {
    let finished = program.run(&["doctor", "--json"]).await;
    let lines = finished.lines();
    assert_eq!(lines.len(), 1, "{finished:?}");
    let checks = lines[0]["checks"].as_array().unwrap().clone();
    let fails = checks.iter().any(|check| check["status"] == "fail");
    assert_eq!(finished.code(), i32::from(fails), "{finished:?}");
    checks
}

fn of<'a>(checks: &'a [Value], id: &str) -> &'a Value {
    checks.iter().find(|check| check["id"] == id).unwrap_or_else(|| panic!("no check {id}: {checks:?}"))
}

fn says(checks: &[Value], id: &str, status: &str, words: &str) {
    let check = of(checks, id);
    let fits = check["status"] == status && check["message"].as_str().unwrap().contains(words);
    assert!(fits, "{check} isn't {status} with \"{words}\"");
}

/// A folder that a command has used and closed.
async fn used(program: Program) -> Program {
    program.run(&["models", "list"]).await.good();
    program
}

/// Settings of Ollama, put into the database from outside.
fn choose(program: &Program, settings: &Value) {
    put(program, "ollama", settings);
}

/// A setting, put into the database from outside.
fn put(program: &Program, key: &str, value: &Value) {
    let connection = rusqlite::Connection::open(program.data().join("webplus.db")).unwrap();
    let owner: Vec<u8> = connection.query_row("SELECT id FROM users", [], |row| row.get(0)).unwrap();
    let sql = "INSERT INTO settings (owner_id, key, value) VALUES (?1, ?2, ?3)";
    connection.execute(sql, rusqlite::params![owner, key, value.to_string()]).unwrap();
}

#[tokio::test]
async fn the_disk_is_looked_at_where_models_were_moved_to() {
    let program = used(Program::new()).await;
    let told = |checks: &[Value]| of(checks, "disk")["message"].as_str().unwrap().to_owned();
    let words = "where the built-in engine keeps its models";
    assert!(!told(&doctor(&program).await).contains(words), "it is on the same disk as the rest");
    let elsewhere = tempfile::tempdir().unwrap();
    put(&program, "models.folder", &json!(elsewhere.path().join("models")));
    let message = told(&doctor(&program).await);
    assert!(message.contains(words), "{message}");
}

#[tokio::test]
async fn one_object_holds_every_check_with_a_sentence() {
    let program = used(Program::new()).await;
    let checks = doctor(&program).await;
    let ids: Vec<&str> = checks.iter().map(|check| check["id"].as_str().unwrap()).collect();
    assert_eq!(
        ids,
        [
            "binary",
            "processor",
            "engine",
            "confinement",
            "ollama",
            "port",
            "gpu",
            "memory",
            "disk",
            "database",
            "folder",
            "keychain",
            "proxy",
            "certificates",
            "clock"
        ]
    );
    for check in &checks {
        let known = ["id", "status", "message", "fix"];
        assert!(check.as_object().unwrap().keys().all(|key| known.contains(&key.as_str())), "{check}");
        assert!(check["message"].as_str().unwrap().ends_with('.'), "{check}");
        assert!(check.get("fix").is_none_or(|fix| fix.as_str().unwrap().ends_with('.')), "{check}");
    }
    says(&checks, "database", "ok", "is whole");
    says(&checks, "folder", "ok", "yours alone");
    says(&checks, "keychain", "warn", "keychain");
}

#[tokio::test]
async fn where_nothing_is_nothing_is_made() {
    let program = Program::new();
    let checks = doctor(&program).await;
    says(&checks, "database", "ok", "no database yet");
    says(&checks, "folder", "ok", "isn’t there yet");
    assert_eq!(snapshot(program.home()).len(), 0, "the home is as empty as it was");
}

#[tokio::test]
async fn no_byte_of_a_closed_or_a_crashed_folder_is_changed() {
    let program = used(Program::new()).await;
    let before = snapshot(&program.data());
    says(&doctor(&program).await, "database", "ok", "is whole");
    unchanged(&program.data(), &before);
    // A crash leaves the log and its index, and what was written last only there.
    let served = program.serve().await;
    served.call("conversation/create", json!({"title": "the newest"})).await;
    served.kill().await;
    let log = fs::metadata(program.data().join("webplus.db-wal")).unwrap();
    assert!(log.len() > 0, "the log was not left");
    let before = snapshot(&program.data());
    says(&doctor(&program).await, "database", "ok", "is whole");
    unchanged(&program.data(), &before);
}

#[tokio::test]
async fn a_log_without_its_index_is_left_to_the_next_start() {
    let program = used(Program::new()).await;
    let served = program.serve().await;
    served.call("conversation/create", json!({"title": "the newest"})).await;
    served.kill().await;
    fs::remove_file(program.data().join("webplus.db-shm")).unwrap();
    let before = snapshot(&program.data());
    assert_ne!(of(&doctor(&program).await, "database")["status"], "fail");
    unchanged(&program.data(), &before);
    program.run(&["models", "list"]).await.good();
    says(&doctor(&program).await, "database", "ok", "is whole");
}

#[tokio::test]
async fn beside_a_running_application_it_is_asked_and_keeps_its_folder() {
    let program = Program::new();
    let served = program.serve().await;
    let epoch = || rows(&program.data(), "SELECT epoch FROM owner");
    let (before, names) = (epoch(), snapshot(&program.data()).into_keys().collect::<Vec<_>>());
    let checks = doctor(&program).await;
    says(&checks, "database", "ok", "is whole");
    assert_eq!(served.call("system/status", json!({})).await["readOnly"], false);
    assert_eq!(epoch(), before, "nobody took the folder over");
    assert_eq!(snapshot(&program.data()).into_keys().collect::<Vec<_>>(), names);
    served.terminate().await;
}

#[cfg(unix)]
#[tokio::test]
async fn one_that_hangs_is_not_waited_for() {
    let program = Program::new();
    let served = program.serve().await;
    let signal = |name: &str| {
        let id = served.child.id().unwrap().to_string();
        assert!(std::process::Command::new("kill").args([name, &id]).status().unwrap().success());
    };
    signal("-STOP");
    let checks = doctor(&program).await;
    signal("-CONT");
    says(&checks, "database", "ok", "is whole");
    served.terminate().await;
}

#[tokio::test]
async fn damage_and_a_newer_version_are_named_and_left_as_they_are() {
    let program = used(Program::new()).await;
    let database = program.data().join("webplus.db");
    let connection = rusqlite::Connection::open(&database).unwrap();
    connection.pragma_update(None, "user_version", 9999).unwrap();
    drop(connection);
    let before = snapshot(&program.data());
    says(&doctor(&program).await, "database", "fail", "newer version");
    unchanged(&program.data(), &before);
    fs::write(&database, vec![0x5a; 50_000]).unwrap();
    let before = snapshot(&program.data());
    says(&doctor(&program).await, "database", "fail", "damaged");
    unchanged(&program.data(), &before);
}

#[tokio::test]
async fn a_folder_that_is_none_and_one_that_is_open_to_others_are_told() {
    let program = Program::new();
    fs::write(program.data(), "a file").unwrap();
    says(&doctor(&program).await, "folder", "fail", "is no folder");
    fs::remove_file(program.data()).unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let program = used(program).await;
        let database = program.data().join("webplus.db");
        fs::set_permissions(&database, fs::Permissions::from_mode(0o644)).unwrap();
        says(&doctor(&program).await, "folder", "warn", "webplus.db");
        assert_eq!(fs::metadata(&database).unwrap().permissions().mode() & 0o777, 0o644);
    }
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn whoever_holds_the_chosen_port_is_named_with_process_and_program() {
    let program = used(Program::new()).await;
    let held = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = held.local_addr().unwrap().port();
    choose(&program, &json!({"mode": "own", "port": port}));
    let checks = doctor(&program).await;
    says(&checks, "port", "fail", &format!("Port {port} is held by "));
    says(&checks, "port", "fail", &format!("process {}", std::process::id()));
    says(&checks, "port", "fail", &std::env::current_exe().unwrap().display().to_string());
    drop(held);
    says(&doctor(&program).await, "port", "ok", "is free");
}

#[tokio::test]
async fn proxies_are_named_without_passwords_and_what_can_not_be_used_is_told() {
    let proxy = |name: &str, value: &str| Program::new().env(name, value);
    let checks = doctor(&proxy("HTTPS_PROXY", "http://me:canary@proxy.example:3128")).await;
    says(&checks, "proxy", "ok", "HTTPS_PROXY is proxy.example:3128");
    assert!(!format!("{checks:?}").contains("canary"), "{checks:?}");
    says(&doctor(&proxy("https_proxy", "gopher://x")).await, "proxy", "fail", "HTTPS_PROXY");
    says(&doctor(&proxy("HTTPS_PROXY", "http://wpad/proxy.pac")).await, "proxy", "fail", "PAC");
    says(&doctor(&proxy("auto_proxy", "http://wpad/wpad.dat")).await, "proxy", "warn", "PAC");
    says(&doctor(&Program::new()).await, "proxy", "ok", "No proxy");
}

#[tokio::test]
async fn a_file_of_certificates_that_is_not_there_is_named() {
    let checks = doctor(&Program::new().env("SSL_CERT_FILE", "/no/such/file.pem")).await;
    says(&checks, "certificates", "fail", "/no/such/file.pem");
}

#[tokio::test]
async fn a_runner_that_is_not_there_is_a_failure() {
    let checks = doctor(&Program::new().env("WEBPLUS_RUNNER", "/no/such/runner")).await;
    says(&checks, "engine", "fail", "/no/such/runner");
    assert!(of(&checks, "engine")["fix"].as_str().unwrap().contains("WEBPLUS_RUNNER"));
}

/// A keychain that waits for a password that nobody enters.
struct Hanging;

impl SecretStore for Hanging {
    fn get(
        &self,
        _handle: String,
    ) -> futures_util::future::BoxFuture<'_, Result<Option<Secret>, SecretError>> {
        Box::pin(std::future::pending())
    }
    fn set(
        &self,
        _handle: String,
        _secret: Secret,
    ) -> futures_util::future::BoxFuture<'_, Result<(), SecretError>> {
        Box::pin(std::future::pending())
    }
    fn delete(&self, _handle: String) -> futures_util::future::BoxFuture<'_, Result<(), SecretError>> {
        Box::pin(std::future::pending())
    }
    fn probe(&self) -> futures_util::future::BoxFuture<'_, Result<(), SecretError>> {
        Box::pin(std::future::pending())
    }
}

#[tokio::test]
async fn what_hangs_costs_only_its_own_answer() {
    let opened = Opened { keychain: Arc::new(Hanging), ..Opened::default() };
    let app = TestApp::start_with(opened).await;
    let begun = Instant::now();
    let found = app.call("system/doctor", json!({})).await;
    assert!(begun.elapsed() < Duration::from_secs(10), "{:?}", begun.elapsed());
    let checks = found["checks"].as_array().unwrap();
    says(checks, "keychain", "warn", "in time");
    says(checks, "database", "ok", "is whole");
    app.finish().await;
}

#[tokio::test]
async fn the_page_gets_titles_and_every_button_calls_a_method_of_the_table() {
    let app = TestApp::start().await;
    let found = app.call("system/doctor", json!({})).await;
    for check in found["checks"].as_array().unwrap() {
        assert!(!check["title"].as_str().unwrap().is_empty(), "{check}");
        let advice = check["advice"].as_str().unwrap_or_default();
        assert!(check["message"].as_str().unwrap().ends_with(advice), "{check}");
        if let Some(fix) = check.get("fix") {
            let method = fix["method"].as_str().unwrap();
            assert!(app::api::METHODS.iter().any(|known| known.name == method), "{check}");
        }
    }
    let hardware = app.call("system/hardware", json!({})).await;
    assert!(hardware["totalMemory"].as_u64().unwrap() > 0 && hardware["gpus"].is_array(), "{hardware}");
    app.finish().await;
}

#[tokio::test]
async fn the_bundle_helps_and_holds_nothing_of_the_person() {
    const KEY: &str = "canary-key-5d1e77aa9043bc";
    const WORDS: &str = "canary-words-of-a-message";
    const HOME: &str = "/home/canary-person";
    let opened = Opened {
        adjust: Arc::new(|options| {
            options.variable = Arc::new(|name| match name {
                "HOME" => Some(HOME.to_owned()),
                "USER" => Some("canary-person".to_owned()),
                _ => None,
            });
        }),
        ..Opened::default()
    };
    let app = TestApp::start_with(opened).await;
    app.call(
        "provider/add",
        json!({"kind": "openai_compatible", "name": "canary-provider", "baseUrl": "https://canary-host.test/v1", "key": KEY}),
    )
    .await;
    app.call("conversation/create", json!({"title": WORDS, "systemPrompt": WORDS})).await;
    app.exchange(None, WORDS, &format!("{WORDS} and {HOME}")).await;
    let logs = app.data().join("logs");
    fs::create_dir_all(&logs).unwrap();
    let line = format!(
        r#"{{"level":"WARN","message":"{HOME}/models can't be read by canary-person with Bearer {KEY} at http://u:{KEY}@proxy:1/x?key={KEY}"}}"#
    );
    fs::write(logs.join("desktop.log"), format!("{line}\n")).unwrap();
    let text = app.call("system/bundle", json!({})).await["text"].as_str().unwrap().to_owned();
    let data = app.data().display().to_string();
    for forbidden in [KEY, WORDS, HOME, "canary", data.as_str()] {
        assert!(!text.contains(forbidden), "{forbidden} is in {text}");
    }
    let bundle: Value = serde_json::from_str(&text).unwrap();
    assert_eq!((&bundle["counts"]["conversations"], &bundle["counts"]["messages"]), (&json!(2), &json!(2)));
    assert_eq!(bundle["providers"].as_array().unwrap().len(), 3);
    assert!(bundle["checks"].as_array().unwrap().len() >= 14 && bundle["ollama"]["type"] == "off", "{text}");
    let told = bundle["logs"]["application"][0].as_str().unwrap();
    assert!(told.contains("~/models can't be read by …"), "{told}");
    app.finish().await;
}
