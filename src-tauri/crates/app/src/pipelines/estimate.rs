//! What a run would cost and take: from the model calls that its steps make, what they are given, and how long such calls took
//! lately. A range, and what it rests on.

use domain::{Actor, ModelRef};
use pipeline::{Definition, Node};
use serde_json::{Value, json};

use super::{PipelineEstimate, PipelineEstimateParams};
use crate::{App, Error, gateway};

/// Tokens of an answer whose limit isn't known: at least, at most.
const ANSWER: (u64, u64) = (100, 2000);
/// Seconds of a call where none of that model's is known: at least, at most.
const SECONDS: (f64, f64) = (1.0, 30.0);

/// What a run would cost and take.
pub async fn estimate(
    app: App,
    actor: Actor,
    params: PipelineEstimateParams,
) -> Result<PipelineEstimate, Error> {
    let json = params.definition;
    let definition = app.pipelines.evaluator.run(move || pipeline::read(&json)).await?;
    let definition = definition
        .map_err(|_| Error::invalid("The file has faults, so nothing can be estimated. Mend them first."))?;
    let given = json!(params.inputs).to_string().len() as u64 / 4;
    let recent = app.store.read(move |conn| store::calls::list(conn, actor.user_id, None, 200)).await?;
    let mut found = PipelineEstimate {
        cost_low: Some(0),
        cost_high: Some(0),
        seconds_low: 0.0,
        seconds_high: 0.0,
        calls: 0,
        basis: Vec::new(),
    };
    for node in definition.nodes.iter().filter(|node| asks(node)) {
        let (least, most) = times(&definition, node);
        let name = node.config.get("model").and_then(Value::as_str).unwrap_or_default();
        let prompt = Value::Object(node.config.clone()).to_string().len() as u64 / 4;
        let limit = node.config.get("parameters").and_then(|all| all["maxTokens"].as_u64());
        let answer = limit.map_or(ANSWER, |limit| (limit.min(ANSWER.0), limit));
        let model: Option<ModelRef> = name.parse().ok();
        let price = match &model {
            Some(model) => gateway::price(&app, actor, model, prompt + given).await,
            None => None,
        };
        let cost = |prompt: u64, answer: u64| {
            let usage = domain::TokenUsage { input: prompt, output: answer, ..domain::TokenUsage::default() };
            price.as_ref().map(|price| price.as_ref().map_or(0, |price| price.cost(&usage)))
        };
        let add = |sum: Option<i64>, cost: Option<i64>, times: u32| Some(sum? + cost? * i64::from(times));
        found.cost_low = add(found.cost_low, cost(prompt, answer.0), least);
        found.cost_high = add(found.cost_high, cost(prompt + given, answer.1), most);
        let mut took: Vec<f64> = recent
            .iter()
            .filter(|call| Some(&call.model) == model.as_ref())
            .filter_map(|call| call.total_ms.map(|total| total / 1000.0))
            .collect();
        took.sort_by(f64::total_cmp);
        let seconds = match (took.first(), took.last()) {
            (Some(quickest), Some(slowest)) => (*quickest, *slowest),
            _ => SECONDS,
        };
        found.seconds_low += seconds.0 * f64::from(least);
        found.seconds_high += seconds.1 * f64::from(most);
        found.calls += most;
        let times = if most == 1 { "once".to_owned() } else { format!("{least} to {most} times") };
        let shown =
            if name.is_empty() || name.contains("{{") { "a model that is chosen later" } else { name };
        found.basis.push(if took.is_empty() {
            format!("{}: {times}, {shown}; no call of it is known yet.", node.id)
        } else {
            format!("{}: {times}, {shown}; from its last {} calls.", node.id, took.len())
        });
    }
    Ok(found)
}

fn asks(node: &Node) -> bool {
    !node.off && node.config.contains_key("model")
}

/// How often a step is made, at least and at most, with its tries left out.
fn times(definition: &Definition, node: &Node) -> (u32, u32) {
    let (mut least, mut most) = (1_u32, 1_u32);
    let mut at = node.id.as_str();
    while let Some(container) = definition.nodes.iter().find(|one| one.body.iter().any(|inner| inner == at)) {
        let number = container.config.get("max_iterations").and_then(Value::as_u64);
        let (few, many) = match number {
            Some(number) => (1, u32::try_from(number).unwrap_or(1000)),
            // How long a list will be isn't known before it is there.
            None => (0, 10),
        };
        (least, most) = (least.saturating_mul(few), most.saturating_mul(many));
        at = &container.id;
        if most > 1_000_000 {
            break;
        }
    }
    (least, most)
}
