//! Our own Ollama from its start to its end.

use std::{path::PathBuf, sync::Arc, time::Duration};

use tokio::{sync::mpsc::UnboundedSender, task::spawn_blocking, time::sleep};
use tokio_util::sync::CancellationToken;

use super::{
    super::{
        OllamaFailure, OllamaSettings,
        environment::{has_partials, models_folder, variables},
        identity,
        log::{failure, last_lines},
    },
    Common, locked,
};
use crate::{
    guard::{self, Exit, GuardError, GuardOptions},
    supervise::{End, Event},
};

/// So many lines tell why it ended.
const LINES: usize = 20;
/// How often is looked whether a process that can't be killed is gone at last.
const LOOK: Duration = Duration::from_secs(1);

/// Runs it until it ends or is to be stopped. `from` is the length of the log before. The last event is that nothing is left.
pub(super) async fn keep(
    common: Arc<Common>,
    program: PathBuf,
    from: u64,
    stop: CancellationToken,
    events: UnboundedSender<Event>,
) {
    // Without a reader the supervisor is gone, and there is nobody to tell.
    let tell = |event: Event| drop(events.send(event));
    let settings = common.settings();
    let options = options(&common, &settings, program).await;
    *locked(&common.started_with) = Some(settings.clone());
    let over = match guard::start(options, &common.marks).await {
        Err(error) => {
            let (failure, message) = refused(error);
            Event::NotSpawned { failure, message }
        }
        Ok(mut guarded) => {
            let pid = guarded.pid();
            tell(Event::Spawned { pid });
            let exit = tokio::select! {
                exit = guarded.wait() => exit,
                () = stop.cancelled() => guarded.stop().await,
            };
            while exit == Exit::default() && identity::uninterruptible(pid) {
                tell(Event::Stuck);
                sleep(LOOK).await;
            }
            Event::Exited(end(&common, &settings, exit, from).await)
        }
    };
    *locked(&common.started_with) = None;
    tell(over);
}

async fn options(common: &Common, settings: &OllamaSettings, program: PathBuf) -> GuardOptions {
    let folder = models_folder(settings, &common.environment);
    let partials = spawn_blocking(move || folder.is_some_and(|folder| has_partials(&folder))).await;
    let keep = partials.unwrap_or(true) || common.keep_partials.load(std::sync::atomic::Ordering::Relaxed);
    GuardOptions {
        guard: common.guard.clone(),
        program,
        arguments: vec!["serve".into()],
        environment: variables(settings, &common.environment, keep),
        log: common.log.clone(),
        folder: None,
    }
}

async fn end(common: &Common, settings: &OllamaSettings, exit: Exit, from: u64) -> End {
    let (path, port) = (common.log.clone(), settings.port);
    let read = spawn_blocking(move || {
        let log = last_lines(&path, LINES, from);
        let kind = failure(&log).filter(|_| exit.code.is_some_and(|code| code != 0));
        let cause = kind.map(|kind| (kind, sentence(kind, port, log.last().map_or("", String::as_str))));
        (log, cause)
    });
    let (log, cause) = read.await.unwrap_or_default();
    End { code: exit.code, signal: exit.signal, cause, log }
}

fn sentence(kind: OllamaFailure, port: Option<u16>, last: &str) -> String {
    match kind {
        OllamaFailure::PortHeld => {
            let port = port.unwrap_or(0);
            let (_, holder) = identity::listener(&format!("http://127.0.0.1:{port}"));
            format!(
                "Port {port} is held by {}. End that, choose another port, or leave the port to Ollama.",
                holder.describe()
            )
        }
        OllamaFailure::DiskFull => {
            "The disk is full, and Ollama couldn't start. Free some space and try again.".to_owned()
        }
        _ => format!(
            "Ollama can't use one of its folders ({}). Check its permissions, or choose another models folder.",
            last.trim_start_matches("Error: ")
        ),
    }
}

fn refused(error: GuardError) -> (OllamaFailure, String) {
    let kind = match &error {
        GuardError::NotFound { .. } => OllamaFailure::Missing,
        GuardError::NotExecutable { .. } => OllamaFailure::NotExecutable,
        GuardError::WrongArchitecture { .. } => OllamaFailure::WrongArchitecture,
        GuardError::Blocked { .. } | GuardError::Unconfined { .. } | GuardError::Unsupported => {
            OllamaFailure::Blocked
        }
        GuardError::Folder { .. }
        | GuardError::Log { .. }
        | GuardError::Input { .. }
        | GuardError::Marks { .. } => OllamaFailure::Folder,
        GuardError::Program { .. } | GuardError::Guard { .. } => OllamaFailure::Crashed,
    };
    (kind, error.to_string())
}
