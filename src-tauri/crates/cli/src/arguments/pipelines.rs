//! What can be written about pipelines and their runs.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

#[derive(Debug, Args)]
pub(crate) struct Run {
    /// A pipeline's file, or the id of one that is kept.
    #[arg(value_name = "FILE|ID", required_unless_present = "resume", conflicts_with = "resume")]
    pub pipeline: Option<String>,
    /// An input; JSON where its type isn't text or a path. Give it again for each.
    #[arg(long = "input", value_name = "NAME=VALUE", value_parser = pair)]
    pub inputs: Vec<(String, String)>,
    /// An input that is read from a file. Give it again for each.
    #[arg(long = "input-file", value_name = "NAME=PATH", value_parser = pair)]
    pub input_files: Vec<(String, String)>,
    /// Go on with a run that was cut off, paused or waited.
    #[arg(long, value_name = "RUN", conflicts_with_all = ["inputs", "input_files", "allow", "idempotency_key"])]
    pub resume: Option<String>,
    /// What a pipeline from a file may do.
    #[arg(long, value_delimiter = ',', value_name = "WHAT")]
    pub allow: Vec<Allowed>,
    /// The same key within seven days gives the same run, and goes on with it.
    #[arg(long, value_name = "KEY")]
    pub idempotency_key: Option<String>,
}

/// What a pipeline may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Allowed {
    /// Run programs.
    Commands,
    /// Read and write files.
    Files,
    /// Ask servers.
    Http,
    /// Use secrets.
    Secrets,
}

impl Allowed {
    pub(crate) fn wire(self) -> &'static str {
        match self {
            Self::Commands => "commands",
            Self::Files => "files",
            Self::Http => "http",
            Self::Secrets => "secrets",
        }
    }
}

#[derive(Debug, Args)]
pub(crate) struct Test {
    /// The pipeline's file.
    pub file: PathBuf,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Pipelines {
    /// All pipelines.
    List,
    /// Show what is known of a pipeline.
    Show {
        /// Its id.
        id: String,
    },
    /// Keep a pipeline from a file, after telling what it needs.
    Import {
        /// The file.
        file: PathBuf,
        /// What it may do from now on.
        #[arg(long, value_delimiter = ',', value_name = "WHAT")]
        allow: Vec<Allowed>,
    },
    /// Print a pipeline as a file, without what is only yours.
    Export {
        /// Its id.
        id: String,
        /// With its pinned outputs.
        #[arg(long)]
        pins: bool,
    },
    /// Show the folders whose pipeline files are in the library, and how each file stands.
    Files,
    /// Name these folders in place of those before: every *.webplus.json in them is in the library, and written back on saving.
    Watch {
        /// The folders; none to look at none.
        folders: Vec<PathBuf>,
    },
    /// Print the JSON Schema of pipeline files, for an editor that helps to write them.
    Schema,
    /// Remove a pipeline. Its runs stay.
    Remove {
        /// Its id.
        id: String,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum Runs {
    /// The newest runs.
    List {
        /// Of this pipeline only.
        #[arg(long, value_name = "ID")]
        pipeline: Option<String>,
        /// How many.
        #[arg(long, default_value_t = 20)]
        limit: u32,
    },
    /// Show a run and its steps.
    Show {
        /// The run's id.
        run: String,
    },
    /// Cancel a run. What it did outside isn't undone.
    Cancel {
        /// The run's id.
        run: String,
    },
    /// Begin no further step of a run.
    Pause {
        /// The run's id.
        run: String,
    },
    /// Let a paused run go on.
    Resume {
        /// The run's id.
        run: String,
    },
    /// Answer a run that waits for a person.
    Answer(Answer),
    /// Say what became of a step whose end isn't known.
    Decide {
        /// The run's id.
        run: String,
        /// What became of it.
        decision: Decision,
        /// Which step, as SCOPE/NODE; not needed where only one waits.
        #[arg(long)]
        step: Option<String>,
    },
}

#[derive(Debug, Args)]
#[allow(clippy::struct_field_names, reason = "the field's name is the argument's, as it is shown")]
pub(crate) struct Answer {
    /// The run's id.
    pub run: String,
    /// One of the answers that the step gives to choose from.
    #[arg(value_name = "ANSWER")]
    pub chosen: String,
    /// Which step, as SCOPE/NODE; not needed where only one waits.
    #[arg(long)]
    pub step: Option<String>,
    /// What the answer is to, where the question says so: it counts for exactly that.
    #[arg(long, value_name = "HASH")]
    pub about: Option<String>,
    /// What the form is filled in with. Give it again for each field.
    #[arg(long = "value", value_name = "NAME=VALUE", value_parser = pair)]
    pub values: Vec<(String, String)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Decision {
    /// It happened: go on.
    Done,
    /// It didn't: do it again.
    Retry,
    /// The step failed.
    Fail,
}

impl Decision {
    pub(crate) fn wire(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Retry => "retry",
            Self::Fail => "fail",
        }
    }
}

fn pair(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("write it as NAME=VALUE")?;
    if name.is_empty() {
        return Err("a name must stand before the =".to_owned());
    }
    Ok((name.to_owned(), value.to_owned()))
}
