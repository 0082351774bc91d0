//! Programs that a step runs: under a guard that ends them with us, with an environment that holds only what is declared, and
//! with output that is capped, its end kept.

use std::{
    ffi::OsString,
    path::{Path, PathBuf},
};

use domain::ErrorCode;
use engine::{
    guard::{CommandOptions, Exit, GuardError},
    leftovers::Trace,
};
use tokio::io::AsyncReadExt as _;

use super::step::{RetryReason, StepCall, StepError};
use crate::App;

/// Where programs are looked for when nobody says.
pub(crate) const USUAL_PATH: &str = if cfg!(target_os = "macos") {
    "/opt/homebrew/bin:/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin"
} else {
    "/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin"
};
/// How much of an output is kept, in bytes: its end.
pub(crate) const KEPT: usize = 1 << 20;
/// A line that is longer is told in pieces.
const LONGEST_LINE: usize = 4096;

/// What is run.
#[derive(Debug, Clone)]
pub(crate) struct Program {
    /// The program and its arguments.
    pub argv: Vec<String>,
    pub folder: PathBuf,
    /// All of it; `PATH` is added where it isn't there.
    pub environment: Vec<(String, String)>,
    pub stdin: Option<Vec<u8>>,
    /// How much of each output is kept, in bytes.
    pub keep: usize,
    /// Whether it is kept from the network.
    pub offline: bool,
    /// The only files that it reaches; all that the person does when absent.
    pub reach: Option<engine::guard::Reach>,
}

/// How it ended.
#[derive(Debug)]
pub(crate) struct Ended {
    /// Absent where a signal ended it.
    pub code: Option<i32>,
    pub signal: Option<i32>,
    pub stdout: Kept,
    pub stderr: Kept,
}

/// Runs a program of a step's attempt to its end. Cancelled or dropped, it and all that it started are ended within about a
/// second. What it is known by is written down with the attempt, so that a later start of the application ends what is left of
/// it before anything else begins.
pub(crate) async fn run(
    call: &StepCall,
    program: Program,
    told: &(dyn Fn(&str) + Send + Sync),
) -> Result<Ended, StepError> {
    let (app, cancel) = (&call.app, &call.cancel);
    let Some(guard) = app.options.program.clone() else {
        return Err(StepError::new(
            ErrorCode::EngineUnavailable,
            "Programs can't be run here: Web+ doesn't know its own program. Start it as an installed application.",
        ));
    };
    let input = Input::keep(app, program.stdin.as_deref()).await?;
    let options = options(guard, &program, input.path())?;
    let started = engine::guard::command(options, &app.command_marks()).await;
    let mut running = started.map_err(|error| refused(&error))?;
    // The guard has opened it by now.
    drop(input);
    if let Some(trace) = Trace::of(&running.guarded) {
        note(call, &trace).await;
    }
    let (mut stdout, mut stderr) = (Kept::new(program.keep), Kept::new(program.keep));
    let ended = tokio::select! {
        biased;
        () = cancel.cancelled() => None,
        (exit, (), ()) = async {
            tokio::join!(
                running.guarded.wait(),
                drain(&mut running.stdout, &mut stdout, told),
                drain(&mut running.stderr, &mut stderr, told),
            )
        } => Some(exit),
    };
    let Some(Exit { code, signal }) = ended else {
        running.guarded.stop().await;
        return Err(StepError {
            unknown: true,
            output: Some(serde_json::json!({"stdout": stdout.text(), "stderr": stderr.text()})),
            ..StepError::new(ErrorCode::Cancelled, "The program was stopped before its end.")
        });
    };
    if code.is_none() && signal.is_none() {
        return Err(StepError {
            unknown: true,
            ..StepError::new(
                ErrorCode::Interrupted,
                "The program was ended from outside. Look at what it did, then run it again.",
            )
        });
    }
    Ok(Ended { code, signal, stdout, stderr })
}

/// Writes down what an attempt's program is known by.
async fn note(call: &StepCall, trace: &Trace) {
    // Where it stands in nobody's attempt its mark is all there is.
    if call.attempt == 0 {
        return;
    }
    let (run, key, number) = (call.run, call.key.clone(), call.attempt);
    let text = serde_json::to_string(trace).unwrap_or_default();
    let noted = call.app.store.write(move |conn| {
        store::attempts::set_process(conn, run, &key.scope, &key.node, number, Some(&text))
    });
    // It runs already; where it can't be noted its mark still finds it.
    if let Err(error) = noted.await {
        tracing::warn!(%error, "a step's program could not be noted");
    }
}

/// Ends what is left of programs of attempts that an earlier start of the application never saw end.
pub(crate) async fn end_left(app: &App) {
    let left = match app.store.read(store::attempts::processes_left).await {
        Ok(left) => left,
        Err(error) => return tracing::error!(%error, "programs that a crash left could not be looked for"),
    };
    let traces: Vec<Trace> = left.iter().filter_map(|text| serde_json::from_str(text).ok()).collect();
    let ended = tokio::task::spawn_blocking(move || traces.iter().flat_map(Trace::end).collect::<Vec<u32>>());
    match ended.await {
        Ok(killed) if !killed.is_empty() => tracing::warn!(?killed, "programs that a crash left were ended"),
        _ => {}
    }
}

fn options(guard: PathBuf, program: &Program, input: Option<&Path>) -> Result<CommandOptions, StepError> {
    let Some((name, arguments)) = program.argv.split_first() else {
        return Err(StepError::invalid("There is no program to run. Fill in \"argv\"."));
    };
    let mut environment: Vec<(OsString, OsString)> =
        program.environment.iter().map(|(name, value)| (name.into(), value.into())).collect();
    let path = program.environment.iter().find(|(name, _)| name == "PATH").map(|(_, value)| value.as_str());
    if path.is_none() {
        environment.push(("PATH".into(), USUAL_PATH.into()));
    }
    Ok(CommandOptions {
        guard,
        program: find(name, path.unwrap_or(USUAL_PATH), &program.folder)?,
        arguments: arguments.iter().map(OsString::from).collect(),
        environment,
        input: input.map(Path::to_owned),
        folder: program.folder.clone(),
        offline: program.offline,
        reach: program.reach.clone(),
    })
}

/// The program's file: as it is where it has a slash (from the folder on), else from the search path.
fn find(name: &str, path: &str, folder: &Path) -> Result<PathBuf, StepError> {
    if name.contains(std::path::MAIN_SEPARATOR) {
        return Ok(folder.join(name));
    }
    let places = path.split(':').filter(|place| Path::new(place).is_absolute());
    let found = places.map(|place| Path::new(place).join(name)).find(|file| file.is_file());
    found.filter(|_| !name.is_empty()).ok_or_else(|| {
        StepError::new(
            ErrorCode::NotFound,
            format!("The program \"{name}\" isn't installed here, or not where programs usually are. Install it, or name its whole path."),
        )
    })
}

fn refused(error: &GuardError) -> StepError {
    let code = match error {
        GuardError::NotFound { .. } | GuardError::Folder { .. } => ErrorCode::NotFound,
        GuardError::NotExecutable { .. }
        | GuardError::WrongArchitecture { .. }
        | GuardError::Blocked { .. } => ErrorCode::Forbidden,
        _ => ErrorCode::Internal,
    };
    StepError { reason: RetryReason::Other, ..StepError::new(code, error.to_string()) }
}

/// What the program reads, as a file that only we may read, gone as soon as the program has it.
struct Input(Option<PathBuf>);

impl Input {
    async fn keep(app: &App, bytes: Option<&[u8]>) -> Result<Self, StepError> {
        let Some(bytes) = bytes else { return Ok(Self(None)) };
        let folder = app.command_marks();
        let file = folder.join(format!("{}.in", crate::hex(&random()?)));
        let (kept, bytes) = (Self(Some(file.clone())), bytes.to_vec());
        let written = tokio::task::spawn_blocking(move || write(&folder, &file, &bytes)).await;
        match written {
            Ok(Ok(())) => Ok(kept),
            Ok(Err(error)) => Err(StepError::new(
                ErrorCode::DiskFull,
                format!(
                    "The program's input can't be written ({error}). Check the free space, then run the step again."
                ),
            )),
            Err(_) => {
                Err(StepError::new(ErrorCode::Interrupted, "Web+ is ending. The step can be run again."))
            }
        }
    }

    fn path(&self) -> Option<&Path> {
        self.0.as_deref()
    }
}

impl Drop for Input {
    fn drop(&mut self) {
        if let Some(file) = &self.0 {
            std::fs::remove_file(file).ok();
        }
    }
}

fn random() -> Result<[u8; 16], StepError> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|_| {
        StepError::new(ErrorCode::Internal, "The system gives no random numbers. Start the computer again.")
    })?;
    Ok(bytes)
}

fn write(folder: &Path, file: &Path, bytes: &[u8]) -> std::io::Result<()> {
    use std::io::Write as _;
    std::fs::create_dir_all(folder)?;
    let mut options = std::fs::File::options();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(file)?.write_all(bytes)
}

/// Reads to the end, keeps the end, tells the lines.
async fn drain(
    reader: &mut (impl tokio::io::AsyncRead + Unpin),
    kept: &mut Kept,
    told: &(dyn Fn(&str) + Send + Sync),
) {
    let mut chunk = vec![0; 16 * 1024];
    let mut line: Vec<u8> = Vec::new();
    while let Ok(count @ 1..) = reader.read(&mut chunk).await {
        let new = chunk.get(..count).unwrap_or_default();
        kept.push(new);
        for byte in new {
            if *byte == b'\n' || line.len() >= LONGEST_LINE {
                told(String::from_utf8_lossy(&line).trim_end());
                line.clear();
            }
            if *byte != b'\n' {
                line.push(*byte);
            }
        }
    }
    if !line.is_empty() {
        told(String::from_utf8_lossy(&line).trim_end());
    }
}

/// The end of an output.
#[derive(Debug)]
pub(crate) struct Kept {
    bytes: Vec<u8>,
    most: usize,
    /// How much came before what is kept, in bytes.
    pub left_out: u64,
}

impl Kept {
    pub(crate) fn new(most: usize) -> Self {
        Self { bytes: Vec::new(), most, left_out: 0 }
    }

    pub(crate) fn push(&mut self, more: &[u8]) {
        self.bytes.extend_from_slice(more);
        if self.bytes.len() > 2 * self.most {
            self.cut();
        }
    }

    fn cut(&mut self) {
        let over = self.bytes.len().saturating_sub(self.most);
        self.bytes.drain(..over);
        self.left_out += over as u64;
    }

    /// As text, with a first line that says so where something was left out.
    pub(crate) fn text(&mut self) -> String {
        self.cut();
        let text = String::from_utf8_lossy(&self.bytes);
        if self.left_out == 0 {
            text.into_owned()
        } else {
            format!("[{} bytes before this are left out]\n{text}", self.left_out)
        }
    }

    /// As it came; `None` where something was left out.
    pub(crate) fn whole(self) -> Option<Vec<u8>> {
        (self.left_out == 0 && self.bytes.len() <= self.most).then_some(self.bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_an_output_is_kept_and_the_rest_counted() {
        let mut kept = Kept::new(10);
        for _ in 0..100 {
            kept.push(b"abc");
        }
        assert_eq!(kept.text(), "[290 bytes before this are left out]\ncabcabcabc");
        let mut short = Kept::new(10);
        short.push(b"abc");
        assert_eq!(short.text(), "abc");
        assert_eq!(short.whole().as_deref(), Some(&b"abc"[..]));
    }

    #[test]
    fn a_program_is_found_on_the_path_or_from_the_folder_on() {
        let folder = Path::new("/somewhere");
        assert_eq!(find("sh", "relative:/bin", folder).ok(), Some(PathBuf::from("/bin/sh")));
        assert_eq!(find("./run.sh", "/bin", folder).ok(), Some(PathBuf::from("/somewhere/./run.sh")));
        assert!(
            find("no-such-program", "/bin", folder)
                .is_err_and(|error| error.message.contains("isn't installed"))
        );
        assert!(find("", "/bin", folder).is_err());
    }
}
