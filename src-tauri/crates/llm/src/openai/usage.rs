//! Usage as OpenAI and its followers tell it, normalised: their prompt tokens include cached ones.

use domain::TokenUsage;
use serde_json::Value;

use crate::json::number;

/// Both forms: prompt_tokens (chat completions) and input_tokens (responses). Nothing where there are no numbers.
pub(super) fn read(value: &Value) -> Option<TokenUsage> {
    let first = |paths: &[&[&str]]| paths.iter().find_map(|path| number(value, path));
    let prompt = first(&[&["prompt_tokens"], &["input_tokens"]])?;
    let completion = first(&[&["completion_tokens"], &["output_tokens"]]).unwrap_or(0);
    let cached = first(&[
        &["prompt_tokens_details", "cached_tokens"],
        &["input_tokens_details", "cached_tokens"],
        // DeepSeek.
        &["prompt_cache_hit_tokens"],
    ])
    .unwrap_or(0)
    .min(prompt);
    let written = first(&[
        &["prompt_tokens_details", "cache_write_tokens"],
        &["input_tokens_details", "cache_write_tokens"],
    ])
    .unwrap_or(0)
    .min(prompt - cached);
    let reasoning = first(&[
        &["completion_tokens_details", "reasoning_tokens"],
        &["output_tokens_details", "reasoning_tokens"],
    ])
    .unwrap_or(0);
    // xAI counts reasoning beside the completion; its total gives that away.
    let beside = reasoning > 0 && number(value, &["total_tokens"]) == Some(prompt + completion + reasoning);
    Some(TokenUsage {
        input: prompt - cached - written,
        cache_read: cached,
        cache_write: written,
        output: if beside { completion + reasoning } else { completion.max(reasoning) },
        reasoning,
        estimated: false,
    })
}
