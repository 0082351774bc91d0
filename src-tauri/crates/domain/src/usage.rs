//! What calls cost: the ledger's nouns.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{CallId, ConversationId, ErrorCode, MessageId, ModelRef, RunId, Timestamp};

/// Tokens of one call, normalised once: every vendor's way of counting ends in this one. The kinds don't overlap except
/// where said.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", default)]
pub struct TokenUsage {
    /// Prompt tokens that were neither read from nor written to a cache.
    #[ts(type = "number")]
    pub input: u64,
    /// Prompt tokens read from the provider's cache.
    #[ts(type = "number")]
    pub cache_read: u64,
    /// Prompt tokens written to the provider's cache.
    #[ts(type = "number")]
    pub cache_write: u64,
    /// Tokens of the answer, reasoning included.
    #[ts(type = "number")]
    pub output: u64,
    /// The part of `output` that was reasoning.
    #[ts(type = "number")]
    pub reasoning: u64,
    /// Whether these are our estimate, because the provider's own count never came.
    pub estimated: bool,
}

impl TokenUsage {
    /// All tokens of the prompt, cached ones included.
    pub fn prompt(&self) -> u64 {
        self.input + self.cache_read + self.cache_write
    }
}

/// Prices of a model at a date, in nano-USD per million tokens.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Price {
    /// Which row of the price table; kept with each call, so that history never changes.
    pub id: String,
    /// Per million uncached input tokens.
    #[ts(type = "number")]
    pub input: i64,
    /// Per million output tokens.
    #[ts(type = "number")]
    pub output: i64,
    /// Per million tokens read from the cache; the input price where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional, type = "number")]
    pub cache_read: Option<i64>,
    /// Per million tokens written to the cache; the input price where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional, type = "number")]
    pub cache_write: Option<i64>,
}

impl Price {
    /// What the usage costs, in nano-USD, rounded up once over the sum.
    pub fn cost(&self, usage: &TokenUsage) -> i64 {
        let part = |tokens: u64, price: i64| i128::from(tokens) * i128::from(price);
        let sum = part(usage.input, self.input)
            + part(usage.output, self.output)
            + part(usage.cache_read, self.cache_read.unwrap_or(self.input))
            + part(usage.cache_write, self.cache_write.unwrap_or(self.input));
        i64::try_from((sum + 999_999) / 1_000_000).unwrap_or(i64::MAX)
    }
}

/// Who asked for a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Surface {
    /// A conversation's turn.
    Chat,
    /// A client of the localhost API.
    Gateway,
    /// A pipeline's step.
    Pipeline,
    /// A measurement or a test.
    Eval,
}

/// How a call ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum CallOutcome {
    /// Reserved before it was sent; not ended yet.
    Reserved,
    /// Ended well.
    Succeeded,
    /// Ended by an error.
    Failed,
    /// Stopped by the person.
    Cancelled,
    /// Cut off, with us or on the way; its numbers are estimates.
    Interrupted,
}

/// One model call: a row of the ledger.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(optional_fields)]
pub struct Call {
    /// Its id.
    pub id: CallId,
    /// Who asked.
    pub surface: Surface,
    /// The conversation, of a turn.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conversation_id: Option<ConversationId>,
    /// The message that it wrote, of a turn.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message_id: Option<MessageId>,
    /// The run, of a pipeline's step.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run_id: Option<RunId>,
    /// "scope/node" of that step.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step: Option<String>,
    /// Which attempt of it, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attempt: Option<u32>,
    /// The model that was asked.
    pub model: ModelRef,
    /// The model that the provider says answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub response_model: Option<String>,
    /// How it ended.
    pub outcome: CallOutcome,
    /// What kind of failure.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error_code: Option<ErrorCode>,
    /// Tokens by kind.
    pub usage: TokenUsage,
    /// When it was sent.
    pub started_at: Timestamp,
    /// From sending to the first piece of content, in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_token_ms: Option<f64>,
    /// From sending to the end, in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub total_ms: Option<f64>,
    /// Output tokens a second after the first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tokens_per_second: Option<f64>,
    /// Pieces of content that came.
    #[ts(type = "number")]
    pub chunks: u64,
    /// How many tries came before the one that counts.
    pub retries: u32,
    /// What it cost, in nano-USD; absent where the price is unknown, 0 where it runs on this machine.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(type = "number")]
    pub cost_nano_usd: Option<i64>,
    /// Which price row it was reckoned with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price_id: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cost_is_rounded_up_once_over_the_sum() {
        let price = Price { id: "p".into(), input: 3, output: 5, cache_read: Some(1), cache_write: None };
        let usage =
            TokenUsage { input: 1, output: 1, cache_read: 1, cache_write: 0, reasoning: 1, estimated: false };
        assert_eq!(price.cost(&usage), 1);
        assert_eq!(price.cost(&TokenUsage::default()), 0);
    }

    #[test]
    fn absurd_numbers_saturate() {
        let price = Price { id: "p".into(), input: i64::MAX, output: 0, cache_read: None, cache_write: None };
        assert_eq!(price.cost(&TokenUsage { input: u64::MAX, ..TokenUsage::default() }), i64::MAX);
    }
}
