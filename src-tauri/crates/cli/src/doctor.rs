//! `webplus doctor`: asks the running application, and looks by itself where none runs or answers. Opens nothing, so that it
//! works beside everything and changes nothing; only with `--seen` the notice about the database is taken away first.

use std::process::ExitCode;

use app::{
    AppOptions,
    doctor::{Check, CheckStatus, Doctor},
};
use serde_json::{Value, json};

use crate::{arguments, door::Door, failure::Failure, output::Output};

pub(crate) async fn run(
    options: AppOptions,
    arguments: &arguments::Doctor,
    output: &Output,
) -> Result<ExitCode, Failure> {
    if arguments.seen {
        let door = Door::open(options.clone(), output).await?;
        let _: Value = door.call("system/dismiss", json!({})).await?;
        door.close().await;
    }
    let found = match running(&options).await {
        Some(found) => found,
        None => app::doctor::examine(options).await,
    };
    output.json(&json!({ "checks": found.checks.iter().map(told).collect::<Vec<_>>() }))?;
    for check in &found.checks {
        output.sentence(&format!("{:4}  {}: {}", word(check.status), check.title, check.found()))?;
        if let Some(advice) = &check.advice {
            output.sentence(&format!("      {advice}"))?;
        }
    }
    let failed = found.checks.iter().filter(|check| check.status == CheckStatus::Fail).count();
    Ok(if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn told(check: &Check) -> Value {
    let mut told = json!({ "id": check.id, "status": check.status, "message": check.found() });
    if let Some(advice) = &check.advice {
        told["fix"] = json!(advice);
    }
    told
}

fn word(status: CheckStatus) -> &'static str {
    match status {
        CheckStatus::Ok => "ok",
        CheckStatus::Warn => "warn",
        CheckStatus::Fail => "fail",
    }
}

/// What the application that owns the data folder says of itself; nothing where none answers in time.
#[cfg(unix)]
async fn running(options: &AppOptions) -> Option<Doctor> {
    /// Longer than all of its checks may take together.
    const PATIENCE: std::time::Duration = std::time::Duration::from_secs(8);
    let asked = async {
        let remote = crate::remote::Remote::connect(server::socket::path(&options.data_dir)).await.ok()?;
        let answer = remote.call("/api/v1/rpc/system/doctor", &json!({})).await.ok()?;
        serde_json::from_str(&answer).ok()
    };
    tokio::time::timeout(PATIENCE, asked).await.ok()?
}

#[cfg(not(unix))]
async fn running(_options: &AppOptions) -> Option<Doctor> {
    None
}
