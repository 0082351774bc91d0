//! The command line door: parses, calls the same methods as the window, prints. Decides nothing.

mod arguments;
mod chat;
mod doctor;
mod door;
mod environment;
mod failure;
mod models;
mod ollama;
mod output;
mod pipelines;
mod providers;
#[cfg(unix)]
mod remote;
mod run;
mod runs;
mod selftest;
mod serve;
mod test;

use std::process::ExitCode;

use clap::Parser as _;

use arguments::{Arguments, Command};
use door::Door;
use failure::Failure;
use output::Output;

fn main() -> ExitCode {
    if let Some(code) = app::as_guard(std::env::args_os()) {
        return code;
    }
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
    let mut options = environment::options(arguments.data_dir)?;
    if let Command::Serve(serve) = &arguments.command {
        return serve::run(options, serve, output).await;
    }
    if let Command::Doctor(doctor) = &arguments.command {
        return doctor::run(options, doctor, output).await;
    }
    if let Some(ollama) = &mut options.ollama {
        // Started by a short command only for what needs it, since it ends with the command.
        ollama.start = false;
    }
    options.drives = app::Drives::Asked;
    let door = Door::open(options, output).await?;
    let result = match arguments.command {
        Command::Chat(chat) => chat::run(&door, chat, output).await,
        Command::Models { command } => models::run(&door, command, output).await,
        Command::Ollama { command } => ollama::run(&door, command, output).await,
        Command::Providers { command } => providers::run(&door, command, output).await,
        Command::Run(run) => run::run(&door, run, output).await,
        Command::Test(test) => test::run(&door, test, output).await,
        Command::Pipelines { command } => pipelines::run(&door, command, output).await,
        Command::Runs { command } => runs::command(&door, command, output).await,
        Command::Selftest => selftest::run(&door, output).await,
        Command::Doctor(_) | Command::Serve(_) => Ok(ExitCode::SUCCESS),
    };
    door.close().await;
    result
}
