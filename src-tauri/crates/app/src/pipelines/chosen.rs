//! Files and folders that a person chose with the system's dialog: the page has a handle, a run is given the path.

use std::collections::BTreeMap;

use pipeline::Definition;
use serde_json::Value;

use crate::{App, Error};

/// `{"handle": …}` where an input is a file or a folder becomes where that lies. A handle works once: a run that is refused
/// afterwards asks for the choice again.
pub(super) fn resolve(
    app: &App,
    definition: &Definition,
    inputs: BTreeMap<String, Value>,
) -> Result<BTreeMap<String, Value>, Error> {
    let path = |value: &Value, folder: bool| -> Result<Option<Value>, Error> {
        let Some(handle) = handle_of(value) else { return Ok(None) };
        let file = app.files.take(handle)?;
        if file.path.is_dir() != folder {
            let what = if folder { "folder" } else { "file" };
            return Err(Error::invalid(format!("What was chosen is no {what}. Choose a {what}.")));
        }
        let text = file.path.to_str().ok_or_else(|| {
            Error::invalid(
                "The name of what was chosen can't be written as text. Rename it, then choose it again.",
            )
        })?;
        Ok(Some(text.into()))
    };
    inputs
        .into_iter()
        .map(|(name, value)| {
            let chosen = match definition.inputs.get(&name).map(|input| input.kind.as_str()) {
                Some("dir") => path(&value, true)?,
                Some("file" | "image" | "audio") => path(&value, false)?,
                _ => None,
            };
            Ok((name, chosen.unwrap_or(value)))
        })
        .collect()
}

fn handle_of(value: &Value) -> Option<&str> {
    let object = value.as_object().filter(|object| object.len() == 1)?;
    object.get("handle")?.as_str()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::handle_of;

    #[test]
    fn only_a_handle_alone_is_one() {
        assert_eq!(handle_of(&json!({"handle": "ab"})), Some("ab"));
        for other in [json!("ab"), json!({"handle": 1}), json!({"handle": "ab", "path": "/x"}), json!({})] {
            assert_eq!(handle_of(&other), None, "{other}");
        }
    }
}
