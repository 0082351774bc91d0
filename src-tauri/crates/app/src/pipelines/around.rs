//! What there is beside a definition, for who looks at it while it is drawn: other pipelines, models, secrets. Nothing is asked over a
//! network for it, and nothing that isn't known is held against the definition.

use std::collections::BTreeSet;

use domain::{Actor, ProviderKind};
use serde_json::Value;

use super::secrets;
use crate::{App, Error};

/// Names of what there is; where a set is absent, names of that sort aren't looked at.
#[derive(Debug, Clone, Default)]
pub(crate) struct Around {
    pub pipelines: Option<BTreeSet<String>>,
    pub models: Option<BTreeSet<String>>,
    pub secrets: Option<BTreeSet<String>>,
}

impl Around {
    /// Other pipelines only.
    pub(crate) fn pipelines(ids: BTreeSet<String>) -> Self {
        Self { pipelines: Some(ids), ..Self::default() }
    }

    /// All that is known here.
    pub(crate) async fn of(app: &App, actor: Actor, definition: &Value) -> Result<Self, Error> {
        let (providers, pipelines) = app
            .store
            .read(move |conn| {
                let rows = store::pipelines::list(conn, actor.user_id)?;
                let ids: BTreeSet<String> = rows.into_iter().map(|row| row.id).collect();
                Ok((store::providers::list(conn, actor.user_id)?, ids))
            })
            .await?;
        let mut models = BTreeSet::new();
        let mut unsure = BTreeSet::new();
        for provider in providers.into_iter().filter(|provider| provider.enabled) {
            let listed = app.shelf.recent(&provider.slug);
            let complete = match provider.kind {
                ProviderKind::Embedded | ProviderKind::Ollama => true,
                // Such a server may answer for models that it doesn't list.
                ProviderKind::OpenaiCompatible => false,
                _ => listed.as_ref().is_some_and(|list| !list.is_empty()),
            };
            for model in listed.iter().flat_map(|list| list.iter()) {
                let id = model.id.to_string();
                models.extend(id.strip_suffix(":latest").map(str::to_owned));
                models.insert(id);
            }
            if !complete || listed.is_none() {
                unsure.insert(provider.slug);
            }
        }
        let mut named = BTreeSet::new();
        models_in(definition, &mut named);
        let provider = |name: &str| name.split_once('/').map(|(provider, _)| provider.to_owned());
        models.extend(
            named.into_iter().filter(|name| provider(name).is_some_and(|slug| unsure.contains(&slug))),
        );
        let secrets = secrets::entered(app, actor).await?;
        Ok(Self { pipelines: Some(pipelines), models: Some(models), secrets: Some(secrets) })
    }

    /// As the check of a definition takes it.
    pub(crate) fn known(&self) -> pipeline::Known<'_> {
        pipeline::Known {
            models: self.models.as_ref(),
            pipelines: self.pipelines.as_ref(),
            secrets: self.secrets.as_ref(),
        }
    }
}

/// Every model that a definition names, those of an agent's tools too.
fn models_in(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(map) => {
            for (key, inner) in map {
                match inner {
                    Value::String(name) if key == "model" => {
                        found.insert(name.clone());
                    }
                    other => models_in(other, found),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| models_in(item, found)),
        _ => {}
    }
}
