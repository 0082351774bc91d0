//! The runner takes from itself what it won't need, before it reads an untrusted file: on Linux, by Landlock, every file but
//! the model's own parts, all writing, and TCP, as far as the kernel knows these. Elsewhere there is nothing to take.
//!
//! It must be called before other threads exist: Landlock confines the calling thread and those it starts.

#[cfg(target_os = "linux")]
use std::path::{Path, PathBuf};

#[cfg(target_os = "linux")]
use landlock::{ABI, Access, AccessFs, BitFlags};

use crate::load::LoadRequest;

/// Confines the process; true when the kernel enforces at least the file rules.
#[cfg(target_os = "linux")]
pub(crate) fn confine(request: &LoadRequest) -> bool {
    restrict(request).unwrap_or(false)
}

/// Not confined: this system has no means that a process can use on itself.
#[cfg(not(target_os = "linux"))]
pub(crate) fn confine(_: &LoadRequest) -> bool {
    false
}

#[cfg(target_os = "linux")]
fn restrict(request: &LoadRequest) -> Result<bool, landlock::RulesetError> {
    use landlock::{
        AccessNet, PathBeneath, PathFd, Ruleset, RulesetAttr, RulesetCreatedAttr, RulesetStatus, Scope,
    };

    // Best effort by default: what this kernel doesn't know is left out, the rest is enforced.
    let mut rules = Ruleset::default()
        .handle_access(AccessFs::from_all(ABI::V5))?
        .handle_access(AccessNet::from_all(ABI::V4))?
        .scope(Scope::from_all(ABI::V6))?
        .create()?;
    for part in request.parts() {
        if let Ok(file) = PathFd::new(part) {
            rules = rules.add_rule(PathBeneath::new(file, AccessFs::ReadFile))?;
        }
    }
    if cfg!(feature = "vulkan") && request.gpu_layers > 0 {
        for (path, access) in for_graphics() {
            // What this computer hasn't got needs no rule.
            let Ok(opened) = PathFd::new(&path) else { continue };
            // A file knows fewer rights than a folder.
            let access = if path.is_dir() { access } else { access & AccessFs::from_file(ABI::V5) };
            rules = rules.add_rule(PathBeneath::new(opened, access))?;
        }
    }
    Ok(rules.restrict_self()?.ruleset != RulesetStatus::NotEnforced)
}

/// What a graphics driver needs: its libraries and settings, which it reads late, and its devices, which it lists. The shader
/// caches that drivers write stay forbidden: they do without.
#[cfg(target_os = "linux")]
fn for_graphics() -> Vec<(PathBuf, BitFlags<AccessFs>)> {
    let libraries = ["/usr", "/etc", "/lib", "/lib64", "/opt", "/nix/store", "/run/opengl-driver", "/sys"];
    let facts = ["self", "cpuinfo", "meminfo", "devices", "modules", "version", "driver", "sys/vm"];
    let read = AccessFs::from_read(ABI::V5);
    let talk = AccessFs::ReadFile | AccessFs::ReadDir | AccessFs::WriteFile | AccessFs::IoctlDev;
    let nvidia = std::fs::read_dir("/dev").into_iter().flatten().flatten();
    let nvidia = nvidia.filter(|entry| entry.file_name().to_string_lossy().starts_with("nvidia"));
    let devices = ["/dev/dri", "/dev/dxg", "/dev/null", "/dev/zero"].map(PathBuf::from).into_iter();
    libraries
        .map(PathBuf::from)
        .into_iter()
        .chain(facts.map(|fact| Path::new("/proc").join(fact)))
        .map(|path| (path, read))
        .chain(devices.chain(nvidia.map(|entry| entry.path())).map(|path| (path, talk)))
        .collect()
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use std::fs::{File, read};
    use std::net::{TcpListener, TcpStream};

    use landlock::{AccessNet, CompatLevel, Compatible, Ruleset, RulesetAttr, RulesetError};

    /// Whether this kernel knows such rules, asked apart from how they are put on.
    fn knows(rules: impl FnOnce(Ruleset) -> Result<Ruleset, RulesetError>) -> bool {
        let strict = Ruleset::default().set_compatibility(CompatLevel::HardRequirement);
        rules(strict).and_then(Ruleset::create).is_ok()
    }

    #[test]
    fn a_confined_thread_reads_its_model_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let (model, secret) = (folder.path().join("model.gguf"), folder.path().join("secret"));
        std::fs::write(&model, "GGUF").unwrap();
        std::fs::write(&secret, "x").unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let request =
            LoadRequest { path: model.clone(), context: 0, threads: 1, gpu_layers: 0, confine: true };
        let written = folder.path().join("written");
        let files = knows(|rules| rules.handle_access(AccessFs::from_all(ABI::V1)));
        let network = knows(|rules| rules.handle_access(AccessNet::from_all(ABI::V4)));
        // Confining is per thread, so that the other tests don't notice.
        let confined = std::thread::spawn(move || {
            if !confine(&request) {
                return false;
            }
            assert_eq!(read(&model).unwrap(), b"GGUF");
            assert!(read(&secret).is_err() && read("/etc/passwd").is_err());
            assert!(File::create(&written).is_err() && std::fs::write(&model, "").is_err());
            assert!(std::fs::read_dir("/").is_err());
            // Kernels before 6.7 know no rules for the network.
            assert_eq!(TcpStream::connect(address).is_err(), network, "connections are refused");
            true
        })
        .join()
        .unwrap();
        assert_eq!(confined, files, "it is confined where the kernel can do it, and only there says so");
    }
}
