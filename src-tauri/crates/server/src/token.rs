//! The bearer token of one run of the server.

use std::fmt;

/// 256 random bits in hexadecimal. Never in a log.
#[derive(Clone)]
pub struct Token(String);

impl Token {
    /// A new one.
    pub fn generate() -> std::io::Result<Self> {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes).map_err(std::io::Error::other)?;
        Ok(Self(app::hex(&bytes)))
    }

    /// The text, to be told to the person once.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Compares in a time that depends on the length only.
    pub(crate) fn matches(&self, given: &str) -> bool {
        let (ours, theirs) = (self.0.as_bytes(), given.as_bytes());
        ours.len() == theirs.len()
            && ours.iter().zip(theirs).fold(0, |difference, (a, b)| difference | (a ^ b)) == 0
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}
