//! The ledger, as it is read.

use domain::{Actor, Call, CallId, Page, Timestamp};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{App, Error};

/// Which calls.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", default)]
#[ts(optional_fields)]
pub struct CallListParams {
    /// Where the page before ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
    /// 1 to 200; 50 unless told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
}

/// A page of the ledger, newest first.
pub async fn list(app: App, actor: Actor, params: CallListParams) -> Result<Page<Call>, Error> {
    let limit = params.limit.unwrap_or(50).clamp(1, 200);
    let after = params.cursor.as_deref().map(parse_cursor).transpose()?;
    let mut items =
        app.store.read(move |conn| store::calls::list(conn, actor.user_id, after, limit + 1)).await?;
    let more = items.len() > limit as usize;
    items.truncate(limit as usize);
    let next = items.last().filter(|_| more).map(|last| format!("{}.{}", last.started_at.millis(), last.id));
    Ok(Page { items, next })
}

/// Since when calls are summed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct CallSumParams {
    /// Calls that began at this time or later. A day begins at the person's own midnight, which only the client knows.
    pub since: Timestamp,
}

/// What calls cost together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct CallSum {
    /// In nano-USD, as far as prices are known.
    pub cost_nano_usd: i64,
    /// How many ended calls have no known price.
    pub unpriced: u64,
}

/// What the calls since then cost.
pub async fn sum(app: App, actor: Actor, params: CallSumParams) -> Result<CallSum, Error> {
    let (cost_nano_usd, unpriced) =
        app.store.read(move |conn| store::calls::cost_since(conn, actor.user_id, params.since)).await?;
    Ok(CallSum { cost_nano_usd, unpriced })
}

fn parse_cursor(text: &str) -> Result<(Timestamp, CallId), Error> {
    let bad = || Error::invalid("The list's cursor is off. Reload the list.");
    let (millis, id) = text.split_once('.').ok_or_else(bad)?;
    Ok((Timestamp::from_millis(millis.parse().map_err(|_| bad())?), id.parse().map_err(|_| bad())?))
}
