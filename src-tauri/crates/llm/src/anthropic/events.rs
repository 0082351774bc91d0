//! The fold of /v1/messages' events.

use std::collections::HashMap;

use domain::{FinishReason, TokenUsage};
use serde_json::{Value, json};

use crate::{
    CompletionEvent, Error, Frame, Timing,
    answer::{Course, Fold},
    json::number,
};

pub(super) struct MessagesFold {
    course: Course,
    /// Reasoning blocks that aren't finished, by index.
    blocks: HashMap<u64, Block>,
    usage: TokenUsage,
    reason: Option<FinishReason>,
}

/// A reasoning block on its way.
enum Block {
    Thinking {
        text: String,
        signature: String,
    },
    /// Encrypted by the vendor; sent back as it came.
    Sealed(Value),
}

impl MessagesFold {
    pub(super) fn new(who: &str) -> Self {
        Self { course: Course::new(who), blocks: HashMap::new(), usage: TokenUsage::default(), reason: None }
    }

    /// Input tokens exclude cached ones here, as they do with us; later numbers replace earlier ones.
    fn usage(&mut self, value: &Value, out: &mut Vec<CompletionEvent>) {
        let before = self.usage;
        let set = |field: &mut u64, path: &[&str]| {
            if let Some(tokens) = number(value, path) {
                *field = tokens;
            }
        };
        set(&mut self.usage.input, &["input_tokens"]);
        set(&mut self.usage.cache_read, &["cache_read_input_tokens"]);
        set(&mut self.usage.cache_write, &["cache_creation_input_tokens"]);
        set(&mut self.usage.output, &["output_tokens"]);
        set(&mut self.usage.reasoning, &["output_tokens_details", "thinking_tokens"]);
        if value.is_object() && self.usage != before {
            out.push(CompletionEvent::Usage(self.usage));
        }
    }

    fn block_start(&mut self, index: u64, block: &Value, out: &mut Vec<CompletionEvent>) {
        let text = |name: &str| block[name].as_str().unwrap_or_default();
        match text("type") {
            "text" => self.course.text(text("text"), out),
            "thinking" => {
                self.course.reasoning(text("thinking"), out);
                let block = Block::Thinking {
                    text: text("thinking").to_owned(),
                    signature: text("signature").to_owned(),
                };
                self.blocks.insert(index, block);
            }
            "redacted_thinking" => {
                self.blocks.insert(index, Block::Sealed(block.clone()));
            }
            _ => {}
        }
    }

    fn block_delta(&mut self, index: u64, delta: &Value, out: &mut Vec<CompletionEvent>) {
        let text = |name: &str| delta[name].as_str().unwrap_or_default();
        match text("type") {
            "text_delta" => self.course.text(text("text"), out),
            "thinking_delta" => {
                self.course.reasoning(text("thinking"), out);
                if let Some(Block::Thinking { text: thought, .. }) = self.blocks.get_mut(&index) {
                    thought.push_str(text("thinking"));
                }
            }
            "signature_delta" => {
                if let Some(Block::Thinking { signature, .. }) = self.blocks.get_mut(&index) {
                    signature.push_str(text("signature"));
                }
            }
            _ => {}
        }
    }

    fn block_stop(&mut self, index: u64, out: &mut Vec<CompletionEvent>) {
        match self.blocks.remove(&index) {
            Some(Block::Thinking { text, signature }) if !signature.is_empty() => {
                let block = json!({"type": "thinking", "thinking": text, "signature": signature});
                out.push(CompletionEvent::ReasoningBlock(block));
            }
            Some(Block::Sealed(block)) => out.push(CompletionEvent::ReasoningBlock(block)),
            _ => {}
        }
    }
}

impl Fold for MessagesFold {
    fn frame(&mut self, frame: &Frame, out: &mut Vec<CompletionEvent>) -> Result<bool, Error> {
        if frame.event.as_deref() == Some("ping") {
            return Ok(false);
        }
        let Some(value) = self.course.object(&frame.data)? else { return Ok(false) };
        let kind = value["type"].as_str().or(frame.event.as_deref()).unwrap_or_default();
        let index = number(&value, &["index"]).unwrap_or(0);
        match kind {
            "ping" | "" => return Ok(false),
            "message_start" => {
                self.course.start(value["message"]["model"].as_str(), out);
                self.usage(&value["message"]["usage"], out);
            }
            "content_block_start" => self.block_start(index, &value["content_block"], out),
            "content_block_delta" => self.block_delta(index, &value["delta"], out),
            "content_block_stop" => self.block_stop(index, out),
            "message_delta" => {
                self.usage(&value["usage"], out);
                self.reason = value["delta"]["stop_reason"].as_str().map(reason).or(self.reason);
            }
            "message_stop" => {
                self.course.finished = true;
                let reason = self.reason.unwrap_or(FinishReason::Other);
                out.push(CompletionEvent::Finished { reason, timing: Timing::default() });
            }
            // A server that doesn't stream answers with the whole message.
            "message" => {
                self.course.start(value["model"].as_str(), out);
                for (index, block) in (0u64..).zip(value["content"].as_array().into_iter().flatten()) {
                    self.block_start(index, block, out);
                    self.block_stop(index, out);
                }
                self.usage(&value["usage"], out);
                self.course.finished = true;
                let reason = value["stop_reason"].as_str().map_or(FinishReason::Other, reason);
                out.push(CompletionEvent::Finished { reason, timing: Timing::default() });
            }
            "error" => {
                return Err(self.course.failed(&value, false));
            }
            _ if !value["error"].is_null() => {
                return Err(self.course.failed(&value, false));
            }
            _ => tracing::debug!(who = %self.course.who, kind, "an unknown event was skipped"),
        }
        Ok(true)
    }

    fn end(&mut self, _out: &mut Vec<CompletionEvent>) -> Result<(), Error> {
        Err(self.course.broken_off())
    }

    fn finished(&self) -> bool {
        self.course.finished
    }

    fn course(&mut self) -> &mut Course {
        &mut self.course
    }
}

fn reason(word: &str) -> FinishReason {
    match word {
        "end_turn" | "stop_sequence" => FinishReason::Stop,
        "max_tokens" | "model_context_window_exceeded" => FinishReason::Length,
        "tool_use" => FinishReason::ToolUse,
        "refusal" => FinishReason::Refusal,
        other => {
            tracing::debug!(reason = other, "an unknown stop reason");
            FinishReason::Other
        }
    }
}
