//! `kill -9` of `webplus serve` while it looks after an Ollama: what it started is gone within two seconds, models included, and
//! somebody else's lives on.

use std::time::{Duration, SystemTime};

use serde_json::json;
use test_support::ollama::{Answer, Script};
use webplus_tests::{OllamaHome, Program, Served, eventually, ollama_is, processes_of, terminate};

/// How often the ordinary run kills; `WEBPLUS_KILLS` says otherwise.
const KILLS: u64 = 12;
/// The moments are spread over so many milliseconds from the beginning: starting, loading, answering.
const LONGEST: u64 = 1500;
/// What it started must be gone by then.
const GONE: Duration = Duration::from_secs(2);

fn kills() -> u64 {
    std::env::var("WEBPLUS_KILLS").ok().and_then(|kills| kills.parse().ok()).unwrap_or(KILLS)
}

/// Numbers that look random (splitmix64).
fn dice(state: &mut u64, most: u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mixed = (*state ^ (*state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    (mixed ^ (mixed >> 31)) % (most + 1)
}

fn program(home: &OllamaHome) -> Program {
    Program::new()
        .env("HOME", home.home().display().to_string())
        .env("PATH", home.path.display().to_string())
        .env("WEBPLUS_OLLAMA", home.host.clone())
}

/// What the application is busy with when it is killed.
async fn busy(served: &Served, models: &[String]) {
    let _ = served.reach("ollama/start", json!({})).await;
    for id in models {
        let _ = served.reach("model/start", json!({"id": id, "force": true})).await;
    }
    loop {
        let ask =
            json!({"text": "Tell me a long story.", "model": models[0], "parameters": {"maxTokens": 200}});
        if !matches!(served.reach("message/send", ask).await, Ok(Ok(_))) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

/// Whether a process is one that holds a model, of the scripted engine or of the real one.
fn is_model(process: &str) -> bool {
    process.contains(" runner ") || process.contains("llama-server")
}

/// Kills so often; gives how long the slowest end took.
async fn killed(home: &OllamaHome, models: &[String], times: u64, longest: u64) -> Duration {
    let mut state = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_micros() as u64;
    let program = program(home);
    let (mut slowest, mut ran) = (Duration::ZERO, 0);
    for _ in 0..times {
        let served = program.serve().await;
        let moment = Duration::from_millis(dice(&mut state, longest));
        let _ = tokio::time::timeout(moment, busy(&served, models)).await;
        ran += u64::from(processes_of(home.home()).iter().any(|process| is_model(process)));
        served.kill().await;
        let data = program.data();
        let left = || processes_of(home.home()).into_iter().chain(processes_of(&data)).count();
        slowest = slowest.max(eventually("what it started is gone", GONE, || left() == 0).await);
    }
    eprintln!("{times} kills, {ran} of them with a model in memory; the slowest end took {slowest:?}");
    slowest
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_kill_leaves_anything_of_an_engine_of_our_own() {
    let text = "word ".repeat(400);
    let script = Script {
        load_ms: 200,
        tokens_per_second: 100.0,
        answers: vec![Answer { text, ..Answer::default() }],
        ..Script::default()
    };
    let home = OllamaHome::scripted(&script);
    home.add_model("other", 2);
    let models = ["ollama/smol:latest", "ollama/other:latest"].map(str::to_owned);
    killed(&home, &models, kills(), LONGEST).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_kill_harms_an_engine_that_somebody_else_started() {
    let home = OllamaHome::scripted(&Script { load_ms: 100, ..Script::default() });
    let mut theirs = home.serve().await;
    let program = program(&home);
    let mut state = 7;
    for _ in 0..kills().div_ceil(4) {
        let served = program.serve().await;
        let moment = Duration::from_millis(dice(&mut state, 600));
        let models = ["ollama/smol:latest".to_owned()];
        let _ = tokio::time::timeout(moment, busy(&served, &models)).await;
        served.kill().await;
        assert!(home.answers().await && theirs.try_wait().unwrap().is_none());
    }
    let served = program.serve().await;
    assert_eq!(ollama_is(&served, "ready").await["ownership"], "adopted");
    served.terminate().await;
    assert!(home.answers().await && theirs.try_wait().unwrap().is_none());
    terminate(&mut theirs).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_kill_leaves_anything_of_a_real_engine() {
    let Some(home) = crate::real_ollama::with_model().await else { return };
    let models = [crate::real_ollama::ID.to_owned()];
    killed(&home, &models, kills(), 4000).await;
}
