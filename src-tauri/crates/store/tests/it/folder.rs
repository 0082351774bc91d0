//! The data folder: one owner, nobody else's eyes, and what happens when it can't be written.

use std::{fs, path::Path};

use store::{Condition, Error, OpenError, Opened, Store};

use crate::support::{at, begin, count, good, opened, options};

#[tokio::test]
async fn a_second_owner_is_refused_until_the_first_has_closed() {
    let folder = tempfile::tempdir().unwrap();
    let first = good(folder.path());
    let second = Store::open(folder.path(), at(0), options());
    let Err(error @ OpenError::Owned { .. }) = second else { panic!("{second:?}") };
    assert!(error.to_string().contains("Another Web+"));
    assert_eq!(first.epoch(), 1);
    drop(first);
    assert_eq!(good(folder.path()).epoch(), 2);
}

#[test]
fn the_built_in_sqlite_is_one_that_loses_nothing() {
    assert!(rusqlite::version_number() >= 3_051_003, "{}", rusqlite::version());
}

#[cfg(unix)]
#[tokio::test]
async fn nobody_else_may_look_and_what_was_opened_wide_is_closed_at_the_next_start() {
    use std::os::unix::fs::PermissionsExt;
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let outer = tempfile::tempdir().unwrap();
    let folder = outer.path().join("deep/webplus");
    let store = good(&folder);
    store.write(|transaction| begin(transaction, 1).map(drop)).await.unwrap();
    store.backup(at(1)).await.unwrap();
    let files = || {
        let in_folder = |folder: &Path| {
            fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect::<Vec<_>>()
        };
        [in_folder(&folder), in_folder(&folder.join("backups"))].concat()
    };
    let assert_private = || {
        assert_eq!(mode(&folder), 0o700);
        for path in files() {
            assert_eq!(mode(&path), if path.is_dir() { 0o700 } else { 0o600 }, "{}", path.display());
        }
    };
    assert!(files().len() >= 5);
    assert_private();
    store.close().await;
    for path in files() {
        fs::set_permissions(&path, fs::Permissions::from_mode(if path.is_dir() { 0o755 } else { 0o644 }))
            .unwrap();
    }
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o755)).unwrap();
    let _store = good(&folder);
    assert_private();
}

#[test]
fn a_file_where_the_folder_should_be_is_an_error_with_a_sentence() {
    let outer = tempfile::tempdir().unwrap();
    let file = outer.path().join("webplus");
    fs::write(&file, "mine").unwrap();
    for folder in [file.clone(), file.join("below")] {
        let refused = Store::open(&folder, at(0), options());
        let Err(error @ OpenError::Folder { .. }) = refused else { panic!("{refused:?}") };
        assert!(error.to_string().contains("Choose another one"), "{error}");
    }
    assert_eq!(fs::read_to_string(file).unwrap(), "mine");
}

/// What a folder that can't be written must look like.
async fn assert_only_shown(folder: &Path, conversations: i64) {
    let Opened { store, condition } = opened(folder);
    assert_eq!(condition, Condition::ReadOnly { folder: folder.to_owned(), full: false });
    assert!(condition.sentence().unwrap().contains("can't be written to"));
    assert_eq!(store.read(count).await.unwrap(), conversations);
    let refused = store.write(|transaction| begin(transaction, 9).map(drop)).await;
    assert!(matches!(refused, Err(Error::ReadOnly)), "{refused:?}");
    store.close().await;
}

#[tokio::test]
async fn a_folder_whose_lock_cannot_be_taken_is_shown_without_being_changed() {
    let folder = tempfile::tempdir().unwrap();
    let store = good(folder.path());
    store.write(|transaction| begin(transaction, 1).map(drop)).await.unwrap();
    store.close().await;
    let lock = folder.path().join("webplus.lock");
    fs::remove_file(&lock).unwrap();
    fs::create_dir(&lock).unwrap();
    let before = fs::read(folder.path().join("webplus.db")).unwrap();
    assert_only_shown(folder.path(), 1).await;
    assert!(fs::read(folder.path().join("webplus.db")).unwrap() == before);
}

/// The real thing. Root may write everywhere, so where the tests run as root this runs itself again as nobody.
#[cfg(unix)]
#[tokio::test]
async fn a_read_only_folder_is_shown_whether_or_not_there_is_a_database() {
    use std::os::unix::{fs::PermissionsExt, process::CommandExt};
    const FOLDER: &str = "STORE_TEST_READ_ONLY_FOLDER";
    let set = |path: &Path, mode| fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    if let Some(folder) = std::env::var_os(FOLDER) {
        assert_only_shown(&Path::new(&folder).join("used"), 1).await;
        assert_only_shown(&Path::new(&folder).join("empty"), 0).await;
        return;
    }
    let outer = tempfile::tempdir().unwrap();
    let (used, empty) = (outer.path().join("used"), outer.path().join("empty"));
    let store = good(&used);
    store.write(|transaction| begin(transaction, 1).map(drop)).await.unwrap();
    store.close().await;
    fs::create_dir(&empty).unwrap();
    for entry in fs::read_dir(&used).unwrap() {
        set(&entry.unwrap().path(), 0o444);
    }
    set(&used, 0o555);
    set(&empty, 0o555);
    set(outer.path(), 0o755);
    let root = fs::write(used.join("probe"), "").is_ok();
    if root {
        fs::remove_file(used.join("probe")).unwrap();
        // A copy, because nobody may not look into every folder that a build is in.
        let test = outer.path().join("test");
        fs::copy(std::env::current_exe().unwrap(), &test).unwrap();
        set(&test, 0o755);
        let name = "folder::a_read_only_folder_is_shown_whether_or_not_there_is_a_database";
        let ran = std::process::Command::new(&test)
            .args(["--exact", name, "--nocapture"])
            .env(FOLDER, outer.path())
            .current_dir("/")
            .uid(65534)
            .gid(65534)
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&ran.stdout);
        assert!(
            ran.status.success() && said.contains("1 passed"),
            "{said}{}",
            String::from_utf8_lossy(&ran.stderr)
        );
    } else {
        assert_only_shown(&used, 1).await;
        assert_only_shown(&empty, 0).await;
    }
    set(&used, 0o755);
    set(&empty, 0o755);
}

/// The real thing, on a file system of its own that is 16 MiB small. Where such a one can't be mounted, the test above
/// with SQLite's own limit has to do.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn on_a_full_disk_a_small_last_write_still_succeeds_and_the_next_start_opens() {
    const DISK: &str = "STORE_TEST_SMALL_DISK";
    if let Some(disk) = std::env::var_os(DISK) {
        return fill(Path::new(&disk)).await;
    }
    let disk = tempfile::tempdir().unwrap();
    let script = "mount -t tmpfs -o size=16m none \"$0\" || exit 77; exec \"$1\" --exact \"$2\" --nocapture";
    let name = "folder::on_a_full_disk_a_small_last_write_still_succeeds_and_the_next_start_opens";
    let ran = std::process::Command::new("unshare")
        .args(["-rm", "sh", "-c", script])
        .arg(disk.path())
        .arg(std::env::current_exe().unwrap())
        .arg(name)
        .env(DISK, disk.path())
        .output();
    let Ok(ran) = ran else { return };
    let said = format!("{}{}", String::from_utf8_lossy(&ran.stdout), String::from_utf8_lossy(&ran.stderr));
    let mounted = said.contains("running 1 test");
    assert!(!mounted || ran.status.success(), "{said}");
}

#[cfg(target_os = "linux")]
async fn fill(disk: &Path) {
    use std::io::Write;
    let folder = disk.join("data");
    let with_ballast = || store::Options { ballast: 2 * 1024 * 1024, ..options() };
    let store = Store::open(&folder, at(0), with_ballast()).unwrap().store;
    store.write(|transaction| begin(transaction, 1).map(drop)).await.unwrap();
    // Waits for the reserve.
    store.write(|_| Ok(())).await.unwrap();
    let mut filler = fs::File::create(disk.join("filler")).unwrap();
    while filler.write_all(&[1; 4096]).is_ok() {}

    let large = serde_json::Value::String("x".repeat(1_000_000));
    let set = move |transaction: &store::Connection| {
        store::settings::set(transaction, crate::support::ME, "large", &large)
    };
    let full = store.write(set).await;
    assert!(matches!(full, Err(Error::DiskFull)), "{full:?}");
    store.write(|transaction| begin(transaction, 2).map(drop)).await.unwrap();
    assert!(matches!(store.backup(at(1)).await, Ok(_) | Err(Error::DiskFull)));
    assert_eq!(store.read(count).await.unwrap(), 2);
    while filler.write_all(&[1; 4096]).is_ok() {}
    drop(store);

    // Nothing in reserve any more, and yet what there is can be seen.
    let Opened { store, condition } = Store::open(&folder, at(1), with_ballast()).unwrap();
    assert!(matches!(condition, Condition::Good | Condition::ReadOnly { full: true, .. }), "{condition:?}");
    assert_eq!(store.read(count).await.unwrap(), 2);
    drop(store);

    // Nor does a new folder keep the window from opening.
    let Opened { store, condition } = Store::open(&disk.join("other"), at(1), with_ballast()).unwrap();
    assert_eq!(condition, Condition::ReadOnly { folder: disk.join("other"), full: true });
    assert!(condition.sentence().unwrap().contains("Free some space"));
    assert_eq!(store.read(count).await.unwrap(), 0);
    assert!(matches!(store.write(|_| Ok(())).await, Err(Error::DiskFull)));
    drop(store);

    drop(filler);
    fs::remove_file(disk.join("filler")).unwrap();
    let store = good(&folder);
    store.write(|transaction| begin(transaction, 3).map(drop)).await.unwrap();
    assert_eq!(store.read(count).await.unwrap(), 3);
}
