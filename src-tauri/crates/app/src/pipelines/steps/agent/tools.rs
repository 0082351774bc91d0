//! An agent's tools: a kind of step with a config each, or a pipeline of ours.

use std::collections::BTreeMap;

use domain::EffectClass;
use pipeline::{Node, Schema};
use serde_json::{Value, json};

use super::sub_run;
use crate::pipelines::{
    step::{Paid, StepCall, StepEnd, StepError},
    steps::{config::Config, step},
};

/// A tool.
pub(super) struct Tool {
    pub(super) name: String,
    pub(super) description: String,
    /// What its args must fit.
    pub(super) parameters: Value,
    fits: Schema,
    pub(super) does: Does,
    /// Whether a person must agree to each use.
    pub(super) ask: bool,
}

/// What a use would do, worked out from what the model gave.
pub(super) enum Prepared {
    /// A step with that config, in that context.
    Step { node: Box<Node>, input: Value, context: Value },
    /// A run of a pipeline in the version that the agent's run is pinned to.
    Run { pipeline: String, hash: String },
}

impl Prepared {
    /// It, for a person to read.
    pub(super) fn told(&self) -> Value {
        match self {
            Self::Step { node, input, .. } => json!({"kind": node.kind, "config": input}),
            Self::Run { pipeline, hash } => json!({"pipeline": pipeline, "version": hash}),
        }
    }
}

/// What using a tool does.
pub(super) enum Does {
    /// A step of its kind.
    Step(Box<Node>),
    /// A run of that pipeline, whose inputs are the args.
    Run(String),
}

/// What came of using one.
pub(super) struct Used {
    pub(super) result: Result<BTreeMap<String, Value>, StepError>,
    pub(super) paid: Paid,
}

/// The tools that a config lists.
pub(super) async fn read(agent: &StepCall, config: Config<'_>) -> Result<Vec<Tool>, StepError> {
    let listed = match config.value("tools") {
        None => return Ok(Vec::new()),
        Some(Value::Array(listed)) => listed,
        Some(_) => return Err(StepError::invalid("\"tools\" must be a list.")),
    };
    let mut tools = Vec::with_capacity(listed.len());
    for tool in listed {
        tools.push(one(agent, tool).await?);
    }
    Ok(tools)
}

async fn one(agent: &StepCall, tool: &Value) -> Result<Tool, StepError> {
    let text = |name: &str| tool.get(name).and_then(Value::as_str);
    let name = text("name")
        .filter(|name| !name.is_empty() && *name != "answer")
        .ok_or_else(|| StepError::invalid("Each tool needs a name of its own, other than \"answer\"."))?;
    // What a model reads may tell it to do harm: what can't be taken back is used freely only where somebody wrote so.
    let (does, free) = if let Some(pipeline) = text("pipeline") {
        (Does::Run(pipeline.to_owned()), sub_run::is_free(agent, pipeline).await)
    } else {
        let node = node(name, tool)?;
        let free = pipeline::effect(&node) != EffectClass::AtMostOnce;
        (Does::Step(Box::new(node)), free)
    };
    let parameters = tool.get("parameters").cloned().unwrap_or_else(|| json!({"type": "object"}));
    let fits = Schema::compile(&parameters)
        .map_err(|fault| StepError::invalid(format!("The tool \"{name}\": {fault}")))?;
    let ask = tool.get("ask").and_then(Value::as_bool).unwrap_or(!free);
    let description = text("description").unwrap_or("").to_owned();
    Ok(Tool { name: name.to_owned(), description, parameters, fits, does, ask })
}

/// The step of a tool that is one.
fn node(name: &str, tool: &Value) -> Result<Node, StepError> {
    let Some(kind) = tool.get("kind").and_then(Value::as_str) else {
        return Err(StepError::invalid(format!("Say of the tool \"{name}\" which kind of step it is.")));
    };
    // The check has told what to do instead; a definition may have been kept before it did.
    if !pipeline::may_be_tool(kind) || step(kind).is_none() {
        return Err(StepError::invalid(format!(
            "A step of the kind \"{kind}\" can't be a tool. Choose another kind for \"{name}\"."
        )));
    }
    let definition = json!({
        "format": pipeline::FORMAT,
        "id": "tool",
        "nodes": [{"id": "tool", "kind": kind, "config": tool.get("config").cloned().unwrap_or_else(|| json!({}))}],
    });
    pipeline::read(&definition)
        .map_err(|faults| {
            let fault = faults.into_iter().next().map(|fault| fault.message).unwrap_or_default();
            StepError::invalid(format!("The tool \"{name}\": {fault}"))
        })?
        .nodes
        .into_iter()
        .next()
        .ok_or_else(|| StepError::invalid(format!("The tool \"{name}\" has no step.")))
}

impl Tool {
    /// What using it does to the world. A pipeline is begun once for each use, and its steps have classes of their own.
    pub(super) fn effect(&self) -> EffectClass {
        match &self.does {
            Does::Step(node) => pipeline::effect(node),
            Does::Run(_) => EffectClass::Idempotent,
        }
    }

    /// Why it isn't used, told to the model.
    pub(super) fn refuses(&self, args: &Value) -> Option<String> {
        let faults = self.fits.faults(args);
        (!faults.is_empty()).then(|| format!("The args of {} don't fit: {}", self.name, faults.join(" ")))
    }

    /// Works out what a use with these args would do, without doing it.
    pub(super) async fn prepare(&self, agent: &StepCall, args: &Value) -> Result<Prepared, StepError> {
        let node = match &self.does {
            Does::Step(node) => node.clone(),
            Does::Run(pipeline) => {
                let hash = sub_run::version(agent, pipeline).await?;
                return Ok(Prepared::Run { pipeline: pipeline.clone(), hash });
            }
        };
        let mut context = agent.context.clone();
        if let Some(context) = context.as_object_mut() {
            context.insert("args".to_owned(), args.clone());
        }
        let prepared = tokio::task::spawn_blocking(move || {
            let prepared = pipeline::on_big_stack(|| pipeline::prepare(&node, &context));
            prepared.map(|input| Prepared::Step { node, input, context })
        });
        match prepared.await {
            Ok(prepared) => Ok(prepared?),
            Err(_) => Err(StepError::invalid("The tool's config could not be rendered.")),
        }
    }

    /// `number` is that of the use within the agent's step.
    pub(super) async fn run(
        &self,
        agent: &StepCall,
        number: u32,
        prepared: Prepared,
        args: Value,
        idempotency_key: String,
    ) -> Used {
        match prepared {
            Prepared::Step { node, input, context } => {
                self.step(agent, *node, input, context, idempotency_key).await
            }
            Prepared::Run { pipeline, .. } => {
                // The same after a crash, unlike the attempt's own.
                let key = format!("agent:{}:{}/{}:{number}", agent.run, agent.key.scope, agent.key.node);
                sub_run::run(agent, &pipeline, args, &key).await
            }
        }
    }

    async fn step(
        &self,
        agent: &StepCall,
        node: Node,
        input: Value,
        context: Value,
        idempotency_key: String,
    ) -> Used {
        let kind = node.kind.clone();
        let call = StepCall {
            app: agent.app.clone(),
            actor: agent.actor,
            run: agent.run,
            key: pipeline::Key {
                scope: agent.key.scope.clone(),
                node: format!("{}-{}", agent.key.node, self.name),
            },
            attempt: agent.attempt,
            node: std::sync::Arc::new(node),
            definition: std::sync::Arc::clone(&agent.definition),
            input,
            context,
            idempotency_key,
            allowed: agent.allowed.clone(),
            cancel: agent.cancel.clone(),
            tell: agent.tell.clone(),
            inner: std::sync::Arc::clone(&agent.inner),
        };
        let Some(step) = step(&kind) else {
            return Used::failed(StepError::invalid("There is no such kind of step."));
        };
        match step.run(call).await {
            Ok(StepEnd::Done { port, mut values, calls, .. }) => {
                if port != "ok" {
                    values.insert("left_by".to_owned(), port.into());
                }
                Used { result: Ok(values), paid: calls.into() }
            }
            Ok(StepEnd::Wait(_)) => Used::failed(StepError::invalid("A tool can't wait for something.")),
            Err(mut error) => {
                let calls = std::mem::take(&mut error.calls);
                Used { result: Err(error), paid: calls.into() }
            }
        }
    }
}

impl Used {
    pub(super) fn failed(error: StepError) -> Self {
        Self { result: Err(error), paid: Paid::default() }
    }
}
