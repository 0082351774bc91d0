//! The fold of /api/chat's lines.

use domain::{FinishReason, TokenUsage};

use crate::{
    CompletionEvent, Error, Frame, Timing,
    answer::{Course, Fold},
    json::number,
    think::{Piece, Splitter},
};

pub(super) struct ChatFold {
    course: Course,
    splitter: Option<Splitter>,
}

impl ChatFold {
    /// `split` tells reasoning that the engine leaves in the text apart.
    pub(super) fn new(who: &str, split: bool) -> Self {
        Self { course: Course::new(who), splitter: split.then(Splitter::new) }
    }

    fn content(&mut self, text: &str, out: &mut Vec<CompletionEvent>) {
        let Some(splitter) = &mut self.splitter else { return self.course.text(text, out) };
        let mut pieces = Vec::new();
        splitter.push(text, &mut pieces);
        self.emit(pieces, out);
    }

    fn flush(&mut self, out: &mut Vec<CompletionEvent>) {
        let mut pieces = Vec::new();
        if let Some(splitter) = &mut self.splitter {
            splitter.finish(&mut pieces);
        }
        self.emit(pieces, out);
    }

    fn emit(&mut self, pieces: Vec<Piece>, out: &mut Vec<CompletionEvent>) {
        for piece in pieces {
            match piece {
                Piece::Text(text) => self.course.text(&text, out),
                Piece::Reasoning(text) => self.course.reasoning(&text, out),
            }
        }
    }
}

impl Fold for ChatFold {
    fn frame(&mut self, frame: &Frame, out: &mut Vec<CompletionEvent>) -> Result<bool, Error> {
        let Some(value) = self.course.object(&frame.data)? else { return Ok(false) };
        if !value["error"].is_null() {
            self.flush(out);
            return Err(self.course.failed(&value, true));
        }
        self.course.start(value["model"].as_str(), out);
        self.course.reasoning(value["message"]["thinking"].as_str().unwrap_or_default(), out);
        self.content(value["message"]["content"].as_str().unwrap_or_default(), out);
        if value["done"].as_bool() == Some(true) {
            self.flush(out);
            if let Some(prompt) =
                number(&value, &["prompt_eval_count"]).or(number(&value, &["eval_count"]).map(|_| 0))
            {
                // Cached prompt tokens are in that count and can't be told apart; they cost nothing here.
                let output = number(&value, &["eval_count"]).unwrap_or(0);
                out.push(CompletionEvent::Usage(TokenUsage {
                    input: prompt,
                    output,
                    ..TokenUsage::default()
                }));
            }
            let millis = |name: &str| value[name].as_f64().map(|nanos| nanos / 1e6);
            let timing = Timing {
                load_ms: millis("load_duration"),
                prompt_ms: millis("prompt_eval_duration"),
                generation_ms: millis("eval_duration"),
            };
            let reason = match value["done_reason"].as_str() {
                Some("stop") | None => FinishReason::Stop,
                Some("length") => FinishReason::Length,
                Some(other) => {
                    tracing::debug!(reason = other, "an unknown finish reason");
                    FinishReason::Other
                }
            };
            self.course.finished = true;
            out.push(CompletionEvent::Finished { reason, timing });
        }
        Ok(value["message"].is_object() || value["done"].is_boolean())
    }

    fn end(&mut self, out: &mut Vec<CompletionEvent>) -> Result<(), Error> {
        self.flush(out);
        Err(self.course.broken_off())
    }

    fn finished(&self) -> bool {
        self.course.finished
    }

    fn course(&mut self) -> &mut Course {
        &mut self.course
    }
}
