//! Systems on which the desktop isn't asked: the page alone shows what runs have to say.

use domain::RunId;

use super::Notice;

/// The desktop, which isn't asked.
pub(super) struct Desktop;

impl Desktop {
    pub(super) fn session() -> Self {
        Self
    }

    #[allow(clippy::unused_async, reason = "as on the system that has one")]
    pub(super) async fn show(
        &self,
        _notice: &Notice,
        _open: impl Fn(RunId) + Send + Sync + 'static,
    ) -> Result<(), String> {
        Err("this system isn't asked".to_owned())
    }
}
