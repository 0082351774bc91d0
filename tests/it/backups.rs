//! Backups are made by themselves, early enough for a short session, and once a day.

use std::{sync::Arc, time::Duration};

use app::BackupTimes;
use webplus_tests::{Opened, PATIENCE, TestApp, eventually};

const DAY: Duration = Duration::from_hours(24);

fn looking(first: Duration, every: Duration) -> Opened {
    Opened {
        adjust: Arc::new(move |options| options.backups = BackupTimes { first, every }),
        ..Opened::default()
    }
}

fn made(app: &TestApp) -> usize {
    let folder = std::fs::read_dir(app.data().join("backups"));
    let is_whole = |path: &std::path::Path| path.extension().is_some_and(|ending| ending == "db");
    folder.map_or(0, |files| files.filter(|file| is_whole(&file.as_ref().unwrap().path())).count())
}

#[tokio::test]
async fn one_is_made_soon_after_the_start_and_one_a_day_from_then_on() {
    let app = TestApp::start_with(looking(Duration::ZERO, Duration::from_millis(10))).await;
    eventually("the first is there", PATIENCE, || made(&app) == 1).await;
    app.opened.clock.advance(DAY);
    eventually("the next day's is there", PATIENCE, || made(&app) == 2).await;
    app.finish().await;
}

#[tokio::test]
async fn a_session_of_some_minutes_leaves_one_and_the_next_start_on_the_same_day_none() {
    let usual = BackupTimes::default();
    assert!(usual.first <= Duration::from_mins(2) && usual.every < DAY / 24, "{usual:?}");
    // Only the look soon after the start is waited for.
    let app = TestApp::start_with(looking(Duration::from_millis(1), DAY)).await;
    eventually("one is there", PATIENCE, || made(&app) == 1).await;
    let app = app.reopen().await;
    // It has been looked by the time that an answer came which was asked for after the look.
    app.exchange(None, "Is it there?", "Yes.").await;
    assert_eq!(made(&app), 1);
    app.finish().await;
}
