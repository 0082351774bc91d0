//! What a pull does in the models folder: checks space, removes what is broken, compares content with digests.

use std::{
    collections::BTreeSet,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use llm::Error;
use tokio::time::{MissedTickBehavior, interval};

use super::{
    Checked, PullPhase, PullProgress,
    check::{self, Before, Work},
    driver::Driver,
    outcome,
};
use crate::{
    import::blocking,
    library::{BlobDigest, Library},
    space,
};

impl<F: FnMut(PullProgress) + Send> Driver<'_, F> {
    /// Removes what is damaged of the model, before it is pulled again.
    pub(super) async fn remove_damaged(&mut self) -> Result<(), Error> {
        let Some(library) = self.library else { return Ok(()) };
        self.repairing = true;
        let (folder, reference) = (library.clone(), self.reference.clone());
        let Some(work) = blocking(move |_| check::suspects(&folder, &reference)).await? else {
            return Ok(());
        };
        let wrong = self.compare(library, work).await?;
        self.remove_blobs(wrong).await?;
        let folder = library.clone();
        self.before = blocking(move |_| Ok(Before::look(&folder))).await?;
        Ok(())
    }

    pub(super) async fn check_space_before(&mut self) -> Result<(), Error> {
        let (Some(size), Some(library)) = (self.options.size, self.library.cloned()) else { return Ok(()) };
        let saved = library.clone();
        // What is here already isn't needed again; a layer's own check comes with its first line.
        let saved: u64 = blocking(move |_| {
            let space = saved.space().unwrap_or_default();
            Ok(space.partials + space.unreferenced)
        })
        .await?;
        self.enough(library, size.saturating_sub(saved)).await
    }

    /// The first line of a layer tells its size, and the engine makes sure of nothing.
    pub(super) async fn check_space(
        &mut self,
        digest: &str,
        total: u64,
        completed: u64,
    ) -> Result<(), Error> {
        let Some(library) = self.library.cloned() else { return Ok(()) };
        if total <= completed || !self.spaced.insert(digest.to_owned()) {
            return Ok(());
        }
        self.enough(library, total - completed).await
    }

    async fn enough(&mut self, library: Library, rest: u64) -> Result<(), Error> {
        let reference = self.reference.clone();
        let checked = blocking(move |_| {
            space::check(library.path(), rest)
                .map_err(|_| outcome::disk_full(&reference, Some(&library), rest))
        });
        checked.await.inspect_err(|_| self.stream = None)
    }

    /// Whether anything was removed.
    pub(super) async fn remove_partials(&mut self, digest: Option<BlobDigest>) -> Result<bool, Error> {
        let Some(library) = self.library.cloned() else { return Err(outcome::out_of_reach(self.reference)) };
        blocking(move |_| {
            let mut digests: BTreeSet<BlobDigest> = digest.into_iter().collect();
            let broken = library.all_partials()?.into_iter().filter(|partial| partial.broken);
            digests.extend(broken.filter_map(|partial| partial.digest));
            let mut removed = false;
            for digest in digests {
                removed |= !library.partials(&digest)?.is_empty();
                library.remove_partials(&digest)?;
            }
            Ok(removed)
        })
        .await
    }

    pub(super) async fn remove_blobs(&mut self, wrong: Vec<BlobDigest>) -> Result<(), Error> {
        let Some(library) = self.library.cloned() else { return Ok(()) };
        blocking(move |_| wrong.iter().try_for_each(|digest| library.remove_blob(digest).map(|_| ()))).await
    }

    /// What is wrong with what the engine says is whole.
    pub(super) async fn check(&mut self) -> Result<Vec<BlobDigest>, Error> {
        let interrupted = self.watch.interrupted();
        let not_possible = if interrupted { Checked::NotPossible } else { Checked::ByEngine };
        let Some(library) = self.library else {
            self.checked = not_possible;
            return Ok(Vec::new());
        };
        let (folder, reference) = (library.clone(), self.reference.clone());
        let before = std::mem::take(&mut self.before);
        let (before, work) = blocking(move |_| {
            // A folder that isn't this engine's doesn't have it.
            let model = folder.model(&reference).ok().flatten();
            let work = model.map(|model| (model.size(), before.work(&folder, &model, interrupted)));
            Ok((before, work))
        })
        .await?;
        self.before = before;
        let Some((size, work)) = work else {
            self.checked = not_possible;
            return Ok(Vec::new());
        };
        self.size = Some(size);
        self.checked = if work.compare.is_empty() { Checked::ByEngine } else { Checked::ByUs };
        self.compare(library, work).await
    }

    /// Compares content with digests; tells which are wrong, those that were known before included.
    async fn compare(&mut self, library: &Library, work: Work) -> Result<Vec<BlobDigest>, Error> {
        let Work { mut wrong, compare } = work;
        let of = compare.iter().map(|(_, size)| size).sum();
        let mut before = 0;
        for (digest, size) in compare {
            self.show(PullPhase::Checking { checked: before, of });
            let done = Arc::new(AtomicU64::new(0));
            let counter = Arc::clone(&done);
            let mut looking =
                std::pin::pin!(library.verify(&digest, move |bytes| counter.store(bytes, Ordering::Relaxed)));
            let mut tick = interval(self.options.patience.report.max(Duration::from_millis(20)));
            tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
            let same = loop {
                tokio::select! {
                    same = &mut looking => break same,
                    _ = tick.tick() => {
                        let checked = before + done.load(Ordering::Relaxed);
                        self.show(PullPhase::Checking { checked, of });
                    }
                }
            };
            match same {
                Ok(true) => {}
                Ok(false) => wrong.push(digest.clone()),
                // It can be listed but not read.
                Err(_) => self.checked = Checked::NotPossible,
            }
            before += size;
        }
        Ok(wrong)
    }
}
