//! Looking at a definition without running it in earnest.

use domain::Actor;

use super::{params::*, views::*};
use crate::{App, Error, api::Nothing};

/// What is wrong with a definition and what it needs.
pub async fn validate(
    _app: App,
    _actor: Actor,
    _params: PipelineDefinitionParams,
) -> Result<PipelineCheck, Error> {
    super::unbuilt()
}

/// Every kind of step.
pub async fn kinds(_app: App, _actor: Actor, _params: Nothing) -> Result<Vec<pipeline::KindInfo>, Error> {
    super::unbuilt()
}

/// Pipelines to begin with.
pub async fn templates(_app: App, _actor: Actor, _params: Nothing) -> Result<Vec<PipelineTemplate>, Error> {
    super::unbuilt()
}

/// What a run would cost and take.
pub async fn estimate(
    _app: App,
    _actor: Actor,
    _params: PipelineEstimateParams,
) -> Result<PipelineEstimate, Error> {
    super::unbuilt()
}

/// What an expression or a template gives where it stands.
pub async fn evaluate(_app: App, _actor: Actor, _params: PipelineEvaluateParams) -> Result<ValueView, Error> {
    super::unbuilt()
}

/// Runs a definition's own tests.
pub async fn test(
    _app: App,
    _actor: Actor,
    _params: PipelineDefinitionParams,
) -> Result<PipelineTestReport, Error> {
    super::unbuilt()
}
