//! Backups of the database by themselves, so that there is one to go back to when its file is damaged.

use std::time::Duration;

use crate::App;

/// When it is looked whether a backup is due, which it is a day after the last one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BackupTimes {
    /// So long after the start for the first time: soon, since many sessions are short, but not while the first view is made.
    pub first: Duration,
    /// So often from then on.
    pub every: Duration,
}

impl Default for BackupTimes {
    fn default() -> Self {
        Self { first: Duration::from_mins(1), every: Duration::from_mins(30) }
    }
}

/// Makes a verified backup a day, as long as the application runs.
pub(crate) fn keep(app: &App) {
    if !app.condition().is_writable() {
        return;
    }
    let app = app.clone();
    let tasks = app.tasks.clone();
    let BackupTimes { first, every } = app.options.backups;
    tasks.spawn("backup", |shutdown| async move {
        let mut wait = first;
        loop {
            tokio::select! {
                () = shutdown.cancelled() => return,
                () = tokio::time::sleep(wait) => wait = every,
            }
            let now = app.clock.now();
            if app.store.backup_is_due(now)
                && let Err(error) = app.store.backup(now).await
            {
                tracing::warn!(%error, "the daily backup failed; it is tried again");
            }
        }
    });
}
