//! An Ollama of another user of this computer: nothing is sent to it unasked, and of a folder that can't be read it is said whose
//! it is.
//!
//! Only root can start a program as somebody else; for others these say so and are done.

use std::os::unix::fs::PermissionsExt as _;

use serde_json::json;
use test_support::ollama::Script;
use webplus_tests::{
    OllamaHome, PATIENCE, Program, Sent, TestApp, another_user, eventually, model, ollama_is, processes_of,
    terminate,
};

const SMOL: &str = "ollama/smol:latest";

#[tokio::test]
async fn one_of_another_user_is_sent_nothing_before_the_person_says_yes() {
    let Some(user) = another_user() else { return };
    let theirs = OllamaHome::scripted(&Script::default());
    let mut server = theirs.serve_by(user).await;
    let mut home = OllamaHome::bare();
    home.host.clone_from(&theirs.host);
    let app = TestApp::start_with(home.opened()).await;
    let state = ollama_is(&app, "unsure").await;
    assert_eq!(state["address"], format!("http://{}", theirs.host));
    assert_eq!((&state["holder"]["pid"], &state["version"]), (&json!(server.id()), &json!("0.33.0-rc2")));
    let named = state["holder"]["user"].as_str().unwrap().to_owned();
    // Asked for, it is there to be chosen, and still nothing is sent.
    app.call("ollama/start", json!({})).await;
    let ask = || app.call("message/send", json!({"text": "A secret.", "model": SMOL}));
    let ended = app.ended(&Sent::of(&ask().await).answer).await;
    let told = ended["errorMessage"].as_str().unwrap();
    assert_eq!(
        (&ended["status"], &ended["errorCode"]),
        (&json!("failed"), &json!("engine_unavailable")),
        "{ended}"
    );
    assert!(told.contains(&named) && told.contains(&theirs.host), "{told}");
    let refused = app.refused("model/start", json!({"id": SMOL})).await;
    assert_eq!(refused.code, "engine_unavailable", "{refused:?}");
    let asked = theirs.serve_log();
    let mut lines = asked.lines().filter(|line| line.starts_with("[GIN]")).peekable();
    let who = |line: &str| line.ends_with("\"/\"") || line.ends_with("\"/api/version\"");
    assert!(lines.peek().is_some() && lines.all(|line| line.contains("| GET ") && who(line)), "{asked}");
    // The person says yes.
    app.call("ollama/trust", json!({})).await;
    assert_eq!(ollama_is(&app, "ready").await["ownership"], "adopted");
    assert_eq!(app.ended(&Sent::of(&ask().await).answer).await["status"], "succeeded");
    assert!(theirs.serve_log().contains("/api/chat"));
    app.finish().await;
    assert!(theirs.answers().await, "it is theirs, and lives on");
    terminate(&mut server).await;
    eventually("nothing is left", PATIENCE, || processes_of(theirs.home()).is_empty()).await;
}

#[tokio::test]
async fn a_folder_that_can_t_be_read_is_said_to_be_whose_and_its_list_is_asked_for() {
    let Some(user) = another_user() else { return };
    let theirs = OllamaHome::scripted(&Script::default());
    let mut server = theirs.serve().await;
    let private = std::fs::Permissions::from_mode(0o700);
    std::fs::set_permissions(theirs.home().join(".ollama"), private).unwrap();
    let program = Program::new().env("WEBPLUS_OLLAMA", theirs.host.clone()).run_by(user);
    let webplus = program.serve().await;
    let state = ollama_is(&webplus, "ready").await;
    assert_eq!(
        (&state["ownership"], &state["pid"]),
        (&json!("adopted"), &json!(null)),
        "only its user is known: {state}"
    );
    let begun = std::time::Instant::now();
    let folder = loop {
        let folder = ollama_is(&webplus, "ready").await["folder"].clone();
        if !folder.is_null() {
            break folder;
        }
        assert!(begun.elapsed() < PATIENCE, "the folder is never known");
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    };
    let path = theirs.models().display().to_string();
    assert_eq!(folder, json!({"path": path, "readable": false, "writable": false, "owner": "root"}));
    // What is put there is seen by asking for the list, every five seconds.
    while model(&webplus, SMOL).await.is_null() {
        assert!(begun.elapsed() < PATIENCE, "its models are never listed");
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    let mut events = webplus.events(None).await;
    theirs.add_model("new", 2);
    let put = std::time::Instant::now();
    while model(&webplus, "ollama/new:latest").await.is_null() {
        events.until(|event| event["type"] == "model.changed").await;
    }
    eprintln!("a change in a folder that can't be read was shown after {:?}", put.elapsed());
    // A repair needs its files, so it says whose they are.
    let mut events = webplus.events(None).await;
    let job = webplus.call("model/repair", json!({"id": SMOL})).await;
    let failed =
        events.until(|event| event["job"]["id"] == job["id"] && event["job"]["state"]["status"] == "failed");
    let message = failed.await["job"]["state"]["errorMessage"].as_str().unwrap().to_owned();
    assert!(message.contains("belong to the user root"), "{message}");
    assert_eq!(webplus.terminate().await.code(), 0);
    assert!(theirs.answers().await);
    terminate(&mut server).await;
}
