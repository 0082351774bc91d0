//! Answers that must fit a JSON Schema: held to it where the model can be, told what to write where not, and asked to mend what
//! doesn't fit, so many times.

use std::collections::BTreeMap;

use domain::{Call, ErrorCode, FinishReason, ParameterName, Role};
use llm::RequestMessage;
use pipeline::Schema;
use serde_json::Value;

use super::{
    Answer, StepCall, StepEnd, StepError,
    answer::json_in,
    ask::{Question, ask, resolve, usage},
    config::Config,
    prompt,
    values::{excerpt, schema},
};
use crate::{gateway::Resolved, pipelines::step::RetryReason};

/// How often a model is asked to mend its answer unless told.
const REPAIRS: usize = 2;
/// The most that may be asked for.
const MOST_REPAIRS: usize = 10;
/// How much of the faults a model is told, in characters.
const TOLD: usize = 2000;

/// What came of it.
#[derive(Debug)]
pub(super) struct Fitting {
    /// Fits the schema.
    pub value: Value,
    /// As it was written.
    pub text: String,
    pub calls: Vec<Call>,
}

/// What is wanted.
pub(super) struct Wanted {
    pub schema: Value,
    /// How often the answer may be mended.
    pub repair: usize,
}

impl Wanted {
    pub(super) fn read(config: Config<'_>, schema: Value, unless_told: usize) -> Result<Self, StepError> {
        let repair = config.count("repair")?.unwrap_or(unless_told);
        if repair > MOST_REPAIRS {
            return Err(StepError::invalid(format!("\"repair\" may be {MOST_REPAIRS} at most.")));
        }
        Ok(Self { schema, repair })
    }
}

/// `structured`.
pub(super) async fn run(call: StepCall) -> Answer {
    let config = Config::new(&call.input);
    let wanted = Wanted::read(config, schema(&call.definition, config.needed("schema")?)?, REPAIRS)?;
    let question = prompt::question(config)?;
    let resolved = resolve(&call, config.text("model")?).await?;
    let Fitting { value, text, calls } = fitting(&call, &resolved, question, &wanted).await?;
    let mut values = BTreeMap::from([
        ("json".to_owned(), value.clone()),
        ("text".to_owned(), text.into()),
        ("usage".to_owned(), usage(&calls)),
    ]);
    for (port, _) in call.node.outputs.iter().filter(|(_, kind)| kind.starts_with("json")) {
        values.insert(port.clone(), value.clone());
    }
    Ok(StepEnd::Done { port: "ok".to_owned(), values, calls, vars: BTreeMap::new() })
}

/// Asks until the answer fits.
pub(super) async fn fitting(
    call: &StepCall,
    resolved: &Resolved,
    mut question: Question,
    wanted: &Wanted,
) -> Result<Fitting, StepError> {
    let compiled = Schema::compile(&wanted.schema).map_err(StepError::invalid)?;
    let native = resolved.model.parameters.iter().any(|spec| spec.name == ParameterName::JsonSchema);
    if native {
        question.parameters.json_schema = Some(wanted.schema.clone());
    } else {
        if !question.system.is_empty() {
            question.system.push_str("\n\n");
        }
        question.system.push_str(&instruction(&wanted.schema));
    }
    let mut calls = Vec::new();
    for left in (0..=wanted.repair).rev() {
        call.tell.asked(question.sent());
        let answered = match ask(call, resolved, question.clone()).await {
            Ok(answered) => answered,
            Err(mut error) => {
                calls.append(&mut error.calls);
                return Err(StepError { calls, ..error });
            }
        };
        calls.push(answered.call);
        let faults = match json_in(&answered.text) {
            Ok(value) => match compiled.faults(&value) {
                faults if faults.is_empty() => return Ok(Fitting { value, text: answered.text, calls }),
                faults => faults,
            },
            Err(fault) if answered.finish == FinishReason::Length => {
                vec![format!("{fault} It was cut off at the most tokens that an answer may have.")]
            }
            Err(fault) => vec![fault],
        };
        let told = excerpt(&faults.join("\n"), TOLD);
        if left == 0 {
            return Err(StepError {
                reason: RetryReason::InvalidOutput,
                output: Some(Value::String(answered.text)),
                calls,
                ..StepError::new(
                    ErrorCode::ProviderBadReply,
                    format!(
                        "{} gave an answer that doesn't fit what is asked for: {} Try another model, a simpler schema, or more repairs.",
                        resolved.model.name,
                        excerpt(&faults.join(" "), 300)
                    ),
                )
            });
        }
        call.tell.notice("The answer doesn't fit; the model is asked to mend it.");
        question.messages.push(RequestMessage::text(Role::Assistant, answered.text));
        question.messages.push(RequestMessage::text(
            Role::User,
            format!("That answer can't be used:\n{told}\n\nAnswer again with the whole corrected JSON and nothing else."),
        ));
    }
    Err(StepError::new(ErrorCode::Internal, "The model was never asked. Run the step again."))
}

fn instruction(schema: &Value) -> String {
    format!(
        "Answer with JSON only: no explanation before or after it and no code fence. It must fit this JSON Schema:\n{schema}"
    )
}
