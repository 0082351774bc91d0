//! What each provider offers, remembered for a short while, so that a list opens at once and a call needs no extra question.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use domain::{ErrorCode, Model, ModelRef, Provider, ProviderKind};
use tokio::time::Instant;

use crate::{App, Error};

/// How long a remote list is good for.
const REMOTE: Duration = Duration::from_mins(5);
/// How long a local server's list is good for: models are pulled and loaded behind our back.
const LOCAL: Duration = Duration::from_secs(5);

/// When a list came, and the list.
type Listed = (Instant, Arc<[Model]>);

/// The lists, by provider.
#[derive(Debug, Default)]
pub(crate) struct Shelf {
    lists: Mutex<HashMap<String, Listed>>,
    /// How often something was forgotten.
    forgotten: AtomicU64,
}

impl Shelf {
    /// What the provider offers: remembered, or asked for now.
    pub(crate) async fn models(
        &self,
        provider: &Provider,
        client: &Arc<dyn llm::Provider>,
    ) -> Result<Arc<[Model]>, Error> {
        let lifetime = match provider.kind {
            ProviderKind::Embedded => Duration::ZERO,
            ProviderKind::Ollama => LOCAL,
            _ => REMOTE,
        };
        if let Some((since, list)) = self.lock().get(&provider.slug)
            && since.elapsed() < lifetime
        {
            return Ok(Arc::clone(list));
        }
        let forgotten = self.forgotten.load(Ordering::Acquire);
        let mut models = client.models().await?;
        for model in &mut models {
            // The client knows its models' names; the slug in front is ours.
            if let Ok(id) = ModelRef::new(&provider.slug, model.id.name()) {
                model.id = id;
            }
        }
        let list: Arc<[Model]> = models.into();
        let mut lists = self.lock();
        // What changed while it was asked may not be in it, and nobody would say so a second time.
        if self.forgotten.load(Ordering::Acquire) == forgotten {
            lists.insert(provider.slug.clone(), (Instant::now(), Arc::clone(&list)));
        }
        drop(lists);
        Ok(list)
    }

    /// One model's facts. A server that lists nothing, or not this one, still gets asked for it by name, unless it is one
    /// whose list is complete.
    pub(crate) async fn find(
        &self,
        provider: &Provider,
        client: &Arc<dyn llm::Provider>,
        model: &ModelRef,
    ) -> Result<Model, Error> {
        let complete = matches!(provider.kind, ProviderKind::Embedded | ProviderKind::Ollama);
        let listed = match self.models(provider, client).await {
            Ok(list) => list,
            // Listing failed, asking may not: what was listed before is good enough to know the model by.
            Err(error)
                if !complete
                    && error.code != ErrorCode::ProviderUnreachable
                    && self.expired(&provider.slug).is_some() =>
            {
                self.expired(&provider.slug).unwrap_or_else(|| Arc::from([]))
            }
            // An address without a list of models can still answer.
            Err(error)
                if !complete
                    && matches!(
                        error.code,
                        ErrorCode::NotFound | ErrorCode::ModelNotFound | ErrorCode::ProviderBadReply
                    ) =>
            {
                Arc::from([])
            }
            Err(error) => return Err(error),
        };
        let tagged = format!("{}:latest", model.name());
        let named = |name: &str| listed.iter().find(|candidate| candidate.id.name() == name).cloned();
        if let Some(found) = named(model.name()) {
            return Ok(found);
        }
        if provider.kind == ProviderKind::Ollama
            && let Some(found) = named(&tagged)
        {
            return Ok(found);
        }
        if complete || !listed.is_empty() && provider.kind != ProviderKind::OpenaiCompatible {
            return Err(Error::new(
                ErrorCode::ModelNotFound,
                format!(
                    "{} has no model \"{}\" any more, or never had it. Choose another one.",
                    provider.name,
                    model.name()
                ),
            ));
        }
        let mut found = client.unlisted(model.name()).ok_or_else(|| {
            Error::new(
                ErrorCode::ModelNotFound,
                format!("{} has no model \"{}\". Choose another one.", provider.name, model.name()),
            )
        })?;
        found.id = model.clone();
        Ok(found)
    }

    /// What it offered a short while ago, without asking.
    pub(crate) fn recent(&self, slug: &str) -> Option<Arc<[Model]>> {
        let lists = self.lock();
        lists.get(slug).filter(|(since, _)| since.elapsed() < REMOTE).map(|(_, list)| Arc::clone(list))
    }

    fn expired(&self, slug: &str) -> Option<Arc<[Model]>> {
        self.lock().get(slug).map(|(_, list)| Arc::clone(list))
    }

    /// Forgets one provider's list.
    pub(crate) fn forget(&self, slug: &str) {
        let mut lists = self.lock();
        self.forgotten.fetch_add(1, Ordering::AcqRel);
        lists.remove(slug);
    }

    /// Forgets all lists.
    pub(crate) fn forget_all(&self) {
        let mut lists = self.lock();
        self.forgotten.fetch_add(1, Ordering::AcqRel);
        lists.clear();
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Listed>> {
        self.lists.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl App {
    /// Forgets what a provider offers and tells the page.
    pub(crate) fn models_changed(&self, slug: &str) {
        self.shelf.forget(slug);
        self.bus.publish(crate::events::Event::ModelChanged);
    }
}
