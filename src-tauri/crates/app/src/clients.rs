//! Clients of providers, kept while their configuration and key stay the same: each remembers what it learned of its server.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use domain::{Provider, ProviderId, Secret};

use crate::Error;

struct Kept {
    base_url: String,
    slug: String,
    key: Option<Secret>,
    client: Arc<dyn llm::Provider>,
}

/// The clients.
#[derive(Default)]
pub(crate) struct Clients {
    kept: Mutex<HashMap<ProviderId, Kept>>,
}

impl Clients {
    /// The one that is kept, or a new one where the address or the key has changed.
    pub(crate) fn get_or_make(
        &self,
        provider: &Provider,
        key: Option<Secret>,
        make: impl FnOnce(Option<Secret>) -> Result<Arc<dyn llm::Provider>, Error>,
    ) -> Result<Arc<dyn llm::Provider>, Error> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(same) = kept.get(&provider.id)
            && same.base_url == provider.base_url
            && same.slug == provider.slug
            && same.key == key
        {
            return Ok(Arc::clone(&same.client));
        }
        let client = make(key.clone())?;
        let (base_url, slug) = (provider.base_url.clone(), provider.slug.clone());
        kept.insert(provider.id, Kept { base_url, slug, key, client: Arc::clone(&client) });
        Ok(client)
    }

    /// Forgets one, and the key with it.
    pub(crate) fn forget(&self, id: ProviderId) {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).remove(&id);
    }

    /// Forgets all: what they were made with has changed.
    pub(crate) fn forget_all(&self) {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}
