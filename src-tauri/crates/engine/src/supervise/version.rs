//! Which version is safe.

/// The first version without the known hole that lets a model's file read the memory of the server.
pub const SAFE_FROM: [u64; 3] = [0, 17, 1];

/// Whether a version is older than `SAFE_FROM`. One that can't be read (a build of somebody's own) is not.
pub fn is_outdated(version: &str) -> bool {
    let version = version.trim_start_matches('v');
    let (numbers, early) = match version.split_once(['-', '+']) {
        Some((numbers, rest)) => (numbers, rest.starts_with("rc") || rest.starts_with("pre")),
        None => (version, false),
    };
    let mut parts = numbers.split('.').map(str::parse::<u64>);
    let (Some(Ok(major)), Some(Ok(minor)), Some(Ok(patch))) = (parts.next(), parts.next(), parts.next())
    else {
        return false;
    };
    // 0.0.0 is what a build without a version says.
    let number = [major, minor, patch];
    number != [0; 3] && (number < SAFE_FROM || number == SAFE_FROM && early)
}

#[cfg(test)]
mod tests {
    use super::is_outdated;

    #[test]
    fn versions_are_compared_as_numbers() {
        for old in ["0.17.0", "0.9.12", "0.17.1-rc1", "v0.1.50"] {
            assert!(is_outdated(old), "{old}");
        }
        for fine in ["0.17.1", "0.17.10", "0.33.0-rc2", "1.0.0", "0.0.0", "0.0.0-dev", "mine", ""] {
            assert!(!is_outdated(fine), "{fine}");
        }
    }
}
