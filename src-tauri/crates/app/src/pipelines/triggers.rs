//! What begins runs by itself.

mod schedule;

use domain::{Actor, Run};

use super::{params::*, views::*};
use crate::{App, Error};

/// What begins runs by itself.
pub async fn list(_app: App, _actor: Actor, _params: TriggerListParams) -> Result<Vec<TriggerView>, Error> {
    super::unbuilt()
}

/// Switches a trigger on or off.
pub async fn enable(_app: App, _actor: Actor, _params: TriggerEnableParams) -> Result<TriggerView, Error> {
    super::unbuilt()
}

/// Begins a run as the trigger would.
pub async fn fire(_app: App, _actor: Actor, _params: TriggerIdParams) -> Result<Run, Error> {
    super::unbuilt()
}

/// Something was committed that triggers may be waiting for. Told at least once, in order.
pub(crate) async fn happened(_app: &App, _event: store::outbox::OutboxEvent) {}

/// A pipeline was saved, put away or brought back: its triggers are what its definition says now.
pub(crate) async fn saved(
    _app: &App,
    _actor: Actor,
    _row: &store::pipelines::PipelineRow,
) -> Result<(), Error> {
    Ok(())
}
