//! The bare llama.cpp loop, to compare the runner with: reads one prompt, generates greedily, and prints one line of JSON,
//! `{"tokens","seconds","cpuSeconds","tokensPerSecond","promptTokens","promptSeconds"}`; the CPU time is that of generating, null
//! where the system doesn't tell it (Linux does).
//!
//! `bare_loop MODEL TOKENS THREADS` reads the finished prompt (as the model's template makes it) from stdin.

#![allow(
    clippy::disallowed_methods,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a measuring program"
)]

use std::error::Error;
use std::io::Read;
use std::num::NonZeroU32;
use std::time::Instant;

use llama_cpp_2::context::params::LlamaContextParams;
use llama_cpp_2::llama_backend::LlamaBackend;
use llama_cpp_2::llama_batch::LlamaBatch;
use llama_cpp_2::model::LlamaModel;
use llama_cpp_2::model::params::LlamaModelParams;
use llama_cpp_2::sampling::LlamaSampler;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [path, tokens, threads] = arguments.as_slice() else {
        return Err("usage: bare_loop MODEL TOKENS THREADS < PROMPT".into());
    };
    let (wanted, threads): (usize, i32) = (tokens.parse()?, threads.parse()?);
    let mut prompt = String::new();
    std::io::stdin().read_to_string(&mut prompt)?;

    let backend = LlamaBackend::init()?;
    let model =
        LlamaModel::load_from_file(&backend, path, &LlamaModelParams::default().with_n_gpu_layers(0))?;
    let parameters = LlamaContextParams::default()
        .with_n_ctx(NonZeroU32::new(2048))
        .with_n_batch(512)
        .with_n_ubatch(512)
        .with_n_threads(threads)
        .with_n_threads_batch(threads);
    let mut context = model.new_context(&backend, parameters)?;
    let read = model.vocab().tokenize(prompt.as_bytes(), false, true);
    let mut batch = LlamaBatch::new(512, 1);
    let mut position = 0;

    let started = Instant::now();
    for chunk in read.chunks(512) {
        batch.clear();
        for token in chunk {
            position += 1;
            batch.add(*token, position - 1, &[0], position as usize == read.len())?;
        }
        context.decode(&mut batch)?;
    }
    context.synchronize();
    let prompt_seconds = started.elapsed().as_secs_f64();

    let mut sampler = LlamaSampler::greedy();
    let mut text = Vec::new();
    let before = cpu_seconds();
    let started = Instant::now();
    for _ in 0..wanted {
        let token = sampler.sample(&context, -1);
        model.vocab().token_to_piece_into(token, &mut text, true, None);
        batch.clear();
        batch.add(token, position, &[0], true)?;
        position += 1;
        context.decode(&mut batch)?;
    }
    context.synchronize();
    let seconds = started.elapsed().as_secs_f64();
    let cpu = cpu_seconds().zip(before).map(|(now, before)| now - before);
    eprintln!("{}", String::from_utf8_lossy(&text));
    println!(
        "{}",
        serde_json::json!({
            "tokens": wanted,
            "seconds": seconds,
            "cpuSeconds": cpu,
            "tokensPerSecond": wanted as f64 / seconds,
            "promptTokens": read.len(),
            "promptSeconds": prompt_seconds,
        })
    );
    Ok(())
}

/// What the kernel counted for this process's threads until now; a running one is counted when it leaves the processor.
fn cpu_seconds() -> Option<f64> {
    std::thread::sleep(std::time::Duration::from_millis(1));
    let mut nanoseconds = 0.0;
    for task in std::fs::read_dir("/proc/self/task").ok()? {
        let counted = std::fs::read_to_string(task.ok()?.path().join("schedstat")).ok()?;
        nanoseconds += counted.split_whitespace().next()?.parse::<f64>().ok()?;
    }
    Some(nanoseconds / 1e9)
}
