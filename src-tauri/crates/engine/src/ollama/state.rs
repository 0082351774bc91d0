//! What the page is told of the Ollama on this computer.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What became of the Ollama on this computer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "type", rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum OllamaState {
    /// The person chose to do without it.
    Off,
    /// It is looked for.
    Looking,
    /// There is no program, and nobody answers.
    Absent {
        /// The places that were looked at.
        searched: Vec<String>,
    },
    /// There is a program, and nothing runs.
    Installed {
        /// The program.
        program: String,
        /// Its version, where it told one.
        version: Option<String>,
        /// Whether the system runs it as a service or an application of its own, which had better be started instead.
        service: bool,
    },
    /// One answers that belongs to somebody else: nothing is sent to it before the person says yes.
    Unsure {
        /// "http://127.0.0.1:11434".
        address: String,
        /// The version that it says it has.
        version: Option<String>,
        /// Whose it is, as far as can be told.
        holder: PortHolder,
    },
    /// Our own is being started.
    Starting {
        /// Which start within a minute, from 1.
        attempt: u32,
    },
    /// It answers.
    Ready {
        /// Whether we started it.
        ownership: Ownership,
        /// "http://127.0.0.1:PORT".
        address: String,
        /// Its version.
        version: String,
        /// Its process, where that can be told.
        pid: Option<u32>,
        /// Where its models are, once that is known.
        folder: Option<ModelsFolder>,
        /// What it computes with; empty where its log isn't ours to read.
        devices: Vec<Device>,
        /// What the person should know.
        notices: Vec<Notice>,
    },
    /// Our own ended; the next start comes after a pause.
    Waiting {
        /// Which start that will be, from 1.
        attempt: u32,
        /// The pause in milliseconds, from when this was said.
        #[ts(type = "number")]
        after_ms: u64,
        /// What happened.
        message: String,
        /// The last lines of its log, oldest first.
        log: Vec<String>,
    },
    /// It can't be used; nothing more is tried until the person asks.
    Failed {
        /// The kind.
        failure: OllamaFailure,
        /// What happened, to what, what to do.
        message: String,
        /// The last lines of its log, oldest first.
        log: Vec<String>,
    },
    /// One that somebody else had started is gone.
    Lost {
        /// Where it was.
        address: String,
        /// What happened, and what can be done.
        message: String,
    },
    /// Our own is being ended.
    Stopping,
}

/// Who started it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(rename_all = "snake_case")]
pub enum Ownership {
    /// We did, and it ends with us.
    Owned,
    /// Somebody else did; we never stop it.
    Adopted,
}

/// Who listens on a port, as far as can be told.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct PortHolder {
    /// Its process.
    pub pid: Option<u32>,
    /// Its program.
    pub program: Option<String>,
    /// The name of its user, or the number of one without a name.
    pub user: Option<String>,
    /// The service that it likely is ("ollama.service").
    pub service: Option<String>,
}

impl PortHolder {
    /// "the service ollama.service", "/usr/bin/x (process 12, user ann)", "a program of the user ann".
    pub fn describe(&self) -> String {
        let user = self.user.as_deref();
        match (&self.service, &self.program, self.pid) {
            (Some(service), _, _) => format!("the service {service}"),
            (None, Some(program), Some(pid)) => {
                let user = user.map(|user| format!(", user {user}")).unwrap_or_default();
                format!("{program} (process {pid}{user})")
            }
            _ => user
                .map_or_else(|| "another program".to_owned(), |user| format!("a program of the user {user}")),
        }
    }
}

/// Where an Ollama keeps its models.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ModelsFolder {
    /// The folder.
    pub path: String,
    /// Whether we may read it; where not, changes are seen late.
    pub readable: bool,
    /// Whether we may write it; where not, repairs are the person's.
    pub writable: bool,
    /// Whose it is, where that isn't the person.
    pub owner: Option<String>,
}

/// Something that an Ollama computes with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Device {
    /// "NVIDIA GeForce RTX 4090", "cpu".
    pub name: String,
    /// "CUDA", "ROCm", "Vulkan", "Metal", "cpu".
    pub library: String,
    /// Its memory in bytes.
    #[ts(type = "number")]
    pub total: u64,
    /// What of that was free when the engine started, in bytes.
    #[ts(type = "number")]
    pub free: u64,
}

/// Something that the person should know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Notice {
    /// The kind.
    pub code: NoticeCode,
    /// The sentence.
    pub message: String,
}

/// What a notice is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(rename_all = "snake_case")]
pub enum NoticeCode {
    /// Older than the version that is safe.
    Outdated,
    /// No GPU is used.
    CpuOnly,
    /// A GPU was used and no longer is.
    GpuLost,
    /// It doesn't answer just now.
    Retrying,
    /// It took another value than was asked for.
    Clamped,
    /// What it sends to the network is beyond our control.
    PhonesOut,
    /// Models in the cloud are switched on.
    CloudOn,
    /// Processes that a crash had left behind were ended.
    Orphans,
}

/// Why an Ollama can't be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(rename_all = "snake_case")]
pub enum OllamaFailure {
    /// The chosen program isn't there.
    Missing,
    /// The program may not be run.
    NotExecutable,
    /// The program was made for another system or processor.
    WrongArchitecture,
    /// The system doesn't let it run.
    Blocked,
    /// The port is somebody else's.
    PortHeld,
    /// A folder can't be used.
    Folder,
    /// The disk is full.
    DiskFull,
    /// It ended again and again.
    Crashed,
    /// It was started, or is said to run, and doesn't answer.
    NotAnswering,
    /// Its process hangs in a driver, where nothing ends it.
    DriverHang,
}
