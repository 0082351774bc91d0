//! Ollama: what became of the one that is looked after, or, with no application running, what there is.

use std::{path::PathBuf, sync::Arc, time::Duration};

use engine::{
    ollama::{
        Mode, NoticeCode, OllamaSettings, OllamaState, Ownership, address,
        find::{Found, Places, find},
    },
    supervise::{SAFE_FROM, is_outdated},
};
use serde_json::json;
use tokio::time::timeout;

use super::{
    check::{CheckStatus, Finding},
    patient::Patient,
};

/// How long programs may take to tell their version, and servers to answer.
const PATIENCE: Duration = Duration::from_secs(2);

pub(super) async fn ollama(patient: Arc<Patient>) -> Finding {
    if let Some(app) = &patient.app {
        return told(&app.ollama.state());
    }
    let Some(options) = &patient.options.ollama else {
        return Finding::fine("Web+ was told to leave Ollama alone (WEBPLUS_OLLAMA=off).");
    };
    let settings = patient.ollama_settings().await;
    if settings.mode == Mode::Off {
        return Finding::fine("Ollama is switched off in the settings.");
    }
    let value = |wanted: &str| {
        let mut all = options.environment.iter();
        all.find(|(name, value)| name == wanted && !value.is_empty()).map(|(_, value)| value.clone())
    };
    let home = value(if cfg!(windows) { "USERPROFILE" } else { "HOME" });
    let usual =
        || Places::usual(&value("PATH").unwrap_or_default(), home.clone().map(PathBuf::from).as_deref());
    let mut places = options.places.clone().unwrap_or_else(usual);
    places.chosen = settings.program.clone().map(PathBuf::from);
    let at = address_of(&settings, value("OLLAMA_HOST"));
    let (found, version) = tokio::join!(timeout(PATIENCE, find(places, home)), running(&patient, &at));
    match version {
        Some(version) => judged_version(&version, format!("Ollama {version} answers at {at}.")),
        None => found.map_or_else(|_| slow(), |found| there(&found)),
    }
}

/// Where one is looked for that runs already.
fn address_of(settings: &OllamaSettings, host: Option<String>) -> String {
    let chosen = settings.address.clone().or(host);
    chosen.and_then(|text| address::parse(&text).ok()).unwrap_or_else(|| address::USUAL.to_owned())
}

async fn running(patient: &Patient, at: &str) -> Option<String> {
    let client = llm::Ollama::new(patient.http.clone().ok()?, at).ok()?;
    timeout(PATIENCE, client.identify()).await.ok()?.ok()
}

fn slow() -> Finding {
    Finding::warn("Ollama’s program did not tell its version in time.", "Look again.")
}

/// A program that doesn't run.
fn there(found: &Found) -> Finding {
    let Some(best) = found.candidates.first() else {
        return Finding::fine(
            "Ollama isn’t on this computer. The built-in engine and models in the cloud work without it.",
        );
    };
    if let Some((_, sentence)) = &best.problem {
        return Finding::split(CheckStatus::Fail, sentence);
    }
    let program = best.program.display();
    match &best.version {
        Some(version) => {
            judged_version(version, format!("Ollama {version} is installed at {program}; it isn’t running."))
        }
        None => Finding::warn(
            format!("Ollama is installed at {program}, but doesn’t tell its version."),
            "Run it in a terminal to see what it says, or install it again.",
        ),
    }
}

fn judged_version(version: &str, message: String) -> Finding {
    if !is_outdated(version) {
        return Finding::fine(message);
    }
    let [major, minor, patch] = SAFE_FROM;
    Finding::fail(
        format!(
            "{message} Versions before {major}.{minor}.{patch} let a model’s file read the server’s memory."
        ),
        "Update Ollama before you get models with it.",
    )
}

/// What a running application says about it.
fn told(state: &OllamaState) -> Finding {
    match state {
        OllamaState::Off => Finding::fine("Ollama is switched off."),
        OllamaState::Looking | OllamaState::Starting { .. } => {
            Finding::fine("Ollama is being looked for or started.")
        }
        OllamaState::Stopping => Finding::fine("Ollama is being stopped."),
        OllamaState::Absent { .. } => there(&Found::default()),
        OllamaState::Installed { program, version, .. } => {
            let shown = version.as_ref().map(|version| format!(" {version}")).unwrap_or_default();
            let message = format!("Ollama{shown} is installed at {program}; it isn’t running.");
            judged_version(version.as_deref().unwrap_or_default(), message)
        }
        OllamaState::Unsure { address, holder, .. } => Finding::warn(
            format!("An Ollama answers at {address} that belongs to somebody else: {}.", holder.describe()),
            "Nothing is sent to it unless you say that it may be used.",
        )
        .button("Use it", "ollama/trust", json!({})),
        OllamaState::Ready { ownership, address, version, notices, .. } => {
            let whose = match ownership {
                Ownership::Owned => "started by Web+",
                Ownership::Adopted => "started outside Web+",
            };
            let message = format!("Ollama {version} answers at {address}, {whose}.");
            let serious = [NoticeCode::Retrying, NoticeCode::Clamped];
            match notices.iter().find(|notice| serious.contains(&notice.code)) {
                Some(notice) if !is_outdated(version) => {
                    Finding::told(CheckStatus::Warn, format!("{message} {}", notice.message))
                }
                _ => judged_version(version, message),
            }
        }
        OllamaState::Waiting { message, .. } => Finding::warn(
            message.clone(),
            "It is started again by itself after a pause.",
        )
        .button("Start now", "ollama/start", json!({})),
        OllamaState::Failed { message, .. } => {
            Finding::split(CheckStatus::Fail, message).button("Try again", "ollama/start", json!({}))
        }
        OllamaState::Lost { message, .. } => {
            Finding::split(CheckStatus::Warn, message).button("Look again", "ollama/look", json!({}))
        }
    }
}

#[cfg(test)]
mod tests {
    use engine::ollama::{OllamaFailure, find::Candidate};

    use super::*;

    fn program(version: Option<&str>, problem: Option<(OllamaFailure, String)>) -> Found {
        let candidate =
            Candidate { program: "/x/ollama".into(), problem, version: version.map(str::to_owned) };
        Found { candidates: vec![candidate], ..Found::default() }
    }

    #[test]
    fn a_version_with_the_known_hole_is_a_failure() {
        assert_eq!(there(&program(Some("0.33.0"), None)).status, CheckStatus::Ok);
        let old = there(&program(Some("0.17.0"), None));
        assert!(old.status == CheckStatus::Fail && old.message.contains("0.17.1"), "{old:?}");
        assert_eq!(there(&program(None, None)).status, CheckStatus::Warn);
        assert_eq!(there(&Found::default()).status, CheckStatus::Ok);
        let broken = there(&program(None, Some((OllamaFailure::NotExecutable, "It may not be run.".into()))));
        assert_eq!((broken.status, broken.message.as_str()), (CheckStatus::Fail, "It may not be run."));
    }

    #[test]
    fn what_can_be_mended_has_its_button() {
        let failed = OllamaState::Failed {
            failure: OllamaFailure::Crashed,
            message: "It ended three times.".into(),
            log: vec![],
        };
        let told = told(&failed);
        assert_eq!((told.status, told.fix.unwrap().method.as_str()), (CheckStatus::Fail, "ollama/start"));
    }

    #[test]
    fn the_chosen_address_goes_before_the_environment_s() {
        let mut settings = OllamaSettings::default();
        assert_eq!(address_of(&settings, None), address::USUAL);
        assert_eq!(address_of(&settings, Some("127.0.0.1:5".into())), "http://127.0.0.1:5");
        settings.address = Some("127.0.0.1:6".into());
        assert_eq!(address_of(&settings, Some("127.0.0.1:5".into())), "http://127.0.0.1:6");
    }
}
