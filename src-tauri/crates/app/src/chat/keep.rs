//! Keeping an answer: checkpoints while it is written, its end in one write, tried again for as long as there is no room.

use std::time::Duration;

use domain::{Actor, Call, ErrorCode, Message, MessageId, MessageStatus};
use tokio_util::sync::CancellationToken;

use super::{outcome::End, turn::Turn, view};
use crate::{
    App, Error,
    events::{Event, TurnProgress},
    pipelines::{happening, topic::Topic},
};

/// Before the first tries to write an end. A full disk gives up its reserve at a failure, so that the next try can succeed.
const AT_ONCE: [Duration; 3] = [Duration::ZERO, Duration::from_millis(200), Duration::from_secs(1)];
/// Before each later one.
const LATER: Duration = Duration::from_secs(2);
/// How many checkpoints in a row fail before the person is told: the first may only have cost the reserve.
const TELLING: u32 = 2;

impl Turn {
    /// Commits what came so far. Takes how many checkpoints in a row have failed, and answers how many have now.
    pub(super) async fn checkpoint(&self, failures: u32) -> u32 {
        let Some(parts) = self.live.fold(super::fold::Fold::checkpoint) else { return failures };
        let (owner, id) = (self.actor.user_id, self.message.id);
        let written = self
            .app
            .store
            .write(move |conn| {
                store::messages::set_parts_and_status(conn, owner, id, &parts, MessageStatus::Running)
            })
            .await;
        let Err(error) = written else {
            if failures >= TELLING {
                let text = "What came so far is saved now.".to_owned();
                self.progress(TurnProgress::Notice { text });
            }
            return 0;
        };
        self.live.fold(super::fold::Fold::checkpoint_failed);
        let failures = failures.saturating_add(1);
        if failures == TELLING {
            tracing::warn!(%error, message = %id, "checkpoints can't be written; they are tried again");
            self.progress(TurnProgress::Notice { text: unsaved(&error, "this answer") });
        }
        failures
    }

    /// One write: the message as it ended and its row in the ledger. Where there is no room for it, the answer stays on the
    /// screen, says so, and is written when there is.
    pub(super) async fn keep(self, end: End, shutdown: &CancellationToken) {
        self.publish_delta();
        let mut message = self.message.clone();
        message.parts = self.live.fold(|fold| fold.parts().to_vec());
        message.status = end.status;
        message.finish_reason = end.finish_reason;
        (message.error_code, message.error_message) =
            end.error.map_or((None, None), |(code, text)| (Some(code), Some(text)));
        let id = message.id;
        let mut written = Ok(());
        for pause in AT_ONCE {
            tokio::time::sleep(pause).await;
            written = self.write_end(&message, end.call.as_ref()).await;
            if written.is_ok() {
                break;
            }
        }
        if let Err(error) = &written {
            tracing::error!(%error, message = %id, "the end of an answer could not be saved; its last checkpoint stands");
            self.show_unsaved(message.clone(), error).await;
        }
        while written.as_ref().is_err_and(may_pass) {
            tokio::select! {
                () = shutdown.cancelled() => break,
                () = tokio::time::sleep(LATER) => {}
            }
            written = self.write_end(&message, end.call.as_ref()).await;
        }
        self.app.turns.remove(id);
        if written.is_ok() {
            publish(&self.app, self.actor, id).await;
        }
        self.app.bus.publish(Event::UsageChanged);
    }

    /// Whoever looks at the message from now on sees all of it, and that it isn't kept.
    async fn show_unsaved(&self, mut message: Message, error: &store::Error) {
        message.status = MessageStatus::Interrupted;
        message.error_code = Some(Error::from(error.clone()).code);
        message.error_message = Some(unsaved(error, "the end of this answer"));
        self.live.set_unsaved(message.clone());
        let shown = match view::one(&self.app, self.actor, message.id).await {
            Ok(shown) => shown,
            Err(_) => view::unsaved(&self.app, message),
        };
        self.app.bus.publish(Event::MessageChanged { message: Box::new(shown) });
    }

    async fn write_end(&self, message: &Message, call: Option<&Call>) -> Result<(), store::Error> {
        let (owner, now) = (self.actor.user_id, self.app.clock.now());
        let (message, call) = (message.clone(), call.cloned());
        let written = self
            .app
            .store
            .write(move |conn| {
                store::messages::finish(conn, owner, &message)?;
                store::conversations::touch(conn, owner, message.conversation_id, now)?;
                happening::tell(conn, owner, Topic::MessageChanged, happening::message(&message), 0, now)?;
                call.as_ref().map_or(Ok(()), |call| store::calls::settle(conn, owner, call))
            })
            .await;
        happening::told(&self.app);
        written
    }
}

/// Whether the same write can succeed later, without anything but the disk having changed.
fn may_pass(error: &store::Error) -> bool {
    matches!(error, store::Error::DiskFull | store::Error::Disk(_))
}

fn unsaved(error: &store::Error, what: &str) -> String {
    match error {
        store::Error::DiskFull => format!(
            "The disk is full, so {what} isn't saved yet. Free some space and leave Web+ open: it is saved as soon as there is room."
        ),
        store::Error::Disk(_) => format!(
            "The disk reported an error, so {what} isn't saved yet. Check the disk and leave Web+ open: saving is tried again every few seconds."
        ),
        error => format!("It was not possible to save {what}. {error}"),
    }
}

/// Why nothing new can begin in a conversation whose last answer isn't kept yet.
pub(super) fn waits_for_room() -> Error {
    Error::new(
        ErrorCode::DiskFull,
        "The answer before isn't saved yet, because the disk has no room for it. Free some space, then send again.",
    )
}

/// Tells the page how a message is now.
pub(super) async fn publish(app: &App, actor: Actor, id: MessageId) {
    match view::one(app, actor, id).await {
        Ok(message) => app.bus.publish(Event::MessageChanged { message: Box::new(message) }),
        // The database can't be read: every page fetches anew and shows that error where it stands.
        Err(_) => app.bus.publish(Event::Resync),
    }
}
