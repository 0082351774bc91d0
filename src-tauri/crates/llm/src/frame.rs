//! What a decoder of bytes hands to a fold of events, whichever way the bytes were framed.

/// One event or line, whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    /// The event's name, where the framing has names.
    pub event: Option<String>,
    /// The text, usually JSON.
    pub data: String,
}

/// A line or an event longer than the limit; the stream can't be read on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a single event is larger than {limit} bytes")]
pub struct TooLarge {
    /// The limit, in bytes.
    pub limit: usize,
}

/// The mark that some servers put before UTF-8.
pub(crate) const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";
