//! What must be true of a run's folder and of what was asked outside, however often it was killed.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use webplus_tests::rows;

use super::{
    play::{Fixture, Outcome, Played, Stage},
    told,
};

/// The calls of runs, as the books have them.
const CALLS: &str = "SELECT outcome FROM calls WHERE run_id IS NOT NULL";

/// The newest run at the top, as commands name it.
pub(crate) fn run_id(data: &Path) -> String {
    let hex = rows(
        data,
        "SELECT lower(hex(id)) FROM runs WHERE parent_run_id IS NULL ORDER BY created_at DESC LIMIT 1",
    );
    uuid(hex.first().map_or("", String::as_str))
}

/// An id as it is told, of the digits that the database has.
pub(super) fn uuid(hex: &str) -> String {
    let parts = [(0, 8), (8, 12), (12, 16), (16, 20), (20, 32)];
    parts.map(|(from, to)| hex.get(from..to).unwrap_or_default()).join("-")
}

/// All of it; the first broken promise as a sentence.
pub(crate) fn all(stage: &Stage, fixture: &Fixture, played: &Played) -> Result<(), String> {
    folder(played)?;
    let data = played.program.data();
    outside(stage, fixture, &played.case, played.kills)?;
    ledger(stage, &data, &played.case, played.kills)?;
    if fixture.told {
        told::heard(stage, &data, played.processes)?;
    }
    none(&data, "a call is still open in the ledger", &format!("{CALLS} AND outcome = 'reserved'"))
}

/// What the folder alone can say.
pub(crate) fn folder(played: &Played) -> Result<(), String> {
    let data = played.program.data();
    whole(&data)?;
    settled(&data)?;
    one_run(&data)?;
    journals(&data)?;
    values(&data)?;
    steps_are_over(&data, &played.over.status)
}

/// The same of a folder in which many runs ended.
pub(crate) fn database(data: &Path) -> Result<(), String> {
    whole(data)?;
    settled(data)?;
    journals(data)?;
    values(data)
}

/// A query that finds what must not be.
pub(super) fn none(data: &Path, what: &str, sql: &str) -> Result<(), String> {
    let found = rows(data, sql);
    if found.is_empty() { Ok(()) } else { Err(format!("{what}: {}", found.join(", "))) }
}

pub(super) fn whole(data: &Path) -> Result<(), String> {
    let checked = rows(data, "PRAGMA integrity_check");
    if checked != ["ok"] {
        return Err(format!("the database is damaged: {checked:?}"));
    }
    none(data, "a row hangs in the air", "SELECT \"table\" FROM pragma_foreign_key_check")
}

/// What was completed is never done again.
pub(super) fn nothing_twice(data: &Path) -> Result<(), String> {
    none(
        data,
        "a completed step was done again",
        "SELECT a.scope || '/' || a.node FROM attempts a JOIN attempts b USING (run_id, scope, node)
         WHERE a.outcome = 'succeeded' AND b.number > a.number",
    )
}

/// Nor is any attempt left that nobody works at.
fn settled(data: &Path) -> Result<(), String> {
    nothing_twice(data)?;
    none(
        data,
        "an attempt is still under way",
        "SELECT scope || '/' || node FROM attempts WHERE outcome = 'running'",
    )
}

fn one_run(data: &Path) -> Result<(), String> {
    let runs = rows(data, "SELECT count(*) FROM runs WHERE parent_run_id IS NULL");
    if runs == ["1"] { Ok(()) } else { Err(format!("there are {} runs, not one", runs.join(""))) }
}

pub(super) fn journals(data: &Path) -> Result<(), String> {
    none(
        data,
        "a journal has a gap",
        "SELECT lower(hex(r.id)) || ': ' || count(j.seq) || ' entries up to ' || r.seq FROM runs r LEFT JOIN journal j ON j.run_id = r.id
         GROUP BY r.id HAVING count(j.seq) <> r.seq OR coalesce(max(j.seq), 0) <> r.seq",
    )
}

/// The large values that are held, and those that are there.
pub(super) fn held_and_there(data: &Path) -> (BTreeSet<String>, BTreeSet<String>) {
    let held: BTreeSet<String> = rows(data, "SELECT hash FROM blob_refs").into_iter().collect();
    let mut there = BTreeSet::new();
    for folder in std::fs::read_dir(data.join("values")).into_iter().flatten().flatten() {
        let files = std::fs::read_dir(folder.path()).into_iter().flatten().flatten();
        there.extend(files.map(|file| file.file_name().to_string_lossy().into_owned()));
    }
    (held, there)
}

/// Every file is held by somebody, and what is held is there.
fn values(data: &Path) -> Result<(), String> {
    let (held, there) = held_and_there(data);
    if held == there { Ok(()) } else { Err(format!("values held: {held:?}; values there: {there:?}")) }
}

fn steps_are_over(data: &Path, status: &str) -> Result<(), String> {
    let over = "('succeeded', 'failed', 'skipped', 'cancelled', 'reused')";
    let open = rows(
        data,
        &format!("SELECT scope || '/' || node || ' ' || status FROM step_runs WHERE status NOT IN {over}"),
    );
    // What an agent had begun is as unclear as the agent itself.
    let within = |step: &&String| !step.starts_with("think:");
    let at_top: Vec<&String> = open.iter().filter(within).collect();
    let asks = matches!(at_top.as_slice(), [step] if step.ends_with("ambiguous"));
    if status == "waiting" && asks || status != "waiting" && open.is_empty() {
        Ok(())
    } else {
        Err(format!("the run is {status} with {open:?}"))
    }
}

/// Effects are counted by what was asked, whatever the key: once, or as often as a kill could cut it off.
pub(super) fn outside(stage: &Stage, fixture: &Fixture, case: &str, kills: usize) -> Result<(), String> {
    let mut by_step: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for seen in stage.seen(case) {
        by_step.entry(seen.what).or_default().push(seen.key);
    }
    for (what, keys) in by_step {
        let tries = match what.as_str() {
            "flaky" => 3,
            // It asks again once it knows what came of its tool.
            "model" if fixture.name == "agent" => 2,
            _ => 1,
        };
        let most = if fixture.once == Some(what.as_str()) { 1 } else { tries + kills };
        if keys.len() > most {
            return Err(format!("{what} was asked {} times", keys.len()));
        }
        let keys: BTreeSet<String> = keys.into_iter().collect();
        if what != "model" && (keys.contains("") || keys.len() > tries) {
            return Err(format!("{what} was asked under {keys:?}"));
        }
    }
    Ok(())
}

/// Money spent is in the books: a row for every call that was seen, and none for more than could have been begun.
pub(super) fn ledger(stage: &Stage, data: &Path, case: &str, kills: usize) -> Result<(), String> {
    let seen = stage.oracle.seen(case).iter().filter(|seen| seen.what == "model").count();
    let kept = rows(data, CALLS).len();
    if (seen..=seen + kills).contains(&kept) {
        Ok(())
    } else {
        Err(format!("{seen} calls were seen, {kept} are in the ledger"))
    }
}

impl Outcome {
    pub(crate) fn is_broken(&self) -> bool {
        matches!(self, Self::Broken(_))
    }
}
