//! What happens, and what is to be done.

use std::time::Duration;

use crate::ollama::{Device, Mode, ModelsFolder, OllamaFailure, PortHolder, identity::Identity};

/// What the settings mean here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// Which Ollama is used.
    pub mode: Mode,
    /// The port of our own; a free one where absent.
    pub port: Option<u16>,
    /// Where one is to be looked for; the usual place where absent.
    pub address: Option<String>,
    /// The program, where the person chose one.
    pub program: Option<String>,
    /// Whether our own may use the cloud.
    pub cloud: bool,
}

/// How long is waited for what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// For an answer to the question who somebody is; 10 s.
    pub ask: Duration,
    /// For our own to answer after its start; 30 s.
    pub start: Duration,
    /// For our own to end, a start that isn't over included; 20 s.
    pub stop: Duration,
    /// Between two looks at one that answers; 5 s.
    pub probe: Duration,
    /// Between two looks at one that doesn't; 500 ms.
    pub again: Duration,
    /// For an answer to such a look; 10 s.
    pub answer: Duration,
    /// For somebody else's to come back; 10 s.
    pub lost: Duration,
    /// Before the second start within a minute; 200 ms. Before the third it is five times that.
    pub back_off: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            ask: Duration::from_secs(10),
            start: Duration::from_secs(30),
            stop: Duration::from_secs(20),
            probe: Duration::from_secs(5),
            again: Duration::from_millis(500),
            answer: Duration::from_secs(10),
            lost: Duration::from_secs(10),
            back_off: Duration::from_millis(200),
        }
    }
}

/// A program that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Program {
    /// Where.
    pub path: String,
    /// Its version, where it told one.
    pub version: Option<String>,
    /// Why it can't run, and the sentence for it.
    pub problem: Option<(OllamaFailure, String)>,
}

/// What was found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Finding {
    /// The best program.
    pub program: Option<Program>,
    /// The places that were looked at.
    pub searched: Vec<String>,
    /// Whether the system has an Ollama of its own.
    pub service: bool,
    /// Where one may answer, best first.
    pub addresses: Vec<String>,
    /// What the person should know about how it was looked for.
    pub remark: Option<String>,
}

/// How our own ended.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct End {
    /// Its exit code, 0 to 255.
    pub code: Option<i32>,
    /// The signal that killed it.
    pub signal: Option<i32>,
    /// A cause that starting again doesn't cure, and the sentence for it.
    pub cause: Option<(OllamaFailure, String)>,
    /// The last lines of its log, oldest first.
    pub log: Vec<String>,
}

/// What the person, or a client, wants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wish {
    /// That there is one.
    Start,
    /// That our own ends.
    Stop,
    /// That our own starts anew.
    Restart,
    /// That it is looked for again.
    Look,
    /// That the one that answers is used, whoever it belongs to.
    Trust,
    /// Other settings.
    Settings(Plan),
}

/// What happened.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// Somebody wants something.
    Wish(Wish),
    /// The look is over.
    Found(Finding),
    /// An Ollama answers there.
    Answered {
        /// Where.
        address: String,
        /// Who it is.
        identity: Identity,
    },
    /// No Ollama answers there.
    Unanswered {
        /// Where.
        address: String,
        /// Who holds the port instead.
        stranger: Option<PortHolder>,
    },
    /// Our own runs.
    Spawned {
        /// Its process.
        pid: u32,
    },
    /// Our own could not be run. Nothing is left of it.
    NotSpawned {
        /// The kind.
        failure: OllamaFailure,
        /// The sentence.
        message: String,
    },
    /// Our own listens.
    Listening {
        /// The port.
        port: u16,
    },
    /// Our own is gone.
    Exited(End),
    /// Our own was killed and is still there.
    Stuck,
    /// The one in use answers.
    Healthy {
        /// Who it is.
        identity: Identity,
        /// The models that were on a GPU before and no longer are.
        lost_gpu: Vec<String>,
    },
    /// The one in use doesn't answer.
    Unhealthy {
        /// Whether its process waits where no signal reaches it.
        uninterruptible: bool,
        /// What came instead of an answer.
        message: String,
    },
    /// Our own computes with this too.
    Device(Device),
    /// Where the models are.
    Folder(ModelsFolder),
    /// What a crash had left was ended.
    Swept {
        /// How many processes.
        killed: usize,
    },
    /// The computer slept.
    Resumed,
    /// The time that was waited for is over.
    Timer,
}

/// What is to be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// Look for programs and addresses: `Found`.
    Look,
    /// Ask who answers there: `Answered` or `Unanswered`.
    Identify(String),
    /// Start our own: `Spawned` or `NotSpawned`, `Listening`, in the end `Exited`.
    Spawn {
        /// Which start within a minute, from 1.
        attempt: u32,
    },
    /// Ask the one in use whether it answers: `Healthy` or `Unhealthy`.
    Probe(String),
    /// End our own, kindly at first: `Exited` or `Stuck`.
    StopEngine,
    /// Say `Timer` after this time; an earlier wait is forgotten.
    Wait(Duration),
    /// End what a crash left behind: `Swept`.
    SweepLeftovers,
    /// The state changed.
    Publish,
}
