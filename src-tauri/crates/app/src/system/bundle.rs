//! The support bundle: what somebody who helps needs to know of this installation. Counts, never contents.
//!
//! Deliberately not here: what conversations say, which providers and models the person named how, and keys. What slips into
//! a log line all the same is struck out (`scrub`).

use std::{path::Path, time::Duration};

use domain::{JobStatus, Provider, ProviderKind};
use engine::{Machine, ollama::log::last_lines};
use serde_json::{Value, json};
use tokio::time::timeout;

use super::scrub::Scrub;
use crate::{
    App,
    doctor::{self, Patient},
    settings::Settings,
};

/// The files of logs below the data folder, and how many of their last lines are taken.
const LOGS: [(&str, &[&str], usize); 3] = [
    ("application", &["logs", "desktop.log"], 200),
    ("builtInEngine", &["logs", "runner.log"], 100),
    ("ollama", &["engine", "ollama.log"], 200),
];
/// How long the machine may take to tell what it has.
const PATIENCE: Duration = Duration::from_secs(3);

pub(super) async fn text(app: &App) -> String {
    let patient = Patient::running(app);
    let (checks, records) = tokio::join!(doctor::examine_running(app), patient.records());
    let looking = tokio::task::spawn_blocking(Machine::measure);
    let machine = timeout(PATIENCE, looking).await.ok().and_then(Result::ok);
    let data = app.options.data_dir.clone();
    let logs = tokio::task::spawn_blocking(move || logs(&data)).await.unwrap_or_default();
    let records = records.as_deref();
    let whole = json!({
        "made": app.clock.now(),
        "version": env!("CARGO_PKG_VERSION"),
        "system": {
            "name": std::env::consts::OS,
            "architecture": std::env::consts::ARCH,
            "kernel": kernel(),
            "hardware": machine,
        },
        // Whose providers these are and where is the person's own affair; how many work isn't.
        "checks": checks.checks.iter().filter(|check| !check.id.starts_with("provider.")).collect::<Vec<_>>(),
        "engine": app.engine_state(),
        "ollama": app.ollama.state(),
        "settings": {
            "application": records.map(|records| settings(&records.settings)),
            "ollama": records.map(|records| &records.ollama),
        },
        "counts": records.and_then(|records| records.counts).map(|counts| json!({
            "conversations": counts.conversations,
            "messages": counts.messages,
            "calls": counts.calls,
            "models": counts.models,
            "presets": counts.presets,
            "jobs": counts.jobs,
        })),
        "providers": records.map(|records| records.providers.iter().map(provider).collect::<Vec<_>>()),
        "jobs": jobs(app).await,
        "logs": logs,
    });
    let scrub = Scrub::new(&app.options);
    serde_json::to_string_pretty(&scrub.value(whole)).unwrap_or_default()
}

/// What was chosen, where it says nothing about the person.
fn settings(settings: &Settings) -> Value {
    json!({
        "defaultModel": settings.default_model.is_some(),
        "closeToTray": settings.close_to_tray,
        "hub": if settings.hub_url.is_empty() { "the usual" } else { "another" },
        "starterList": if settings.starter_list.is_empty() { "the usual" } else { "another" },
        "firstTokenTimeout": settings.first_token_timeout,
    })
}

fn provider(provider: &Provider) -> Value {
    let here = ["127.0.0.1", "localhost", "[::1]"].iter().any(|host| provider.base_url.contains(host));
    let place = match provider.kind {
        ProviderKind::Embedded => "built in",
        _ if here => "this computer",
        _ => "elsewhere",
    };
    let key = serde_json::to_value(&provider.key_source).unwrap_or_default();
    json!({ "kind": provider.kind, "place": place, "key": key["type"], "enabled": provider.enabled })
}

/// How many jobs of each kind failed, and with which code.
async fn jobs(app: &App) -> Value {
    let owner = domain::Actor::LOCAL.user_id;
    let failed = app.store.read(move |conn| store::jobs::by_status(conn, owner, JobStatus::Failed)).await;
    let told = |job: domain::Job| json!({ "kind": job.kind, "code": job.state.error_code });
    json!({ "failed": failed.unwrap_or_default().into_iter().map(told).collect::<Vec<_>>() })
}

fn logs(data: &Path) -> serde_json::Map<String, Value> {
    let lines = |(name, below, count): (&str, &[&str], usize)| {
        let path = below.iter().fold(data.to_owned(), |path, part| path.join(part));
        (name.to_owned(), json!(last_lines(&path, count, 0)))
    };
    LOGS.into_iter().map(lines).collect()
}

/// The version of the system's kernel, where a file tells it.
fn kernel() -> Option<String> {
    std::fs::read_to_string("/proc/sys/kernel/osrelease").ok().map(|text| text.trim().to_owned())
}
