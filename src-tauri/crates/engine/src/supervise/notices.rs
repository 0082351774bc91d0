//! What the person should know of the one in use.

use super::{Plan, is_outdated, ready::Ready};
use crate::ollama::{Device, Notice, NoticeCode, Ownership};

pub(super) struct Known<'a> {
    pub(super) plan: &'a Plan,
    pub(super) devices: &'a [Device],
    pub(super) remark: Option<&'a str>,
    pub(super) swept: usize,
}

pub(super) fn notices(ready: &Ready, known: &Known<'_>) -> Vec<Notice> {
    let Known { plan, devices, remark, swept } = *known;
    let mut notices = Vec::new();
    let mut say = |code, message: String| notices.push(Notice { code, message });
    let (owned, version) = (ready.ownership == Ownership::Owned, &ready.identity.version);
    if is_outdated(version) {
        say(NoticeCode::Outdated, outdated(version));
    }
    if ready.misses > 0 {
        say(NoticeCode::Retrying, "Ollama doesn't answer just now. Web+ keeps asking.".to_owned());
    }
    if !ready.lost_gpu.is_empty() {
        let models = ready.lost_gpu.join(", ");
        let cure = if owned { "Restart Ollama in Web+" } else { "Restart that Ollama" };
        say(
            NoticeCode::GpuLost,
            format!(
                "{models} no longer runs on the graphics card and is much slower. {cure} to get it back."
            ),
        );
    }
    if owned && !devices.is_empty() && devices.iter().all(|device| device.library == "cpu") {
        say(
            NoticeCode::CpuOnly,
            "Ollama found no graphics card that it can use. Models run on the processor.".to_owned(),
        );
    }
    if let Some(port) = plan.port.filter(|port| owned && !ready.address.ends_with(&format!(":{port}"))) {
        say(NoticeCode::Clamped, format!("Ollama didn't take port {port}; it answers at {}.", ready.address));
    }
    if let Some(remark) = remark {
        say(NoticeCode::Clamped, remark.to_owned());
    }
    if !owned {
        let message =
            "This Ollama was started outside Web+. What it sends to the network is beyond Web+'s control.";
        say(NoticeCode::PhonesOut, message.to_owned());
    } else if plan.cloud {
        let message = "Cloud models are on: Ollama contacts its maker's servers, and prompts to cloud models leave this computer.";
        say(NoticeCode::CloudOn, message.to_owned());
    }
    if swept > 0 {
        let what = if swept == 1 { "1 process".to_owned() } else { format!("{swept} processes") };
        say(NoticeCode::Orphans, format!("Web+ ended {what} of its engine that a crash had left behind."));
    }
    notices
}

pub(super) fn outdated(version: &str) -> String {
    let [major, minor, patch] = super::SAFE_FROM;
    format!(
        "Ollama {version} has a known security hole. Update it to {major}.{minor}.{patch} or later; until then Web+ pulls and makes no models with it."
    )
}
