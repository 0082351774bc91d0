//! Numbers and words that a field may hold beyond what its shape says.

/// The least and the most of a number, and whether it must be whole.
pub(super) fn number(kind: &str, field: &str) -> (f64, f64, bool) {
    match (kind, field) {
        (_, "temperature") => (0.0, 2.0, false),
        (_, "top_p") | ("judge", "pass") => (0.0, 1.0, false),
        (_, "max_tokens") => (1.0, 10_000_000.0, true),
        (_, "seed") => (0.0, 9_007_199_254_740_991.0, true),
        (_, "repair") => (0.0, 10.0, true),
        ("agent", "max_turns") => (1.0, 100.0, true),
        ("map", "parallel") => (1.0, 256.0, true),
        ("loop", "max_iterations") => (1.0, 1_000.0, true),
        ("text", "limit") => (1.0, 100_000_000.0, true),
        ("file", "limit") => (1.0, 100_000.0, true),
        ("http", "max_bytes") => (1.0, 67_108_864.0, true),
        ("budget", "usd") => (0.0, 1_000_000.0, false),
        ("budget", "tokens") => (1.0, 1e12, true),
        _ => (f64::MIN, f64::MAX, false),
    }
}
