//! Models at a hub: searched, their files listed with what fits this machine, and references by hand made into one file.

mod reference;

pub(super) use reference::{address, as_ollama_names, is_model, source};

use domain::{Actor, ErrorCode, Timestamp};
use engine::{Fit, Machine, Room, hardware::fits_bytes};
use llm::HttpCall;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use ts_rs::TS;

use super::download;
use crate::{App, Error};

/// The most repositories of one search.
const MOST_FOUND: usize = 40;
/// The most files of one repository.
const MOST_FILES: usize = 500;

/// What to look for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct HubSearchParams {
    /// Words; 1 to 200 characters.
    pub query: String,
}

/// Which repository.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct HubFilesParams {
    /// "owner/name".
    pub repository: String,
}

/// A repository with models in the format that engines here read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(optional_fields)]
pub struct HubRepository {
    /// "owner/name".
    pub repository: String,
    /// How often it was downloaded lately.
    #[ts(type = "number")]
    pub downloads: u64,
    /// How many people like it.
    #[ts(type = "number")]
    pub likes: u64,
    /// Whether its maker must let you in first.
    pub gated: bool,
    /// The day on which it last changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub updated_at: Option<Timestamp>,
}

/// A model's file in a repository.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(optional_fields)]
pub struct HubFile {
    /// Its path there; the first part's where it is split.
    pub file: String,
    /// Bytes of all its parts.
    #[ts(type = "number")]
    pub size: u64,
    /// "Q4_K_M" and the like, from its name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quantization: Option<String>,
    /// Whether it fits this machine.
    pub fits: Fit,
    /// In how many files it is.
    pub parts: u32,
    /// Whether it only makes images into tokens for another model.
    pub projector: bool,
}

/// The most downloaded repositories that fit the words.
pub(super) async fn search(
    app: &App,
    actor: Actor,
    params: HubSearchParams,
) -> Result<Vec<HubRepository>, Error> {
    let query = params.query.trim();
    if query.is_empty() || query.chars().count() > 200 {
        return Err(Error::invalid("Enter what to look for: a word or a few, at most 200 characters."));
    }
    let words: String = url::form_urlencoded::byte_serialize(query.as_bytes()).collect();
    let path =
        format!("/api/models?search={words}&filter=gguf&sort=downloads&direction=-1&limit={MOST_FOUND}");
    let found = ask(app, actor, &path).await?;
    let rows = found.as_array().ok_or_else(no_list)?;
    Ok(rows.iter().filter_map(repository).take(MOST_FOUND).collect())
}

fn repository(row: &Value) -> Option<HubRepository> {
    let id = row["id"].as_str().or_else(|| row["modelId"].as_str())?;
    Some(HubRepository {
        repository: reference::repository(id)?.to_owned(),
        downloads: row["downloads"].as_u64().unwrap_or(0),
        likes: row["likes"].as_u64().unwrap_or(0),
        // "auto" and "manual" both mean that one has to ask.
        gated: !matches!(row["gated"], Value::Null | Value::Bool(false)),
        updated_at: row["lastModified"].as_str().and_then(day),
    })
}

/// The day of "2026-11-20T…".
fn day(text: &str) -> Option<Timestamp> {
    let number = |from: usize, to: usize| text.get(from..to)?.parse::<i64>().ok();
    let (year, month, day) = (number(0, 4)?, number(5, 7)?, number(8, 10)?);
    if !(1970..=9999).contains(&year) || !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    // Years are counted from March, so that the odd day is the last one.
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let days = 365 * year + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + day - 1 - 719_468;
    Some(Timestamp::from_millis(days * 86_400_000))
}

/// The models' files of a repository, the smallest first.
pub(super) async fn files(app: &App, actor: Actor, params: HubFilesParams) -> Result<Vec<HubFile>, Error> {
    let repository = reference::repository(params.repository.trim())
        .ok_or_else(|| Error::invalid("That is not a repository at a hub. Write it as owner/name."))?;
    let found = ask(app, actor, &format!("/api/models/{repository}?blobs=true")).await?;
    let rows = found["siblings"].as_array().ok_or_else(no_list)?;
    let machine = tokio::task::spawn_blocking(Machine::measure).await.ok();
    let mut files = grouped(rows);
    for file in &mut files {
        if let Some(machine) = &machine {
            file.fits = fits(file.size, &Room::at_best(machine));
        }
    }
    Ok(files)
}

/// The weights and a usual conversation: the file's own size says more of it than any number of parameters.
fn fits(size: u64, room: &Room) -> Fit {
    if size == 0 {
        return Fit::Unknown;
    }
    fits_bytes(size.saturating_add(size / 6).saturating_add(512 << 20), room)
}

/// Parts of a split model together.
fn grouped(rows: &[Value]) -> Vec<HubFile> {
    let mut files: Vec<HubFile> = Vec::new();
    let named = rows.iter().filter_map(|row| Some((row["rfilename"].as_str()?, row)));
    for (file, row) in named.filter(|(file, _)| reference::is_model(file)).take(MOST_FILES) {
        let size = row["lfs"]["size"].as_u64().or_else(|| row["size"].as_u64()).unwrap_or(0);
        let split = reference::split(file);
        if let Some((part, parts)) = split.filter(|(part, _)| *part > 1) {
            let first = file.replace(&format!("-{part:05}-of-"), "-00001-of-");
            if let Some(known) = files.iter_mut().find(|known| known.file == first && known.parts == parts) {
                known.size = known.size.saturating_add(size);
            }
            continue;
        }
        files.push(HubFile {
            file: file.to_owned(),
            size,
            quantization: reference::quantization(file),
            fits: Fit::Unknown,
            parts: split.map_or(1, |(_, parts)| parts),
            projector: file.to_ascii_lowercase().contains("mmproj"),
        });
    }
    files.sort_by(|a, b| (a.projector, a.size, &a.file).cmp(&(b.projector, b.size, &b.file)));
    files
}

async fn ask(app: &App, actor: Actor, path: &str) -> Result<Value, Error> {
    let hub = download::hub(app, actor).await?;
    let name = hub.split("//").nth(1).unwrap_or("The hub").to_owned();
    let mut reply = app.http.open(HttpCall::get(&hub, path)?).await?;
    let status = reply.status();
    let (code, sentence) = match status {
        _ if reply.is_success() => {
            let body = reply.whole(app.http.options()).await?;
            return serde_json::from_slice(&body).map_err(|error| no_list().caused_by(error));
        }
        400 | 404 => (
            ErrorCode::NotFound,
            format!("{name} has no such repository. Check its name, written owner/name."),
        ),
        // It says so too of a repository that isn't there.
        401 | 403 => (
            ErrorCode::ProviderAuth,
            format!(
                "{name} doesn't show this repository: it isn't there, or its maker must let you in first. Choose another one."
            ),
        ),
        429 => (ErrorCode::RateLimited, format!("{name} asks to wait. Try again in a few minutes.")),
        _ => (ErrorCode::ProviderFailed, format!("{name} answered with status {status}. Try again later.")),
    };
    Err(Error::new(code, sentence))
}

fn no_list() -> Error {
    Error::new(
        ErrorCode::ProviderBadReply,
        "What answers at the hub's address isn't a hub of models. Check the address in the settings.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn parts_of_a_split_model_are_one_and_projectors_come_last() {
        let row = |name: &str, size: u64| json!({"rfilename": name, "size": size});
        let rows = [
            row("README.md", 1),
            row("mmproj-F16.gguf", 5),
            row("x-Q8_0-00001-of-00002.gguf", 50),
            row("x-Q8_0-00002-of-00002.gguf", 40),
            json!({"rfilename": "x-Q4_K_M.gguf", "size": 130, "lfs": {"size": 60}}),
        ];
        let files = grouped(&rows);
        let seen: Vec<_> = files.iter().map(|file| (file.file.as_str(), file.size, file.parts)).collect();
        assert_eq!(
            seen,
            [("x-Q4_K_M.gguf", 60, 1), ("x-Q8_0-00001-of-00002.gguf", 90, 2), ("mmproj-F16.gguf", 5, 1)]
        );
        assert_eq!(files.first().and_then(|file| file.quantization.as_deref()), Some("Q4_K_M"));
    }

    #[test]
    fn a_day_is_read_from_a_time() {
        assert_eq!(day("2024-02-29T12:00:00.000Z").map(Timestamp::millis), Some(1_709_164_800_000));
        assert_eq!(day("soon"), None);
    }
}
