//! What only shows with migrations of another time.

use domain::Timestamp;

use super::{Condition, OpenError, Options, open};
use crate::{Error, connection, migrate};

const OLD: &[&str] = &["CREATE TABLE things (name TEXT NOT NULL) STRICT; INSERT INTO things VALUES ('kept');
    CREATE TABLE owner (one INTEGER PRIMARY KEY, epoch INTEGER NOT NULL); INSERT INTO owner VALUES (1, 0);"];
const NEW: &[&str] = &[OLD[0], "ALTER TABLE things ADD COLUMN age INTEGER NOT NULL DEFAULT 7;"];
const BROKEN: &[&str] =
    &[OLD[0], "ALTER TABLE things ADD COLUMN age INTEGER; INSERT INTO nowhere VALUES (1);"];

fn options() -> Options {
    Options { ballast: 0, ..Options::default() }
}

#[tokio::test]
async fn an_upgrade_is_preceded_by_a_backup_and_a_failed_one_changes_nothing() {
    let now = Timestamp::from_millis(1);
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path(), now, options(), OLD).unwrap().store;
    store.close().await;
    let backup = folder.path().join("backups/before-2.db");
    assert!(!backup.exists(), "a new database needs none");

    let failed = open(folder.path(), now, options(), BROKEN);
    assert!(matches!(failed, Err(OpenError::Store(Error::Sqlite(_)))), "{failed:?}");
    assert!(backup.exists());

    let opened = open(folder.path(), now, options(), NEW).unwrap();
    assert_eq!(opened.condition, Condition::Good);
    let thing = |connection: &rusqlite::Connection| {
        let sql = "SELECT name, age FROM things";
        Ok(connection.query_row(sql, [], |row| Ok((row.get::<_, String>(0)?, row.get::<_, i64>(1)?)))?)
    };
    assert_eq!(opened.store.read(thing).await.unwrap(), ("kept".to_owned(), 7));
    let copy = connection::frozen(&backup).unwrap();
    assert_eq!(migrate::version(&copy).unwrap(), 1);
    assert!(copy.prepare("SELECT age FROM things").is_err());
    opened.store.close().await;

    let refused = open(folder.path(), now, options(), OLD);
    assert!(matches!(refused, Err(OpenError::Newer { found: 2, known: 1, .. })), "{refused:?}");
}

#[test]
fn the_migrations_make_strict_tables_that_know_their_owner() {
    let connection = crate::backup::nothing(migrate::MIGRATIONS).unwrap();
    let sql = "SELECT name, strict FROM pragma_table_list WHERE schema = 'main' AND name NOT LIKE 'sqlite_%'";
    let mut query = connection.prepare(sql).unwrap();
    let tables = query.query_map([], |row| Ok((row.get::<_, String>(0)?, row.get::<_, bool>(1)?))).unwrap();
    for (table, strict) in tables.map(Result::unwrap) {
        assert!(strict, "{table}");
        let owned = "SELECT count(*) FROM pragma_table_info(?1) WHERE name = 'owner_id'";
        let owned: i64 = connection.query_row(owned, [&table], |row| row.get(0)).unwrap();
        // What belongs to a run is found through it; files are shared by all who hold them.
        let of_a_run = "SELECT count(*) FROM pragma_table_info(?1) WHERE name = 'run_id'";
        let of_a_run: i64 = connection.query_row(of_a_run, [&table], |row| row.get(0)).unwrap();
        let shared = ["owner", "users", "blob_refs"].contains(&table.as_str());
        assert_eq!(
            owned == 1,
            !shared && (of_a_run == 0 || ["calls", "idempotency"].contains(&table.as_str())),
            "{table}"
        );
    }
}

#[test]
fn the_age_of_a_backup_is_said_in_words() {
    const HOUR: i64 = 60 * 60 * 1000;
    for (age, words) in [
        (-HOUR, "less than an hour"),
        (HOUR - 1, "less than an hour"),
        (HOUR, "an hour"),
        (47 * HOUR, "47 hours"),
        (48 * HOUR, "2 days"),
    ] {
        assert_eq!(super::old(age), words);
    }
}
