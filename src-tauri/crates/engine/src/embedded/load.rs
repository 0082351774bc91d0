//! Gets a model into memory: the checks before, the process, its progress.

use domain::{ErrorCode, RunnerReply, RunnerRequest};
use llm::{CompletionEvent, Error};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::{
    EngineState, LoadOptions, LoadedModel, LocalModel,
    hello::Hello,
    job::Events,
    process::Process,
    reply::{Loss, told},
    shelved,
    worker::{Happening, Running, Worker},
};
use crate::{
    failure::{bytes, failure},
    hardware::Hardware,
};

/// What became of a process that was started.
enum Started {
    /// The model is in memory.
    Ready,
    /// The process was lost while it loaded onto the GPU. Nobody was told yet, and the next one won't use the GPU.
    LostOnGpu(Error),
}

/// How a process is to load its model, with everything decided that can be before it is asked.
#[derive(Clone, Copy)]
struct Wanted {
    /// Tokens of context.
    context: u32,
    options: LoadOptions,
}

impl Worker {
    /// Makes sure that the model is loaded, with that context if one is given. Gives the milliseconds that loading took, if
    /// it had to.
    pub(super) async fn ensure(
        &mut self,
        name: &str,
        options: LoadOptions,
        events: Option<&Events>,
    ) -> Result<Option<f64>, Error> {
        let models = shelved(&self.shelf);
        let model = models.iter().find(|model| model.name == name).ok_or_else(|| {
            Error::ModelNotFound(format!(
                "{name} isn't on this computer any more. Choose another model, or add its file again."
            ))
        })?;
        if let Some(reason) = model.damaged.clone().or_else(|| model.cut()) {
            return Err(failure(ErrorCode::ModelDamaged, reason));
        }
        let fits = |running: &Running| {
            let same = |wanted: Option<u32>, is: Option<u32>| wanted.is_none() || wanted == is;
            running.model.name == name
                && options.context.is_none_or(|context| context == running.asked)
                && same(options.gpu_layers, running.chosen.gpu_layers)
                && same(options.threads, running.chosen.threads)
        };
        if self.running.as_ref().is_some_and(fits) {
            return Ok(None);
        }
        if let Some(wait) = self.crashes.wait(name, Instant::now()) {
            return Err(self.refused(name, wait.as_secs() + 1));
        }
        let hardware = self.measure().await;
        let context = options.context.unwrap_or_else(|| model.default_context(&hardware));
        let options = LoadOptions {
            context: Some(context),
            gpu_layers: options.gpu_layers.or(model.gpu_layers),
            threads: options.threads.or(model.threads),
            ..options
        };
        check_context(model, context)?;
        if !options.force && !model.force {
            check_memory(model, context, &hardware)?;
        }
        let begun = Instant::now();
        self.stop().await;
        let wanted = Wanted { context, options };
        let started = self.start(model, wanted, &hardware, events).await?;
        if let Started::LostOnGpu(error) = started {
            tracing::warn!(model = name, %error, "the engine was lost while loading onto the GPU, so the CPU is tried");
            self.start(model, wanted, &hardware, events).await?;
        }
        Ok(Some(begun.elapsed().as_secs_f64() * 1000.0))
    }

    /// The machine as it will be when what is loaded has made room.
    async fn measure(&self) -> Hardware {
        let measure = self.options.measure;
        let freed = self.running.as_ref().map_or(0, |running| running.model.memory);
        let here = tokio::task::spawn_blocking(measure).await.unwrap_or(Hardware {
            total_memory: u64::MAX,
            available_memory: u64::MAX,
            logical_cores: 1,
            physical_cores: 1,
        });
        Hardware { available_memory: here.available_memory.saturating_add(freed), ..here }
    }

    fn refused(&self, name: &str, seconds: u64) -> Error {
        let last = match &*self.state.borrow() {
            EngineState::Failed { log, .. } if !log.is_empty() => {
                format!(" Its log ends: {}.", log.join(" | "))
            }
            _ => String::new(),
        };
        failure(
            ErrorCode::EngineFailed,
            format!(
                "The engine stopped three times within a minute with {name} and isn't started again for {seconds} seconds. Choose a \
                 smaller context or another model.{last}"
            ),
        )
    }

    /// Starts a process with the model in it.
    async fn start(
        &mut self,
        model: &LocalModel,
        wanted: Wanted,
        hardware: &Hardware,
        events: Option<&Events>,
    ) -> Result<Started, Error> {
        self.progress(&model.name, 0.0, events);
        let mut process = match Process::start(&self.options) {
            Ok(process) => process,
            Err(error) => return Err(self.failed(&model.name, error, Vec::new())),
        };
        let hello = match process.greet(&self.options).await {
            Ok(hello) => hello,
            Err(error) => {
                let log = process.log().tail();
                process.kill().await;
                return Err(self.failed(&model.name, error, log));
            }
        };
        let request = RunnerRequest::Load {
            path: model.path.to_string_lossy().into_owned(),
            context: wanted.context,
            threads: wanted
                .options
                .threads
                .or(self.options.threads)
                .unwrap_or_else(|| hardware.threads())
                .max(1),
            gpu_layers: self.gpu_layers(model, wanted.options.gpu_layers, &hello),
            confine: self.options.confine,
        };
        if let Err(loss) = process.send(&request).await {
            return self.lost_loading(process, &model.name, &loss).await;
        }
        self.follow(process, hello, model, wanted, events).await
    }

    /// As many as were chosen, else all layers, where the build has a GPU: the runner puts there what fits and says so.
    fn gpu_layers(&mut self, model: &LocalModel, chosen: Option<u32>, hello: &Hello) -> u32 {
        let gpu = self.options.gpu && hello.backends.iter().any(|backend| backend != "cpu");
        let all = model.header.block_count.unwrap_or(0).saturating_add(1);
        self.gpu.layers(if gpu { chosen.unwrap_or(all).min(all) } else { 0 })
    }

    /// Follows the loading to its end. The one who asked may go; the model is loaded all the same, since it was chosen.
    async fn follow(
        &mut self,
        mut process: Process,
        hello: Hello,
        model: &LocalModel,
        wanted: Wanted,
        events: Option<&Events>,
    ) -> Result<Started, Error> {
        let never = CancellationToken::new();
        loop {
            match self.wait(&mut process, self.options.patience.load, &never).await {
                Happening::Reply(RunnerReply::Loading { progress }) => {
                    self.progress(&model.name, progress, events);
                }
                Happening::Reply(RunnerReply::Loaded {
                    context,
                    trained_context,
                    chat_template,
                    gpu_layers,
                    layers,
                    confined,
                    embedding,
                    mut notices,
                }) => {
                    self.gpu.loaded(gpu_layers);
                    notices.extend(self.gpu.notice());
                    let (memory, pid) = (process.memory().await, process.pid());
                    let loaded = LoadedModel {
                        name: model.name.clone(),
                        memory,
                        answered: false,
                        context,
                        trained_context,
                        gpu_layers,
                        layers,
                        confined,
                        chat_template,
                        embedding,
                        notices,
                        engine: hello.engine,
                        pid,
                    };
                    let Wanted { context: asked, options: chosen } = wanted;
                    self.running = Some(Running { process, model: loaded.clone(), asked, chosen });
                    self.state.send_replace(EngineState::Loaded { model: loaded });
                    return Ok(Started::Ready);
                }
                Happening::Reply(RunnerReply::Error { code, message, .. }) => {
                    let log = process.log().tail();
                    process.stop().await;
                    return Err(self.failed(&model.name, told(code, message, wanted.context), log));
                }
                Happening::Reply(_) => {
                    return self
                        .lost_loading(process, &model.name, &Loss::Protocol("an answer while loading".into()))
                        .await;
                }
                Happening::Lost(loss) => return self.lost_loading(process, &model.name, &loss).await,
                Happening::Cancelled => {}
                Happening::Unload(reply) => {
                    process.kill().await;
                    return Err(self.leave(Some(reply)).await);
                }
                Happening::Closing => {
                    process.kill().await;
                    return Err(self.leave(None).await);
                }
            }
        }
    }

    async fn lost_loading(
        &mut self,
        mut process: Process,
        name: &str,
        loss: &Loss,
    ) -> Result<Started, Error> {
        let log = process.log().tail();
        process.kill().await;
        let error = loss.error(name, &log);
        if self.gpu.process_lost() {
            return Ok(Started::LostOnGpu(error));
        }
        Err(self.crashed(name, error, log))
    }

    fn progress(&self, name: &str, progress: f32, events: Option<&Events>) {
        let progress = if progress.is_finite() { progress.clamp(0.0, 1.0) } else { 0.0 };
        self.state.send_replace(EngineState::Loading { name: name.to_owned(), progress });
        if let Some(events) = events {
            // Nobody listens any more: the model is loaded all the same.
            let _ = events.send(Ok(CompletionEvent::Loading(progress)));
        }
    }
}

fn check_context(model: &LocalModel, context: u32) -> Result<(), Error> {
    match model.header.context_length {
        Some(trained) if context > trained => Err(Error::InvalidRequest(format!(
            "{} was trained for {trained} tokens of context, not {context}. Choose at most {trained}.",
            model.display_name
        ))),
        _ if context == 0 => {
            Err(Error::InvalidRequest("A context of 0 tokens holds nothing. Choose at least 256.".into()))
        }
        _ => Ok(()),
    }
}

fn check_memory(model: &LocalModel, context: u32, hardware: &Hardware) -> Result<(), Error> {
    let needed = model.estimate(context);
    if hardware.fits(&needed) {
        return Ok(());
    }
    let smaller = hardware.default_context(&model.header, model.size);
    let advice = if smaller < context && hardware.fits(&model.estimate(smaller)) {
        format!("A context of {smaller} tokens would fit.")
    } else {
        "Close other programs or choose a smaller model.".into()
    };
    Err(failure(
        ErrorCode::OutOfMemory,
        format!(
            "{} with {context} tokens of context needs about {} of memory, and {} are free. {advice}",
            model.display_name,
            bytes(needed.total),
            bytes(hardware.available_memory)
        ),
    ))
}
