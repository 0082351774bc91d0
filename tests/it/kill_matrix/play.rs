//! A play: one run of one fixture in a folder of its own, by as many processes as it takes, some of which end where they are
//! told to.

use std::{
    os::unix::process::ExitStatusExt as _,
    path::{Path, PathBuf},
    process::Output,
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

use serde_json::Value;
use webplus_tests::{Program, eventually, git};

use super::{
    check,
    left::Wrecks,
    oracle::{Oracle, Seen},
    told,
};

/// How long one process may take, recovery included.
const BOUND: Duration = Duration::from_secs(30);
/// So many processes end a play; more would mean that it never ends.
const PROCESSES: usize = 12;

/// The signal by which a process ends itself at a boundary.
const KILL: i32 = 9;

/// A pipeline that is played.
#[derive(Debug)]
pub(crate) struct Fixture {
    pub name: &'static str,
    /// Whether a command cancels it once it hangs.
    pub cancelled: bool,
    /// What it asks at most once.
    pub once: Option<&'static str>,
    /// Whether somebody is told of it by webhook.
    pub told: bool,
    /// A place outside that it is given as the input of that name: a `log` to write to, a `repo` to work in.
    pub place: Option<&'static str>,
}

const fn fixture(name: &'static str) -> Fixture {
    Fixture { name, cancelled: false, once: None, told: false, place: None }
}

pub(crate) const FIXTURES: &[Fixture] = &[
    fixture("chain"),
    fixture("diamond"),
    fixture("branch"),
    fixture("map"),
    fixture("nested"),
    fixture("retry"),
    fixture("human"),
    fixture("parent"),
    Fixture { once: Some("pay"), ..fixture("once") },
    Fixture { cancelled: true, ..fixture("cancel") },
    fixture("timer"),
    fixture("blob"),
    fixture("model"),
    Fixture { told: true, ..fixture("told") },
    Fixture { once: Some("pay"), place: Some("log"), ..fixture("shell") },
    Fixture { once: Some("keep"), place: Some("repo"), ..fixture("git") },
    Fixture { once: Some("pay"), ..fixture("agent") },
];

/// Where a process of a play ends: which process, at which meeting of a boundary.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Kill {
    pub process: usize,
    /// "NAME STEP N".
    pub meeting: String,
}

impl Kill {
    pub(crate) fn point(&self) -> &str {
        self.meeting.split(' ').next().unwrap_or_default()
    }
}

/// How a run was over.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Over {
    pub status: String,
    pub outputs: Value,
}

/// What came of a play.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// The run ended as it does without a kill.
    Same,
    /// It asks what became of the one attempt whose end isn't known.
    Asks,
    /// The boundary wasn't met.
    NotMet,
    /// A promise was broken.
    Broken(String),
}

/// A finished play.
pub(crate) struct Played {
    pub over: Over,
    /// Processes that ended where they were told to.
    pub kills: usize,
    /// Processes in all.
    pub processes: usize,
    /// How the disk and the world outside stood after each kill.
    pub states: Vec<String>,
    /// Boundaries that were met, by process.
    pub met: Vec<Kill>,
    pub program: Program,
    pub case: String,
}

/// How a kill is recovered from.
#[derive(Debug, Default)]
pub(crate) struct Recovery {
    /// How the disk and the world outside stood: where that is equal, what follows is too.
    pub from: String,
    /// Boundaries that the next process meets.
    pub met: Vec<Kill>,
}

/// What all plays share: whom they ask, and a data folder to begin with.
pub(crate) struct Stage {
    pub oracle: Oracle,
    seed: Program,
    /// The same with somebody who is told.
    telling: Program,
    count: AtomicUsize,
}

impl Stage {
    pub(crate) async fn prepare(oracle: Oracle) -> Self {
        let seed = Program::new();
        let url = format!("http://{}/v1", oracle.address());
        let words = [
            "providers",
            "add",
            "--kind",
            "openai-compatible",
            "--name",
            "Oracle",
            "--base-url",
            &url,
            "--no-key",
        ];
        seed.run(&words).await.good();
        let telling = told::home(&seed, &oracle).await;
        let stage = Self { oracle, seed, telling, count: AtomicUsize::new(0) };
        for fixture in FIXTURES.iter().map(|fixture| fixture.name).chain(["child"]) {
            let source = Path::new(env!("CARGO_MANIFEST_DIR"))
                .join("fixtures/pipelines")
                .join(format!("{fixture}.webplus.json"));
            let text =
                std::fs::read_to_string(source).unwrap().replace("127.0.0.1:9", &stage.oracle.address());
            std::fs::write(stage.file(fixture), text).unwrap();
        }
        let child = stage.file("child");
        stage.seed.run(&["pipelines", "import", child.to_str().unwrap(), "--allow", "http"]).await.good();
        stage
    }

    pub(crate) fn file(&self, fixture: &str) -> PathBuf {
        self.seed.home().join(format!("{fixture}.webplus.json"))
    }

    /// A home of its own for a play, with the data folder that all begin with.
    pub(crate) fn home(&self, fixture: &Fixture) -> Program {
        let program = Program::new();
        let (seed, program) =
            if fixture.told { (&self.telling, told::opening(program)) } else { (&self.seed, program) };
        copy(&seed.data(), &program.data());
        program
    }

    /// How a fixture ends when nothing is killed, and which boundaries it meets.
    pub(crate) async fn reference(&self, fixture: &Fixture) -> (Over, Vec<Kill>) {
        let played = self
            .play(fixture, &[], self.home(fixture), true)
            .await
            .unwrap_or_else(|error| panic!("{}: {error}", fixture.name));
        check::all(self, fixture, &played).unwrap_or_else(|error| panic!("{}: {error}", fixture.name));
        let expected = if fixture.cancelled { "cancelled" } else { "succeeded" };
        assert_eq!(played.over.status, expected, "{}", fixture.name);
        (played.over, played.met)
    }

    /// What comes of kills, and how the last of them is recovered from.
    pub(crate) async fn kill(
        &self,
        fixture: &Fixture,
        kills: &[Kill],
        reference: &Over,
    ) -> (Outcome, Recovery) {
        let played = match self.play(fixture, kills, self.home(fixture), true).await {
            Ok(played) => played,
            Err(error) => return (Outcome::Broken(format!("{kills:?}: {error}")), Recovery::default()),
        };
        let after = kills.last().map_or(0, |kill| kill.process + 1);
        let met = played.met.iter().filter(|met| met.process == after).cloned().collect();
        let recovery = Recovery { from: played.states.last().cloned().unwrap_or_default(), met };
        let outcome = if let Err(error) = check::all(self, fixture, &played) {
            Outcome::Broken(format!("{kills:?}: {error}"))
        } else if played.kills < kills.len() {
            Outcome::NotMet
        } else if played.over == *reference {
            Outcome::Same
        } else if fixture.once.is_some() && played.over.status == "waiting" {
            Outcome::Asks
        } else {
            Outcome::Broken(format!("{kills:?}: {:?} instead of {reference:?}", played.over))
        };
        (outcome, recovery)
    }

    /// Plays a fixture to its end: starts it, starts it again when it was killed, answers what it asks.
    pub(crate) async fn play(
        &self,
        fixture: &Fixture,
        kills: &[Kill],
        program: Program,
        record: bool,
    ) -> Result<Played, String> {
        let case = format!("{}-{}", fixture.name, self.count.fetch_add(1, Ordering::Relaxed));
        self.play_as(case, fixture, kills, program, record).await
    }

    pub(crate) async fn play_as(
        &self,
        case: String,
        fixture: &Fixture,
        kills: &[Kill],
        program: Program,
        record: bool,
    ) -> Result<Played, String> {
        let run = self.words(&case, fixture, &program);
        let (mut words, mut met, mut wrecks) = (run.clone(), Vec::new(), Wrecks::default());
        let mut over = None;
        for process in 0..PROCESSES {
            let kill = kills.iter().find(|kill| kill.process == process);
            let record_file = program.home().join(format!("met-{process}"));
            let output = self
                .process(fixture, &case, &program, &words, kill, record.then_some(record_file.as_path()))
                .await?;
            met.extend(
                std::fs::read_to_string(&record_file)
                    .unwrap_or_default()
                    .lines()
                    .map(|line| Kill { process, meeting: line.to_owned() }),
            );
            let told = String::from_utf8_lossy(&output.stdout)
                .lines()
                .last()
                .and_then(|line| serde_json::from_str(line).ok())
                .unwrap_or(Value::Null);
            let killed = output.status.signal() == Some(KILL);
            if killed {
                wrecks.judge(self, fixture, &case, &program.data(), &output.stdout)?;
            }
            if over.is_none() && !killed {
                over = rests(&told, output.status.code());
            }
            if let Some(over) = over.take_if(|_| !fixture.told || told::is_all_told(&program.data())) {
                wrecks.all_is_still_there(&program.data())?;
                let (kills, states) = (wrecks.states.len(), wrecks.states);
                return Ok(Played { over, kills, processes: process + 1, states, met, program, case });
            }
            words.clone_from(&run);
            match output.status.code() {
                _ if over.is_some() => words = vec!["serve".to_owned()],
                None if killed => {}
                Some(0) if told["answered"] == true => {}
                Some(3) if told["waiting"][0]["kind"] == "human" => {
                    let id = told["id"].as_str().unwrap_or_default();
                    words = ["runs", "answer", id, "approve", "--json"].map(str::to_owned).to_vec();
                    let about = told["waiting"][0]["about"].as_str();
                    words
                        .extend(about.into_iter().flat_map(|about| ["--about".to_owned(), about.to_owned()]));
                }
                // What was answered before the kill can't be answered again.
                Some(1) if told["code"] == "conflict" && !wrecks.states.is_empty() => {}
                code => {
                    return Err(format!(
                        "a process ended with {code:?}: {} {told}",
                        String::from_utf8_lossy(&output.stderr)
                    ));
                }
            }
        }
        Err("it never ends".to_owned())
    }

    /// The command that begins a play, and goes on with it.
    pub(crate) fn words(&self, case: &str, fixture: &Fixture, program: &Program) -> Vec<String> {
        let (file, input) = (self.file(fixture.name), format!("case={case}"));
        let allowed = "http,commands,files";
        let mut words = ["run", "--input", &input, "--idempotency-key", "once", "--allow", allowed, "--json"]
            .map(str::to_owned)
            .to_vec();
        words.insert(1, file.to_string_lossy().into_owned());
        if let Some(name) = fixture.place {
            let place = match name {
                "repo" => repository(program),
                _ => self.log(case),
            };
            words.extend(["--input".to_owned(), format!("{name}={}", place.display())]);
        }
        words
    }

    /// Where a program of a play says what it did, a line each time.
    fn log(&self, case: &str) -> PathBuf {
        self.seed.home().join(format!("{case}.log"))
    }

    /// What a play did outside: asked somebody, or wrote to its log.
    pub(crate) fn seen(&self, case: &str) -> Vec<Seen> {
        let mut seen = self.oracle.seen(case);
        let log = std::fs::read_to_string(self.log(case)).unwrap_or_default();
        seen.extend(log.lines().map(|what| Seen {
            case: case.to_owned(),
            what: what.to_owned(),
            key: "written".to_owned(),
        }));
        seen
    }

    async fn process(
        &self,
        fixture: &Fixture,
        case: &str,
        program: &Program,
        words: &[String],
        kill: Option<&Kill>,
        record: Option<&Path>,
    ) -> Result<Output, String> {
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let mut command = program.command(&words);
        if let Some(kill) = kill {
            command.env("WEBPLUS_KILL_AT", &kill.meeting);
        }
        if let Some(record) = record {
            command.env("WEBPLUS_KILL_RECORD", record);
        }
        let hung = self.oracle.seen(case).iter().filter(|seen| seen.what == "hang").count();
        let child = command.spawn().map_err(|error| error.to_string())?;
        let (id, serves) = (child.id().unwrap_or_default().to_string(), words == ["serve"]);
        let ended = tokio::time::timeout(BOUND, child.wait_with_output());
        tokio::pin!(ended);
        let ended = tokio::select! {
            ended = &mut ended => ended,
            () = self.oracle.asked(case, "hang", hung), if fixture.cancelled => {
                cancel(program).await;
                ended.await
            }
            () = all_told(program), if serves => {
                let asked = tokio::process::Command::new("kill").args(["-TERM", &id]).status().await;
                asked.map_err(|error| error.to_string())?;
                ended.await
            }
        };
        ended.map_err(|_| format!("{words:?} took longer than {BOUND:?}"))?.map_err(|error| error.to_string())
    }
}

/// How the run was over, if it rests for good: a person's answer brings it on.
fn rests(told: &Value, code: Option<i32>) -> Option<Over> {
    let asks = told["waiting"][0]["kind"] == "human";
    (matches!(code, Some(0 | 1 | 3)) && told["type"] == "run" && !asks).then(|| Over {
        status: told["status"].as_str().unwrap_or_default().to_owned(),
        outputs: told["outputs"].clone(),
    })
}

/// Waits until everything was delivered, and that written down.
async fn all_told(program: &Program) {
    let data = program.data();
    // Longer than the process may take, which then says so.
    eventually("all was told", BOUND * 2, || told::is_all_told(&data)).await;
}

/// Has another command cancel the run; it may find nobody, who was killed meanwhile.
async fn cancel(program: &Program) {
    let run = check::run_id(&program.data());
    let _ = program.run(&["runs", "cancel", &run, "--json"]).await;
}

/// A repository of the play's own, with something in it.
fn repository(program: &Program) -> PathBuf {
    let folder = program.home().join("repo");
    if !folder.exists() {
        std::fs::create_dir(&folder).unwrap();
        git(&folder, &["init", "--quiet", "--initial-branch", "main"]);
        std::fs::write(folder.join("old.txt"), "old\n").unwrap();
        git(&folder, &["add", "."]);
        git(&folder, &["commit", "--quiet", "--message", "Begin"]);
    }
    folder
}

pub(crate) fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let (kind, to) = (entry.file_type().unwrap(), to.join(entry.file_name()));
        if kind.is_dir() {
            copy(&entry.path(), &to);
        // The reserve for a full disk is made anew, and is by far the largest.
        } else if kind.is_file() && entry.file_name() != "ballast" {
            std::fs::copy(entry.path(), to).unwrap();
        }
    }
}
