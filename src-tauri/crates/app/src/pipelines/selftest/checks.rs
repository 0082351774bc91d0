//! What was promised, held against what became of the crashed run.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    SelfTestCheck,
    child::{CALLS, ONCE},
    play::Played,
};

/// What the second Web+ found of its own run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Facts {
    pub status: String,
    pub error: Option<String>,
    pub outputs: BTreeMap<String, Value>,
    /// What breaks them, by promise.
    pub promises: BTreeMap<String, Vec<String>>,
    /// Rows of runs in the ledger.
    pub calls: u64,
}

/// What must be done once, each.
const ONCE_EACH: [&str; 5] = ["item 1", "item 2", "item 3", "item 4", "pay"];
/// What must be asked at least once, each.
const ASKED: [&str; 6] = ["item 1", "item 2", "item 3", "item 4", "last", "plan"];

/// All of them, in the order in which they are shown.
pub(super) fn all(calm: &Played, crashed: &Played, work: &Path) -> Vec<SelfTestCheck> {
    let facts = &crashed.facts;
    let done = lines(&work.join(ONCE));
    let asked = lines(&work.join(CALLS));
    let mut checks = vec![
        same_end(&calm.facts, facts),
        once(&done),
        at_least_once(&asked, crashed.kills),
        ledger(facts, asked.len() as u64, crashed.kills),
    ];
    let of_database = [
        ("never_again", "What was finished is never done again.", "No finished step has a later attempt."),
        ("ended", "Nothing is left that nobody works at.", "Every attempt has its end."),
        (
            "gap_free",
            "Each run's journal is without a gap.",
            "Every entry is there, numbered one after the other.",
        ),
        ("references", "No row refers to one that isn't there.", "Every reference leads somewhere."),
        ("integrity", "The database is whole.", "SQLite's own check found nothing."),
    ];
    for (id, title, fine) in of_database {
        let broken =
            facts.promises.get(id).cloned().unwrap_or_else(|| vec!["It wasn't looked at.".to_owned()]);
        let passed = broken.is_empty();
        checks.push(check(id, title, passed, if passed { fine.to_owned() } else { broken.join("; ") }));
    }
    checks
}

fn check(id: &str, title: &str, passed: bool, detail: String) -> SelfTestCheck {
    SelfTestCheck { id: id.to_owned(), title: title.to_owned(), passed, detail }
}

fn same_end(calm: &Facts, crashed: &Facts) -> SelfTestCheck {
    let passed =
        calm.status == "succeeded" && calm.status == crashed.status && calm.outputs == crashed.outputs;
    let detail = if passed {
        "Both runs succeeded with the same result.".to_owned()
    } else {
        let why = |facts: &Facts| facts.error.clone().map(|why| format!(" ({why})")).unwrap_or_default();
        format!(
            "Undisturbed the run {}{}, crashed it {}{}.",
            calm.status,
            why(calm),
            crashed.status,
            why(crashed)
        )
    };
    check("same_end", "A crashed run ends as one that wasn't.", passed, detail)
}

fn once(done: &[String]) -> SelfTestCheck {
    let mut sorted = done.to_vec();
    sorted.sort();
    let passed = sorted == ONCE_EACH;
    let detail = if passed {
        format!("{} lines were added to a file, each once.", done.len())
    } else {
        format!("Instead of {} each once, the file has: {}.", ONCE_EACH.join(", "), sorted.join(", "))
    };
    check("once", "What must not happen twice happened once.", passed, detail)
}

fn at_least_once(asked: &[String], kills: u32) -> SelfTestCheck {
    let mut times: BTreeMap<&str, u32> = BTreeMap::new();
    for one in asked {
        *times.entry(one.as_str()).or_default() += 1;
    }
    let names: BTreeSet<&str> = times.keys().copied().collect();
    let most = times.values().copied().max().unwrap_or(0);
    let passed = names == ASKED.into_iter().collect() && most <= 1 + kills;
    let detail = if passed {
        format!("{} questions took {} calls, cut-off ones included.", ASKED.len(), asked.len())
    } else {
        format!("The model was asked: {times:?}.")
    };
    check("at_least_once", "Every model call was made, again only where a crash cut it off.", passed, detail)
}

fn ledger(facts: &Facts, seen: u64, kills: u32) -> SelfTestCheck {
    let open = facts.promises.get("ledger").cloned().unwrap_or_default();
    // A crash between the row and the call leaves a row more.
    let passed = open.is_empty() && (seen..=seen + u64::from(kills) * 2).contains(&facts.calls);
    let detail = if passed {
        format!("{seen} calls were seen, and the ledger has a settled row for each.")
    } else {
        format!("{seen} calls were seen; the ledger has {} rows, open: {}.", facts.calls, open.len())
    };
    check("ledger", "No call is missing from the books.", passed, detail)
}

fn lines(file: &Path) -> Vec<String> {
    std::fs::read_to_string(file).unwrap_or_default().lines().map(str::to_owned).collect()
}
