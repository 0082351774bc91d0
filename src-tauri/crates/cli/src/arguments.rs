//! What can be written on the command line.

mod pipelines;

use std::path::PathBuf;

pub(crate) use pipelines::{Answer, Decision, Pipelines, Run, Runs, Test};

use clap::{Args, Parser, Subcommand, ValueEnum};

/// Run, manage and talk to language models, local and cloud.
#[derive(Debug, Parser)]
#[command(name = "webplus", version)]
pub(crate) struct Arguments {
    /// Where everything is kept.
    #[arg(long, global = true, env = "WEBPLUS_DATA_DIR", value_name = "DIR")]
    pub data_dir: Option<PathBuf>,
    /// Print one JSON value per line on stdout and nothing else there.
    #[arg(long, global = true)]
    pub json: bool,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Serve the page on this computer and print its address.
    Serve(Serve),
    /// Ask a model; the answer is streamed to stdout.
    Chat(Chat),
    /// List, get, show, copy, repair, remove, start and stop models.
    Models {
        #[command(subcommand)]
        command: Models,
    },
    /// Look at, start and stop the Ollama on this computer.
    Ollama {
        #[command(subcommand)]
        command: Ollama,
    },
    /// Add, list, test and remove providers.
    Providers {
        #[command(subcommand)]
        command: Providers,
    },
    /// Run a pipeline from a file, or one that is kept, and wait until it ends.
    ///
    /// Ends with 0 when the run succeeded, 1 when it failed or was cancelled, 2 when the pipeline or its inputs aren't valid,
    /// 3 when it waits for a person.
    Run(Run),
    /// Run a pipeline file's own tests.
    Test(Test),
    /// List, show, import, export and remove pipelines.
    Pipelines {
        #[command(subcommand)]
        command: Pipelines,
    },
    /// List, show, cancel, pause, resume and answer runs.
    Runs {
        #[command(subcommand)]
        command: Runs,
    },
    /// Crash a second Web+ in the middle of a run, again and again, and look whether every promise was kept.
    ///
    /// It works in a folder of its own, which is gone afterwards. Ends with 0 when every check passed.
    Selftest,
    /// Look at everything that must work; changes nothing.
    Doctor(Doctor),
}

#[derive(Debug, Args)]
pub(crate) struct Doctor {
    /// What was mended in the database was read: don't tell it again.
    #[arg(long)]
    pub seen: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Serve {
    /// The port on 127.0.0.1; any free one unless told.
    #[arg(long, default_value_t = 0)]
    pub port: u16,
}

#[derive(Debug, Args)]
pub(crate) struct Chat {
    /// The model, as provider/name.
    #[arg(long, short)]
    pub model: Option<String>,
    /// Go on in this conversation.
    #[arg(long, value_name = "ID")]
    pub conversation: Option<String>,
    /// The system prompt of a new conversation.
    #[arg(long)]
    pub system: Option<String>,
    /// The most tokens of the answer.
    #[arg(long, value_name = "N")]
    pub max_tokens: Option<u32>,
    /// The temperature of sampling.
    #[arg(long)]
    pub temperature: Option<f64>,
    /// What to ask; read from stdin when it is absent or "-".
    pub text: Option<String>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Models {
    /// All models with their state.
    List,
    /// Add a GGUF file to an engine's models.
    Import {
        /// The file.
        file: PathBuf,
        /// Whose models: embedded, the built-in engine's, or those of an Ollama by its provider's short name (ollama).
        #[arg(long, default_value = "embedded", value_name = "PROVIDER")]
        to: String,
        /// Its name in that Ollama; the file's where absent.
        #[arg(long)]
        name: Option<String>,
    },
    /// Move the folder of models to another place, and wait until that is done.
    MoveFolder {
        /// The new folder.
        path: PathBuf,
        /// Whose models: embedded, the built-in engine's, or ollama, those of the Ollama that Web+ runs.
        #[arg(long, default_value = "embedded", value_name = "PROVIDER")]
        of: String,
    },
    /// Get a model from a registry or a hub, and wait until it is there.
    Pull {
        /// name:tag, hf.co/owner/name:Q4_K_M, owner/name/file.gguf or a file's address.
        reference: String,
        /// Where to: the short name of an Ollama, or embedded for the built-in engine.
        #[arg(long, default_value = "ollama", value_name = "PROVIDER")]
        to: String,
    },
    /// Show what is known of a model.
    Show {
        /// The model, as provider/name.
        model: String,
    },
    /// Give a model of an Ollama a second name.
    Copy {
        /// The model, as provider/name.
        model: String,
        /// The new name, without the provider.
        name: String,
    },
    /// Remove the damaged files of a model of an Ollama and get them again.
    Repair {
        /// The model, as provider/name.
        model: String,
    },
    /// Show what models take on the disk.
    Space {
        /// Remove what no model needs.
        #[arg(long)]
        free: bool,
    },
    /// Remove a model of the built-in engine or of an Ollama.
    Remove {
        /// The model, as provider/name.
        model: String,
    },
    /// Load a local model into the running application's memory.
    Start {
        /// The model, as provider/name.
        model: String,
        /// Tokens of context.
        #[arg(long)]
        context: Option<u32>,
    },
    /// Unload a local model.
    Stop {
        /// The model, as provider/name.
        model: String,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum Ollama {
    /// How it is.
    Status,
    /// Have the running application see to it that one runs.
    Start,
    /// End the one that the running application started.
    Stop,
    /// The last lines of its log.
    Log {
        /// How many.
        #[arg(long, default_value_t = 200)]
        lines: u32,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum Providers {
    /// Add a provider; its key is read from stdin.
    Add(ProviderAdd),
    /// All providers with the state of their keys.
    List,
    /// Ask a provider for its models, which costs nothing.
    Test {
        /// The provider's short name.
        provider: String,
    },
    /// Remove a provider and its key.
    Remove {
        /// The provider's short name.
        provider: String,
    },
}

#[derive(Debug, Args)]
pub(crate) struct ProviderAdd {
    /// A vendor of the catalogue (openai, anthropic, openrouter …); leave it out for any other server.
    pub vendor: Option<String>,
    /// What to call it.
    #[arg(long)]
    pub name: Option<String>,
    /// Which protocol a server of your own speaks.
    #[arg(long, value_enum)]
    pub kind: Option<Kind>,
    /// Where it is.
    #[arg(long, value_name = "URL")]
    pub base_url: Option<String>,
    /// The environment variable that holds the key; only its name is kept.
    #[arg(long, value_name = "NAME")]
    pub key_env: Option<String>,
    /// It needs no key: don't read one.
    #[arg(long)]
    pub no_key: bool,
    /// Keep the key for this session of the running application only.
    #[arg(long)]
    pub session: bool,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum Kind {
    Openai,
    Anthropic,
    Ollama,
    OpenaiCompatible,
}

impl Kind {
    pub(crate) fn wire(self) -> &'static str {
        match self {
            Self::Openai => "openai",
            Self::Anthropic => "anthropic",
            Self::Ollama => "ollama",
            Self::OpenaiCompatible => "openai_compatible",
        }
    }
}
