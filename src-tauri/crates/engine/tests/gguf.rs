//! Model files, sound, damaged and hostile.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::disallowed_methods,
    clippy::print_stderr,
    reason = "tests"
)]

// By the name that everybody calls it.
extern crate webplus_engine as engine;

#[path = "support/allocation.rs"]
mod allocation;
#[path = "support/gguf.rs"]
mod gguf;

use std::{io::Cursor, path::Path};

use allocation::most_allocated;
use engine::{EstimateOptions, GgufError, GgufHeader, PerLayer, estimate, estimate_with};
use gguf::Gguf;
use proptest::prelude::*;

fn read(bytes: &[u8]) -> Result<GgufHeader, GgufError> {
    GgufHeader::read(Cursor::new(bytes), bytes.len() as u64)
}

/// What was refused, and that it said so in a sentence.
fn refusal(bytes: &[u8]) -> String {
    let error = read(bytes).unwrap_err();
    assert!(matches!(error, GgufError::Damaged(_) | GgufError::Unsupported(_)), "{error:?}");
    assert!(error.to_string().ends_with('.'), "{error}");
    error.to_string()
}

#[test]
fn a_sound_file_says_what_it_is() {
    let header = read(&Gguf::model("Tiny Model").bytes(0)).unwrap();
    assert_eq!(header.architecture, "llama");
    assert_eq!(header.name.as_deref(), Some("Tiny Model"));
    assert_eq!(header.quantization.as_deref(), Some("Q4_0"));
    assert_eq!(
        (header.context_length, header.block_count, header.vocabulary),
        (Some(8192), Some(2), Some(3))
    );
    assert_eq!(header.head_count_kv, Some(PerLayer::Same(2)));
    assert_eq!(header.parameters, 64 * 3 + 64 * 64);
    assert!(header.chat_template && !header.embedding && !header.reasoning && !header.unusual_memory);
    let json = serde_json::to_string(&header).unwrap();
    assert_eq!(serde_json::from_str::<GgufHeader>(&json).unwrap(), header);
}

#[test]
fn heads_may_differ_from_layer_to_layer() {
    let mut list = 5_u32.to_le_bytes().to_vec();
    list.extend(2_u64.to_le_bytes());
    list.extend(4_i32.to_le_bytes());
    list.extend(1_i32.to_le_bytes());
    let file = Gguf::model("x").text("general.architecture2", "").entry(
        "llama.attention.key_length",
        4,
        &8_u32.to_le_bytes(),
    );
    let mut header = read(&file.bytes(0)).unwrap();
    assert_eq!(header.key_length, Some(8));
    let varied = Gguf::bare().entry("llama.attention.head_count_kv", 9, &list);
    header.head_count_kv = read(&varied.bytes(0)).unwrap().head_count_kv;
    assert_eq!(header.head_count_kv, Some(PerLayer::Each(vec![4, 1])));
    let kv = estimate(&header, 0, 256).kv;
    assert_eq!(kv, 256 * (4 + 1) * (8 + 16) * 2);
}

#[test]
fn a_file_cut_anywhere_is_damaged() {
    let whole = Gguf::model("x").bytes(7);
    let last = read(&whole).unwrap().data_end as usize;
    for length in (0..last).step_by(3) {
        assert!(matches!(read(&whole[..length]), Err(GgufError::Damaged(_))), "cut at {length}");
    }
    assert!(refusal(&whole[..last - 1]).contains("ends too early"));
}

#[test]
fn what_is_no_model_of_ours_is_refused_with_a_sentence() {
    let mut bytes = Gguf::model("x").bytes(0);
    assert!(refusal(&b"<html><body>Sign in to the network</body></html>"[..]).contains("not a GGUF"));
    bytes[4] = 1;
    assert!(refusal(&bytes).contains("first version"));
    bytes[4] = 9;
    assert!(refusal(&bytes).contains("version 9"));
    bytes[4..8].copy_from_slice(&3_u32.to_be_bytes());
    assert!(refusal(&bytes).contains("byte order"));
    let part = Gguf::model("x").entry("split.count", 2, &2_u16.to_le_bytes()).bytes(0);
    assert!(refusal(&part).contains("split"));
    let adapter = Gguf::model("x").text("general.type", "adapter").bytes(0);
    assert!(refusal(&adapter).contains("adapter"));
    assert!(refusal(&Gguf::model("x").text("general.name", "y").bytes(0)).contains("twice"));
    assert!(refusal(&Gguf::empty().text("general.architecture", "llama").bytes(0)).contains("no weights"));
    assert!(refusal(&Gguf::empty().tensor("a", &[32], 0, 128).bytes(0)).contains("architecture"));
}

#[test]
fn lies_about_sizes_are_found_without_allocating_for_them() {
    let huge_text = Gguf::bare().entry("tokenizer.chat_template", 8, &(1_u64 << 40).to_le_bytes());
    let mut array = 8_u32.to_le_bytes().to_vec();
    array.extend(u64::MAX.to_le_bytes());
    let huge_list = Gguf::bare().entry("tokenizer.ggml.tokens", 9, &array);
    let mut nested = Vec::new();
    for _ in 0..64 {
        nested.extend(9_u32.to_le_bytes());
        nested.extend(1_u64.to_le_bytes());
    }
    let files = [
        huge_text,
        huge_list,
        Gguf::bare().entry("x.nested", 9, &nested),
        Gguf::bare().entry("x.kind", 77, &[]),
        Gguf::bare().number("general.alignment", 0),
        Gguf::bare().number("general.alignment", 48),
        Gguf::bare().tensor("overflow", &[u64::MAX, u64::MAX], 0, 0),
        Gguf::bare().tensor("large", &[1 << 40], 0, 0),
        Gguf::bare().tensor("uneven", &[33], 2, 0),
        Gguf::bare().tensor("deep", &[1, 1, 1, 1, 1], 0, 4),
        Gguf::bare().tensor("a", &[32], 0, 4096).tensor("b", &[32], 0, 128),
    ];
    for file in files {
        let bytes = file.bytes(0);
        let most = most_allocated(|| {
            refusal(&bytes);
        });
        assert!(most < 1 << 20, "{most} bytes were allocated");
    }
    let mut counts = Gguf::model("x").bytes(0);
    counts[8..16].copy_from_slice(&u64::MAX.to_le_bytes());
    refusal(&counts);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn changed_bytes_never_panic_and_never_allocate_much(
        changes in prop::collection::vec((0_usize..700, any::<u8>()), 1..8),
        cut in prop::option::of(0_usize..3000),
    ) {
        let mut bytes = Gguf::model("x").bytes(0);
        for (place, value) in changes {
            bytes[place] = value;
        }
        bytes.truncate(cut.unwrap_or(bytes.len()));
        let most = most_allocated(|| drop(read(&bytes)));
        prop_assert!(most < 4 << 20, "{} bytes were allocated", most);
    }

    #[test]
    fn random_bytes_behind_the_magic_never_panic(rest in prop::collection::vec(any::<u8>(), 0..400)) {
        let mut bytes = b"GGUF\x03\0\0\0".to_vec();
        bytes.extend(rest);
        let most = most_allocated(|| drop(read(&bytes)));
        prop_assert!(most < 4 << 20, "{} bytes were allocated", most);
    }
}

#[test]
fn the_real_small_model_is_read_and_its_memory_foretold() {
    let Ok(path) = std::env::var("WEBPLUS_TEST_MODEL") else {
        eprintln!("skipped: WEBPLUS_TEST_MODEL names no model");
        return;
    };
    let size = std::fs::metadata(&path).unwrap().len();
    let begun = std::time::Instant::now();
    let header = GgufHeader::of_file(Path::new(&path)).unwrap();
    eprintln!("read in {:?}: {header:?}", begun.elapsed());
    assert_eq!((header.architecture.as_str(), header.block_count), ("llama", Some(30)));
    assert_eq!((header.vocabulary, header.context_length), (Some(49_152), Some(8192)));
    assert_eq!(header.data_end, size, "nothing stands behind the last weight");
    assert!(header.chat_template);
    for (context, measured) in [(512, 117.55), (4096, 199.80), (8192, 315.31)] {
        let options = EstimateOptions { file_size: Some(size), ..EstimateOptions::ollama(context) };
        let buffers = estimate_with(&header, &options).buffers() as f64 / 1024.0 / 1024.0;
        eprintln!("{context} tokens: {buffers:.2} MiB estimated, {measured} measured");
        assert!((buffers / measured - 1.0).abs() < 0.05);
    }
}
