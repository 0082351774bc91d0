//! Which folders a run may reach: those it was given as inputs, and the working copies that it made. Never the application's own
//! folder, where its database and its settings are, also where that lies inside of such a folder.

use std::{
    collections::BTreeMap,
    path::{Component, Path, PathBuf},
};

use cap_std::{ambient_authority, fs::Dir};
use domain::{Actor, ErrorCode, RunId, RunOrigin};
use pipeline::Definition;
use serde_json::Value;

use super::{
    step::{StepCall, StepError},
    values,
};
use crate::App;

/// A run that was run again from a step on, that one again, and so on: so many are looked at.
const EARLIER: usize = 16;

/// The folders and files of a run.
#[derive(Debug, Clone, Default)]
pub(crate) struct Roots {
    folders: Vec<PathBuf>,
    files: Vec<PathBuf>,
    /// The application's own folder.
    own: PathBuf,
    /// The working copies that runs made: inside of `own`, and allowed.
    worktrees: PathBuf,
}

/// A file inside of a root.
pub(crate) struct Inside {
    /// The root, opened: what leads out of it, by `..` or by a link, is refused when it is opened.
    pub dir: Dir,
    /// From the root on; empty for the root itself.
    pub rest: PathBuf,
    /// The whole path.
    pub path: PathBuf,
}

impl Roots {
    pub(crate) async fn of(call: &StepCall) -> Self {
        let named = call.context.get("inputs").unwrap_or(&Value::Null);
        Self::of_run(&call.app, call.actor, call.run, &call.definition, named).await
    }

    /// The same of a run as it is kept; `named` stands in for inputs of one that isn't.
    pub(crate) async fn of_run(
        app: &App,
        actor: Actor,
        run: RunId,
        definition: &Definition,
        named: &Value,
    ) -> Self {
        let own = real(&app.options.data_dir);
        let worktrees = own.join("worktrees");
        let runs = runs(app, actor, run).await;
        let given = given(app, run, definition).await;
        let folders = runs.into_iter().map(|run| worktrees.join(run.to_string())).collect();
        let mut roots = Self { folders, files: Vec::new(), own, worktrees };
        for (name, input) in &definition.inputs {
            let named = named.get(name);
            roots.add(&input.kind, given.get(name).or(named).unwrap_or(&Value::Null));
        }
        roots
    }

    fn add(&mut self, kind: &str, value: &Value) {
        match (kind, value) {
            ("dir", Value::String(path)) if !path.is_empty() => self.folders.push(PathBuf::from(path)),
            ("file" | "image" | "audio", Value::String(path)) if !path.is_empty() => {
                self.files.push(PathBuf::from(path));
            }
            (list, Value::Array(values)) => {
                if let Some(kind) = list.strip_prefix("list<").and_then(|kind| kind.strip_suffix('>')) {
                    for value in values {
                        self.add(kind, value);
                    }
                }
            }
            _ => {}
        }
    }

    /// The path inside of the root that it lies in.
    pub(crate) fn find(&self, path: &str) -> Result<Inside, StepError> {
        let path = plain(Path::new(path))?;
        let in_folder = self.folders.iter().find_map(|folder| {
            let folder = plain(folder).ok()?;
            let rest = path.strip_prefix(&folder).ok()?.to_owned();
            Some((folder, rest))
        });
        let in_file = || {
            let file = self.files.iter().find(|file| plain(file).is_ok_and(|file| file == path))?;
            Some((file.parent()?.to_owned(), PathBuf::from(file.file_name()?)))
        };
        let Some((root, rest)) = in_folder.or_else(in_file) else {
            return Err(StepError::new(
                ErrorCode::Forbidden,
                format!(
                    "{} is in none of the folders that this run was given. Give its folder as an input of the type \"dir\".",
                    path.display()
                ),
            ));
        };
        self.keep_out(&path)?;
        let dir =
            Dir::open_ambient_dir(&root, ambient_authority()).map_err(|error| unusable(&root, &error))?;
        Ok(Inside { dir, rest, path })
    }

    /// The folder itself, real, for a program that works in it.
    pub(crate) fn folder(&self, path: &str) -> Result<PathBuf, StepError> {
        let inside = self.find(path)?;
        let folder = inside.path.canonicalize().map_err(|error| unusable(&inside.path, &error))?;
        let within = self.folders.iter().any(|root| folder.starts_with(real(root)));
        if !within {
            return Err(StepError::new(
                ErrorCode::Forbidden,
                format!("{} leads out of the folder that this run was given.", inside.path.display()),
            ));
        }
        self.keep_out(&folder)?;
        Ok(folder)
    }

    /// Refuses what lies in the application's own folder, links followed as far as there is something.
    fn keep_out(&self, path: &Path) -> Result<(), StepError> {
        let real = real(path);
        if real.starts_with(&self.own) && !real.starts_with(&self.worktrees) {
            return Err(StepError::new(
                ErrorCode::Forbidden,
                format!("{} belongs to Web+ itself; no step reads or writes there.", path.display()),
            ));
        }
        Ok(())
    }
}

/// This run and those that it took results over from: their working copies are its own, too.
async fn runs(app: &App, actor: Actor, run: RunId) -> Vec<RunId> {
    let mut found = vec![run];
    while found.len() < EARLIER {
        let (owner, id) = (actor.user_id, found.last().copied().unwrap_or(run));
        let run = app.store.read(move |conn| store::runs::get(conn, owner, id)).await;
        match run.map(|run| run.origin) {
            Ok(RunOrigin::Rerun { run_id }) => found.push(run_id),
            _ => break,
        }
    }
    found
}

/// The run's inputs that may name a folder or a file, whether the step's own texts name them or not.
async fn given(app: &App, run: RunId, definition: &Definition) -> BTreeMap<String, Value> {
    let Ok(row) = app.store.read(move |conn| store::runs::get_whole(conn, run)).await else {
        return BTreeMap::new();
    };
    let mut found = BTreeMap::new();
    for (name, stored) in row.input {
        let kind = definition.inputs.get(&name).map(|input| input.kind.as_str()).unwrap_or_default();
        if ["dir", "file", "image", "audio"].iter().any(|place| kind.contains(place))
            && let Ok(value) = values::load(app, &stored).await
        {
            found.insert(name, value);
        }
    }
    found
}

/// Removes the working copies of a run that is gone. Their repositories notice by themselves.
pub(crate) async fn forget(app: &App, run: RunId) {
    let folder = app.options.data_dir.join("worktrees").join(run.to_string());
    let removed = tokio::task::spawn_blocking(move || std::fs::remove_dir_all(folder)).await;
    if let Ok(Err(error)) = removed
        && error.kind() != std::io::ErrorKind::NotFound
    {
        tracing::warn!(%error, %run, "the working copies of a run could not be removed");
    }
}

/// Absolute, without `.` and `..`.
fn plain(path: &Path) -> Result<PathBuf, StepError> {
    if !path.is_absolute() {
        return Err(StepError::invalid(format!(
            "\"{}\" is not a whole path. Begin it with a folder that is an input, as in \"{{{{ inputs.folder }}}}/notes.md\".",
            path.display()
        )));
    }
    let mut found = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => {
                found.pop();
            }
            Component::CurDir => {}
            other => found.push(other),
        }
    }
    Ok(found)
}

/// The path with links followed, as far as it exists.
fn real(path: &Path) -> PathBuf {
    let mut rest = Vec::new();
    let mut at = path;
    loop {
        if let Ok(found) = at.canonicalize() {
            return rest.iter().rev().fold(found, |path, part| path.join(part));
        }
        match (at.parent(), at.file_name()) {
            (Some(parent), Some(name)) => {
                rest.push(name.to_owned());
                at = parent;
            }
            _ => return path.to_owned(),
        }
    }
}

/// Why a file can't be used, as a sentence.
pub(crate) fn unusable(path: &Path, error: &std::io::Error) -> StepError {
    use std::io::ErrorKind;
    let shown = path.display();
    let (code, message) = match error.kind() {
        ErrorKind::NotFound => (ErrorCode::NotFound, format!("{shown} isn't there. Check the path.")),
        ErrorKind::PermissionDenied => (
            ErrorCode::Forbidden,
            format!(
                "{shown} may not be used: the system forbids it, or it leads out of the folder that this run was given."
            ),
        ),
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => (
            ErrorCode::DiskFull,
            format!("The disk is full: {shown} was not written. Free some space, then run the step again."),
        ),
        ErrorKind::IsADirectory => (ErrorCode::InvalidInput, format!("{shown} is a folder; name a file.")),
        ErrorKind::NotADirectory => (ErrorCode::InvalidInput, format!("{shown} is not a folder.")),
        _ => (ErrorCode::InvalidInput, format!("{shown} can't be used ({error}).")),
    };
    StepError::new(code, message)
}
