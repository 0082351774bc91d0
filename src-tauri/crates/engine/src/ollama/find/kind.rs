//! Whether a file is a program that this computer can run, as far as its first bytes tell.

use std::{
    fs::File,
    io::{ErrorKind, Read as _},
    path::Path,
};

use super::super::OllamaFailure;

/// Why it can't run.
pub(super) fn problem(program: &Path) -> Option<(OllamaFailure, String)> {
    let name = program.display();
    let missing = || {
        let text = format!("{name} isn't there. Install Ollama, or choose where it is.");
        Some((OllamaFailure::Missing, text))
    };
    let Ok(metadata) = program.metadata() else { return missing() };
    let locked = || {
        let text = format!("{name} may not be run. Check its permissions, or choose another program.");
        Some((OllamaFailure::NotExecutable, text))
    };
    if !metadata.is_file() || !executable(&metadata) {
        return locked();
    }
    let mut first = [0_u8; 20];
    let read = File::open(program).and_then(|mut file| file.read(&mut first));
    match read {
        // What may be run need not be readable: the start will tell.
        Err(error) if error.kind() == ErrorKind::PermissionDenied => None,
        Err(_) => missing(),
        Ok(count) if runs_here(first.get(..count).unwrap_or_default()) => None,
        Ok(_) => {
            let text = format!(
                "{name} was made for another system or processor. Install the Ollama for this computer."
            );
            Some((OllamaFailure::WrongArchitecture, text))
        }
    }
}

#[cfg(unix)]
fn executable(metadata: &std::fs::Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    metadata.permissions().mode() & 0o111 != 0
}

#[cfg(not(unix))]
fn executable(_metadata: &std::fs::Metadata) -> bool {
    true
}

/// A script, or the system's own format; an ELF file's processor is compared too.
fn runs_here(first: &[u8]) -> bool {
    if cfg!(windows) {
        return first.starts_with(b"MZ");
    }
    if first.starts_with(b"#!") {
        return true;
    }
    if cfg!(target_os = "macos") {
        let magic = first.get(..4).unwrap_or_default();
        return [[0xcf, 0xfa, 0xed, 0xfe], [0xca, 0xfe, 0xba, 0xbe]].iter().any(|known| magic == known);
    }
    let machine = match (first.get(18), first.get(19)) {
        (Some(low), Some(high)) => u16::from_le_bytes([*low, *high]),
        _ => return false,
    };
    let ours = match std::env::consts::ARCH {
        "x86_64" => Some(62),
        "aarch64" => Some(183),
        "riscv64" => Some(243),
        _ => None,
    };
    first.starts_with(b"\x7fELF") && ours.is_none_or(|ours| ours == machine)
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn the_processor_of_a_program_is_compared() {
        let elf = |machine: u8| [&b"\x7fELF\x02\x01\x01"[..], &[0; 9], &[2, 0, machine, 0]].concat();
        let (ours, other) = if cfg!(target_arch = "x86_64") { (62, 183) } else { (183, 62) };
        assert!(runs_here(&elf(ours)) && !runs_here(&elf(other)));
        assert!(runs_here(b"#!/bin/sh\n") && !runs_here(b"MZ") && !runs_here(b""));
    }
}
