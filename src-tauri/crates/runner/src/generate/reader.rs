//! The context and what it has read: which tokens stand in its cache, how much of that a new prompt can keep, and how many
//! tokens are read in one step.

use std::time::Duration;

use domain::ErrorCode;
use llama_cpp_2::context::LlamaContext;
use llama_cpp_2::llama_batch::LlamaBatch;
use llama_cpp_2::token::LlamaToken;

use crate::clock;
use crate::failure::Failure;
use crate::session::MAX_BATCH;

/// How long one step of reading a prompt should take. A cancel waits for one step, and 100 ms are promised.
const STEP: Duration = Duration::from_millis(70);
/// The first step of a model, before its speed is known, in tokens.
const FIRST_STEP: usize = 8;
/// The one sequence that we use.
const SEQUENCE: i32 = 0;

/// A context with its tokens.
pub(crate) struct Reader<'m> {
    context: LlamaContext<'m>,
    batch: LlamaBatch<'static>,
    length: usize,
    window: Option<u32>,
    cached: Vec<LlamaToken>,
    step: usize,
}

impl<'m> Reader<'m> {
    /// `length`: tokens of context; `window`: tokens that sliding layers look back, if there are any.
    pub(crate) fn new(context: LlamaContext<'m>, length: u32, window: Option<u32>) -> Self {
        let size = context.n_batch().max(1) as usize;
        Self {
            context,
            batch: LlamaBatch::new(size, 1),
            length: length as usize,
            window,
            cached: Vec::new(),
            step: FIRST_STEP.min(size),
        }
    }

    pub(crate) fn context(&self) -> &LlamaContext<'m> {
        &self.context
    }

    pub(crate) fn context_mut(&mut self) -> &mut LlamaContext<'m> {
        &mut self.context
    }

    /// Tokens of context.
    pub(crate) fn context_length(&self) -> usize {
        self.length
    }

    /// Tokens read so far, those of the answer included.
    pub(crate) fn read(&self) -> usize {
        self.cached.len()
    }

    /// Whether no further token fits.
    pub(crate) fn is_full(&self) -> bool {
        self.cached.len() >= self.length
    }

    /// Keeps what the cache has in common with `prompt` and drops the rest; gives how many tokens were kept. The last token
    /// is always read anew, because its result is what the answer begins from.
    pub(crate) fn reuse(&mut self, prompt: &[LlamaToken]) -> usize {
        let common = self.cached.iter().zip(prompt).take_while(|(cached, asked)| cached == asked).count();
        let kept = common.min(prompt.len().saturating_sub(1));
        if kept < self.cached.len() {
            let removed = kept > 0
                && self.looks_back_far_enough(kept)
                && self.context.clear_kv_cache_seq(Some(SEQUENCE as u32), Some(kept as u32), None)
                    == Ok(true);
            self.cached.truncate(kept);
            if !removed {
                self.forget();
            }
        }
        self.cached.len()
    }

    /// Sliding layers drop what is behind their window: going back further than that needs it again.
    fn looks_back_far_enough(&self, kept: usize) -> bool {
        let Some(window) = self.window else { return true };
        let oldest = self.context.kv_cache_seq_pos_min(SEQUENCE);
        oldest <= 0 || (oldest as usize).saturating_add(window as usize) <= kept
    }

    /// Empties the cache.
    pub(crate) fn forget(&mut self) {
        self.context.clear_kv_cache();
        self.cached.clear();
    }

    /// Reads the next step of `prompt`, whose beginning is in the cache; gives how many of its tokens are read then.
    pub(crate) fn step(&mut self, prompt: &[LlamaToken]) -> Result<usize, Failure> {
        let start = self.cached.len();
        let next: Vec<LlamaToken> = prompt.iter().skip(start).take(self.step).copied().collect();
        let begun = clock::now();
        self.decode(&next, start + next.len() == prompt.len())?;
        // Without this the time measured on a GPU is only that of asking.
        self.context.synchronize();
        self.adapt(next.len(), clock::now().duration_since(begun));
        Ok(self.cached.len())
    }

    /// A shorter last step says little about longer ones: only full steps teach.
    fn adapt(&mut self, tokens: usize, took: Duration) {
        if tokens < self.step && took < STEP {
            return;
        }
        let fitting = tokens as f64 * STEP.as_secs_f64() / took.as_secs_f64().max(1e-6);
        let most = (self.step * 2).min(self.context.n_batch() as usize).min(MAX_BATCH as usize);
        // Powers of two, so that the same prompt is mostly read in the same steps: sums of other shapes round otherwise.
        self.step = 1 << (fitting as usize).clamp(1, most.max(1)).ilog2();
    }

    /// Reads one token of the answer.
    pub(crate) fn append(&mut self, token: LlamaToken) -> Result<(), Failure> {
        self.decode(&[token], true)
    }

    fn decode(&mut self, tokens: &[LlamaToken], result_wanted: bool) -> Result<(), Failure> {
        self.batch.clear();
        let start = self.cached.len();
        for (index, token) in tokens.iter().enumerate() {
            let wanted = result_wanted && index + 1 == tokens.len();
            self.batch
                .add(*token, (start + index) as i32, &[SEQUENCE], wanted)
                .map_err(|error| failed(&error))?;
        }
        if let Err(error) = self.context.decode(&mut self.batch) {
            self.forget();
            return Err(failed(&error));
        }
        self.cached.extend_from_slice(tokens);
        Ok(())
    }
}

/// What a failed computation is answered with.
pub(crate) fn failed(error: &dyn std::fmt::Display) -> Failure {
    Failure::new(
        ErrorCode::EngineFailed,
        format!("The model failed while computing ({error}). Try again, or load it with a smaller context."),
    )
}
