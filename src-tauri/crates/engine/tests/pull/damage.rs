//! Content that isn't what was promised, and who finds out.

use std::{fs, path::Path};

use domain::ErrorCode;
use engine::{PullOptions, PullPhase, Reference, library::Damage, pull::Checked};
use test_support::ollama::Act;

use crate::place::{LONG, Place, quick, script, until};

/// Wrong weights come whole; then the pull hangs at a later layer.
async fn with_wrong_weights_that_were_never_compared() -> Place {
    let place = Place::new(script(), 300_000).await;
    place.registry.script([Act::WrongBytes]);
    place.registry.hold_texts(true);
    place
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_content_is_fetched_again() {
    let place = Place::new(script(), 300_000).await;
    place.registry.script([Act::WrongBytes]);
    let (ended, _) = place.pull().await;
    assert_eq!(ended.unwrap().checked, Checked::ByUs);
    place.is_right();
    assert_eq!(place.asks(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn content_that_is_always_wrong_is_given_up_and_never_ready() {
    let place = Place::new(script(), 300_000).await;
    place.registry.always(Act::WrongBytes);
    let (ended, _) = place.pull().await;
    let error = ended.unwrap_err();
    assert_eq!(error.code(), ErrorCode::ModelDamaged);
    assert!(error.to_string().contains("wrong three times"), "{error}");
    assert_eq!(place.asks(), 3);
    assert!(!place.library.blob(&place.digest).exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn corrupt_weights_that_the_engine_calls_a_success_are_caught_by_our_own_look() {
    let place = with_wrong_weights_that_were_never_compared().await;
    let texts = || {
        let asked = place.registry.requests();
        asked
            .iter()
            .filter(|asked| asked.path.starts_with("/store/") && !asked.path.contains(place.digest.hex()))
            .count()
    };
    let release = async {
        // The second ask found the weights and hangs at the same text.
        until(|| texts() >= 2).await;
        place.registry.hold_texts(false);
        std::future::pending::<()>().await;
    };
    let (ended, told) = tokio::select! {
        ended = place.pull() => ended,
        () = release => unreachable!(),
    };
    assert_eq!(ended.unwrap().checked, Checked::ByUs);
    place.is_right();
    assert!(told.iter().any(|told| matches!(told.phase, PullPhase::Checking { .. })));
    assert!(told.iter().any(|told| told.phase == PullPhase::Mending), "it was removed");
}

#[tokio::test(flavor = "multi_thread")]
async fn corrupt_weights_of_a_pull_before_us_are_caught_too() {
    let place = with_wrong_weights_that_were_never_compared().await;
    let size = place.weights.len() as u64;
    let mut options = quick();
    options.patience.stall = LONG;
    {
        let pulling = engine::pull(&place.ollama, None, &place.reference, &options, |_| {});
        tokio::select! {
            ended = pulling => panic!("it ended: {ended:?}"),
            () = until(|| place.library.blob(&place.digest).exists()) => {}
        }
    }
    place.registry.hold_texts(false);
    let (ended, _) = place.pull().await;
    let outcome = ended.unwrap();
    assert_eq!(outcome.checked, Checked::ByUs);
    assert!(outcome.size >= size);
    place.is_right();
}

#[tokio::test(flavor = "multi_thread")]
async fn where_the_folder_cannot_be_read_it_is_said_that_nobody_compared() {
    let place = Place::new(script(), 3_000_000).await;
    let pull = |options: PullOptions| {
        let (ollama, reference) = (place.ollama.clone(), place.reference.clone());
        async move { engine::pull(&ollama, None, &reference, &options, |_| {}).await.unwrap().checked }
    };
    place.registry.script([Act::Stall(1_000_000)]);
    assert_eq!(pull(quick()).await, Checked::NotPossible);
    place.ollama.delete(&place.reference.short()).await.unwrap();
    assert_eq!(pull(quick()).await, Checked::ByEngine);
    assert_eq!(pull(PullOptions { interrupted: true, ..quick() }).await, Checked::NotPossible);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_model_is_not_cured_by_the_engine_but_by_a_repair() {
    let place = Place::new(script(), 300_000).await;
    place.pull().await.0.unwrap();
    let blob = place.library.blob(&place.digest);
    let damages: [fn(&Path); 3] = [
        |blob| fs::OpenOptions::new().write(true).open(blob).unwrap().set_len(100_000).unwrap(),
        |blob| fs::remove_file(blob).unwrap(),
        // The right length, another content.
        |blob| {
            let mut content = fs::read(blob).unwrap();
            content[200_000] ^= 1;
            fs::write(blob, content).unwrap();
        },
    ];
    for damage in damages {
        damage(&blob);
        let (mut told, options) = (Vec::new(), quick());
        let repairing = engine::repair(&place.ollama, &place.library, &place.reference, &options, |now| {
            told.push(now.phase);
        });
        tokio::time::timeout(LONG, repairing).await.unwrap().unwrap();
        place.is_right();
    }
    // A plain pull of ours sees a cut file as well; the engine's alone says that all is well.
    damages[0](&blob);
    assert_eq!(
        place.library.problems().unwrap()[0].damage,
        Damage::Size { expected: place.weights.len() as u64, found: 100_000 }
    );
    let blind = engine::pull(&place.ollama, None, &place.reference, &quick(), |_| {}).await;
    assert_eq!(blind.unwrap().checked, Checked::ByEngine);
    assert_eq!(place.library.problems().unwrap().len(), 1);
    place.pull().await.0.unwrap();
    place.is_right();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_model_that_was_made_here_says_so_when_it_cannot_be_fetched() {
    let place = Place::new(script(), 100_000).await;
    place.pull().await.0.unwrap();
    let own = Reference::parse(&place.registry.model("own:latest")).unwrap();
    place.ollama.copy(&place.reference.short(), &own.short()).await.unwrap();
    fs::remove_file(place.library.blob(&place.digest)).unwrap();
    let error = engine::repair(&place.ollama, &place.library, &own, &quick(), |_| {}).await.unwrap_err();
    assert!(error.to_string().contains("was made on this computer"), "{error}");
}
