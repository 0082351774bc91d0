//! How fast the supervisor reacts: from its beginning, and from the death of a server of ours, until one is ready, beside the same
//! program started bare until it answers. With a scripted Ollama, and with a real one where one is on the PATH. Prints JSON
//! lines `{"name","value","unit","baseline","ratio"}`.

// By the name that everybody calls it.
extern crate webplus_engine as engine;

#[cfg(unix)]
#[path = "support/bare.rs"]
mod bare;
#[path = "support/figures.rs"]
mod figures;

use figures::Outcome;

const CRASH: &str = "supervisor.crash_to_ready";
const START: &str = "supervisor.start_to_ready";

#[cfg(not(unix))]
fn main() -> Outcome<()> {
    for name in [CRASH, START] {
        figures::left_out(name, "it is measured on Unix only");
    }
    Ok(())
}

#[cfg(unix)]
fn main() -> Outcome<()> {
    let runtime = tokio::runtime::Runtime::new()?;
    runtime.block_on(measure::all())
}

#[cfg(unix)]
mod measure {
    use std::{
        net::TcpListener,
        path::Path,
        time::{Duration, Instant},
    };

    use engine::{
        ollama::{Mode, OllamaSettings, OllamaState, OllamaSupervisor, SupervisorOptions, find::Places},
        supervise::Patience,
    };

    use crate::{
        CRASH, START,
        bare::{Bare, kill},
        figures::{Figure, Outcome, example, http, left_out, on_path},
    };

    const ROUNDS: usize = 15;
    /// Longer than anything here takes.
    const LONG: Duration = Duration::from_mins(1);

    pub(super) async fn all() -> Outcome<()> {
        measure("fake", &example("fake-ollama")?).await?;
        if let Some(program) = on_path("ollama") {
            return measure("ollama", &program).await;
        }
        for name in [CRASH, START] {
            left_out(&format!("{name}.ollama"), "there is no ollama on the PATH");
        }
        Ok(())
    }

    async fn measure(kind: &str, program: &Path) -> Outcome<()> {
        let (mut bare, mut started, mut again) = (Vec::new(), Vec::new(), Vec::new());
        // One home for all, so that what is made at the first start only is made once.
        let home = tempfile::tempdir()?;
        let guard = example("fake-tree")?;
        drop(Bare::start(program, home.path()).await?);
        for _ in 0..ROUNDS {
            let begun = Instant::now();
            let alone = Bare::start(program, home.path()).await?;
            bare.push(millis(begun));
            drop(alone);

            // A new one each time, since the third start within a minute is made to wait.
            let options = options(program, home.path(), &guard)?;
            let begun = Instant::now();
            let supervisor = OllamaSupervisor::new(options)?;
            let first = ready(&supervisor, None).await?;
            started.push(millis(begun));

            let begun = Instant::now();
            kill(first.cast_signed());
            ready(&supervisor, Some(first)).await?;
            again.push(millis(begun));
            supervisor.shutdown().await;
        }
        let bare_start = "beside the same program started bare until it answers";
        let wait = Patience::default().back_off.as_millis();
        let how = format!("SIGKILL of the server to ready again, a wait of {wait} ms included; {bare_start}");
        report(&format!("{CRASH}.{kind}"), &again, &bare, &how);
        let how = format!("a new supervisor to ready; {bare_start}");
        report(&format!("{START}.{kind}"), &started, &bare, &how);
        Ok(())
    }

    fn report(name: &str, values: &[f64], baselines: &[f64], how: &str) {
        let figure = || Figure { name: name.to_owned(), values, unit: "ms", baselines, how };
        figure().report();
        figure().report_worst();
    }

    fn options(program: &Path, home: &Path, guard: &Path) -> Outcome<SupervisorOptions> {
        // Nobody listens there.
        let free = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        let settings = OllamaSettings {
            mode: Mode::Own,
            program: Some(program.display().to_string()),
            ..OllamaSettings::default()
        };
        let environment = vec![
            ("HOME".to_owned(), home.display().to_string()),
            ("PATH".to_owned(), "/usr/bin:/bin".to_owned()),
            ("OLLAMA_HOST".to_owned(), free.to_string()),
        ];
        let (guard, state) = (guard.to_owned(), home.join("engine"));
        let mut options = SupervisorOptions::new(settings, guard, state, environment, http()?);
        options.places = Places::default();
        Ok(options)
    }

    /// Waits until a server is ready that isn't the `former` one, and tells its number.
    async fn ready(supervisor: &OllamaSupervisor, former: Option<u32>) -> Outcome<u32> {
        let mut states = supervisor.subscribe();
        let other = |state: &OllamaState| matches!(state, OllamaState::Ready { pid, .. } if *pid != former);
        if let Ok(Ok(state)) = tokio::time::timeout(LONG, states.wait_for(other)).await
            && let OllamaState::Ready { pid: Some(pid), .. } = *state
        {
            return Ok(pid);
        }
        let log = supervisor.log_tail(20).join("\n");
        Err(format!("It isn't ready but {:?}.\n{log}", supervisor.state()).into())
    }

    fn millis(begun: Instant) -> f64 {
        begun.elapsed().as_secs_f64() * 1000.0
    }
}
