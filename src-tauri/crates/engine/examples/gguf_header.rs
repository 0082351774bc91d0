//! What it takes to know a model of 40 GB: how much of its file is read, and how long that takes, for a header as large as
//! real ones are (a vocabulary of 152,000 words, as many merges, 800 tensors). Prints JSON lines `{"name","value","unit"}`.
//! The file is sparse: its weights take no place on the disk, and none of them is read.
#![allow(
    clippy::print_stdout,
    clippy::cast_precision_loss,
    reason = "a measuring program: prints what it measured"
)]

// By the name that everybody calls it.
extern crate webplus_engine as engine;

use std::{
    error::Error,
    fs::File,
    io::{self, Read, Seek, SeekFrom, Write},
    path::Path,
    time::Instant,
};

use engine::GgufHeader;
use serde_json::json;

type Outcome<T> = Result<T, Box<dyn Error>>;

/// The whole file, in bytes.
const LENGTH: u64 = 40_000_000_000;
const WORDS: u32 = 152_000;
const TENSORS: u64 = 800;
/// Elements of a row.
const WIDTH: u64 = 8192;
const ROUNDS: usize = 15;

fn main() -> Outcome<()> {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("large.gguf");
    write(&path)?;

    let mut counted = Counted { file: File::open(&path)?, bytes: 0 };
    let header = GgufHeader::read(&mut counted, LENGTH)?;
    if header.tensors != TENSORS || header.vocabulary != Some(WORDS) {
        return Err("the header was read wrongly".into());
    }
    let mut times = Vec::new();
    for _ in 0..ROUNDS {
        let begun = Instant::now();
        GgufHeader::of_file(&path)?;
        times.push(begun.elapsed().as_secs_f64() * 1000.0);
    }
    times.sort_by(f64::total_cmp);
    let median = times.get(ROUNDS / 2).copied().unwrap_or(f64::NAN);
    let how = format!(
        "{} GB, of which {:.1} MB are header; median of {ROUNDS}, the file's beginning already in memory",
        LENGTH / 1_000_000_000,
        header.data_offset as f64 / 1e6
    );
    report("gguf.header.read", counted.bytes as f64 / 1e6, "MB", &how);
    report("gguf.header.time", median, "ms", &how);
    Ok(())
}

fn report(name: &str, value: f64, unit: &str, how: &str) {
    let value = (value * 100.0).round() / 100.0;
    println!("{}", json!({ "name": name, "value": value, "unit": unit, "how": how }));
}

fn write(path: &Path) -> io::Result<()> {
    let entries = [
        text("general.architecture", "llama"),
        text("general.name", "Large"),
        number("general.file_type", 15),
        number("llama.block_count", 80),
        number("llama.context_length", 131_072),
        number("llama.embedding_length", 8192),
        number("llama.attention.head_count", 64),
        number("llama.attention.head_count_kv", 8),
        texts("tokenizer.ggml.tokens", "word"),
        texts("tokenizer.ggml.merges", "wo rd"),
    ];
    let mut bytes = b"GGUF".to_vec();
    bytes.extend(3_u32.to_le_bytes());
    bytes.extend(TENSORS.to_le_bytes());
    bytes.extend((entries.len() as u64).to_le_bytes());
    bytes.extend(entries.concat());
    // Two bytes for each element, and room for the header itself.
    let rows = (LENGTH - 64_000_000) / TENSORS / 2 / WIDTH;
    for number in 0..TENSORS {
        bytes.extend(string(&format!("blk.{number}.weight")));
        bytes.extend(2_u32.to_le_bytes());
        bytes.extend(WIDTH.to_le_bytes());
        bytes.extend(rows.to_le_bytes());
        bytes.extend(1_u32.to_le_bytes());
        bytes.extend((number * rows * WIDTH * 2).to_le_bytes());
    }
    let mut file = File::create(path)?;
    file.write_all(&bytes)?;
    file.set_len(LENGTH)
}

fn text(key: &str, value: &str) -> Vec<u8> {
    [string(key), 8_u32.to_le_bytes().to_vec(), string(value)].concat()
}

fn number(key: &str, value: u32) -> Vec<u8> {
    [string(key), 4_u32.to_le_bytes().to_vec(), value.to_le_bytes().to_vec()].concat()
}

/// As many texts as there are words, each with its number.
fn texts(key: &str, each: &str) -> Vec<u8> {
    let mut bytes = string(key);
    bytes.extend(9_u32.to_le_bytes());
    bytes.extend(8_u32.to_le_bytes());
    bytes.extend(u64::from(WORDS).to_le_bytes());
    (0..WORDS).for_each(|number| bytes.extend(string(&format!("{each}{number}"))));
    bytes
}

fn string(text: &str) -> Vec<u8> {
    [(text.len() as u64).to_le_bytes().as_slice(), text.as_bytes()].concat()
}

/// A file that counts what is read of it.
struct Counted {
    file: File,
    bytes: u64,
}

impl Read for Counted {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read(buffer)?;
        self.bytes += read as u64;
        Ok(read)
    }
}

impl Seek for Counted {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.file.seek(to)
    }
}
