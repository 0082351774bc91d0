//! A runner: what holds a loaded model and gives one token at a time. A process of its own, or a task of the test's.
//!
//! It reads lines and answers each `t ID MICROSECONDS` with `ID` after that time; so a killed one is an end of file, and a stopped one is
//! silence. When its server is gone it stays, as the real one does, but for two minutes at most.

use std::{
    io,
    path::Path,
    process::Stdio,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use tokio::{
    io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader},
    process::{Child, Command},
    task::AbortHandle,
};

/// How long a runner without a server stays, so that no test leaves one for ever.
const ORPHAN: Duration = Duration::from_mins(2);

/// What a runner is told at its start.
#[derive(Debug, Clone)]
pub(super) struct Order<'a> {
    pub(super) model: &'a Path,
    pub(super) context: u64,
    pub(super) load: Duration,
    pub(super) memory_mib: usize,
    pub(super) term: Duration,
}

/// The server's end of a runner's pipes.
pub(super) struct Pipe {
    to: Box<dyn AsyncWrite + Send + Unpin>,
    from: Box<dyn AsyncRead + Send + Unpin>,
    buffer: Vec<u8>,
    asked: u64,
}

/// What can be killed of a runner.
#[derive(Debug)]
pub(super) enum Body {
    Process(Mutex<Child>),
    Task(AbortHandle),
}

/// Starts a runner: this program once more, or a task.
#[allow(clippy::disallowed_methods, reason = "a server for tests: its runners are the point")]
pub(super) fn start(program: Option<&Path>, order: &Order<'_>) -> io::Result<(Pipe, Body)> {
    let Some(program) = program else {
        let (ours, theirs) = tokio::io::duplex(4096);
        let (from, to) = tokio::io::split(ours);
        let (reader, writer) = tokio::io::split(theirs);
        let load = order.load;
        let task = tokio::spawn(async move { drop(run(reader, writer, load).await) });
        return Ok((Pipe::new(to, from), Body::Task(task.abort_handle())));
    };
    let mut child = Command::new(program)
        .args(["runner", "--model"])
        .arg(order.model)
        .args(["--host", "127.0.0.1", "-c", &order.context.to_string()])
        .args(["--load-ms", &order.load.as_millis().to_string()])
        .args(["--memory-mib", &order.memory_mib.to_string()])
        .args(["--term-ms", &order.term.as_millis().to_string()])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()?;
    let (Some(to), Some(from)) = (child.stdin.take(), child.stdout.take()) else {
        return Err(io::ErrorKind::BrokenPipe.into());
    };
    Ok((Pipe::new(to, from), Body::Process(Mutex::new(child))))
}

impl Pipe {
    fn new(
        to: impl AsyncWrite + Send + Unpin + 'static,
        from: impl AsyncRead + Send + Unpin + 'static,
    ) -> Self {
        Self { to: Box::new(to), from: Box::new(from), buffer: Vec::new(), asked: 0 }
    }

    /// Waits until the model is loaded.
    pub(super) async fn ready(&mut self) -> io::Result<()> {
        while self.line().await? != "ready" {}
        Ok(())
    }

    /// One token, after this time.
    pub(super) async fn token(&mut self, after: Duration) -> io::Result<()> {
        self.asked += 1;
        let id = self.asked.to_string();
        self.tell(&format!("t {id} {}", after.as_micros())).await?;
        // An answer to a question that was given up may come first.
        while self.line().await? != id {}
        Ok(())
    }

    /// Makes it die or stop.
    pub(super) async fn tell(&mut self, word: &str) -> io::Result<()> {
        self.to.write_all(format!("{word}\n").as_bytes()).await?;
        self.to.flush().await
    }

    async fn line(&mut self) -> io::Result<String> {
        loop {
            if let Some(end) = self.buffer.iter().position(|byte| *byte == b'\n') {
                let line = String::from_utf8_lossy(&self.buffer[..end]).into_owned();
                self.buffer.drain(..=end);
                return Ok(line);
            }
            if self.from.read_buf(&mut self.buffer).await? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
    }
}

impl Body {
    pub(super) fn kill(&self) {
        match self {
            Self::Process(child) => {
                drop(child.lock().unwrap_or_else(PoisonError::into_inner).start_kill());
            }
            Self::Task(task) => task.abort(),
        }
    }

    pub(super) fn is_dead(&self) -> bool {
        match self {
            Self::Process(child) => {
                !matches!(child.lock().unwrap_or_else(PoisonError::into_inner).try_wait(), Ok(None))
            }
            Self::Task(task) => task.is_finished(),
        }
    }
}

/// The life of a runner, until it is told to die or its server is gone.
async fn run(
    reader: impl AsyncRead + Unpin,
    mut writer: impl AsyncWrite + Unpin,
    load: Duration,
) -> io::Result<()> {
    tokio::time::sleep(load).await;
    writer.write_all(b"ready\n").await?;
    let mut lines = BufReader::new(reader).lines();
    let mut stopped = false;
    while let Some(line) = lines.next_line().await? {
        let mut words = line.split(' ');
        match words.next() {
            Some("t") if !stopped => {
                let id = words.next().unwrap_or_default();
                let pause = words.next().and_then(|word| word.parse().ok()).unwrap_or(0);
                tokio::time::sleep(Duration::from_micros(pause)).await;
                writer.write_all(format!("{id}\n").as_bytes()).await?;
                writer.flush().await?;
            }
            Some("stop") => stopped = true,
            Some("die") => return Ok(()),
            _ => {}
        }
    }
    Err(io::ErrorKind::UnexpectedEof.into())
}

/// The program's verb `runner`: the exit code.
pub(super) async fn main(arguments: &[String]) -> u8 {
    let number = |name: &str| {
        let at = arguments.iter().position(|argument| argument == name);
        at.and_then(|at| arguments.get(at + 1)?.parse::<u64>().ok()).unwrap_or(0)
    };
    // Not zeros: pages that were never written hold no memory.
    let memory = vec![1_u8; number("--memory-mib") as usize * 1024 * 1024];
    let term = Duration::from_millis(number("--term-ms"));
    let load = Duration::from_millis(number("--load-ms"));
    let life = async {
        let ended = run(tokio::io::stdin(), tokio::io::stdout(), load).await;
        if ended.is_err() {
            tokio::time::sleep(ORPHAN).await;
        }
        if ended.is_ok() { 134 } else { 0 }
    };
    let code = tokio::select! {
        code = life => code,
        () = terminated() => {
            tokio::time::sleep(term).await;
            0
        }
    };
    drop(std::hint::black_box(memory));
    code
}

/// Waits for SIGTERM; where there is no such thing, for ever.
async fn terminated() {
    #[cfg(unix)]
    if let Ok(mut signal) = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
        signal.recv().await;
        return;
    }
    std::future::pending::<()>().await;
}
