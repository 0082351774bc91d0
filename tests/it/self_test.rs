//! The self-test of the command line: a second Web+, killed again and again, keeps every promise.

use webplus_tests::Program;

#[tokio::test]
async fn a_second_web_plus_that_is_killed_again_and_again_keeps_every_promise() {
    let program = Program::new();
    let told = program.run(&["selftest", "--json"]).await.good();
    let last = told.last();
    let report = &last["report"];
    assert_eq!(report["passed"], true, "{report:#}");
    assert!(report["kills"].as_u64() >= Some(4), "{report:#}");
    assert_eq!(report["checks"].as_array().unwrap().len(), 9);
    assert!(!program.data().join("selftest").exists(), "its folder is gone");
    let plain = program.run(&["selftest"]).await.good();
    assert!(plain.stdout.contains("What must not happen twice happened once."), "{}", plain.stdout);
}
