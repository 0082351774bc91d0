//! A person runs a pipeline from a conversation. Every pipeline can be; a trigger of the kind `chat` says what becomes of the
//! words, and without one they go into the first input that takes text.

use std::collections::BTreeMap;

use domain::{Actor, MessageId, RunOrigin};
use pipeline::Definition;
use serde_json::{Value, json};

use super::{
    super::accept::{self, Asked, Checked},
    occur,
};
use crate::{App, Error};

/// What a conversation asks for.
pub(crate) struct FromChat {
    /// The pipeline's id, or what it is called.
    pub pipeline: String,
    pub text: String,
    /// Inputs by name; they win over what the words give.
    pub inputs: BTreeMap<String, Value>,
    /// The answer that the end is written into.
    pub message: MessageId,
}

/// The run that it is to become, and what its pipeline is called.
pub(crate) async fn from_chat(
    app: &App,
    actor: Actor,
    wanted: FromChat,
) -> Result<(Checked, Asked, String), Error> {
    let FromChat { pipeline, text, inputs, message } = wanted;
    let (name, json, allowed) = app
        .store
        .read(move |conn| {
            let all = store::pipelines::list(conn, actor.user_id)?;
            let called = |row: &store::pipelines::PipelineRow| {
                row.name.to_lowercase() == pipeline.trim().to_lowercase()
            };
            let by_id = all.iter().find(|row| row.id == pipeline.trim());
            let row = by_id.or_else(|| all.iter().find(|row| called(row))).ok_or(store::Error::NotFound)?;
            let allowed = match &row.hash {
                Some(hash) => store::pipelines::allowed(conn, actor.user_id, hash)?,
                None => None,
            };
            Ok((row.name.clone(), row.draft.clone(), allowed))
        })
        .await
        .map_err(super::super::library::missing)?;
    let checked = accept::check(app, json).await?;
    let definition = checked.blueprint.definition.clone();
    let event = json!({
        "type": "chat.message", "at": occur::time(app.clock.now()), "text": text, "messageId": message,
    });
    let given = app.pipelines.evaluator.run(move || given(&definition, &text, &event, inputs)).await??;
    let asked = Asked {
        inputs: given,
        origin: RunOrigin::Chat { message_id: Some(message) },
        allowed: allowed.unwrap_or_else(|| json!([])),
        name: Some(name.clone()),
        pins: serde_json::from_value(checked.json["pins"].clone()).unwrap_or_default(),
        priority: 1,
        ..Asked::default()
    };
    Ok((checked, asked, name))
}

fn given(
    definition: &Definition,
    text: &str,
    event: &Value,
    named: BTreeMap<String, Value>,
) -> Result<BTreeMap<String, Value>, Error> {
    let trigger = definition.triggers.iter().find(|trigger| trigger.kind == "chat");
    let mut given = match trigger {
        Some(trigger) if !trigger.inputs.is_empty() => occur::inputs(definition, trigger, event)?,
        _ => BTreeMap::new(),
    };
    if given.is_empty() && !text.trim().is_empty() {
        let takes = |kind: &str| matches!(kind, "text" | "markdown" | "any" | "");
        // A required one is what the pipeline is about.
        let mut fitting: Vec<_> = definition.inputs.iter().filter(|(_, input)| takes(&input.kind)).collect();
        fitting.sort_by_key(|(name, input)| (!input.required, named.contains_key(*name)));
        match fitting.first() {
            Some((name, _)) => {
                given.insert((*name).clone(), text.trim().into());
            }
            None if named.is_empty() => {
                return Err(Error::invalid(
                    "This pipeline takes no text. Run it without words, or from its own page.",
                ));
            }
            None => {}
        }
    }
    given.extend(named);
    Ok(given)
}
