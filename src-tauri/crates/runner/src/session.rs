//! A loaded model with its context, and the requests it serves, one after the other.

use std::num::NonZeroU32;

use domain::{ErrorCode, RunnerReply};
use llama_cpp_2::context::LlamaContext;
use llama_cpp_2::context::params::LlamaContextParams;
use llama_cpp_2::llama_backend::LlamaBackend;
use llama_cpp_2::model::LlamaModel;

use crate::embed;
use crate::engine_log;
use crate::failure::Failure;
use crate::generate::{self, Reader};
use crate::inbox::{Job, Work, cancelled_unstarted};
use crate::load::{LoadRequest, Loaded};
use crate::memory;
use crate::prompt::{Asked, Prompter};
use crate::wire::Output;

/// The most tokens that llama.cpp is given at once; prompts are read in smaller steps by measured speed.
pub(crate) const MAX_BATCH: u32 = 512;
/// The smallest context, in tokens.
const MIN_CONTEXT: u32 = 256;

/// The model and everything that lasts as long as it.
pub(crate) struct Session<'m> {
    model: &'m LlamaModel,
    prompter: Prompter,
    reader: Reader<'m>,
    /// Whether this model makes embeddings and nothing else.
    embedding: bool,
    context: u32,
    gpu_layers: u32,
    confined: bool,
    notices: Vec<String>,
}

impl<'m> Session<'m> {
    /// Makes the context that was asked for, at most as long as the model was trained for.
    pub(crate) fn open(
        backend: &LlamaBackend,
        loaded: &'m Loaded,
        request: &LoadRequest,
        available: Option<u64>,
        confined: bool,
    ) -> Result<Self, Failure> {
        let model = &loaded.model;
        let trained = model.n_ctx_train().max(1);
        let asked = if request.context == 0 { trained } else { request.context };
        let length = asked.max(MIN_CONTEXT).min(trained);
        if loaded.gpu_layers == 0 {
            memory::check_context(model, length, loaded.file_bytes, available)?;
        }
        let embedding = embed::makes_embeddings(model);
        let context = new_context(backend, model, request, length, embedding)?;
        let length = context.n_ctx().min(length);

        let prompter = Prompter::new(model);
        let mut notices = loaded.notices.clone();
        if request.context > trained {
            notices.push(format!(
                "The model was trained with a context of {trained} tokens: that is used, not {}.",
                request.context
            ));
        }
        if let Some(error) = &prompter.template_error {
            notices.push(format!("The model's chat template can't be used ({error}): the model continues texts instead of answering."));
        }
        Ok(Self {
            model,
            prompter,
            reader: Reader::new(context, length, window(model)),
            embedding,
            context: length,
            gpu_layers: loaded.gpu_layers,
            confined,
            notices,
        })
    }

    /// What the application is told when all is ready.
    pub(crate) fn loaded(&self) -> RunnerReply {
        RunnerReply::Loaded {
            context: self.context,
            trained_context: self.model.n_ctx_train(),
            chat_template: self.prompter.has_template(),
            gpu_layers: self.gpu_layers,
            layers: self.model.n_layer(),
            confined: self.confined,
            embedding: self.embedding,
            notices: self.notices.clone(),
        }
    }

    /// Serves one request; every way out says something to the application.
    pub(crate) fn run(&mut self, job: &Job, output: &Output) {
        if job.is_cancelled() {
            output.send(&cancelled_unstarted(job.id));
            return;
        }
        let reply = match &job.work {
            Work::Generate { system, messages, extend, parameters } => {
                let asked = Asked { system, messages, extend: *extend, effort: parameters.reasoning_effort };
                self.generates().and_then(|()| self.prompter.prompt(self.model, asked)).and_then(|prompt| {
                    let notice = self.notice();
                    generate::answer(&mut self.reader, self.model, job, prompt, parameters, notice, output)
                })
            }
            Work::Count { system, messages } => {
                let asked = Asked { system, messages, extend: false, effort: None };
                self.prompter
                    .prompt(self.model, asked)
                    .map(|prompt| RunnerReply::Counted { id: job.id, tokens: prompt.tokens.len() as u32 })
            }
            Work::Embed { texts } => {
                if self.embedding {
                    embed::vectors(&mut self.reader, self.model, job, texts)
                } else {
                    Err(Failure::invalid("This model makes no embeddings. Choose an embedding model."))
                }
            }
        };
        match reply {
            Ok(reply) => output.send(&reply),
            Err(failure) => output.fail(job.id, failure),
        }
    }

    fn generates(&self) -> Result<(), Failure> {
        if self.embedding {
            return Err(Failure::invalid(
                "This model makes embeddings and can't answer. Choose another model to talk to.",
            ));
        }
        Ok(())
    }

    fn notice(&self) -> Option<String> {
        (!self.prompter.has_template()).then(|| {
            "This model has no chat template of its own: it continues the text instead of answering it."
                .to_owned()
        })
    }
}

fn new_context<'m>(
    backend: &LlamaBackend,
    model: &'m LlamaModel,
    request: &LoadRequest,
    length: u32,
    embedding: bool,
) -> Result<LlamaContext<'m>, Failure> {
    let threads = i32::try_from(request.threads.clamp(1, 512)).unwrap_or(1);
    // A text to embed is read in one piece, because many such models look both ways.
    let batch = if embedding { length } else { MAX_BATCH.min(length) };
    let parameters = LlamaContextParams::default()
        .with_n_ctx(NonZeroU32::new(length))
        .with_n_batch(batch)
        .with_n_ubatch(batch)
        .with_n_threads(threads)
        .with_n_threads_batch(threads)
        .with_n_seq_max(1)
        .with_embeddings(embedding)
        .with_swa_full(false)
        .with_no_perf(true);
    engine_log::clear();
    model.new_context(backend, parameters).map_err(|_| {
        Failure::new(
            ErrorCode::OutOfMemory,
            format!("A context of {length} tokens can't be made with the memory that is free. Choose a smaller context."),
        )
    })
}

/// Tokens that a sliding layer looks back, if the model has such layers.
fn window(model: &LlamaModel) -> Option<u32> {
    let architecture = model.meta_val_str("general.architecture").ok()?;
    let window = model.meta_val_str(&format!("{architecture}.attention.sliding_window")).ok()?;
    window.parse().ok().filter(|window| *window > 0)
}
