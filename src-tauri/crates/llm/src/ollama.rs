//! Ollama's native protocol: answers, the list of models, what is in memory, loading and unloading.
//!
//! Native, because its compatible layers can't set the context and cut a long prompt silently. Deliberately not here:
//! finding, starting and watching an Ollama, and how a pull that stalls is brought to its end (`engine`).

mod events;
mod load;
mod models;
mod progress;
mod request;
mod shelf;
mod time;

use std::{
    collections::HashMap,
    sync::{Arc, PoisonError, RwLock},
};

use domain::Model;
use futures_util::{FutureExt, StreamExt, future::BoxFuture, stream::iter};
use serde_json::{Map, Value, json};

pub use load::OllamaLoad;
pub use models::{LoadedModel, ModelDetails};
pub use progress::{OllamaProgress, OllamaProgressStream};
pub use shelf::CreateRequest;

use crate::{
    AnswerDecoder, CompletionRequest, CompletionStream, Continuation, EmbeddedTexts, Error, Http, HttpCall,
    Provider, ProviderInfo, embed, parameters,
    refusal::Refused,
    stream::{self, Exchange},
};

/// How many models are looked up at once.
const LOOKUPS: usize = 4;

/// How long a model stays in memory after an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum KeepAlive {
    /// As the server is set; 5 minutes unless changed.
    #[default]
    Default,
    /// So many seconds.
    Seconds(u32),
    /// Until it is unloaded.
    Forever,
}

impl KeepAlive {
    /// The number on the wire; a text "-1" would be refused.
    fn number(self) -> Option<i64> {
        match self {
            Self::Default => None,
            Self::Seconds(seconds) => Some(i64::from(seconds)),
            Self::Forever => Some(-1),
        }
    }
}

/// An Ollama server.
#[derive(Debug, Clone)]
pub struct Ollama {
    http: Http,
    slug: String,
    base_url: String,
    keep_alive: KeepAlive,
    load: OllamaLoad,
    /// What /api/show said, by the model's digest: a digest never changes its meaning.
    shown: Arc<RwLock<HashMap<String, ModelDetails>>>,
}

impl Ollama {
    /// A client for the server at `base_url` ("http://127.0.0.1:11434").
    pub fn new(http: Http, base_url: &str) -> Result<Self, Error> {
        HttpCall::get(base_url, "api/tags")?;
        Ok(Self {
            http,
            slug: "ollama".to_owned(),
            base_url: base_url.to_owned(),
            keep_alive: KeepAlive::Default,
            load: OllamaLoad::default(),
            shown: Arc::default(),
        })
    }

    /// The same, its models' names beginning with this slug.
    pub fn named(mut self, slug: &str) -> Self {
        slug.clone_into(&mut self.slug);
        self
    }

    /// The same, with another time that models stay in memory after an answer.
    pub fn keep_alive(mut self, keep_alive: KeepAlive) -> Self {
        self.keep_alive = keep_alive;
        self
    }

    /// The same, each answer asked for with the model loaded so. A context that a request names itself goes before.
    pub fn loading(mut self, load: OllamaLoad) -> Self {
        self.load = load;
        self
    }

    /// A decoder of /api/chat's stream, for bytes that come from elsewhere; `limit` is for one line, in bytes.
    pub fn decoder(who: &str, limit: usize) -> AnswerDecoder {
        AnswerDecoder::ndjson(who, limit, Box::new(events::ChatFold::new(who, true)))
    }

    /// Whether an Ollama answers there, and its version. Something else at that address is an error that says so.
    pub async fn identify(&self) -> Result<String, Error> {
        let root = HttpCall::get(&self.base_url, "")?;
        let host = root.host();
        let other = || {
            Error::BadReply(format!("What answers at {host} isn't Ollama. Check the address and its port."))
        };
        let mut reply = self.http.open(root).await?;
        let greeting = reply.whole(self.http.options()).await?;
        if !reply.is_success() || !String::from_utf8_lossy(&greeting).contains("Ollama is running") {
            return Err(other());
        }
        let value = self.get("api/version").await?;
        value["version"].as_str().filter(|version| !version.is_empty()).map(str::to_owned).ok_or_else(other)
    }

    /// What is in memory now. A model whose process has died stays listed until it is unloaded.
    pub async fn loaded(&self) -> Result<Vec<LoadedModel>, Error> {
        Ok(models::loaded(&self.get("api/ps").await?))
    }

    /// What a model is and can do.
    pub async fn show(&self, model: &str) -> Result<ModelDetails, Error> {
        Ok(models::details(&self.post("api/show", &json!({"model": model})).await?))
    }

    /// Loads a model into memory and waits for it; another choice than it is loaded with loads it again.
    pub async fn load(&self, model: &str, load: OllamaLoad, keep_alive: KeepAlive) -> Result<(), Error> {
        let mut options = Map::new();
        load.put(&mut options);
        let mut body = json!({"model": model, "messages": [], "stream": false});
        if !options.is_empty() {
            body["options"] = Value::Object(options);
        }
        if let Some(number) = keep_alive.number() {
            body["keep_alive"] = json!(number);
        }
        self.post("api/chat", &body).await.map(|_| ())
    }

    /// Takes a model out of memory; also cures one whose process has died.
    pub async fn unload(&self, model: &str) -> Result<(), Error> {
        let body = json!({"model": model, "messages": [], "stream": false, "keep_alive": 0});
        self.post("api/chat", &body).await.map(|_| ())
    }

    async fn get(&self, path: &str) -> Result<Value, Error> {
        self.fetch(HttpCall::get(&self.base_url, path)?).await
    }

    async fn post(&self, path: &str, body: &Value) -> Result<Value, Error> {
        self.fetch(HttpCall::post(&self.base_url, path, body)?).await
    }

    async fn fetch(&self, call: HttpCall) -> Result<Value, Error> {
        self.http.json_or(call, Refused::classify_local).await
    }

    fn prepare(&self, request: &CompletionRequest) -> Result<Exchange, Error> {
        parameters::check(&request.model, &models::parameters(None, true), &request.parameters)?;
        let body = request::body(request, self.load, self.keep_alive.number());
        let call = HttpCall::post(&self.base_url, "api/chat", &body)?.accept("application/x-ndjson");
        let split = request.continuation == Continuation::Answer;
        let fold = events::ChatFold::new(&call.host(), split);
        let decoder =
            AnswerDecoder::ndjson(&call.host(), self.http.options().max_event_bytes, Box::new(fold));
        Ok(Exchange { http: self.http.clone(), call, decoder, classify: Refused::classify_local })
    }

    async fn list(&self) -> Result<Vec<Model>, Error> {
        let (tags, loaded) = futures_util::future::join(self.get("api/tags"), self.loaded()).await;
        let tags = tags?;
        let Some(rows) = tags["models"].as_array().cloned() else {
            return Err(Error::BadReply(
                "The list of models isn't in Ollama's form; check the provider's address.".to_owned(),
            ));
        };
        // Without the second list the first one is still good.
        let loaded = loaded.unwrap_or_default();
        let looked_up: Vec<Option<Model>> = iter(rows)
            .map(|row| async move {
                let details = self.details(&row).await;
                models::model(&row, &details, &self.slug)
            })
            .buffered(LOOKUPS)
            .collect()
            .await;
        let mut found: Vec<Model> = looked_up.into_iter().flatten().collect();
        for model in &mut found {
            if let Some(now) = loaded.iter().find(|now| now.name == model.id.name()) {
                model.state = now.state();
            }
        }
        Ok(found)
    }

    /// Newer servers tell enough in the list itself; older ones are asked for each model, once.
    async fn details(&self, row: &Value) -> ModelDetails {
        let listed = models::details(row);
        if !listed.capabilities.is_empty() && listed.context.is_some() {
            return listed;
        }
        let digest = row["digest"].as_str().unwrap_or_default();
        let known = self.shown.read().unwrap_or_else(PoisonError::into_inner).get(digest).cloned();
        if let Some(known) = known {
            return known;
        }
        let Some(name) = row["name"].as_str() else { return listed };
        match self.show(name).await {
            Ok(details) => {
                let mut shown = self.shown.write().unwrap_or_else(PoisonError::into_inner);
                shown.insert(digest.to_owned(), details.clone());
                details
            }
            // A model whose file is gone stays in the list but can't be shown.
            Err(Error::ModelNotFound(reason)) => ModelDetails { damaged: Some(reason), ..listed },
            Err(_) => listed,
        }
    }
}

impl Provider for Ollama {
    fn models(&self) -> BoxFuture<'_, Result<Vec<Model>, Error>> {
        self.list().boxed()
    }

    fn test(&self) -> BoxFuture<'_, Result<ProviderInfo, Error>> {
        async {
            let version = self.identify().await?;
            Ok(ProviderInfo { server: Some(format!("Ollama {version}")), models: self.list().await?.len() })
        }
        .boxed()
    }

    fn loading(&self, load: OllamaLoad) -> Option<Arc<dyn Provider>> {
        Some(Arc::new(self.clone().loading(load)))
    }

    fn embed(&self, model: &str, texts: Vec<String>) -> BoxFuture<'_, Result<EmbeddedTexts, Error>> {
        // A text that is too long is an error: what was cut off would be missing without a word.
        let mut body = json!({"model": model, "input": texts, "truncate": false});
        if let Some(number) = self.keep_alive.number() {
            body["keep_alive"] = json!(number);
        }
        let count = texts.len();
        async move {
            let call = HttpCall::post(&self.base_url, "api/embed", &body)?;
            let host = call.host();
            embed::read_ollama(&self.fetch(call).await?, count, &host)
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
