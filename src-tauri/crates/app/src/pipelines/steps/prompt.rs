//! From a step's config to what a model is asked.

use domain::{Parameters, ReasoningEffort, Role};
use llm::RequestMessage;
use serde_json::Value;

use super::{StepError, ask::Question, config::Config, values::plain};

/// System, prompt or messages, and parameters.
pub(super) fn question(config: Config<'_>) -> Result<Question, StepError> {
    let mut system = config.value("system").map(plain).unwrap_or_default();
    let mut messages = Vec::new();
    for message in listed(config)? {
        let content = message.get("content").map(plain).unwrap_or_default();
        match message.get("role").and_then(Value::as_str) {
            Some("system") => {
                if !system.is_empty() {
                    system.push_str("\n\n");
                }
                system.push_str(&content);
            }
            Some("assistant") => messages.push(RequestMessage::text(Role::Assistant, content)),
            Some("user") | None => messages.push(RequestMessage::text(Role::User, content)),
            Some(other) => {
                return Err(StepError::invalid(format!(
                    "\"{other}\" is no role of a message. Use system, user or assistant."
                )));
            }
        }
    }
    if let Some(prompt) = config.value("prompt").map(plain).filter(|prompt| !prompt.is_empty()) {
        messages.push(RequestMessage::text(Role::User, prompt));
    }
    if messages.is_empty() {
        return Err(StepError::invalid(
            "The prompt is empty. Fill in \"prompt\" or \"messages\" of this step.",
        ));
    }
    Ok(Question { system, messages, parameters: parameters(config)?, quiet: false })
}

fn listed(config: Config<'_>) -> Result<&[Value], StepError> {
    match config.value("messages") {
        None => Ok(&[]),
        Some(Value::Array(messages)) => Ok(messages),
        Some(_) => Err(StepError::invalid("\"messages\" must be a list of {\"role\", \"content\"}.")),
    }
}

/// What the config says of sampling; the rest is left to the provider.
pub(super) fn parameters(config: Config<'_>) -> Result<Parameters, StepError> {
    let effort = match config.optional_text("effort")? {
        None => None,
        Some("none") => Some(ReasoningEffort::None),
        Some("low") => Some(ReasoningEffort::Low),
        Some("medium") => Some(ReasoningEffort::Medium),
        Some("high") => Some(ReasoningEffort::High),
        Some(other) => {
            return Err(StepError::invalid(format!(
                "\"{other}\" is no effort. Use none, low, medium or high."
            )));
        }
    };
    Ok(Parameters {
        temperature: config.number("temperature")?,
        top_p: config.number("top_p")?,
        max_tokens: config.count("max_tokens")?.and_then(|tokens| u32::try_from(tokens).ok()),
        seed: config.count("seed")?.map(|seed| seed as u64),
        stop: config.texts("stop")?,
        reasoning_effort: effort,
        ..Parameters::default()
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use serde_json::json;

    use super::*;

    #[test]
    fn messages_come_before_the_prompt_and_system_ones_join_the_instructions() {
        let config = json!({
            "system": "Be brief.", "prompt": "And now?", "temperature": "0.5", "max_tokens": 20, "effort": "low",
            "messages": [
                {"role": "system", "content": "Be kind."}, {"role": "user", "content": "Hello"},
                {"role": "assistant", "content": "Hello to you"},
            ],
        });
        let question = question(Config::new(&config)).unwrap();
        assert_eq!(question.system, "Be brief.\n\nBe kind.");
        let texts: Vec<String> = question.messages.iter().map(RequestMessage::plain).collect();
        assert_eq!(texts, ["Hello", "Hello to you", "And now?"]);
        assert_eq!(question.parameters.temperature, Some(0.5));
        assert_eq!(question.parameters.max_tokens, Some(20));
    }

    #[test]
    fn an_empty_prompt_is_told_before_anything_is_spent() {
        let told = |config: Value| question(Config::new(&config)).unwrap_err().message;
        assert!(told(json!({"prompt": ""})).contains("Fill in \"prompt\""));
        assert!(told(json!({"messages": [{"role": "tool", "content": ""}]})).contains("\"tool\" is no role"));
        assert!(told(json!({"prompt": "x", "effort": "huge"})).contains("no effort"));
    }
}
