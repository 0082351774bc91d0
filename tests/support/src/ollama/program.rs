//! The program: `fake-ollama [--script FILE] serve | runner … | --version`.

use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpStream},
    path::{Path, PathBuf},
    process::ExitCode,
    sync::Arc,
    time::Duration,
};

use tokio::net::TcpListener;

use super::{
    log::Log,
    runner,
    script::Script,
    server::{self, Engine},
    settings::Settings,
};

/// Runs the program. `arguments` are those after its name, `variable` reads the environment, `executable` is what its runners are
/// started from. Returns only for what ends by itself.
pub fn program(
    arguments: impl IntoIterator<Item = String>,
    variable: impl Fn(&str) -> Option<String>,
    executable: PathBuf,
) -> ExitCode {
    let mut arguments: Vec<String> = arguments.into_iter().collect();
    let mut file = None;
    if arguments.len() >= 2 && arguments.first().is_some_and(|first| first == "--script") {
        file = arguments.get(1).map(PathBuf::from);
        arguments.drain(..2);
    }
    let settings = Settings { executable: Some(executable), ..Settings::read(variable) };
    match arguments.first().map(String::as_str) {
        Some("serve" | "start") => {
            match file.as_deref().map_or_else(|| Ok(Script::default()), Script::read) {
                Ok(script) => serve(script, settings),
                Err(text) => fail(&text, 2),
            }
        }
        Some("runner") => {
            let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() else {
                return ExitCode::FAILURE;
            };
            let code = runtime.block_on(runner::main(&arguments));
            // A thread still reads the input; nobody waits for it.
            std::process::exit(code.into())
        }
        Some("--version" | "-v") => version(&settings, file.as_deref()),
        _ => fail("Usage:\n  ollama [command]\n\nAvailable Commands:\n  serve       Start Ollama", 1),
    }
}

fn fail(text: &str, code: u8) -> ExitCode {
    let _ = std::io::stderr().write_all(format!("{text}\n").as_bytes());
    ExitCode::from(code)
}

fn serve(script: Script, settings: Settings) -> ExitCode {
    if let Some(exit) = &script.exit_at_start {
        return fail(&exit.line, exit.code);
    }
    let Ok(runtime) = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()
    else {
        return ExitCode::FAILURE;
    };
    match runtime.block_on(run(script, settings)) {
        Ok(()) => std::process::exit(0),
        Err(text) => fail(&text, 1),
    }
}

async fn run(script: Script, settings: Settings) -> Result<(), String> {
    key_pair(&settings.home)?;
    tokio::time::sleep(Duration::from_millis(script.start_delay_ms)).await;
    let (host, port) = settings.host.clone();
    let engine = Engine::new(script, settings, Log::Output).map_err(|text| format!("Error: {text}"))?;
    let listener = TcpListener::bind((host.as_str(), port)).await.map_err(|error| {
        let why = match error.kind() {
            std::io::ErrorKind::AddrInUse => "address already in use",
            std::io::ErrorKind::PermissionDenied => "permission denied",
            _ => "cannot assign requested address",
        };
        format!("Error: listen tcp {host}:{port}: bind: {why}")
    })?;
    let address = listener.local_addr().map_err(|error| error.to_string())?;
    if !engine.script.hold_port {
        engine.say_hello(address);
    }
    let deaf = engine.script.hang_on_sigterm;
    tokio::select! {
        () = server::serve(engine.clone(), listener) => {}
        () = signalled(deaf) => {}
    }
    if engine.script.pull.saves_on_sigterm {
        engine.save_downloads();
    }
    engine.loaded.kill();
    reaped(&engine).await;
    Ok(())
}

/// Waits until the killed runners are gone.
async fn reaped(engine: &Arc<Engine>) {
    while !engine.loaded.list().iter().all(|loaded| loaded.body.is_dead()) {
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

/// Waits for SIGTERM or SIGINT; deaf, for ever. The others end it as they end every program.
async fn signalled(deaf: bool) {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let (Ok(mut term), Ok(mut interrupt)) =
            (signal(SignalKind::terminate()), signal(SignalKind::interrupt()))
        else {
            return;
        };
        loop {
            tokio::select! {
                _ = term.recv() => {}
                _ = interrupt.recv() => {}
            }
            if !deaf {
                return;
            }
        }
    }
    #[cfg(not(unix))]
    {
        while tokio::signal::ctrl_c().await.is_err() || deaf {}
    }
}

/// The first start writes a key pair; here it is none.
fn key_pair(home: &Path) -> Result<(), String> {
    let folder = home.join(".ollama");
    let key = folder.join("id_ed25519");
    if key.exists() {
        return Ok(());
    }
    let failed = |error: std::io::Error| {
        let why = match error.kind() {
            std::io::ErrorKind::PermissionDenied => "permission denied",
            std::io::ErrorKind::ReadOnlyFilesystem => "read-only file system",
            _ => "not a directory",
        };
        format!("Error: could not create directory mkdir {}: {why}", folder.display())
    };
    std::fs::create_dir_all(&folder).map_err(failed)?;
    let text = format!("Couldn't find '{}'. Generating new private key.\n", key.display());
    let _ = std::io::stderr().write_all(text.as_bytes());
    std::fs::write(&key, "no key, of an engine for tests\n").map_err(failed)
}

fn version(settings: &Settings, file: Option<&Path>) -> ExitCode {
    // Not `Script::read`: asking for the version is no start.
    let text = file.and_then(|file| std::fs::read_to_string(file).ok());
    let script: Script = text.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default();
    let own = &script.version;
    let text = match running(settings) {
        Some(other) if other == *own => format!("ollama version is {own}\n"),
        Some(other) => format!("ollama version is {other}\nWarning: client version is {own}\n"),
        None => format!(
            "Warning: could not connect to a running Ollama instance\nWarning: client version is {own}\n"
        ),
    };
    let _ = std::io::stdout().write_all(text.as_bytes());
    ExitCode::SUCCESS
}

/// The version of the server that listens where this one would.
fn running(settings: &Settings) -> Option<String> {
    let (host, port) = &settings.host;
    let address = SocketAddr::new(host.parse().ok()?, *port);
    let mut stream = TcpStream::connect_timeout(&address, Duration::from_millis(200)).ok()?;
    stream.set_read_timeout(Some(Duration::from_millis(500))).ok()?;
    stream
        .write_all(
            format!("GET /api/version HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n").as_bytes(),
        )
        .ok()?;
    let mut text = String::new();
    stream.read_to_string(&mut text).ok()?;
    let value: serde_json::Value = serde_json::from_str(text.split("\r\n\r\n").nth(1)?).ok()?;
    value["version"].as_str().map(str::to_owned)
}
