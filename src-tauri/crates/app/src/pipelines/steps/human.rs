//! Steps that wait: for a person, for a time.

use domain::Timestamp;
use serde_json::{Value, json};

use super::{Answer, StepCall, StepEnd, StepError, config::Config, values::schema};
use crate::pipelines::step::Wait;

/// `human`: waits for an answer, which is the way that it is left by.
pub(super) fn ask(call: &StepCall) -> Answer {
    let config = Config::new(&call.input);
    let form = config.value("form").map_or(Ok(Value::Null), |form| schema(&call.definition, form))?;
    let parts = [config.optional_text("title")?, config.optional_text("message")?];
    let question =
        parts.into_iter().flatten().filter(|part| !part.trim().is_empty()).collect::<Vec<_>>().join("\n\n");
    Ok(StepEnd::Wait(Wait::Human {
        form: if form.is_null() { json!({"type": "object"}) } else { form },
        answers: pipeline::answers(&call.node),
        question: Some(question).filter(|question| !question.is_empty()),
        timeout: config.duration("timeout")?.map(|time| time.as_millis() as u64),
        on_timeout: config.optional_text("on_timeout")?.map(str::to_owned),
        consent: None,
    }))
}

/// `delay`: goes on after a while, or at a time.
pub(super) fn delay(call: &StepCall) -> Answer {
    let config = Config::new(&call.input);
    let now = call.app.clock.now();
    let at = if let Some(until) = config.value("until") {
        moment(until)?
    } else {
        let time = config.duration("for")?.ok_or_else(|| {
            StepError::invalid("Say how long this step waits: fill in \"for\" or \"until\".")
        })?;
        Timestamp::from_millis(
            now.millis().saturating_add(i64::try_from(time.as_millis()).unwrap_or(i64::MAX)),
        )
    };
    Ok(StepEnd::Wait(Wait::Until { at }))
}

/// Milliseconds since 1970, or a time as "2026-07-01T08:00:00Z".
fn moment(value: &Value) -> Result<Timestamp, StepError> {
    let read = match value {
        Value::String(text) => text.parse::<jiff::Timestamp>().ok().map(jiff::Timestamp::as_millisecond),
        other => other.as_i64(),
    };
    read.map(Timestamp::from_millis).ok_or_else(|| {
        StepError::invalid(
            "\"until\" must be a time such as \"2026-07-01T08:00:00Z\", or milliseconds since 1970.",
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_read_as_text_and_as_a_number() {
        let at = |value: Value| moment(&value).map(Timestamp::millis).ok();
        assert_eq!(at(json!("1970-01-01T00:00:01Z")), Some(1000));
        assert_eq!(at(json!("1970-01-01T01:00:01+01:00")), Some(1000));
        assert_eq!(at(json!(1000)), Some(1000));
        assert_eq!(at(json!("tomorrow")), None);
    }
}
