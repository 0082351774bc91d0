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
    loop {
        let (wait, folders) = match look(&app, &mut hashed).await {
            Ok(looked) => looked,
            Err(error) => {
                tracing::warn!(%error, "watched folders could not be looked at");
                (LOOK, watchers.keys().cloned().collect())
            }
        };
        watchers.retain(|folder, _| folders.contains(folder));
        for folder in folders {
            if !watchers.contains_key(&folder)
                && let Some(watcher) = watch(&folder, tell.clone())
            {
                watchers.insert(folder, watcher);
                // What came before it was watched is found at once.
                let _ours = tell.send(());
            }
        }
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

fn watch(folder: &Path, tell: mpsc::UnboundedSender<()>) -> Option<RecommendedWatcher> {
    let mut watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
        if event.is_ok_and(|event| !event.kind.is_access()) {
            let _gone = tell.send(());
        }
    })
    .inspect_err(|error| tracing::warn!(%error, "folders are looked at once a minute only"))
    .ok()?;
    watcher.watch(folder, RecursiveMode::Recursive).ok()?;
    Some(watcher)
}

/// Begins what is due and says when to look again, and which folders to watch.
async fn look(app: &App, hashed: &mut Hashed) -> Result<(Duration, BTreeSet<PathBuf>), Error> {
    let rows = app.store.read(|conn| store::triggers::enabled(conn, "watch")).await?;
    let (mut wait, mut folders) = (LOOK, BTreeSet::new());
    for row in rows {
        let Ok(place) = Place::of(&row.config) else { continue };
        folders.insert(place.folder.clone());
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
