//! What takes its time or has much to tell: getting and repairing models, their papers, their space.

use std::time::Duration;

use app::{
    events::Event,
    models::{ModelDetails, ModelSpace, SpaceFreed},
};
use domain::{ErrorCode, Job, JobStatus};
use serde_json::{Value, json};
use tokio::time::Instant;

use crate::{door::Door, failure::Failure, output::Output};

/// How often people are told how far it is.
const TELL: Duration = Duration::from_secs(2);

/// Begins a job and follows it to its end.
pub(super) async fn follow(door: &Door, method: &str, params: Value, output: &Output) -> Result<(), Failure> {
    let mut events = door.events().await?;
    let begun: Job = door.call(method, params).await?;
    let id = begun.id;
    let mut told = Instant::now();
    let mut job = begun;
    loop {
        match job.state.status {
            JobStatus::Succeeded => break,
            JobStatus::Failed => {
                return Err(Failure {
                    code: job.state.error_code.unwrap_or(ErrorCode::Internal),
                    message: job.state.error_message.unwrap_or_else(|| "It failed. Try again.".to_owned()),
                });
            }
            JobStatus::Cancelled | JobStatus::Waiting => {
                return Err(Failure {
                    code: ErrorCode::Interrupted,
                    message: format!("{} was stopped. The same command goes on with it.", job.title),
                });
            }
            JobStatus::Queued | JobStatus::Running => {}
        }
        if told.elapsed() >= TELL {
            told = Instant::now();
            output.aside(&progress(&job));
        }
        let Some(envelope) = events.next().await else {
            return Err(Failure {
                code: ErrorCode::Interrupted,
                message: "Web+ has ended. The same command goes on with it.".to_owned(),
            });
        };
        job = match envelope.event {
            Event::JobChanged { job } if job.id == id => job,
            // What was missed is asked for.
            Event::Resync => {
                let jobs: Vec<Job> = door.call("job/list", json!({})).await?;
                jobs.into_iter().find(|known| known.id == id).unwrap_or(job)
            }
            _ => job,
        };
    }
    output.sentence(&format!("{} is ready, {}.", job.title, bytes(job.state.total)))?;
    output.json(&serde_json::to_value(&job).unwrap_or_default())?;
    Ok(())
}

fn progress(job: &Job) -> String {
    let state = &job.state;
    match (state.status, state.total) {
        (JobStatus::Queued, _) => format!("{} waits for its turn.", job.title),
        (_, 0) => format!("{} begins.", job.title),
        (_, total) => format!(
            "{}: {} of {} ({} %), {} a second",
            job.title,
            bytes(state.completed),
            bytes(total),
            state.completed.saturating_mul(100) / total,
            bytes(state.speed.unwrap_or(0.0).max(0.0) as u64)
        ),
    }
}

/// Prints a model's papers.
pub(super) async fn show(door: &Door, model: &str, output: &Output) -> Result<(), Failure> {
    let details: ModelDetails = door.call("model/show", json!({ "id": model })).await?;
    output.json(&serde_json::to_value(&details).unwrap_or_default())?;
    let lines = [
        ("file", &details.file),
        ("digest", &details.digest),
        ("license", &details.license),
        ("system", &details.system),
        ("parameters", &details.parameters),
        ("template", &details.template),
    ];
    for (name, value) in lines {
        if let Some(value) = value {
            output.sentence(&format!("{name}: {value}"))?;
        }
    }
    for tensors in &details.tensors {
        output.sentence(&format!(
            "{} tensors of {} with {} parameters: {}",
            tensors.count,
            tensors.kind,
            tensors.parameters,
            bytes(tensors.bytes)
        ))?;
    }
    for fact in &details.metadata {
        output.sentence(&format!("{} = {}", fact.key, fact.value))?;
    }
    Ok(())
}

/// Prints what models take, after freeing what none needs if that is wanted.
pub(super) async fn space(door: &Door, free: bool, output: &Output) -> Result<(), Failure> {
    if free {
        let freed: SpaceFreed = door.call("model/free-space", json!({})).await?;
        output.sentence(&format!("{} are free now.", bytes(freed.freed)))?;
        output.json(&json!({ "freed": freed.freed }))?;
    }
    let space: ModelSpace = door.call("model/space", json!({})).await?;
    for folder in &space.folders {
        output.json(&serde_json::to_value(folder).unwrap_or_default())?;
        let left = folder.free.map_or_else(String::new, |free| format!(", {} left on the disk", bytes(free)));
        output.sentence(&format!(
            "{}: {} of models, {} that none needs, {} of unfinished downloads{left}  {}",
            folder.provider,
            bytes(folder.models),
            bytes(folder.unreferenced),
            bytes(folder.partials),
            folder.path
        ))?;
    }
    Ok(())
}

/// Bytes as download pages write them.
pub(super) fn bytes(count: u64) -> String {
    match count {
        0..=999_999 => format!("{} KB", count.div_ceil(1000)),
        1_000_000..=999_949_999 => format!("{:.0} MB", count as f64 / 1e6),
        _ => format!("{:.1} GB", count as f64 / 1e9),
    }
}
