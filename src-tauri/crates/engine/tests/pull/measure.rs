//! How fast a pull is: `cargo test -p webplus-engine --test pull -- --ignored --nocapture`.

use engine::PullOptions;
use test_support::ollama::{FakeOllama, Script};

use crate::{place::Place, shelf::client};

#[tokio::test(flavor = "multi_thread")]
#[ignore = "a measurement"]
async fn how_fast_a_pull_is() {
    let place = Place::new(Script::default(), 400_000_000).await;
    let started = std::time::Instant::now();
    let (ended, _) = place.pull_with(PullOptions::default()).await;
    ended.unwrap();
    let seconds = started.elapsed().as_secs_f64();
    let size = place.weights.len() as f64 / 1e6;
    println!("pull: {size:.0} MB in {seconds:.2} s, {:.0} MB/s", size / seconds);
    let started = std::time::Instant::now();
    let again = FakeOllama::start(Script::default()).await.unwrap();
    let mut lines = client(&again.url()).pull(&place.reference.wire(), true);
    while let Some(line) = futures_util::StreamExt::next(&mut lines).await {
        line.unwrap();
    }
    println!("the engine alone: {:.2} s", started.elapsed().as_secs_f64());
    let url = format!("{}/store/{}", place.registry.url(), place.digest);
    let target = place.fake.folder().join("curl");
    let started = std::time::Instant::now();
    let curl = std::process::Command::new("curl").arg("-sS").arg("-o").arg(&target).arg(url).status();
    assert!(curl.unwrap().success());
    let seconds = started.elapsed().as_secs_f64();
    println!("curl: {seconds:.2} s, {:.0} MB/s", size / seconds);
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
#[ignore = "a measurement"]
async fn how_fast_a_pull_of_a_real_engine_is() {
    let Some(real) = crate::real::Real::start(400_000_000).await else { return };
    let started = std::time::Instant::now();
    real.pull(PullOptions::default()).await;
    println!("a real engine: {:.0} MB in {:.2} s", 400.0, started.elapsed().as_secs_f64());
}
