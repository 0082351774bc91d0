//! Whether a pull into the Ollama that is looked after isn't finished, be it running, paused or failed: its next start must
//! then throw nothing away. Whole layers count as well, which no model names yet and which no file name tells from rubbish.

use domain::JobStatus;

use super::pull::{PULL, REPAIR};
use crate::{App, ollama::SLUG};

/// Whether there is one, by the database. A failed one counts where something of it has come.
pub(crate) fn any_unfinished(conn: &store::Connection) -> Result<bool, store::Error> {
    let open = store::jobs::unfinished(conn, &[PULL, REPAIR])?;
    Ok(open.iter().any(|job| {
        job.payload["host"] == SLUG && (job.state.status != JobStatus::Failed || job.state.completed > 0)
    }))
}

/// Tells whoever starts that Ollama.
pub(super) async fn keep(app: &App) {
    let Ok(supervisor) = app.ollama.supervisor() else { return };
    match app.store.read(any_unfinished).await {
        Ok(keep) => supervisor.keep_partials(keep),
        Err(error) => {
            tracing::warn!(%error, "whether a pull is unfinished could not be seen");
            supervisor.keep_partials(true);
        }
    }
}
