//! Pulls that go on after a pause or with another engine.

use std::fs;

use domain::ErrorCode;
use engine::{PullOptions, pull::Checked};
use test_support::ollama::FakeOllama;

use crate::{
    place::{Place, quick, rises, script, until},
    shelf::client,
};

#[tokio::test(flavor = "multi_thread")]
async fn a_paused_pull_goes_on_where_it_was() {
    let place = Place::new(script(), 2_000_000).await;
    place.registry.slow(Some(2_000_000));
    place.pull_until(500_000).await;
    let saved = place.saved();
    assert!(place.library.has_unfinished());
    place.registry.slow(None);
    let (ended, told) = place.pull_with(PullOptions { interrupted: true, ..quick() }).await;
    assert_eq!(ended.unwrap().checked, Checked::ByUs);
    place.is_right();
    rises(&told);
    assert_eq!(
        place.registry.ranges().last().unwrap(),
        &format!("bytes={saved}-{}", place.weights.len() - 1)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_engine_that_dies_is_told_and_the_next_one_goes_on() {
    let mut place = Place::new(script(), 2_000_000).await;
    place.registry.slow(Some(2_000_000));
    let (ollama, library, reference) = (place.ollama.clone(), place.library.clone(), place.reference.clone());
    let pulling =
        tokio::spawn(
            async move { engine::pull(&ollama, Some(&library), &reference, &quick(), |_| {}).await },
        );
    until(|| fs::metadata(place.part("")).is_ok()).await;
    until(|| !place.registry.ranges().is_empty()).await;
    place.fake.crash().await;
    let error = pulling.await.unwrap().unwrap_err();
    assert!(matches!(error.code(), ErrorCode::ProviderUnreachable | ErrorCode::Interrupted), "{error:?}");
    assert!(place.library.has_unfinished(), "so the next start must not prune");
    place.registry.slow(None);
    let next = FakeOllama::start_in(script(), place.fake.folder(), &[("OLLAMA_NOPRUNE", "1")]).await.unwrap();
    place.ollama = client(&next.url());
    let (ended, _) = place.pull_with(PullOptions { interrupted: true, ..quick() }).await;
    assert_eq!(ended.unwrap().checked, Checked::ByUs);
    place.is_right();
}
