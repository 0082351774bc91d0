//! One answer: what the runner is told, and how what it says becomes events.

use domain::{RunnerEnd, RunnerMessage, RunnerReply, RunnerRequest, TokenUsage};
use llm::{
    CompletionEvent, CompletionRequest, Continuation, Error, Timing,
    think::{Piece, Splitter},
};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::{
    Embeddings, EngineState, LoadOptions, TokenCount, closed,
    job::Events,
    reply::{Loss, told},
    runner_messages,
    worker::{Happening, Worker},
};

/// A runner that goes on talking after a cancel gets this many times its patience, and no more.
const CANCEL_IN_ALL: u32 = 10;

impl Worker {
    /// Answers a request; whatever happens is told by the events.
    pub(super) async fn complete(
        &mut self,
        request: CompletionRequest,
        events: &Events,
        cancel: &CancellationToken,
    ) {
        if cancel.is_cancelled() {
            return;
        }
        let options = LoadOptions { context: request.parameters.context_size, ..LoadOptions::default() };
        let result = match self.ensure(&request.model, options, Some(events)).await {
            Ok(load_ms) if !cancel.is_cancelled() => {
                let answered = self.generate(request, load_ms, events, cancel).await;
                self.measure_used().await;
                answered
            }
            Ok(_) => Ok(()),
            Err(error) => Err(error),
        };
        if let Err(error) = result {
            // Nobody listens any more.
            let _ = events.send(Err(error));
        }
    }

    async fn generate(
        &mut self,
        request: CompletionRequest,
        load_ms: Option<f64>,
        events: &Events,
        cancel: &CancellationToken,
    ) -> Result<(), Error> {
        let Some(running) = &self.running else { return Err(closed()) };
        let context = running.model.context;
        let mut voice = Voice::new(events, request.continuation, load_ms);
        voice.say(CompletionEvent::Started { model: Some(running.model.name.clone()) });
        for notice in running.model.notices.iter().filter(|_| load_ms.is_some()) {
            voice.say(CompletionEvent::Notice(notice.clone()));
        }
        let id = self.id();
        let generate = RunnerRequest::Generate {
            id,
            system: request.system,
            messages: runner_messages(&request.messages),
            extend: request.continuation == Continuation::Extend,
            parameters: request.parameters,
        };
        if let Err(loss) = self.tell(&generate).await {
            return Err(self.lost(&loss).await);
        }
        loop {
            match self.hear(self.options.patience.answer, cancel).await {
                Happening::Reply(RunnerReply::Prefill { id: of, done, total }) if of == id => {
                    voice.say(CompletionEvent::Prefill { done, total });
                }
                Happening::Reply(RunnerReply::Text { id: of, text }) if of == id => voice.text(text),
                Happening::Reply(RunnerReply::Finished {
                    id: of,
                    end,
                    usage,
                    prompt_ms,
                    generation_ms,
                    notice,
                }) if of == id => {
                    voice.finish(end, usage, prompt_ms, generation_ms, notice);
                    self.weigh().await;
                    return Ok(());
                }
                Happening::Reply(RunnerReply::Error { id: of, code, message })
                    if of.is_none_or(|of| of == id) =>
                {
                    voice.flush();
                    return Err(told(code, message, context));
                }
                // An answer to something that nobody waits for any more.
                Happening::Reply(_) => {}
                Happening::Lost(loss) => {
                    voice.flush();
                    return Err(self.lost(&loss).await);
                }
                Happening::Cancelled => {
                    self.cancel(id).await;
                    return Ok(());
                }
                Happening::Unload(reply) => return Err(self.leave(Some(reply)).await),
                Happening::Closing => return Err(self.leave(None).await),
            }
        }
    }

    /// Stops a generation that nobody waits for. A runner that gives no sign of life for 300 ms is killed; the person has
    /// their stopped turn already.
    async fn cancel(&mut self, id: u64) {
        if let Err(loss) = self.tell(&RunnerRequest::Cancel { id }).await {
            self.lost(&loss).await;
            return;
        }
        let (patience, never) = (self.options.patience.cancel, CancellationToken::new());
        let end = Instant::now() + patience * CANCEL_IN_ALL;
        while Instant::now() < end {
            match self.hear(patience, &never).await {
                Happening::Reply(RunnerReply::Finished { id: of, .. }) if of == id => return,
                Happening::Reply(RunnerReply::Error { id: Some(of), .. }) if of == id => return,
                Happening::Reply(_) | Happening::Cancelled => {}
                Happening::Lost(Loss::Silent) => break,
                Happening::Lost(loss) => {
                    self.lost(&loss).await;
                    return;
                }
                Happening::Unload(reply) => {
                    self.leave(Some(reply)).await;
                    return;
                }
                Happening::Closing => {
                    self.leave(None).await;
                    return;
                }
            }
        }
        self.restart().await;
    }

    /// Counts with the model's own vocabulary, if it is still loaded.
    pub(super) async fn count(
        &mut self,
        name: &str,
        system: String,
        messages: Vec<RunnerMessage>,
    ) -> Result<TokenCount, Error> {
        let estimate = TokenCount::estimate(&system, &messages);
        if self.running.as_ref().is_none_or(|running| running.model.name != name) {
            return Ok(estimate);
        }
        let id = self.id();
        match self.ask(id, RunnerRequest::Count { id, system, messages }).await? {
            RunnerReply::Counted { tokens, .. } => Ok(TokenCount { tokens, exact: true }),
            _ => Ok(estimate),
        }
    }

    /// Makes vectors.
    pub(super) async fn embed(&mut self, name: &str, texts: Vec<String>) -> Result<Embeddings, Error> {
        self.ensure(name, LoadOptions::default(), None).await?;
        let (id, wanted) = (self.id(), texts.len());
        match self.ask(id, RunnerRequest::Embed { id, texts }).await? {
            RunnerReply::Embedded { vectors, tokens, .. } if vectors.len() == wanted => {
                Ok(Embeddings { vectors, tokens })
            }
            _ => Err(self.lost(&Loss::Protocol("another number of vectors than of texts".into())).await),
        }
    }

    /// Asks something that has one answer.
    async fn ask(&mut self, id: u64, request: RunnerRequest) -> Result<RunnerReply, Error> {
        let context = self.running.as_ref().map_or(0, |running| running.model.context);
        if let Err(loss) = self.tell(&request).await {
            return Err(self.lost(&loss).await);
        }
        let never = CancellationToken::new();
        loop {
            match self.hear(self.options.patience.answer, &never).await {
                Happening::Reply(RunnerReply::Error { id: of, code, message })
                    if of.is_none_or(|of| of == id) =>
                {
                    return Err(told(code, message, context));
                }
                Happening::Reply(
                    reply @ (RunnerReply::Counted { id: of, .. } | RunnerReply::Embedded { id: of, .. }),
                ) if of == id => return Ok(reply),
                Happening::Reply(_) | Happening::Cancelled => {}
                Happening::Lost(loss) => return Err(self.lost(&loss).await),
                Happening::Unload(reply) => return Err(self.leave(Some(reply)).await),
                Happening::Closing => return Err(self.leave(None).await),
            }
        }
    }

    /// Looks again at how much memory the loaded model takes.
    async fn weigh(&mut self) {
        let Some(running) = &mut self.running else { return };
        running.model.memory = running.process.memory().await;
        let model = running.model.clone();
        self.state.send_replace(EngineState::Loaded { model });
    }
}

/// Says events, with the reasoning told apart from the answer.
struct Voice<'a> {
    events: &'a Events,
    /// Absent where a partial answer goes on: its beginning, and so its reasoning, has been.
    splitter: Option<Splitter>,
    load_ms: Option<f64>,
}

impl<'a> Voice<'a> {
    fn new(events: &'a Events, continuation: Continuation, load_ms: Option<f64>) -> Self {
        let splitter = (continuation == Continuation::Answer).then(Splitter::new);
        Self { events, splitter, load_ms }
    }

    fn say(&self, event: CompletionEvent) {
        // Nobody listens any more: the cancel comes by its own way.
        let _ = self.events.send(Ok(event));
    }

    fn text(&mut self, text: String) {
        let mut pieces = Vec::new();
        match &mut self.splitter {
            Some(splitter) => splitter.push(&text, &mut pieces),
            None => pieces.push(Piece::Text(text)),
        }
        self.pieces(pieces);
    }

    /// Says what the splitter still holds back.
    fn flush(&mut self) {
        let mut pieces = Vec::new();
        if let Some(splitter) = &mut self.splitter {
            splitter.finish(&mut pieces);
        }
        self.pieces(pieces);
    }

    fn pieces(&self, pieces: Vec<Piece>) {
        for piece in pieces {
            match piece {
                Piece::Text(text) if !text.is_empty() => self.say(CompletionEvent::Text(text)),
                Piece::Reasoning(text) if !text.is_empty() => self.say(CompletionEvent::Reasoning(text)),
                _ => {}
            }
        }
    }

    fn finish(
        &mut self,
        end: RunnerEnd,
        usage: TokenUsage,
        prompt_ms: f64,
        generation_ms: f64,
        notice: Option<String>,
    ) {
        self.flush();
        if let Some(notice) = notice {
            self.say(CompletionEvent::Notice(notice));
        }
        self.say(CompletionEvent::Usage(usage));
        let reason = match end {
            RunnerEnd::Done { reason } => reason,
            // Only we cancel, and then nobody listens.
            RunnerEnd::Cancelled => domain::FinishReason::Other,
        };
        let timing =
            Timing { load_ms: self.load_ms, prompt_ms: Some(prompt_ms), generation_ms: Some(generation_ms) };
        self.say(CompletionEvent::Finished { reason, timing });
    }
}
