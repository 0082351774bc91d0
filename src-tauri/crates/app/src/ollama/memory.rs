//! Follows the models of the one that is looked after: what comes into memory and leaves it, and what is put on the disk or taken
//! from there, whoever did it.

use std::{collections::HashSet, path::PathBuf, time::Duration};

use domain::Model;
use engine::{
    Buffers,
    ollama::{ModelsFolder, OllamaState},
};
use llm::{LoadedModel, Provider as _};
use tokio::{
    sync::{mpsc, watch},
    time::{Instant, sleep, sleep_until, timeout},
};

use super::{SLUG, client::GLANCE, folder::Folder, room, runners::Runners};
use crate::{App, models};

/// How often is looked while something is in memory and somebody looks on.
const LIVELY: Duration = Duration::from_secs(2);
/// How often otherwise.
const QUIET: Duration = Duration::from_secs(5);
/// Changes of the folder that come so close are one.
const TOGETHER: Duration = Duration::from_millis(150);

pub(super) struct Memory {
    app: App,
    states: watch::Receiver<OllamaState>,
    loaded: Vec<LoadedModel>,
    /// The processes of what it has in memory.
    runners: Runners,
    /// Loads that were learned from: model and context.
    learned: HashSet<(String, u32)>,
    /// The list, where the folder can't be watched.
    listed: Option<Vec<Model>>,
    folder: Option<Folder>,
    changes: (mpsc::UnboundedSender<()>, mpsc::UnboundedReceiver<()>),
    next: Instant,
}

impl Memory {
    pub(super) fn new(app: App, states: watch::Receiver<OllamaState>) -> Self {
        let changes = mpsc::unbounded_channel();
        Self {
            app,
            states,
            loaded: Vec::new(),
            runners: Runners::default(),
            learned: HashSet::new(),
            listed: None,
            folder: None,
            changes,
            next: Instant::now(),
        }
    }

    /// Until the supervisor is shut down.
    pub(super) async fn run(mut self) {
        loop {
            tokio::select! {
                changed = self.states.changed() => match changed {
                    Ok(()) => self.watch_folder(),
                    Err(_) => return,
                },
                Some(()) = self.changes.1.recv() => self.folder_changed().await,
                () = self.app.ollama.look.notified() => self.look().await,
                () = sleep_until(self.next) => self.look().await,
            }
        }
    }

    fn folder_of(&self) -> Option<ModelsFolder> {
        match self.app.ollama.state() {
            OllamaState::Ready { folder, .. } => folder,
            _ => None,
        }
    }

    /// Sees to it that the right folder is watched, where one can be.
    fn watch_folder(&mut self) {
        let Some(folder) = self.folder_of().filter(|folder| folder.readable) else {
            self.folder = None;
            return;
        };
        let path = PathBuf::from(folder.path);
        if !self.folder.as_ref().is_some_and(|watched| watched.covers(&path)) {
            self.folder = Folder::watch(&path, self.changes.0.clone());
        }
    }

    async fn folder_changed(&mut self) {
        sleep(TOGETHER).await;
        while self.changes.1.try_recv().is_ok() {}
        self.watch_folder();
        self.app.models_changed(SLUG);
    }

    /// Looks at what is in memory, and where the folder can't be watched at the list.
    async fn look(&mut self) {
        let due = self.next <= Instant::now();
        if let Ok(address) = self.app.ollama.address() {
            self.look_at(&address, due).await;
        } else {
            // Whatever comes next begins anew.
            (self.loaded, self.listed) = (Vec::new(), None);
        }
        let lively = !self.loaded.is_empty() && self.app.bus.listeners() > 0;
        self.next = Instant::now() + if lively { LIVELY } else { QUIET };
    }

    async fn look_at(&mut self, address: &str, due: bool) {
        let http = self.app.http.with_first_byte_timeout(GLANCE);
        let Ok(ollama) = llm::Ollama::new(http, address) else { return };
        if let Ok(Ok(loaded)) = timeout(GLANCE, ollama.loaded()).await
            && loaded != self.loaded
        {
            self.loaded = loaded;
            self.app.models_changed(SLUG);
        }
        if self.runners.look(&self.app, &ollama, &self.loaded).await {
            self.app.models_changed(SLUG);
        }
        self.learn(&ollama).await;
        self.watch_folder();
        if self.folder.is_some() || !due {
            return;
        }
        let Ok(Ok(list)) = timeout(GLANCE, ollama.named(SLUG).models()).await else { return };
        // The first list counts as a change too: what came since somebody else asked for one is in none before it.
        if self.listed.replace(list.clone()) != Some(list) {
            self.app.models_changed(SLUG);
        }
    }
    /// Learns what the loads of an Ollama of our own took, each once, as soon as its log tells it.
    async fn learn(&mut self, ollama: &llm::Ollama) {
        if !self.app.ollama.is_own() {
            return;
        }
        let Ok(supervisor) = self.app.ollama.supervisor().cloned() else { return };
        let here = self.loaded.iter().map(|loaded| (loaded.name.clone(), loaded.context));
        let here: HashSet<_> = here.collect();
        // One that left memory may come back and take another amount.
        self.learned.retain(|known| here.contains(known));
        for (name, context) in here {
            if self.learned.contains(&(name.clone(), context)) {
                continue;
            }
            let Ok(Ok(shown)) = timeout(GLANCE, ollama.show(&name)).await else { continue };
            let Some(file) = shown.file else { continue };
            let loads = supervisor.loads();
            let Some(load) = loads.iter().rev().find(|load| load.model == file) else { continue };
            let measured = Buffers {
                weights: load.weights,
                kv: load.context,
                output: load.output,
                compute: load.compute,
            };
            // The room to compute in comes last: before, the load isn't over.
            if measured.compute > 0 {
                let options = room::options(&supervisor.running_settings(), context);
                models::learn_from_log(&self.app, &PathBuf::from(file), &options, measured).await;
                self.learned.insert((name, context));
            }
        }
    }
}
