//! `webplus ollama …`

use std::{process::ExitCode, time::Duration};

use domain::ErrorCode;
use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use crate::{arguments::Ollama, door::Door, failure::Failure, output::Output};

/// How long a command waits until what it asked for has come about.
const PATIENCE: Duration = Duration::from_secs(45);
const AGAIN: Duration = Duration::from_millis(50);

pub(crate) async fn run(door: &Door, command: Ollama, output: &Output) -> Result<ExitCode, Failure> {
    match command {
        Ollama::Status => {
            let state = settled(door, &["looking", "starting", "stopping"]).await?;
            told(&state, output)?;
            Ok(ExitCode::SUCCESS)
        }
        Ollama::Start => change(door, "ollama/start", "ready", output).await,
        Ollama::Stop => change(door, "ollama/stop", "installed", output).await,
        Ollama::Log { lines } => {
            let log: Value = door.call("ollama/log", json!({ "lines": lines })).await?;
            for line in log["lines"].as_array().into_iter().flatten() {
                output.sentence(line.as_str().unwrap_or_default())?;
            }
            output.json(&log)?;
            Ok(ExitCode::SUCCESS)
        }
    }
}

async fn change(door: &Door, method: &str, wanted: &str, output: &Output) -> Result<ExitCode, Failure> {
    if !door.outlives_us() {
        return Err(Failure {
            code: ErrorCode::EngineUnavailable,
            message: "No Web+ is running that could look after Ollama. Open Web+, or run webplus serve, and try again."
                .to_owned(),
        });
    }
    let _: Value = door.call(method, json!({})).await?;
    let before: &[&str] = if wanted == "ready" {
        &["looking", "starting", "stopping", "waiting", "installed"]
    } else {
        &["looking", "starting", "stopping", "ready"]
    };
    let state = settled(door, before).await?;
    told(&state, output)?;
    Ok(if state["type"] == wanted { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The state once it is none of these, or what it is when patience ends.
pub(crate) async fn settled(door: &Door, passing: &[&str]) -> Result<Value, Failure> {
    let until = Instant::now() + PATIENCE;
    loop {
        let state: Value = door.call("ollama/state", json!({})).await?;
        if !passing.contains(&state["type"].as_str().unwrap_or_default()) || Instant::now() >= until {
            return Ok(state);
        }
        sleep(AGAIN).await;
    }
}

fn told(state: &Value, output: &Output) -> Result<(), Failure> {
    let word = |name: &str| state[name].as_str().unwrap_or_default();
    let sentence = match word("type") {
        "off" => "Ollama is switched off.".to_owned(),
        "absent" => "Ollama isn't on this computer.".to_owned(),
        "installed" => format!("Ollama is installed ({}) and isn't running.", word("program")),
        "unsure" => format!("An Ollama answers at {} that belongs to somebody else.", word("address")),
        "ready" => {
            let whose = if word("ownership") == "owned" { "started by Web+" } else { "started outside Web+" };
            format!("Ollama {} answers at {}, {whose}.", word("version"), word("address"))
        }
        "waiting" | "failed" | "lost" => word("message").to_owned(),
        other => format!("Ollama is {other}."),
    };
    output.sentence(&sentence)?;
    output.json(state)?;
    Ok(())
}
