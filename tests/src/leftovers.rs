//! Processes that a test must not leave behind.

use std::path::Path;

/// Processes other than this one that have something of the folder open, in their command or as their place. Only Linux
/// tells; elsewhere there are none.
pub fn processes_of(folder: &Path) -> Vec<String> {
    let needle = folder.to_string_lossy().into_owned();
    let ours = std::process::id().to_string();
    let Ok(processes) = std::fs::read_dir("/proc") else { return Vec::new() };
    let mut found = Vec::new();
    for process in processes.flatten() {
        let name = process.file_name().to_string_lossy().into_owned();
        if name == ours || !name.bytes().all(|byte| byte.is_ascii_digit()) {
            continue;
        }
        let path = process.path();
        let command = std::fs::read(path.join("cmdline")).unwrap_or_default();
        let command = String::from_utf8_lossy(&command).replace('\0', " ");
        let mut links = vec![std::fs::read_link(path.join("cwd"))];
        if let Ok(open) = std::fs::read_dir(path.join("fd")) {
            links.extend(open.flatten().map(|entry| std::fs::read_link(entry.path())));
        }
        let mut places = links.into_iter().flatten().map(|link| link.to_string_lossy().into_owned());
        if command.contains(&needle) || places.any(|place| place.contains(&needle)) {
            found.push(format!("{name}: {command}"));
        }
    }
    found
}
