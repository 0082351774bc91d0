//! Full disks, broken leftovers, unknown names.

use std::fs;

use domain::ErrorCode;
use engine::{PullOptions, PullPhase, Reference};

use crate::place::{Place, quick, script};

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_ends_it_at_once_with_the_sizes_and_later_pulls_work() {
    let mut full = script();
    full.pull.disk_free = Some(1_000);
    let place = Place::new(full, 300_000).await;
    let (ended, _) = place.pull().await;
    let error = ended.unwrap_err();
    assert_eq!((error.code(), place.asks()), (ErrorCode::DiskFull, 1));
    let text = error.to_string();
    assert!(text.contains("are free in ") && text.contains("1 unfinished download takes"), "{text}");
    assert_eq!(place.library.partials(&place.digest).unwrap().len(), 2, "listed");
    place.library.remove_partials(&place.digest).unwrap();
    // The same engine, which was not started anew.
    place.fake.free_disk();
    place.pull().await.0.unwrap();
    place.is_right();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_model_larger_than_the_disk_is_refused_before_anything_is_sent() {
    let place = Place::new(script(), 100_000).await;
    let (ended, _) = place.pull_with(PullOptions { size: Some(u64::MAX / 4), ..quick() }).await;
    let error = ended.unwrap_err();
    assert_eq!((error.code(), place.asks()), (ErrorCode::DiskFull, 0));
    assert!(error.to_string().contains("are still to come"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_part_that_says_nothing_ends_every_pull_and_is_cured() {
    let mut script = script();
    script.pull.part_bytes = Some(300_000);
    let place = Place::new(script, 1_000_000).await;
    place.registry.slow(Some(1_000_000));
    place.pull_until(100_000).await;
    place.registry.slow(None);
    fs::write(place.part("-1"), "").unwrap();
    let (ended, told) = place.pull().await;
    ended.unwrap();
    place.is_right();
    assert!(told.iter().any(|told| told.phase == PullPhase::Mending));
}

#[tokio::test(flavor = "multi_thread")]
async fn early_parts_that_were_pruned_end_every_pull_and_are_cured() {
    let mut script = script();
    script.pull.part_bytes = Some(300_000);
    let place = Place::new(script, 1_000_000).await;
    place.registry.slow(Some(1_000_000));
    place.pull_until(100_000).await;
    place.registry.slow(None);
    fs::remove_file(place.part("-0")).unwrap();
    let (ended, _) = place.pull().await;
    ended.unwrap();
    place.is_right();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broken_download_in_a_folder_that_cannot_be_read_is_explained() {
    let mut script = script();
    script.pull.errors = vec!["EOF".to_owned(); 9];
    let place = Place::new(script, 100_000).await;
    let ended = engine::pull(&place.ollama, None, &place.reference, &quick(), |_| {}).await;
    let error = ended.unwrap_err();
    assert!(error.code() == ErrorCode::ReadOnly && error.to_string().contains("-partial"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_name_and_a_refusal_are_told_at_once() {
    let mut script = script();
    script.pull.errors = vec!["pull model manifest: 412: a newer version of Ollama is needed".to_owned()];
    let place = Place::new(script, 100_000).await;
    let (ended, _) = place.pull().await;
    let error = ended.unwrap_err();
    assert!(
        error.code() == ErrorCode::ProviderFailed && error.to_string().contains("newer version"),
        "{error}"
    );
    let unknown = Reference::parse(&place.registry.model("missing:latest")).unwrap();
    let ended = engine::pull(&place.ollama, Some(&place.library), &unknown, &quick(), |_| {}).await;
    let error = ended.unwrap_err();
    assert!(
        error.code() == ErrorCode::ModelNotFound && error.to_string().contains("missing:latest"),
        "{error}"
    );
    assert_eq!(place.asks(), 2);
}
