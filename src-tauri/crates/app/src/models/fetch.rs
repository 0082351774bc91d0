//! A model's file at any address, got as a job: into the built-in engine, or by way of our own folder into an Ollama, which
//! itself gets models from registries only.

use domain::{Actor, ErrorCode, Job};
use engine::{DownloadOptions, DownloadProgress, FileAddress, library};
use llm::CreateRequest;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{create, download::EMBEDDED_LANE, hosts, limit::Limited, local, naming};
use crate::{
    App, Error,
    jobs::{self, Reporter},
};

/// The kind of such a job.
pub(crate) const FETCH: &str = "model.fetch";
/// The longest name that is made of a file's, in characters.
const LONGEST: usize = 80;

/// What the job is told.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Order {
    address: FileAddress,
    /// The Ollama that it is for, and its name there; the built-in engine where absent.
    #[serde(flatten)]
    into: Option<Place>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Place {
    host: String,
    name: String,
}

pub(super) async fn begin(app: &App, actor: Actor, address: FileAddress, target: &str) -> Result<Job, Error> {
    let title = address.file();
    let into = if target == engine::embedded::PROVIDER {
        None
    } else {
        let host = hosts::host(app, actor, target).await?;
        host.takes_models(app)?;
        // Said before anything is fetched.
        let to = naming::free(app, actor, &host, &named(&title)).await?;
        Some(Place { host: host.provider.slug, name: to.name().to_owned() })
    };
    let payload = serde_json::to_value(Order { address, into }).unwrap_or_default();
    let same = |known: &Value| known["address"] == payload["address"] && known["host"] == payload["host"];
    jobs::begin(app, actor, FETCH, title, payload.clone(), same).await
}

/// A name that Ollama takes, made of a file's: "My model (4B).gguf" becomes "my-model-4b".
pub fn named(file: &str) -> String {
    let stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
    let mut name = String::new();
    for letter in stem.chars().flat_map(char::to_lowercase) {
        match letter {
            'a'..='z' | '0'..='9' | '_' => name.push(letter),
            _ if name.is_empty() || name.ends_with(['-', '.']) => {}
            '.' => name.push('.'),
            _ => name.push('-'),
        }
    }
    name.truncate(LONGEST);
    let name = name.trim_end_matches(['-', '.']);
    if name.is_empty() { "model".to_owned() } else { name.to_owned() }
}

/// The lane of such a job.
pub(crate) fn lane_of_fetch(job: &Job) -> String {
    job.payload["host"].as_str().map_or_else(|| EMBEDDED_LANE.to_owned(), hosts::lane)
}

fn order(job: &Job) -> Result<Order, Error> {
    serde_json::from_value(job.payload.clone()).map_err(|error| {
        Error::new(
            ErrorCode::Internal,
            "This download was made by another version. Cancel it and start it again.",
        )
        .caused_by(error)
    })
}

/// Gets the file, checks it and hands it to its engine. Dropped, it keeps what came for the next time.
pub(crate) async fn run_fetch(
    app: &App,
    actor: Actor,
    job: &Job,
    reporter: &mut Reporter,
) -> Result<(), Error> {
    let Order { address, into } = order(job)?;
    let fetch = Limited::new(app, actor).await?;
    let options = DownloadOptions::default();
    let folder = app.models_dir();
    let Some(Place { host, name }) = into else {
        let told = |progress| tell(reporter, progress);
        let imported = engine::download_address(&fetch, &address, &folder, &options, told).await?;
        reporter.progress(imported.size, imported.size, None);
        // What stands behind "?" may be somebody's key.
        let origin = format!("{}/{}", address.host(), address.file());
        local::note(app, actor, imported, Some(origin)).await?;
        return Ok(());
    };
    let host = hosts::host(app, actor, &host).await?;
    host.takes_models(app)?;
    let to = naming::free(app, actor, &host, &name).await?;
    // It isn't in the lane of the built-in engine, whose folder may be moved meanwhile.
    let _stays = app.folder.stays.read().await;
    let told = |progress| tell(reporter, progress);
    let fetched = engine::fetch_address(&fetch, &address, &folder, &options, told).await?;
    let file = library::ImportFile { path: fetched.path, sha256: Some(fetched.sha256) };
    let request = CreateRequest { model: to.name().to_owned(), ..CreateRequest::default() };
    let import = library::OllamaImport { files: vec![file], request, ..library::OllamaImport::default() };
    let library = host.library(app, actor).await;
    let told = |phase| create::tell(reporter, phase);
    engine::import_into_ollama(&host.ollama, library.as_ref(), &import, told).await?;
    engine::download::discard_address(&address, &folder).await;
    app.models_changed(&host.provider.slug);
    Ok(())
}

fn tell(reporter: &mut Reporter, progress: DownloadProgress) {
    reporter.progress(progress.bytes, progress.total, Some(progress.bytes_per_second as f64));
}

/// Removes what an unfinished one left.
pub(crate) async fn discard_fetch(app: &App, job: &Job) {
    if let Ok(order) = order(job) {
        engine::download::discard_address(&order.address, &app.models_dir()).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_s_name_becomes_one_that_ollama_takes() {
        for (file, expected) in [
            ("My model (4B).gguf", "my-model-4b"),
            ("tiny-q4_0.GGUF", "tiny-q4_0"),
            ("..hidden.gguf", "hidden"),
            ("日本.gguf", "model"),
        ] {
            assert_eq!(named(file), expected, "{file}");
        }
    }
}
