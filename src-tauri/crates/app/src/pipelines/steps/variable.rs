//! `variable`: sets a variable of the run.

use std::collections::BTreeMap;

use super::{Answer, StepCall, StepEnd, StepError, config::Config};

pub(super) fn set(call: &StepCall) -> Answer {
    let config = Config::new(&call.input);
    let name = config.text("set")?;
    if !call.definition.vars.contains_key(name) {
        return Err(StepError::invalid(format!("There is no variable \"{name}\". Add it under \"vars\".")));
    }
    let value = config.needed("to")?.clone();
    Ok(StepEnd::Done {
        port: "ok".to_owned(),
        values: BTreeMap::from([("value".to_owned(), value.clone())]),
        calls: Vec::new(),
        vars: BTreeMap::from([(name.to_owned(), value)]),
    })
}
