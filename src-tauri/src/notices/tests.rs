#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::print_stderr,
    reason = "tests; the bus is a program of its own"
)]

use domain::{Run, RunStatus, WaitReason};

use super::*;

fn run(status: RunStatus, wait_reason: Option<WaitReason>) -> Box<Run> {
    let now = domain::Timestamp::from_millis(1);
    Box::new(Run {
        id: "018f0000-0000-7000-8000-000000000001".parse().unwrap(),
        pipeline_id: "p".into(),
        pipeline_name: "Inbox".into(),
        definition_hash: String::new(),
        origin: domain::RunOrigin::Manual,
        status,
        wait_reason,
        reason: None,
        error_code: None,
        error_message: None,
        seq: 1,
        cost_nano_usd: 0,
        tokens: 0,
        created_at: now,
        started_at: None,
        finished_at: None,
    })
}

/// A step asks, while something else of its run is under way.
fn asks(question: Option<&str>, decision: bool) -> Event {
    Event::RunAsks {
        run: run(RunStatus::Running, None),
        scope: String::new(),
        node: "gate".into(),
        question: question.map(str::to_owned),
        decision,
    }
}

#[test]
fn each_question_is_shown_when_it_is_asked_in_the_step_s_words() {
    let shown = notice(&asks(Some("Send it?"), false)).unwrap();
    assert_eq!((shown.title.as_str(), shown.message.as_str()), ("Inbox waits for you", "Send it?"));
    assert!(!shown.urgent && notice(&asks(None, false)).unwrap().message.contains("Open the run"));
    let decision = notice(&asks(Some("It was cut off."), true)).unwrap();
    assert!(decision.urgent && decision.title == "Inbox needs a decision");
    // How the run stands says nothing more.
    let waits = Event::RunChanged { run: run(RunStatus::Waiting, Some(WaitReason::Human)) };
    assert_eq!(notice(&waits), None);
}

#[cfg(target_os = "linux")]
mod on_a_bus {
    use std::{
        collections::HashMap,
        io::{BufRead as _, BufReader},
        process::{Child, Command, Stdio},
        sync::{Arc, Mutex},
    };

    use tokio::sync::mpsc;

    use super::*;

    /// A bus of its own, which ends with the test.
    struct Bus {
        child: Child,
        address: String,
    }

    impl Bus {
        fn start() -> Option<Self> {
            let child = Command::new("dbus-daemon")
                .args(["--session", "--nofork", "--nopidfile", "--print-address"])
                .stdout(Stdio::piped())
                .stderr(Stdio::null())
                .spawn();
            let Ok(mut child) = child else {
                eprintln!("skipped: dbus-daemon is not installed");
                return None;
            };
            let mut address = String::new();
            BufReader::new(child.stdout.take().unwrap()).read_line(&mut address).unwrap();
            Some(Self { child, address: address.trim().to_owned() })
        }
    }

    impl Drop for Bus {
        fn drop(&mut self) {
            self.child.kill().ok();
            self.child.wait().ok();
        }
    }

    type Told = (String, String, Vec<String>, i32);

    /// The desktop's part: tells what it was asked to show.
    struct Shows(mpsc::UnboundedSender<Told>);

    #[zbus::interface(name = "org.freedesktop.Notifications")]
    impl Shows {
        #[allow(clippy::too_many_arguments, reason = "the interface's own")]
        fn notify(
            &self,
            app: String,
            replaces: u32,
            icon: String,
            summary: String,
            body: String,
            actions: Vec<String>,
            hints: HashMap<String, zbus::zvariant::OwnedValue>,
            expires: i32,
        ) -> u32 {
            // Part of the interface, and nothing that is looked at here.
            let _ = (app, replaces, icon, hints);
            self.0.send((summary, body, actions, expires)).ok();
            7
        }

        #[zbus(signal)]
        async fn action_invoked(
            emitter: &zbus::object_server::SignalEmitter<'_>,
            id: u32,
            action: &str,
        ) -> zbus::Result<()>;
    }

    #[tokio::test]
    async fn what_a_run_says_is_shown_as_it_is_and_a_click_opens_the_run() {
        let Some(bus) = Bus::start() else { return };
        let folder = tempfile::tempdir().unwrap();
        let application = App::open(app::AppOptions::new(folder.path().to_owned())).await.unwrap();
        let (tell, mut told) = mpsc::unbounded_channel();
        let shows = zbus::connection::Builder::address(bus.address.as_str())
            .unwrap()
            .name("org.freedesktop.Notifications")
            .unwrap()
            .serve_at("/org/freedesktop/Notifications", Shows(tell))
            .unwrap()
            .build()
            .await
            .unwrap();
        let (opened, mut was_opened) = mpsc::unbounded_channel();
        let events = application.bus.subscribe(None);
        let open = move |run| opened.send(run).unwrap();
        let follows = tokio::spawn(following(events, Desktop::at(bus.address.clone()), || false, open));
        let id: RunId = "018f0000-0000-7000-8000-000000000001".parse().unwrap();
        application.bus.publish(Event::RunNotice {
            run_id: id,
            title: "Done\nhere".into(),
            message: "<b>2 & 3</b>".into(),
            urgent: true,
        });
        let expected = (
            "Done here".into(),
            "&lt;b&gt;2 &amp; 3&lt;/b&gt;".into(),
            vec!["default".into(), "Open".into()],
            0,
        );
        assert_eq!(told.recv().await.unwrap(), expected);
        // Whoever clicks does so when it is listened for; a click is repeated until it is.
        let clicks = tokio::spawn(async move {
            let interface =
                shows.object_server().interface::<_, Shows>("/org/freedesktop/Notifications").await.unwrap();
            loop {
                Shows::action_invoked(interface.signal_emitter(), 7, "default").await.unwrap();
                tokio::time::sleep(std::time::Duration::from_millis(20)).await;
            }
        });
        assert_eq!(was_opened.recv().await, Some(id));
        application.bus.publish(super::asks(None, false));
        assert_eq!(told.recv().await.unwrap().0, "Inbox waits for you");
        clicks.abort();
        follows.abort();
        application.shutdown().await;
    }

    #[tokio::test]
    async fn without_a_bus_nothing_is_shown_and_nothing_breaks() {
        let desktop = Desktop::at("unix:path=/nowhere/at/all".into());
        let shown = notice(&super::asks(None, false)).unwrap();
        let opened = Arc::new(Mutex::new(false));
        let told = Arc::clone(&opened);
        assert!(desktop.show(&shown, move |_| *told.lock().unwrap() = true).await.is_err());
        assert!(!*opened.lock().unwrap());
    }
}
