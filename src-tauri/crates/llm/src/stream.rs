//! Drives one answer: sends the call, reads the body, lets the decoder fold it, and watches the clock. Dropping the stream
//! drops the connection.

use std::{collections::VecDeque, time::Duration};

use futures_util::stream;
use tokio::time::Instant;

use crate::{
    AnswerDecoder, CompletionEvent, CompletionStream, Error, Http, HttpCall, HttpReply,
    http::{looks_like_web_page, web_page},
    refusal::Refused,
};

/// How long the end of the body is waited for once the answer is complete, so that the connection can be used again.
const DRAIN: Duration = Duration::from_millis(50);

/// The longest answer, its reasoning counted, in bytes: some million tokens. A server that goes on after that never ends.
const LONGEST_ANSWER: usize = 4 << 20;

/// How a vendor's refusal becomes an error.
pub(crate) type Classify = fn(Refused) -> Error;

/// One answer to be fetched.
pub(crate) struct Exchange {
    pub(crate) http: Http,
    pub(crate) call: HttpCall,
    pub(crate) decoder: AnswerDecoder,
    pub(crate) classify: Classify,
}

/// A stream that only fails.
pub(crate) fn failed(error: Error) -> CompletionStream {
    Box::pin(stream::once(async { Err(error) }))
}

/// The events of an exchange.
pub(crate) fn answer(exchange: Exchange) -> CompletionStream {
    let state = State { pending: VecDeque::new(), phase: Phase::Send(Box::new(exchange)) };
    Box::pin(stream::unfold(state, |mut state| async move { state.next().await.map(|item| (item, state)) }))
}

struct State {
    pending: VecDeque<Result<CompletionEvent, Error>>,
    phase: Phase,
}

enum Phase {
    Send(Box<Exchange>),
    Read(Box<Reading>),
    /// Complete, and every event given out: the rest of the body.
    Drain(Box<HttpReply>),
    Over,
}

struct Reading {
    http: Http,
    reply: HttpReply,
    decoder: AnswerDecoder,
    /// When the last event came, if one did.
    last: Option<Instant>,
    content: bool,
    /// Whether the bytes are the protocol's for sure, or may yet turn out a web page.
    checked: bool,
    barren: u64,
    total: u64,
    /// Bytes of text and reasoning so far.
    written: usize,
}

impl State {
    async fn next(&mut self) -> Option<Result<CompletionEvent, Error>> {
        loop {
            if let Some(item) = self.pending.pop_front() {
                return Some(item);
            }
            match std::mem::replace(&mut self.phase, Phase::Over) {
                Phase::Over => return None,
                Phase::Send(exchange) => match open(*exchange, &mut self.pending).await {
                    Ok(phase) => self.phase = phase,
                    Err(error) => self.pending.push_back(Err(error)),
                },
                Phase::Read(mut reading) => match reading.step(&mut self.pending).await {
                    Ok(Step::More) => self.phase = Phase::Read(reading),
                    Ok(Step::Complete) => self.phase = Phase::Drain(Box::new(reading.reply)),
                    Ok(Step::Ended) => {}
                    Err(error) => self.pending.push_back(Err(error)),
                },
                Phase::Drain(mut reply) => {
                    let rest = async { while let Ok(Some(_)) = reply.chunk().await {} };
                    let _ = tokio::time::timeout(DRAIN, rest).await;
                }
            }
        }
    }
}

async fn open(
    exchange: Exchange,
    pending: &mut VecDeque<Result<CompletionEvent, Error>>,
) -> Result<Phase, Error> {
    let Exchange { http, call, mut decoder, classify } = exchange;
    decoder.hide(call.secret());
    let mut reply = http.open(call).await?;
    if !reply.is_success() {
        return Err(classify(reply.refusal(http.options()).await));
    }
    if reply.is_web_page() {
        return Err(web_page(reply.host()));
    }
    if reply.media_type() == "application/json" {
        let body = reply.whole(http.options()).await?;
        let text = String::from_utf8_lossy(&body).into_owned();
        if looks_like_web_page(&text) {
            return Err(web_page(reply.host()));
        }
        let mut events = Vec::new();
        let result = decoder.whole(text, &mut events);
        pending.extend(events.into_iter().map(Ok));
        result?;
        return Ok(Phase::Over);
    }
    Ok(Phase::Read(Box::new(Reading {
        http,
        reply,
        decoder,
        last: None,
        content: false,
        checked: false,
        barren: 0,
        total: 0,
        written: 0,
    })))
}

enum Step {
    More,
    Complete,
    Ended,
}

impl Reading {
    async fn step(&mut self, pending: &mut VecDeque<Result<CompletionEvent, Error>>) -> Result<Step, Error> {
        let Ok(chunk) = tokio::time::timeout_at(self.deadline(), self.reply.chunk()).await else {
            return Err(self.stalled());
        };
        let mut events = Vec::new();
        let Some(chunk) = chunk? else {
            let result = self.decoder.finish(&mut events);
            pending.extend(events.into_iter().map(Ok));
            result?;
            return Ok(Step::Ended);
        };
        if !std::mem::replace(&mut self.checked, true)
            && looks_like_web_page(&String::from_utf8_lossy(&chunk))
        {
            return Err(web_page(self.reply.host()));
        }
        let result = self.decoder.push(&chunk, &mut events);
        self.content |= events.iter().any(is_content);
        self.written += events.iter().map(written).sum::<usize>();
        pending.extend(events.into_iter().map(Ok));
        let progress = result?;
        self.measure(chunk.len() as u64, progress.events)?;
        if self.written > LONGEST_ANSWER {
            return Err(self.endless());
        }
        Ok(if progress.finished { Step::Complete } else { Step::More })
    }

    /// The clock runs from the last event; before the first content the server may also take the whole first wait.
    fn deadline(&self) -> Instant {
        let options = self.http.options();
        let first = self.reply.sent_at() + options.first_byte_timeout;
        match self.last.map(|last| last + options.idle_timeout) {
            Some(idle) if self.content => idle,
            Some(idle) => idle.max(first),
            None => first,
        }
    }

    fn stalled(&self) -> Error {
        let (host, options) = (self.reply.host(), self.http.options());
        let message = match (self.last, self.content) {
            (_, true) => format!(
                "{host} stopped in the middle of its answer and sent nothing for {} seconds.",
                options.idle_timeout.as_secs_f32()
            ),
            _ => format!(
                "{host} took the request, but no answer began within {} seconds.",
                options.first_byte_timeout.as_secs_f32()
            ),
        };
        Error::TimedOut { message, sent: true }
    }

    fn endless(&self) -> Error {
        Error::BadReply(format!(
            "{} wrote on beyond {} MiB, which no answer needs; it was cut off and what came is kept. Ask again, with a limit of tokens if \
             it stays so.",
            self.reply.host(),
            LONGEST_ANSWER >> 20
        ))
    }

    /// Memory is flat whatever comes; these limits end a body that never becomes an answer, such as a compressed bomb.
    fn measure(&mut self, bytes: u64, events: usize) -> Result<(), Error> {
        let limit = self.http.options().max_barren_bytes;
        self.total += bytes;
        self.barren += bytes;
        if events > 0 {
            self.last = Some(Instant::now());
            self.barren = 0;
        }
        if self.barren > limit || self.total > limit.saturating_mul(16) {
            return Err(Error::BadReply(format!(
                "{} sent far more than an answer can be; it was cut off. Check the provider's address, or try again.",
                self.reply.host()
            )));
        }
        Ok(())
    }
}

fn written(event: &CompletionEvent) -> usize {
    match event {
        CompletionEvent::Text(text) | CompletionEvent::Reasoning(text) => text.len(),
        _ => 0,
    }
}

fn is_content(event: &CompletionEvent) -> bool {
    matches!(
        event,
        CompletionEvent::Text(_) | CompletionEvent::Reasoning(_) | CompletionEvent::ReasoningBlock(_)
    )
}
