//! Runs and real processes: one that was stopped, programs that outlive everything, write without end, or never end.

use std::{path::Path, time::Duration};

use serde_json::{Value, json};
use test_support::{FaultServer, Gate, Script};
use tokio::process::Command;
use webplus_tests::{Client, PATIENCE, Program, Served, eventually, pipeline, rows};

async fn over(client: &Client, id: &str) -> Value {
    let begun = std::time::Instant::now();
    loop {
        let view = client.call("run/get", json!({ "id": id })).await;
        if ["succeeded", "failed", "cancelled"].contains(&view["run"]["status"].as_str().unwrap()) {
            return view;
        }
        assert!(begun.elapsed() < 2 * PATIENCE, "{view:#}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

async fn started(client: &Client, definition: &Value) -> String {
    let run = client.call("run/start", json!({"definition": definition, "allow": ["commands"]})).await;
    run["id"].as_str().unwrap().to_owned()
}

fn shell(id: &str, script: &str) -> Value {
    json!({"id": id, "kind": "shell", "config": {"argv": ["sh", "-c", script], "capabilities": ["fs:any", "net:any"]}})
}

async fn signal(name: &str, pid: u32) {
    assert!(Command::new("kill").args([name, &pid.to_string()]).status().await.unwrap().success());
}

fn is_alive(pid: u32) -> bool {
    let Ok(stat) = std::fs::read_to_string(format!("/proc/{pid}/stat")) else { return false };
    !stat.rsplit_once(')').is_some_and(|(_, rest)| rest.trim_start().starts_with(['Z', 'X']))
}

async fn number_in(file: &Path) -> u32 {
    eventually("the program says its number", PATIENCE, || {
        std::fs::read_to_string(file).is_ok_and(|text| text.ends_with('\n'))
    })
    .await;
    std::fs::read_to_string(file).unwrap().trim().parse().unwrap()
}

fn answer(text: &str) -> Script {
    let piece = json!({"choices": [{"index": 0, "delta": {"content": text}}]}).to_string();
    let last = json!({"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}).to_string();
    Script::sse().event(&piece).event(&last).event("[DONE]")
}

/// An application with a model "slow/m" at that server.
async fn with_model(program: &Program, vendor: &FaultServer) -> Served {
    let served = program.serve().await;
    let provider =
        json!({"name": "Slow", "kind": "openai_compatible", "baseUrl": format!("{}/v1", vendor.url())});
    served.call("provider/add", provider).await;
    served
}

#[tokio::test(flavor = "multi_thread")]
async fn an_attempt_that_broke_because_we_were_stopped_is_made_again_and_costs_no_try() {
    let gate = Gate::new();
    let held = gate.clone();
    let asked = std::sync::atomic::AtomicUsize::new(0);
    let vendor = FaultServer::start(move |request| {
        if request.method == "GET" {
            return Script::json(
                200,
                &json!({"object": "list", "data": [{"id": "m", "object": "model"}]}).to_string(),
            );
        }
        if asked.fetch_add(1, std::sync::atomic::Ordering::Relaxed) == 0 {
            let piece = json!({"choices": [{"index": 0, "delta": {"content": "Hal"}}]}).to_string();
            Script::sse().event(&piece).wait(&held).reset()
        } else {
            answer("Whole")
        }
    })
    .await
    .unwrap();
    let program = Program::new();
    let served = with_model(&program, &vendor).await;
    let mut ask = json!({"id": "ask", "kind": "llm", "config": {"model": "slow/m", "messages": [{"role": "user", "content": "Hi"}]}});
    // No try is left after the first, and no time either, if the pause were counted.
    ask["retry"] = json!({"max_attempts": 1});
    ask["timeout"] = json!({"attempt": "5s"});
    let mut definition = pipeline(json!([ask]), &[]);
    definition["outputs"] = json!({"text": {"from": "ask.text"}});
    let id = started(&served, &definition).await;
    let posted = || vendor.requests().iter().any(|request| request.method == "POST");
    eventually("the model is asked", PATIENCE, posted).await;
    let pid = served.child.id().unwrap();
    signal("-STOP", pid).await;
    // The connection breaks while nobody is there to see it.
    tokio::time::sleep(Duration::from_secs(7)).await;
    gate.open();
    signal("-CONT", pid).await;
    let view = over(&served, &id).await;
    assert_eq!(view["run"]["status"], "succeeded", "{:#}", view["run"]);
    assert_eq!(view["outputs"]["text"]["preview"], "Whole");
    let step = served.call("run/step", json!({"id": id, "node": "ask"})).await;
    let outcomes: Vec<&Value> =
        step["attempts"].as_array().unwrap().iter().map(|one| &one["outcome"]).collect();
    assert_eq!(
        (outcomes, &step["step"]["tries"]),
        (vec![&json!("interrupted"), &json!("succeeded")], &json!(1))
    );
    served.kill().await;
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn a_program_that_outlives_its_guard_and_its_mark_is_ended_before_anything_begins_again() {
    let program = Program::new();
    let served = program.serve().await;
    let (file, lives) = (program.home().join("pid"), program.home().join("child"));
    // Deaf to the polite signal, without the environment that marks it, and with a child of the same sort.
    let script = format!(
        "trap '' TERM; (exec env -i sh -c 'echo $$ > {}; exec sleep 600') & echo $$ > {}; exec env -i sleep 600",
        lives.display(),
        file.display()
    );
    let mut node = shell("stay", &script);
    node["on_ambiguous"] = json!("fail");
    let id = started(&served, &pipeline(json!([node]), &[])).await;
    let (pid, child) = (number_in(&file).await, number_in(&lives).await);
    let data = program.data();
    let noted = || {
        rows(&data, "SELECT process FROM attempts")
            .iter()
            .any(|text| text.contains(&format!("\"pid\":{pid},")))
    };
    eventually("it is noted", PATIENCE, noted).await;
    let guard = parent_of(pid);
    signal("-STOP", guard).await;
    served.kill().await;
    signal("-KILL", guard).await;
    tokio::time::sleep(Duration::from_millis(1500)).await;
    assert!(is_alive(pid) && is_alive(child), "it must outlive them, or there is nothing to see here");
    let served = program.serve().await;
    assert!(!is_alive(pid) && !is_alive(child), "a left-over runs on");
    let view = over(&served, &id).await;
    assert_eq!(view["run"]["status"], "failed", "{view:#}");
    assert_eq!(view["effects"][0]["outcome"], "ambiguous", "{view:#}");
    served.kill().await;
}

#[cfg(target_os = "linux")]
fn parent_of(pid: u32) -> u32 {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
    stat.rsplit_once(')').unwrap().1.split_whitespace().nth(1).unwrap().parse().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_megabytes_of_output_are_read_to_the_end_and_their_end_is_kept() {
    let program = Program::new();
    let served = program.serve().await;
    let script = "i=0; head -c 104857600 /dev/zero | tr '\\0' 'x'; echo; echo the end";
    let id = started(&served, &pipeline(json!([shell("flood", script)]), &[])).await;
    let view = over(&served, &id).await;
    assert_eq!(view["run"]["status"], "succeeded", "{:#}", view["run"]);
    let value = served.call("run/value", json!({"id": id, "node": "flood", "port": "stdout"})).await;
    let text = value["value"].as_str().unwrap();
    assert!(text.ends_with("the end\n") && text.len() < 3 << 20, "{} bytes", text.len());
    served.kill().await;
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn a_command_that_forks_and_never_ends_is_ended_with_all_that_it_started() {
    let program = Program::new();
    let served = program.serve().await;
    let (first, second) = (program.home().join("first"), program.home().join("second"));
    let script = format!(
        "(setsid sh -c 'echo $$ > {}; exec sleep 600') & echo $$ > {}; while :; do sleep 60; done",
        first.display(),
        second.display()
    );
    let mut node = shell("forks", &script);
    node["timeout"] = json!({"attempt": "2s"});
    node["on_ambiguous"] = json!("fail");
    let id = started(&served, &pipeline(json!([node]), &[])).await;
    let (one, two) = (number_in(&first).await, number_in(&second).await);
    let view = over(&served, &id).await;
    assert_eq!(view["run"]["status"], "failed", "{:#}", view["run"]);
    assert!(view["run"]["errorMessage"].as_str().unwrap().ends_with('.'), "{:#}", view["run"]);
    eventually("all of it is gone", Duration::from_secs(5), || !is_alive(one) && !is_alive(two)).await;
    served.kill().await;
}

#[tokio::test]
async fn a_program_that_is_not_confined_as_was_asked_says_so_at_its_step_for_good() {
    let program = Program::new();
    let served = program.serve().await;
    let step =
        json!({"id": "x", "kind": "shell", "config": {"argv": ["true"], "capabilities": ["fs:worktree"]}});
    let id = started(&served, &pipeline(json!([step]), &[])).await;
    assert_eq!(over(&served, &id).await["run"]["status"], "succeeded");
    let view = served.call("run/step", json!({"id": id, "node": "x"})).await;
    if engine::guard::confines_files() {
        assert_eq!(view["cautions"], Value::Null);
    } else {
        let said = view["cautions"][0].as_str().unwrap();
        assert!(said.contains("not confined to \"fs:worktree\""), "{view}");
    }
    served.terminate().await;
}
