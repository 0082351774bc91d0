//! The `webplus` program: lines of JSON, exit codes, keys from stdin, and a sentence for whatever goes wrong.

use std::{fs, process::Stdio, time::Duration};

use serde_json::json;
use test_support::{FaultServer, Script};
use tokio::io::AsyncReadExt as _;
use webplus_tests::{Finished, Program, files_holding};

const KEY: &str = "sk-test-0123456789abcd";

/// A server of OpenAI's protocol.
async fn server() -> FaultServer {
    FaultServer::start(|request| {
        if request.target.ends_with("/models") {
            Script::json(200, r#"{"data":[{"id":"m"}]}"#)
        } else if request.json()["model"] == "broken" {
            Script::json(500, r#"{"error":{"message":"out of order"}}"#)
        } else if request.json()["model"] == "long" {
            let piece = r#"{"choices":[{"delta":{"content":"word word word word word word word word "}}]}"#;
            Script::sse().drip(format!("data: {piece}\n\n"), 20_000, Duration::from_millis(1))
        } else {
            Script::sse()
                .event(r#"{"choices":[{"delta":{"reasoning_content":"hm"}}]}"#)
                .event(r#"{"choices":[{"delta":{"content":"It is "}}]}"#)
                .event(r#"{"choices":[{"delta":{"content":"Paris."},"finish_reason":"stop"}]}"#)
                .event(r#"{"choices":[],"usage":{"prompt_tokens":9,"completion_tokens":4}}"#)
                .event("[DONE]")
        }
    })
    .await
    .unwrap()
}

async fn add(program: &Program, server: &FaultServer, more: &[&str], input: &str) -> Finished {
    let base = format!("{}/v1", server.url());
    let mut arguments = vec![
        "providers",
        "add",
        "--kind",
        "openai-compatible",
        "--name",
        "Own",
        "--base-url",
        &base,
        "--json",
    ];
    arguments.extend(more);
    program.run_with(&arguments, input).await
}

/// Failed with a sentence on stderr and, with --json, one line on stdout that says the same.
fn failed(finished: &Finished, code: i32) {
    assert_eq!(finished.code(), code, "{finished:?}");
    // What is told on the way, of tries, stands before it.
    let sentence = finished.stderr.trim_end().lines().last().unwrap_or_default();
    assert!(
        sentence.ends_with('.') && !sentence.contains("panicked") && !sentence.contains("Error {"),
        "{finished:?}"
    );
    if !finished.stdout.is_empty() {
        let last = finished.last();
        assert_eq!(
            (&last["type"], last["message"].as_str()),
            (&json!("error"), Some(sentence)),
            "{finished:?}"
        );
    }
}

#[tokio::test]
async fn an_answer_is_streamed_and_its_last_line_says_what_it_took() {
    let (program, server) = (Program::new(), server().await);
    add(&program, &server, &["--no-key"], "").await.good();
    let answered =
        program.run(&["chat", "--model", "own/m", "--max-tokens", "9", "--json", "Capital?"]).await.good();
    let lines = answered.lines();
    let of = |kind: &str| {
        lines
            .iter()
            .filter(|line| line["type"] == kind)
            .map(|line| line["text"].as_str().unwrap())
            .collect::<String>()
    };
    assert_eq!((of("delta").as_str(), of("reasoning").as_str()), ("It is Paris.", "hm"));
    let done = lines.last().unwrap();
    assert_eq!(done["type"], "done");
    assert_eq!((&done["usage"]["input"], &done["usage"]["output"]), (&json!(9), &json!(4)));
    assert!(done["timing"]["totalMs"].as_f64().unwrap() > 0.0);
    assert_eq!(server.requests().last().unwrap().json()["max_tokens"], 9);
    let conversation = done["conversation"].as_str().unwrap();
    let more = ["chat", "--conversation", conversation, "--temperature", "0.5", "--system", "Be brief.", "-"];
    let plain = program.run_with(&more, "And again?").await.good();
    assert_eq!(plain.stdout, "It is Paris.\n");
    let body = server.requests().last().unwrap().json();
    let roles: Vec<_> = body["messages"]
        .as_array()
        .unwrap()
        .iter()
        .map(|message| message["role"].as_str().unwrap())
        .collect();
    assert_eq!(roles, ["system", "user", "assistant", "user"]);
    assert_eq!(body["messages"][3]["content"], "And again?");
    assert_eq!((&body["temperature"], &body["max_tokens"]), (&json!(0.5), &json!(9)), "both hold");
}

#[tokio::test]
async fn what_can_not_be_asked_fails_with_a_sentence() {
    let (program, server) = (Program::new(), server().await);
    add(&program, &server, &["--no-key"], "").await.good();
    for (arguments, word) in [
        (vec!["chat", "--model", "nowhere/x", "a"], "nowhere"),
        (vec!["chat", "--model", "embedded/nobody", "a"], ""),
        (vec!["chat", "--model", "no-slash", "a"], "no-slash"),
        (vec!["chat", "a"], "model"),
        (vec!["chat", "--model", "own/broken", "a"], "out of order"),
        (vec!["chat", "--model", "own/m", ""], ""),
        (vec!["chat", "--model", "own/m", "--temperature", "9", "a"], "temperature"),
        (vec!["chat", "--conversation", "00000000-0000-7000-8000-000000000000", "a"], "conversation"),
        (vec!["models", "remove", "embedded/nobody"], ""),
        (vec!["models", "start", "embedded/nobody"], "serve"),
        (vec!["models", "import", "/no/such/file.gguf"], "file"),
        (vec!["providers", "test", "nobody"], "nobody"),
        (vec!["providers", "remove", "embedded"], ""),
    ] {
        for json in [false, true] {
            let mut arguments = arguments.clone();
            if json {
                arguments.insert(0, "--json");
            }
            let finished = program.run(&arguments).await;
            failed(&finished, 1);
            assert!(finished.stderr.to_lowercase().contains(word), "{arguments:?}: {finished:?}");
            assert!(json || finished.stdout.is_empty(), "{finished:?}");
        }
    }
    for arguments in
        [&["chat", "--max-tokens", "many"][..], &["nonsense"], &["models"], &["serve", "--port", "x"]]
    {
        assert_eq!(program.run(arguments).await.code(), 2, "{arguments:?}");
    }
    assert_eq!(program.run(&["--version"]).await.code(), 0);
}

#[tokio::test]
async fn without_a_keychain_a_key_is_refused_with_both_ways_out_and_nothing_is_kept() {
    let (program, server) = (Program::new(), server().await);
    let refused = add(&program, &server, &[], &format!("{KEY}\n")).await;
    failed(&refused, 3);
    assert!(
        refused.stderr.contains("WEBPLUS_VAULT_PASSPHRASE_FILE") && refused.stderr.contains("--key-env"),
        "{refused:?}"
    );
    let listed = program.run(&["providers", "list", "--json"]).await.good();
    assert_eq!(listed.lines().len(), 1, "only the built-in engine");
    assert!(files_holding(program.home(), KEY.as_bytes()).is_empty());
    let nothing = add(&program, &server, &[], "\n").await;
    failed(&nothing, 1);
}

#[tokio::test]
async fn a_key_for_the_session_is_refused_where_no_session_would_outlive_the_command() {
    let (program, server) = (Program::new(), server().await);
    let refused = add(&program, &server, &["--session"], &format!("{KEY}\n")).await;
    failed(&refused, 1);
    assert!(refused.stderr.contains("--session") && refused.stderr.contains("webplus serve"), "{refused:?}");
    let listed = program.run(&["providers", "list", "--json"]).await.good();
    assert!(listed.lines().iter().all(|provider| provider["name"] != "Own"), "{listed:?}");
    #[cfg(unix)]
    {
        let running = program.serve().await;
        let added = add(&program, &server, &["--session"], &format!("{KEY}\n")).await.good();
        assert_eq!(added.last()["keySource"]["type"], "session");
        program.run(&["chat", "--model", "own/m", "Capital?"]).await.good();
        running.terminate().await;
    }
}

#[tokio::test]
async fn a_vault_keeps_a_key_under_its_passphrase_only() {
    let (program, server) = (Program::new(), server().await);
    let file = program.home().join("passphrase");
    fs::write(&file, "correct horse\n").unwrap();
    let program = program.env("WEBPLUS_VAULT_PASSPHRASE_FILE", file.to_string_lossy());
    let added = add(&program, &server, &[], &format!("{KEY}\n")).await.good().last();
    assert_eq!((&added["keySource"]["type"], &added["keyState"]), (&json!("vault"), &json!("present")));
    program.run(&["chat", "--model", "own/m", "a"]).await.good();
    let request = server.requests().pop().unwrap();
    assert_eq!(request.header("authorization"), Some(format!("Bearer {KEY}").as_str()));
    assert!(files_holding(program.home(), KEY.as_bytes()).is_empty());
    fs::write(&file, "wrong horse\n").unwrap();
    let wrong = program.run(&["chat", "--model", "own/m", "a"]).await;
    assert!(wrong.code() != 0 && wrong.stderr.trim_end().ends_with('.'), "{wrong:?}");
    fs::remove_file(&file).unwrap();
    let gone = program.run(&["providers", "list"]).await;
    failed(&gone, 1);
    assert!(gone.stderr.contains("WEBPLUS_VAULT_PASSPHRASE_FILE"));
    let closed =
        program.without("WEBPLUS_VAULT_PASSPHRASE_FILE").run(&["chat", "--model", "own/m", "a"]).await;
    assert!(closed.code() != 0 && closed.stderr.trim_end().ends_with('.'), "{closed:?}");
}

#[tokio::test]
async fn a_variables_name_is_kept_and_not_its_value() {
    let (program, server) = (Program::new(), server().await);
    let program = program.env("OWN_KEY", KEY);
    let added = add(&program, &server, &["--key-env", "OWN_KEY"], "").await.good().last();
    assert_eq!(added["keySource"], json!({"type": "env", "name": "OWN_KEY"}));
    program.run(&["providers", "test", "own"]).await.good();
    assert_eq!(
        server.requests().pop().unwrap().header("authorization"),
        Some(format!("Bearer {KEY}").as_str())
    );
    assert!(files_holding(&program.data(), KEY.as_bytes()).is_empty());
    assert!(!files_holding(&program.data(), b"OWN_KEY").is_empty());
    let program = program.without("OWN_KEY");
    let asked = program.run(&["chat", "--model", "own/m", "a"]).await;
    failed(&asked, 1);
    assert!(asked.stderr.contains("OWN_KEY"));
    program.run(&["providers", "remove", "own"]).await.good();
    let listed = program.run(&["providers", "list", "--json"]).await.good();
    assert_eq!(listed.lines().len(), 1);
}

#[tokio::test]
async fn a_reader_that_goes_away_ends_the_command_and_the_text_is_kept() {
    let (program, server) = (Program::new(), server().await);
    add(&program, &server, &["--no-key"], "").await.good();
    for json in [false, true] {
        let mut command = program.command(&["chat", "--model", "own/long", "go"]);
        if json {
            command.arg("--json");
        }
        let mut child = command.stdin(Stdio::null()).spawn().unwrap();
        let mut stdout = child.stdout.take().unwrap();
        let mut some = [0; 100];
        stdout.read_exact(&mut some).await.unwrap();
        drop(stdout);
        let output = tokio::time::timeout(Duration::from_secs(20), child.wait_with_output()).await;
        let output = output.expect("it writes on for nobody").unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!said.contains("panicked"), "{said}");
        assert!(!output.status.success());
    }
    let kept =
        webplus_tests::rows(&program.data(), "SELECT status || parts FROM messages WHERE role = 'assistant'");
    assert_eq!(kept.len(), 2);
    assert!(kept.iter().all(|row| row.starts_with("interrupted") && row.contains("word word")), "{kept:?}");
}

#[tokio::test]
async fn a_folder_that_can_not_be_used_is_named_in_a_sentence() {
    let program = Program::new();
    fs::write(program.data(), "a file").unwrap();
    for command in [&["models", "list"][..], &["serve"], &["chat", "a"]] {
        failed(&program.run(command).await, 1);
    }
    fs::remove_file(program.data()).unwrap();
    let elsewhere = program.run(&["--data-dir", "/proc/nowhere/webplus", "models", "list"]).await;
    failed(&elsewhere, 1);
    // A database of a later version is left as it is.
    program.run(&["models", "list"]).await.good();
    let database = program.data().join("webplus.db");
    let connection = rusqlite::Connection::open(&database).unwrap();
    connection.pragma_update(None, "user_version", 9999).unwrap();
    drop(connection);
    let before = fs::read(&database).unwrap();
    let newer = program.run(&["models", "list"]).await;
    failed(&newer, 1);
    for command in [&["--json", "models", "list"][..], &["--json", "serve"]] {
        let told = program.run(command).await;
        assert_eq!((told.code(), &told.lines()[0]["code"]), (1, &json!("database_newer")), "{told:?}");
    }
    assert_eq!(fs::read(&database).unwrap(), before);
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_folder_that_can_only_be_read_shows_what_is_there_and_refuses_the_rest() {
    let (program, server) = (Program::new(), server().await);
    add(&program, &server, &["--no-key"], "").await.good();
    program.run(&["chat", "--model", "own/m", "kept"]).await.good();
    // Permissions bind nobody who is root, so the folder is mounted for reading only, in a name space of its own.
    let script = r#"mount --bind "$1" "$1" && mount -o remount,ro,bind "$1" && shift && exec "$@""#;
    let run = async |arguments: &[&str]| {
        let mut inner = program.command(arguments);
        let own = std::mem::replace(inner.as_std_mut(), std::process::Command::new("unshare"));
        let mut outer = tokio::process::Command::from(std::process::Command::new("unshare"));
        outer
            .args(["--mount", "--map-root-user", "sh", "-c", script, "sh"])
            .arg(program.data())
            .arg(own.get_program())
            .args(own.get_args());
        outer.env_clear().env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin");
        for (name, value) in own.get_envs() {
            outer.env(name, value.unwrap_or_default());
        }
        let output = outer.stdin(Stdio::null()).output().await.unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        Finished { status: output.status, stdout: text(output.stdout), stderr: text(output.stderr) }
    };
    let listed = run(&["providers", "list", "--json"]).await;
    if ["unshare", "mount"].iter().any(|word| listed.stderr.contains(&format!("{word}: "))) {
        eprintln!(
            "left out: this computer lets nobody mount a folder for reading only ({})",
            listed.stderr.trim()
        );
        return;
    }
    assert_eq!(listed.good().lines().len(), 2);
    let refused = run(&["chat", "--model", "own/m", "new"]).await;
    failed(&refused, 1);
    let doctor = run(&["doctor", "--json"]).await;
    assert_eq!(doctor.code(), 1);
    assert!(
        doctor.stdout.contains(r#""id":"database","message":"#) || doctor.stdout.contains("database"),
        "{doctor:?}"
    );
    program.run(&["providers", "list"]).await.good();
}

#[tokio::test]
async fn the_doctor_looks_at_everything_and_says_so_in_one_value() {
    let program = Program::new().env("WEBPLUS_RUNNER", "/no/such/runner");
    let doctor = program.run(&["doctor", "--json"]).await;
    let lines = doctor.lines();
    assert_eq!(lines.len(), 1);
    let checks = lines[0]["checks"].as_array().unwrap();
    let ids: Vec<_> = checks.iter().map(|check| check["id"].as_str().unwrap()).collect();
    for id in ["database", "engine", "memory", "keychain"] {
        assert!(ids.contains(&id), "{ids:?}");
    }
    let fails = checks.iter().any(|check| check["status"] == "fail");
    assert_eq!(doctor.code(), i32::from(fails));
    let plain = program.run(&["doctor"]).await;
    assert!(plain.stdout.lines().count() >= checks.len());
}

#[tokio::test]
async fn serve_says_in_one_line_that_it_is_ready_and_ends_when_it_is_asked_to() {
    let program = Program::new();
    let served = program.serve().await;
    let keys: Vec<_> = served.ready.as_object().unwrap().keys().cloned().collect();
    assert_eq!(keys, ["token", "url"]);
    assert!(served.ready["url"].as_str().unwrap().starts_with("http://127.0.0.1:"));
    assert_eq!(served.call("system/status", json!({})).await["readOnly"], false);
    let events = served.events(None).await;
    let address = format!("{}/#token={}", served.ready["url"].as_str().unwrap(), served.token);
    let ended = served.terminate().await;
    drop(events);
    assert_eq!(ended.code(), 0);
    assert!(ended.stderr.contains(&address), "{ended:?}");
}

#[tokio::test]
async fn a_damaged_database_is_told_and_what_is_left_of_it_is_kept() {
    let program = Program::new();
    program.run(&["models", "list"]).await.good();
    let database = program.data().join("webplus.db");
    fs::write(&database, vec![0x5a; 50_000]).unwrap();
    let _ = fs::remove_dir_all(program.data().join("backups"));
    let served = program.serve().await;
    let status = served.call("system/status", json!({})).await;
    assert!(status["databaseNotice"].as_str().unwrap().ends_with('.'), "{status}");
    let ended = served.terminate().await;
    assert!(ended.stderr.contains("damaged"), "{ended:?}");
    assert!(!files_holding(&program.data(), &[0x5a; 1000]).is_empty(), "the damaged file is kept");
}

#[tokio::test]
async fn what_a_command_mended_is_told_by_it_and_by_all_that_come_after_until_it_was_seen() {
    let program = Program::new();
    program.run(&["models", "list"]).await.good();
    fs::write(program.data().join("webplus.db"), vec![0x5a; 50_000]).unwrap();
    let _ = fs::remove_dir_all(program.data().join("backups"));
    let told = "Your database was damaged";
    for arguments in [&["providers", "list"][..], &["models", "list", "--json"], &["pipelines", "list"]] {
        let finished = program.run(arguments).await.good();
        assert!(finished.stderr.contains(told) && !finished.stdout.contains(told), "{finished:?}");
        assert!(finished.stderr.contains("webplus doctor --seen"), "{finished:?}");
    }
    assert!(program.run(&["doctor"]).await.stdout.contains(told));
    let served = program.serve().await;
    assert!(served.call("system/status", json!({})).await["databaseNotice"].as_str().unwrap().contains(told));
    #[cfg(unix)]
    {
        let beside = program.run(&["models", "list"]).await.good();
        assert!(beside.stderr.contains(told), "{beside:?}");
    }
    served.terminate().await;
    program.run(&["doctor", "--seen"]).await;
    assert!(!program.run(&["doctor"]).await.stdout.contains(told));
    let quiet = program.run(&["providers", "list"]).await.good();
    assert!(!quiet.stderr.contains(told), "{quiet:?}");
}
