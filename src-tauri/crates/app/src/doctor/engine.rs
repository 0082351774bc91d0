//! The built-in engine: its runner's program, and what the one of a running application is doing.

use std::{path::Path, sync::Arc};

use super::{
    check::{CheckStatus, Finding},
    patient::Patient,
    timed::blocking,
};
use crate::engine_state::EngineState;

const ADVICE: &str = "Install Web+ again, or set WEBPLUS_RUNNER to the runner’s file.";

pub(super) async fn engine(patient: Arc<Patient>) -> Finding {
    let Some(runner) = patient.options.runner.clone() else {
        return Finding::fail("The built-in engine’s runner is not installed beside Web+.", ADVICE);
    };
    let finding = blocking(move || program(&runner)).await;
    match &patient.app {
        Some(app) if finding.status == CheckStatus::Ok => state(&app.engine_state()).unwrap_or(finding),
        _ => finding,
    }
}

fn program(runner: &Path) -> Finding {
    let shown = runner.display();
    let Ok(file) = std::fs::metadata(runner) else {
        return Finding::fail(format!("The built-in engine’s runner is not at {shown}."), ADVICE);
    };
    if !file.is_file() || !may_run(&file) {
        return Finding::fail(format!("{shown} can’t be run as the built-in engine’s runner."), ADVICE);
    }
    Finding::fine(format!("The built-in engine’s runner is at {shown}."))
}

#[cfg(unix)]
fn may_run(file: &std::fs::Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    file.permissions().mode() & 0o111 != 0
}

#[cfg(not(unix))]
fn may_run(_file: &std::fs::Metadata) -> bool {
    true
}

/// What it is doing; nothing where its program says enough.
fn state(state: &EngineState) -> Option<Finding> {
    Some(match state {
        EngineState::Unavailable { message } => Finding::told(CheckStatus::Fail, message.clone()),
        EngineState::Failed { message, .. } => {
            Finding::warn(message.clone(), "Start the model again, or choose a smaller one.")
        }
        EngineState::Stopped => return None,
        EngineState::Loading { model, .. } => {
            Finding::fine(format!("The built-in engine is loading {}.", model.name()))
        }
        EngineState::Loaded { model, .. } => {
            Finding::fine(format!("The built-in engine has {} loaded.", model.name()))
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_runner_that_is_absent_or_no_program_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let absent = program(&folder.path().join("runner"));
        assert_eq!(absent.status, CheckStatus::Fail);
        let file = folder.path().join("file");
        std::fs::write(&file, "text").unwrap();
        #[cfg(unix)]
        assert!(program(&file).message.contains("can’t be run"));
        assert_eq!(program(&std::env::current_exe().unwrap()).status, CheckStatus::Ok);
    }
}
