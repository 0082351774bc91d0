//! The verbs of runs.

use domain::{Actor, JournalEntry, Page, Run, StepRun};

use super::{params::*, views::*};
use crate::{App, Error, api::Nothing};

/// Accepts a run: once this answers, it survives a power cut.
pub async fn start(_app: App, _actor: Actor, _params: RunStartParams) -> Result<Run, Error> {
    super::unbuilt()
}

/// Runs, newest first.
pub async fn list(_app: App, _actor: Actor, _params: RunListParams) -> Result<Page<Run>, Error> {
    super::unbuilt()
}

/// One run with its steps.
pub async fn get(_app: App, _actor: Actor, _params: RunIdParams) -> Result<RunView, Error> {
    super::unbuilt()
}

/// The steps of one scope.
pub async fn steps(_app: App, _actor: Actor, _params: RunStepsParams) -> Result<Page<StepRun>, Error> {
    super::unbuilt()
}

/// The items or iterations of a container.
pub async fn items(_app: App, _actor: Actor, _params: RunItemsParams) -> Result<Page<RunItem>, Error> {
    super::unbuilt()
}

/// One step with all that is known of it.
pub async fn step(_app: App, _actor: Actor, _params: RunStepParams) -> Result<StepView, Error> {
    super::unbuilt()
}

/// A whole value.
pub async fn value(_app: App, _actor: Actor, _params: RunValueParams) -> Result<ValueView, Error> {
    super::unbuilt()
}

/// What happened, oldest first.
pub async fn journal(
    _app: App,
    _actor: Actor,
    _params: RunJournalParams,
) -> Result<Page<JournalEntry>, Error> {
    super::unbuilt()
}

/// Cancels a run: nothing new begins once this has answered.
pub async fn cancel(_app: App, _actor: Actor, _params: RunIdParams) -> Result<Run, Error> {
    super::unbuilt()
}

/// Lets what is under way end and begins nothing new.
pub async fn pause(_app: App, _actor: Actor, _params: RunIdParams) -> Result<Run, Error> {
    super::unbuilt()
}

/// Goes on with a paused run.
pub async fn resume(_app: App, _actor: Actor, _params: RunIdParams) -> Result<Run, Error> {
    super::unbuilt()
}

/// A new run that takes over what came before one step of an earlier run.
pub async fn rerun(_app: App, _actor: Actor, _params: RunRerunParams) -> Result<Run, Error> {
    super::unbuilt()
}

/// Answers a step that waits for a person.
pub async fn answer(_app: App, _actor: Actor, _params: RunAnswerParams) -> Result<Run, Error> {
    super::unbuilt()
}

/// Says what became of an attempt whose end isn't known.
pub async fn decide(_app: App, _actor: Actor, _params: RunDecideParams) -> Result<Run, Error> {
    super::unbuilt()
}

/// Deletes a run that is over; what it cost stays in the ledger.
pub async fn delete(_app: App, _actor: Actor, _params: RunIdParams) -> Result<Nothing, Error> {
    super::unbuilt()
}
