//! The worker's whole life.

use std::{
    io::{BufRead as _, Write as _},
    process::ExitCode,
    sync::mpsc,
    thread,
};

use super::{Job, LONGEST, MEMORY, Outcome, jq, js};

/// The first line that it writes.
pub(super) const READY: &str = "{\"type\":\"ready\"}";
/// For programs that nest deeply.
const STACK: usize = 64 << 20;

/// Reads jobs and answers them, until the input ends.
pub(crate) fn live() -> ExitCode {
    let (tell, told) = mpsc::channel::<Vec<u8>>();
    // A thread of its own reads, so that the end of the input ends the process also in the middle of a job.
    let reader = thread::Builder::new().name("input".to_owned()).spawn(move || {
        let mut input = std::io::stdin().lock();
        loop {
            let mut line = Vec::new();
            match std::io::Read::take(&mut input, LONGEST as u64 + 1).read_until(b'\n', &mut line) {
                Ok(1..) if line.ends_with(b"\n") => {
                    if tell.send(line).is_err() {
                        return;
                    }
                }
                _ => std::process::exit(0),
            }
        }
    });
    let worker = thread::Builder::new().name("job".to_owned()).stack_size(STACK).spawn(move || {
        // The job's own memory, a copy of what it is given and of what it gives, and the stack.
        engine::confine::tighten(3 * MEMORY + STACK);
        write(READY.as_bytes());
        while let Ok(line) = told.recv() {
            let outcome = match serde_json::from_slice::<Job>(&line) {
                Ok(Job::Js { code, args }) => js::run(&code, &args),
                Ok(Job::Jq { program, input }) => jq::run(&program, input),
                Err(error) => Outcome::Failed { message: error.to_string(), log: String::new() },
            };
            drop(line);
            match serde_json::to_vec(&outcome) {
                Ok(answer) if answer.len() < LONGEST => write(&answer),
                _ => write(
                    b"{\"type\":\"failed\",\"message\":\"The result is larger than 64 MB.\",\"log\":\"\"}",
                ),
            }
        }
    });
    match (reader, worker.map(thread::JoinHandle::join)) {
        (Ok(_), Ok(Ok(()))) => ExitCode::SUCCESS,
        _ => ExitCode::FAILURE,
    }
}

fn write(line: &[u8]) {
    let mut output = std::io::stdout().lock();
    let written = output.write_all(line).and_then(|()| output.write_all(b"\n")).and_then(|()| output.flush());
    if written.is_err() {
        std::process::exit(0);
    }
}
