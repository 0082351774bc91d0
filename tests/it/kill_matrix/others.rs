//! Kills in what is no run: a run is removed with its large value, a database of an earlier release is brought to this one's.

use std::{fs, os::unix::process::ExitStatusExt as _, path::Path, time::Duration};

use serde_json::json;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use webplus_tests::{Client, Program, rows};

use super::{
    check,
    play::{FIXTURES, Kill, Outcome, Stage, copy},
    table::Table,
};

/// What is played here, as the page names it.
pub(crate) const NAMES: &[&str] = &["removed", "migrated"];
/// How long one process may take.
const BOUND: Duration = Duration::from_secs(30);
const KILL: i32 = 9;

/// The schema of the first release, and what it had of a person.
const FIRST: &str = include_str!("../../../src-tauri/crates/store/migrations/0001_begin.sql");
const SOMETHING: &str = "INSERT INTO conversations (id, owner_id, title, title_folded, main_thread_id, system_prompt, parameters,
     draft, created_at, updated_at) VALUES (x'11111111111111111111111111111111', x'00000000000070008000000000000001', 'Old',
     'old', x'22222222222222222222222222222222', '', '{}', '', 1, 1)";

/// All that a schema has but what SQLite notes for itself.
const SCHEMA: &str = "SELECT type || ' ' || name || ' ' || coalesce(sql, '') FROM sqlite_schema
     WHERE name NOT LIKE 'sqlite%' ORDER BY type, name";

/// Kills at every boundary of both.
pub(crate) async fn kill_everywhere(stage: &Stage, table: &mut Table) {
    for name in NAMES {
        let begun = if *name == "removed" { with_a_run(stage).await } else { of_the_first_release() };
        let reference = fresh(&begun);
        let record = reference.home().join("met");
        end(name, &reference, None, Some(&record)).await.unwrap_or_else(|error| panic!("{name}: {error}"));
        is_good(name, &reference).unwrap_or_else(|error| panic!("{name}: {error}"));
        let (held, there) = check::held_and_there(&reference.data());
        assert_eq!(held, there, "{name}: without a kill nothing is left over");
        let met = fs::read_to_string(&record).unwrap();
        eprintln!("{name}: {} boundaries", met.lines().count());
        for meeting in met.lines() {
            let kill = Kill { process: 0, meeting: meeting.to_owned() };
            let program = fresh(&begun);
            let outcome = match once(name, &program, &kill).await {
                Ok(true) => Outcome::Same,
                Ok(false) => Outcome::NotMet,
                Err(error) => Outcome::Broken(format!("{meeting}: {error}")),
            };
            table.add(name, kill.point(), outcome);
        }
    }
}

/// One kill and what a second start makes of it; whether the boundary was met.
async fn once(name: &str, program: &Program, kill: &Kill) -> Result<bool, String> {
    let met = end(name, program, Some(&kill.meeting), None).await?;
    check::whole(&program.data())?;
    end(name, program, None, None).await?;
    is_good(name, program)?;
    Ok(met)
}

/// A folder in which a run with a large value is over.
async fn with_a_run(stage: &Stage) -> Program {
    let fixture = FIXTURES.iter().find(|fixture| fixture.name == "blob").unwrap();
    let played = stage.play(fixture, &[], stage.home(fixture), false).await.unwrap();
    assert!(!check::held_and_there(&played.program.data()).1.is_empty(), "it kept no large value");
    played.program
}

/// A folder as the first release left it.
fn of_the_first_release() -> Program {
    let program = Program::new();
    fs::create_dir_all(program.data()).unwrap();
    let database = rusqlite::Connection::open(program.data().join("webplus.db")).unwrap();
    database.pragma_update(None, "journal_mode", "wal").unwrap();
    database.execute_batch(FIRST).unwrap();
    database.execute(SOMETHING, []).unwrap();
    database.pragma_update(None, "user_version", 1).unwrap();
    program
}

fn fresh(begun: &Program) -> Program {
    let program = Program::new();
    copy(&begun.data(), &program.data());
    program
}

/// A start of the application that does what is played; whether it ended by the kill.
async fn end(
    name: &str,
    program: &Program,
    kill: Option<&str>,
    record: Option<&Path>,
) -> Result<bool, String> {
    let mut command = program.command(&["serve"]);
    if let Some(kill) = kill {
        command.env("WEBPLUS_KILL_AT", kill);
    }
    if let Some(record) = record {
        command.env("WEBPLUS_KILL_RECORD", record);
    }
    let run = if name == "removed" { check::run_id(&program.data()) } else { String::new() };
    let mut child = command.spawn().map_err(|error| error.to_string())?;
    let id = child.id().unwrap_or_default().to_string();
    let mut ready = String::new();
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    let ended = tokio::time::timeout(BOUND, async {
        let serves = stdout.read_line(&mut ready).await.is_ok_and(|length| length > 0);
        if serves {
            let told: serde_json::Value = serde_json::from_str(&ready).unwrap();
            let address = told["url"].as_str().unwrap().trim_start_matches("http://").parse().unwrap();
            let client = Client::new(address, told["token"].as_str().unwrap());
            // One that a kill had removed already isn't there any more, and a killed process answers nobody.
            if run.len() == 36 {
                let answered = client.reach("run/delete", json!({ "id": run })).await;
                let gone = rows(&program.data(), "SELECT 1 FROM runs").is_empty();
                assert!(!matches!(answered, Ok(Ok(_))) || gone, "it was told as removed and is there");
            }
            let _ended_meanwhile = tokio::process::Command::new("kill").args(["-TERM", &id]).status().await;
        }
        child.wait().await
    });
    let status = ended.await.map_err(|_| "it never ended".to_owned())?.map_err(|error| error.to_string())?;
    let killed = status.signal() == Some(KILL);
    if !killed && !status.success() {
        return Err(format!("it ended with {status}"));
    }
    Ok(killed)
}

/// How it must be in the end, however often it was killed.
fn is_good(name: &str, program: &Program) -> Result<(), String> {
    let data = program.data();
    check::whole(&data)?;
    check::journals(&data)?;
    if name == "removed" {
        for table in ["runs", "step_runs", "attempts", "journal", "blob_refs"] {
            check::none(&data, "it is still there", &format!("SELECT '{table}' FROM {table}"))?;
        }
        // A file that a kill left and nobody holds goes with the next day's sweep; it is no run's any more.
        return Ok(());
    }
    let title = "SELECT title FROM conversations WHERE id = x'11111111111111111111111111111111'";
    if rows(&data, title) != ["Old"] {
        return Err("what a person had is gone".to_owned());
    }
    let steps = rows(&data, "PRAGMA user_version");
    let wanted = newest();
    if rows(&data, SCHEMA) == wanted.1 && steps == wanted.0 {
        Ok(())
    } else {
        Err(format!("the schema is {steps:?}, and not that of a new folder"))
    }
}

/// The version and the schema of a folder that this build made.
fn newest() -> (Vec<String>, Vec<String>) {
    let database = rusqlite::Connection::open_in_memory().unwrap();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../src-tauri/crates/store/migrations");
    let mut steps: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    steps.sort();
    for step in &steps {
        database.execute_batch(&fs::read_to_string(step).unwrap()).unwrap();
    }
    let mut query = database.prepare(SCHEMA).unwrap();
    let schema = query.query_map([], |row| row.get(0)).unwrap().collect::<Result<_, _>>().unwrap();
    (vec![steps.len().to_string()], schema)
}
