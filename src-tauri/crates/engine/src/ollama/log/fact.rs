//! What single lines tell.

use crate::ollama::{Device, OllamaFailure};

/// What a line tells.
#[derive(Debug, Clone, PartialEq)]
pub enum Fact {
    /// It listens.
    Listening {
        /// The port, 1 to 65,535.
        port: u16,
        /// Its version.
        version: String,
    },
    /// Something to compute with.
    Device(Device),
    /// A model begins to load.
    Loading {
        /// The model's file.
        model: String,
    },
    /// A part of a model's memory.
    Buffer {
        /// "CPU", "CUDA0".
        device: String,
        /// "model", "KV", "output", "compute", "RS".
        kind: String,
        /// Its size in bytes.
        bytes: u64,
    },
    /// Where the layers of the model that loads lie.
    Layers {
        /// So many on a GPU.
        gpu: u32,
        /// Of so many.
        all: u32,
    },
    /// The process of a model is gone.
    RunnerEnded {
        /// How ("signal: killed").
        how: String,
    },
    /// A context was asked for that the model doesn't have.
    Clamped {
        /// What was asked for, in tokens.
        asked: u64,
        /// What it has, in tokens.
        trained: u64,
    },
}

/// Reads a line.
pub fn fact(line: &str) -> Option<Fact> {
    if let Some((_, rest)) = line.split_once("buffer size =") {
        return buffer(line, rest);
    }
    if let Some((_, rest)) = line.split_once("offloaded ") {
        return layers(rest);
    }
    let message = value(line, "msg")?;
    if let Some(rest) = message.strip_prefix("Listening on ") {
        let (address, version) = rest.split_once(" (version ")?;
        let port = address.rsplit_once(':')?.1.parse().ok()?;
        return Some(Fact::Listening { port, version: version.trim_end_matches(')').to_owned() });
    }
    match message {
        "inference compute" => {
            let described = value(line, "description").filter(|text| !text.is_empty());
            Some(Fact::Device(Device {
                name: described.or_else(|| value(line, "name"))?.to_owned(),
                library: value(line, "library")?.to_owned(),
                total: size(value(line, "total")?)?,
                free: value(line, "available").and_then(size).unwrap_or(0),
            }))
        }
        "starting llama-server" => {
            let command = value(line, "cmd")?;
            let model = command.split(" --model ").nth(1)?.split(" --").next()?;
            Some(Fact::Loading { model: model.trim().to_owned() })
        }
        "llama-server process no longer running" => {
            Some(Fact::RunnerEnded { how: value(line, "string").unwrap_or_default().to_owned() })
        }
        "requested context size too large for model" => Some(Fact::Clamped {
            asked: value(line, "num_ctx")?.parse().ok()?,
            trained: value(line, "n_ctx_train")?.parse().ok()?,
        }),
        _ => None,
    }
}

/// The kind of the failure that the last lines of one that ended tell of. The latest line decides.
pub fn failure(lines: &[String]) -> Option<OllamaFailure> {
    lines.iter().rev().take(20).find_map(|line| {
        let line = line.to_ascii_lowercase();
        let has = |words: &[&str]| words.iter().any(|word| line.contains(word));
        if has(&["address already in use", "only one usage of each socket address"]) {
            Some(OllamaFailure::PortHeld)
        } else if has(&["no space left on device", "not enough space on the disk"]) {
            Some(OllamaFailure::DiskFull)
        } else if line.starts_with("error: ")
            && has(&["mkdir", "could not create directory", "permission denied", "read-only file system"])
        {
            Some(OllamaFailure::Folder)
        } else {
            None
        }
    })
}

/// "31/33 layers to GPU"
fn layers(rest: &str) -> Option<Fact> {
    let (gpu, all) = rest.strip_suffix(" layers to GPU")?.split_once('/')?;
    Some(Fact::Layers { gpu: gpu.parse().ok()?, all: all.parse().ok()? })
}

/// "llama_kv_cache:        CPU KV buffer size =    90.00 MiB"
fn buffer(line: &str, rest: &str) -> Option<Fact> {
    let (before, _) = line.split_once("buffer size =")?;
    let mut words = before.rsplit_once(": ").map_or(before, |(_, words)| words).split_whitespace().rev();
    let (kind, device) = (words.next()?.to_owned(), words.next()?.to_owned());
    Some(Fact::Buffer { device, kind, bytes: size(rest)? })
}

/// The value of `name=value` or `name="value"` in a line; a quote inside one is written `\"`.
fn value<'a>(line: &'a str, name: &str) -> Option<&'a str> {
    let start = line.match_indices(name).find_map(|(at, _)| {
        let begins = at == 0 || line.get(..at)?.ends_with(' ');
        let after = at + name.len();
        (begins && line.get(after..)?.starts_with('=')).then_some(after + 1)
    })?;
    let rest = line.get(start..)?;
    let Some(quoted) = rest.strip_prefix('"') else { return rest.split(' ').next() };
    let mut escaped = false;
    let end = quoted.find(|letter| {
        let ends = letter == '"' && !escaped;
        escaped = letter == '\\' && !escaped;
        ends
    })?;
    quoted.get(..end)
}

/// "23.5 GiB" in bytes.
fn size(text: &str) -> Option<u64> {
    let mut words = text.split_whitespace();
    let number: f64 = words.next()?.parse().ok()?;
    let unit: u64 = match words.next()? {
        "B" => 1,
        "KiB" => 1 << 10,
        "MiB" => 1 << 20,
        "GiB" => 1 << 30,
        "TiB" => 1 << 40,
        _ => return None,
    };
    (number >= 0.0).then_some((number * unit as f64).round() as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOG: &str = include_str!("../../../tests/fixtures/ollama/load-then-runner-killed.log");
    const HELD: &str = include_str!("../../../tests/fixtures/ollama/port-in-use.log");

    fn lines(text: &str) -> Vec<String> {
        text.lines().map(str::to_owned).collect()
    }

    #[test]
    fn a_recorded_log_tells_port_version_and_devices() {
        let facts: Vec<Fact> = LOG.lines().filter_map(fact).collect();
        assert_eq!(facts[0], Fact::Listening { port: 11_600, version: "0.33.0-rc2".into() });
        let Fact::Device(device) = &facts[1] else { panic!("{:?}", facts[1]) };
        assert_eq!((device.name.as_str(), device.library.as_str()), ("cpu", "cpu"));
        assert_eq!(device.total, 25_232_932_864);
        assert!(
            matches!(&facts[2], Fact::Loading { model } if model.ends_with("c54af5") && model.starts_with('/'))
        );
        assert_eq!(facts[3], Fact::Buffer { device: "CPU".into(), kind: "model".into(), bytes: 96_573_850 });
        assert!(facts.contains(&Fact::RunnerEnded { how: "signal: killed".into() }));
    }

    #[test]
    fn a_gpu_is_read_with_its_memory() {
        let line = r#"time=t level=INFO source=types.go:50 msg="inference compute" id=GPU-1 library=CUDA compute=8.9 name=CUDA0 description="NVIDIA \"X\" 4090" libdirs=ollama total="24.0 GiB" available="22.5 GiB""#;
        let Some(Fact::Device(device)) = fact(line) else { panic!() };
        assert_eq!(device.name, r#"NVIDIA \"X\" 4090"#);
        assert_eq!((device.total, device.free), (24 << 30, 45 << 29));
    }

    #[test]
    fn the_last_words_tell_why_it_ended() {
        assert_eq!(failure(&lines(HELD)), Some(OllamaFailure::PortHeld));
        assert_eq!(failure(&lines("Error: mkdir /x/models: permission denied")), Some(OllamaFailure::Folder));
        assert_eq!(failure(&lines("write /x: no space left on device")), Some(OllamaFailure::DiskFull));
        assert_eq!(failure(&lines("panic: runtime error")), None);
        let clamped = r#"level=WARN msg="requested context size too large for model" num_ctx=100000000 n_ctx_train=8192"#;
        assert_eq!(fact(clamped), Some(Fact::Clamped { asked: 100_000_000, trained: 8192 }));
        assert_eq!(fact("time=x msg=\"unfinished"), None);
        assert_eq!(fact("x buffer size = much MiB"), None);
    }
}
