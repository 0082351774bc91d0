//! From the bytes of an answer to its events, as one pure fold: framing, then the protocol. No I/O and no clock, so that
//! recorded bytes can be cut anywhere in a test.

use domain::Secret;
use serde_json::Value;

use crate::{
    CompletionEvent, Error, Frame, NdjsonDecoder, SseDecoder, TooLarge, frame, json, refusal::Refused,
};

/// What a push made of its bytes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Progress {
    /// Events of the protocol that came, comments and pings not counted: what proves that the server is still at work.
    pub events: usize,
    /// Whether the answer is complete; whatever follows is ignored.
    pub finished: bool,
}

/// One protocol's meaning of its frames.
pub(crate) trait Fold: Send {
    /// Takes a frame; says whether it counts as a sign of life.
    fn frame(&mut self, frame: &Frame, out: &mut Vec<CompletionEvent>) -> Result<bool, Error>;

    /// The bytes have ended.
    fn end(&mut self, out: &mut Vec<CompletionEvent>) -> Result<(), Error>;

    /// Whether `Finished` was given out.
    fn finished(&self) -> bool;

    /// What all of them keep.
    fn course(&mut self) -> &mut Course;
}

/// Decodes one answer. Feed it bytes, then call `finish`.
pub struct AnswerDecoder {
    framing: Framing,
    fold: Box<dyn Fold>,
    who: String,
}

impl std::fmt::Debug for AnswerDecoder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AnswerDecoder").field("who", &self.who).finish_non_exhaustive()
    }
}

enum Framing {
    Sse(SseDecoder),
    Ndjson(NdjsonDecoder),
}

impl AnswerDecoder {
    pub(crate) fn sse(who: &str, limit: usize, fold: Box<dyn Fold>) -> Self {
        Self { framing: Framing::Sse(SseDecoder::new(limit)), fold, who: who.to_owned() }
    }

    pub(crate) fn ndjson(who: &str, limit: usize, fold: Box<dyn Fold>) -> Self {
        Self { framing: Framing::Ndjson(NdjsonDecoder::new(limit)), fold, who: who.to_owned() }
    }

    /// The key that the request was sent with: it is struck out of what the server says of a failure.
    pub(crate) fn hide(&mut self, key: Option<&Secret>) {
        self.fold.course().key = key.cloned();
    }

    /// Takes bytes and adds the events that they complete; those before an error are added too.
    pub fn push(&mut self, bytes: &[u8], out: &mut Vec<CompletionEvent>) -> Result<Progress, Error> {
        if self.fold.finished() {
            return Ok(Progress { events: 0, finished: true });
        }
        let mut frames = Vec::new();
        let read = self.framing.push(bytes, &mut frames);
        let events = self.take(&frames, out)?;
        read.map_err(|too_large| self.too_large(too_large))?;
        Ok(Progress { events, finished: self.fold.finished() })
    }

    /// The bytes have ended: the last events, and an error unless the answer was complete.
    pub fn finish(&mut self, out: &mut Vec<CompletionEvent>) -> Result<(), Error> {
        if self.fold.finished() {
            return Ok(());
        }
        let mut frames = Vec::new();
        let read = self.framing.finish(&mut frames);
        self.take(&frames, out)?;
        read.map_err(|too_large| self.too_large(too_large))?;
        if self.fold.finished() { Ok(()) } else { self.fold.end(out) }
    }

    /// A reply that came as one JSON text although a stream was asked for: the same as a stream of one event.
    pub(crate) fn whole(&mut self, text: String, out: &mut Vec<CompletionEvent>) -> Result<(), Error> {
        self.take(&[Frame { event: None, data: text }], out)?;
        if self.fold.finished() { Ok(()) } else { self.fold.end(out) }
    }

    fn take(&mut self, frames: &[Frame], out: &mut Vec<CompletionEvent>) -> Result<usize, Error> {
        let mut events = 0;
        for frame in frames {
            if self.fold.finished() {
                break;
            }
            events += usize::from(self.fold.frame(frame, out)?);
        }
        Ok(events)
    }

    fn too_large(&self, error: TooLarge) -> Error {
        let mib = (error.limit as f64 / f64::from(1 << 20)).max(0.1);
        Error::BadReply(format!(
            "{} sent a single piece of more than {mib:.1} MiB, which can't be right. Try again; if it stays so, \
             something is wrong with that server.",
            self.who
        ))
    }
}

impl Framing {
    fn push(&mut self, bytes: &[u8], frames: &mut Vec<Frame>) -> Result<(), TooLarge> {
        match self {
            Self::Sse(decoder) => {
                let mut events = Vec::new();
                let result = decoder.push(bytes, &mut events);
                frames.extend(events.into_iter().map(|event| Frame { event: event.event, data: event.data }));
                result
            }
            Self::Ndjson(decoder) => {
                let mut lines = Vec::new();
                let result = decoder.push(bytes, &mut lines);
                frames.extend(lines.into_iter().map(|data| Frame { event: None, data }));
                result
            }
        }
    }

    fn finish(&mut self, frames: &mut Vec<Frame>) -> Result<(), frame::TooLarge> {
        match self {
            Self::Sse(decoder) => {
                let mut events = Vec::new();
                let result = decoder.finish(&mut events);
                frames.extend(events.into_iter().map(|event| Frame { event: event.event, data: event.data }));
                result
            }
            Self::Ndjson(decoder) => {
                let mut lines = Vec::new();
                decoder.finish(&mut lines);
                frames.extend(lines.into_iter().map(|data| Frame { event: None, data }));
                Ok(())
            }
        }
    }
}

/// What every protocol's fold keeps: who answers, and whether content came yet (which decides what a failure means).
#[derive(Debug)]
pub(crate) struct Course {
    pub(crate) who: String,
    key: Option<Secret>,
    pub(crate) started: bool,
    pub(crate) content: bool,
    pub(crate) finished: bool,
}

impl Course {
    pub(crate) fn new(who: &str) -> Self {
        Self { who: who.to_owned(), key: None, started: false, content: false, finished: false }
    }

    /// The frame's JSON; nothing where it may be skipped. Only what begins like an object can hold a piece of the answer, so
    /// only such a one must not be lost silently.
    pub(crate) fn object(&self, data: &str) -> Result<Option<Value>, Error> {
        let data = data.trim();
        if !data.starts_with(['{', '[']) {
            if !data.is_empty() {
                tracing::debug!(who = %self.who, bytes = data.len(), "an event that isn't JSON was skipped");
            }
            return Ok(None);
        }
        if let Some(value) = json::parse(data) {
            return Ok(Some(value));
        }
        tracing::warn!(who = %self.who, bytes = data.len(), "an event can't be read as JSON");
        Err(if self.content {
            Error::Interrupted(format!(
                "A piece of {}'s answer couldn't be read; the answer is kept up to there.",
                self.who
            ))
        } else {
            Error::BadReply(format!("{} sent something that can't be read as its protocol.", self.who))
        })
    }

    pub(crate) fn start(&mut self, model: Option<&str>, out: &mut Vec<CompletionEvent>) {
        if !std::mem::replace(&mut self.started, true) {
            out.push(CompletionEvent::Started {
                model: model.filter(|name| !name.is_empty()).map(str::to_owned),
            });
        }
    }

    pub(crate) fn text(&mut self, text: &str, out: &mut Vec<CompletionEvent>) {
        if !text.is_empty() {
            self.content = true;
            out.push(CompletionEvent::Text(text.to_owned()));
        }
    }

    pub(crate) fn reasoning(&mut self, text: &str, out: &mut Vec<CompletionEvent>) {
        if !text.is_empty() {
            self.content = true;
            out.push(CompletionEvent::Reasoning(text.to_owned()));
        }
    }

    /// An error event. Before content it is what a refusal would have been; after it the answer was broken off.
    pub(crate) fn failed(&self, value: &Value, local: bool) -> Error {
        let refused = Refused::from_value(&self.who, value, self.key.as_ref());
        if self.content {
            return Error::Interrupted(format!("{} broke the answer off{}", self.who, refused.reason()));
        }
        if local { refused.classify_local() } else { refused.classify() }
    }

    /// The end of the bytes before the end of the answer.
    pub(crate) fn broken_off(&self) -> Error {
        Error::Interrupted(if self.content {
            format!("{}'s answer broke off before its end.", self.who)
        } else {
            format!("{} ended the connection without an answer.", self.who)
        })
    }
}
