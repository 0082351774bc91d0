//! A provider's refusal, classified once: from a status and a body, or from an error event inside a stream.

#[cfg(test)]
mod tests;
mod words;

use std::time::Duration;

use domain::{ErrorCode, Secret};
use serde_json::Value;
use words::{clean, numbers, sentence};

use crate::{Error, Refusal, json};

/// A refusal and what is needed to make a sentence of it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Refused {
    host: String,
    refusal: Refusal,
    /// Tokens of the prompt, and how many fit, where the server told.
    prompt_tokens: Option<u64>,
    context: Option<u64>,
    /// Whether the body was the protocol's JSON rather than a web page or nothing.
    spoken: bool,
}

impl Refused {
    /// From a reply whose status isn't 2xx.
    pub(crate) fn from_reply(
        host: &str,
        status: u16,
        body: &[u8],
        retry_after: Option<Duration>,
        request_id: Option<String>,
        key: Option<&Secret>,
    ) -> Self {
        let text = String::from_utf8_lossy(body);
        let value = json::parse(text.trim());
        let mut refused = Self::from_value(host, value.as_ref().unwrap_or(&Value::Null), key);
        refused.refusal.status = status;
        refused.refusal.retry_after = retry_after.or(refused.refusal.retry_after);
        refused.refusal.request_id = request_id.map(|id| clean(&id, key)).or(refused.refusal.request_id);
        if value.is_none() && !super::http::looks_like_web_page(&text) && !text.contains('<') {
            refused.refusal.message = clean(&text, key);
        }
        refused
    }

    /// From an error event; its status is 0, or the code that the event holds.
    pub(crate) fn from_value(host: &str, value: &Value, key: Option<&Secret>) -> Self {
        // Gemini's OpenAI endpoint wraps the object in a list.
        let value = value.as_array().and_then(|list| list.first()).unwrap_or(value);
        let error = if value["error"].is_null() { value } else { &value["error"] };
        // Ollama passes its runner's error on as JSON inside a string.
        let nested = error.as_str().filter(|text| text.trim_start().starts_with('{')).and_then(json::parse);
        let error = nested
            .as_ref()
            .map_or(error, |inner| if inner["error"].is_null() { inner } else { &inner["error"] });
        let message = error
            .as_str()
            .or_else(|| ["message", "detail", "error"].iter().find_map(|name| error[*name].as_str()))
            .or_else(|| json::text(error, &["detail", "message"]))
            .unwrap_or_default();
        let code = error["code"].as_str().filter(|code| !code.is_empty());
        let kind = code
            .or_else(|| error["type"].as_str())
            .map(|kind| clean(kind, key))
            .filter(|kind| !kind.is_empty());
        let numbers = numbers(message);
        let refusal = Refusal {
            status: json::number(error, &["code"]).and_then(|code| u16::try_from(code).ok()).unwrap_or(0),
            message: clean(message, key),
            kind,
            request_id: json::text(value, &["request_id"]).map(|id| clean(id, key)),
            retry_after: None,
        };
        Self {
            host: host.to_owned(),
            prompt_tokens: json::number(error, &["n_prompt_tokens"]).or(numbers.0),
            context: json::number(error, &["n_ctx"]).or(numbers.1),
            spoken: error.is_object() || error.is_string(),
            refusal,
        }
    }

    /// What the server said, in a form that ends a sentence.
    pub(crate) fn reason(&self) -> String {
        match (&self.refusal.message, &self.refusal.kind) {
            (message, _) if !message.is_empty() => format!(": {}.", message.trim_end_matches(['.', ' '])),
            (_, Some(kind)) => format!(": {kind}."),
            _ => ".".to_owned(),
        }
    }

    /// The error, with its sentence.
    pub(crate) fn classify(self) -> Error {
        let (host, reason) = (&self.host, self.reason());
        let kind = self.refusal.kind.as_deref().unwrap_or_default();
        let status = self.refusal.status;
        if self.is_context(kind) {
            let message = match (self.prompt_tokens, self.context) {
                (Some(prompt), Some(context)) => {
                    format!(
                        "The conversation has {prompt} tokens; the model takes {context}. Shorten it or choose a larger context."
                    )
                }
                (None, Some(context)) => {
                    format!(
                        "The conversation is longer than the {context} tokens that the model takes. Shorten it or choose a larger context."
                    )
                }
                _ => format!("The conversation is longer than the model takes{reason}"),
            };
            return Error::ContextTooLong {
                message,
                prompt_tokens: self.prompt_tokens,
                context: self.context,
            };
        }
        if status == 402 || matches!(kind, "insufficient_quota" | "billing_error" | "billing_not_active") {
            return Error::Auth(format!("Your account at {host} has no credit left{reason}"));
        }
        match status {
            401 => Error::Auth(format!("{host} refused the key{reason} Check it and enter it again.")),
            403 => Error::Auth(format!("{host} doesn't allow this with your key{reason}")),
            404 if self.spoken => {
                Error::ModelNotFound(format!("{host} doesn't have what was asked for{reason}"))
            }
            404 => Error::BadReply(format!(
                "There is nothing at this address of {host} (404). Check the provider's address and its path."
            )),
            405 => Error::BadReply(format!(
                "{host} doesn't take such requests at this address (405). Check the provider's address and its path."
            )),
            429 => self.rate_limited(),
            400 | 409..=418 | 422 => Error::InvalidRequest(format!("{host} refused the request{reason}")),
            0 => match kind {
                "authentication_error" | "permission_error" | "invalid_api_key" => {
                    Error::Auth(format!("{host} refused the key{reason} Check it and enter it again."))
                }
                "not_found_error" | "model_not_found" => {
                    Error::ModelNotFound(format!("{host} doesn't have what was asked for{reason}"))
                }
                "invalid_request_error" | "invalid_prompt" => {
                    Error::InvalidRequest(format!("{host} refused the request{reason}"))
                }
                "rate_limit_error" | "rate_limit_exceeded" | "too_many_requests" => self.rate_limited(),
                _ => self.server(),
            },
            _ => self.server(),
        }
    }

    /// What a local engine says in its own words, where that tells more than the status.
    pub(crate) fn classify_local(self) -> Error {
        let text = self.refusal.message.as_str();
        let has = |words: &[&str]| words.iter().any(|word| text.contains(word));
        let engine = |code, message: String| Error::Engine { code, message };
        if has(&["must be of type", "invalid format", "does not support", "Multimodal data provided"]) {
            return Error::InvalidRequest(format!("The engine refused the request{}", self.reason()));
        }
        if has(&[
            "exceeds file size",
            "not in GGUF format",
            "invalid file magic",
            "unable to load model",
            "corrupt",
        ]) {
            return engine(ErrorCode::ModelDamaged, format!("The model's file is damaged{}", self.reason()));
        }
        if has(&["more system memory", "out of memory", "unable to allocate", "failed to allocate"]) {
            return engine(
                ErrorCode::OutOfMemory,
                format!(
                    "There isn't enough memory for this model{} Choose a smaller model or context.",
                    sentence(self.reason())
                ),
            );
        }
        let broken = text == "EOF"
            || has(&[
                "unexpected EOF",
                "runner process has terminated",
                "runner process no longer",
                "connection refused",
            ]);
        if broken && self.refusal.status != 400 {
            return engine(
                ErrorCode::EngineFailed,
                "The engine's model process ended unexpectedly. Ask again; if it happens again, try a smaller context or model."
                    .to_owned(),
            );
        }
        self.classify()
    }

    fn is_context(&self, kind: &str) -> bool {
        if matches!(
            kind,
            "context_length_exceeded" | "exceed_context_size_error" | "model_context_window_exceeded"
        ) {
            return true;
        }
        let text = self.refusal.message.to_ascii_lowercase();
        matches!(self.refusal.status, 0 | 400 | 413 | 422)
            && [
                "maximum context length",
                "context window",
                "prompt is too long",
                "input length exceeds",
                "available context size",
                "input is too long",
                "exceeds the context length",
                "maximum prompt length",
            ]
            .iter()
            .any(|phrase| text.contains(phrase))
    }

    fn rate_limited(&self) -> Error {
        let message = match self.refusal.retry_after {
            Some(after) => {
                format!("{} asks to wait {} seconds{}", self.host, after.as_secs_f32().ceil(), self.reason())
            }
            None => format!("{} asks to wait before the next request{}", self.host, self.reason()),
        };
        Error::RateLimited { message, retry_after: self.refusal.retry_after }
    }

    fn server(self) -> Error {
        let kind = self.refusal.kind.as_deref().unwrap_or_default();
        let message = if self.refusal.status == 529 || kind == "overloaded_error" {
            format!("{} is overloaded at the moment{}", self.host, self.reason())
        } else if self.refusal.status == 0 {
            format!("{} failed{}", self.host, self.reason())
        } else {
            format!("{} failed ({}){}", self.host, self.refusal.status, self.reason())
        };
        Error::Server { message, refusal: self.refusal }
    }
}
