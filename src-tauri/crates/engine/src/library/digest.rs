//! The digest of a blob, checked: nothing else ever becomes part of a path.

use std::fmt;

/// A SHA-256 in lower-case hexadecimal.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BlobDigest(String);

impl BlobDigest {
    /// Reads "sha256:…" as it stands in manifests, or "sha256-…" as files are called; none for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        let hex = text.strip_prefix("sha256:").or_else(|| text.strip_prefix("sha256-"))?;
        Self::from_hex(hex)
    }

    /// From its 64 digits alone.
    pub fn from_hex(hex: &str) -> Option<Self> {
        let fine = hex.len() == 64 && hex.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        fine.then(|| Self(hex.to_owned()))
    }

    /// Its 64 digits.
    pub fn hex(&self) -> &str {
        &self.0
    }

    /// How its file is called.
    pub fn file_name(&self) -> String {
        format!("sha256-{}", self.0)
    }
}

impl fmt::Display for BlobDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "sha256:{}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_digest_is_one() {
        let hex = "0123456789abcdef".repeat(4);
        let digest = BlobDigest::parse(&format!("sha256:{hex}"));
        assert_eq!(digest, BlobDigest::parse(&format!("sha256-{hex}")));
        assert_eq!(digest.map(|digest| digest.to_string()), Some(format!("sha256:{hex}")));
        for wrong in [
            "sha256:../../etc/passwd".to_owned(),
            hex.clone(),
            format!("sha256:{}", hex.to_uppercase()),
            format!("sha256:{hex}-partial"),
            format!("sha256:{}/", &hex[1..]),
            String::new(),
        ] {
            assert_eq!(BlobDigest::parse(&wrong), None, "{wrong}");
        }
    }
}
