//! Anthropic's protocol: /v1/messages and /v1/models.
//!
//! What a model can do comes from the vendor's own list where it was asked for, else from the catalogue, else from its name.

mod abilities;
mod events;
mod models;
mod request;

use std::{
    collections::HashMap,
    sync::{Arc, PoisonError, RwLock},
};

use abilities::Abilities;
use domain::{Model, Secret};
use futures_util::{FutureExt, future::BoxFuture};

use crate::{
    AnswerDecoder, CompletionRequest, CompletionStream, Error, Http, HttpCall, Provider, ProviderInfo,
    parameters,
    refusal::Refused,
    stream::{self, Exchange},
};

/// The protocol's version, sent with every request.
const VERSION: &str = "2023-06-01";
/// The most pages of models that are read.
const PAGES: usize = 10;

/// Anthropic, or a server that speaks its protocol.
#[derive(Debug, Clone)]
pub struct Anthropic {
    http: Http,
    slug: String,
    base_url: String,
    key: Option<Secret>,
    /// What the list of models said, by name.
    listed: Arc<RwLock<HashMap<String, Abilities>>>,
}

impl Anthropic {
    /// A client for the server at `base_url` ("https://api.anthropic.com", with or without "/v1").
    pub fn new(http: Http, base_url: &str, key: Option<Secret>) -> Result<Self, Error> {
        HttpCall::get(base_url, "v1/models")?;
        let base_url = base_url.trim().trim_end_matches('/').trim_end_matches("/v1").to_owned();
        Ok(Self { http, slug: "anthropic".to_owned(), base_url, key, listed: Arc::default() })
    }

    /// The same, its models' names beginning with this slug.
    pub fn named(mut self, slug: &str) -> Self {
        slug.clone_into(&mut self.slug);
        self
    }

    /// A decoder of /v1/messages' stream, for bytes that come from elsewhere; `limit` is for one event, in bytes.
    pub fn decoder(who: &str, limit: usize) -> AnswerDecoder {
        AnswerDecoder::sse(who, limit, Box::new(events::MessagesFold::new(who)))
    }

    fn abilities(&self, model: &str) -> Abilities {
        let listed = self.listed.read().unwrap_or_else(PoisonError::into_inner);
        listed.get(model).cloned().unwrap_or_else(|| Abilities::of(model))
    }

    fn sign(&self, call: HttpCall) -> Result<HttpCall, Error> {
        let call = call.header("anthropic-version", VERSION)?;
        match &self.key {
            Some(key) => call.key("x-api-key", "", key),
            None => Ok(call),
        }
    }

    fn prepare(&self, request: &CompletionRequest) -> Result<Exchange, Error> {
        let abilities = self.abilities(&request.model);
        parameters::check(&request.model, &abilities.parameters(), &request.parameters)?;
        let body = request::body(request, &abilities)?;
        let call =
            self.sign(HttpCall::post(&self.base_url, "v1/messages", &body)?.accept("text/event-stream"))?;
        let decoder = Self::decoder(&call.host(), self.http.options().max_event_bytes);
        Ok(Exchange { http: self.http.clone(), call, decoder, classify: Refused::classify })
    }

    async fn list(&self) -> Result<Vec<Model>, Error> {
        let mut models = Vec::new();
        let mut after = String::new();
        for _ in 0..PAGES {
            let path = format!("v1/models?limit=1000{after}");
            let value = self.http.json(self.sign(HttpCall::get(&self.base_url, &path)?)?).await?;
            let page = models::read(&value, &self.slug)?;
            let mut listed = self.listed.write().unwrap_or_else(PoisonError::into_inner);
            for (model, abilities) in page {
                listed.insert(model.id.name().to_owned(), abilities);
                models.push(model);
            }
            drop(listed);
            match value["last_id"].as_str().filter(|_| value["has_more"].as_bool() == Some(true)) {
                Some(last) => {
                    let last: String = url::form_urlencoded::byte_serialize(last.as_bytes()).collect();
                    after = format!("&after_id={last}");
                }
                None => break,
            }
        }
        Ok(models)
    }
}

impl Provider for Anthropic {
    fn models(&self) -> BoxFuture<'_, Result<Vec<Model>, Error>> {
        self.list().boxed()
    }

    fn test(&self) -> BoxFuture<'_, Result<ProviderInfo, Error>> {
        async { Ok(ProviderInfo { server: None, models: self.list().await?.len() }) }.boxed()
    }

    fn complete(&self, request: CompletionRequest) -> CompletionStream {
        match self.prepare(&request) {
            Ok(exchange) => stream::answer(exchange),
            Err(error) => stream::failed(error),
        }
    }
}
