//! Steps that decide: `condition`, `switch`, `assert`.

use domain::ErrorCode;
use serde_json::Value;

use super::{Answer, StepCall, StepError, config::Config, values::leave};

/// `condition`: left by `true` or `false`.
pub(super) fn branch(call: &StepCall) -> Answer {
    let holds = decided(Config::new(&call.input), "if")?;
    Ok(leave(if holds { "true" } else { "false" }, [("value", holds.into())]))
}

/// `switch`: left by the first case whose value is the same, or by `default`.
pub(super) fn switch(call: &StepCall) -> Answer {
    let config = Config::new(&call.input);
    let on = config.needed("on")?;
    let cases = config.map("cases")?;
    let port =
        cases.into_iter().flatten().find(|(_, value)| same(value, on)).map_or("default", |(port, _)| port);
    Ok(leave(port, [("value", on.clone())]))
}

/// `assert`: fails with its own sentence where the condition doesn't hold.
pub(super) fn assert(call: &StepCall) -> Answer {
    let config = Config::new(&call.input);
    if decided(config, "that")? {
        return Ok(leave("ok", []));
    }
    let message = config.optional_text("message")?.filter(|text| !text.trim().is_empty());
    Err(StepError::new(
        ErrorCode::Conflict,
        message.map_or_else(
            || "What this step asserts doesn't hold. Look at what came before it.".to_owned(),
            str::to_owned,
        ),
    ))
}

fn decided(config: Config<'_>, name: &str) -> Result<bool, StepError> {
    config.needed(name)?.as_bool().ok_or_else(|| {
        StepError::invalid(format!(
            "\"{name}\" must say true or false. Compare with something, as in \"nodes.x.score > 3\"."
        ))
    })
}

/// Equal, 1 and 1.0 included.
fn same(one: &Value, other: &Value) -> bool {
    match (one.as_f64(), other.as_f64()) {
        (Some(one), Some(other)) => one.total_cmp(&other).is_eq(),
        _ => one == other,
    }
}
