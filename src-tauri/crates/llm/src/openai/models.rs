//! The list of models, with whatever each server tells beside the names.

use domain::{Capability, Model, ModelRef, ModelState, ParameterName, ParameterSpec};
use serde_json::Value;

use super::{Extend, Flavour};
use crate::{
    Error, catalog,
    json::{at, number, text},
    parameters::{max_tokens, plain, spec},
};

/// The models of a list, in the server's order.
pub(super) fn read(value: &Value, slug: &str, flavour: Flavour) -> Result<Vec<Model>, Error> {
    // Ollama's compatible layer says null for none; Together sends the bare list.
    let list = match (&value["data"], value) {
        (Value::Array(list), _) | (_, Value::Array(list)) => list.as_slice(),
        (Value::Null, Value::Object(map)) if map.contains_key("data") || map.contains_key("object") => &[],
        _ => {
            return Err(Error::BadReply(
                "The list of models isn't in OpenAI's form; check the provider's address and its path."
                    .to_owned(),
            ));
        }
    };
    Ok(list.iter().filter_map(|row| model(row, slug, flavour)).collect())
}

/// How the server extends a partial answer, where its list of models tells which server it is.
pub(super) fn server_extends(value: &Value) -> Option<Extend> {
    match text(&value["data"][0], &["owned_by"])? {
        "llamacpp" => Some(Extend::Trailing),
        "vllm" => Some(Extend::ContinueFinalMessage),
        _ => None,
    }
}

/// What OpenAI's own models take.
pub(super) fn own_parameters(model: &str) -> Vec<ParameterSpec> {
    let known = catalog::known("openai", model);
    let mut specs = vec![max_tokens(known.map(|row| row.output))];
    if known.map_or_else(|| reasons_by_name(model), catalog::KnownModel::reasons) {
        specs.push(plain(ParameterName::ReasoningEffort));
    } else {
        specs.push(spec(ParameterName::Temperature, Some(0.0), Some(2.0), Some(1.0)));
        specs.push(spec(ParameterName::TopP, Some(0.0), Some(1.0), Some(1.0)));
        if !catalog::needs_responses(model) {
            specs.push(plain(ParameterName::Seed));
            specs.push(spec(ParameterName::Stop, None, Some(4.0), None));
        }
    }
    if known.is_none_or(catalog::KnownModel::json_schema) {
        specs.push(plain(ParameterName::JsonSchema));
    }
    specs
}

/// What other servers take; narrowed where the server lists what a model supports, as OpenRouter does.
pub(super) fn compatible_parameters(row: Option<&Value>) -> Vec<ParameterSpec> {
    let all = [
        ("max_tokens", max_tokens(row.and_then(output))),
        ("temperature", spec(ParameterName::Temperature, Some(0.0), Some(2.0), None)),
        ("top_p", spec(ParameterName::TopP, Some(0.0), Some(1.0), None)),
        ("top_k", spec(ParameterName::TopK, Some(1.0), None, None)),
        ("seed", plain(ParameterName::Seed)),
        ("stop", spec(ParameterName::Stop, None, Some(4.0), None)),
        ("reasoning", plain(ParameterName::ReasoningEffort)),
        ("response_format", plain(ParameterName::JsonSchema)),
    ];
    let listed = row.and_then(|row| row["supported_parameters"].as_array());
    let supports = |name: &str| listed.is_none_or(|list| list.iter().any(|item| item.as_str() == Some(name)));
    all.into_iter().filter(|(name, _)| supports(name)).map(|(_, spec)| spec).collect()
}

/// A model of which only the name is known.
pub(super) fn unlisted(name: &str, slug: &str, flavour: Flavour) -> Option<Model> {
    model(&serde_json::json!({ "id": name }), slug, flavour)
}

fn model(row: &Value, slug: &str, flavour: Flavour) -> Option<Model> {
    let full = row["id"].as_str().or_else(|| row["name"].as_str())?;
    // Gemini's names carry a folder that its other endpoints don't want.
    let name = full.strip_prefix("models/").filter(|rest| rest.starts_with("gemini")).unwrap_or(full);
    let id = ModelRef::new(slug, name).ok()?;
    let own = flavour == Flavour::OpenAi;
    if own && !chats(name) {
        return None;
    }
    let known = own.then(|| catalog::known("openai", name)).flatten();
    let parameters = if own { own_parameters(name) } else { compatible_parameters(Some(row)) };
    Some(Model {
        id,
        name: row["display_name"].as_str().unwrap_or(name).to_owned(),
        state: ModelState::Remote,
        capabilities: known.map_or_else(|| capabilities(row, name, own), catalog::KnownModel::capabilities),
        parameters,
        context_window: known.map(|known| known.context).or_else(|| context(row)),
        max_output: known.map(|known| known.output).or_else(|| output(row)),
        size: number(row, &["meta", "size"]),
        quantization: text(row, &["meta", "ftype"]).map(str::to_owned),
        family: None,
        parameter_size: None,
        memory_estimate: None,
        default_context: None,
        test_size: number(row, &["meta", "n_params"]).is_some_and(|count| count < 400_000_000),
    })
}

fn capabilities(row: &Value, name: &str, own: bool) -> Vec<Capability> {
    if name.contains("embed") || row["type"].as_str() == Some("embedding") {
        return vec![Capability::Embedding];
    }
    let lists = |path: &[&str], words: &[&str]| {
        at(row, path).as_array().is_some_and(|list| {
            list.iter().any(|item| item.as_str().is_some_and(|item| words.contains(&item)))
        })
    };
    let mut found = vec![Capability::Chat];
    let vision = lists(&["architecture", "input_modalities"], &["image"])
        || at(row, &["capabilities", "vision"]).as_bool() == Some(true);
    if vision {
        found.push(Capability::Vision);
    }
    if lists(&["supported_parameters"], &["tools"])
        || at(row, &["capabilities", "function_calling"]).as_bool() == Some(true)
    {
        found.push(Capability::Tools);
    }
    if lists(&["supported_parameters"], &["reasoning", "include_reasoning"]) || (own && reasons_by_name(name))
    {
        found.push(Capability::Reasoning);
    }
    if lists(&["supported_parameters"], &["structured_outputs"]) || own {
        found.push(Capability::JsonSchema);
    }
    found
}

fn context(row: &Value) -> Option<u32> {
    // What a running server gives (meta.n_ctx) comes before what the model could (n_ctx_train).
    let paths: [&[&str]; 6] = [
        &["meta", "n_ctx"],
        &["meta", "n_ctx_train"],
        &["context_length"],
        &["context_window"],
        &["max_model_len"],
        &["max_context_length"],
    ];
    paths
        .iter()
        .find_map(|path| number(row, path))
        .and_then(|number| u32::try_from(number).ok())
        .filter(|number| *number > 0)
}

fn output(row: &Value) -> Option<u32> {
    let paths: [&[&str]; 3] =
        [&["top_provider", "max_completion_tokens"], &["max_completion_tokens"], &["max_output_tokens"]];
    paths
        .iter()
        .find_map(|path| number(row, path))
        .and_then(|number| u32::try_from(number).ok())
        .filter(|number| *number > 0)
}

/// OpenAI's list holds everything it serves; its names tell what isn't for a conversation.
fn chats(name: &str) -> bool {
    let other = [
        "embedding",
        "whisper",
        "tts",
        "dall-e",
        "image",
        "moderation",
        "realtime",
        "audio",
        "transcribe",
        "sora",
        "davinci",
        "babbage",
        "instruct",
        "computer-use",
        "omni-",
    ];
    !other.iter().any(|part| name.contains(part))
}

fn reasons_by_name(model: &str) -> bool {
    let numbered = |prefix: char| {
        model
            .strip_prefix(prefix)
            .and_then(|rest| rest.chars().next())
            .is_some_and(|next| next.is_ascii_digit())
    };
    let generation =
        model.strip_prefix("gpt-").and_then(|rest| rest.chars().next()).and_then(|digit| digit.to_digit(10));
    numbered('o')
        || (generation.is_some_and(|number| number >= 5) && !model.contains("chat"))
        || model.starts_with("codex")
}
