//! What a model is reckoned to take, against what engines really allocated.
//!
//! The buffers of both models were read from the log of llama.cpp's server as Ollama starts it (`Outputs::Last`) and of
//! `webplus-runner` (`Outputs::All`), on a CPU, in MiB.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::disallowed_methods,
    clippy::print_stderr,
    clippy::cast_precision_loss,
    reason = "tests"
)]

// By the name that everybody calls it.
extern crate webplus_engine as engine;

#[path = "support/gguf.rs"]
#[allow(dead_code, reason = "other tests use more of it")]
mod gguf;

use std::{
    io::{BufRead, BufReader, Cursor, Read, Write},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use engine::{Buffers, Corrections, EstimateOptions, GgufHeader, KvType, estimate, estimate_with};
use gguf::Gguf;

const MIB: f64 = 1024.0 * 1024.0;

/// A model's header without its weights, and how many bytes those have.
struct Model {
    header: GgufHeader,
    weights: u64,
}

fn header(file: &Gguf) -> GgufHeader {
    let bytes = file.bytes(0);
    GgufHeader::read(Cursor::new(&bytes), bytes.len() as u64).unwrap()
}

fn bare(architecture: &str) -> Gguf {
    Gguf::empty().text("general.architecture", architecture).tensor("a.weight", &[64], 0, 256)
}

fn words(file: Gguf, count: usize) -> Gguf {
    file.texts("tokenizer.ggml.tokens", &vec![""; count])
}

fn smollm2() -> Model {
    let file = bare("llama")
        .number("llama.block_count", 30)
        .number("llama.context_length", 8192)
        .number("llama.embedding_length", 576)
        .number("llama.feed_forward_length", 1536)
        .number("llama.attention.head_count", 9)
        .number("llama.attention.head_count_kv", 3);
    Model { header: header(&words(file, 49_152)), weights: 98_362_432 - 1_785_664 }
}

/// Its file doesn't say which layers slide.
fn gemma3() -> Model {
    let file = bare("gemma3")
        .number("gemma3.context_length", 32_768)
        .number("gemma3.embedding_length", 640)
        .number("gemma3.block_count", 18)
        .number("gemma3.feed_forward_length", 2048)
        .number("gemma3.attention.head_count", 4)
        .number("gemma3.attention.head_count_kv", 1)
        .number("gemma3.attention.key_length", 256)
        .number("gemma3.attention.value_length", 256)
        .number("gemma3.attention.sliding_window", 512);
    Model { header: header(&words(file, 262_144)), weights: 253_113_024 - 6_525_120 }
}

impl Model {
    fn buffers(&self, options: EstimateOptions) -> f64 {
        let file_size = Some(self.header.data_offset + self.weights);
        let estimate = estimate_with(&self.header, &EstimateOptions { file_size, ..options });
        assert!(estimate.known);
        estimate.buffers() as f64 / MIB
    }

    fn kv(&self, options: EstimateOptions) -> f64 {
        estimate_with(&self.header, &options).kv as f64 / MIB
    }
}

fn close(what: &str, reckoned: f64, measured: f64, within: f64) {
    let off = reckoned / measured - 1.0;
    assert!(off.abs() < within, "{what}: {reckoned:.2} against {measured:.2} MiB, {:.1} % off", off * 100.0);
}

fn ollama(context: u32, parallel: u32, kv: KvType) -> EstimateOptions {
    EstimateOptions { parallel, kv_key: kv, kv_value: kv, ..EstimateOptions::ollama(context) }
}

#[test]
fn the_small_model_takes_in_ollama_what_was_measured() {
    let model = smollm2();
    for (context, parallel, kv, measured) in [
        (512, 1, KvType::F16, 117.55),
        (2048, 1, KvType::F16, 152.80),
        (4096, 1, KvType::F16, 199.80),
        (8192, 1, KvType::F16, 315.31),
        (4096, 2, KvType::F16, 307.50),
        (4096, 4, KvType::F16, 487.87),
        (4096, 1, KvType::Q8, 156.52),
        (8192, 1, KvType::Q8, 228.71),
        (4096, 1, KvType::Q4, 134.02),
    ] {
        let what = format!("{context} x {parallel}, {kv:?}");
        close(&what, model.buffers(ollama(context, parallel, kv)), measured, 0.02);
    }
}

#[test]
fn a_model_with_sliding_windows_takes_in_ollama_what_was_measured() {
    let model = gemma3();
    for (context, parallel, kv, measured) in [
        (2048, 1, KvType::F16, 277.94),
        (4096, 1, KvType::F16, 285.94),
        (8192, 1, KvType::F16, 337.21),
        (16_384, 1, KvType::F16, 377.21),
        (32_768, 1, KvType::F16, 457.21),
        (8192, 2, KvType::F16, 384.71),
        (16_384, 2, KvType::F16, 448.71),
        (32_768, 2, KvType::F16, 713.25),
        (8192, 1, KvType::Q8, 315.94),
        (8192, 1, KvType::Q4, 304.32),
    ] {
        let what = format!("{context} x {parallel}, {kv:?}");
        close(&what, model.buffers(ollama(context, parallel, kv)), measured, 0.02);
    }
    close("whole", model.kv(ollama(32_768, 1, KvType::F16)), 96.0 + 22.5, 0.0001);
}

#[test]
fn both_models_take_in_the_embedded_engine_what_was_measured() {
    for (context, measured) in [(512, 205.68), (4096, 289.06), (8192, 381.93)] {
        close("small", smollm2().buffers(EstimateOptions::embedded(context)), measured, 0.02);
    }
    for (context, measured) in [(2048, 792.35), (8192, 815.10), (32_768, 911.10)] {
        close("sliding", gemma3().buffers(EstimateOptions::embedded(context)), measured, 0.02);
    }
}

#[test]
fn what_is_set_aside_and_never_written_is_not_memory_in_use() {
    // Proportional set sizes of the runner after an answer, in MiB.
    for (model, context, measured) in [(smollm2(), 8192, 300.8), (gemma3(), 8192, 344.2)] {
        let file_size = model.header.data_offset + model.weights;
        let estimate = estimate(&model.header, file_size, context);
        close("in use", estimate.total as f64 / MIB, measured, 0.12);
        assert!(estimate.reserved > 80 << 20);
    }
}

#[test]
fn heads_and_windows_are_counted_layer_by_layer() {
    // Half of the layers slide; 768 places are 128 tokens of window, 512 at once, in steps of 256.
    let file = bare("gpt-oss")
        .number("gpt-oss.context_length", 131_072)
        .number("gpt-oss.block_count", 24)
        .number("gpt-oss.embedding_length", 2880)
        .number("gpt-oss.attention.head_count", 64)
        .number("gpt-oss.attention.head_count_kv", 8)
        .number("gpt-oss.attention.key_length", 64)
        .number("gpt-oss.attention.value_length", 64)
        .number("gpt-oss.attention.sliding_window", 128);
    let model = Model { header: header(&file), weights: 0 };
    let options = EstimateOptions { ubatch: Some(512), ..EstimateOptions::ollama(8192) };
    close("every second", model.kv(options), 192.0 + 18.0, 0.0001);

    // The file's own pattern counts more: three layers, the second slides; its heads differ and its keys are narrower.
    let file = bare("gemma4")
        .number("gemma4.context_length", 8192)
        .number("gemma4.block_count", 4)
        .number("gemma4.embedding_length", 512)
        .number("gemma4.attention.head_count", 8)
        .entry("gemma4.attention.head_count_kv", 9, &numbers(&[1, 2, 4, 4]))
        .number("gemma4.attention.key_length", 128)
        .number("gemma4.attention.value_length", 128)
        .number("gemma4.attention.key_length_swa", 64)
        .number("gemma4.attention.value_length_swa", 64)
        .number("gemma4.attention.sliding_window", 512)
        .number("gemma4.attention.shared_kv_layers", 1)
        .entry("gemma4.attention.sliding_window_pattern", 9, &truths(&[false, true, false, true]));
    let model = Model { header: header(&file), weights: 0 };
    let whole = (1 + 4) * 8192 * 128 * 2 * 2;
    let sliding = 2 * 1024 * 64 * 2 * 2;
    let options = EstimateOptions { ubatch: Some(512), ..EstimateOptions::ollama(8192) };
    close("pattern", model.kv(options), f64::from(whole + sliding) / MIB, 0.0001);
}

#[test]
fn keys_and_values_kept_together_take_what_the_runner_allocated_for_them() {
    let file = bare("deepseek2")
        .number("deepseek2.context_length", 163_840)
        .number("deepseek2.block_count", 27)
        .number("deepseek2.embedding_length", 2048)
        .number("deepseek2.attention.head_count", 16)
        .number("deepseek2.attention.head_count_kv", 1)
        .number("deepseek2.attention.key_length", 576)
        .number("deepseek2.attention.value_length", 512)
        .number("deepseek2.attention.key_length_mla", 192)
        .number("deepseek2.attention.value_length_mla", 128);
    let model = Model { header: header(&file), weights: 0 };
    close("latent", model.kv(ollama(4096, 1, KvType::F16)), 121.5, 0.0001);
}

#[test]
fn states_do_not_grow_with_the_context() {
    let file = bare("mamba2")
        .number("mamba2.context_length", 1_048_576)
        .number("mamba2.block_count", 24)
        .number("mamba2.embedding_length", 768)
        .number("mamba2.ssm.conv_kernel", 4)
        .number("mamba2.ssm.inner_size", 1536)
        .number("mamba2.ssm.state_size", 128)
        .number("mamba2.ssm.group_count", 1);
    let model = Model { header: header(&file), weights: 0 };
    let state = 24 * (1536 * 128 + 3 * (1536 + 2 * 128)) * 4;
    for (context, parallel) in [(512, 1), (65_536, 1), (4096, 3)] {
        let reckoned = model.kv(ollama(context, parallel, KvType::F16));
        close("state", reckoned, f64::from(state * parallel as i32) / MIB, 0.0001);
    }

    // Every fourth layer has attention, and one more layer only foretells.
    let file = bare("qwen35")
        .number("qwen35.context_length", 262_144)
        .number("qwen35.block_count", 9)
        .number("qwen35.nextn_predict_layers", 1)
        .number("qwen35.embedding_length", 1024)
        .number("qwen35.attention.head_count", 8)
        .number("qwen35.attention.head_count_kv", 2)
        .number("qwen35.attention.key_length", 256)
        .number("qwen35.attention.value_length", 256)
        .number("qwen35.full_attention_interval", 4)
        .number("qwen35.ssm.conv_kernel", 4)
        .number("qwen35.ssm.inner_size", 2048)
        .number("qwen35.ssm.state_size", 128)
        .number("qwen35.ssm.group_count", 16);
    let model = Model { header: header(&file), weights: 0 };
    let state = 6 * (2048 * 128 + 3 * (2048 + 2 * 16 * 128)) * 4;
    let attention = 2 * 4096 * 2 * (256 + 256) * 2;
    close("both", model.kv(ollama(4096, 1, KvType::F16)), f64::from(state + attention) / MIB, 0.0001);
}

#[test]
fn made_up_models_of_other_kinds_keep_what_the_runner_allocated_for_them() {
    let options = EstimateOptions::embedded(4096);
    // Every fourth layer looks at everything: 4096 places there, 1536 in the others.
    let file = bare("cohere2")
        .number("cohere2.context_length", 16_384)
        .number("cohere2.block_count", 8)
        .number("cohere2.embedding_length", 256)
        .number("cohere2.attention.head_count", 4)
        .number("cohere2.attention.head_count_kv", 2)
        .number("cohere2.attention.sliding_window", 1024);
    close("cohere2", Model { header: header(&file), weights: 0 }.kv(options), 4.0 + 4.5, 0.0001);

    let file = bare("mamba2")
        .number("mamba2.context_length", 4096)
        .number("mamba2.block_count", 6)
        .number("mamba2.embedding_length", 256)
        .number("mamba2.ssm.conv_kernel", 4)
        .number("mamba2.ssm.inner_size", 512)
        .number("mamba2.ssm.state_size", 128)
        .number("mamba2.ssm.group_count", 1);
    close("mamba2", Model { header: header(&file), weights: 0 }.kv(options), 1.55, 0.005);

    let file = bare("lfm2")
        .number("lfm2.context_length", 16_384)
        .number("lfm2.block_count", 5)
        .number("lfm2.embedding_length", 256)
        .number("lfm2.attention.head_count", 4)
        .entry("lfm2.attention.head_count_kv", 9, &numbers(&[0, 0, 2, 0, 2]))
        .number("lfm2.shortconv.l_cache", 3);
    close("lfm2", Model { header: header(&file), weights: 0 }.kv(options), 4.0 + 0.006, 0.005);
}

#[test]
fn what_has_other_stores_is_unknown_and_what_reads_at_once_has_none() {
    for (architecture, known) in [("bert", true), ("rwkv7", false), ("deepseek32", false), ("gemma4", false)]
    {
        let file = bare(architecture)
            .number(&format!("{architecture}.block_count"), 4)
            .number(&format!("{architecture}.embedding_length"), 64)
            .number(&format!("{architecture}.attention.head_count"), 4)
            .number(&format!("{architecture}.attention.sliding_window"), 128);
        let estimate = estimate_with(&header(&file), &EstimateOptions::ollama(4096));
        assert_eq!((estimate.known, estimate.kv), (known, 0), "{architecture}");
    }
}

#[test]
fn a_log_tells_what_was_taken_and_corrects_the_next_estimate() {
    let log = "load_tensors:          CPU model buffer size =   222.51 MiB
load_tensors:   CPU_REPACK model buffer size =    12.66 MiB
llama_context:        CPU  output buffer size =     1.00 MiB
llama_kv_cache:        CPU KV buffer size =    24.00 MiB
llama_kv_cache: size =   24.00 MiB (  8192 cells,   3 layers,  1/1 seqs), K (f16):   12.00 MiB, V (f16):   12.00 MiB
llama_kv_cache:        CPU KV buffer size =    22.50 MiB
a line that is nobody's buffer size = many MiB
sched_reserve:        CPU compute buffer size =    54.54 MiB";
    let buffers = Buffers::of_log(log.lines()).unwrap();
    close("all", buffers.total() as f64 / MIB, 337.21, 0.0001);
    close("kv", buffers.kv as f64 / MIB, 46.5, 0.0001);
    // A second load in the same log is another load.
    assert_eq!(Buffers::of_log(log.lines().chain(log.lines())), Some(buffers));
    assert_eq!(Buffers::of_log(log.lines().take(3)), None);

    let model = gemma3();
    let mut options = EstimateOptions::ollama(8192);
    options.file_size = Some(model.header.data_offset + model.weights);
    let estimate = estimate_with(&model.header, &options);
    let twice =
        Buffers { compute: buffers.compute + estimate.buffers() - buffers.total() + (34 << 20), ..buffers };
    let mut learned = Corrections::default();
    learned.learn("sha256:1", Some("Q4_K_M"), 8192, &estimate, &twice);
    let json = serde_json::to_string(&learned).unwrap();
    let learned: Corrections = serde_json::from_str(&json).unwrap();
    assert!((learned.factor("sha256:1", Some("Q8_0"), 8192) - 1.0).abs() < f64::EPSILON, "another packing");
    let corrected = estimate.corrected(learned.factor("sha256:1", Some("Q4_K_M"), 4096));
    close("corrected", corrected.buffers() as f64 / MIB, twice.total() as f64 / MIB, 0.0001);
    assert_eq!(corrected.weights, estimate.weights);
    assert_eq!(serde_json::from_str::<Corrections>("{}").unwrap(), Corrections::default());
}

/// Every `u32` of them, as the format writes a list.
fn numbers(values: &[u32]) -> Vec<u8> {
    let mut bytes = 4_u32.to_le_bytes().to_vec();
    bytes.extend((values.len() as u64).to_le_bytes());
    bytes.extend(values.iter().flat_map(|value| value.to_le_bytes()));
    bytes
}

fn truths(values: &[bool]) -> Vec<u8> {
    let mut bytes = 7_u32.to_le_bytes().to_vec();
    bytes.extend((values.len() as u64).to_le_bytes());
    bytes.extend(values.iter().map(|value| u8::from(*value)));
    bytes
}

/// `WEBPLUS_TEST_MODEL` and `WEBPLUS_TEST_SECOND_MODEL`, each at three contexts, where they and the runner are there.
#[test]
fn the_runner_takes_what_was_reckoned() {
    let named = |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_file());
    let program = std::env::current_exe().unwrap();
    let runner = engine::find_runner(named("WEBPLUS_RUNNER"), program.parent().unwrap());
    for (name, contexts) in
        [("WEBPLUS_TEST_MODEL", [512, 4096, 8192]), ("WEBPLUS_TEST_SECOND_MODEL", [2048, 8192, 32_768])]
    {
        let (Some(model), Some(runner)) = (named(name), &runner) else {
            eprintln!("skipped: {name} names no file, or webplus-runner isn't built");
            continue;
        };
        let header = GgufHeader::of_file(&model).unwrap();
        for context in contexts {
            let measured = Buffers::of_log(log(runner, &model, context).lines()).unwrap();
            let options = EstimateOptions {
                file_size: Some(std::fs::metadata(&model).unwrap().len()),
                ..EstimateOptions::embedded(context)
            };
            let reckoned = estimate_with(&header, &options).buffers() as f64 / MIB;
            close(&format!("{name} {context}"), reckoned, measured.total() as f64 / MIB, 0.05);
        }
    }
}

/// What the runner logs while it loads.
fn log(runner: &Path, model: &Path, context: u32) -> String {
    let mut process = Command::new(runner)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let load = serde_json::json!({
        "type": "load", "path": model, "context": context, "threads": 1, "gpuLayers": 0, "confine": false,
    });
    let mut errors = process.stderr.take().unwrap();
    let reader = std::thread::spawn(move || {
        let mut text = String::new();
        errors.read_to_string(&mut text).unwrap();
        text
    });
    let mut requests = process.stdin.take().unwrap();
    writeln!(requests, "{load}").unwrap();
    let replies = BufReader::new(process.stdout.take().unwrap()).lines();
    let ended = replies.map(Result::unwrap).find(|line| {
        let told: serde_json::Value = serde_json::from_str(line).unwrap();
        told["type"] != "hello" && told["type"] != "loading"
    });
    assert!(ended.unwrap().contains("\"loaded\""));
    drop(requests);
    process.wait().unwrap();
    reader.join().unwrap()
}
