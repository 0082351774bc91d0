//! Whom runs tell: a receiver of webhooks, which must hear of everything at least once, each time under the same id.

use std::{collections::BTreeMap, path::Path};

use serde_json::json;
use standardwebhooks::Webhook;
use test_support::Recorded;
use webplus_tests::{Program, rows};

use super::{
    check,
    oracle::{Oracle, Seen},
    play::{Stage, copy},
};

/// What deliveries are signed with.
const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
/// What opens the vault in which that is kept.
const PASSPHRASE: &str = "correct horse battery staple";

/// A home whose runs tell the oracle, in a folder that begins as `seed`'s.
pub(crate) async fn home(seed: &Program, oracle: &Oracle) -> Program {
    let program = opening(Program::new());
    copy(&seed.data(), &program.data());
    let served = program.serve().await;
    let url = format!("http://{}/hook", oracle.address());
    let hook =
        json!({"url": url, "topics": ["run.*"], "allowLocal": true, "secret": SECRET, "keep": "vault"});
    served.call("webhook/save", hook).await;
    served.terminate().await;
    program
}

/// With the passphrase that opens the vault.
pub(crate) fn opening(program: Program) -> Program {
    let file = program.home().join("passphrase");
    std::fs::write(&file, PASSPHRASE).unwrap();
    program.env("WEBPLUS_VAULT_PASSPHRASE_FILE", file.to_str().unwrap())
}

/// A delivery as it came, under its run: which event, whether it was signed as it must be, and its id.
pub(crate) fn seen(request: &Recorded) -> Seen {
    let header = |name: &str| request.header(name).unwrap_or_default();
    let (id, body) = (header("webhook-id"), request.json());
    let seconds = header("webhook-timestamp").parse().unwrap_or_default();
    let signed = Webhook::new(SECRET).unwrap().sign(id, seconds, &request.body);
    let forged =
        if signed.is_ok_and(|signed| signed == header("webhook-signature")) { "" } else { " (forged)" };
    let topic = body["type"].as_str().unwrap_or_default();
    Seen {
        case: body["data"]["runId"].as_str().unwrap_or_default().to_owned(),
        what: format!("{topic} {}{forged}", body["data"]["runSeq"]),
        key: id.to_owned(),
    }
}

/// Whether all that happened was told.
pub(crate) fn is_all_told(data: &Path) -> bool {
    let waits = "SELECT 1 FROM outbox UNION ALL SELECT 1 FROM deliveries WHERE state = 'waiting'";
    rows(data, waits).is_empty()
}

/// Everything that the journal has of the run was heard, under one id each, at most once by each process.
pub(crate) fn heard(stage: &Stage, data: &Path, processes: usize) -> Result<(), String> {
    check::none(
        data,
        "something was not delivered",
        "SELECT topic || ' ' || state FROM deliveries WHERE state <> 'delivered' UNION ALL SELECT topic FROM outbox",
    )?;
    let mut heard: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for seen in stage.oracle.seen(&check::run_id(data)) {
        heard.entry(seen.what).or_default().push(seen.key);
    }
    // An entry of the journal for each event, the first of which goes by another name.
    let happened = rows(
        data,
        "SELECT iif(kind = 'run.accepted', 'run.queued', kind) || ' ' || seq FROM journal
         WHERE kind IN ('run.accepted', 'run.started', 'run.waiting', 'run.resumed', 'run.succeeded')",
    );
    let kept: BTreeMap<String, String> =
        rows(data, "SELECT topic || ' ' || run_seq || ' ' || lower(hex(event_id)) FROM deliveries")
            .iter()
            .filter_map(|row| row.rsplit_once(' '))
            .map(|(what, id)| (what.to_owned(), check::uuid(id)))
            .collect();
    for what in happened.iter().chain(kept.keys()) {
        let ids = heard.get(what).ok_or_else(|| format!("{what} was never told; {heard:?}"))?;
        if ids.len() > processes || ids.iter().any(|id| Some(id) != kept.get(what)) {
            return Err(format!(
                "{what} was told under {ids:?} by {processes} processes, kept as {:?}",
                kept.get(what)
            ));
        }
    }
    match heard.keys().find(|what| !kept.contains_key(*what)) {
        Some(what) => Err(format!("{what} was told and never happened; {kept:?}")),
        None => Ok(()),
    }
}
