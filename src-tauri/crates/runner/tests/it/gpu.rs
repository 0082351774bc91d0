//! Layers on a GPU. The software driver of Mesa (lavapipe) stands in for one, so that a build with the feature `vulkan` is tested
//! on computers without a GPU too.

use std::path::PathBuf;

use domain::{Role, RunnerReply};

use crate::harness::{Runner, greedy, model};

/// What the person is told of a load.
struct Told {
    gpu_layers: u32,
    notices: Vec<String>,
}

fn load(runner: &mut Runner, path: PathBuf, gpu_layers: u32) -> Told {
    runner.load_onto_gpu(path, 512, true, gpu_layers);
    match runner.reply_after_loading() {
        RunnerReply::Loaded { gpu_layers, notices, layers, .. } => {
            assert_eq!(layers, 30);
            Told { gpu_layers, notices }
        }
        other => panic!("not loaded: {other:?}"),
    }
}

fn say(runner: &mut Runner) -> String {
    runner.ask(
        1,
        "You are a helpful assistant.",
        &[(Role::User, "What is the capital of France?")],
        greedy(6),
    );
    runner.answer(1).text
}

/// The software driver's description, or `None` (said aloud) where a test of it makes no sense.
fn software_driver() -> Option<PathBuf> {
    if !cfg!(feature = "vulkan") {
        eprintln!("skipped: this is a build without the feature `vulkan`");
        return None;
    }
    let found = std::fs::read_dir("/usr/share/vulkan/icd.d").into_iter().flatten().flatten();
    let driver = found.map(|entry| entry.path()).find(|path| path.to_string_lossy().contains("lvp_icd"));
    if driver.is_none() {
        eprintln!("skipped: Mesa's software driver isn't installed (Debian: mesa-vulkan-drivers)");
    }
    driver
}

/// A runner for which the software driver counts as a GPU, which by itself llama.cpp refuses.
fn on_software_driver(more: &[(&str, &str)]) -> Option<Runner> {
    let driver = software_driver()?;
    let driver = ("VK_DRIVER_FILES", driver.to_str().unwrap());
    Some(Runner::start_with(&[&[driver, ("GGML_VK_VISIBLE_DEVICES", "0")], more].concat()))
}

#[test]
#[cfg(not(target_os = "macos"))]
fn where_no_gpu_is_found_the_cpu_answers_and_that_is_said() {
    let Some(path) = model() else { return };
    let mut runner = Runner::start_with(&[("VK_DRIVER_FILES", "/nowhere.json")]);
    let told = load(&mut runner, path, 31);
    assert_eq!(told.gpu_layers, 0);
    assert_eq!(told.notices, ["No GPU that this build can use was found: the CPU is used."]);
    assert!(say(&mut runner).contains("France is Paris"));
}

#[test]
fn all_or_a_part_of_the_layers_answer_on_the_gpu_as_on_the_cpu() {
    let Some(path) = model() else { return };
    for (asked, given) in [(31, 30), (10, 10)] {
        let Some(mut runner) = on_software_driver(&[]) else { return };
        let told = load(&mut runner, path.clone(), asked);
        assert_eq!((told.gpu_layers, told.notices), (given, Vec::new()));
        assert!(say(&mut runner).contains("France is Paris"), "{given} layers");
    }
}

#[test]
fn a_gpu_that_refuses_is_replaced_by_the_cpu_and_that_is_said() {
    let Some(path) = model() else { return };
    // The largest piece of memory that the driver gives, in bytes: too little for the weights, or for the context only.
    for (limit, notice) in [
        ("40000000", "The model can't be loaded onto the GPU: the CPU is used."),
        ("2000000", "The model can't be loaded onto the GPU: the CPU is used."),
        ("1000", "The GPU has too little memory for this context: the CPU is used."),
    ] {
        let Some(mut runner) = on_software_driver(&[("GGML_VK_FORCE_MAX_BUFFER_SIZE", limit)]) else {
            return;
        };
        let told = load(&mut runner, path.clone(), 31);
        assert_eq!(told.gpu_layers, 0);
        assert_eq!(told.notices, [notice]);
        assert!(say(&mut runner).contains("France is Paris"));
    }
}
