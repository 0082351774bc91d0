//! Whether a model's file, which somebody else made, is read by a process that can reach nothing else.

use std::sync::Arc;

use engine::guard::{Confinement, confinement};

use super::{check::Finding, patient::Patient, timed::blocking};

pub(super) async fn engine(patient: Arc<Patient>) -> Finding {
    let embedded = patient.app.as_ref().and_then(|app| app.embedded().ok());
    let confined = embedded.and_then(|engine| match engine.state() {
        engine::EngineState::Loaded { model } => Some(model.confined),
        _ => None,
    });
    blocking(move || judged(confinement(), confined)).await
}

/// `confined` is what the process says that has a model loaded.
fn judged(known: Confinement, confined: Option<bool>) -> Finding {
    match (known, confined) {
        (Confinement::None, _) if !cfg!(target_os = "linux") => {
            Finding::fine("This system knows no means by which the built-in engine could confine itself.")
        }
        (Confinement::None, _) => Finding::warn(
            "The built-in engine can’t confine itself: this kernel knows no Landlock, or has it switched off.",
            "Use Linux 5.13 or later with Landlock on, and only models that you trust.",
        ),
        (_, Some(false)) => Finding::warn(
            "The built-in engine has a model loaded and is not confined, though this system could do it.",
            "Start the model again; if it stays so, use only models that you trust.",
        ),
        (Confinement::Files, _) => Finding::fine(
            "The built-in engine can read its model and no other file. This kernel can’t keep it from the network.",
        ),
        (Confinement::FilesAndNetwork, _) => {
            Finding::fine("The built-in engine can read its model and no other file, and has no network.")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{super::CheckStatus, *};

    #[test]
    fn what_the_kernel_knows_and_the_process_says_is_told() {
        let told = |known, confined| {
            let finding = judged(known, confined);
            (finding.status, finding.message)
        };
        let (status, message) = told(Confinement::FilesAndNetwork, Some(true));
        assert!(status == CheckStatus::Ok && message.contains("no network"), "{message}");
        let (status, message) = told(Confinement::Files, None);
        assert!(status == CheckStatus::Ok && message.contains("can’t keep it from the network"), "{message}");
        assert_eq!(told(Confinement::FilesAndNetwork, Some(false)).0, CheckStatus::Warn);
        let expected = if cfg!(target_os = "linux") { CheckStatus::Warn } else { CheckStatus::Ok };
        assert_eq!(told(Confinement::None, Some(false)).0, expected);
    }
}
