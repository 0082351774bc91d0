//! Text as blocks that the page can paint, for what isn't a message: results of steps, questions to a person.

use domain::Actor;
use markup::Block;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{App, Error};

/// The most that is formatted at once, in bytes; longer text is for reading as it is.
const MOST: usize = 2 * 1024 * 1024;

/// Text to be formatted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct MarkupRenderParams {
    /// Markdown, at most 2 MiB.
    pub text: String,
}

/// Formatted text.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct FormattedText {
    /// Its blocks; code in them has no colours yet.
    pub blocks: Vec<Block>,
}

/// Parses Markdown as an answer's is parsed; nothing of it becomes HTML.
pub async fn render(_app: App, _actor: Actor, params: MarkupRenderParams) -> Result<FormattedText, Error> {
    if params.text.len() > MOST {
        return Err(Error::new(
            domain::ErrorCode::InvalidInput,
            "This text is too long to be formatted. Show it as it is, or save it.",
        ));
    }
    let blocks =
        tokio::task::spawn_blocking(move || markup::render(&params.text)).await.map_err(|error| {
            Error::new(domain::ErrorCode::Internal, "The text could not be formatted.").caused_by(error)
        })?;
    Ok(FormattedText { blocks })
}
