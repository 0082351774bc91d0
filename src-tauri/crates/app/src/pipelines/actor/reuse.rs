//! Results that needn't be made again: taken over from an earlier run, or found by what they are made of. They cost nothing.

use domain::StepStatus;
use pipeline::Key;
use serde_json::json;
use store::step_runs::StepRow;

use super::{Driver, begin::Ready};
use crate::pipelines::step::StepError;

impl Driver {
    /// The step in the run that this one takes over from.
    async fn before(&self, key: &Key) -> Result<Option<StepRow>, StepError> {
        let Some(reuse) = &self.fixed.reuse else { return Ok(None) };
        if !key.scope.is_empty() || reuse.fresh.contains(&key.node) {
            return Ok(None);
        }
        let (run, node) = (reuse.run, key.node.clone());
        match self.app.store.read(move |conn| store::step_runs::get(conn, run, "", &node)).await {
            Ok(row) => Ok(Some(row)),
            Err(store::Error::NotFound) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    fn is_usable(row: &StepRow) -> bool {
        matches!(row.step.status, StepStatus::Succeeded | StepStatus::Reused) && row.step.port.is_some()
    }

    /// Where the definition is the same, containers and edited steps are taken over without preparing them again.
    pub(super) async fn reused_as_it_was(&mut self, key: &Key) -> Result<bool, StepError> {
        let Some(reuse) = &self.fixed.reuse else { return Ok(false) };
        let edited = reuse.edited.get(&key.node).cloned();
        let unasked = reuse.only || edited.is_some();
        let container = self.blueprint.seat(&key.node).is_some_and(|seat| !seat.node.body.is_empty());
        let same = reuse.same_definition && !reuse.inputs_changed;
        if !(unasked || container && same) {
            return Ok(false);
        }
        let Some(before) = self.before(key).await?.filter(Self::is_usable) else { return Ok(false) };
        let mut result = before.result.unwrap_or_default();
        result.extend(edited.unwrap_or_default());
        self.journal_step("step.reused", key, json!({}));
        let port = before.step.port.unwrap_or_else(|| "ok".to_owned());
        self.take_over(key, port, result, before.fingerprint).await?;
        Ok(true)
    }

    /// Taken over where kind, version, config and inputs are equal.
    pub(super) async fn reused(&mut self, key: &Key, ready: &Ready) -> Result<bool, StepError> {
        let Some(before) = self.before(key).await?.filter(Self::is_usable) else { return Ok(false) };
        if before.fingerprint.as_ref() != Some(&ready.fingerprint) {
            return Ok(false);
        }
        self.journal_step("step.reused", key, json!({}));
        let port = before.step.port.unwrap_or_else(|| "ok".to_owned());
        self.take_over(key, port, before.result.unwrap_or_default(), before.fingerprint).await?;
        Ok(true)
    }

    /// Found by what it is made of.
    pub(super) async fn cached(&mut self, key: &Key, ready: &Ready) -> Result<bool, StepError> {
        let Some(cache_key) = ready.cache_key.clone() else { return Ok(false) };
        let (owner, asked) = (self.row.owner_id, cache_key.clone());
        let found = self.app.store.read(move |conn| store::step_cache::find(conn, owner, &asked)).await?;
        let Some(found) = found else { return Ok(false) };
        self.batch.cache_hits.push(cache_key);
        self.journal_step("step.cached", key, json!({ "savedNanoUsd": found.cost_nano_usd }));
        self.take_over(key, found.port, found.result, Some(ready.fingerprint.clone())).await?;
        Ok(true)
    }
}
