//! Answering: the prompt is read in steps short enough to be cancelled between them, then token follows token.

mod reader;

use domain::{ErrorCode, FinishReason, Parameters, RunnerEnd, RunnerReply, TokenUsage};
use llama_cpp_2::model::LlamaModel;

use crate::clock;
use crate::failure::Failure;
use crate::inbox::Job;
use crate::prompt::Prompt;
use crate::sampler::Sampler;
use crate::text_stream::{Step, TextStream};
use crate::wire::Output;

pub(crate) use reader::{Reader, failed};

/// Answers one request, telling progress and text on the way; gives the last line.
pub(crate) fn answer(
    reader: &mut Reader<'_>,
    model: &LlamaModel,
    job: &Job,
    prompt: Prompt,
    parameters: &Parameters,
    notice: Option<String>,
    output: &Output,
) -> Result<RunnerReply, Failure> {
    let total = prompt.tokens.len();
    if total == 0 {
        return Err(Failure::invalid("There is nothing to answer: the prompt is empty."));
    }
    if total >= reader.context_length() {
        return Err(Failure::new(
            ErrorCode::ContextTooLong,
            format!(
                "The conversation has {total} tokens, and the model was loaded with a context of {}. Shorten the \
                 conversation or load the model with a larger context.",
                reader.context_length()
            ),
        ));
    }
    let mut sampler = Sampler::new(model, parameters)?;

    let started = clock::now();
    let reused = reader.reuse(&prompt.tokens);
    let prefill = |done: usize| {
        output.send(&RunnerReply::Prefill { id: job.id, done: done as u32, total: total as u32 });
    };
    prefill(reused);
    while reader.read() < total && !job.is_cancelled() {
        let done = reader.step(&prompt.tokens)?;
        prefill(done);
    }
    let newly_read = reader.read().saturating_sub(reused) as u64;
    let prompt_ms = clock::milliseconds_since(started);

    let started = clock::now();
    let mut written = Written { stream: TextStream::new(&parameters.stop), tokens: 0 };
    let end = if job.is_cancelled() {
        RunnerEnd::Cancelled
    } else {
        if prompt.reasoning_open {
            // The template opened the block; whoever reads the answer must see that it is open.
            send_text(job, "<think>\n".to_owned(), output);
        }
        written.write(reader, model, job, &mut sampler, parameters.max_tokens, output)?
    };
    let tokens = written.tokens;
    send_text(job, written.stream.finish(), output);
    Ok(RunnerReply::Finished {
        id: job.id,
        end,
        usage: TokenUsage {
            input: newly_read,
            cache_read: reused as u64,
            output: tokens,
            ..TokenUsage::default()
        },
        prompt_ms,
        generation_ms: clock::milliseconds_since(started),
        notice,
    })
}

struct Written {
    stream: TextStream,
    tokens: u64,
}

impl Written {
    fn write(
        &mut self,
        reader: &mut Reader<'_>,
        model: &LlamaModel,
        job: &Job,
        sampler: &mut Sampler,
        max_tokens: Option<u32>,
        output: &Output,
    ) -> Result<RunnerEnd, Failure> {
        let vocabulary = model.vocab();
        let limit = max_tokens.map_or(u64::MAX, u64::from);
        let mut bytes = Vec::with_capacity(64);
        loop {
            if job.is_cancelled() {
                return Ok(RunnerEnd::Cancelled);
            }
            let token = sampler.next(reader.context())?;
            if vocabulary.is_eog(token) {
                return Ok(RunnerEnd::Done { reason: FinishReason::Stop });
            }
            self.tokens += 1;
            bytes.clear();
            vocabulary.token_to_piece_into(token, &mut bytes, false, None);
            match self.stream.push(&bytes) {
                Step::Text(text) => send_text(job, text, output),
                Step::Stopped(text) => {
                    send_text(job, text, output);
                    return Ok(RunnerEnd::Done { reason: FinishReason::Stop });
                }
            }
            if self.tokens >= limit || reader.is_full() {
                return Ok(RunnerEnd::Done { reason: FinishReason::Length });
            }
            reader.append(token)?;
        }
    }
}

fn send_text(job: &Job, text: String, output: &Output) {
    if !text.is_empty() {
        output.send(&RunnerReply::Text { id: job.id, text });
    }
}
