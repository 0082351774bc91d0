//! `kill -9` of `webplus serve` while it looks after an Ollama: what it started is gone within two seconds, models included, and
//! somebody else's lives on.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant, SystemTime},
};

use serde_json::json;
use test_support::ollama::{Answer, Registry, Script, model_file};
use webplus_tests::{OllamaHome, PATIENCE, Program, Served, eventually, ollama_is, processes_of, terminate};

/// How often the ordinary run kills; `WEBPLUS_KILLS` says otherwise.
const KILLS: u64 = 15;
/// What it started must be gone by then.
const GONE: Duration = Duration::from_secs(2);
/// Bytes of the model that is pulled, and how many of them come in a second: more than all pulls together get.
const PULLED: (usize, u64) = (30_000_000, 400_000);

/// What the application is busy with when it is killed, in turns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Phase {
    Starting,
    Loading,
    Answering,
    Pulling,
    TwoModels,
}

const PHASES: [Phase; 5] =
    [Phase::Starting, Phase::Loading, Phase::Answering, Phase::Pulling, Phase::TwoModels];

fn kills() -> u64 {
    std::env::var("WEBPLUS_KILLS").ok().and_then(|kills| kills.parse().ok()).unwrap_or(KILLS)
}

/// Numbers that look random (splitmix64).
struct Dice(u64);

impl Dice {
    fn thrown() -> Self {
        Self(SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_micros() as u64)
    }

    fn up_to(&mut self, most: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % (most + 1)
    }
}

/// An Ollama with two models, and a registry with a third.
struct Scene {
    home: OllamaHome,
    program: Program,
    models: [String; 2],
    registry: Registry,
    /// How long a model takes to load, at most.
    load: Duration,
}

impl Scene {
    async fn of(home: OllamaHome, models: [&str; 2], load: Duration) -> Self {
        let program = Program::new()
            .env("HOME", home.home().display().to_string())
            .env("PATH", home.path.display().to_string())
            .env("WEBPLUS_OLLAMA", home.host.clone());
        let registry = Registry::start().await.unwrap();
        registry.offer("pulled", &model_file(3, PULLED.0));
        registry.slow(Some(PULLED.1));
        Self { home, program, models: models.map(str::to_owned), registry, load }
    }

    async fn scripted() -> Self {
        let load = Duration::from_millis(200);
        let script = Script {
            load_ms: 200,
            tokens_per_second: 100.0,
            answers: vec![Answer { text: "word ".repeat(400), ..Answer::default() }],
            ..Script::default()
        };
        let home = OllamaHome::scripted(&script);
        home.add_model("other", 2);
        Self::of(home, ["ollama/smol:latest", "ollama/other:latest"], load).await
    }

    /// Brings the application into the phase.
    async fn reach(&self, served: &Served, phase: Phase, dice: &mut Dice) {
        let load = |id: &str| served.call("model/start", json!({"id": id, "force": true}));
        if phase == Phase::Starting {
            let _ = served.reach("ollama/start", json!({})).await;
            return rest(dice, 400).await;
        }
        ollama_is(served, "ready").await;
        match phase {
            Phase::Starting => {}
            Phase::Loading => {
                let moment = Duration::from_millis(dice.up_to(self.load.as_millis() as u64));
                let _ = tokio::time::timeout(moment, load(&self.models[0])).await;
            }
            Phase::Answering => {
                load(&self.models[0]).await;
                let ask = json!({
                    "text": "Tell me a long story.", "model": self.models[0], "parameters": {"maxTokens": 400},
                });
                let sent = webplus_tests::Sent::of(&served.call("message/send", ask).await);
                until("the answer has begun", async || {
                    served.call("message/get", json!({"id": sent.answer})).await["text"] != ""
                })
                .await;
                rest(dice, 300).await;
            }
            Phase::Pulling => {
                let reference = self.registry.model("pulled");
                let before = self.registry.ranges().len();
                let pull = json!({"reference": reference, "target": "ollama"});
                served.call("model/pull", pull).await;
                until("the pull has begun", async || self.registry.ranges().len() > before).await;
                rest(dice, 500).await;
            }
            Phase::TwoModels => {
                load(&self.models[0]).await;
                load(&self.models[1]).await;
                rest(dice, 200).await;
            }
        }
    }
}

async fn rest(dice: &mut Dice, most: u64) {
    tokio::time::sleep(Duration::from_millis(dice.up_to(most))).await;
}

async fn until(what: &str, mut is_so: impl AsyncFnMut() -> bool) {
    let begun = Instant::now();
    while !is_so().await {
        assert!(begun.elapsed() < PATIENCE, "it did not happen that {what}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// Whether a process is one that holds a model, of the scripted engine or of the real one.
fn is_model(process: &str) -> bool {
    process.contains(" runner ") || process.contains("llama-server")
}

/// Kills so often, each phase in its turn, and tells how long the ends took.
async fn killed(scene: &Scene, times: u64) {
    let mut dice = Dice::thrown();
    let mut ends: BTreeMap<Phase, Vec<Duration>> = BTreeMap::new();
    let mut held: BTreeMap<Phase, Vec<usize>> = BTreeMap::new();
    for phase in PHASES.into_iter().cycle().take(times as usize) {
        let served = scene.program.serve().await;
        scene.reach(&served, phase, &mut dice).await;
        let models = processes_of(scene.home.home()).iter().filter(|process| is_model(process)).count();
        held.entry(phase).or_default().push(models);
        served.kill().await;
        let data = scene.program.data();
        let left = || processes_of(scene.home.home()).into_iter().chain(processes_of(&data)).count();
        let what = format!("what it started is gone ({phase:?})");
        ends.entry(phase).or_default().push(eventually(&what, GONE, || left() == 0).await);
    }
    for (phase, ends) in &mut ends {
        ends.sort();
        let (median, slowest) = (ends[ends.len() / 2], ends[ends.len() - 1]);
        let models = &held[phase];
        eprintln!(
            "{phase:?}: {} kills, gone after {median:?} in the middle and {slowest:?} at most; models in memory {models:?}",
            ends.len()
        );
    }
    assert!(held[&Phase::TwoModels].iter().all(|models| *models == 2), "{held:?}");
    assert!(held[&Phase::Answering].iter().all(|models| *models == 1), "{held:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_kill_leaves_anything_of_an_engine_of_our_own() {
    killed(&Scene::scripted().await, kills()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_kill_harms_an_engine_that_somebody_else_started() {
    spared(&Scene::scripted().await, kills().div_ceil(3)).await;
}

/// Kills so often while it uses somebody else's, which goes on living.
async fn spared(scene: &Scene, times: u64) {
    let home = &scene.home;
    let mut theirs = home.serve().await;
    let mut dice = Dice::thrown();
    for phase in PHASES.into_iter().cycle().take(times as usize) {
        let served = scene.program.serve().await;
        scene.reach(&served, phase, &mut dice).await;
        served.kill().await;
        assert!(home.answers().await && theirs.try_wait().unwrap().is_none(), "{phase:?}");
    }
    let served = scene.program.serve().await;
    assert_eq!(ollama_is(&served, "ready").await["ownership"], "adopted");
    served.terminate().await;
    assert!(home.answers().await && theirs.try_wait().unwrap().is_none());
    terminate(&mut theirs).await;
    eventually("nothing is left", PATIENCE, || processes_of(home.home()).is_empty()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_kill_leaves_anything_of_a_real_engine_nor_harms_one_of_somebody_else() {
    let Some(home) = crate::real_ollama::with_two_models().await else { return };
    let models = [crate::real_ollama::ID, crate::real_ollama::SECOND];
    let scene = Scene::of(home, models, Duration::from_secs(2)).await;
    killed(&scene, kills()).await;
    spared(&scene, kills().div_ceil(3)).await;
}
