//! Results that needn't be made again: pinned, taken over from an earlier run, or found by what they are made of. They cost
//! nothing.

use std::{collections::BTreeMap, sync::Arc};

use domain::{StepStatus, StoredValue};
use pipeline::{Event, Key, Outcome};
use serde_json::{Value, json};
use store::step_runs::StepRow;

use super::{Driver, begin::Ready};
use crate::pipelines::{step::StepError, values};

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
        let unasked = edited.is_some();
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

    /// Values that stand in for running a node.
    pub(super) async fn pinned(&mut self, key: &Key) -> Result<bool, StepError> {
        let Some(pins) = self.fixed.pins.get(&key.node) else { return Ok(false) };
        let mut loaded: BTreeMap<String, StoredValue> = pins.clone();
        let way = match loaded.remove("way") {
            Some(StoredValue::Inline { value: Value::String(way) }) => Some(way),
            _ => None,
        };
        let blueprint = Arc::clone(&self.blueprint);
        let port = way.or_else(|| {
            let ways = pipeline::ways(&blueprint.seat(&key.node)?.node);
            let ok = ways.iter().find(|way| *way == "ok").or(ways.first());
            ok.cloned()
        });
        self.journal_step("step.pinned", key, json!({}));
        self.take_over(key, port.unwrap_or_else(|| "ok".to_owned()), loaded, None).await?;
        Ok(true)
    }

    /// In a run of one step alone: what stands in for another that isn't run.
    pub(in crate::pipelines) fn stands_in(&self, node: &str) -> Option<Arc<store::runs::Values>> {
        let alone = self.fixed.until.as_deref().filter(|_| self.fixed.alone)?;
        if alone == node || self.blueprint.around(node).contains(&alone) {
            return None;
        }
        let mut values = self.fixed.pins.get(node)?.clone();
        values.remove("way");
        Some(Arc::new(values))
    }

    /// A step ends with a result that wasn't made in this run.
    pub(super) async fn take_over(
        &mut self,
        key: &Key,
        port: String,
        result: store::runs::Values,
        fingerprint: Option<String>,
    ) -> Result<(), StepError> {
        self.batch.blobs.extend(values::blobs_of(&result).cloned());
        self.recent.put(key.clone(), Arc::new(result.clone()));
        let taken = self.taken(key, &port).await?;
        let row = self.step_row(key);
        row.result = Some(result);
        row.fingerprint = fingerprint;
        self.happened(Event::Ended(key.clone(), Outcome::Reused { port, taken }));
        Ok(())
    }
}
