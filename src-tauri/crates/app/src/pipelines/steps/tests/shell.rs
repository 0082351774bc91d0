use std::time::{Duration, Instant};

use domain::ErrorCode;
use serde_json::json;

use super::bench::Bench;

#[tokio::test]
async fn a_program_gets_its_arguments_and_an_empty_environment_as_they_are() {
    let bench = Bench::new().await;
    let left = bench
        .left(
            json!({"id": "x", "kind": "shell", "config": {
                "argv": ["sh", "-c", "cat; echo \"$1\"; env | sort; echo problem >&2", "sh", "{{ inputs.text }}"],
                "env": {"NAME": "it's {{ inputs.text }}"}, "stdin": "read me\n",
            }}),
            json!({"inputs": {"text": {"type": "text"}}}),
            json!({"text": "$(touch /tmp/never); `id`"}),
        )
        .await
        .unwrap();
    let output = left.values["stdout"].as_str().unwrap();
    assert!(output.starts_with("read me\n$(touch /tmp/never); `id`\n"), "{output}");
    let names: Vec<&str> = output.lines().skip(2).filter_map(|line| Some(line.split_once('=')?.0)).collect();
    assert_eq!(names, ["NAME", "PATH", "PWD", "WEBPLUS_ENGINE"], "{output}");
    assert!(output.contains("NAME=it's $(touch"));
    assert_eq!(left.values["stderr"], "problem\n");
    assert_eq!(left.values["code"], 0);
    bench.finish().await;
}

#[tokio::test]
async fn a_code_other_than_0_fails_with_the_end_of_what_was_said() {
    let bench = Bench::new().await;
    let error = bench
        .simple("shell", json!({"argv": ["sh", "-c", "echo no such thing >&2; exit 3"]}))
        .await
        .unwrap_err();
    assert_eq!((error.code, error.unknown), (ErrorCode::Conflict, false));
    assert_eq!(error.message, "sh ended with code 3: no such thing");
    let fine = json!({"argv": ["sh", "-c", "exit 3"], "allow_failure": true});
    assert_eq!(bench.simple("shell", fine).await.unwrap().values["code"], 3);
    let error = bench.simple("shell", json!({"argv": ["sh", "-c", "kill -9 $$"]})).await.unwrap_err();
    assert!(error.message.contains("ended by signal 9"), "{}", error.message);
    let error = bench.simple("shell", json!({"argv": ["no-such-program"]})).await.unwrap_err();
    assert_eq!((error.code, error.unknown), (ErrorCode::NotFound, false));
    bench.finish().await;
}

#[tokio::test]
async fn what_a_program_leaves_running_ends_with_it() {
    let bench = Bench::new().await;
    let begun = Instant::now();
    let script = "sleep 1000 & setsid sleep 1000 & echo $!; exit 0";
    let left = bench.simple("shell", json!({"argv": ["sh", "-c", script]})).await.unwrap();
    assert!(begun.elapsed() < Duration::from_secs(20));
    let pid = left.values["stdout"].as_str().unwrap().trim();
    let state = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    assert!(state.is_empty() || state.contains(") Z "), "{state}");
    bench.finish().await;
}

#[tokio::test]
async fn a_program_that_never_ends_and_floods_is_ended_by_a_cancel_and_its_end_is_kept() {
    let bench = Bench::new().await;
    let script = "trap '' TERM; while :; do echo a line of a flood; done";
    let call = bench.call(
        json!({"id": "x", "kind": "shell", "config": {"argv": ["sh", "-c", script]}}),
        json!({}),
        json!({}),
    );
    let running = crate::pipelines::steps::step("shell").unwrap().run(call);
    let (tell, cancel) = (bench.tell.clone(), bench.cancel.clone());
    let watching = async move {
        while tell.last().is_none() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        cancel.cancel();
        Instant::now()
    };
    let both = async { tokio::join!(running, watching) };
    let both = tokio::time::timeout(Duration::from_mins(1), both).await;
    let (ended, cancelled) = both.expect("it said nothing");
    let error = ended.unwrap_err();
    assert!(cancelled.elapsed() < Duration::from_secs(5), "{:?}", cancelled.elapsed());
    assert_eq!((error.code, error.unknown), (ErrorCode::Cancelled, true));
    let kept = error.output.unwrap()["stdout"].as_str().unwrap().len();
    assert!(kept > 0 && kept < 1_100_000, "{kept}");
    bench.finish().await;
}

#[tokio::test]
async fn a_test_report_is_read_and_its_failures_are_no_failure_of_the_step() {
    let bench = Bench::new().await;
    let node = |code: u8| {
        let script = format!("echo '1 failed, 4 passed in 0.1s'; exit {code}");
        json!({"id": "x", "kind": "shell", "config": {"argv": ["sh", "-c", script]}, "out": {"report": "test_report"}})
    };
    let left = bench.left(node(1), json!({}), json!({})).await.unwrap();
    let report = &left.values["report"];
    assert_eq!(
        (&report["passed"], &report["failed"], &report["total"]),
        (&json!(false), &json!(1), &json!(5))
    );
    assert_eq!(bench.left(node(0), json!({}), json!({})).await.unwrap().values["report"]["passed"], true);
    bench.finish().await;
}

#[tokio::test]
async fn a_program_runs_only_where_it_is_allowed_and_in_a_folder_of_the_run() {
    let mut bench = Bench::new().await;
    std::fs::create_dir(bench.path("work")).unwrap();
    let pwd = json!({"argv": ["pwd"], "cwd": "{{ inputs.folder }}"});
    let left = bench.in_folder("shell", pwd.clone()).await.unwrap();
    assert_eq!(
        left.values["stdout"].as_str().unwrap().trim(),
        bench.path("work").canonicalize().unwrap().to_str().unwrap()
    );
    let error = bench
        .in_folder("shell", json!({"argv": ["pwd"], "cwd": "{{ inputs.folder }}/.."}))
        .await
        .unwrap_err();
    assert_eq!(error.code, ErrorCode::Forbidden);
    std::os::unix::fs::symlink("/etc", bench.path("work/out")).unwrap();
    let error = bench
        .in_folder("shell", json!({"argv": ["pwd"], "cwd": "{{ inputs.folder }}/out"}))
        .await
        .unwrap_err();
    assert_eq!(error.code, ErrorCode::Forbidden);
    bench.allowed.0.clear();
    let error = bench.in_folder("shell", pwd).await.unwrap_err();
    assert_eq!(error.code, ErrorCode::Forbidden);
    assert!(error.message.contains("isn't allowed to run programs"));
    bench.finish().await;
}

#[tokio::test]
async fn a_secret_reaches_a_program_s_environment_and_nothing_else() {
    let bench = Bench::new().await;
    bench.secret("pipeline/token/commands", "canary-7").await;
    let rest = json!({"secrets": ["token", "other"], "inputs": {"text": {"type": "text"}}});
    let node = |value: &str| json!({"id": "x", "kind": "shell", "config": {"argv": ["sh", "-c", "printf '%s' \"$T\" | wc -c"], "env": {"T": value}}});
    let inputs = json!({"text": "secret://token"});
    let count = async |value: &str| {
        let left = bench.left(node(value), rest.clone(), inputs.clone()).await?;
        Ok::<_, crate::pipelines::step::StepError>(left.values["stdout"].as_str().unwrap().trim().to_owned())
    };
    assert_eq!(count("<secret://token>").await.unwrap(), "10");
    assert_eq!(
        count("{{ inputs.text }}").await.unwrap(),
        "14",
        "a value that looks like a reference stays what it is"
    );
    let error = count("secret://other").await.unwrap_err();
    assert!(error.message.contains("There is no secret \"other\" for commands"), "{}", error.message);
    let error = count("secret://unlisted").await.unwrap_err();
    assert!(error.message.contains("isn't among the secrets"), "{}", error.message);
    bench.finish().await;
}

#[tokio::test]
async fn a_program_without_the_network_has_none_or_does_not_start() {
    let bench = Bench::new().await;
    let script = "tail -n +3 /proc/net/dev | wc -l; cat /proc/net/route | wc -l";
    let config = json!({"argv": ["sh", "-c", script], "capabilities": ["net:none", "fs:worktree"]});
    match bench.simple("shell", config).await {
        Ok(left) => assert_eq!(left.values["stdout"].as_str().unwrap().split_whitespace().next(), Some("1")),
        Err(error) => {
            assert!(error.message.contains("can't keep a program from the network"), "{}", error.message);
        }
    }
    assert!(bench.simple("shell", json!({"argv": ["true"], "capabilities": ["all"]})).await.is_err());
    bench.finish().await;
}

#[tokio::test]
async fn a_program_that_is_kept_to_its_folder_reaches_no_file_of_the_person_s_outside_of_it() {
    let bench = Bench::new().await;
    std::fs::create_dir(bench.path("work")).unwrap();
    std::fs::write(bench.path("secret"), "mine").unwrap();
    let script = "echo kept > in && cat in; cat ../secret; echo bad > ../out; ls / > /dev/null && echo listed; \
                  mktemp > /dev/null && echo made; cat /etc/passwd > /dev/null && echo system; true";
    let inputs = json!({"folder": bench.path("work")});
    let rest = json!({"inputs": {"folder": {"type": "dir"}}});
    let node = |word: &str| json!({"id": "x", "kind": "shell", "config": {"argv": ["sh", "-c", script], "cwd": "{{ inputs.folder }}", "capabilities": [word]}});
    let left = bench.left(node("fs:worktree"), rest.clone(), inputs.clone()).await.unwrap();
    let (_, lines) = bench.tell.take();
    let told = lines.iter().any(|line| line.contains("not confined to \"fs:worktree\""));
    assert_eq!(told, !engine::guard::confines_files(), "what isn't kept is told: {lines:?}");
    assert_eq!(bench.tell.cautions().is_empty(), !told, "and stands at the step");
    if !told {
        assert_eq!(left.values["stdout"], "kept\nmade\nsystem\n", "{}", left.values["stderr"]);
        assert!(!bench.path("out").exists());
        std::fs::remove_file(bench.path("work/in")).unwrap();
        let left = bench.left(node("fs:none"), rest.clone(), inputs.clone()).await.unwrap();
        assert_eq!(left.values["stdout"], "system\n", "{}", left.values["stderr"]);
        assert!(!bench.path("work/in").exists());
    }
    let left = bench.left(node("fs:any"), rest, inputs).await.unwrap();
    assert!(left.values["stdout"].as_str().unwrap().contains("mine"));
    bench.finish().await;
}
