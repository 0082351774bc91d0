//! What a run would cost and take: from the model calls that its steps make, what they are given, and how long such calls took
//! lately. A range, and what it rests on. "At most" counts all turns of an agent, all repairs of an answer and all tries of a step.

use domain::{Actor, ModelRef};
use pipeline::{Definition, Node};
use serde_json::{Value, json};

use super::{PipelineEstimate, PipelineEstimateParams};
use crate::{App, Error, gateway, settings};

/// Tokens of an answer whose limit isn't known: at least, at most.
const ANSWER: (u64, u64) = (100, 2000);
/// Turns of an agent that doesn't say how many, and tokens of a tool's result that it is shown at most.
const TURNS: (u32, u64) = (10, 3000);
/// Times that an answer is mended unless told.
const REPAIRS: u32 = 2;
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
    let default = settings::default_model(&app, actor).await?;
    for node in definition.nodes.iter().filter(|node| asks(node)) {
        let (least, most) = times(&definition, node);
        let calls = calls(&definition, node);
        let (least, most) = (least, most.saturating_mul(calls.most));
        let name = node.config.get("model").and_then(Value::as_str).unwrap_or_default().trim();
        let prompt = Value::Object(node.config.clone()).to_string().len() as u64 / 4;
        let model: Option<ModelRef> = if name.is_empty() { default.clone() } else { name.parse().ok() };
        let price = match &model {
            Some(model) => gateway::price(&app, actor, model, prompt + given).await,
            None => None,
        };
        let cost = |prompt: u64, answer: u64| {
            let usage = domain::TokenUsage { input: prompt, output: answer, ..domain::TokenUsage::default() };
            price.as_ref().map(|price| price.as_ref().map_or(0, |price| price.cost(&usage)))
        };
        let add = |sum: Option<i64>, cost: Option<i64>, times: u32| {
            Some(sum?.saturating_add(cost?.saturating_mul(i64::from(times))))
        };
        found.cost_low = add(found.cost_low, cost(prompt, calls.answer.0), least);
        found.cost_high = add(found.cost_high, cost(prompt + given + calls.more, calls.answer.1), most);
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
        found.calls = found.calls.saturating_add(most);
        let times = match (least, most) {
            (1, 1) => "once".to_owned(),
            _ => format!("{least} to {most} times"),
        };
        let shown = match &model {
            Some(model) if name.is_empty() => format!("{model}, the default model"),
            Some(model) => model.to_string(),
            None => "a model that is chosen later".to_owned(),
        };
        found.basis.push(if took.is_empty() {
            format!("{}: {times}, {shown}; no call of it is known yet.", node.id)
        } else {
            format!("{}: {times}, {shown}; from its last {} calls.", node.id, took.len())
        });
    }
    for node in definition.nodes.iter().filter(|node| node.kind == "pipeline" && !node.off) {
        found.basis.push(format!("{}: another pipeline; what that asks isn't counted here.", node.id));
    }
    Ok(found)
}

fn asks(node: &Node) -> bool {
    !node.off && node.config.contains_key("model")
}

/// What one time of a step asks.
#[derive(Debug, PartialEq, Eq)]
struct Calls {
    /// At most; at least it is one.
    most: u32,
    /// Tokens of an answer, at least and at most.
    answer: (u64, u64),
    /// Tokens that a question may have beside the step's own texts, on average of the most calls: what was said before.
    more: u64,
}

fn calls(definition: &Definition, node: &Node) -> Calls {
    let number = |key: &str| {
        let value = node.config.get(key)?;
        value.as_u64().or_else(|| value.as_str()?.trim().parse().ok())
    };
    let few = |key: &str, otherwise: u32, most: u32| {
        number(key).map_or(otherwise, |number| u32::try_from(number).unwrap_or(most).min(most))
    };
    let tries = node.retry.as_ref().unwrap_or(&definition.defaults.retry).max_attempts.max(1);
    let limit = number("max_tokens");
    let mut answer = limit.map_or(ANSWER, |limit| (limit.min(ANSWER.0), limit));
    let (in_one, more) = match node.kind.as_str() {
        "structured" => {
            let repairs = few("repair", REPAIRS, 10);
            (1 + repairs, u64::from(repairs) * answer.1 / 2)
        }
        "judge" | "router" => (1 + REPAIRS, u64::from(REPAIRS) * answer.1 / 2),
        "agent" => {
            let turns = few("max_turns", TURNS.0, 100).max(1);
            let said = u64::from(turns - 1) * (answer.1 + TURNS.1) / 2;
            (turns * (1 + REPAIRS), said)
        }
        "embedding" => {
            answer = (0, 0);
            (1, 0)
        }
        _ => (1, 0),
    };
    Calls { most: in_one.saturating_mul(tries), answer, more }
}

/// How often a step is made, at least and at most, with its tries left out.
fn times(definition: &Definition, node: &Node) -> (u32, u32) {
    let (mut least, mut most) = (1_u32, 1_u32);
    let mut at = node.id.as_str();
    while let Some(container) = definition.nodes.iter().find(|one| one.body.iter().any(|inner| inner == at)) {
        let number = container.config.get("max_iterations").and_then(Value::as_u64);
        let (few, many) = match number {
            Some(number) => (1, u32::try_from(number).unwrap_or(1000)),
            None if container.kind == "loop" => (1, 10),
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn of(kind: &str, config: Value, tries: u32) -> Calls {
        let node = json!({"id": "a", "kind": kind, "config": config, "retry": {"max_attempts": tries}});
        let file = json!({"format": "webplus.pipeline/1", "id": "p", "nodes": [node], "edges": []});
        let definition = pipeline::read(&file).unwrap();
        calls(&definition, &definition.nodes[0])
    }

    #[test]
    fn the_longest_answer_is_what_the_step_says() {
        let asked = json!({"model": "", "messages": [], "max_tokens": 50});
        assert_eq!(of("llm", asked, 1), Calls { most: 1, answer: (50, 50), more: 0 });
        let asked = json!({"model": "", "messages": [], "max_tokens": 5000});
        assert_eq!(of("llm", asked, 1).answer, (100, 5000));
        assert_eq!(of("llm", json!({"model": "", "messages": []}), 1).answer, ANSWER);
    }

    #[test]
    fn tries_repairs_and_turns_are_all_calls() {
        let tried = |kind: &str, config, tries| of(kind, config, tries).most;
        assert_eq!(tried("llm", json!({"model": ""}), 3), 3);
        assert_eq!(tried("structured", json!({"model": "", "schema": {}}), 1), 3);
        assert_eq!(tried("structured", json!({"model": "", "schema": {}, "repair": 0}), 2), 2);
        assert_eq!(tried("judge", json!({"model": ""}), 1), 3);
        assert_eq!(tried("agent", json!({"model": "", "task": "x", "max_turns": 4}), 1), 12);
        assert_eq!(tried("agent", json!({"model": "", "task": "x"}), 2), 60);
        assert_eq!(of("embedding", json!({"model": ""}), 1), Calls { most: 1, answer: (0, 0), more: 0 });
        // What an agent said and was shown is sent again each turn.
        let agent = of("agent", json!({"model": "", "task": "x", "max_turns": 3, "max_tokens": 1000}), 1);
        assert_eq!(agent.more, 4000);
    }

    #[test]
    fn without_a_retry_of_its_own_a_step_has_the_pipeline_s() {
        let node = json!({"id": "a", "kind": "llm", "config": {"model": ""}});
        let mut file = json!({"format": "webplus.pipeline/1", "id": "p", "nodes": [node], "edges": []});
        let most = |file: &Value| {
            let definition = pipeline::read(file).unwrap();
            calls(&definition, &definition.nodes[0]).most
        };
        assert_eq!(most(&file), 3);
        file["defaults"] = json!({"retry": {"max_attempts": 5}});
        assert_eq!(most(&file), 5);
    }
}
