//! A soak: many runs together, their process ended at random moments, stopped and gone on with, its clock set, its disk filled
//! and a reader in the way; afterwards all that must be true of any run. Not among the usual tests: `cargo xtask kills --soak`
//! runs it for as long as it is told.

mod trouble;

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, BufReader};
use webplus_tests::{Program, rows};

use trouble::{Dice, Troubles, on_a_small_disk};

/// Runs at a time.
const TOGETHER: usize = 20;
/// What a run may still be in, once all is over.
const OPEN: &str = "('queued', 'running', 'waiting', 'paused')";

/// Waits on both clocks: for a while, and until a moment that the wall clock must show.
fn definition() -> Value {
    json!({
        "format": "webplus.pipeline/1", "id": "soak", "name": "Soak",
        "inputs": {"n": {"type": "number", "required": true}, "folder": {"type": "dir", "required": true}, "moment": {"type": "number", "required": true}},
        "outputs": {"text": {"type": "text", "from": "all.text"}},
        "nodes": [
            {"id": "each", "kind": "map", "config": {"over": "[1, 2, 3, 4, 5, 6]", "parallel": 3}, "body": ["shout"]},
            {"id": "shout", "kind": "template", "config": {"template": "{{ item }}!"}},
            {"id": "once", "kind": "file", "config": {"op": "append", "path": "{{ inputs.folder }}/once.log", "content": "{{ inputs.n }}\n"},
             "retry": {"max_attempts": 1}, "on_ambiguous": "fail", "on_error": "skip"},
            {"id": "rest", "kind": "delay", "config": {"for": "150ms"}},
            {"id": "later", "kind": "delay", "config": {"until": "inputs.moment"}},
            {"id": "again", "kind": "loop", "config": {"until": "index >= 2", "max_iterations": 5}, "body": ["grow"], "carry": {"so_far": "nodes.grow.text"}},
            {"id": "grow", "kind": "template", "config": {"template": "{{ carry.so_far or '' }}x"}},
            {"id": "large", "kind": "template", "config": {"template": "{{ 'x' * 90000 }}{{ inputs.n }}"}},
            {"id": "all", "kind": "template", "config": {"template": "{{ nodes.each.items | join(' ') }}"}},
        ],
        "edges": [
            {"from": "each", "to": "once"}, {"from": "once", "to": "rest"}, {"from": "once.skipped", "to": "rest"},
            {"from": "rest", "to": "later"}, {"from": "later", "to": "again"}, {"from": "again.done", "to": "large"}, {"from": "large", "to": "all"},
        ],
    })
}

/// Begins by itself at each full minute, whatever is done to the clock: never twice for the same minute.
fn ticking() -> Value {
    json!({
        "format": "webplus.pipeline/1", "id": "soak-tick", "name": "Tick", "inputs": {"at": {"type": "text", "required": true}},
        "nodes": [{"id": "a", "kind": "template", "config": {"template": "{{ inputs.at }}"}}],
        "triggers": [{"id": "t", "kind": "schedule", "cron": "* * * * *", "tz": "UTC", "missed": "once", "on_overlap": "allow", "inputs": {"at": "{{ event.at }}"}}],
    })
}

/// The application under trouble, and what it promised so far.
struct Soak {
    program: Program,
    file: PathBuf,
    begun: usize,
    /// Runs that were accepted, as they were told.
    accepted: BTreeSet<String>,
    troubles: Troubles,
}

impl Soak {
    async fn prepare(dice: Dice) -> Self {
        let program = Program::new();
        let shift = program.home().join("shift");
        let program = program.env("WEBPLUS_CLOCK_SHIFT", shift.to_str().unwrap());
        std::fs::create_dir_all(program.home().join("work")).unwrap();
        let file = program.home().join("soak.webplus.json");
        std::fs::write(&file, definition().to_string()).unwrap();
        let served = program.serve().await;
        served.call("pipeline/save", json!({ "definition": ticking() })).await;
        served.call("trigger/enable", json!({"pipelineId": "soak-tick", "id": "t", "enabled": true})).await;
        served.terminate().await;
        let troubles = Troubles::new(dice, &program);
        Self { program, file, begun: 0, accepted: BTreeSet::new(), troubles }
    }

    /// Begins runs until there are so many, each under a key of its own, so that a command that was cut off begins none twice.
    async fn begin(&mut self, count: usize) {
        for n in self.begun..self.begun + count {
            let (input, key) = (format!("n={n}"), format!("soak-{n}"));
            let folder = format!("folder={}", self.program.home().join("work").display());
            let moment =
                format!("moment={}", self.troubles.shown_in(Duration::from_millis(n as u64 % 5 * 200)));
            let file = self.file.to_str().unwrap();
            let words = [
                &["run", file, "--input", &input, "--input", &folder, "--input", &moment] as &[&str],
                &["--allow", "files", "--idempotency-key", &key, "--json"],
            ];
            let mut child = self.program.command(&words.concat()).spawn().unwrap();
            // Its first line says that the run is accepted; the command itself isn't needed to the end.
            let mut line = String::new();
            let mut output = BufReader::new(child.stdout.take().unwrap());
            drop(tokio::time::timeout(Duration::from_secs(5), output.read_line(&mut line)).await);
            let told: Value = serde_json::from_str(&line).unwrap_or_default();
            self.accepted.extend(told["run"].as_str().map(|run| run.replace('-', "").to_uppercase()));
            drop(child.start_kill());
            drop(child.wait().await);
        }
        self.begun += count;
    }

    /// One process of the application, and what it goes through.
    async fn round(&mut self) {
        let mut server = self.program.command(&["serve"]).spawn().unwrap();
        tokio::time::sleep(Duration::from_millis(300)).await;
        let open = unfinished(&self.program.data());
        self.begin(TOGETHER.saturating_sub(open).min(4)).await;
        self.troubles.make(&self.program, server.id().unwrap()).await;
        server.kill().await.unwrap();
        self.troubles.killed();
    }

    /// Undisturbed, all come to their end.
    async fn end(&mut self) {
        self.troubles.end();
        let mut server = self.program.command(&["serve"]).spawn().unwrap();
        let patience = Instant::now() + Duration::from_mins(2);
        while unfinished(&self.program.data()) > 0 {
            assert!(Instant::now() < patience, "these never end: {:?}", unended(&self.program.data()));
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
        server.kill().await.unwrap();
        // The kill may have cut off what only tidies up; one more start, and an end as it should be.
        let last = self.program.serve().await;
        last.terminate().await;
    }

    fn judge(&self) {
        let data = self.program.data();
        super::check::database(&data).unwrap();
        let runs =
            rows(&data, "SELECT hex(id) || ' ' || status || ' ' || coalesce(error_message, '') FROM runs");
        let ended = runs.iter().filter(|run| run.contains(" succeeded")).count();
        eprintln!("{} runs, {ended} succeeded; {:?}", runs.len(), self.troubles);
        assert_eq!(
            ended,
            runs.len(),
            "{:?}",
            runs.iter().filter(|run| !run.contains(" succeeded")).collect::<Vec<_>>()
        );
        let kept: BTreeSet<String> = rows(&data, "SELECT hex(id) FROM runs").into_iter().collect();
        assert!(self.accepted.is_subset(&kept), "lost: {:?}", self.accepted.difference(&kept));
        // At most once, and at least once where it says that it was done.
        let log = std::fs::read_to_string(self.program.home().join("work/once.log")).unwrap_or_default();
        let lines: Vec<&str> = log.lines().collect();
        let done: BTreeSet<&str> = lines.iter().copied().collect();
        assert_eq!(done.len(), lines.len(), "something was done twice: {lines:?}");
        let said = rows(
            &data,
            "SELECT json_extract(r.input, '$.n.value') FROM runs r JOIN step_runs s ON s.run_id = r.id WHERE s.node = 'once' AND s.status = 'succeeded'",
        );
        let missing: Vec<&String> = said.iter().filter(|n| !done.contains(n.as_str())).collect();
        assert!(missing.is_empty(), "said to be done and not done: {missing:?}");
        let ticks = rows(
            &data,
            "SELECT input FROM runs WHERE pipeline_id = 'soak-tick' GROUP BY input HAVING count(*) > 1",
        );
        assert!(ticks.is_empty(), "an instant came twice: {ticks:?}");
    }
}

fn unfinished(data: &Path) -> usize {
    rows(data, &format!("SELECT id FROM runs WHERE status IN {OPEN}")).len()
}

fn unended(data: &Path) -> Vec<String> {
    rows(
        data,
        &format!(
            "SELECT hex(r.id) || ' ' || r.status || ' ' || coalesce(r.wait_reason, '') || ' ' || coalesce(r.reason, '') || ' ' || coalesce(s.scope || '/' || s.node || ' ' || s.status, '')
             FROM runs r LEFT JOIN step_runs s ON s.run_id = r.id AND s.status NOT IN ('succeeded', 'skipped', 'reused') WHERE r.status IN {OPEN}"
        ),
    )
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "takes as long as it is told: WEBPLUS_SOAK_SECONDS"]
async fn many_runs_survive_whatever_happens_to_their_process() {
    if on_a_small_disk("kill_matrix::soak::many_runs_survive_whatever_happens_to_their_process") {
        return;
    }
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse().ok());
    let until = Instant::now() + Duration::from_secs(number("WEBPLUS_SOAK_SECONDS").unwrap_or(60));
    let seed = number("WEBPLUS_SOAK_SEED").unwrap_or(0x5eed);
    eprintln!("seed {seed}");
    let mut soak = Soak::prepare(Dice(seed.max(1))).await;
    while Instant::now() < until {
        soak.round().await;
    }
    soak.end().await;
    soak.judge();
}
