//! Values on their way into rows and out of them: small ones as they are, large ones as files.

use std::{collections::BTreeMap, path::PathBuf, sync::Arc, time::Duration};

use domain::{ErrorCode, StoredValue};
use serde_json::Value;
use store::runs::Values;

use super::blobs;
use crate::{App, Error};

/// Up to so many bytes of JSON stand in the row itself.
pub(crate) const INLINE: usize = 64 * 1024;
/// The most bytes of one port's value.
pub(crate) const MAX_VALUE: usize = 64 * 1024 * 1024;
/// The most bytes of all that one step's expressions see.
pub(crate) const MAX_CONTEXT: u64 = 8 * 1024 * 1024;

/// Before each try to write again what a full or failing disk refused.
const AGAIN: Duration = Duration::from_millis(500);

/// What a full or failing disk means to who keeps a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum OnFull {
    /// It is told at once: somebody asked and can ask again.
    Refuse,
    /// It is waited for, as it is with rows: what was computed, and paid for, isn't given up. Where the application ends
    /// meanwhile this never comes back, so that nothing of the turn is written, as after a crash.
    Wait,
}

/// Keeps values by name. What is too large is refused by its name.
pub(crate) async fn keep(
    app: &App,
    values: BTreeMap<String, Value>,
    on_full: OnFull,
) -> Result<Values, Error> {
    let mut kept = Values::new();
    for (name, value) in values {
        let stored = keep_one(app, &name, value, on_full).await?;
        kept.insert(name, stored);
    }
    Ok(kept)
}

/// Keeps one value.
pub(crate) async fn keep_one(
    app: &App,
    name: &str,
    value: Value,
    on_full: OnFull,
) -> Result<StoredValue, Error> {
    // Most are small, and then their text is made once only, in the row.
    if roughly(&value, INLINE / 2) < INLINE / 2 {
        return Ok(StoredValue::Inline { value });
    }
    let bytes = serde_json::to_vec(&value).map_err(|error| {
        Error::new(ErrorCode::Internal, format!("The value of {name} can't be written as JSON."))
            .caused_by(error)
    })?;
    if bytes.len() <= INLINE {
        return Ok(StoredValue::Inline { value });
    }
    keep_bytes(app, name, bytes, on_full).await
}

/// Keeps a value that is JSON already.
pub(crate) async fn keep_bytes(
    app: &App,
    name: &str,
    bytes: Vec<u8>,
    on_full: OnFull,
) -> Result<StoredValue, Error> {
    if bytes.len() > MAX_VALUE {
        return Err(Error::new(
            ErrorCode::ValueTooLarge,
            format!(
                "The value of {name} has {} MiB; at most {} MiB are kept. Make it smaller, or write it to a file and hand on its path.",
                bytes.len() / (1024 * 1024),
                MAX_VALUE / (1024 * 1024)
            ),
        ));
    }
    let size = bytes.len() as u64;
    let (bytes, mut held) = (Arc::new(bytes), false);
    loop {
        let (data, of_task, bytes) = (data(app), app.clone(), Arc::clone(&bytes));
        let first = !std::mem::replace(&mut held, true);
        let work = move || {
            // Held from before it is looked for until its row is written: nobody may remove it in between.
            if first {
                of_task.pipelines.in_flight.hold(&blobs::hash(&bytes));
            }
            blobs::write(&data, &bytes)
        };
        let written = tokio::task::spawn_blocking(work).await;
        let written = written.map_err(|error| {
            Error::new(ErrorCode::Internal, "A value could not be kept.").caused_by(error)
        })?;
        match written.map_err(store::Error::from) {
            Ok(hash) => return Ok(StoredValue::Blob { hash, size }),
            Err(error @ (store::Error::DiskFull | store::Error::Disk(_))) if on_full == OnFull::Wait => {
                tracing::warn!(%error, name, "a value can't be saved; it is tried again");
                tokio::time::sleep(AGAIN).await;
                if app.tasks.ending() {
                    return std::future::pending().await;
                }
            }
            Err(error) => return Err(error.into()),
        }
    }
}

/// The value itself.
pub(crate) async fn load(app: &App, stored: &StoredValue) -> Result<Value, Error> {
    match stored {
        StoredValue::Inline { value } => Ok(value.clone()),
        StoredValue::Blob { hash, .. } => {
            let (data, name) = (data(app), hash.clone());
            let bytes = tokio::task::spawn_blocking(move || blobs::read(&data, &name)).await;
            let value = bytes.ok().and_then(Result::ok).and_then(|bytes| serde_json::from_slice(&bytes).ok());
            value.ok_or_else(|| {
                Error::new(
                    ErrorCode::DatabaseDamaged,
                    "A large value of this run is missing from the data folder. Run the pipeline again.",
                )
            })
        }
    }
}

/// Bytes as JSON, roughly for what stands inline.
pub(crate) fn size(stored: &StoredValue) -> u64 {
    match stored {
        StoredValue::Inline { value } => roughly(value, MAX_VALUE) as u64,
        StoredValue::Blob { size, .. } => *size,
    }
}

/// The hashes of the files among these.
pub(crate) fn blobs_of(values: &Values) -> impl Iterator<Item = &String> {
    values.values().filter_map(|value| match value {
        StoredValue::Blob { hash, .. } => Some(hash),
        StoredValue::Inline { .. } => None,
    })
}

fn data(app: &App) -> PathBuf {
    app.store.folder().to_owned()
}

/// About how many bytes the value has as JSON; stops counting beyond `enough`.
pub(crate) fn roughly(value: &Value, enough: usize) -> usize {
    match value {
        Value::Null | Value::Bool(_) => 5,
        Value::Number(_) => 12,
        Value::String(text) => text.len() + 2,
        Value::Array(items) => {
            let mut sum = 2;
            for item in items {
                sum += 1 + roughly(item, enough);
                if sum > enough {
                    break;
                }
            }
            sum
        }
        Value::Object(map) => {
            let mut sum = 2;
            for (key, item) in map {
                sum += key.len() + 4 + roughly(item, enough);
                if sum > enough {
                    break;
                }
            }
            sum
        }
    }
}
