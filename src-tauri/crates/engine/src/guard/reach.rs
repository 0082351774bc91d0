//! Which files a program can reach: on Linux by Landlock, which it can't undo and which what it starts inherits. Elsewhere nobody
//! can say that of an ordinary program, and nobody claims to.

use std::{ffi::OsString, path::PathBuf};

use serde::{Deserialize, Serialize};

/// The only places that a program can reach.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reach {
    /// Files and folders that it reads, and programs that it starts, from there.
    pub read: Vec<OsString>,
    /// Folders in which it does what it likes.
    pub write: Vec<OsString>,
}

impl Reach {
    /// The places of the system itself, which hold nothing of the person's, and these.
    pub fn of(read: impl IntoIterator<Item = PathBuf>, write: impl IntoIterator<Item = PathBuf>) -> Self {
        let system = [
            "/usr",
            "/bin",
            "/sbin",
            "/lib",
            "/lib32",
            "/lib64",
            "/etc",
            "/opt",
            "/nix/store",
            "/proc",
            "/sys",
        ];
        let read = system.map(PathBuf::from).into_iter().chain(read).map(PathBuf::into_os_string).collect();
        Self { read, write: write.into_iter().map(PathBuf::into_os_string).collect() }
    }
}

/// Whether this system keeps programs to their `Reach`.
pub fn confines_files() -> bool {
    rules::known()
}

/// What a process of ours can take from itself on this system, as the built-in engine's does before it reads a model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Confinement {
    /// Nothing.
    None,
    /// Every file but those that it names: Linux since 5.13, where Landlock is switched on.
    Files,
    /// These, and TCP: Linux since 6.7.
    FilesAndNetwork,
}

/// Asks the system; changes nothing.
pub fn confinement() -> Confinement {
    match (rules::files(), rules::network()) {
        (false, _) => Confinement::None,
        (true, false) => Confinement::Files,
        (true, true) => Confinement::FilesAndNetwork,
    }
}

pub(super) use rules::Rules;

#[cfg(target_os = "linux")]
mod rules {
    use std::{io, path::Path};

    use landlock::{
        ABI, Access as _, AccessFs, AccessNet, CompatLevel, Compatible as _, PathBeneath, PathFd, Ruleset,
        RulesetAttr as _, RulesetCreated, RulesetCreatedAttr as _, RulesetStatus,
    };

    use super::Reach;

    /// What is kept: since Linux 6.2.
    const KEPT: ABI = ABI::V3;
    /// Everybody writes there, and nothing lasts.
    const DEVICES: [&str; 6] =
        ["/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom", "/dev/tty"];

    pub(super) fn known() -> bool {
        asked(|rules| rules.handle_access(AccessFs::from_all(KEPT)))
    }

    pub(super) fn files() -> bool {
        asked(|rules| rules.handle_access(AccessFs::from_all(ABI::V1)))
    }

    pub(super) fn network() -> bool {
        asked(|rules| rules.handle_access(AccessNet::from_all(ABI::V4)))
    }

    /// Whether the kernel knows these rules, by making some that hold nobody.
    fn asked(wanted: impl FnOnce(Ruleset) -> Result<Ruleset, landlock::RulesetError>) -> bool {
        let strict = Ruleset::default().set_compatibility(CompatLevel::HardRequirement);
        wanted(strict).and_then(Ruleset::create).is_ok()
    }

    /// Made before the fork, so that nothing but two system calls is left behind it.
    pub(in super::super) struct Rules(RulesetCreated);

    impl Rules {
        pub(in super::super) fn new(reach: &Reach) -> io::Result<Self> {
            let all = AccessFs::from_all(KEPT);
            let mut rules = Ruleset::default()
                .set_compatibility(CompatLevel::HardRequirement)
                .handle_access(all)
                .and_then(Ruleset::create)
                .map_err(io::Error::other)?;
            let read = AccessFs::from_read(KEPT);
            let devices = DEVICES.map(|device| (Path::new(device), AccessFs::ReadFile | AccessFs::WriteFile));
            let read = reach.read.iter().map(|place| (Path::new(place), read));
            let write = reach.write.iter().map(|place| (Path::new(place), all));
            for (path, access) in read.chain(write).chain(devices) {
                // What isn't there can't be reached either.
                let Ok(opened) = PathFd::new(path) else { continue };
                // A file knows fewer rights than a folder.
                let access = if path.is_dir() { access } else { access & AccessFs::from_file(KEPT) };
                rules = rules.add_rule(PathBeneath::new(opened, access)).map_err(io::Error::other)?;
            }
            Ok(Self(rules))
        }

        /// From here on this process, and all that it starts, reaches nothing else.
        pub(in super::super) fn keep(self) -> io::Result<()> {
            match self.0.restrict_self() {
                Ok(status) if status.ruleset == RulesetStatus::FullyEnforced => Ok(()),
                _ => Err(io::ErrorKind::Unsupported.into()),
            }
        }
    }
}

#[cfg(not(target_os = "linux"))]
mod rules {
    use std::io;

    use super::Reach;

    pub(super) fn known() -> bool {
        false
    }

    pub(super) fn files() -> bool {
        false
    }

    pub(super) fn network() -> bool {
        false
    }

    /// None here.
    pub(in super::super) struct Rules;

    impl Rules {
        pub(in super::super) fn new(_reach: &Reach) -> io::Result<Self> {
            Err(io::ErrorKind::Unsupported.into())
        }

        pub(in super::super) fn keep(self) -> io::Result<()> {
            Err(io::ErrorKind::Unsupported.into())
        }
    }
}
