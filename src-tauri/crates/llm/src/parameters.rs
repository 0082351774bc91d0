//! Which parameters a model takes, by kind of model, and the refusal of those that it doesn't take: before the call, by
//! name, never silently dropped.

use domain::{ParameterName, ParameterSpec, Parameters};

use crate::Error;

/// A parameter with a range and a default.
pub(crate) fn spec(
    name: ParameterName,
    min: Option<f64>,
    max: Option<f64>,
    default: Option<f64>,
) -> ParameterSpec {
    ParameterSpec { name, min, max, default }
}

/// A parameter that isn't a number.
pub(crate) fn plain(name: ParameterName) -> ParameterSpec {
    spec(name, None, None, None)
}

/// The most tokens in an answer, up to the model's limit where known.
pub(crate) fn max_tokens(limit: Option<u32>) -> ParameterSpec {
    spec(ParameterName::MaxTokens, Some(1.0), limit.map(f64::from), None)
}

/// Refuses what isn't among the specs, and numbers out of their range.
pub(crate) fn check(model: &str, specs: &[ParameterSpec], set: &Parameters) -> Result<(), Error> {
    let values = [
        (ParameterName::Temperature, set.temperature),
        (ParameterName::TopP, set.top_p),
        (ParameterName::TopK, set.top_k.map(f64::from)),
        (ParameterName::MaxTokens, set.max_tokens.map(f64::from)),
        (ParameterName::ContextSize, set.context_size.map(f64::from)),
        (ParameterName::Seed, set.seed.map(|seed| seed as f64)),
        (ParameterName::Stop, (!set.stop.is_empty()).then_some(set.stop.len() as f64)),
        (ParameterName::ReasoningEffort, set.reasoning_effort.map(|_| 0.0)),
        (ParameterName::JsonSchema, set.json_schema.as_ref().map(|_| 0.0)),
    ];
    for (name, value) in values {
        let Some(value) = value else { continue };
        let word = words(name);
        let Some(spec) = specs.iter().find(|spec| spec.name == name) else {
            return Err(Error::InvalidRequest(format!(
                "{model} doesn't take {word}. Remove it, or choose another model."
            )));
        };
        let (low, high) = (spec.min.unwrap_or(f64::MIN), spec.max.unwrap_or(f64::MAX));
        if !(low..=high).contains(&value) {
            let range = match (spec.min, spec.max) {
                (Some(low), Some(high)) => format!("from {low} to {high}"),
                (Some(low), None) => format!("{low} or more"),
                _ => format!("at most {high}"),
            };
            return Err(Error::InvalidRequest(format!("{model} takes {word} {range}, not {value}.")));
        }
    }
    Ok(())
}

/// A parameter's name in a sentence.
fn words(name: ParameterName) -> &'static str {
    match name {
        ParameterName::Temperature => "a temperature",
        ParameterName::TopP => "a top-p",
        ParameterName::TopK => "a top-k",
        ParameterName::MaxTokens => "a limit of tokens",
        ParameterName::ContextSize => "a context size",
        ParameterName::Seed => "a seed",
        ParameterName::Stop => "stop sequences",
        ParameterName::ReasoningEffort => "a reasoning effort",
        ParameterName::JsonSchema => "a JSON schema",
    }
}
