//! What is learnt of the one in use without asking it: from its log, and from the disk.

use std::sync::Arc;

use tokio::task::spawn_blocking;

use super::{
    super::{
        OllamaState, Ownership,
        environment::models_folder,
        log::{Fact, fact, shorten},
    },
    ask,
    driver::Driver,
    locked,
};
use crate::supervise::Event;

impl Driver {
    /// What came to the log since.
    pub(super) async fn read_log(&mut self) {
        let Some(own) = &mut self.own else { return };
        let mut tail = own.tail.clone();
        let log = self.common.log.clone();
        let read = spawn_blocking(move || {
            let lines = tail.lines();
            if let Err(error) = shorten(&log) {
                tracing::warn!(%error, log = %log.display(), "a long log could not be shortened");
            }
            (lines, tail)
        });
        let Ok((lines, tail)) = read.await else { return };
        own.tail = tail;
        let lines = lines.unwrap_or_else(|error| {
            tracing::warn!(%error, "Ollama's log can't be read");
            Vec::new()
        });
        for fact in lines.iter().filter_map(|line| fact(line)) {
            locked(&self.common.loads).take(&fact);
            match fact {
                Fact::Listening { port, .. } => {
                    own.listens = true;
                    drop(self.told.send(Event::Listening { port }));
                }
                Fact::Device(device) => drop(self.told.send(Event::Device(device))),
                Fact::RunnerEnded { how } => tracing::warn!(how, "a model's process ended"),
                Fact::Clamped { asked, trained } => tracing::info!(asked, trained, "a context was cut"),
                Fact::Loading { .. } | Fact::Buffer { .. } | Fact::Layers { .. } => {}
            }
        }
    }

    /// Looks where the models are, until that is known.
    pub(super) fn search_folder(&mut self) {
        let OllamaState::Ready { ownership, address, folder: None, .. } = self.machine.state() else {
            return;
        };
        if self.searching.as_ref().is_some_and(|search| !search.is_finished()) {
            return;
        }
        let (common, told) = (Arc::clone(&self.common), self.told.clone());
        let started = locked(&common.started_with).clone();
        let search = async move {
            let folder = match ownership {
                Ownership::Adopted => ask::folder_of(&common.http, &address).await,
                Ownership::Owned => {
                    let settings = started.unwrap_or_else(|| common.settings());
                    let path = models_folder(&settings, &common.environment);
                    match path {
                        Some(path) => spawn_blocking(move || ask::folder(&path)).await.ok(),
                        None => None,
                    }
                }
            };
            if let Some(folder) = folder {
                drop(told.send(Event::Folder(folder)));
            }
        };
        self.searching = Some(self.tasks.spawn(search));
    }
}
