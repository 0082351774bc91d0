//! Starting another program and saying in a sentence what went wrong with it.
//!
//! A child shares our process group, so that Ctrl+C at the terminal ends it together with us.

use std::ffi::{OsStr, OsString};
use std::fmt;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

/// What a command of ours answers.
pub(crate) type Result<T> = std::result::Result<T, Failure>;

/// A sentence for the person at the terminal.
#[derive(Debug)]
pub(crate) struct Failure(String);

impl Failure {
    /// A failure whose sentence the person has read already.
    pub(crate) fn said() -> Self {
        Self(String::new())
    }

    pub(crate) fn was_said(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl From<String> for Failure {
    fn from(sentence: String) -> Self {
        Self(sentence)
    }
}

impl From<&str> for Failure {
    fn from(sentence: &str) -> Self {
        Self(sentence.to_owned())
    }
}

/// One program to run, built up word by word.
#[derive(Debug)]
pub(crate) struct Call {
    command: Command,
    shown: String,
}

impl Call {
    /// The program `name`, looked up on the path; npm's script wrappers are found on Windows too.
    pub(crate) fn new(program: impl AsRef<OsStr>) -> Self {
        let program = program.as_ref();
        let script = cfg!(windows) && matches!(program.to_str(), Some("npm" | "npx"));
        let command = if script {
            let mut name = program.to_owned();
            name.push(".cmd");
            Command::new(name)
        } else {
            Command::new(program)
        };
        let name = Path::new(program).file_name().unwrap_or(program);
        Self { command, shown: name.to_string_lossy().into_owned() }
    }

    pub(crate) fn arg(mut self, argument: impl AsRef<OsStr>) -> Self {
        self.shown.push(' ');
        self.shown.push_str(&argument.as_ref().to_string_lossy());
        self.command.arg(argument);
        self
    }

    pub(crate) fn args<A: AsRef<OsStr>>(self, arguments: impl IntoIterator<Item = A>) -> Self {
        arguments.into_iter().fold(self, Self::arg)
    }

    /// An argument too long to show.
    pub(crate) fn hidden_arg(mut self, argument: impl AsRef<OsStr>) -> Self {
        self.command.arg(argument);
        self
    }

    pub(crate) fn dir(mut self, folder: impl AsRef<Path>) -> Self {
        self.command.current_dir(folder);
        self
    }

    pub(crate) fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    pub(crate) fn envs(mut self, variables: &[(&str, OsString)]) -> Self {
        self.command.envs(variables.iter().map(|(name, value)| (name, value)));
        self
    }

    pub(crate) fn without_env(mut self, name: impl AsRef<OsStr>) -> Self {
        self.command.env_remove(name);
        self
    }

    /// The words as a person would type them.
    pub(crate) fn shown(&self) -> &str {
        &self.shown
    }

    /// Runs it on our own terminal.
    pub(crate) fn run(mut self) -> Result<()> {
        println!("$ {}", self.shown);
        let status = self.command.status().map_err(|error| not_started(&self.shown, &error))?;
        if status.success() { Ok(()) } else { Err(format!("`{}` failed ({status}).", self.shown).into()) }
    }

    /// Runs it and hands over each line of its standard output; its standard error stays ours.
    pub(crate) fn each_line(mut self, mut on_line: impl FnMut(&str)) -> Result<()> {
        let mut child =
            self.command.stdout(Stdio::piped()).spawn().map_err(|error| not_started(&self.shown, &error))?;
        if let Some(output) = child.stdout.take() {
            let mut output = BufReader::new(output);
            let mut line = Vec::new();
            while output.read_until(b'\n', &mut line).is_ok_and(|length| length > 0) {
                on_line(String::from_utf8_lossy(&line).trim_end_matches(['\n', '\r']));
                line.clear();
            }
        }
        let status = child.wait().map_err(|error| not_started(&self.shown, &error))?;
        if status.success() { Ok(()) } else { Err(format!("`{}` failed ({status}).", self.shown).into()) }
    }

    /// Its standard output if it could be started and succeeded; nothing of it is shown.
    pub(crate) fn quiet_output(mut self) -> Option<String> {
        let output = self.command.stdin(Stdio::null()).output().ok()?;
        output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
    }

    /// Its standard output whether it succeeded or not; `None` if it isn't there.
    pub(crate) fn any_output(mut self) -> Option<String> {
        let output = self.command.stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
        Some(String::from_utf8_lossy(&output.stdout).into_owned())
    }

    /// Whether it runs and succeeds; nothing of it is shown.
    pub(crate) fn succeeds(self) -> bool {
        self.quiet_output().is_some()
    }
}

fn not_started(shown: &str, error: &std::io::Error) -> Failure {
    format!("`{shown}` could not be started: {error}.").into()
}
