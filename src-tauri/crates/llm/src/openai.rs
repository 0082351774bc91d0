//! OpenAI's protocol, for OpenAI itself and for everything else that speaks its chat completions.
//!
//! Models that only the newer /responses serves go there (a rule of the catalogue); all others go to /chat/completions.

mod chat;
mod flavour;
mod models;
mod responses;
mod usage;

use std::sync::OnceLock;

use domain::{Model, ParameterSpec, Secret};
use futures_util::{FutureExt, future::BoxFuture};
use serde_json::json;

pub use flavour::{Extend, Flavour};

use crate::{
    AnswerDecoder, CompletionRequest, CompletionStream, Continuation, EmbeddedTexts, Error, Http, HttpCall,
    Provider, ProviderInfo, catalog, embed, parameters,
    refusal::Refused,
    stream::{self, Exchange},
};

/// A provider that speaks OpenAI's protocol.
#[derive(Debug, Clone)]
pub struct OpenAi {
    http: Http,
    slug: String,
    base_url: String,
    key: Option<Secret>,
    flavour: Flavour,
    /// What the list of models gave away about the server.
    learned: std::sync::Arc<OnceLock<Extend>>,
}

impl OpenAi {
    /// A client for the server at `base_url` ("https://api.openai.com/v1"); without a key none is sent.
    pub fn new(http: Http, base_url: &str, key: Option<Secret>, flavour: Flavour) -> Result<Self, Error> {
        HttpCall::get(base_url, "models")?;
        let slug = if flavour == Flavour::OpenAi { "openai" } else { "openai-compatible" };
        Ok(Self {
            http,
            slug: slug.to_owned(),
            base_url: base_url.to_owned(),
            key,
            flavour,
            learned: std::sync::Arc::default(),
        })
    }

    /// The same, its models' names beginning with this slug.
    pub fn named(mut self, slug: &str) -> Self {
        slug.clone_into(&mut self.slug);
        self
    }

    /// A decoder of /chat/completions' stream, for bytes that come from elsewhere; `limit` is for one event, in bytes.
    pub fn chat_decoder(who: &str, limit: usize, flavour: &Flavour) -> AnswerDecoder {
        AnswerDecoder::sse(who, limit, Box::new(chat::ChatFold::new(who, *flavour != Flavour::OpenAi)))
    }

    /// A decoder of /responses' stream, for bytes that come from elsewhere; `limit` is for one event, in bytes.
    pub fn responses_decoder(who: &str, limit: usize) -> AnswerDecoder {
        AnswerDecoder::sse(who, limit, Box::new(responses::ResponsesFold::new(who)))
    }

    /// The parameters that a model takes.
    fn parameters(&self, model: &str) -> Vec<ParameterSpec> {
        match self.flavour {
            Flavour::OpenAi => models::own_parameters(model),
            Flavour::Compatible { .. } => models::compatible_parameters(None),
        }
    }

    fn sign(&self, call: HttpCall) -> Result<HttpCall, Error> {
        match &self.key {
            Some(key) => call.key("authorization", "Bearer ", key),
            None => Ok(call),
        }
    }

    fn prepare(&self, request: &CompletionRequest) -> Result<Exchange, Error> {
        parameters::check(&request.model, &self.parameters(&request.model), &request.parameters)?;
        let limit = self.http.options().max_event_bytes;
        let wants_responses = match self.flavour {
            Flavour::OpenAi => catalog::needs_responses(&request.model),
            Flavour::Compatible { responses, .. } => responses,
        };
        let (path, body) = if wants_responses {
            ("responses", responses::body(request, self.flavour)?)
        } else {
            ("chat/completions", chat::body(request, self.flavour, self.extend())?)
        };
        let call = HttpCall::post(&self.base_url, path, &body)?.accept("text/event-stream");
        let call = self.sign(call)?;
        let host = call.host();
        let split = self.flavour != Flavour::OpenAi && request.continuation == Continuation::Answer;
        let decoder = if wants_responses {
            Self::responses_decoder(&host, limit)
        } else {
            AnswerDecoder::sse(&host, limit, Box::new(chat::ChatFold::new(&host, split)))
        };
        Ok(Exchange { http: self.http.clone(), call, decoder, classify: Refused::classify })
    }

    fn extend(&self) -> Extend {
        match self.flavour {
            Flavour::OpenAi => Extend::Instruction,
            Flavour::Compatible { extend: Extend::Instruction, .. } => {
                self.learned.get().copied().unwrap_or_default()
            }
            Flavour::Compatible { extend, .. } => extend,
        }
    }

    async fn list(&self) -> Result<Vec<Model>, Error> {
        let call = self.sign(HttpCall::get(&self.base_url, "models")?)?;
        let value = self.http.json(call).await?;
        if let Some(extend) = models::server_extends(&value) {
            let _ = self.learned.set(extend);
        }
        models::read(&value, &self.slug, self.flavour)
    }
}

impl Provider for OpenAi {
    fn models(&self) -> BoxFuture<'_, Result<Vec<Model>, Error>> {
        self.list().boxed()
    }

    fn test(&self) -> BoxFuture<'_, Result<ProviderInfo, Error>> {
        async { Ok(ProviderInfo { server: None, models: self.list().await?.len() }) }.boxed()
    }

    fn unlisted(&self, name: &str) -> Option<Model> {
        (self.flavour != Flavour::OpenAi).then(|| models::unlisted(name, &self.slug, self.flavour)).flatten()
    }

    fn embed(&self, model: &str, texts: Vec<String>) -> BoxFuture<'_, Result<EmbeddedTexts, Error>> {
        let body = json!({"model": model, "input": texts, "encoding_format": "float"});
        let count = texts.len();
        async move {
            let call = self.sign(HttpCall::post(&self.base_url, "embeddings", &body)?)?;
            let host = call.host();
            embed::read_openai(&self.http.json(call).await?, count, &host)
        }
        .boxed()
    }

    fn complete(&self, request: CompletionRequest) -> CompletionStream {
        match self.prepare(&request) {
            Ok(exchange) => stream::answer(exchange),
            Err(error) => stream::failed(error),
        }
    }
}
