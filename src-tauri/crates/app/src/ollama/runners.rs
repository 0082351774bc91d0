//! Whether what the engine says is in memory is so: by the process of each model, looked at while it is idle. An answer that
//! doesn't come is `client`'s affair.

use std::collections::{HashMap, HashSet};

use domain::ModelState;
use engine::ollama::{
    OllamaState, Ownership,
    runners::{Runner, runner},
};
use llm::LoadedModel;
use tokio::time::timeout;

use super::client::GLANCE;
use crate::App;

/// So many looks in a row must say the same: between two loads of a model there is no process for a moment, and a healthy one
/// waits in the kernel now and then.
const LOOKS: u8 = 2;

/// What earlier looks found.
#[derive(Debug, Default)]
pub(super) struct Runners {
    /// The models' files, by name.
    files: HashMap<String, String>,
    seen: HashMap<String, Seen>,
    /// Those that are shown as not answering because of it.
    told: HashSet<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Seen {
    runner: Runner,
    looks: u8,
}

/// What a look says of a model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    /// It is as the engine says.
    Fine,
    /// Not known yet.
    Open,
    /// Its process is so.
    Wrong(Runner),
}

impl Runners {
    /// Looks at the processes of what an engine of our own says it has in memory. Says whether the list is another one now.
    pub(super) async fn look(&mut self, app: &App, ollama: &llm::Ollama, loaded: &[LoadedModel]) -> bool {
        let OllamaState::Ready { ownership: Ownership::Owned, pid: Some(server), .. } = app.ollama.state()
        else {
            self.told.clear();
            self.seen.clear();
            return false;
        };
        let Ok(supervisor) = app.ollama.supervisor() else { return false };
        // Only what it loads with a process of the kind that is known here can be judged by that.
        let known: HashSet<String> = supervisor.loads().into_iter().map(|load| load.model).collect();
        let mut changed = self.forget_all_but(app, loaded);
        for model in loaded {
            let Some(file) = self.file(ollama, &model.name).await else { continue };
            if !known.contains(&file) {
                continue;
            }
            let looked = tokio::task::spawn_blocking(move || runner(server, &file)).await;
            let Ok(Some(found)) = looked else { continue };
            changed |= self.take(app, &model.name, found);
        }
        changed
    }

    async fn file(&mut self, ollama: &llm::Ollama, name: &str) -> Option<String> {
        if let Some(file) = self.files.get(name) {
            return Some(file.clone());
        }
        let file = timeout(GLANCE, ollama.show(name)).await.ok()?.ok()?.file?;
        self.files.insert(name.to_owned(), file.clone());
        Some(file)
    }

    /// What is no longer in memory has no process to look for.
    fn forget_all_but(&mut self, app: &App, loaded: &[LoadedModel]) -> bool {
        let is_here = |name: &String| loaded.iter().any(|model| model.name == *name);
        self.files.retain(|name, _| is_here(name));
        self.seen.retain(|name, _| is_here(name));
        let (here, left): (HashSet<_>, HashSet<_>) = self.told.drain().partition(is_here);
        self.told = here;
        left.iter().filter(|name| app.ollama.notes.answers(name)).count() > 0
    }

    fn take(&mut self, app: &App, name: &str, found: Runner) -> bool {
        match self.judge(name, found) {
            Verdict::Fine => self.told.remove(name) && app.ollama.notes.answers(name),
            Verdict::Open => false,
            Verdict::Wrong(runner) => {
                if !self.told.insert(name.to_owned()) {
                    return false;
                }
                tracing::warn!(
                    model = name,
                    ?runner,
                    "a model that is said to be in memory has no living process"
                );
                app.ollama.notes.mark(name, ModelState::NotAnswering { message: sentence(name, runner) })
            }
        }
    }

    fn judge(&mut self, name: &str, found: Runner) -> Verdict {
        let before = self.seen.get(name).filter(|seen| seen.runner == found);
        let looks = before.map_or(1, |seen| seen.looks.saturating_add(1));
        self.seen.insert(name.to_owned(), Seen { runner: found, looks });
        match found {
            Runner::Alive => Verdict::Fine,
            _ if looks < LOOKS => Verdict::Open,
            wrong => Verdict::Wrong(wrong),
        }
    }
}

fn sentence(name: &str, runner: Runner) -> String {
    let name = name.trim_end_matches(":latest");
    match runner {
        Runner::Stuck => format!(
            "The process of {name} hangs in a driver, where nothing can end it. If it stays so, restart the computer."
        ),
        Runner::Gone | Runner::Alive => {
            format!(
                "The process of {name} has ended, though Ollama says that it is in memory. Start it again."
            )
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_stays_so_is_believed() {
        let mut runners = Runners::default();
        let mut judged = |found| runners.judge("smol", found);
        assert_eq!(judged(Runner::Alive), Verdict::Fine);
        assert_eq!(judged(Runner::Gone), Verdict::Open, "it may be loaded anew just now");
        assert_eq!(judged(Runner::Alive), Verdict::Fine);
        assert_eq!(judged(Runner::Stuck), Verdict::Open, "a disk is slow now and then");
        assert_eq!(judged(Runner::Gone), Verdict::Open);
        assert_eq!(judged(Runner::Gone), Verdict::Wrong(Runner::Gone));
        assert_eq!(judged(Runner::Stuck), Verdict::Open);
        assert_eq!(judged(Runner::Stuck), Verdict::Wrong(Runner::Stuck));
    }

    #[test]
    fn a_hang_in_a_driver_is_named_with_what_to_do() {
        let said = sentence("smol:latest", Runner::Stuck);
        assert!(said.contains("smol hangs in a driver") && said.ends_with("restart the computer."), "{said}");
    }
}
