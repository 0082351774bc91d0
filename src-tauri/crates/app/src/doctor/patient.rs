//! What is looked at: the surroundings that the mains read, and the application where one runs.

use std::sync::Arc;

use engine::ollama::OllamaSettings;
use futures_util::future::{BoxFuture, Shared};

use super::records::{self, Records};
use crate::{App, AppOptions, secrets::Secrets};

/// Who is looked at.
pub(crate) struct Patient {
    pub(super) options: AppOptions,
    /// The application, where one runs here.
    pub(super) app: Option<App>,
    /// The client; why there is none where the surroundings allow none.
    pub(super) http: Result<llm::Http, String>,
    records: Shared<BoxFuture<'static, Option<Arc<Records>>>>,
}

impl Patient {
    /// A data folder and its surroundings, without opening anything.
    pub(crate) fn outside(options: AppOptions) -> Self {
        let http = llm::Http::new(options.http.clone()).map_err(|error| error.to_string());
        Self { records: records::reading(options.data_dir.clone()), options, app: None, http }
    }

    /// A running application.
    pub(crate) fn running(app: &App) -> Self {
        let options = app.options.clone();
        let http = Ok(app.http.clone());
        Self { records: records::reading(options.data_dir.clone()), options, app: Some(app.clone()), http }
    }

    /// What the data folder holds, read once for all checks; nothing where that takes too long.
    pub(crate) async fn records(&self) -> Option<Arc<Records>> {
        self.records.clone().await
    }

    /// A variable of the environment that isn't empty.
    pub(super) fn variable(&self, name: &str) -> Option<String> {
        (self.options.variable)(name).map(|value| value.trim().to_owned()).filter(|value| !value.is_empty())
    }

    /// What the person chose about Ollama.
    pub(super) async fn ollama_settings(&self) -> OllamaSettings {
        let records = self.records().await;
        records.map(|records| records.ollama.clone()).unwrap_or_default()
    }

    /// The environment that an Ollama of ours would get.
    pub(super) fn ollama_environment(&self) -> &[(String, String)] {
        self.options.ollama.as_ref().map_or(&[], |ollama| &ollama.environment)
    }

    /// Keys as they can be had from here: what is kept for a session only is with the one that runs.
    pub(super) fn secrets(&self) -> Secrets {
        let AppOptions { keychain, vault, variable, .. } = &self.options;
        Secrets::new(Arc::clone(keychain), vault.clone(), Arc::clone(variable))
    }
}
