//! Stopping: by a cancel, by the end of input; and what a waiting runner costs.

use std::time::{Duration, Instant};

use domain::{Role, RunnerEnd, RunnerReply, RunnerRequest};

use crate::harness::{Runner, greedy};

const STORY: (Role, &str) = (Role::User, "Tell me a very long story about a fox, a crow and a river.");

#[allow(clippy::disallowed_methods, reason = "the time is what is tested")]
fn now() -> Instant {
    Instant::now()
}

/// Cancels and gives the time until the generation is over.
fn cancel(runner: &mut Runner, id: u64) -> (Duration, crate::harness::Answer) {
    let asked = now();
    runner.send(&RunnerRequest::Cancel { id });
    let answer = runner.answer(id);
    let took = now().duration_since(asked);
    eprintln!("a cancel took {:.1} ms", took.as_secs_f64() * 1000.0);
    assert_eq!(answer.end, RunnerEnd::Cancelled);
    (took, answer)
}

/// One of three may be late when the machine is busy with other things.
fn assert_within_100_ms(mut times: Vec<Duration>) {
    times.sort();
    assert!(times.len() == 3 && times[1] < Duration::from_millis(100), "the cancels took {times:?}");
}

#[test]
fn a_cancel_while_answering_is_heard_within_100_ms() {
    let Some(mut runner) = Runner::loaded(2048) else { return };
    let mut times = Vec::new();
    for id in 1..=3 {
        runner.ask(id, "", &[STORY], greedy(1000));
        runner.first_text();
        let (took, answer) = cancel(&mut runner, id);
        assert!(answer.usage.output > 0);
        times.push(took);
    }
    assert_within_100_ms(times);
    // What was read before the cancel is still of use.
    runner.ask(9, "", &[STORY], greedy(1));
    assert!(runner.answer(9).usage.cache_read > 0);
}

#[test]
fn a_cancel_while_reading_a_long_prompt_is_heard_within_100_ms() {
    let Some(mut runner) = Runner::loaded(8192) else { return };
    let long = "The quick brown fox jumps over the lazy dog and goes home. ".repeat(350);
    let mut times = Vec::new();
    for (id, steps) in [(1, 1), (2, 5), (3, 15)] {
        runner.ask(id, "", &[(Role::User, &format!("{id} {long}"))], greedy(10));
        let mut seen = 0;
        while seen <= steps {
            match runner.reply() {
                RunnerReply::Prefill { done, total, .. } => {
                    assert!(done < total && total > 4000, "{done} of {total}");
                    seen += 1;
                }
                other => panic!("{other:?}"),
            }
        }
        // So that the cancel comes in the middle of a step, where it has to wait, and not between two.
        std::thread::sleep(Duration::from_millis(10));
        let (took, answer) = cancel(&mut runner, id);
        assert_eq!((answer.usage.output, answer.text.as_str()), (0, ""));
        times.push(took);
    }
    assert_within_100_ms(times);
}

#[test]
fn a_waiting_request_can_be_cancelled_while_another_is_answered() {
    let Some(mut runner) = Runner::loaded(2048) else { return };
    runner.ask(1, "", &[STORY], greedy(1000));
    runner.first_text();
    runner.ask(2, "", &[STORY], greedy(1000));
    runner.send(&RunnerRequest::Cancel { id: 2 });
    loop {
        match runner.reply() {
            RunnerReply::Finished { id, end, .. } => {
                assert_eq!((id, end), (2, RunnerEnd::Cancelled));
                break;
            }
            RunnerReply::Text { id: 1, .. } => {}
            other => panic!("{other:?}"),
        }
    }
    cancel(&mut runner, 1);
}

#[test]
fn the_end_of_input_ends_the_process_while_it_computes() {
    let Some(mut runner) = Runner::loaded(2048) else { return };
    runner.ask(1, "", &[STORY], greedy(1000));
    runner.first_text();
    runner.close_input();
    let (status, took) = runner.wait();
    eprintln!("the end of input took {:.1} ms", took.as_secs_f64() * 1000.0);
    assert_eq!(status, Some(0));
    assert!(took < Duration::from_secs(1), "it took {took:?}");
}

#[test]
fn the_end_of_input_ends_a_process_that_nobody_listens_to() {
    let mut runner = Runner::start();
    runner.close_input();
    let (status, took) = runner.wait();
    assert_eq!(status, Some(0));
    assert!(took < Duration::from_secs(1), "it took {took:?}");
}

/// CPU time of a process so far, in clock ticks.
#[cfg(target_os = "linux")]
fn ticks(process: u32) -> u64 {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap();
    let after_name = stat.rsplit_once(')').unwrap().1;
    after_name.split_whitespace().skip(11).take(2).map(|field| field.parse::<u64>().unwrap()).sum()
}

#[cfg(target_os = "linux")]
#[test]
fn a_waiting_runner_uses_no_cpu() {
    let Some(mut runner) = Runner::loaded(2048) else { return };
    runner.ask(1, "", &[STORY], greedy(4));
    runner.answer(1);
    let before = ticks(runner.process());
    // Time must pass for an idle process to prove itself; nothing is awaited here.
    std::thread::sleep(Duration::from_millis(500));
    assert!(ticks(runner.process()) <= before + 1);
}
