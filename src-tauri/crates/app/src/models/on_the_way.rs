//! What is being fetched of models that stand in the list already: one that is damaged and gets its files again is not
//! damaged any more, and not yet to be used. One that only gets a newer version works meanwhile, and stays as it is.

use domain::{Actor, Job, Model, ModelState};

use super::{
    pull::{PULL, REPAIR},
    unfinished,
};
use crate::{App, Error, jobs};

/// Marks the damaged ones whose files are on their way.
pub(super) async fn mark(app: &App, actor: Actor, models: &mut [Model]) -> Result<(), Error> {
    let is_damaged = |model: &&mut Model| matches!(model.state, ModelState::Damaged { .. });
    let mut damaged: Vec<_> = models.iter_mut().filter(is_damaged).collect();
    if damaged.is_empty() {
        return Ok(());
    }
    let under_way = jobs::under_way(app, actor).await?;
    for job in under_way.iter().filter(|job| fetches(job)) {
        let id = job.payload["model"].as_str().unwrap_or_default();
        if let Some(model) = damaged.iter_mut().find(|model| model.id.to_string() == id) {
            model.state = ModelState::Pulling { completed: job.state.completed, total: job.state.total };
        }
    }
    Ok(())
}

fn fetches(job: &Job) -> bool {
    [PULL, REPAIR].contains(&job.kind.as_str())
}

/// After the state of a job has changed: what its model is in the list, and what the next start of its engine must keep.
pub(crate) async fn job_changed(app: &App, job: &Job) {
    if !fetches(job) {
        return;
    }
    unfinished::keep(app).await;
    app.models_changed(job.payload["host"].as_str().unwrap_or_default());
}
