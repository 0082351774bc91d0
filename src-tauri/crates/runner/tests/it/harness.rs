//! A running runner, its replies in a channel, and nothing left behind when a test ends.

use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use domain::{
    ErrorCode, FinishReason, Parameters, Role, RunnerEnd, RunnerMessage, RunnerReply, RunnerRequest,
    TokenUsage,
};

/// How long a test waits for a line before it fails: far more than a busy machine needs.
const PATIENCE: Duration = Duration::from_mins(2);

/// The model to test with, or `None` (said aloud) when there is none.
#[allow(clippy::disallowed_methods, reason = "the model is too large for the repository")]
pub(crate) fn model() -> Option<PathBuf> {
    let path = std::env::var_os("WEBPLUS_TEST_MODEL").map(PathBuf::from);
    if path.is_none() {
        eprintln!("skipped: WEBPLUS_TEST_MODEL names no model");
    }
    path
}

pub(crate) struct Runner {
    child: Child,
    input: Option<ChildStdin>,
    replies: Receiver<RunnerReply>,
}

/// What one generation gave.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Answer {
    pub(crate) text: String,
    pub(crate) pieces: Vec<String>,
    pub(crate) end: RunnerEnd,
    pub(crate) usage: TokenUsage,
    pub(crate) prompt_ms: f64,
    pub(crate) generation_ms: f64,
    pub(crate) notice: Option<String>,
}

impl Answer {
    pub(crate) fn reason(&self) -> FinishReason {
        match self.end {
            RunnerEnd::Done { reason } => reason,
            RunnerEnd::Cancelled => panic!("cancelled: {self:?}"),
        }
    }
}

impl Runner {
    /// Starts the executable and takes its greeting.
    pub(crate) fn start() -> Self {
        Self::start_with(&[])
    }

    /// The same with variables of the environment.
    #[allow(clippy::disallowed_methods, reason = "starting the program under test")]
    pub(crate) fn start_with(environment: &[(&str, &str)]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_webplus-runner"))
            .envs(environment.iter().copied())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let (sender, replies) = channel();
        let output = BufReader::new(child.stdout.take().unwrap());
        std::thread::spawn(move || {
            for line in output.lines() {
                let line = line.unwrap();
                assert!(line.len() <= domain::MAX_LINE);
                let reply = serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line}"));
                if sender.send(reply).is_err() {
                    return;
                }
            }
        });
        let input = child.stdin.take();
        let runner = Self { child, input, replies };
        let RunnerReply::Hello { protocol, missing_cpu_features, backends, .. } = runner.reply() else {
            panic!("no greeting")
        };
        assert_eq!(protocol, domain::RUNNER_PROTOCOL);
        assert!(missing_cpu_features.is_empty() && backends.contains(&"cpu".to_owned()));
        runner
    }

    /// Starts and loads the model with one thread.
    pub(crate) fn loaded(context: u32) -> Option<Self> {
        let mut runner = Self::start();
        runner.load(model()?, context, false);
        assert!(matches!(runner.reply_after_loading(), RunnerReply::Loaded { .. }));
        Some(runner)
    }

    pub(crate) fn load(&mut self, path: PathBuf, context: u32, confine: bool) {
        self.load_onto_gpu(path, context, confine, 0);
    }

    pub(crate) fn load_onto_gpu(&mut self, path: PathBuf, context: u32, confine: bool, gpu_layers: u32) {
        let path = path.to_str().unwrap().to_owned();
        self.send(&RunnerRequest::Load { path, context, threads: 1, gpu_layers, confine });
    }

    pub(crate) fn send(&mut self, request: &RunnerRequest) {
        let mut line = serde_json::to_vec(request).unwrap();
        line.push(b'\n');
        self.send_bytes(&line).unwrap();
    }

    pub(crate) fn send_bytes(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        let input = self.input.as_mut().unwrap();
        input.write_all(bytes)?;
        input.flush()
    }

    pub(crate) fn reply(&self) -> RunnerReply {
        self.replies.recv_timeout(PATIENCE).expect("the runner says something")
    }

    pub(crate) fn reply_after_loading(&self) -> RunnerReply {
        loop {
            match self.reply() {
                RunnerReply::Loading { .. } => {}
                other => return other,
            }
        }
    }

    pub(crate) fn error(&self) -> (ErrorCode, String) {
        match self.reply_after_loading() {
            RunnerReply::Error { code, message, .. } => (code, message),
            other => panic!("not an error: {other:?}"),
        }
    }

    pub(crate) fn ask(&mut self, id: u64, system: &str, messages: &[(Role, &str)], parameters: Parameters) {
        self.send(&generate(id, system, messages, false, parameters));
    }

    /// Waits for the end of generation `id`; other generations may not be running.
    pub(crate) fn answer(&self, id: u64) -> Answer {
        let mut pieces = Vec::new();
        loop {
            match self.reply() {
                RunnerReply::Prefill { .. } => {}
                RunnerReply::Text { id: of, text } => {
                    assert_eq!(of, id);
                    pieces.push(text);
                }
                RunnerReply::Finished { id: of, end, usage, prompt_ms, generation_ms, notice } => {
                    assert_eq!(of, id);
                    return Answer {
                        text: pieces.concat(),
                        pieces,
                        end,
                        usage,
                        prompt_ms,
                        generation_ms,
                        notice,
                    };
                }
                other => panic!("not part of an answer: {other:?}"),
            }
        }
    }

    /// Waits for the first piece of text.
    pub(crate) fn first_text(&self) -> String {
        loop {
            match self.reply() {
                RunnerReply::Text { text, .. } => return text,
                RunnerReply::Prefill { .. } => {}
                other => panic!("no text came: {other:?}"),
            }
        }
    }

    /// Ends the input.
    pub(crate) fn close_input(&mut self) {
        self.input = None;
    }

    /// Waits until the process is gone; gives its status and how long that took.
    #[allow(clippy::disallowed_methods, reason = "the time is what is tested")]
    pub(crate) fn wait(&mut self) -> (Option<i32>, Duration) {
        let started = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return (status.code(), started.elapsed());
            }
            assert!(started.elapsed() < PATIENCE, "the runner doesn't end");
            std::thread::yield_now();
        }
    }

    pub(crate) fn process(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Runner {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub(crate) fn generate(
    id: u64,
    system: &str,
    messages: &[(Role, &str)],
    extend: bool,
    parameters: Parameters,
) -> RunnerRequest {
    RunnerRequest::Generate { id, system: system.to_owned(), messages: texts(messages), extend, parameters }
}

pub(crate) fn texts(messages: &[(Role, &str)]) -> Vec<RunnerMessage> {
    messages.iter().map(|(role, text)| RunnerMessage { role: *role, text: (*text).to_owned() }).collect()
}

/// Always the likeliest token, at most `tokens` of them.
pub(crate) fn greedy(tokens: u32) -> Parameters {
    Parameters { temperature: Some(0.0), max_tokens: Some(tokens), ..Parameters::default() }
}
