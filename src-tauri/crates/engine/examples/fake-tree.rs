//! A small tree of processes for the tests of the guard: `application` starts an `engine` under a guard, the engine starts
//! `runner`s, which are as hard to end as a real engine's.
#![allow(
    unsafe_code,
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::disallowed_methods,
    clippy::zombie_processes,
    reason = "a program for tests"
)]

// By the name that everybody calls it.
extern crate webplus_engine as engine;

use std::process::ExitCode;

#[cfg(unix)]
fn main() -> ExitCode {
    let mut arguments = std::env::args_os().skip(1);
    let role = arguments.next().unwrap_or_default();
    if role == engine::guard::SUBCOMMAND {
        return engine::guard::guard_main(arguments);
    }
    let arguments: Vec<String> = arguments.map(|argument| argument.into_string().unwrap()).collect();
    match role.to_str() {
        Some("application") => roles::application(&arguments),
        Some("engine") => return roles::engine(&arguments),
        Some("runner") => roles::runner(),
        _ => roles::bystander(),
    }
    ExitCode::SUCCESS
}

#[cfg(not(unix))]
fn main() -> ExitCode {
    ExitCode::FAILURE
}

#[cfg(unix)]
mod roles {
    use std::{
        ffi::OsString,
        io::Write as _,
        os::unix::process::CommandExt as _,
        path::{Path, PathBuf},
        process::{Child, Command, ExitCode, Stdio},
        thread,
        time::Duration,
    };

    use engine::guard::{GuardOptions, start};

    /// A folder, then the engine's arguments. Says `{pid, mark}` and then waits for its end, which nobody announces.
    pub(super) fn application(arguments: &[String]) {
        let folder = Path::new(&arguments[0]);
        // What a careless library leaves open for every program that is started.
        let _leaked = unsafe { libc::dup(2) };
        // What `nohup` does to whatever it starts.
        unsafe { libc::signal(libc::SIGHUP, libc::SIG_IGN) };
        let _before = bystanding();
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let options = GuardOptions {
                guard: here(),
                program: here(),
                arguments: ["engine".into()]
                    .into_iter()
                    .chain(arguments[1..].iter().map(OsString::from))
                    .collect(),
                environment: vec![("FAKE_TREE".into(), std::env::var_os("FAKE_TREE").unwrap())],
                log: folder.join("engine.log"),
                folder: None,
            };
            let guarded = start(options, &folder.join("marks")).await.unwrap();
            let _after = bystanding();
            println!("{}", serde_json::json!({ "pid": guarded.pid(), "mark": guarded.mark() }));
            std::future::pending::<()>().await;
        });
    }

    /// Another program of the application, which may outlive it, and must not keep anything else alive.
    fn bystanding() -> Child {
        let token = std::env::var("FAKE_TREE").unwrap();
        Command::new(here())
            .arg("bystander")
            .env_remove("FAKE_TREE")
            .env("FAKE_BYSTANDER", token)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .spawn()
            .unwrap()
    }

    pub(super) fn bystander() {
        thread::sleep(Duration::from_mins(1));
    }

    /// Ends its runners and itself at SIGTERM or SIGINT, as a real one does, unless it is `--deaf`.
    pub(super) fn engine(arguments: &[String]) -> ExitCode {
        let has = |name: &str| arguments.iter().any(|argument| argument == name);
        let number = |name: &str| {
            let place = arguments.iter().position(|argument| argument == name)?;
            arguments[place + 1].parse::<usize>().ok()
        };
        // What is held back is kept for `wait`, even if it is ignored.
        let ends = if has("--deaf") { hold(&[libc::SIGINT]) } else { hold(&[libc::SIGTERM, libc::SIGINT]) };
        if has("--deaf") {
            unsafe { libc::signal(libc::SIGTERM, libc::SIG_IGN) };
        }
        let mut runners: Vec<Child> = (0..number("--runners").unwrap_or(2))
            .map(|_| start_runner(has("--apart"), has("--bare")))
            .collect();
        if has("--surroundings") {
            surroundings();
        }
        if let Some(code) = number("--exit") {
            return ExitCode::from(u8::try_from(code).unwrap());
        }
        if let Some(count) = number("--write") {
            let line = [b"x".repeat(1023), b"\n".to_vec()].concat();
            (0..count / line.len()).for_each(|_| std::io::stdout().write_all(&line).unwrap());
        }
        println!("ready");
        if has("--chatter") {
            thread::spawn(|| {
                loop {
                    println!("still here");
                    thread::sleep(Duration::from_millis(1));
                }
            });
        }
        wait(&ends);
        for runner in &mut runners {
            runner.kill().unwrap();
            runner.wait().unwrap();
        }
        println!("ended");
        ExitCode::SUCCESS
    }

    fn start_runner(apart: bool, bare: bool) -> Child {
        let mut command = Command::new(here());
        command.arg("runner");
        if bare {
            command.env_clear();
        }
        if apart {
            unsafe {
                command.pre_exec(|| {
                    libc::setsid();
                    Ok(())
                });
            }
        }
        let runner = command.spawn().unwrap();
        println!("runner {}", runner.id());
        runner
    }

    /// What it was given, one JSON value a line.
    fn surroundings() {
        use std::os::unix::ffi::OsStringExt as _;
        let variables: Vec<_> =
            std::env::vars_os().map(|(name, value)| (name.into_vec(), value.into_vec())).collect();
        let files = std::fs::read_dir("/proc/self/fd").unwrap().flatten();
        let open: Vec<_> = files.filter_map(|file| std::fs::read_link(file.path()).ok()).collect();
        let ignored = (1..32).filter(|signal| unsafe {
            let mut action = std::mem::zeroed::<libc::sigaction>();
            libc::sigaction(*signal, std::ptr::null(), &raw mut action);
            // Rust's own start ignores this one.
            action.sa_sigaction == libc::SIG_IGN && *signal != libc::SIGPIPE
        });
        let given = serde_json::json!({
            "variables": variables,
            "arguments": std::env::args().skip(1).collect::<Vec<_>>(),
            "folder": std::env::current_dir().unwrap(),
            "open": open,
            "ignored": ignored.collect::<Vec<i32>>(),
            "leads": unsafe { libc::getsid(0) == libc::getpid() && libc::getpgrp() == libc::getpid() },
        });
        println!("{given}");
    }

    /// Knows nothing of its engine's end; SIGTERM takes its time.
    pub(super) fn runner() {
        for signal in [libc::SIGHUP, libc::SIGINT, libc::SIGPIPE] {
            unsafe { libc::signal(signal, libc::SIG_IGN) };
        }
        wait(&hold(&[libc::SIGTERM]));
        thread::sleep(Duration::from_millis(1700));
    }

    fn hold(signals: &[libc::c_int]) -> libc::sigset_t {
        unsafe {
            let mut set = std::mem::zeroed();
            libc::sigemptyset(&raw mut set);
            for signal in signals {
                libc::sigaddset(&raw mut set, *signal);
            }
            libc::sigprocmask(libc::SIG_BLOCK, &raw const set, std::ptr::null_mut());
            set
        }
    }

    fn wait(signals: &libc::sigset_t) {
        let mut signal = 0;
        unsafe { libc::sigwait(signals, &raw mut signal) };
    }

    fn here() -> PathBuf {
        std::env::current_exe().unwrap()
    }
}
