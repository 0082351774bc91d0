//! What each kind of step does. Containers, joins and runs inside runs are the runner's; everything else is here, a file a
//! kind. A step gets its config rendered, and answers with values or with a sentence.

mod agent;
mod answer;
mod ask;
mod budget;
mod code;
mod condition;
mod config;
mod embedding;
mod file;
mod git;
mod http;
mod human;
mod json;
mod judge;
mod llm;
mod notify;
mod prompt;
mod report;
mod shell;
mod structured;
#[cfg(test)]
mod tests;
mod text;
mod values;
mod variable;

use futures_util::future::BoxFuture;

use super::step::{Step, StepCall, StepEnd, StepError};

pub(crate) use git::{apply_patch, bring_back};

type Answer = Result<StepEnd, StepError>;

/// The kind's step; absent for what the runner does itself and for what this build doesn't know.
pub(crate) fn step(kind: &str) -> Option<&'static dyn Step> {
    Some(match kind {
        "agent" => &Later(|call| Box::pin(agent::run(call))),
        "assert" => &Now(condition::assert),
        "budget" => &Later(|call| Box::pin(budget::look(call))),
        "condition" => &Now(condition::branch),
        "delay" => &Now(human::delay),
        "embedding" => &Later(|call| Box::pin(embedding::run(call))),
        "file" => &Later(|call| Box::pin(file::run(call))),
        "git" => &Later(|call| Box::pin(git::run(call))),
        "http" => &Later(|call| Box::pin(http::ask(call))),
        "human" => &Now(human::ask),
        "js" => &Later(|call| Box::pin(code::run(call))),
        "json" => &Later(|call| Box::pin(json::run(call))),
        "judge" => &Later(|call| Box::pin(judge::judge(call))),
        "llm" => &Later(|call| Box::pin(llm::run(call))),
        "notify" => &Now(notify::show),
        "router" => &Later(|call| Box::pin(judge::route(call))),
        "shell" => &Later(|call| Box::pin(shell::run(call))),
        "structured" => &Later(|call| Box::pin(structured::run(call))),
        "switch" => &Now(condition::switch),
        "template" => &Now(text::template),
        "text" => &Now(text::run),
        "variable" => &Now(variable::set),
        "webhook" => &Later(|call| Box::pin(http::webhook(call))),
        _ => return None,
    })
}

/// A kind that only computes, and not for long.
struct Now(fn(&StepCall) -> Answer);

impl Step for Now {
    fn run(&self, call: StepCall) -> BoxFuture<'static, Answer> {
        let answer = (self.0)(&call);
        Box::pin(async move { answer })
    }
}

/// A kind that waits for something.
struct Later(fn(StepCall) -> BoxFuture<'static, Answer>);

impl Step for Later {
    fn run(&self, call: StepCall) -> BoxFuture<'static, Answer> {
        (self.0)(call)
    }
}
