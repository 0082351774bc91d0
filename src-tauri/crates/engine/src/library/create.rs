//! Making a model in an Ollama, of another one or of blobs that are there, with sentences for what it refuses.

use domain::ErrorCode;
use futures_util::StreamExt;
use llm::{CreateRequest, Error, Ollama, OllamaProgress};

use super::Reference;
use crate::failure::failure;

/// Makes a model of another one or of blobs that are there. A `from` that isn't there is refused before anything is sent: the
/// engine would look for it at the registry. `on_step` is told the engine's own words.
pub async fn create_in_ollama(
    ollama: &Ollama,
    request: &CreateRequest,
    on_step: impl FnMut(String) + Send,
) -> Result<(), Error> {
    Reference::parse(&request.model)?;
    check_from(ollama, request.from.as_deref()).await?;
    make(ollama, request, on_step).await
}

pub(super) async fn check_from(ollama: &Ollama, from: Option<&str>) -> Result<(), Error> {
    let Some(from) = from else { return Ok(()) };
    let name = Reference::parse(from)?.short();
    match ollama.show_whole(&name).await {
        Ok(_) => Ok(()),
        Err(Error::ModelNotFound(_)) => Err(Error::ModelNotFound(format!(
            "There is no whole model {name} here to begin from. Pull or repair it first, or choose another one."
        ))),
        Err(error) => Err(error),
    }
}

pub(super) async fn make(
    ollama: &Ollama,
    request: &CreateRequest,
    mut on_step: impl FnMut(String) + Send,
) -> Result<(), Error> {
    let mut lines = ollama.create(request);
    while let Some(line) = lines.next().await {
        match line.map_err(|error| refused(error, &request.model))? {
            OllamaProgress::Step(words) => on_step(words),
            OllamaProgress::Verifying => on_step("verifying".to_owned()),
            OllamaProgress::Success => return Ok(()),
            OllamaProgress::Manifest | OllamaProgress::Layer { .. } => {}
        }
    }
    Err(Error::Interrupted(format!("The engine ended before {} was made. Try again.", request.model)))
}

/// What the engine says about a model that it can't make.
fn refused(error: Error, name: &str) -> Error {
    match error {
        // A bare "unexpected EOF" is the file's here, not a model process'.
        Error::Engine { code: ErrorCode::EngineFailed, .. } => failure(
            ErrorCode::ModelDamaged,
            format!("{name} could not be made: its file ends too early. Get the file again."),
        ),
        Error::Server { refusal, .. } if refusal.message.contains("quantization is only supported") => {
            Error::InvalidRequest(format!(
                "{name} could not be made: only a model in full precision (F16, BF16 or F32) can be quantised. Begin from such a one, or leave quantising out."
            ))
        }
        Error::Server { refusal, .. } if refusal.message.contains("no space left") => failure(
            ErrorCode::DiskFull,
            format!("The disk is full: {name} could not be made. Free some space and try again."),
        ),
        Error::Server { refusal, .. } => failure(
            ErrorCode::ProviderFailed,
            format!("{name} could not be made. The engine said: {}.", refusal.message.trim_end_matches('.')),
        ),
        other => other,
    }
}
