//! A soak: many runs together, their process ended at random moments, stopped and gone on with, its disk small and a reader in the
//! way; afterwards all that must be true of any run. Not among the usual tests: `cargo xtask kills --soak` runs it for as long as
//! it is told.

use std::{
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, BufReader};
use webplus_tests::{Program, rows};

/// Runs at a time.
const TOGETHER: usize = 20;

/// Numbers that nobody chose, the same for the same start.
struct Dice(u64);

impl Dice {
    fn below(&mut self, most: u64) -> u64 {
        // xorshift: good enough to spread kills over milliseconds.
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % most
    }
}

fn definition() -> Value {
    json!({
        "format": "webplus.pipeline/1", "id": "soak", "name": "Soak",
        "inputs": {"n": {"type": "number", "required": true}, "folder": {"type": "dir", "required": true}},
        "outputs": {"text": {"type": "text", "from": "all.text"}},
        "nodes": [
            {"id": "each", "kind": "map", "config": {"over": "[1, 2, 3, 4, 5, 6]", "parallel": 3}, "body": ["shout"]},
            {"id": "shout", "kind": "template", "config": {"template": "{{ item }}!"}},
            {"id": "once", "kind": "file", "config": {"op": "append", "path": "{{ inputs.folder }}/once.log", "content": "{{ inputs.n }}\n"},
             "retry": {"max_attempts": 1}, "on_ambiguous": "fail", "on_error": "skip"},
            {"id": "rest", "kind": "delay", "config": {"for": "150ms"}},
            {"id": "again", "kind": "loop", "config": {"until": "index >= 2", "max_iterations": 5}, "body": ["grow"], "carry": {"so_far": "nodes.grow.text"}},
            {"id": "grow", "kind": "template", "config": {"template": "{{ carry.so_far or '' }}x"}},
            {"id": "all", "kind": "template", "config": {"template": "{{ nodes.each.items | join(' ') }}"}},
        ],
        "edges": [
            {"from": "each", "to": "once"}, {"from": "once", "to": "rest"}, {"from": "once.skipped", "to": "rest"},
            {"from": "rest", "to": "again"}, {"from": "again.done", "to": "all"},
        ],
    })
}

/// Begins runs until there are so many, each under a key of its own, so that a command that was cut off begins none twice.
async fn begin(program: &Program, file: &Path, from: usize, count: usize) {
    for n in from..from + count {
        let (input, key) = (format!("n={n}"), format!("soak-{n}"));
        let folder = format!("folder={}", program.home().join("work").display());
        let words = [
            "run",
            file.to_str().unwrap(),
            "--input",
            &input,
            "--input",
            &folder,
            "--allow",
            "files",
            "--idempotency-key",
            &key,
            "--json",
        ];
        let mut child = program.command(&words).spawn().unwrap();
        // Its first line says that the run is accepted; the command itself isn't needed to the end.
        let mut line = String::new();
        let mut output = BufReader::new(child.stdout.take().unwrap());
        drop(tokio::time::timeout(Duration::from_secs(5), output.read_line(&mut line)).await);
        drop(child.start_kill());
        drop(child.wait().await);
    }
}

fn unfinished(data: &Path) -> usize {
    rows(data, "SELECT id FROM runs WHERE status IN ('queued', 'running', 'waiting', 'paused')").len()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "takes as long as it is told: WEBPLUS_SOAK_SECONDS"]
async fn many_runs_survive_whatever_happens_to_their_process() {
    let seconds = std::env::var("WEBPLUS_SOAK_SECONDS").ok().and_then(|text| text.parse().ok()).unwrap_or(60);
    let until = Instant::now() + Duration::from_secs(seconds);
    let seed =
        std::env::var("WEBPLUS_SOAK_SEED").ok().and_then(|text| text.parse().ok()).unwrap_or(0x5eed_u64);
    eprintln!("seed {seed}");
    let mut dice = Dice(seed.max(1));
    let program = Program::new();
    let work = program.home().join("work");
    std::fs::create_dir_all(&work).unwrap();
    let file: PathBuf = program.home().join("soak.webplus.json");
    std::fs::write(&file, definition().to_string()).unwrap();
    let (mut kills, mut stops, mut begun) = (0, 0, 0);
    while Instant::now() < until {
        let mut server = program.command(&["serve"]).spawn().unwrap();
        tokio::time::sleep(Duration::from_millis(300)).await;
        let open = if program.data().join("webplus.db").exists() { unfinished(&program.data()) } else { 0 };
        let more = TOGETHER.saturating_sub(open).min(4);
        begin(&program, &file, begun, more).await;
        begun += more;
        // A reader that takes its time, as a backup does.
        let data = program.data();
        let reader = tokio::task::spawn_blocking(move || rows(&data, "SELECT count(*) FROM journal"));
        if dice.below(4) == 0 {
            let pid = server.id().unwrap().to_string();
            drop(std::process::Command::new("kill").args(["-STOP", &pid]).status());
            tokio::time::sleep(Duration::from_millis(500 + dice.below(2500))).await;
            drop(std::process::Command::new("kill").args(["-CONT", &pid]).status());
            stops += 1;
        }
        tokio::time::sleep(Duration::from_millis(200 + dice.below(2800))).await;
        server.kill().await.unwrap();
        kills += 1;
        drop(reader.await);
    }
    // Undisturbed, all come to their end.
    let mut server = program.command(&["serve"]).spawn().unwrap();
    let patience = Instant::now() + Duration::from_mins(2);
    while unfinished(&program.data()) > 0 {
        assert!(Instant::now() < patience, "{} runs never end", unfinished(&program.data()));
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    server.kill().await.unwrap();
    let runs = rows(&program.data(), "SELECT status FROM runs");
    let ended = |status: &str| runs.iter().filter(|run| *run == status).count();
    eprintln!("{kills} kills, {stops} stops, {} runs: {} succeeded", runs.len(), ended("succeeded"));
    super::check::database(&program.data()).unwrap();
    let done = std::fs::read_to_string(work.join("once.log")).unwrap_or_default();
    let mut lines: Vec<&str> = done.lines().collect();
    let count = lines.len();
    lines.sort_unstable();
    lines.dedup();
    assert_eq!(lines.len(), count, "something was done twice");
    assert_eq!(ended("succeeded"), runs.len());
}
