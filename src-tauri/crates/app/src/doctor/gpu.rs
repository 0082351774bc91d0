//! The graphics card: what the driver tells, and what the engines make of it.

use std::sync::Arc;

use engine::{
    Gpu, Machine,
    ollama::{
        Device, NoticeCode, OllamaState, Ownership,
        log::{Fact, fact, last_lines},
    },
};
use serde_json::json;

use super::{
    check::{Finding, gib},
    patient::Patient,
    timed::blocking,
};
use crate::{App, engine_state::EngineState};

/// So many lines of the engine's log are looked through for what it computes with.
const LINES: usize = 2000;

pub(super) async fn gpu(patient: Arc<Patient>) -> Finding {
    let running = patient.app.as_ref().map(|app| app.ollama.state());
    let loaded = patient.app.as_ref().map(App::engine_state);
    let log = patient.options.data_dir.join("engine").join("ollama.log");
    blocking(move || {
        let gpus = Machine::measure().gpus;
        let (devices, own) = match &running {
            Some(OllamaState::Ready { devices, ownership, .. }) if !devices.is_empty() => {
                (devices.clone(), *ownership == Ownership::Owned)
            }
            _ => (in_log(&last_lines(&log, LINES, 0)), false),
        };
        lost(running.as_ref())
            .or_else(|| noticed(loaded.as_ref(), &gpus))
            .unwrap_or_else(|| judged(&gpus, &devices, own))
    })
    .await
}

/// The devices of the newest start that the log tells of.
fn in_log(lines: &[String]) -> Vec<Device> {
    let mut devices = Vec::new();
    for line in lines {
        match fact(line) {
            Some(Fact::Listening { .. }) => devices.clear(),
            Some(Fact::Device(device)) => devices.push(device),
            _ => {}
        }
    }
    devices
}

fn lost(state: Option<&OllamaState>) -> Option<Finding> {
    let Some(OllamaState::Ready { notices, ownership, .. }) = state else { return None };
    let notice = notices.iter().find(|notice| notice.code == NoticeCode::GpuLost)?;
    let finding =
        Finding::warn(notice.message.clone(), "Restart Ollama; if that doesn’t help, restart the computer.");
    Some(match ownership {
        Ownership::Owned => finding.button("Restart Ollama", "ollama/restart", json!({})),
        Ownership::Adopted => finding,
    })
}

/// What the built-in engine said when it loaded its model ("the CPU is used").
fn noticed(state: Option<&EngineState>, gpus: &[Gpu]) -> Option<Finding> {
    let Some(EngineState::Loaded { notices, gpu_layers: 0, .. }) = state else { return None };
    let notice = notices.first().filter(|_| !gpus.is_empty())?;
    Some(Finding::warn(notice.clone(), "Update the graphics driver, then load the model again."))
}

fn judged(gpus: &[Gpu], devices: &[Device], own: bool) -> Finding {
    let on_gpu: Vec<&Device> = devices.iter().filter(|device| device.library != "cpu").collect();
    let told: Vec<String> = gpus.iter().map(described).collect();
    if gpus.is_empty() {
        return match on_gpu.first() {
            Some(device) => Finding::fine(format!(
                "Ollama computes on {} ({}, {}).",
                device.name,
                device.library,
                gib(device.total)
            )),
            None => {
                Finding::fine("No graphics card was found that models could use; they run on the processor.")
            }
        };
    }
    if !devices.is_empty() && on_gpu.is_empty() {
        let finding = Finding::warn(
            format!("{} is there, but Ollama computes on the processor.", told.join("; ")),
            "Update the graphics driver, then restart Ollama.",
        );
        return if own { finding.button("Restart Ollama", "ollama/restart", json!({})) } else { finding };
    }
    Finding::fine(format!("{}.", told.join("; ")))
}

fn described(gpu: &Gpu) -> String {
    let memory = match (gpu.memory_free, gpu.memory_total) {
        (Some(free), Some(total)) => format!(", {} of {} free", gib(free), gib(total)),
        (None, Some(total)) => format!(", {}", gib(total)),
        _ => String::new(),
    };
    let driver = gpu.driver.as_ref().map(|driver| format!(", driver {driver}")).unwrap_or_default();
    format!("{}{memory}{driver}", gpu.name)
}

#[cfg(test)]
mod tests {
    use engine::hardware::Vendor;

    use super::{super::CheckStatus, *};

    fn card() -> Gpu {
        Gpu {
            name: "X 4090".into(),
            vendor: Vendor::Nvidia,
            memory_total: Some(24 << 30),
            memory_free: Some(20 << 30),
            driver: Some("580.1".into()),
        }
    }

    fn device(library: &str) -> Device {
        Device { name: "X 4090".into(), library: library.into(), total: 24 << 30, free: 20 << 30 }
    }

    #[test]
    fn a_card_that_the_engine_does_not_use_is_told() {
        let fine = judged(&[card()], &[device("CUDA")], true);
        assert_eq!(fine.status, CheckStatus::Ok);
        assert_eq!(fine.message, "X 4090, 20.0 GiB of 24.0 GiB free, driver 580.1.");
        let unused = judged(&[card()], &[device("cpu")], true);
        assert!(unused.status == CheckStatus::Warn && unused.fix.is_some(), "{unused:?}");
        assert!(judged(&[card()], &[device("cpu")], false).fix.is_none(), "another's is never restarted");
        assert_eq!(judged(&[], &[device("cpu")], true).status, CheckStatus::Ok);
    }

    #[test]
    fn the_log_s_newest_start_counts() {
        let line = |library: &str| {
            format!(
                r#"msg="inference compute" library={library} name=N description="" total="1.0 GiB" available="1.0 GiB""#
            )
        };
        let start = r#"msg="Listening on 127.0.0.1:1 (version 0.33.0)""#.to_owned();
        let devices = in_log(&[start.clone(), line("CUDA"), start, line("cpu")]);
        assert_eq!(devices.iter().map(|device| device.library.as_str()).collect::<Vec<_>>(), ["cpu"]);
    }
}
