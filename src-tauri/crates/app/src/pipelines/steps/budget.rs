//! `budget`: which way to go by what the run has spent so far.

use super::{Answer, StepCall, config::Config, values::leave};

pub(super) async fn look(call: StepCall) -> Answer {
    let config = Config::new(&call.input);
    let (usd, tokens) = (config.number("usd")?, config.number("tokens")?);
    let (owner, id) = (call.actor.user_id, call.run);
    let run = call.app.store.read(move |conn| store::runs::get(conn, owner, id)).await?;
    let spent = run.cost_nano_usd as f64 / 1e9;
    let exceeded =
        usd.is_some_and(|most| spent >= most) || tokens.is_some_and(|most| run.tokens as f64 >= most);
    Ok(leave(
        if exceeded { "exceeded" } else { "ok" },
        [("usd", spent.into()), ("tokens", run.tokens.into())],
    ))
}
