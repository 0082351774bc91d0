//! What can't be done: each a sentence, none a crash.

use std::process::{Command, Stdio};

use domain::{ErrorCode, FinishReason, Parameters, Role, RunnerReply, RunnerRequest};

use crate::harness::{Runner, greedy, model};

#[test]
fn a_truncated_model_is_damaged_and_not_a_crash() {
    let Some(path) = model() else { return };
    let whole = std::fs::read(path).unwrap();
    let folder = tempfile::tempdir().unwrap();
    for (name, length) in [("magic", 4), ("header", 2000), ("metadata", 1_000_000), ("tensors", 60_000_000)] {
        let cut = folder.path().join(format!("{name}.gguf"));
        std::fs::write(&cut, &whole[..length]).unwrap();
        for confine in [false, true] {
            let mut runner = Runner::start();
            runner.load(cut.clone(), 2048, confine);
            let (code, message) = runner.error();
            assert_eq!(code, ErrorCode::ModelDamaged, "{name}: {message}");
            assert!(message.contains("damaged"), "{message}");
            assert_eq!(runner.wait().0, Some(1), "{name}");
        }
    }
}

#[test]
fn a_file_that_is_no_model_or_not_there_is_a_sentence() {
    let folder = tempfile::tempdir().unwrap();
    let text = folder.path().join("notes.gguf");
    std::fs::write(&text, "# Notes\n".repeat(100)).unwrap();
    let mut runner = Runner::start();
    runner.load(text, 2048, true);
    assert_eq!(runner.error().0, ErrorCode::ModelDamaged);
    assert_eq!(runner.wait().0, Some(1));

    let mut runner = Runner::start();
    runner.load(folder.path().join("absent.gguf"), 2048, false);
    assert_eq!(runner.error().0, ErrorCode::NotFound);
    assert_eq!(runner.wait().0, Some(1));
}

#[test]
fn the_confinement_is_reported_and_the_model_still_answers() {
    let Some(path) = model() else { return };
    let mut runner = Runner::start();
    runner.load(path, 2048, true);
    let RunnerReply::Loaded { confined, chat_template, trained_context, layers, gpu_layers, notices, .. } =
        runner.reply_after_loading()
    else {
        panic!("not loaded")
    };
    #[cfg(target_os = "linux")]
    {
        use landlock::{ABI, Access as _, AccessFs, CompatLevel, Compatible as _, Ruleset, RulesetAttr as _};
        let strict = Ruleset::default().set_compatibility(CompatLevel::HardRequirement);
        let asked = strict.handle_access(AccessFs::from_all(ABI::V1)).and_then(Ruleset::create);
        assert_eq!(confined, asked.is_ok(), "it is confined where the kernel can do it");
    }
    #[cfg(not(target_os = "linux"))]
    assert!(!confined);
    assert!(chat_template && notices.is_empty());
    assert_eq!((trained_context, layers, gpu_layers), (8192, 30, 0));
    runner.ask(
        1,
        "You are a helpful assistant.",
        &[(Role::User, "What is the capital of France?")],
        greedy(16),
    );
    assert!(runner.answer(1).text.contains("Paris"));
}

#[test]
fn a_prompt_longer_than_the_context_is_refused_with_both_numbers() {
    let Some(mut runner) = Runner::loaded(512) else { return };
    let long = "word ".repeat(2000);
    runner.ask(1, "", &[(Role::User, &long)], greedy(10));
    let (code, message) = runner.error();
    assert_eq!(code, ErrorCode::ContextTooLong);
    assert!(message.contains("512") && message.contains("20"), "{message}");
    // The next one is served as if nothing had been.
    runner.ask(2, "", &[(Role::User, "Hi")], greedy(3));
    assert_eq!(runner.answer(2).usage.output, 3);
}

#[test]
fn a_full_context_ends_the_answer() {
    let Some(mut runner) = Runner::loaded(256) else { return };
    let schema = serde_json::json!({ "type": "array", "items": { "type": "integer" }, "minItems": 400 });
    let parameters = Parameters { json_schema: Some(schema), max_tokens: None, ..greedy(1) };
    runner.ask(1, "", &[(Role::User, "Count for ever.")], parameters);
    let answer = runner.answer(1);
    assert_eq!(answer.reason(), FinishReason::Length);
    assert_eq!(answer.usage.prompt() + answer.usage.output, 257);
}

#[test]
fn what_this_model_cannot_do_is_a_sentence() {
    let Some(mut runner) = Runner::loaded(512) else { return };
    runner.send(&RunnerRequest::Embed { id: 1, texts: vec!["a".to_owned()] });
    assert_eq!(runner.error().0, ErrorCode::InvalidInput);
    let asked = |parameters| (Role::User, parameters);
    for (id, parameters) in [
        (2, Parameters { temperature: Some(9.0), ..greedy(1) }),
        (3, Parameters { top_p: Some(-1.0), ..greedy(1) }),
        (4, Parameters { max_tokens: Some(0), ..greedy(1) }),
        (5, Parameters { json_schema: Some(serde_json::json!({ "type": "nonsense" })), ..greedy(1) }),
    ] {
        runner.ask(id, "", &[asked("Hi")], parameters);
        let (code, message) = runner.error();
        assert_eq!(code, ErrorCode::InvalidInput, "{message}");
    }
    runner.send(&crate::harness::generate(6, "", &[(Role::User, "Hi")], true, greedy(1)));
    assert_eq!(runner.error().0, ErrorCode::InvalidInput);
}

#[test]
fn input_that_is_no_request_ends_the_process_with_a_sentence() {
    let mut runner = Runner::start();
    runner.send_bytes(b"{\"type\":\"dance\"}\n").unwrap();
    assert_eq!(runner.error().0, ErrorCode::InvalidInput);
    assert_eq!(runner.wait().0, Some(1));

    let mut runner = Runner::start();
    runner.send(&RunnerRequest::Cancel { id: 1 });
    assert_eq!(runner.error().0, ErrorCode::InvalidInput);
    assert_eq!(runner.wait().0, Some(1));
}

#[test]
fn a_line_without_an_end_is_refused() {
    let mut runner = Runner::start();
    let flood = vec![b'x'; domain::MAX_LINE + 2];
    // The runner may end before it has taken all of it.
    let _ = runner.send_bytes(&flood);
    assert_eq!(runner.error().0, ErrorCode::TooLarge);
    assert_eq!(runner.wait().0, Some(1));
}

#[test]
#[allow(clippy::disallowed_methods, reason = "starting the program under test")]
fn the_executable_names_its_version_and_refuses_other_arguments() {
    let run = |argument: &str| {
        Command::new(env!("CARGO_BIN_EXE_webplus-runner"))
            .arg(argument)
            .stdin(Stdio::null())
            .output()
            .unwrap()
    };
    let version = run("--version");
    assert!(version.status.success());
    assert!(
        String::from_utf8(version.stdout)
            .unwrap()
            .starts_with(concat!("webplus-runner ", env!("CARGO_PKG_VERSION")))
    );
    let other = run("--port=80");
    assert_eq!(other.status.code(), Some(2));
    assert!(other.stdout.is_empty() && String::from_utf8(other.stderr).unwrap().contains("--port=80"));
}
