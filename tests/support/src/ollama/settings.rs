//! What the surroundings say to `ollama serve`.

use std::{path::PathBuf, time::Duration};

use super::clock;

/// The surroundings of one fake Ollama.
#[derive(Debug, Clone)]
pub(super) struct Settings {
    /// The address to listen on, host and port apart.
    pub(super) host: (String, u16),
    pub(super) home: PathBuf,
    pub(super) models: PathBuf,
    pub(super) no_prune: bool,
    pub(super) no_cloud: bool,
    pub(super) keep_alive: Duration,
    pub(super) context_length: Option<u64>,
    pub(super) max_loaded: usize,
    pub(super) max_queue: usize,
    pub(super) origins: Vec<String>,
    /// The program that is started for each loaded model; none runs them inside this process.
    pub(super) executable: Option<PathBuf>,
}

impl Settings {
    /// Reads the environment as the real one does: what doesn't parse is silently the default.
    pub(super) fn read(variable: impl Fn(&str) -> Option<String>) -> Self {
        let text = |name: &str| {
            let value = variable(name).unwrap_or_default();
            value.trim().trim_matches(['"', '\'']).to_owned()
        };
        let number = |name: &str| text(name).parse::<usize>().ok().filter(|number| *number > 0);
        let home = PathBuf::from(variable("HOME").unwrap_or_else(|| "/".to_owned()));
        let models = match text("OLLAMA_MODELS") {
            empty if empty.is_empty() => home.join(".ollama/models"),
            path => PathBuf::from(path),
        };
        Self {
            host: address(&text("OLLAMA_HOST")),
            models,
            home,
            no_prune: truth(&text("OLLAMA_NOPRUNE")),
            no_cloud: truth(&text("OLLAMA_NO_CLOUD")),
            keep_alive: keep_alive(&text("OLLAMA_KEEP_ALIVE")),
            context_length: number("OLLAMA_CONTEXT_LENGTH").map(|tokens| tokens as u64),
            max_loaded: number("OLLAMA_MAX_LOADED_MODELS").unwrap_or(3),
            max_queue: number("OLLAMA_MAX_QUEUE").unwrap_or(512),
            origins: text("OLLAMA_ORIGINS")
                .split(',')
                .filter(|origin| !origin.is_empty())
                .map(str::to_owned)
                .collect(),
            executable: None,
        }
    }
}

/// Go's idea of a truth; any other word is true.
fn truth(text: &str) -> bool {
    !matches!(text, "" | "0" | "f" | "F" | "false" | "False" | "FALSE")
}

fn keep_alive(text: &str) -> Duration {
    let default = Duration::from_mins(5);
    match text.parse::<i64>() {
        Ok(seconds) if seconds < 0 => clock::FOR_EVER,
        Ok(seconds) => Duration::from_secs(seconds.unsigned_abs()),
        Err(_) => clock::duration(text).unwrap_or(default),
    }
}

/// Host and port; a port that doesn't parse is silently 11434.
fn address(text: &str) -> (String, u16) {
    let (scheme, rest) = text.split_once("://").unwrap_or(("", text));
    let default = match scheme {
        "http" => 80,
        "https" => 443,
        _ => 11_434,
    };
    let rest = rest.split('/').next().unwrap_or_default();
    let (host, port) = match rest.rsplit_once(':') {
        Some((host, port)) if !host.ends_with(':') => (host, port.parse().unwrap_or(11_434)),
        _ => (rest, default),
    };
    let host = host.trim_start_matches('[').trim_end_matches(']');
    (if host.is_empty() { "127.0.0.1".to_owned() } else { host.to_owned() }, port)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_that_does_not_parse_is_silently_the_usual_one() {
        assert_eq!(address("127.0.0.1:0"), ("127.0.0.1".into(), 0));
        assert_eq!(address("127.0.0.1:99999"), ("127.0.0.1".into(), 11_434));
        assert_eq!(address("127.0.0.1:abc"), ("127.0.0.1".into(), 11_434));
        assert_eq!(address(""), ("127.0.0.1".into(), 11_434));
        assert_eq!(address("http://0.0.0.0:1234"), ("0.0.0.0".into(), 1_234));
    }

    #[test]
    fn a_keep_alive_is_seconds_or_a_duration() {
        assert_eq!(keep_alive("-1"), clock::FOR_EVER);
        assert_eq!(keep_alive("90"), Duration::from_secs(90));
        assert_eq!(keep_alive("1m30s"), Duration::from_secs(90));
        assert_eq!(keep_alive("soon"), Duration::from_mins(5));
    }
}
