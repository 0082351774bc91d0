//! A person runs a pipeline from a conversation. Every pipeline can be; a trigger of the kind `chat` says what becomes of the
//! words, and without one they go into the first input that takes text.

use std::collections::BTreeMap;

use domain::{Actor, MessageId, RunOrigin};
use pipeline::Definition;
use serde_json::{Value, json};
use store::pipelines::PipelineRow;

use super::{
    super::accept::{self, Asked, Checked},
    occur,
};
use crate::{App, Error};

/// What a conversation asks for.
pub(crate) struct FromChat {
    /// The pipeline's id, or what it is called; absent where the text begins with that.
    pub pipeline: Option<String>,
    pub text: String,
    /// Inputs by name; they win over what the words give.
    pub inputs: BTreeMap<String, Value>,
    /// The answer that the end is written into.
    pub message: MessageId,
}

/// Which pipeline that is.
pub(crate) struct Chosen {
    /// What it is called.
    pub name: String,
    /// What it is about, without its name in front.
    pub text: String,
}

/// The run that it is to become.
pub(crate) async fn from_chat(
    app: &App,
    actor: Actor,
    wanted: FromChat,
) -> Result<(Checked, Asked, Chosen), Error> {
    let FromChat { pipeline, text, inputs, message } = wanted;
    let (name, json, allowed, text) = app
        .store
        .read(move |conn| {
            let all = store::pipelines::list(conn, actor.user_id)?;
            let (row, text) = choose(&all, pipeline.as_deref(), &text).ok_or(store::Error::NotFound)?;
            let allowed = match &row.hash {
                Some(hash) => store::pipelines::allowed(conn, actor.user_id, hash)?,
                None => None,
            };
            Ok((row.name.clone(), row.draft.clone(), allowed, text.trim().to_owned()))
        })
        .await
        .map_err(super::super::library::missing)?;
    let checked = accept::check(app, json).await?;
    let definition = checked.blueprint.definition.clone();
    let event = json!({
        "type": "chat.message", "at": occur::time(app.clock.now()), "text": text, "messageId": message,
    });
    let words = text.clone();
    let given = app.pipelines.evaluator.run(move || given(&definition, &words, &event, inputs)).await??;
    let asked = Asked {
        inputs: given,
        origin: RunOrigin::Chat { message_id: Some(message) },
        allowed: allowed.unwrap_or_else(|| json!([])),
        name: Some(name.clone()),
        pins: serde_json::from_value(checked.json["pins"].clone()).unwrap_or_default(),
        priority: 1,
        ..Asked::default()
    };
    Ok((checked, asked, Chosen { name, text }))
}

/// By its id, by its name, or by whichever of them the text begins with: the longest, so that "Plan" doesn't hide "Plan a trip".
fn choose<'a>(
    all: &'a [PipelineRow],
    named: Option<&str>,
    text: &'a str,
) -> Option<(&'a PipelineRow, &'a str)> {
    if let Some(named) = named.map(|named| named.trim().to_lowercase()) {
        let by_id = all.iter().find(|row| row.id == named);
        let row = by_id.or_else(|| all.iter().find(|row| row.name.to_lowercase() == named))?;
        return Some((row, text));
    }
    let text = text.trim_start();
    let rest = |name: &str| {
        let count = name.chars().count();
        let begins: String = text.chars().take(count).flat_map(char::to_lowercase).collect();
        let rest = text.char_indices().nth(count).map_or("", |(at, _)| text.get(at..).unwrap_or_default());
        let ends = rest.chars().next().is_none_or(char::is_whitespace);
        (ends && !name.is_empty() && begins == name.to_lowercase()).then_some((count, rest))
    };
    let found = all.iter().flat_map(|row| {
        [row.id.as_str(), row.name.as_str()]
            .into_iter()
            .filter_map(rest)
            .map(move |(count, rest)| (count, row, rest))
    });
    found.max_by_key(|(count, ..)| *count).map(|(_, row, rest)| (row, rest))
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
