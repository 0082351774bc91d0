//! `webplus chat`: one question, its answer streamed.

use std::process::ExitCode;

use app::{
    chat::{MessageSent, MessageView},
    events::{Event, TurnProgress},
};
use domain::{ErrorCode, MessageId, MessageStatus, Role};
use serde_json::{Value, json};

use crate::{
    arguments::Chat,
    door::{Door, Events},
    failure::Failure,
    output::Output,
};

pub(crate) async fn run(door: &Door, chat: Chat, output: &Output) -> Result<ExitCode, Failure> {
    let text = question(chat.text.as_deref())?;
    let mut parameters = serde_json::Map::new();
    if let Some(tokens) = chat.max_tokens {
        parameters.insert("maxTokens".to_owned(), json!(tokens));
    }
    if let Some(temperature) = chat.temperature {
        parameters.insert("temperature".to_owned(), json!(temperature));
    }
    if let Some(id) = &chat.conversation {
        change(door, id, &parameters, chat.system.as_deref()).await?;
    }
    let mut params = json!({ "text": text });
    let optional =
        [("model", chat.model), ("conversationId", chat.conversation), ("systemPrompt", chat.system)];
    for (name, value) in optional {
        if let Some(value) = value {
            params[name] = Value::String(value);
        }
    }
    if !parameters.is_empty() {
        params["parameters"] = Value::Object(parameters);
    }
    // Before the question is sent, so that no word is missed.
    let mut events = door.events().await?;
    let sent: MessageSent = door.call("message/send", params).await?;
    let answer = sent
        .messages
        .iter()
        .find(|message| message.role == Role::Assistant)
        .map(|message| message.id)
        .ok_or_else(|| Failure::new("No answer was begun. Try again."))?;
    let mut answer = Answer { id: answer, printed: 0, rev: 0, output };
    let ended = tokio::select! {
        ended = answer.follow(door, &mut events) => ended?,
        _ = tokio::signal::ctrl_c() => {
            let _: Value = door.call("message/stop", json!({ "id": answer.id })).await?;
            answer.follow(door, &mut events).await?
        }
    };
    answer.end(&ended)
}

/// What was given for a conversation that is there already holds from now on, beside what it has.
async fn change(
    door: &Door,
    id: &str,
    parameters: &serde_json::Map<String, Value>,
    system: Option<&str>,
) -> Result<(), Failure> {
    if parameters.is_empty() && system.is_none() {
        return Ok(());
    }
    let opened: Value = door.call("conversation/get", json!({ "id": id })).await?;
    let mut all = opened["conversation"]["parameters"].as_object().cloned().unwrap_or_default();
    all.extend(parameters.clone());
    let mut changes = json!({ "id": id, "parameters": all });
    if let Some(system) = system {
        changes["systemPrompt"] = json!(system);
    }
    let _: Value = door.call("conversation/update", changes).await?;
    Ok(())
}

fn question(text: Option<&str>) -> Result<String, Failure> {
    match text {
        Some(text) if text != "-" => Ok(text.to_owned()),
        _ => std::io::read_to_string(std::io::stdin()).map_err(|error| {
            Failure::invalid(format!("The question could not be read from stdin: {error}."))
        }),
    }
}

struct Answer<'a> {
    id: MessageId,
    /// Bytes of the text that stand on stdout.
    printed: usize,
    /// The newest change that is in them.
    rev: u64,
    output: &'a Output,
}

impl Answer<'_> {
    /// Prints what comes until the answer has ended.
    async fn follow(&mut self, door: &Door, events: &mut Events) -> Result<MessageView, Failure> {
        loop {
            let Some(envelope) = events.next().await else {
                return Err(Failure {
                    code: ErrorCode::Interrupted,
                    message: "Web+ ended while the answer was being written. What came of it is kept."
                        .to_owned(),
                });
            };
            match envelope.event {
                Event::MessageDelta { message_id, rev, text, reasoning, .. }
                    if message_id == self.id && rev > self.rev =>
                {
                    self.rev = rev;
                    if let Some(reasoning) = reasoning {
                        self.output.json(&json!({ "type": "reasoning", "text": reasoning }))?;
                    }
                    self.print(&text)?;
                }
                Event::MessageProgress { message_id, progress, .. } if message_id == self.id => {
                    self.progress(&progress)?;
                }
                Event::MessageChanged { message }
                    if message.id == self.id && message.status != MessageStatus::Running =>
                {
                    return self.rest(*message);
                }
                Event::Resync => {
                    let message: MessageView = door.call("message/get", json!({ "id": self.id })).await?;
                    let ended = message.status != MessageStatus::Running;
                    let message = self.rest(message)?;
                    if ended {
                        return Ok(message);
                    }
                }
                _ => {}
            }
        }
    }

    fn rest(&mut self, message: MessageView) -> Result<MessageView, Failure> {
        self.rev = self.rev.max(message.rev);
        if let Some(rest) = message.text.get(self.printed..) {
            self.print(rest)?;
        }
        Ok(message)
    }

    fn print(&mut self, text: &str) -> Result<(), Failure> {
        if text.is_empty() {
            return Ok(());
        }
        self.printed += text.len();
        self.output.json(&json!({ "type": "delta", "text": text }))?;
        self.output.text(text)?;
        Ok(())
    }

    fn progress(&self, progress: &TurnProgress) -> Result<(), Failure> {
        match progress {
            TurnProgress::Retrying { after_ms, reason, .. } => {
                self.output.aside(&format!("{reason} Trying again in {} s.", after_ms.div_ceil(1000)));
            }
            TurnProgress::Notice { text } => self.output.aside(text),
            TurnProgress::Waiting | TurnProgress::Loading { .. } | TurnProgress::Prefill { .. } => {}
        }
        Ok(self.output.json(&json!({ "type": "progress", "progress": progress }))?)
    }

    fn end(&self, message: &MessageView) -> Result<ExitCode, Failure> {
        if self.printed > 0 {
            self.output.sentence("")?;
        }
        if message.status == MessageStatus::Succeeded {
            let call = message.call.as_ref();
            self.output.json(&json!({
                "type": "done",
                "conversation": message.conversation_id,
                "message": message.id,
                "usage": call.map(|call| call.usage),
                "timing": call.map(|call| json!({
                    "firstTokenMs": call.first_token_ms,
                    "totalMs": call.total_ms,
                    "tokensPerSecond": call.tokens_per_second,
                })),
            }))?;
            return Ok(ExitCode::SUCCESS);
        }
        if message.status == MessageStatus::Cancelled {
            let message = "Stopped. What came of the answer is kept.";
            self.output
                .json(&json!({ "type": "error", "code": ErrorCode::Cancelled, "message": message }))?;
            self.output.aside(message);
            return Ok(ExitCode::from(130));
        }
        Err(Failure {
            code: message.error_code.unwrap_or(ErrorCode::Internal),
            message: message
                .error_message
                .clone()
                .unwrap_or_else(|| "The answer failed. Try again.".to_owned()),
        })
    }
}
