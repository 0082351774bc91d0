//! The runner's first line: whether it is ours, and whether it can work on this computer.

use domain::{ErrorCode, RUNNER_PROTOCOL, RunnerReply};
use llm::Error;
use tokio::time::timeout;

use super::{
    EngineOptions,
    process::Process,
    reply::{Loss, not_ours},
};
use crate::failure::failure;

/// What a runner says first.
pub(super) struct Hello {
    /// The engine's version, for people.
    pub(super) engine: String,
    /// What the build can compute on.
    pub(super) backends: Vec<String>,
}

impl Process {
    /// Reads the first line. Fails with `engine_unavailable`.
    pub(super) async fn greet(&mut self, options: &EngineOptions) -> Result<Hello, Error> {
        let reply = match timeout(options.patience.hello, self.next()).await {
            Ok(Ok(reply)) => reply,
            Ok(Err(loss)) => return Err(not_ours(&options.runner, &loss, &self.log().tail())),
            Err(_) => return Err(not_ours(&options.runner, &Loss::Silent, &self.log().tail())),
        };
        let RunnerReply::Hello { protocol, engine, backends, missing_cpu_features } = reply else {
            return Err(not_ours(&options.runner, &Loss::Protocol(String::new()), &[]));
        };
        if protocol != RUNNER_PROTOCOL {
            return Err(unavailable(format!(
                "The engine's program is of another version than Web+ (it speaks {protocol}, Web+ speaks {RUNNER_PROTOCOL}). \
                 Install Web+ again so that both are of one version."
            )));
        }
        if !missing_cpu_features.is_empty() {
            return Err(unavailable(format!(
                "This computer's processor lacks what the engine needs ({}). Models in the cloud and an Ollama server work here.",
                missing_cpu_features.join(", ")
            )));
        }
        Ok(Hello { engine, backends })
    }
}

fn unavailable(message: String) -> Error {
    failure(ErrorCode::EngineUnavailable, message)
}
