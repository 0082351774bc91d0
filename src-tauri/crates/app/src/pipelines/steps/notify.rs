//! `notify`: tells the person, as an event that whoever can shows as a notification: the page, and the desktop through it.

use super::{
    Answer, StepCall,
    config::Config,
    values::{done, excerpt, plain},
};
use crate::events::Event;

/// Longer ones are cut, in characters: no desktop shows more.
const LONGEST: (usize, usize) = (120, 500);

pub(super) fn show(call: &StepCall) -> Answer {
    let config = Config::new(&call.input);
    call.app.bus.publish(Event::RunNotice {
        run_id: call.run,
        title: excerpt(config.text("title")?, LONGEST.0),
        message: excerpt(&config.value("message").map(plain).unwrap_or_default(), LONGEST.1),
        urgent: config.optional_text("urgency")? == Some("high"),
    });
    Ok(done([]))
}
