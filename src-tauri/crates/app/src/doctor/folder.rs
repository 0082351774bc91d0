//! The data folder: there or possible, readable, writable, and this person's alone.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use engine::library::Library;

use super::{check::Finding, disk::existing, patient::Patient, timed::blocking};

const ELSEWHERE: &str = "Correct that, or choose another folder with WEBPLUS_DATA_DIR.";
/// What the window's libraries write with permissions of their own choosing: where the window stood, what the page kept. The
/// folder around it keeps others out.
const OF_THE_WINDOW: [&str; 2] = ["page", "window.json"];
/// So many files are named at most.
const NAMED: usize = 3;

pub(super) async fn folder(patient: Arc<Patient>) -> Finding {
    let folder = patient.options.data_dir.clone();
    blocking(move || look(&folder)).await
}

fn look(folder: &Path) -> Finding {
    let shown = folder.display();
    match fs::metadata(folder) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return absent(folder),
        Err(error) => {
            return Finding::fail(format!("The data folder {shown} can’t be reached: {error}."), ELSEWHERE);
        }
        Ok(found) if !found.is_dir() => {
            return Finding::fail(format!("{shown} is no folder, so nothing can be kept in it."), ELSEWHERE);
        }
        Ok(_) => {}
    }
    let (readable, writable) = access(folder);
    if !readable {
        return Finding::fail(format!("The data folder {shown} can’t be read."), ELSEWHERE);
    }
    if !writable {
        return Finding::fail(
            format!("The data folder {shown} can’t be written to, so nothing can be saved."),
            "Check its permissions, then start Web+ again.",
        );
    }
    let mut open = Vec::new();
    open_to_others(folder, 2, &mut open);
    if open.is_empty() {
        return Finding::fine(format!("The data folder {shown} can be written and is yours alone."));
    }
    let names: Vec<String> = open.iter().take(NAMED).map(|path| path.display().to_string()).collect();
    let more = if open.len() > NAMED { format!(" and {} more", open.len() - NAMED) } else { String::new() };
    Finding::warn(
        format!("Other people on this computer have permissions on {}{more}.", names.join(", ")),
        "Start Web+ again: it takes them away by itself.",
    )
}

fn absent(folder: &Path) -> Finding {
    let shown = folder.display();
    match existing(folder) {
        Some(above) if above.is_dir() && access(above).1 => {
            Finding::fine(format!("The data folder {shown} isn’t there yet. Web+ makes it when it starts."))
        }
        _ => Finding::fail(format!("The data folder {shown} isn’t there and can’t be made."), ELSEWHERE),
    }
}

/// Whether we may read and write there, found out without trying.
fn access(folder: &Path) -> (bool, bool) {
    Library::open(folder).map_or((false, false), |folder| {
        let access = folder.access();
        (access.readable, access.writable)
    })
}

/// What others may read, write or enter; as deep as it is tightened at a start.
#[cfg(unix)]
fn open_to_others(path: &Path, depth: u8, open: &mut Vec<PathBuf>) {
    use std::os::unix::fs::PermissionsExt as _;
    let Ok(found) = fs::symlink_metadata(path) else { return };
    if !found.is_file() && !found.is_dir() {
        return;
    }
    if found.permissions().mode() & 0o077 != 0 {
        open.push(path.to_owned());
    }
    if depth > 0 && found.is_dir() {
        let ours = |entry: &fs::DirEntry| !OF_THE_WINDOW.iter().any(|name| entry.file_name() == *name);
        for entry in fs::read_dir(path).into_iter().flatten().flatten().filter(ours) {
            open_to_others(&entry.path(), depth - 1, open);
        }
    }
}

/// A profile's folder is its person's alone on Windows.
#[cfg(not(unix))]
fn open_to_others(_path: &Path, _depth: u8, _open: &mut Vec<PathBuf>) {}

#[cfg(test)]
mod tests {
    use super::{super::CheckStatus, *};

    #[test]
    fn a_folder_is_judged_as_it_is_and_nothing_is_made() {
        let home = tempfile::tempdir().unwrap();
        let data = home.path().join("a").join("data");
        assert_eq!(look(&data).status, CheckStatus::Ok);
        assert!(!home.path().join("a").exists());
        let file = home.path().join("file");
        fs::write(&file, "text").unwrap();
        assert!(look(&file).message.contains("is no folder"));
        assert_eq!(look(&file.join("below")).status, CheckStatus::Fail);
    }

    #[cfg(unix)]
    #[test]
    fn permissions_of_others_are_named_and_left() {
        use std::os::unix::fs::PermissionsExt as _;
        let home = tempfile::tempdir().unwrap();
        let mode = |path: &Path, mode| fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
        mode(home.path(), 0o700);
        assert_eq!(look(home.path()).status, CheckStatus::Ok);
        let file = home.path().join("webplus.db");
        fs::write(&file, "").unwrap();
        mode(&file, 0o644);
        let told = look(home.path());
        assert!(told.status == CheckStatus::Warn && told.message.contains("webplus.db"), "{told:?}");
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o644);
    }
}
