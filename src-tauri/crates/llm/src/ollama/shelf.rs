//! The verbs that change what an Ollama has on its disk: pull, create, copy, delete, blobs.

use bytes::Bytes;
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::{Ollama, progress, progress::OllamaProgressStream};
use crate::{Error, HttpCall, HttpOptions, HttpReply, refusal::Refused};

/// A model to be made. Files are named by their digests and must be among the engine's blobs.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct CreateRequest {
    /// Its name, with or without a tag.
    pub model: String,
    /// The model that it begins from. One that is not there would be looked for at the registry: check first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// File name → "sha256:…" of GGUF files; projectors too.
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub files: Map<String, Value>,
    /// File name → "sha256:…" of LoRA adapters.
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub adapters: Map<String, Value>,
    /// The chat template, in Go's template language.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub template: Option<String>,
    /// The system prompt.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub system: Option<String>,
    /// `num_ctx`, `temperature`, `stop` and so on.
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub parameters: Map<String, Value>,
    /// Messages that every conversation begins with: `role` and `content` each.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub messages: Vec<Value>,
    /// The licence's text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub license: Option<String>,
    /// What of the engine's own writes conversations for it, in place of the template.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub renderer: Option<String>,
    /// What of the engine's own reads its answers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parser: Option<String>,
    /// The least version of the engine, "0.14.0".
    #[serde(skip_serializing_if = "Option::is_none")]
    pub requires: Option<String>,
    /// "`q8_0`", "`q4_K_S`" or "`q4_K_M`"; refused for a model that is quantised already.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quantize: Option<String>,
}

impl Ollama {
    /// Fetches a model, or what is missing of it. `insecure` is for a registry at an http address.
    ///
    /// What an earlier request fetched is not compared with its digest again, and "success" comes for a blob that was cut.
    /// What the engine says in an error line is an `Error::Server` with its own words in the refusal's message: for a pull
    /// they don't mean what they mean for an answer.
    pub fn pull(&self, model: &str, insecure: bool) -> OllamaProgressStream {
        let mut body = json!({"model": model});
        if insecure {
            body["insecure"] = json!(true);
        }
        self.follow("api/pull", &body, Refused::classify)
    }

    /// Makes a model from another one or from uploaded files.
    pub fn create(&self, request: &CreateRequest) -> OllamaProgressStream {
        match serde_json::to_value(request) {
            Ok(body) => self.follow("api/create", &body, Refused::classify_local),
            Err(_) => failed(Error::InvalidRequest("The model's description can't be sent.".to_owned())),
        }
    }

    fn follow(&self, path: &str, body: &Value, classify: fn(Refused) -> Error) -> OllamaProgressStream {
        match HttpCall::post(&self.base_url, path, body) {
            Ok(call) => progress::progress(self.http.clone(), call.accept("application/x-ndjson"), classify),
            Err(error) => failed(error),
        }
    }

    /// Gives a model a second name; its files are shared.
    pub async fn copy(&self, from: &str, to: &str) -> Result<(), Error> {
        let body = json!({"source": from, "destination": to});
        self.done(HttpCall::post(&self.base_url, "api/copy", &body)?).await
    }

    /// Removes a name, and the files that no other name uses.
    pub async fn delete(&self, model: &str) -> Result<(), Error> {
        let call = HttpCall::post(&self.base_url, "api/delete", &json!({"model": model}))?;
        self.done(call.method("DELETE")?).await
    }

    /// Whether a blob is there; `digest` is "sha256:…".
    pub async fn has_blob(&self, digest: &str) -> Result<bool, Error> {
        let call = HttpCall::get(&self.base_url, &format!("api/blobs/{digest}"))?.method("HEAD")?;
        let reply = self.http.open(call).await?;
        if reply.status() == 404 {
            return Ok(false);
        }
        Self::answered(reply, self.http.options()).await.map(|()| true)
    }

    /// Uploads a blob from a stream of its bytes. Ask `has_blob` first: for one that is there the engine answers without
    /// reading, which a client that is still sending sees as a broken connection.
    pub async fn upload_blob<S>(&self, digest: &str, size: u64, bytes: S) -> Result<(), Error>
    where
        S: futures_util::Stream<Item = std::io::Result<Bytes>> + Send + 'static,
    {
        let call = HttpCall::get(&self.base_url, &format!("api/blobs/{digest}"))?.method("POST")?;
        Self::answered(self.http.upload(call, size, bytes).await?, self.http.options()).await
    }

    /// Everything that the engine knows about a model, as it told it (`/api/show`).
    pub async fn show_whole(&self, model: &str) -> Result<Value, Error> {
        self.post("api/show", &json!({"model": model})).await
    }

    /// For requests whose answer has no content worth reading.
    async fn done(&self, call: HttpCall) -> Result<(), Error> {
        Self::answered(self.http.open(call).await?, self.http.options()).await
    }

    async fn answered(reply: HttpReply, options: &HttpOptions) -> Result<(), Error> {
        if reply.is_success() {
            return Ok(());
        }
        Err(match reply.refusal(options).await.classify_local() {
            Error::ModelNotFound(_) => Error::ModelNotFound(
                "The engine no longer has this model. Reload the list of models.".to_owned(),
            ),
            other => other,
        })
    }
}

fn failed(error: Error) -> OllamaProgressStream {
    Box::pin(futures_util::stream::once(async { Err(error) }))
}
