//! What the person is told of where the machine is.

use super::{
    Machine,
    notices::{self, Known},
    phase::Phase,
    ready::Ready,
};
use crate::ollama::{OllamaState, Ownership};

impl Machine {
    /// What the person is told.
    pub fn state(&self) -> OllamaState {
        match &self.phase {
            Phase::Off => OllamaState::Off,
            Phase::Looking => OllamaState::Looking,
            Phase::Asking { attempt: Some(attempt), .. } => OllamaState::Starting { attempt: *attempt },
            Phase::Asking { attempt: None, .. } => OllamaState::Looking,
            Phase::Absent => OllamaState::Absent { searched: self.finding.searched.clone() },
            Phase::Installed => match &self.finding.program {
                Some(program) => OllamaState::Installed {
                    program: program.path.clone(),
                    version: program.version.clone(),
                    service: self.finding.service,
                },
                None => OllamaState::Absent { searched: self.finding.searched.clone() },
            },
            Phase::Unsure { address, identity } => OllamaState::Unsure {
                address: address.clone(),
                version: Some(identity.version.clone()),
                holder: identity.holder.clone(),
            },
            Phase::Starting { attempt, .. } => OllamaState::Starting { attempt: *attempt },
            Phase::Ready(ready) => self.ready_state(ready),
            Phase::Waiting { attempt, after, message, log } => OllamaState::Waiting {
                attempt: *attempt,
                after_ms: after.as_millis().try_into().unwrap_or(u64::MAX),
                message: message.clone(),
                log: log.clone(),
            },
            Phase::Failed { failure, message, log } => {
                OllamaState::Failed { failure: *failure, message: message.clone(), log: log.clone() }
            }
            Phase::Lost { address } => OllamaState::Lost {
                address: address.clone(),
                message: format!(
                    "The Ollama at {address} is gone. Start it again where it was started, or let Web+ run one of its own."
                ),
            },
            Phase::Stopping { .. } => OllamaState::Stopping,
        }
    }

    pub(super) fn ready_state(&self, ready: &Ready) -> OllamaState {
        let owned = ready.ownership == Ownership::Owned;
        let known = Known {
            plan: &self.plan,
            devices: &self.devices,
            remark: self.finding.remark.as_deref(),
            swept: self.swept.unwrap_or(0),
        };
        OllamaState::Ready {
            ownership: ready.ownership,
            address: ready.address.clone(),
            version: ready.identity.version.clone(),
            pid: if owned { self.own_pid } else { ready.identity.holder.pid },
            folder: self.folder.clone(),
            devices: if owned { self.devices.clone() } else { Vec::new() },
            notices: notices::notices(ready, &known),
        }
    }
}
