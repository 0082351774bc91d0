//! Sources that stall, are cut or can't be reached.

use std::time::Duration;

use engine::{PullPhase, pull::Checked};
use test_support::ollama::Act;

use crate::place::{LONG, Place, quick, rises, script, waited};

#[tokio::test(flavor = "multi_thread")]
async fn a_model_is_pulled_and_the_engine_compared_it() {
    let place = Place::new(script(), 2_000_000).await;
    place.registry.slow(Some(8_000_000));
    let (ended, told) = place.pull().await;
    let outcome = ended.unwrap();
    assert_eq!(outcome.checked, Checked::ByEngine);
    assert!(outcome.size >= place.weights.len() as u64);
    place.is_right();
    rises(&told);
    assert_eq!(place.asks(), 1);
    let phase = |wanted: &PullPhase| told.iter().position(|told| told.phase == *wanted);
    let order = [PullPhase::Manifest, PullPhase::Downloading, PullPhase::Verifying]
        .map(|wanted| phase(&wanted).unwrap());
    assert!(order.is_sorted());
    let speeds = told.iter().filter(|told| told.bytes_per_second > 0);
    assert!(speeds.clone().count() > 0 && speeds.clone().all(|told| told.seconds_left.is_some()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_source_that_stalls_once_is_asked_again_from_where_it_stopped() {
    let place = Place::new(script(), 3_000_000).await;
    place.registry.script([Act::Stall(1_000_000)]);
    let (ended, told) = place.pull().await;
    assert_eq!(ended.unwrap().checked, Checked::ByUs);
    place.is_right();
    rises(&told);
    assert!(place.registry.ranges()[1].starts_with("bytes=1000000-"), "{:?}", place.registry.ranges());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_source_that_stalls_always_is_brought_to_its_end_and_every_byte_is_kept() {
    let place = Place::new(script(), 5_300_000).await;
    place.registry.always(Act::Stall(1_000_000));
    let (ended, told) = place.pull().await;
    assert_eq!(ended.unwrap().checked, Checked::ByUs);
    place.is_right();
    rises(&told);
    let starts: Vec<u64> = (0..6).map(|at| at * 1_000_000).collect();
    let ranges = place.registry.ranges();
    assert!(
        starts.iter().zip(&ranges).all(|(start, range)| range.starts_with(&format!("bytes={start}-"))),
        "{ranges:?}"
    );
    assert_eq!(ranges.len(), 6);
    assert_eq!(waited(&told), None, "bytes came each time");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_source_that_is_always_cut_is_brought_to_its_end() {
    let place = Place::new(script(), 3_000_000).await;
    place.registry.always(Act::Cut(200_000));
    let (ended, told) = place.pull().await;
    ended.unwrap();
    place.is_right();
    rises(&told);
    assert!((2..20).contains(&place.asks()), "the engine gives up now and then: {}", place.asks());
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_byte_it_waits_for_the_network_and_says_so() {
    let place = Place::new(script(), 1_000_000).await;
    place.registry.always(Act::Stall(0));
    let (waits, mut waiting) = tokio::sync::mpsc::unbounded_channel();
    let mut options = quick();
    options.patience.stall = Duration::from_millis(100);
    let pulling = engine::pull(&place.ollama, Some(&place.library), &place.reference, &options, |told| {
        if matches!(told.phase, PullPhase::WaitingForNetwork { .. }) {
            let _ = waits.send(());
        }
    });
    let network_comes = async {
        waiting.recv().await;
        waiting.recv().await;
        assert!(place.asks() >= 4);
        place.registry.always(Act::Whole);
        std::future::pending::<()>().await;
    };
    tokio::select! {
        ended = tokio::time::timeout(LONG, pulling) => ended.expect("it ends").map(|_| ()).unwrap(),
        () = network_comes => {}
    }
    place.is_right();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_cannot_be_looked_up_is_the_network_in_the_engines_words() {
    let mut script = script();
    let words = "pull model manifest: Get \"https://registry.ollama.ai/v2/library/smol/manifests/latest\": dial tcp: lookup registry.ollama.ai on 127.0.0.53:53: no such host";
    script.pull.errors = vec![words.to_owned(); 4];
    let place = Place::new(script, 100_000).await;
    let (ended, told) = place.pull().await;
    assert_eq!(ended.unwrap().checked, Checked::ByEngine, "nothing had come before");
    assert!(waited(&told).unwrap().as_ref().unwrap().contains("no such host"));
    assert_eq!(place.asks(), 5);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_engine_that_still_saves_is_asked_once_more() {
    let mut script = script();
    script.pull.errors = vec!["context canceled".to_owned()];
    let place = Place::new(script, 100_000).await;
    let (ended, told) = place.pull().await;
    ended.unwrap();
    place.is_right();
    assert_eq!((place.asks(), waited(&told)), (2, None));
}
