//! /v1/models: the one vendor whose list tells limits and abilities.

use domain::{Model, ModelRef, ModelState};
use serde_json::Value;

use super::abilities::Abilities;
use crate::Error;

/// A page of models, each with what it can do.
pub(super) fn read(value: &Value, slug: &str) -> Result<Vec<(Model, Abilities)>, Error> {
    let Some(list) = value["data"].as_array() else {
        return Err(Error::BadReply(
            "The list of models isn't in Anthropic's form; check the provider's address and its path."
                .to_owned(),
        ));
    };
    Ok(list.iter().filter_map(|row| model(row, slug)).collect())
}

fn model(row: &Value, slug: &str) -> Option<(Model, Abilities)> {
    let name = row["id"].as_str()?;
    let abilities = Abilities::listed(name, row);
    let model = Model {
        id: ModelRef::new(slug, name).ok()?,
        name: row["display_name"].as_str().unwrap_or(name).to_owned(),
        state: ModelState::Remote,
        capabilities: abilities.capabilities(),
        parameters: abilities.parameters(),
        context_window: abilities.context,
        max_output: abilities.output,
        size: None,
        quantization: None,
        family: None,
        parameter_size: None,
        memory_estimate: None,
        default_context: None,
        test_size: false,
    };
    Some((model, abilities))
}
