//! How the next token is chosen. What the person leaves open: temperature 0.7, the 40 likeliest tokens, of these the likeliest
//! that make up 95 %, and none less than 5 % as likely as the first; temperature 0 always takes the likeliest.

use std::hash::{BuildHasher, RandomState};

use domain::{ErrorCode, Parameters};
use llama_cpp_2::context::LlamaContext;
use llama_cpp_2::model::LlamaModel;
use llama_cpp_2::sampling::LlamaSampler;
use llama_cpp_2::token::LlamaToken;
use llama_cpp_2::token::data::LlamaTokenData;
use llama_cpp_2::token::data_array::LlamaTokenDataArray;

use crate::{failure::Failure, grammar};

const TEMPERATURE: f64 = 0.7;
const TOP_P: f64 = 0.95;
const TOP_K: u32 = 40;
const MIN_P: f32 = 0.05;
/// Stop sequences at most, and the bytes of each.
const MAX_STOPS: usize = 16;
const MAX_STOP_BYTES: usize = 1024;
/// The longest JSON Schema, in bytes.
const MAX_SCHEMA: usize = 256 * 1024;

/// Chooses tokens for one answer.
pub(crate) struct Sampler {
    chain: LlamaSampler,
    grammar: Option<LlamaSampler>,
}

impl Sampler {
    /// Checks the parameters' ranges and makes the sampler.
    pub(crate) fn new(model: &LlamaModel, parameters: &Parameters) -> Result<Self, Failure> {
        let temperature = in_range("temperature", parameters.temperature.unwrap_or(TEMPERATURE), 0.0, 2.0)?;
        let top_p = in_range("top-p", parameters.top_p.unwrap_or(TOP_P), 0.0, 1.0)?;
        let top_k = parameters.top_k.unwrap_or(TOP_K);
        if top_k == 0 || parameters.max_tokens == Some(0) {
            return Err(Failure::invalid("Top-k and the limit of tokens begin at 1."));
        }
        if parameters.stop.len() > MAX_STOPS || parameters.stop.iter().any(|stop| stop.len() > MAX_STOP_BYTES)
        {
            return Err(Failure::invalid(format!(
                "There may be {MAX_STOPS} stop sequences of at most {MAX_STOP_BYTES} bytes each."
            )));
        }
        let chain = if temperature == 0.0 {
            LlamaSampler::chain([LlamaSampler::greedy()], true)
        } else {
            LlamaSampler::chain(
                [
                    LlamaSampler::top_k(i32::try_from(top_k).unwrap_or(i32::MAX)),
                    LlamaSampler::top_p(top_p as f32, 1),
                    LlamaSampler::min_p(MIN_P, 1),
                    LlamaSampler::temp(temperature as f32),
                    LlamaSampler::dist(seed(parameters.seed)),
                ],
                true,
            )
        };
        let grammar = parameters.json_schema.as_ref().map(|schema| obeying(model, schema)).transpose()?;
        Ok(Self { chain, grammar })
    }

    /// The next token, after the last one that `context` has read.
    pub(crate) fn next(&mut self, context: &LlamaContext<'_>) -> Result<LlamaToken, Failure> {
        let Some(grammar) = &mut self.grammar else {
            return Ok(self.chain.sample(context, -1));
        };
        // Most choices obey the grammar anyway: ask it about the chosen token first, and about all tokens only if it objects.
        let mut candidates = context.token_data_array_ith(-1);
        candidates.apply_sampler(&mut self.chain);
        let mut token = candidates.selected_token().filter(|token| allows(grammar, *token));
        if token.is_none() {
            let mut candidates = context.token_data_array_ith(-1);
            candidates.apply_sampler(grammar);
            candidates.data.retain(|candidate| candidate.logit().is_finite());
            if !candidates.data.is_empty() {
                candidates.apply_sampler(&mut self.chain);
                token = candidates.selected_token();
            }
        }
        let stuck = || {
            Failure::new(
                ErrorCode::EngineFailed,
                "The model found no way to follow the JSON Schema. Simplify it or choose another model."
                    .to_owned(),
            )
        };
        let token = token.ok_or_else(stuck)?;
        grammar.try_accept(token).map_err(|_| stuck())?;
        self.chain.accept(token);
        Ok(token)
    }
}

fn allows(grammar: &mut LlamaSampler, token: LlamaToken) -> bool {
    let mut only = LlamaTokenDataArray::new(vec![LlamaTokenData::new(token, 1.0, 0.0)], false);
    only.apply_sampler(grammar);
    only.data.first().is_some_and(|candidate| candidate.logit().is_finite())
}

fn in_range(name: &str, value: f64, least: f64, most: f64) -> Result<f64, Failure> {
    if (least..=most).contains(&value) {
        return Ok(value);
    }
    Err(Failure::invalid(format!("The {name} is {value}; it must be between {least} and {most}.")))
}

/// llama.cpp's seeds have 32 bits; without one, each answer has its own.
fn seed(asked: Option<u64>) -> u32 {
    let wide = asked.unwrap_or_else(|| RandomState::new().hash_one(0_u8));
    (wide ^ (wide >> 32)) as u32
}

fn obeying(model: &LlamaModel, schema: &serde_json::Value) -> Result<LlamaSampler, Failure> {
    let unusable =
        |why: &str| Failure::invalid(format!("The JSON Schema can't be used: {why}. Simplify it."));
    if schema.to_string().len() > MAX_SCHEMA {
        return Err(unusable(&format!("it is longer than {MAX_SCHEMA} bytes")));
    }
    let grammar = grammar::of(schema).map_err(|why| unusable(&why))?;
    LlamaSampler::grammar(model, &grammar, "root").map_err(|error| unusable(&error.to_string()))
}
