//! What the engine is told once, and what each load may be told.

use std::{path::PathBuf, time::Duration};

use crate::hardware::Hardware;

/// The variables of the environment that a runner may need: where its libraries and graphics drivers are, and
/// which of several GPUs to use. The mains read
/// them and hand them in; all others stay away from it.
pub const KEPT_ENVIRONMENT: [&str; 11] = [
    "LD_LIBRARY_PATH",
    "DYLD_LIBRARY_PATH",
    "VK_ICD_FILENAMES",
    "VK_DRIVER_FILES",
    "GGML_VK_VISIBLE_DEVICES",
    "XDG_DATA_DIRS",
    "HOME",
    "TMPDIR",
    "TEMP",
    "SystemRoot",
    "PATH",
];

/// How the engine runs.
#[derive(Debug, Clone)]
pub struct EngineOptions {
    /// The runner's program. Need not exist: loading then says so.
    pub runner: PathBuf,
    /// Where the runner's log is kept; made if it isn't there.
    pub log_dir: PathBuf,
    /// Whether the runner confines itself to the model's file where the system can.
    pub confine: bool,
    /// Whether a GPU may be used where the build has one.
    pub gpu: bool,
    /// Threads to compute with; chosen from the machine when absent.
    pub threads: Option<u32>,
    /// A model that wasn't used for so long is unloaded; never when absent.
    pub idle: Option<Duration>,
    /// The runner's whole environment, see `KEPT_ENVIRONMENT`.
    pub environment: Vec<(String, String)>,
    /// How the machine is measured.
    pub measure: fn() -> Hardware,
    /// How long is waited for what.
    pub patience: Patience,
}

impl EngineOptions {
    /// The usual: confined, GPU where there is one, never unloaded by itself, an empty environment.
    pub fn new(runner: PathBuf, log_dir: PathBuf) -> Self {
        Self {
            runner,
            log_dir,
            confine: true,
            gpu: true,
            threads: None,
            idle: None,
            environment: Vec::new(),
            measure: Hardware::measure,
            patience: Patience::default(),
        }
    }
}

/// How long is waited for a sign of life before the runner is ended.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// For its first line.
    pub hello: Duration,
    /// Between two signs of progress while loading.
    pub load: Duration,
    /// Between two signs of life while answering.
    pub answer: Duration,
    /// Between two signs of life after a cancel.
    pub cancel: Duration,
    /// For its end, once its input was closed.
    pub exit: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            hello: Duration::from_secs(30),
            load: Duration::from_mins(2),
            answer: Duration::from_mins(2),
            cancel: Duration::from_millis(300),
            exit: Duration::from_secs(1),
        }
    }
}

/// How a model is loaded.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LoadOptions {
    /// Tokens of context; the person's choice for the model, else what fits, when absent.
    pub context: Option<u32>,
    /// Layers on a GPU, at most; the person's choice for the model, else all that fit, when absent.
    pub gpu_layers: Option<u32>,
    /// Threads to compute with; the person's choice for the model, else the engine's, when absent.
    pub threads: Option<u32>,
    /// Whether to load it though the estimate says that it won't fit.
    pub force: bool,
}
