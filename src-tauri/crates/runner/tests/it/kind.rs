//! Other kinds of models, made of the test model by changing what its header says: one without a chat template, one that
//! makes embeddings.

use std::path::PathBuf;

use domain::{ErrorCode, Role, RunnerReply, RunnerRequest};

use crate::harness::{Runner, generate, greedy, model};

/// A copy of the test model whose bytes `change` has changed.
fn changed(change: impl FnOnce(&mut Vec<u8>)) -> Option<(tempfile::TempDir, PathBuf)> {
    let mut bytes = std::fs::read(model()?).unwrap();
    change(&mut bytes);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("changed.gguf");
    std::fs::write(&path, bytes).unwrap();
    Some((folder, path))
}

/// Gives the metadata key `from` another name of the same length.
fn rename_key(bytes: &mut [u8], from: &str, to: &str) {
    assert_eq!(from.len(), to.len());
    let at = bytes.windows(from.len()).position(|window| window == from.as_bytes()).unwrap();
    bytes[at..at + to.len()].copy_from_slice(to.as_bytes());
}

/// Adds a number to the metadata, and a filler that keeps the tensors aligned to 32 bytes.
fn add_number(bytes: &mut Vec<u8>, key: &str, value: u32) {
    const HEADER: usize = 24;
    let (number_type, text_type) = (4_u32, 8_u32);
    let mut added = Vec::new();
    added.extend((key.len() as u64).to_le_bytes());
    added.extend(key.as_bytes());
    added.extend(number_type.to_le_bytes());
    added.extend(value.to_le_bytes());
    added.extend(6_u64.to_le_bytes());
    added.extend(b"filler");
    added.extend(text_type.to_le_bytes());
    let filler = 32 - (added.len() + 8) % 32;
    added.extend((filler as u64).to_le_bytes());
    added.extend(vec![b'.'; filler]);
    let count = u64::from_le_bytes(bytes[16..HEADER].try_into().unwrap()) + 2;
    bytes[16..HEADER].copy_from_slice(&count.to_le_bytes());
    bytes.splice(HEADER..HEADER, added);
}

#[test]
fn a_model_without_a_chat_template_continues_the_text_and_says_so() {
    let Some((_folder, path)) =
        changed(|bytes| rename_key(bytes, "tokenizer.chat_template", "tokenizer.chat_templat_"))
    else {
        return;
    };
    let mut runner = Runner::start();
    runner.load(path, 1024, true);
    let RunnerReply::Loaded { chat_template, .. } = runner.reply_after_loading() else {
        panic!("not loaded")
    };
    assert!(!chat_template);
    runner.ask(1, "", &[(Role::User, "The capital of France is")], greedy(4));
    let answer = runner.answer(1);
    assert!(answer.text.starts_with(" Paris"), "{answer:?}");
    assert!(answer.notice.is_some_and(|notice| notice.contains("no chat template")));
    // A partial text goes on where it ended.
    let messages =
        [(Role::User, "The capital of France is"), (Role::Assistant, " Paris, and the capital of Italy is")];
    runner.send(&generate(2, "", &messages, true, greedy(4)));
    let more = runner.answer(2);
    assert!(more.text.contains("Rome") && more.usage.cache_read > 4, "{more:?}");
}

#[test]
fn a_model_whose_template_is_broken_still_loads_and_says_so() {
    let Some((_folder, path)) = changed(|bytes| {
        let marker = b"{% for message in messages %}";
        let at = bytes.windows(marker.len()).position(|window| window == marker).unwrap();
        bytes[at..at + 6].copy_from_slice(b"{% foe");
    }) else {
        return;
    };
    let mut runner = Runner::start();
    runner.load(path, 512, false);
    let RunnerReply::Loaded { chat_template, notices, .. } = runner.reply_after_loading() else {
        panic!("not loaded")
    };
    assert!(!chat_template && notices.iter().any(|notice| notice.contains("template")), "{notices:?}");
}

#[test]
fn an_embedding_model_makes_vectors_of_length_one_and_does_not_answer() {
    let mean = 1;
    let Some((_folder, path)) = changed(|bytes| add_number(bytes, "llama.pooling_type", mean)) else {
        return;
    };
    let mut runner = Runner::start();
    runner.load(path, 512, true);
    let RunnerReply::Loaded { embedding, .. } = runner.reply_after_loading() else { panic!("not loaded") };
    assert!(embedding);
    let texts =
        ["The cat sleeps on the sofa.", "A kitten is napping on the couch.", "Interest rates rose in May."];
    runner.send(&RunnerRequest::Embed { id: 1, texts: texts.map(str::to_owned).to_vec() });
    let RunnerReply::Embedded { id: 1, vectors, tokens } = runner.reply() else { panic!("no vectors") };
    let product = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f32>();
    assert!(tokens > 15 && vectors.iter().all(|vector| vector.len() == 576));
    assert!((product(&vectors[0], &vectors[0]) - 1.0).abs() < 1e-4);
    assert!(product(&vectors[0], &vectors[1]) > product(&vectors[0], &vectors[2]));

    runner.ask(2, "", &[(Role::User, "Hi")], greedy(1));
    assert_eq!(runner.error().0, ErrorCode::InvalidInput);
    runner.send(&RunnerRequest::Embed { id: 3, texts: vec!["word ".repeat(600)] });
    assert_eq!(runner.error().0, ErrorCode::ContextTooLong);
    runner.send(&RunnerRequest::Embed { id: 4, texts: vec![String::from("a"); 2000] });
    assert_eq!(runner.error().0, ErrorCode::TooLarge);
}
