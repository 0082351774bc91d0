//! What is listed and can't be used: a file of it is gone, or isn't as long as it should be. The engine itself lists such a model
//! as any other, and finds out when it loads it.

use std::path::Path;

use domain::{Model, ModelState};
use engine::{Library, ollama::OllamaState};

use crate::App;

/// Marks those models of the one that is looked after whose files aren't whole, where its folder can be read.
pub(super) async fn mark(app: &App, models: &mut [Model]) {
    let OllamaState::Ready { folder: Some(folder), .. } = app.ollama.state() else { return };
    if !folder.readable {
        return;
    }
    let looked =
        tokio::task::spawn_blocking(move || Library::open(Path::new(&folder.path))?.problems()).await;
    let problems = match looked {
        Ok(Ok(problems)) => problems,
        Ok(Err(error)) => return tracing::warn!(%error, "the models' files can't be looked at"),
        Err(error) => return tracing::warn!(%error, "the look at the models' files broke off"),
    };
    for problem in problems {
        let Some(name) = problem.model.map(|model| model.short()) else { continue };
        // One in memory works with what it has.
        let rests = |model: &&mut Model| {
            model.id.name() == name && matches!(model.state, ModelState::OnDisk | ModelState::Damaged { .. })
        };
        if let Some(model) = models.iter_mut().find(rests) {
            model.state = ModelState::Damaged { reason: problem.message };
        }
    }
}
