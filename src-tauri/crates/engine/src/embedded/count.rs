//! How long a prompt is, in tokens.

use domain::RunnerMessage;

/// Tokens of a prompt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TokenCount {
    /// How many.
    pub tokens: u32,
    /// Whether the model counted them; else they are estimated, rather too many than too few.
    pub exact: bool,
}

impl TokenCount {
    /// Three bytes to a token and a few tokens around each message.
    pub(super) fn estimate(system: &str, messages: &[RunnerMessage]) -> Self {
        let bytes = messages.iter().map(|message| message.text.len()).sum::<usize>() + system.len();
        let tokens = bytes.div_ceil(3) + 8 * (messages.len() + 1);
        Self { tokens: u32::try_from(tokens).unwrap_or(u32::MAX), exact: false }
    }
}
