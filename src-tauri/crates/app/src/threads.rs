//! The named branches of a conversation.

use domain::{Actor, ConversationId, Thread};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{App, Error};

/// Whose threads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ThreadListParams {
    /// The conversation.
    pub conversation_id: ConversationId,
}

/// A conversation's threads, the main one first.
pub async fn list(app: App, actor: Actor, params: ThreadListParams) -> Result<Vec<Thread>, Error> {
    Ok(app.store.read(move |conn| store::threads::list(conn, actor.user_id, params.conversation_id)).await?)
}
