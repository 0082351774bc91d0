//! The start-up ladder: whatever happened to the file, the store opens and the damaged file is kept.

use std::{
    fs,
    io::{Seek, SeekFrom, Write},
    path::{Path, PathBuf},
};

use store::{Condition, Error, OpenError, Opened, Store, messages};

use crate::support::{ME, at, begin, count, good, line, opened, options};

/// A closed store with 40 conversations of 10 messages, and a backup of the first 30 if asked for.
async fn filled(folder: &Path, backup: bool) {
    let store = good(folder);
    let fill = |from: i64, to: i64| {
        move |transaction: &store::Connection| {
            (from..to).try_for_each(|number| line(transaction, number, 10, &"text ".repeat(100)).map(drop))
        }
    };
    store.write(fill(0, 30)).await.unwrap();
    if backup {
        let path = store.backup(at(1)).await.unwrap();
        assert!(path.exists());
        assert!(!store.backup_is_due(at(2)));
        assert!(store.backup_is_due(at(25 * 60 * 60 * 1000)));
    }
    store.write(fill(30, 40)).await.unwrap();
    store.close().await;
}

fn database(folder: &Path) -> PathBuf {
    folder.join("webplus.db")
}

fn cut_off(folder: &Path) {
    let file = fs::OpenOptions::new().write(true).open(database(folder)).unwrap();
    file.set_len(file.metadata().unwrap().len() / 2).unwrap();
}

fn overwrite(folder: &Path, from: u64, length: usize) {
    let mut file = fs::OpenOptions::new().write(true).open(database(folder)).unwrap();
    file.seek(SeekFrom::Start(from)).unwrap();
    file.write_all(&vec![0xa5; length]).unwrap();
}

async fn assert_restored(folder: &Path) {
    let damaged = fs::read(database(folder)).unwrap();
    let Opened { store, condition } = opened(folder);
    let Condition::Restored { taken_at, kept, .. } = &condition else { panic!("{condition:?}") };
    assert_eq!(*taken_at, at(1));
    assert!(fs::read(kept).unwrap() == damaged, "the damaged file is kept as it was");
    let sentence = condition.sentence().unwrap();
    assert!(sentence.contains("newest backup"));
    assert_eq!(store.notice().as_ref(), Some(&sentence));
    assert_eq!(store.read(count).await.unwrap(), 30);
    store.write(|transaction| begin(transaction, 100).map(drop)).await.unwrap();
    store.close().await;
    let again = good(folder);
    assert_eq!(again.read(count).await.unwrap(), 31);
    assert_eq!(again.notice(), Some(sentence), "it is told until somebody has seen it");
    again.forget_notice().await.unwrap();
    again.close().await;
    assert_eq!(good(folder).notice(), None);
}

#[tokio::test]
async fn a_file_that_was_cut_off_is_replaced_by_the_backup() {
    let folder = tempfile::tempdir().unwrap();
    filled(folder.path(), true).await;
    cut_off(folder.path());
    assert_restored(folder.path()).await;
}

#[tokio::test]
async fn a_file_with_a_broken_header_is_replaced_by_the_backup() {
    let folder = tempfile::tempdir().unwrap();
    filled(folder.path(), true).await;
    overwrite(folder.path(), 0, 100);
    assert_restored(folder.path()).await;
}

#[tokio::test]
async fn a_file_with_broken_pages_is_replaced_by_the_backup() {
    let folder = tempfile::tempdir().unwrap();
    filled(folder.path(), true).await;
    let length = fs::metadata(database(folder.path())).unwrap().len();
    overwrite(folder.path(), length / 2 / 4096 * 4096, 3 * 4096);
    assert_restored(folder.path()).await;
}

#[tokio::test]
async fn an_emptied_file_is_not_taken_for_a_new_database() {
    let folder = tempfile::tempdir().unwrap();
    filled(folder.path(), true).await;
    fs::write(database(folder.path()), b"").unwrap();
    assert_restored(folder.path()).await;
}

#[tokio::test]
async fn a_damaged_backup_is_passed_over_for_an_older_one() {
    let folder = tempfile::tempdir().unwrap();
    filled(folder.path(), true).await;
    fs::write(folder.path().join(format!("backups/webplus-{}.db", at(5).millis())), b"not a database")
        .unwrap();
    cut_off(folder.path());
    assert_restored(folder.path()).await;
}

#[tokio::test]
async fn without_a_backup_what_is_left_is_shown_and_nothing_changed() {
    let folder = tempfile::tempdir().unwrap();
    filled(folder.path(), false).await;
    let length = fs::metadata(database(folder.path())).unwrap().len();
    overwrite(folder.path(), length - 4 * 4096, 4 * 4096);
    let damaged = fs::read(database(folder.path())).unwrap();
    let Opened { store, condition } = opened(folder.path());
    assert_eq!(condition, Condition::Salvaged { kept: database(folder.path()), partly: false });
    assert!(condition.sentence().unwrap().contains("no backup"));
    assert_eq!(store.notice(), None, "the condition itself says it at every start");
    let listed = store.read(|connection| store::conversations::list(connection, ME, None, 10)).await.unwrap();
    assert_eq!(listed.len(), 10);
    let refused = store.write(|transaction| begin(transaction, 100).map(drop)).await;
    assert!(matches!(refused, Err(Error::Damaged)), "{refused:?}");
    assert!(matches!(store.backup(at(2)).await, Err(Error::Damaged)));
    store.close().await;
    assert!(fs::read(database(folder.path())).unwrap() == damaged);

    // What the sentence says to do.
    let away = tempfile::tempdir().unwrap();
    for entry in fs::read_dir(folder.path()).unwrap() {
        let (path, name) = entry.map(|entry| (entry.path(), entry.file_name())).unwrap();
        if name.to_string_lossy().starts_with("webplus.db") {
            fs::rename(path, away.path().join(name)).unwrap();
        }
    }
    assert_eq!(good(folder.path()).read(count).await.unwrap(), 0);
}

/// The pages on which the database says what it holds, but for the first, which all others hang on.
fn account(folder: &Path) -> Vec<u64> {
    let connection = rusqlite::Connection::open(database(folder)).unwrap();
    let sql = "SELECT pageno FROM dbstat WHERE name = 'sqlite_schema' AND pageno > 1 ORDER BY path";
    let mut query = connection.prepare(sql).unwrap();
    query.query_map([], |row| row.get::<_, i64>(0)).unwrap().map(|page| page.unwrap() as u64).collect()
}

#[tokio::test]
async fn tables_that_a_damaged_account_still_tells_of_are_shown_and_the_others_said_to_be_missing() {
    let folder = tempfile::tempdir().unwrap();
    filled(folder.path(), false).await;
    let pages = account(folder.path());
    assert!(pages.len() > 1, "the account has several pages: {pages:?}");
    // The last page tells of what was made last.
    overwrite(folder.path(), (pages[pages.len() - 1] - 1) * 4096, 4096);
    let damaged = fs::read(database(folder.path())).unwrap();
    for _ in 0..2 {
        let Opened { store, condition } = opened(folder.path());
        assert_eq!(condition, Condition::Salvaged { kept: database(folder.path()), partly: true });
        assert!(condition.sentence().unwrap().contains("some of it may be missing"));
        assert_eq!(store.read(count).await.unwrap(), 40);
        let listed =
            store.read(|connection| store::conversations::list(connection, ME, None, 10)).await.unwrap();
        assert_eq!(listed.len(), 10);
        let refused = store.write(|transaction| begin(transaction, 100).map(drop)).await;
        assert!(matches!(refused, Err(Error::Damaged)), "{refused:?}");
        store.close().await;
        assert!(fs::read(database(folder.path())).unwrap() == damaged, "it stays as it is");
    }
    // Of the first page nothing is left when all hangs on it; that is said.
    overwrite(folder.path(), 100, 3996);
    let Opened { store, condition } = opened(folder.path());
    assert!(matches!(condition, Condition::Fresh { unreadable: true, .. }), "{condition:?}");
    assert!(!folder.path().join("salvaged.db").exists());
    store.close().await;
}

#[tokio::test]
async fn what_is_beyond_reading_is_kept_beside_a_fresh_database() {
    let folder = tempfile::tempdir().unwrap();
    for number in 0..2 {
        fs::write(database(folder.path()), format!("garbage {number} ").repeat(1000)).unwrap();
        let Opened { store, condition } = opened(folder.path());
        let Condition::Fresh { kept, unreadable: true } = &condition else { panic!("{condition:?}") };
        assert!(fs::read_to_string(kept).unwrap().starts_with(&format!("garbage {number}")));
        let sentence = condition.sentence().unwrap();
        assert!(sentence.contains("began with an empty one") && sentence.contains("says what it holds"));
        store.write(|transaction| begin(transaction, 1).map(drop)).await.unwrap();
        assert_eq!(store.notice().unwrap().lines().count(), number + 1, "none is told in place of another");
        store.close().await;
    }
    let kept = fs::read_dir(folder.path()).unwrap().flatten();
    assert_eq!(kept.filter(|entry| entry.file_name().to_string_lossy().starts_with("damaged-")).count(), 2);
}

#[tokio::test]
async fn a_restore_that_was_cut_off_is_ended_at_the_next_start() {
    let folder = tempfile::tempdir().unwrap();
    filled(folder.path(), true).await;
    let backup = folder.path().join(format!("backups/webplus-{}.db", at(1).millis()));
    // As far as the ladder had come: first what is told, then the copy takes the place of the damaged file.
    fs::write(folder.path().join("notice.txt"), "Your database was damaged.").unwrap();
    fs::rename(database(folder.path()), folder.path().join("damaged-1.db")).unwrap();
    fs::copy(backup, folder.path().join("webplus.db.restoring")).unwrap();
    let store = good(folder.path());
    assert_eq!(store.read(count).await.unwrap(), 30);
    assert_eq!(store.notice().as_deref(), Some("Your database was damaged."));
}

#[tokio::test]
async fn a_large_file_is_checked_by_samples() {
    let folder = tempfile::tempdir().unwrap();
    let store = good(folder.path());
    let text = "word ".repeat(2000);
    store.write(move |transaction| line(transaction, 1, 1000, &text).map(drop)).await.unwrap();
    store.backup(at(1)).await.unwrap();
    store.close().await;
    assert!(fs::metadata(database(folder.path())).unwrap().len() > 8 * 1024 * 1024);
    drop(good(folder.path()));
    cut_off(folder.path());
    let Opened { condition, .. } = opened(folder.path());
    assert!(matches!(condition, Condition::Restored { .. }), "{condition:?}");
    overwrite(folder.path(), 1024 * 1024, 2 * 1024 * 1024);
    let Opened { condition, .. } = opened(folder.path());
    assert!(matches!(condition, Condition::Restored { .. }), "{condition:?}");
}

#[tokio::test]
async fn seven_backups_are_kept_and_each_is_whole() {
    let folder = tempfile::tempdir().unwrap();
    let store = good(folder.path());
    store.write(|transaction| line(transaction, 1, 3, "kept").map(drop)).await.unwrap();
    assert!(store.backup_is_due(at(0)));
    for day in 0..10 {
        store.backup(at(day * 24 * 60 * 60 * 1000)).await.unwrap();
    }
    let mut names: Vec<_> =
        fs::read_dir(folder.path().join("backups")).unwrap().map(|entry| entry.unwrap().path()).collect();
    names.sort();
    assert_eq!(names.len(), 7);
    assert!(names[0].ends_with(format!("webplus-{}.db", at(3 * 24 * 60 * 60 * 1000).millis())));
    let other = tempfile::tempdir().unwrap();
    fs::copy(&names[6], database(other.path())).unwrap();
    let copy = good(other.path());
    assert!(!copy.read(messages::any_running).await.unwrap());
    assert_eq!(copy.read(count).await.unwrap(), 1);
}

#[tokio::test]
async fn a_newer_database_is_refused_with_a_sentence() {
    let folder = tempfile::tempdir().unwrap();
    let store = good(folder.path());
    store.write(|transaction| Ok(transaction.execute_batch("PRAGMA user_version = 99")?)).await.unwrap();
    store.close().await;
    let before = fs::read(database(folder.path())).unwrap();
    let refused = Store::open(folder.path(), at(0), options());
    let Err(error @ OpenError::Newer { found: 99, .. }) = refused else { panic!("{refused:?}") };
    assert!(error.to_string().contains("Update Web+"));
    assert!(fs::read(database(folder.path())).unwrap() == before);
}
