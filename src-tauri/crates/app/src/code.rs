//! Colours for code blocks, asked for by what is visible, off the path of messages.

use domain::Actor;
use markup::CodeSpan;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{App, Error};

/// Code to be coloured.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct CodeHighlightParams {
    /// The fence's language; empty for none.
    pub language: String,
    /// The code.
    pub text: String,
}

/// Code in spans.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct HighlightedCode {
    /// Spans by line; absent where the language is unknown or the code too long, which is then shown plain.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub lines: Option<Vec<Vec<CodeSpan>>>,
}

/// Colours code; the same code twice costs nothing.
pub async fn highlight(
    app: App,
    _actor: Actor,
    params: CodeHighlightParams,
) -> Result<HighlightedCode, Error> {
    let highlighter = app.highlighter.clone();
    let lines = tokio::task::spawn_blocking(move || {
        highlighter.highlight(&params.language, &params.text, &markup::Limits::default())
    })
    .await
    .map_err(|error| {
        Error::new(domain::ErrorCode::Internal, "The code could not be coloured.").caused_by(error)
    })?;
    Ok(HighlightedCode { lines })
}
