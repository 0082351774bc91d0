//! The command line door: parses, calls the same methods as the window, prints. Decides nothing.

mod arguments;
mod chat;
mod door;
mod environment;
mod failure;
mod models;
mod output;
mod providers;
#[cfg(unix)]
mod remote;
mod serve;

use std::process::ExitCode;

use clap::Parser as _;
use serde_json::{Value, json};

use arguments::{Arguments, Command};
use door::Door;
use failure::Failure;
use output::Output;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    environment::start_log();
    let output = Output::new(arguments.json);
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return output.fail(&Failure::new(format!("Web+ could not start: {error}."))),
    };
    let result = runtime.block_on(run(arguments, &output));
    // A thread that still waits for input must not keep the command from ending.
    runtime.shutdown_background();
    match result {
        Ok(code) => code,
        Err(failure) => output.fail(&failure),
    }
}

async fn run(arguments: Arguments, output: &Output) -> Result<ExitCode, Failure> {
    let options = environment::options(arguments.data_dir)?;
    if let Command::Serve(serve) = &arguments.command {
        return serve::run(options, serve, output).await;
    }
    let door = Door::open(options).await?;
    let result = match arguments.command {
        Command::Chat(chat) => chat::run(&door, chat, output).await,
        Command::Models { command } => models::run(&door, command, output).await,
        Command::Providers { command } => providers::run(&door, command, output).await,
        Command::Doctor => doctor(&door, output).await,
        Command::Serve(_) => Ok(ExitCode::SUCCESS),
    };
    door.close().await;
    result
}

async fn doctor(door: &Door, output: &Output) -> Result<ExitCode, Failure> {
    let found: Value = door.call("system/doctor", json!({})).await?;
    let mut failed = false;
    for check in found["checks"].as_array().into_iter().flatten() {
        let status = check["status"].as_str().unwrap_or_default();
        failed |= status == "fail";
        output.sentence(&format!("{status:>4}  {}", check["message"].as_str().unwrap_or_default()))?;
        if let Some(fix) = check["fix"].as_str() {
            output.sentence(&format!("      {fix}"))?;
        }
    }
    output.json(&found)?;
    Ok(if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}
