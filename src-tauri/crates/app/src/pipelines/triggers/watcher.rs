//! Watches the folders of triggers. The system tells when something changed; where it can't (a network's folder, say), or told
//! nothing, a look once a minute finds it all the same.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap, VecDeque},
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
    time::Duration,
};

use notify::{RecommendedWatcher, RecursiveMode, Watcher as _};
use serde_json::{Value, json};
use store::triggers::TriggerRow;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::{
    occur::{self, Occurrence},
    watch::{Hashed, Look, MOST, Place, Seen, content_hash},
};
use crate::{App, Error, events::Event};

/// The longest that nobody looks.
const LOOK: Duration = Duration::from_mins(1);
/// What our own runs wrote, at most so many.
const WRITTEN: usize = 10_000;
/// How Linux says that no further watcher may be made.
const TOO_MANY_OPEN: i32 = 24;

/// Folders with the pipelines that watch them.
type Folders = BTreeMap<PathBuf, BTreeSet<String>>;
/// Folders that the system doesn't watch for us, and why.
pub(super) type Polled = BTreeMap<PathBuf, String>;

/// What runs of ours wrote: by path, what it held and how many causes lie behind it.
#[derive(Default)]
pub(crate) struct Written(Mutex<VecDeque<(PathBuf, String, u32)>>);

impl Written {
    fn put(&self, path: PathBuf, hash: String, depth: u32) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|(other, _, _)| *other != path);
        if all.len() >= WRITTEN {
            all.pop_front();
        }
        all.push_back((path, hash, depth));
    }

    fn depth(&self, path: &Path, hash: &str) -> Option<u32> {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.iter().find(|(other, held, _)| other == path && held == hash).map(|(_, _, depth)| *depth)
    }
}

/// A run is about to write a file: that doesn't begin another run of the same pipeline, and whatever else it begins has one
/// cause more behind it. Told before it is written, so that a crash in between changes nothing about that.
pub(crate) async fn will_write(
    app: &App,
    pipeline: &str,
    depth: u32,
    path: &Path,
    content: &[u8],
) -> Result<(), Error> {
    let hash = content_hash(content);
    app.pipelines.triggers.written.put(path.to_owned(), hash.clone(), depth);
    let rows = app.store.read(|conn| store::triggers::enabled(conn, "watch")).await?;
    let own = rows.into_iter().filter(|row| row.pipeline_id == pipeline);
    let own: Vec<_> = own.filter(|row| Place::of(&row.config).is_ok_and(|place| place.has(path))).collect();
    if own.is_empty() {
        return Ok(());
    }
    let name = path.to_string_lossy().into_owned();
    let write = app.store.write(move |conn| {
        for row in own {
            let row = store::triggers::get(conn, row.owner_id, &row.pipeline_id, &row.trigger_id)?;
            // One that never looked learns of everything at its first look.
            if let Some(mut seen) = seen(&row) {
                seen.insert(name.clone(), hash.clone());
                store::triggers::advance(conn, &row, &cursor(&seen), None, row.last_error.as_deref())?;
            }
        }
        Ok(())
    });
    Ok(write.await?)
}

/// Until the application ends.
pub(super) async fn keep(app: App, shutdown: CancellationToken) {
    let (tell, mut told) = mpsc::unbounded_channel::<()>();
    let mut watchers: HashMap<PathBuf, RecommendedWatcher> = HashMap::new();
    let mut hashed = Hashed::new();
    let mut folders = Folders::new();
    loop {
        let wait = match look(&app, &mut hashed).await {
            Ok((wait, looked)) => {
                folders = looked;
                wait
            }
            Err(error) => {
                tracing::warn!(%error, "watched folders could not be looked at");
                LOOK
            }
        };
        watchers.retain(|folder, _| folders.contains_key(folder));
        let mut polled = Polled::new();
        for folder in
            folders.keys().filter(|folder| !watchers.contains_key(*folder)).cloned().collect::<Vec<_>>()
        {
            match watch(&folder, tell.clone()) {
                Ok(watcher) => {
                    watchers.insert(folder, watcher);
                    // What came before it was watched is found at once.
                    let _ours = tell.send(());
                }
                Err(error) => drop(polled.insert(folder.clone(), why(&folder, &error))),
            }
        }
        noted(&app, &folders, polled);
        tokio::select! {
            () = shutdown.cancelled() => return,
            () = app.pipelines.triggers.watches.notified() => {}
            () = tokio::time::sleep(wait) => {}
            Some(()) = told.recv() => {
                // Many changes at once are one look.
                while told.try_recv().is_ok() {}
            }
        }
    }
}

fn watch(folder: &Path, tell: mpsc::UnboundedSender<()>) -> notify::Result<RecommendedWatcher> {
    let mut watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
        if event.is_ok_and(|event| !event.kind.is_access()) {
            let _gone = tell.send(());
        }
    })?;
    watcher.watch(folder, RecursiveMode::Recursive)?;
    Ok(watcher)
}

/// Why the system doesn't tell when something changes in a folder, and what to do about it.
fn why(folder: &Path, error: &notify::Error) -> String {
    let absent = |error: &std::io::Error| error.kind() == std::io::ErrorKind::NotFound;
    let once = "is looked at once a minute";
    match &error.kind {
        notify::ErrorKind::PathNotFound => {
            format!("{} isn't there yet. Whether it is {once}.", shown(folder))
        }
        notify::ErrorKind::Io(error) if absent(error) => {
            format!("{} isn't there yet. Whether it is {once}.", shown(folder))
        }
        notify::ErrorKind::MaxFilesWatch => format!(
            "The system watches no more folders, so {} {once}. Raise its limit, fs.inotify.max_user_watches, or watch a smaller folder.",
            shown(folder)
        ),
        notify::ErrorKind::Io(error) if error.raw_os_error() == Some(TOO_MANY_OPEN) => format!(
            "Too many programs watch folders, so {} {once}. Raise the system's limit, fs.inotify.max_user_instances, or close some.",
            shown(folder)
        ),
        _ => format!("The system doesn't tell of changes in {} ({error}), so it {once}.", shown(folder)),
    }
}

/// Keeps why folders are only looked at, for who looks at their triggers, and says where that is new.
fn noted(app: &App, folders: &Folders, polled: Polled) {
    let before = std::mem::replace(
        &mut *app.pipelines.triggers.polled.lock().unwrap_or_else(PoisonError::into_inner),
        polled.clone(),
    );
    for (folder, pipelines) in folders {
        let now = polled.get(folder);
        if before.get(folder) == now {
            continue;
        }
        if let Some(why) = now {
            tracing::info!(why, "a folder is only looked at once a minute");
        }
        for pipeline in pipelines {
            app.bus.publish(Event::TriggerChanged { pipeline_id: pipeline.clone() });
        }
    }
}

/// Why the trigger's folder is only looked at, if it is.
pub(super) fn note(app: &App, row: &TriggerRow) -> Option<String> {
    if row.kind != "watch" || !row.enabled {
        return None;
    }
    let place = Place::of(&row.config).ok()?;
    app.pipelines.triggers.polled.lock().unwrap_or_else(PoisonError::into_inner).get(&place.folder).cloned()
}

/// Begins what is due and says when to look again, and which folders to watch.
async fn look(app: &App, hashed: &mut Hashed) -> Result<(Duration, Folders), Error> {
    let rows = app.store.read(|conn| store::triggers::enabled(conn, "watch")).await?;
    let (mut wait, mut folders) = (LOOK, Folders::new());
    for row in rows {
        let Ok(place) = Place::of(&row.config) else { continue };
        folders.entry(place.folder.clone()).or_default().insert(row.pipeline_id.clone());
        let soon = place.debounce.max(Duration::from_millis(100));
        match one(app, row, place, hashed).await {
            Ok(false) => {}
            Ok(true) => wait = wait.min(soon),
            Err(error) => tracing::warn!(%error, "a watched folder could not begin its run"),
        }
    }
    Ok((wait, folders))
}

/// Whether to look again soon.
async fn one(app: &App, row: TriggerRow, place: Place, hashed: &mut Hashed) -> Result<bool, Error> {
    let first = seen(&row).is_none();
    let known = seen(&row).unwrap_or_default();
    let (mut cache, of_look) = (std::mem::take(hashed), known.clone());
    let looked = tokio::task::spawn_blocking(move || {
        // Against the files' own times, which a test's clock doesn't set.
        let now = newest_now();
        let look = place.look(&of_look, &mut cache, now);
        (look, cache)
    });
    let (look, cache) =
        looked.await.map_err(|_| Error::new(domain::ErrorCode::Interrupted, "Web+ is ending."))?;
    *hashed = cache;
    if hashed.len() > MOST * 4 {
        hashed.clear();
    }
    let note = look
        .too_many
        .then(|| format!("More than {MOST} files match; the others aren't watched. Make `glob` narrower."));
    let soon = look.unsettled;
    if first {
        // What was there when it was switched on begins nothing.
        if !soon {
            let all: Seen = look.found.iter().map(|found| (shown(&found.path), found.hash.clone())).collect();
            settle(app, &row, &all, note).await?;
        }
        return Ok(soon);
    }
    begin(app, row, known, look, note).await?;
    Ok(soon)
}

async fn begin(
    app: &App,
    row: TriggerRow,
    mut known: Seen,
    look: Look,
    note: Option<String>,
) -> Result<(), Error> {
    let there: BTreeSet<&str> = look.still_there.iter().map(String::as_str).collect();
    let before = known.len();
    known.retain(|path, _| {
        there.contains(path.as_str()) || look.found.iter().any(|found| shown(&found.path) == *path)
    });
    if look.found.is_empty() {
        if known.len() != before || note != row.last_error {
            settle(app, &row, &known, note.or(row.last_error.clone())).await?;
        }
        return Ok(());
    }
    for found in look.found {
        let written = app.pipelines.triggers.written.depth(&found.path, &found.hash);
        known.insert(shown(&found.path), found.hash.clone());
        let name = found.path.file_name().map(|name| name.to_string_lossy().into_owned());
        let occurrence = Occurrence {
            trigger: row.clone(),
            // The cursor tells: a content that comes back is new.
            name: None,
            event: json!({
                "type": if found.is_new { "file.new" } else { "file.changed" },
                "at": occur::time(app.clock.now()),
                "path": shown(&found.path),
                "name": name,
                "folder": found.path.parent().map(shown),
                "size": found.size,
                "hash": found.hash,
                "content": found.text,
            }),
            cursor: cursor(&known),
            next_at: None,
            depth: written.map_or(0, |depth| depth + 1),
            note: note.clone(),
        };
        occur::begin(app, occurrence).await?;
    }
    app.bus.publish(Event::TriggerChanged { pipeline_id: row.pipeline_id });
    Ok(())
}

async fn settle(app: &App, row: &TriggerRow, all: &Seen, note: Option<String>) -> Result<(), Error> {
    let (row, kept) = (row.clone(), cursor(all));
    let write =
        app.store.write(move |conn| store::triggers::advance(conn, &row, &kept, None, note.as_deref()));
    match write.await {
        Ok(()) | Err(store::Error::NotFound) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// Files that were seen; `None` before the first look.
fn seen(row: &TriggerRow) -> Option<Seen> {
    let files = row.cursor.get("files")?.as_object()?;
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    Some(files.iter().map(|(path, hash)| (path.clone(), text(hash))).collect::<BTreeMap<_, _>>())
}

fn cursor(seen: &Seen) -> Value {
    json!({ "files": seen })
}

fn shown(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

#[allow(
    clippy::disallowed_methods,
    reason = "compared with the times of files, which the system's clock gave"
)]
fn newest_now() -> std::time::SystemTime {
    std::time::SystemTime::now()
}

#[cfg(test)]
mod tests {
    use notify::{Error, ErrorKind};

    use super::*;

    #[test]
    fn why_a_folder_is_only_looked_at_names_the_limit_and_what_to_do() {
        let told = |kind| why(Path::new("/inbox"), &Error::new(kind));
        assert!(told(ErrorKind::MaxFilesWatch).contains("Raise its limit, fs.inotify.max_user_watches"));
        let instances = std::io::Error::from_raw_os_error(TOO_MANY_OPEN);
        assert!(told(ErrorKind::Io(instances)).contains("fs.inotify.max_user_instances"));
        assert!(told(ErrorKind::PathNotFound).contains("/inbox isn't there yet"));
        assert!(told(ErrorKind::Generic("Odd.".into())).contains("(Odd.)"));
    }
}
