//! `js`: a few lines of JavaScript, in the worker.

use std::collections::BTreeMap;

use domain::ErrorCode;
use serde_json::{Map, Value};

use super::{Answer, StepCall, StepEnd, StepError, config::Config};
use crate::pipelines::worker::{self, Job, Outcome};

pub(super) async fn run(call: StepCall) -> Answer {
    let config = Config::new(&call.input);
    let args: Map<String, Value> = config.map("args")?.cloned().unwrap_or_default();
    let job = Job::Js { code: config.text("code")?.to_owned(), args };
    match worker::run(&call.app, &job, &call.cancel).await? {
        Outcome::Done { values, log } => {
            log.lines().for_each(|line| call.tell.log(line));
            let value = values.into_iter().next().unwrap_or_default();
            let mut ports =
                BTreeMap::from([("value".to_owned(), value.clone()), ("log".to_owned(), Value::from(log))]);
            for port in call.node.outputs.keys().filter(|port| !["value", "log"].contains(&port.as_str())) {
                // A port of the definition's own is the result's part of that name.
                ports.insert(port.clone(), value.get(port).cloned().unwrap_or_default());
            }
            Ok(StepEnd::Done {
                port: "ok".to_owned(),
                values: ports,
                calls: Vec::new(),
                vars: BTreeMap::new(),
            })
        }
        Outcome::Failed { message, log } => {
            log.lines().for_each(|line| call.tell.log(line));
            Err(StepError::new(
                ErrorCode::InvalidInput,
                format!("The JavaScript failed: {message}. Correct \"code\"."),
            ))
        }
    }
}
