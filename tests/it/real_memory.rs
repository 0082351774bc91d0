//! What a model takes of memory in a real Ollama, against what was reckoned before. Left out where there is none, as in `real_ollama`.

use std::path::Path;

use bytes::Bytes;
use engine::{Buffers, EstimateOptions, GgufHeader, Library, Reference, estimate_with};
use llm::{KeepAlive, OllamaLoad};
use webplus_tests::{OllamaHome, eventually, terminate};

use crate::real_ollama::{client, import};

const MIB: f64 = 1024.0 * 1024.0;
/// The most that the estimate may be off.
const WITHIN: f64 = 0.05;

#[tokio::test]
async fn both_models_take_in_a_real_one_what_was_reckoned_at_three_contexts() {
    let Some(home) = OllamaHome::real() else { return };
    let mut serving = home.serve().await;
    let ollama = client(&home);
    let wanted = [
        ("WEBPLUS_TEST_MODEL", "small", [512, 4096, 8192]),
        ("WEBPLUS_TEST_SECOND_MODEL", "sliding", [2048, 8192, 32_768]),
    ];
    for (variable, name, contexts) in wanted {
        let Some(file) = std::env::var_os(variable).filter(|file| Path::new(file).is_file()) else {
            eprintln!("left out: {variable} names no model file");
            continue;
        };
        import(&ollama, name, &Bytes::from(std::fs::read(file).unwrap())).await;
        // The engine wrote it again: the file that counts is its own.
        let library = Library::open(&home.models()).unwrap();
        let model = library.model(&Reference::parse(name).unwrap()).unwrap().unwrap();
        let weights = model.weights().unwrap();
        let header = GgufHeader::of_file(&library.blob(&weights.digest)).unwrap();
        for context in contexts {
            let before = home.serve_log().len();
            let load = OllamaLoad { context: Some(context), ..OllamaLoad::default() };
            ollama.load(name, load, KeepAlive::Forever).await.unwrap();
            let measured = Buffers::of_log(home.serve_log()[before..].lines()).unwrap();
            let options =
                EstimateOptions { file_size: Some(weights.size), ..EstimateOptions::ollama(context) };
            let reckoned = estimate_with(&header, &options).buffers() as f64 / MIB;
            let off = reckoned / (measured.total() as f64 / MIB) - 1.0;
            eprintln!(
                "{name}, {context} tokens: reckoned {reckoned:.2} MiB, taken {:.2} MiB, {:.2} % off",
                measured.total() as f64 / MIB,
                off * 100.0
            );
            assert!(off.abs() < WITHIN);
            ollama.unload(name).await.unwrap();
        }
    }
    terminate(&mut serving).await;
    eventually("nothing is left", webplus_tests::PATIENCE, || {
        webplus_tests::processes_of(home.home()).is_empty()
    })
    .await;
}
