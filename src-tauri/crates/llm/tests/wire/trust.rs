//! The operating system's certificate store (W16). Which file that is stands in the environment of the process, so these
//! tests run themselves again as a child with a store made for them. Elsewhere than on Linux the store can't be replaced.
#![cfg(target_os = "linux")]

use std::{path::Path, process::Command};

use llm::Error;
use test_support::FaultServer;

use crate::{
    answer, http,
    kinds::Kind,
    tls::{Authority, NOW},
};

/// Where the child finds the server that its parent runs.
const SERVER: &str = "WEBPLUS_TEST_SERVER";

/// Runs this test in a process whose certificate store is this file.
async fn inside(name: &str, store: &Path, server: &str) {
    let mut child = Command::new(std::env::current_exe().unwrap());
    child.args(["--exact", name, "--nocapture"]);
    child.env("SSL_CERT_FILE", store).env_remove("SSL_CERT_DIR").env(SERVER, server);
    let done = tokio::task::spawn_blocking(move || child.output().unwrap()).await.unwrap();
    let told = String::from_utf8_lossy(&done.stdout);
    let complained = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success() && told.contains("1 passed"), "{told}\n{complained}");
}

#[tokio::test]
async fn w16_an_authority_of_the_systems_store_is_trusted_and_no_other() {
    if let Ok(url) = std::env::var(SERVER) {
        assert_eq!(answer(Kind::Chat, http(), &url).await, Ok("Sealed".to_owned()));
        return;
    }
    let (ours, other) = (Authority::new(), Authority::new());
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("store.pem");
    std::fs::write(&store, ours.pem()).unwrap();
    let name = "trust::w16_an_authority_of_the_systems_store_is_trusted_and_no_other";
    inside(name, &store, &ours.serve("127.0.0.1", NOW).await).await;
    // Here, where the store is this computer's own, the same server isn't trusted.
    for authority in [ours, other] {
        let error = answer(Kind::Chat, http(), &authority.serve("127.0.0.1", NOW).await).await.unwrap_err();
        assert!(
            matches!(&error, Error::Unreachable { message, .. } if message.contains("Example Inspection")),
            "{error:?}"
        );
    }
}

#[tokio::test]
async fn w16_without_a_store_nothing_is_trusted_and_what_runs_here_is_still_reached() {
    if let Ok(url) = std::env::var(SERVER) {
        assert_eq!(answer(Kind::Chat, http(), &url).await, Ok("Clear".to_owned()));
        let error = answer(Kind::Chat, http(), &url.replace("http:", "https:")).await.unwrap_err();
        assert!(
            matches!(&error, Error::InvalidRequest(text) if text.contains("certificate store")),
            "{error:?}"
        );
        return;
    }
    let kind = Kind::Chat;
    let script = kind.head().bytes(kind.piece("Clear")).bytes(kind.end());
    let server = FaultServer::always(script).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let name = "trust::w16_without_a_store_nothing_is_trusted_and_what_runs_here_is_still_reached";
    inside(name, &folder.path().join("missing.pem"), &server.url()).await;
}
