//! Writes: together, apart when they fail, and told the truth.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
    mpsc,
};

use crate::support::{ME, at, begin, conversation, count, good, options};
use store::{Condition, Error, Store, settings};

#[tokio::test(flavor = "multi_thread")]
async fn one_failing_write_takes_back_its_own_changes_alone() {
    let folder = tempfile::tempdir().unwrap();
    let store = good(folder.path());
    // The writer is held until all are queued, so that they are sure to share a transaction.
    let (go, wait) = mpsc::channel::<()>();
    let (begun, waiting) = tokio::sync::oneshot::channel();
    let gate = tokio::spawn({
        let store = store.clone();
        async move {
            store
                .write(move |_| {
                    let _gone = begun.send(());
                    wait.recv().unwrap();
                    Ok(())
                })
                .await
        }
    });
    waiting.await.unwrap();
    let commits = Arc::new(AtomicUsize::new(0));
    let writes: Vec<_> = (0..40)
        .map(|number| {
            let store = store.clone();
            tokio::spawn(async move {
                store
                    .write(move |transaction| {
                        begin(transaction, number)?;
                        if number % 4 == 3 { Err(Error::Conflict) } else { Ok(number) }
                    })
                    .await
            })
        })
        .collect();
    tokio::task::yield_now().await;
    go.send(()).unwrap();
    gate.await.unwrap().unwrap();
    for (number, write) in (0..40).zip(writes) {
        match write.await.unwrap() {
            Ok(answer) => {
                assert_eq!(answer, number);
                commits.fetch_add(1, Ordering::Relaxed);
            }
            Err(error) => {
                assert!(matches!(error, Error::Conflict), "{error}");
                assert_eq!(number % 4, 3);
            }
        }
    }
    assert_eq!(commits.load(Ordering::Relaxed), 30);
    assert_eq!(store.read(count).await.unwrap(), 30);
}

#[tokio::test]
async fn a_panic_in_a_write_is_an_error_and_the_writer_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let store = good(folder.path());
    let panicked = store
        .write(|transaction| -> Result<(), Error> {
            begin(transaction, 1)?;
            panic!("on purpose");
        })
        .await;
    assert!(matches!(panicked, Err(Error::Panicked(ref why)) if why == "on purpose"));
    let panicked = store.read(|_| -> Result<(), Error> { panic!("on purpose") }).await;
    assert!(matches!(panicked, Err(Error::Panicked(_))));
    store.write(|transaction| begin(transaction, 2).map(drop)).await.unwrap();
    assert_eq!(store.read(count).await.unwrap(), 1);
}

#[tokio::test]
async fn a_write_that_leaves_its_transaction_is_told_so() {
    let folder = tempfile::tempdir().unwrap();
    let store = good(folder.path());
    let left = store
        .write(|transaction| {
            begin(transaction, 1)?;
            transaction.execute_batch("ROLLBACK")?;
            Ok(())
        })
        .await;
    assert!(matches!(left, Err(Error::LeftTransaction)), "{left:?}");
    store.write(|transaction| begin(transaction, 2).map(drop)).await.unwrap();
    assert_eq!(store.read(count).await.unwrap(), 1);
}

#[tokio::test]
async fn a_full_disk_is_an_error_with_a_sentence_and_loses_nothing_that_was_answered() {
    let folder = tempfile::tempdir().unwrap();
    let store = good(folder.path());
    store.write(|transaction| begin(transaction, 1).map(drop)).await.unwrap();
    let limit = |pages: i64| {
        move |transaction: &store::Connection| {
            transaction
                .query_row(&format!("PRAGMA max_page_count = {pages}"), [], |_| Ok(()))
                .map_err(Error::from)
        }
    };
    // SQLite takes no limit below the size that the file has.
    store.write(limit(1)).await.unwrap();
    let large = serde_json::Value::String("x".repeat(1_000_000));
    let full = store.write(move |transaction| settings::set(transaction, ME, "large", &large)).await;
    let Err(error @ Error::DiskFull) = full else { panic!("{full:?}") };
    assert!(error.to_string().contains("Free some space"));
    store.write(limit(1_000_000)).await.unwrap();
    store.write(|transaction| begin(transaction, 2).map(drop)).await.unwrap();
    assert_eq!(store.read(count).await.unwrap(), 2);
}

#[tokio::test]
async fn the_reserve_is_given_up_when_the_disk_is_full() {
    let folder = tempfile::tempdir().unwrap();
    let options = store::Options { ballast: 1024 * 1024, ..options() };
    let store = Store::open(folder.path(), at(0), options.clone()).unwrap().store;
    // The reserve is made behind the first write, and the second waits for it.
    store.write(|_| Ok(())).await.unwrap();
    store.write(|_| Ok(())).await.unwrap();
    let ballast = folder.path().join("ballast");
    assert_eq!(std::fs::metadata(&ballast).unwrap().len(), 1024 * 1024);
    #[cfg(unix)]
    assert!(
        std::os::unix::fs::MetadataExt::blocks(&std::fs::metadata(&ballast).unwrap()) * 512 >= 1024 * 1024
    );
    assert!(matches!(store.write(|_| Err::<(), _>(Error::DiskFull)).await, Err(Error::DiskFull)));
    store.write(|_| Ok(())).await.unwrap();
    assert!(!ballast.exists());
    store.close().await;
    let store = Store::open(folder.path(), at(0), options).unwrap().store;
    store.write(|_| Ok(())).await.unwrap();
    store.write(|_| Ok(())).await.unwrap();
    assert!(ballast.exists());
}

#[tokio::test]
async fn closing_does_what_waits_and_then_refuses() {
    let folder = tempfile::tempdir().unwrap();
    let store = good(folder.path());
    let write = |number| {
        let store = store.clone();
        tokio::spawn(
            async move { store.write(move |transaction| begin(transaction, number).map(drop)).await },
        )
    };
    let waiting: Vec<_> = (0..20).map(write).collect();
    tokio::task::yield_now().await;
    store.close().await;
    let mut done = 0;
    for write in waiting {
        match write.await.unwrap() {
            Ok(()) => done += 1,
            Err(error) => assert!(matches!(error, Error::Closed)),
        }
    }
    assert!(matches!(store.write(|_| Ok(())).await, Err(Error::Closed)));
    assert!(matches!(store.read(|_| Ok(())).await, Err(Error::Closed)));
    let log = folder.path().join("webplus.db-wal");
    assert!(std::fs::metadata(log).map_or(0, |log| log.len()) == 0, "the log was moved into the database");
    // Its clone still lives, and yet the folder is free.
    let again = good(folder.path());
    assert_eq!(again.read(count).await.unwrap(), done);
    assert_eq!(again.epoch(), store.epoch() + 1);
}

#[tokio::test]
async fn the_last_clone_may_die_inside_a_write() {
    let folder = tempfile::tempdir().unwrap();
    let store = good(folder.path());
    let last = store.clone();
    let write = store.write(move |transaction| {
        begin(transaction, 1)?;
        drop(last);
        Ok(())
    });
    write.await.unwrap();
    drop(store);
    let Ok(again) = Store::open(folder.path(), at(0), options()) else {
        panic!("the folder is still locked")
    };
    assert_eq!(again.condition, Condition::Good);
    assert_eq!(again.store.read(count).await.unwrap(), 1);
}

#[tokio::test]
async fn a_read_sees_one_state_and_may_not_write() {
    let folder = tempfile::tempdir().unwrap();
    let store = good(folder.path());
    let refused =
        store.read(|connection| store::conversations::insert(connection, ME, &conversation(1))).await;
    assert!(matches!(refused, Err(Error::ReadOnly)), "{refused:?}");
    let (go, wait) = mpsc::channel::<()>();
    let (begun, waiting) = tokio::sync::oneshot::channel();
    let reader = tokio::spawn({
        let store = store.clone();
        async move {
            store
                .read(move |connection| {
                    let before = count(connection)?;
                    let _gone = begun.send(());
                    wait.recv().unwrap();
                    Ok((before, count(connection)?))
                })
                .await
        }
    });
    waiting.await.unwrap();
    store.write(|transaction| begin(transaction, 1).map(drop)).await.unwrap();
    go.send(()).unwrap();
    assert_eq!(reader.await.unwrap().unwrap(), (0, 0));
    assert_eq!(store.read(count).await.unwrap(), 1);
}

#[tokio::test]
async fn what_is_written_is_on_the_disk_before_it_is_answered() {
    let folder = tempfile::tempdir().unwrap();
    let store = good(folder.path());
    let pragma = async |name: &'static str| {
        let asked = store.write(move |connection| {
            let value =
                connection.pragma_query_value(None, name, |row| row.get::<_, rusqlite::types::Value>(0))?;
            Ok(format!("{value:?}"))
        });
        asked.await.unwrap()
    };
    // No kill of a process shows these: what the system has it keeps. Only a power cut would.
    assert_eq!(pragma("synchronous").await, "Integer(2)", "FULL");
    assert_eq!(pragma("journal_mode").await, "Text(\"wal\")");
    assert_eq!(pragma("fullfsync").await, "Integer(1)");
    assert_eq!(pragma("checkpoint_fullfsync").await, "Integer(1)");
    store.close().await;
}
