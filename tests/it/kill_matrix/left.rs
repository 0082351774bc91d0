//! What a kill left, before anybody mends it: what was told stands, nothing that was completed is gone, and nothing was asked
//! outside of which the folder knows nothing.

use std::{collections::BTreeSet, path::Path};

use serde_json::Value;
use webplus_tests::rows;

use super::{
    check,
    play::{Fixture, Stage},
};

/// What is so of every wreck of a play, and what it says of itself.
#[derive(Debug, Default)]
pub(crate) struct Wrecks {
    /// What was completed so far: it must stay so.
    completed: BTreeSet<String>,
    /// How the disk and the world outside stood after each kill.
    pub states: Vec<String>,
}

impl Wrecks {
    /// Holds the wreck of the newest kill against what must be true of any; `told` is what the killed process had printed.
    pub(crate) fn judge(
        &mut self,
        stage: &Stage,
        fixture: &Fixture,
        case: &str,
        data: &Path,
        told: &[u8],
    ) -> Result<(), String> {
        let kills = self.states.len() + 1;
        self.states.push(state(stage, case, data));
        let judged = check::whole(data)
            .and_then(|()| check::nothing_twice(data))
            .and_then(|()| check::journals(data))
            .and_then(|()| nothing_hangs(data))
            .and_then(|()| check::outside(stage, fixture, case, kills))
            .and_then(|()| check::ledger(stage, data, case, kills))
            .and_then(|()| what_was_told_stands(data, &String::from_utf8_lossy(told)))
            .and_then(|()| self.all_is_still_there(data));
        judged.map_err(|error| format!("after kill {kills}: {error}"))
    }

    /// Also for the end, when nobody was killed since.
    pub(crate) fn all_is_still_there(&mut self, data: &Path) -> Result<(), String> {
        let now = completed(data);
        let gone: Vec<&String> = self.completed.difference(&now).collect();
        if !gone.is_empty() {
            return Err(format!("lost: {gone:?}"));
        }
        self.completed = now;
        Ok(())
    }
}

/// What a folder says was completed: it must still be so after any recovery.
pub(crate) fn completed(data: &Path) -> BTreeSet<String> {
    let all = rows(
        data,
        "SELECT 'step ' || hex(run_id) || scope || '/' || node || ' ' || status || ' ' || coalesce(result, '') FROM step_runs
             WHERE status IN ('succeeded', 'skipped')
         UNION ALL SELECT 'attempt ' || hex(run_id) || scope || '/' || node || ' ' || number FROM attempts WHERE outcome = 'succeeded'
         UNION ALL SELECT 'entry ' || hex(run_id) || seq || ' ' || kind || ' ' || body FROM journal
         UNION ALL SELECT 'run ' || hex(id) FROM runs",
    );
    all.into_iter().collect()
}

/// A large value that is held is there; one that nobody holds yet may be there too.
fn nothing_hangs(data: &Path) -> Result<(), String> {
    let (held, there) = check::held_and_there(data);
    if held.is_subset(&there) {
        Ok(())
    } else {
        Err(format!("values held: {held:?}; values there: {there:?}"))
    }
}

/// Whatever was printed of a run or a step was on the disk before it was printed.
fn what_was_told_stands(data: &Path, told: &str) -> Result<(), String> {
    for line in told.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok()) {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let run = text(&line["run"]).replace('-', "");
        let holds = match line["type"].as_str() {
            Some("run.changed") => {
                let run = text(&line["id"]).replace('-', "");
                let seq = line["seq"].as_u64().unwrap_or_default();
                format!("SELECT 1 FROM runs WHERE id = x'{run}' AND seq >= {seq}")
            }
            Some("step.changed") if line["step"]["status"] == "succeeded" => {
                let (scope, node) = (text(&line["step"]["scope"]), text(&line["step"]["node"]));
                format!(
                    "SELECT 1 FROM step_runs WHERE run_id = x'{run}' AND scope = '{scope}' AND node = '{node}' AND status = 'succeeded'"
                )
            }
            _ => continue,
        };
        if rows(data, &holds).is_empty() {
            return Err(format!("told and not kept: {line}"));
        }
    }
    Ok(())
}

/// The disk and the world outside, without what differs from play to play: where two are equal, what follows is too.
fn state(stage: &Stage, case: &str, data: &Path) -> String {
    let mut lines = rows(
        data,
        "SELECT 'run ' || status || ' ' || seq || ' ' || cancelling FROM runs
         UNION ALL SELECT 'step ' || scope || '/' || node || ' ' || status || ' ' || tries FROM step_runs
         UNION ALL SELECT 'attempt ' || scope || '/' || node || ' ' || number || ' ' || outcome FROM attempts
         UNION ALL SELECT 'timer ' || scope || '/' || node || ' ' || kind FROM timers
         UNION ALL SELECT 'signal ' || node || ' ' || (applied_at IS NULL) FROM signals
         UNION ALL SELECT 'call ' || outcome FROM calls
         UNION ALL SELECT 'value ' || hash FROM blob_refs
         UNION ALL SELECT 'event ' || topic FROM outbox
         UNION ALL SELECT 'delivery ' || topic || ' ' || state || ' ' || tries FROM deliveries",
    );
    lines.extend(check::held_and_there(data).1);
    lines.extend(stage.seen(case).into_iter().map(|seen| format!("asked {}", seen.what)));
    lines.extend(
        stage.oracle.seen(&check::run_id(data)).into_iter().map(|seen| format!("told {}", seen.what)),
    );
    // A log that was moved into the database, and one that wasn't, are two ways to begin.
    let log = std::fs::metadata(data.join("webplus.db-wal")).map_or(0, |file| file.len());
    lines.push(format!("log {}", log > 0));
    lines.sort_unstable();
    lines.join("\n")
}
