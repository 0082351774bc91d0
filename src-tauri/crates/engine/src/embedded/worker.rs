//! The one task that owns the runner: takes jobs in order, and never lets one of them outlive its process.

use std::{sync::Arc, time::Duration};

use domain::{ErrorCode, RunnerReply, RunnerRequest};
use llm::Error;
use tokio::{
    sync::{mpsc, oneshot, watch},
    time::{Instant, sleep_until, timeout},
};
use tokio_util::sync::CancellationToken;

use super::{
    EngineOptions, EngineState, LoadOptions, LoadedModel, Shelf, closed,
    crash::Crashes,
    gpu::Gpu,
    job::{Control, Job},
    process::Process,
    reply::Loss,
};
use crate::failure::failure;

/// Owns the process.
pub(super) struct Worker {
    pub(super) options: Arc<EngineOptions>,
    pub(super) shelf: Shelf,
    pub(super) state: watch::Sender<EngineState>,
    pub(super) running: Option<Running>,
    pub(super) crashes: Crashes,
    pub(super) gpu: Gpu,
    jobs: mpsc::UnboundedReceiver<Job>,
    control: mpsc::UnboundedReceiver<Control>,
    closing: CancellationToken,
    next_id: u64,
    used: Instant,
    /// What is started again as soon as nobody wants anything else.
    again: Option<(String, LoadOptions)>,
}

/// A process with a model in it.
pub(super) struct Running {
    pub(super) process: Process,
    pub(super) model: LoadedModel,
    /// The context that was asked for, which may not be the one that it got.
    pub(super) asked: u32,
    /// How it was loaded.
    pub(super) chosen: LoadOptions,
}

/// What happens while the worker waits for the runner.
pub(super) enum Happening {
    Reply(RunnerReply),
    Lost(Loss),
    /// Whoever asked has gone.
    Cancelled,
    Unload(oneshot::Sender<()>),
    Closing,
}

impl Worker {
    pub(super) fn new(
        options: Arc<EngineOptions>,
        shelf: Shelf,
        jobs: mpsc::UnboundedReceiver<Job>,
        control: mpsc::UnboundedReceiver<Control>,
        state: watch::Sender<EngineState>,
        closing: CancellationToken,
    ) -> Self {
        Self {
            options,
            shelf,
            state,
            running: None,
            crashes: Crashes::default(),
            gpu: Gpu::default(),
            jobs,
            control,
            closing,
            next_id: 0,
            used: Instant::now(),
            again: None,
        }
    }

    /// Works until the engine is closed or forgotten.
    pub(super) async fn run(mut self) {
        while let Some(task) = self.next_task().await {
            match task {
                Task::Job(job) => {
                    self.again = None;
                    self.serve(*job).await;
                    self.used = Instant::now();
                    if let Some(running) = &mut self.running {
                        running.process.log().trim();
                    }
                }
                Task::Unload(reply) => {
                    self.stop().await;
                    let _ = reply.send(());
                }
                Task::Lost(loss) => {
                    self.lost(&loss).await;
                }
                Task::Again(name, options) => {
                    if let Err(error) = self.ensure(&name, options, None).await {
                        tracing::warn!(%error, "the engine could not be started again");
                    }
                }
                Task::Idle => self.stop().await,
            }
        }
        self.stop().await;
        self.jobs.close();
        while let Ok(job) = self.jobs.try_recv() {
            refuse(job);
        }
    }

    async fn next_task(&mut self) -> Option<Task> {
        let idle = self.options.idle.filter(|_| self.running.is_some()).map(|idle| self.used + idle);
        tokio::select! {
            biased;
            () = self.closing.cancelled() => None,
            Some(Control::Unload { reply }) = self.control.recv() => Some(Task::Unload(reply)),
            job = self.jobs.recv() => job.map(|job| Task::Job(Box::new(job))),
            loss = unasked(&mut self.running) => Some(Task::Lost(loss)),
            () = std::future::ready(()), if self.again.is_some() => {
                self.again.take().map(|(name, options)| Task::Again(name, options))
            }
            () = until(idle), if idle.is_some() => Some(Task::Idle),
        }
    }

    async fn serve(&mut self, job: Job) {
        match job {
            Job::Load { name, options, reply } => {
                let result = self.ensure(&name, options, None).await;
                let loaded = result.and_then(|_| {
                    self.running.as_ref().map(|running| running.model.clone()).ok_or_else(closed)
                });
                let _ = reply.send(loaded);
            }
            Job::Complete { request, events, cancel } => self.complete(request, &events, &cancel).await,
            Job::Count { name, system, messages, reply } => {
                let _ = reply.send(self.count(&name, system, messages).await);
            }
            Job::Embed { name, texts, reply } => {
                let _ = reply.send(self.embed(&name, texts).await);
            }
        }
    }

    /// A number that no other request of this engine has.
    pub(super) fn id(&mut self) -> u64 {
        self.next_id += 1;
        self.next_id
    }

    /// Waits for the given process to say something, for at most `patience`.
    pub(super) async fn wait(
        &mut self,
        process: &mut Process,
        patience: Duration,
        cancel: &CancellationToken,
    ) -> Happening {
        tokio::select! {
            biased;
            () = self.closing.cancelled() => Happening::Closing,
            Some(Control::Unload { reply }) = self.control.recv() => Happening::Unload(reply),
            () = cancel.cancelled() => Happening::Cancelled,
            reply = timeout(patience, process.next()) => match reply {
                Ok(Ok(reply)) => Happening::Reply(reply),
                Ok(Err(loss)) => Happening::Lost(loss),
                Err(_) => Happening::Lost(Loss::Silent),
            },
        }
    }

    /// Tells the runner something.
    pub(super) async fn tell(&mut self, request: &RunnerRequest) -> Result<(), Loss> {
        match &mut self.running {
            Some(running) => running.process.send(request).await,
            None => Err(Loss::Silent),
        }
    }

    /// Waits for the loaded runner to say something.
    pub(super) async fn hear(&mut self, patience: Duration, cancel: &CancellationToken) -> Happening {
        // Taken out while waiting, since waiting needs the rest of the worker; nothing is lost when it is put back.
        let Some(mut running) = self.running.take() else { return Happening::Lost(Loss::Silent) };
        let happening = self.wait(&mut running.process, patience, cancel).await;
        self.running = Some(running);
        happening
    }

    /// Ends the process, if there is one.
    pub(super) async fn stop(&mut self) {
        if let Some(running) = self.running.take() {
            running.process.stop().await;
        }
        self.state.send_replace(EngineState::Stopped);
    }

    /// Ends the process because somebody wants the model unloaded or the engine closed; what was being answered learns why.
    pub(super) async fn leave(&mut self, unload: Option<oneshot::Sender<()>>) -> Error {
        self.stop().await;
        match unload {
            Some(reply) => {
                let _ = reply.send(());
                failure(
                    ErrorCode::Cancelled,
                    "The model was unloaded. What was written is kept; ask again to load it.",
                )
            }
            None => Error::Interrupted(
                "Web+ was closed while the model answered. What was written is kept.".into(),
            ),
        }
    }

    /// The loaded runner was lost: ends what is left of it, counts the crash and says what happened.
    pub(super) async fn lost(&mut self, loss: &Loss) -> Error {
        let Some(mut running) = self.running.take() else { return closed() };
        let name = running.model.name.clone();
        if *loss == Loss::TooMuch {
            self.running = Some(running);
            return loss.error(&name, &[]);
        }
        let log = running.process.log().tail();
        running.process.kill().await;
        self.gpu.process_lost();
        self.crashed(&name, loss.error(&name, &log), log)
    }

    /// Notes a crash.
    pub(super) fn crashed(&mut self, name: &str, error: Error, log: Vec<String>) -> Error {
        self.crashes.record(name, Instant::now());
        self.failed(name, error, log)
    }

    /// Shows a failure.
    pub(super) fn failed(&mut self, name: &str, error: Error, log: Vec<String>) -> Error {
        tracing::warn!(model = name, %error, ?log, "the engine failed");
        let (code, message) = (error.code(), error.to_string());
        self.state.send_replace(EngineState::Failed { name: name.to_owned(), code, message, log });
        error
    }

    /// Shows what the process takes now that it has answered, where that is another amount.
    pub(super) async fn measure_used(&mut self) {
        let Some(running) = &mut self.running else { return };
        let memory = running.process.memory().await;
        let before = &running.model;
        let news = !before.answered || memory.abs_diff(before.memory) > before.memory / 50;
        if memory > 0 && news && matches!(*self.state.borrow(), EngineState::Loaded { .. }) {
            (running.model.memory, running.model.answered) = (memory, true);
            self.state.send_replace(EngineState::Loaded { model: running.model.clone() });
        }
    }

    /// Kills a runner that doesn't stop, and has it started again when nobody wants anything else.
    pub(super) async fn restart(&mut self) {
        let Some(running) = self.running.take() else { return };
        tracing::warn!(
            model = running.model.name,
            "the runner did not stop when told, so it is started again"
        );
        self.again = Some((running.model.name.clone(), running.chosen));
        running.process.kill().await;
        self.state.send_replace(EngineState::Stopped);
    }
}

enum Task {
    Job(Box<Job>),
    Unload(oneshot::Sender<()>),
    Lost(Loss),
    Again(String, LoadOptions),
    Idle,
}

/// Waits for a runner that nobody asked anything to end; what it says meanwhile belongs to nobody.
async fn unasked(running: &mut Option<Running>) -> Loss {
    let Some(running) = running else { return std::future::pending().await };
    loop {
        match running.process.next().await {
            Ok(reply) => tracing::debug!(?reply, "the runner spoke unasked"),
            Err(loss) => return loss,
        }
    }
}

async fn until(moment: Option<Instant>) {
    if let Some(moment) = moment {
        sleep_until(moment).await;
    }
}

fn refuse(job: Job) {
    match job {
        Job::Load { reply, .. } => drop(reply.send(Err(closed()))),
        Job::Complete { events, .. } => drop(events.send(Err(closed()))),
        Job::Count { reply, .. } => drop(reply.send(Err(closed()))),
        Job::Embed { reply, .. } => drop(reply.send(Err(closed()))),
    }
}
