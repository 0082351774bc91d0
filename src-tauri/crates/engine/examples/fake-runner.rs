//! A runner for tests: speaks the protocol without a model, and misbehaves as `FAKE_RUNNER` says.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::disallowed_methods,
    clippy::exit,
    reason = "a program for tests"
)]

use std::{
    io::{BufRead, Write},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
        mpsc,
    },
    thread,
    time::Duration,
};

use domain::{ErrorCode, FinishReason, RUNNER_PROTOCOL, RunnerEnd, RunnerReply, RunnerRequest, TokenUsage};

/// Whether the model is on the GPU that this runner says it has in the scenarios that begin with "gpu".
static ON_GPU: AtomicBool = AtomicBool::new(false);

fn main() {
    let scenario = std::env::var("FAKE_RUNNER").unwrap_or_default();
    eprintln!("fake runner: {scenario}");
    if scenario == "stranger" {
        println!("Usage: something else");
        return;
    }
    let protocol = if scenario == "protocol" { RUNNER_PROTOCOL + 98 } else { RUNNER_PROTOCOL };
    let missing = if scenario == "cpu" { vec!["avx2".into()] } else { Vec::new() };
    say(&RunnerReply::Hello {
        protocol,
        engine: "fake 1".into(),
        backends: if scenario.starts_with("gpu") {
            vec!["cpu".into(), "vulkan".into()]
        } else {
            vec!["cpu".into()]
        },
        missing_cpu_features: missing,
    });
    let cancelled = Arc::new(AtomicBool::new(false));
    for request in requests(cancelled.clone()) {
        answer(&scenario, request, &cancelled);
    }
}

/// Reads on a thread of its own, which ends the process at the end of input as the real one does.
fn requests(cancelled: Arc<AtomicBool>) -> mpsc::Receiver<RunnerRequest> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        for line in std::io::stdin().lock().lines() {
            match serde_json::from_str(&line.unwrap()).unwrap() {
                RunnerRequest::Cancel { .. } => cancelled.store(true, Ordering::SeqCst),
                request => sender.send(request).unwrap(),
            }
        }
        std::process::exit(0);
    });
    receiver
}

fn answer(scenario: &str, request: RunnerRequest, cancelled: &AtomicBool) {
    match request {
        RunnerRequest::Load { context, gpu_layers, threads, .. } => {
            eprintln!("loads with {threads} threads");
            load(scenario, context, gpu_layers);
        }
        RunnerRequest::Generate { id, messages, extend, .. } => {
            cancelled.store(false, Ordering::SeqCst);
            let last = messages.last().map(|message| message.text.clone()).unwrap_or_default();
            generate(scenario, id, &last, extend, cancelled);
        }
        RunnerRequest::Count { id, messages, .. } => {
            let tokens = messages.iter().map(|message| message.text.split(' ').count()).sum::<usize>() as u32;
            say(&RunnerReply::Counted { id, tokens });
        }
        RunnerRequest::Embed { id, texts } => {
            let vectors = texts.iter().map(|text| vec![text.len() as f32, 1.0]).collect();
            say(&RunnerReply::Embedded { id, vectors, tokens: 3 });
        }
        RunnerRequest::Cancel { .. } => {}
    }
}

fn load(scenario: &str, context: u32, gpu_layers: u32) {
    match scenario {
        "gpu_crash_load" if gpu_layers > 0 => {
            eprintln!("the driver lost its device");
            std::process::exit(134);
        }
        "hang_load" => wait(),
        "crash_load" => {
            eprintln!("cannot allocate the impossible");
            std::process::exit(3);
        }
        "load_error" => {
            say(&RunnerReply::Error {
                id: None,
                code: ErrorCode::ModelDamaged,
                message: "The file is damaged.".into(),
            });
            std::process::exit(1);
        }
        _ => {}
    }
    ON_GPU.store(gpu_layers > 0, Ordering::SeqCst);
    say(&RunnerReply::Loading { progress: 0.5 });
    if scenario == "slow_load" {
        wait();
    }
    say(&RunnerReply::Loaded {
        context,
        trained_context: 8192,
        chat_template: true,
        gpu_layers: gpu_layers.min(2),
        layers: 2,
        confined: false,
        embedding: false,
        notices: vec!["A notice.".into()],
    });
    if scenario == "dies_idle" {
        thread::sleep(Duration::from_millis(30));
        std::process::exit(4);
    }
}

fn generate(scenario: &str, id: u64, last: &str, extend: bool, cancelled: &AtomicBool) {
    say(&RunnerReply::Prefill { id, done: 4, total: 4 });
    let text = |text: &str| say(&RunnerReply::Text { id, text: text.into() });
    match scenario {
        // Until it is told to do without the GPU.
        "gpu_crash" if ON_GPU.load(Ordering::SeqCst) => std::process::exit(134),
        "crash" => {
            text("half an ");
            text("answer");
            eprintln!("fatal: the weights are haunted");
            std::process::exit(134);
        }
        "stall" | "deaf" => {
            text("half");
            wait();
        }
        "long_line" => {
            text("half");
            println!("{}", "x".repeat(9 * 1024 * 1024));
            wait();
        }
        "context" => {
            say(&RunnerReply::Error {
                id: Some(id),
                code: ErrorCode::ContextTooLong,
                message: "Too long.".into(),
            });
            return;
        }
        "slow" | "talkative" => {
            while scenario == "talkative" || !cancelled.load(Ordering::SeqCst) {
                text("word ");
                thread::sleep(Duration::from_millis(5));
            }
        }
        "think" => ["<thi", "nk>hm ", "so</think>", "\n\nYes"].into_iter().for_each(text),
        _ if extend => text(" and on"),
        _ => {
            text("You said: ");
            text(last);
        }
    }
    let end = if cancelled.load(Ordering::SeqCst) {
        RunnerEnd::Cancelled
    } else {
        RunnerEnd::Done { reason: FinishReason::Stop }
    };
    let usage = TokenUsage { input: 4, output: 2, ..TokenUsage::default() };
    say(&RunnerReply::Finished { id, end, usage, prompt_ms: 1.0, generation_ms: 2.0, notice: None });
}

fn say(reply: &RunnerReply) {
    let mut out = std::io::stdout().lock();
    serde_json::to_writer(&mut out, reply).unwrap();
    out.write_all(b"\n").unwrap();
    out.flush().unwrap();
}

fn wait() -> ! {
    loop {
        thread::park();
    }
}
