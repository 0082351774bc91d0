//! Looks at the folders whenever something changes in them. The system tells; where it can't (a network's folder, say), or told
//! nothing, a look twice a minute finds it all the same.

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
    time::Duration,
};

use domain::Actor;
use notify::{RecommendedWatcher, RecursiveMode, Watcher as _};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::{ENDING, scan, verbs};
use crate::App;

/// The longest that nobody looks.
const LOOK: Duration = Duration::from_secs(30);
/// Writing takes several steps, and git changes many files: so long must it be quiet.
const QUIET: Duration = Duration::from_millis(150);
/// Where it never is, so long is waited at most.
const LONGEST: Duration = Duration::from_secs(2);

/// Begins to look at the folders that are named.
pub(crate) fn begin(app: &App) {
    let of_task = app.clone();
    app.tasks.spawn("definition-files", |shutdown| keep(of_task, shutdown));
}

async fn keep(app: App, shutdown: CancellationToken) {
    let (tell, mut told) = mpsc::unbounded_channel::<()>();
    let mut watchers: HashMap<PathBuf, RecommendedWatcher> = HashMap::new();
    loop {
        let folders = match verbs::named(&app, Actor::LOCAL).await {
            Ok(folders) => folders,
            Err(error) => {
                tracing::warn!(%error, "the folders of pipelines could not be looked up");
                watchers.keys().cloned().collect()
            }
        };
        watchers.retain(|folder, _| folders.contains(folder) && folder.is_dir());
        // Watched before it is looked at: what changes in between is seen by one of the two.
        for folder in &folders {
            if !watchers.contains_key(folder)
                && let Some(watcher) = watch(folder, tell.clone())
            {
                watchers.insert(folder.clone(), watcher);
            }
        }
        let turn = app.pipelines.files.turn.lock().await;
        if let Err(error) = scan::all(&app, Actor::LOCAL, &folders).await {
            tracing::warn!(%error, "the files of pipelines could not be read");
        }
        drop(turn);
        tokio::select! {
            () = shutdown.cancelled() => return,
            () = app.pipelines.files.again.notified() => {}
            () = tokio::time::sleep(LOOK), if !folders.is_empty() => {}
            Some(()) = told.recv() => settle(&mut told).await,
        }
    }
}

/// Waits until nothing was told for a moment.
async fn settle(told: &mut mpsc::UnboundedReceiver<()>) {
    let all = async { while tokio::time::timeout(QUIET, told.recv()).await.is_ok() {} };
    let _either = tokio::time::timeout(LONGEST, all).await;
}

fn watch(folder: &Path, tell: mpsc::UnboundedSender<()>) -> Option<RecommendedWatcher> {
    let concerns = |event: &notify::Event| {
        // A folder that comes or goes takes its files along, and has no ending.
        !event.kind.is_access()
            && event.paths.iter().any(|path| {
                let name =
                    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
                name.ends_with(ENDING) || !name.contains('.')
            })
    };
    let mut watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
        if event.is_ok_and(|event| concerns(&event)) {
            let _gone = tell.send(());
        }
    })
    .inspect_err(|error| tracing::warn!(%error, "files of pipelines are looked at twice a minute only"))
    .ok()?;
    watcher.watch(folder, RecursiveMode::Recursive).ok()?;
    Some(watcher)
}
