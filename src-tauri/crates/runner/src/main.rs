//! The model runner: one process, one loaded GGUF, spoken to by JSON lines on stdin and stdout (`domain::RunnerRequest`,
//! `domain::RunnerReply`). It is apart because a model file is untrusted input to a large C++ program: whatever goes wrong in
//! here costs the application one answer, nothing else.
//!
//! Deliberately not here: ports, files to write, choosing models and threads (the application does), conversations.

mod clock;
mod confine;
mod cpu;
mod embed;
mod engine_log;
mod failure;
mod generate;
mod gpu;
mod grammar;
mod inbox;
mod load;
mod memory;
mod prompt;
mod sampler;
mod session;
mod template;
mod tensors;
mod text_stream;
mod wire;

use std::convert::Infallible;
use std::io::Write;
use std::process::ExitCode;
use std::sync::Arc;

use domain::{ErrorCode, RUNNER_PROTOCOL, RunnerReply, RunnerRequest};
use llama_cpp_2::llama_backend::LlamaBackend;

use crate::failure::Failure;
use crate::inbox::Inbox;
use crate::load::LoadRequest;
use crate::session::Session;
use crate::wire::{Line, Output};

/// The engine and its version, for people.
const ENGINE: &str = "llama.cpp (llama-cpp-2 0.1.160)";

fn main() -> ExitCode {
    let arguments: Vec<String> =
        std::env::args_os().skip(1).map(|a| a.to_string_lossy().into_owned()).collect();
    match arguments.as_slice() {
        [] => {}
        [only] if only == "--version" => {
            let line = format!("webplus-runner {} ({ENGINE})\n", env!("CARGO_PKG_VERSION"));
            return if std::io::stdout().write_all(line.as_bytes()).is_ok() {
                ExitCode::SUCCESS
            } else {
                ExitCode::FAILURE
            };
        }
        [first, ..] => {
            let line = format!(
                "webplus-runner doesn't know the argument {first:?}. It is started by Web+ and takes its orders on standard \
                 input; the only argument is --version.\n"
            );
            // Nothing is left to do if even that can't be said.
            let _ = std::io::stderr().write_all(line.as_bytes());
            return ExitCode::from(2);
        }
    }
    let output = Arc::new(Output::new());
    match serve(&output) {
        Ok(()) => wire::leave(0),
        Err(failure) => output.fail_and_leave(failure),
    }
}

/// The whole life of the process; returns when the input ended before a model was loaded.
fn serve(output: &Arc<Output>) -> Result<(), Failure> {
    let missing = cpu::missing_features();
    output.send(&RunnerReply::Hello {
        protocol: RUNNER_PROTOCOL,
        engine: ENGINE.to_owned(),
        backends: backends(),
        missing_cpu_features: missing.iter().map(|name| (*name).to_owned()).collect(),
    });

    // The first line is read here, before any thread exists, because Landlock confines a thread and its descendants only.
    let Some(request) = first_request()? else { return Ok(()) };
    if !missing.is_empty() {
        return Err(Failure::new(
            ErrorCode::EngineUnavailable,
            format!(
                "This computer's processor lacks {}, which the built-in engine needs. Use a cloud model or another engine.",
                missing.join(", ")
            ),
        ));
    }
    let available = memory::available();
    engine_log::install();
    // Before the engine starts, because that starts the graphics drivers, and those may start threads.
    let confined = request.confine && confine::confine(&request);
    let backend = LlamaBackend::init().map_err(|error| {
        Failure::new(ErrorCode::EngineFailed, format!("The engine can't start: {error}."))
    })?;

    let inbox = Arc::new(Inbox::default());
    inbox::start_reader(Arc::clone(&inbox), Arc::clone(output))?;

    let world = World { backend, request, available, confined, inbox, output: Arc::clone(output) };
    let failure = match world.run(world.request.gpu_layers) {
        Err(failure) if failure.code == ErrorCode::OutOfMemory && world.request.gpu_layers > 0 => {
            world.run(0).err().unwrap_or(failure)
        }
        Err(failure) => failure,
    };
    Err(failure)
}

/// What is settled before a model is read.
struct World {
    backend: LlamaBackend,
    request: LoadRequest,
    available: Option<u64>,
    confined: bool,
    inbox: Arc<Inbox>,
    output: Arc<Output>,
}

impl World {
    /// Loads the model and serves requests until the process ends; comes back only when it can't be loaded like this.
    fn run(&self, gpu_layers: u32) -> Result<Infallible, Failure> {
        let mut loaded = load::model(&self.backend, &self.request, gpu_layers, self.available, &self.output)?;
        if gpu_layers < self.request.gpu_layers {
            loaded.notices =
                vec!["The GPU has too little memory for this context: the CPU is used.".to_owned()];
        }
        let mut session =
            Session::open(&self.backend, &loaded, &self.request, self.available, self.confined)?;
        self.output.send(&session.loaded());
        loop {
            let job = self.inbox.next();
            session.run(&job, &self.output);
            self.inbox.done();
        }
    }
}

/// What this build can compute on.
fn backends() -> Vec<String> {
    let mut names = vec!["cpu".to_owned()];
    if cfg!(feature = "vulkan") {
        names.push("vulkan".to_owned());
    }
    if cfg!(target_os = "macos") {
        names.push("metal".to_owned());
    }
    names
}

fn first_request() -> Result<Option<LoadRequest>, Failure> {
    let line = match wire::read_line(&mut std::io::stdin().lock()) {
        Ok(Line::Text(line)) => line,
        Ok(Line::TooLong) => return Err(wire::too_long()),
        Ok(Line::End) | Err(_) => return Ok(None),
    };
    match wire::parse(&line)? {
        RunnerRequest::Load { path, context, threads, gpu_layers, confine } => {
            Ok(Some(LoadRequest { path: path.into(), context, threads, gpu_layers, confine }))
        }
        _ => Err(Failure::new(
            ErrorCode::InvalidInput,
            "No model is loaded yet: the first request must be a load.".to_owned(),
        )),
    }
}
