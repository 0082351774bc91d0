//! `file`: reads, writes and finds files in the folders that the run was given.

use std::{
    io::{Read, Write as _},
    path::{Path, PathBuf},
};

use cap_std::fs::OpenOptions;
use domain::ErrorCode;
use globset::GlobBuilder;
use pipeline::Capability;
use serde_json::Value;
use walkdir::WalkDir;

use super::{
    Answer, StepCall, StepError,
    config::Config,
    values::{done, plain},
};
use crate::pipelines::{
    roots::{Inside, Roots, unusable},
    triggers,
};

/// The largest file that is read or written, in bytes.
const LARGEST: u64 = 16 << 20;
/// How many files are found unless told, and at most.
const FOUND: (usize, usize) = (1000, 100_000);
/// How many files are looked at for a pattern.
const LOOKED_AT: usize = 1_000_000;

pub(super) async fn run(call: StepCall) -> Answer {
    call.allowed.check(Capability::Files)?;
    let roots = Roots::of(&call).await;
    announce(&call).await?;
    let work = move || {
        let config = Config::new(&call.input);
        let path = config.text("path")?;
        match config.text("op")? {
            "read" => read(&roots.find(path)?),
            "write" => write(&roots.find(path)?, &plain(config.needed("content")?), &call.idempotency_key),
            "append" => append(&roots.find(path)?, &plain(config.needed("content")?)),
            "glob" => glob(&roots, path, config),
            other => Err(StepError::invalid(format!(
                "There is no file operation \"{other}\". Use read, write, append or glob."
            ))),
        }
    };
    tokio::task::spawn_blocking(work).await.unwrap_or_else(|_| {
        Err(StepError::new(ErrorCode::Interrupted, "Web+ is ending. The step can be run again."))
    })
}

/// What a run is about to write begins no run of the same pipeline.
async fn announce(call: &StepCall) -> Result<(), StepError> {
    let config = Config::new(&call.input);
    let op = config.text("op")?;
    if !["write", "append"].contains(&op) {
        return Ok(());
    }
    let (roots, path) = (Roots::of(call).await, config.text("path")?.to_owned());
    let content = plain(config.needed("content")?);
    let add = op == "append";
    let found = tokio::task::spawn_blocking(move || {
        let inside = roots.find(&path)?;
        let mut bytes = if add { std::fs::read(&inside.path).unwrap_or_default() } else { Vec::new() };
        bytes.extend_from_slice(content.as_bytes());
        Ok::<_, StepError>((inside.path, bytes))
    });
    let found = found
        .await
        .map_err(|_| StepError::new(ErrorCode::Interrupted, "Web+ is ending. The step can be run again."))?;
    let (path, bytes) = found?;
    let run = call.run;
    let row = call.app.store.read(move |conn| store::runs::get_whole(conn, run)).await;
    // A step that is tried by itself has no run.
    let depth = row.map_or(0, |row| row.depth);
    triggers::will_write(&call.app, &call.definition.id, depth, &path, &bytes).await?;
    Ok(())
}

fn read(inside: &Inside) -> Answer {
    let told = |error| unusable(&inside.path, &error);
    if inside.rest.as_os_str().is_empty() {
        return Err(told(std::io::ErrorKind::IsADirectory.into()));
    }
    let mut file = inside.dir.open(&inside.rest).map_err(told)?;
    let about = file.metadata().map_err(told)?;
    if !about.is_file() {
        return Err(StepError::invalid(format!("{} is not a file.", inside.path.display())));
    }
    let mut bytes = Vec::new();
    Read::take(&mut file, LARGEST + 1).read_to_end(&mut bytes).map_err(told)?;
    if bytes.len() as u64 > LARGEST {
        return Err(too_large(&inside.path));
    }
    let size = bytes.len();
    let text = String::from_utf8(bytes).map_err(|_| {
        StepError::invalid(format!(
            "{} is not text in UTF-8. Convert it, or leave it out.",
            inside.path.display()
        ))
    })?;
    Ok(done([("text", text.into()), ("path", shown(&inside.path)), ("size", size.into())]))
}

/// In one go: written beside it, forced to the disk, renamed.
fn write(inside: &Inside, content: &str, key: &str) -> Answer {
    let told = |error| unusable(&inside.path, &error);
    if content.len() as u64 > LARGEST {
        return Err(too_large(&inside.path));
    }
    let name = inside.rest.file_name().ok_or_else(|| told(std::io::ErrorKind::IsADirectory.into()))?;
    let parent = inside.rest.parent().unwrap_or(Path::new(""));
    if !parent.as_os_str().is_empty() {
        inside.dir.create_dir_all(parent).map_err(told)?;
    }
    let unfinished: String = key.chars().filter(char::is_ascii_alphanumeric).take(16).collect();
    let unfinished = parent.join(format!(".{}.{unfinished}.new", name.to_string_lossy()));
    let written = (|| {
        let mut options = OpenOptions::new();
        let mut file = inside.dir.open_with(&unfinished, options.write(true).create(true).truncate(true))?;
        file.write_all(content.as_bytes())?;
        file.sync_all()?;
        inside.dir.rename(&unfinished, &inside.dir, &inside.rest)
    })();
    if let Err(error) = written {
        inside.dir.remove_file(&unfinished).ok();
        return Err(told(error));
    }
    Ok(done([("path", shown(&inside.path)), ("size", content.len().into())]))
}

fn append(inside: &Inside, content: &str) -> Answer {
    let told = |error| unusable(&inside.path, &error);
    let mut options = OpenOptions::new();
    let mut file = inside.dir.open_with(&inside.rest, options.append(true).create(true)).map_err(told)?;
    // From here on it may have happened.
    let unknown = |error| StepError { unknown: true, ..told(error) };
    file.write_all(content.as_bytes()).map_err(unknown)?;
    file.sync_all().map_err(unknown)?;
    let size = file.metadata().map_err(unknown)?.len();
    Ok(done([("path", shown(&inside.path)), ("size", size.into())]))
}

/// Files only, links not followed, sorted.
fn glob(roots: &Roots, path: &str, config: Config<'_>) -> Answer {
    let folder = roots.folder(path)?;
    let pattern = config.optional_text("pattern")?.filter(|pattern| !pattern.is_empty()).unwrap_or("**/*");
    let limit = config.count("limit")?.unwrap_or(FOUND.0).min(FOUND.1);
    let matcher = GlobBuilder::new(pattern)
        .literal_separator(true)
        .build()
        .map_err(|error| {
            StepError::invalid(format!("The pattern can't be used ({error}). Correct \"pattern\"."))
        })?
        .compile_matcher();
    let walk = WalkDir::new(&folder).follow_links(false).sort_by_file_name().into_iter();
    let mut found: Vec<PathBuf> = walk
        .filter_entry(|entry| entry.file_name() != ".git")
        .flatten()
        .take(LOOKED_AT)
        .filter(|entry| entry.file_type().is_file())
        .filter(|entry| entry.path().strip_prefix(&folder).is_ok_and(|rest| matcher.is_match(rest)))
        .map(walkdir::DirEntry::into_path)
        .take(limit)
        .collect();
    found.sort();
    let count = found.len();
    let paths: Vec<Value> = found.iter().map(|path| shown(path)).collect();
    Ok(done([("paths", paths.into()), ("path", shown(&folder)), ("size", count.into())]))
}

fn too_large(path: &Path) -> StepError {
    StepError::new(
        ErrorCode::TooLarge,
        format!("{} is larger than {} MB. Split it before this step.", path.display(), LARGEST >> 20),
    )
}

fn shown(path: &Path) -> Value {
    Value::String(path.to_string_lossy().into_owned())
}
