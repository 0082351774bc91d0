//! Working copies of an earlier run, as they stood where a new run takes over from it: found before the new run is accepted, and
//! brought back before its first step. The earlier run's branches stay as they are.

use std::collections::BTreeSet;

use domain::{RunId, RunOrigin, StepStatus, StoredValue, UserId};
use pipeline::Definition;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use store::{runs::Values, step_runs::StepRow};

use super::super::blueprint::Blueprint;

/// A run that was run again from a step on, that one again, and so on: so many are looked at.
const EARLIER: usize = 16;

/// A working copy and the commit that it is to be at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Restore {
    /// The step that made it.
    pub node: String,
    /// The repository that it was made of.
    pub repo: String,
    /// Where it is, or was.
    pub path: String,
    /// What was committed last before the new run's first step.
    pub commit: String,
}

/// The working copies that a new run takes over. Steps in `fresh` are made anew, and what they had committed doesn't count.
pub(super) fn find(
    conn: &store::Connection,
    owner: UserId,
    run: RunId,
    blueprint: &Blueprint,
    fresh: &BTreeSet<String>,
) -> Result<Vec<Restore>, store::Error> {
    let definition = &blueprint.definition;
    let chain = chain(conn, owner, run)?;
    let mut found = Vec::new();
    for node in git_steps(definition, "worktree").filter(|node| !fresh.contains(*node)) {
        if blueprint.seat(node).is_none_or(|seat| seat.parent.is_some()) {
            continue;
        }
        let Some((made_by, made)) = really_run(conn, &chain, node)? else { continue };
        let input = store::attempts::newest_input(conn, made_by, "", node)?;
        let (Some(path), Some(first)) =
            (text(made.result.as_ref(), "path"), text(made.result.as_ref(), "commit"))
        else {
            continue;
        };
        let Some(repo) = named(input.as_ref(), "repo") else { continue };
        let mut newest = (made.step.finished_at, first);
        for committing in git_steps(definition, "commit").chain(git_steps(definition, "restore")) {
            let around = blueprint.around(committing);
            let top = around.first().copied().unwrap_or(committing);
            if fresh.contains(top) {
                continue;
            }
            let Some((by, _)) = really_run(conn, &chain, top)? else { continue };
            for row in store::step_runs::ended(conn, by, committing, 500)? {
                let input = store::attempts::newest_input(conn, by, &row.step.scope, committing)?;
                if named(input.as_ref(), "repo").as_deref() == Some(path.as_str())
                    && row.step.finished_at > newest.0
                    && let Some(commit) = text(row.result.as_ref(), "commit")
                {
                    newest = (row.step.finished_at, commit);
                }
            }
        }
        found.push(Restore { node: node.to_owned(), repo, path, commit: newest.1 });
    }
    Ok(found)
}

/// That run, the one that it took over from, and so on.
fn chain(conn: &store::Connection, owner: UserId, run: RunId) -> Result<Vec<RunId>, store::Error> {
    let mut chain = vec![run];
    while let Some(last) = chain.last().copied().filter(|_| chain.len() < EARLIER) {
        match store::runs::get(conn, owner, last) {
            Ok(run) => match run.origin {
                RunOrigin::Rerun { run_id } => chain.push(run_id),
                _ => break,
            },
            Err(store::Error::NotFound) => break,
            Err(error) => return Err(error),
        }
    }
    Ok(chain)
}

/// The run that made what a step's result says, where others took it over.
fn really_run(
    conn: &store::Connection,
    chain: &[RunId],
    node: &str,
) -> Result<Option<(RunId, StepRow)>, store::Error> {
    for run in chain {
        match store::step_runs::get(conn, *run, "", node) {
            Ok(row) if row.step.status == StepStatus::Reused => {}
            Ok(row) => return Ok(Some((*run, row))),
            Err(store::Error::NotFound) => return Ok(None),
            Err(error) => return Err(error),
        }
    }
    Ok(None)
}

fn git_steps<'a>(definition: &'a Definition, op: &'a str) -> impl Iterator<Item = &'a str> {
    let steps = definition
        .nodes
        .iter()
        .filter(move |node| node.kind == "git" && node.config.get("op").and_then(Value::as_str) == Some(op));
    steps.map(|node| node.id.as_str())
}

fn text(values: Option<&Values>, port: &str) -> Option<String> {
    match values?.get(port)? {
        StoredValue::Inline { value } => value.as_str().map(str::to_owned),
        StoredValue::Blob { .. } => None,
    }
}

fn named(input: Option<&StoredValue>, field: &str) -> Option<String> {
    match input? {
        StoredValue::Inline { value } => value[field].as_str().map(str::to_owned),
        StoredValue::Blob { .. } => None,
    }
}
