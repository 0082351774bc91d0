//! The first Web+'s part: it lets the second one work to its end undisturbed once, and ends it in the middle again and again the
//! next time.

use std::{
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use domain::{Actor, ErrorCode, Job};
use serde_json::json;
use tokio::{
    io::{AsyncBufReadExt as _, BufReader, Lines},
    process::{Child, ChildStdout, Command},
    time::timeout,
};

use super::{KEY, SelfTestReport, checks, child};
use crate::{App, Error, jobs::Reporter};

/// So often it is ended in the middle, at most; a run that is over sooner was ended less often.
const KILLS: u32 = 12;
/// More processes would mean that it never gets to its end.
const PROCESSES: u32 = 40;
/// How long one may say nothing.
const SILENCE: Duration = Duration::from_secs(30);

/// The job: leaves its report where `selftest/state` finds it, and nothing else.
pub(crate) async fn run(app: &App, actor: Actor, _job: &Job, reporter: &mut Reporter) -> Result<(), Error> {
    let Some(program) = app.options.program.clone() else {
        return Err(Error::new(ErrorCode::EngineUnavailable, "Web+ doesn't know its own program."));
    };
    let started_at = app.clock.now();
    let place = Place::make(app).await?;
    let folders = [place.0.join("calm"), place.0.join("crashed")];
    for folder in &folders {
        tokio::fs::create_dir_all(folder.join("work")).await.map_err(|error| unwritable(folder, &error))?;
    }
    reporter.progress(0, u64::from(KILLS), None);
    let calm = whole(&program, &folders[0], 0, |_| {}).await?;
    let crashed = whole(&program, &folders[1], KILLS, |kills| {
        reporter.progress(u64::from(kills), u64::from(KILLS), None);
    })
    .await?;
    reporter.progress(u64::from(KILLS), u64::from(KILLS), None);
    let checks = checks::all(&calm, &crashed, &folders[1].join("work"));
    let report = SelfTestReport {
        passed: checks.iter().all(|check| check.passed),
        kills: crashed.kills,
        checks,
        started_at,
        finished_at: app.clock.now(),
    };
    let kept = json!(report);
    app.store.write(move |conn| store::settings::set(conn, actor.user_id, KEY, &kept)).await?;
    Ok(())
}

/// What came of a run.
pub(super) struct Played {
    pub facts: checks::Facts,
    /// How often its process was ended in the middle.
    pub kills: u32,
}

/// Lets the second Web+ work until the run is over, ending it up to `kills` times: each time after a few more lines than the time
/// before, so that it gets on however short it lives.
async fn whole(
    program: &Path,
    folder: &Path,
    kills: u32,
    mut told: impl FnMut(u32),
) -> Result<Played, Error> {
    let mut killed = 0;
    for process in 0..PROCESSES {
        let (mut child, mut lines) = start(program, folder)?;
        let patience = if killed < kills { Some(2 + process % 5) } else { None };
        let mut heard = 0;
        let over = loop {
            match timeout(SILENCE, lines.next_line()).await {
                Ok(Ok(Some(line))) => {
                    if let Some(facts) = line.strip_prefix("over ") {
                        break Some(facts.to_owned());
                    }
                    if let Some(why) = line.strip_prefix("failed ") {
                        return Err(broken(why));
                    }
                    heard += 1;
                    if patience == Some(heard) {
                        break None;
                    }
                }
                Ok(_) => return Err(broken("it ended by itself")),
                Err(_) => return Err(broken("it said nothing for half a minute")),
            }
        };
        // SIGKILL, or what is like it: nothing is flushed, nobody is asked. One that is over ends by itself.
        if over.is_none() {
            child.kill().await.map_err(|error| broken(&error.to_string()))?;
            killed += 1;
            told(killed);
            continue;
        }
        let _ended = timeout(SILENCE, child.wait()).await;
        let facts = over
            .and_then(|text| serde_json::from_str(&text).ok())
            .ok_or_else(|| broken("its report can't be read"))?;
        return Ok(Played { facts, kills: killed });
    }
    Err(broken("its run never ended"))
}

#[allow(clippy::disallowed_methods, reason = "our own program in another life, ended with this job")]
fn start(program: &Path, folder: &Path) -> Result<(Child, Lines<BufReader<ChildStdout>>), Error> {
    let mut command = Command::new(program);
    command
        .arg(child::SUBCOMMAND)
        .arg(folder)
        .env_clear()
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true);
    let mut child = command.spawn().map_err(|error| broken(&error.to_string()))?;
    let output = child.stdout.take().ok_or_else(|| broken("it has no output"))?;
    Ok((child, BufReader::new(output).lines()))
}

fn broken(why: &str) -> Error {
    Error::new(
        ErrorCode::EngineFailed,
        format!("The second Web+ of the self-test could not do its part ({why}). Run the self-test again."),
    )
}

fn unwritable(folder: &Path, error: &std::io::Error) -> Error {
    Error::new(
        ErrorCode::ReadOnly,
        format!(
            "{} can't be written ({error}). Make room in the data folder, then run the self-test again.",
            folder.display()
        ),
    )
}

/// The folder of one self-test; gone with it.
struct Place(PathBuf);

impl Place {
    async fn make(app: &App) -> Result<Self, Error> {
        let place = Self(app.options.data_dir.join("selftest"));
        // What a crash of ours left.
        let _none = tokio::fs::remove_dir_all(&place.0).await;
        tokio::fs::create_dir_all(&place.0).await.map_err(|error| unwritable(&place.0, &error))?;
        Ok(place)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        // A few small files; what stays is removed by the next one.
        let _left = std::fs::remove_dir_all(&self.0);
    }
}
