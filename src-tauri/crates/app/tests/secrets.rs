//! Keys against a real GNOME Keyring on a bus of its own, and the vault on a real disk.
//!
//! Which bus a keychain is asked on is in the environment of the process, so these tests run themselves again as a
//! child inside a session made for them. Where the programs for that are missing they say so and pass.
#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    clippy::disallowed_methods,
    reason = "tests may"
)]

extern crate webplus_app as app;

#[path = "secrets/choice.rs"]
mod choice;
#[cfg(target_os = "linux")]
#[path = "secrets/keychain.rs"]
mod keychain;
#[cfg(target_os = "linux")]
#[path = "secrets/session.rs"]
mod session;
#[path = "secrets/vault.rs"]
mod vault;

/// A secret that must turn up nowhere.
const CANARY: &str = "sk-canary-5f2b9c71d0";

fn secret(text: &str) -> domain::Secret {
    domain::Secret::new(text.to_owned())
}

/// Whether the bytes hold the canary.
fn holds_canary(bytes: &[u8]) -> bool {
    bytes.windows(CANARY.len()).any(|window| window == CANARY.as_bytes())
}
