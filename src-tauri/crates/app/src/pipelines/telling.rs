//! Telling a run something and waiting until it is written.

use domain::{ErrorCode, Run, RunId};
use tokio::sync::oneshot;

use super::{
    actor::{Message, Reply},
    registry,
};
use crate::{App, Error};

/// Tells a run something and gives how it stands once that is on the disk.
pub(crate) async fn told(app: &App, id: RunId, message: impl FnOnce(Reply) -> Message) -> Result<Run, Error> {
    let (reply, told) = oneshot::channel();
    registry::tell(app, id, message(reply));
    told.await.unwrap_or_else(|_| {
        Err(Error::new(ErrorCode::Interrupted, "The run can't be told this now. Reload it, then try again."))
    })
}
