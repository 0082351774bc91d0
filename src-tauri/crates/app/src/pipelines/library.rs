//! Pipelines as they are kept: drafts, versions, what each is allowed.

use domain::Actor;

use super::{params::*, views::*};
use crate::{App, Error, api::Nothing};

/// All pipelines, by name.
pub async fn list(_app: App, _actor: Actor, _params: Nothing) -> Result<Vec<PipelineSummary>, Error> {
    super::unbuilt()
}

/// One pipeline, as it was last saved.
pub async fn get(_app: App, _actor: Actor, _params: PipelineIdParams) -> Result<PipelineView, Error> {
    super::unbuilt()
}

/// Keeps a file, faults and all. What it would do differently makes a new version; where boxes stand doesn't.
pub async fn save(_app: App, _actor: Actor, _params: PipelineSaveParams) -> Result<PipelineView, Error> {
    super::unbuilt()
}

/// A new pipeline.
pub async fn create(_app: App, _actor: Actor, _params: PipelineCreateParams) -> Result<PipelineView, Error> {
    super::unbuilt()
}

/// Puts a pipeline away; its runs stay, and it can be brought back.
pub async fn delete(_app: App, _actor: Actor, _params: PipelineIdParams) -> Result<Nothing, Error> {
    super::unbuilt()
}

/// Brings one back.
pub async fn restore(_app: App, _actor: Actor, _params: PipelineIdParams) -> Result<PipelineView, Error> {
    super::unbuilt()
}

/// Its versions, newest first.
pub async fn versions(
    _app: App,
    _actor: Actor,
    _params: PipelineIdParams,
) -> Result<Vec<PipelineVersion>, Error> {
    super::unbuilt()
}

/// What a version says.
pub async fn version(
    _app: App,
    _actor: Actor,
    _params: PipelineVersionParams,
) -> Result<PipelineFile, Error> {
    super::unbuilt()
}

/// What the definition as it is now may do.
pub async fn allow(_app: App, _actor: Actor, _params: PipelineAllowParams) -> Result<PipelineView, Error> {
    super::unbuilt()
}

/// The file as it is given to others: no secrets, no pins unless asked for.
pub async fn export(_app: App, _actor: Actor, _params: PipelineExportParams) -> Result<PipelineFile, Error> {
    super::unbuilt()
}
