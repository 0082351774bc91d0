//! What a run made, for the person who looks at it: the bytes of an image that a result names, and changes that are
//! applied to a folder which the run was given. Both stay inside of the run's own folders, as its steps do.

use std::{io::Read as _, sync::Arc};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use domain::{Actor, EffectClass, ErrorCode, RunId};
use futures_util::future::BoxFuture;
use pipeline::{Capability, Definition, Key};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use super::{
    RunApplied, RunApplyParams, RunFile, RunValueParams,
    blueprint::blueprint,
    roots::{Inside, Roots, unusable},
    run_views,
    runs::find,
    step::{Allowed, InnerAttempts, InnerBegun, InnerEnded, Paid, StepCall, StepError, Teller},
    steps, values,
};
use crate::{App, Error};

/// The largest image that is given, in bytes.
const LARGEST: u64 = 8 << 20;

/// The bytes of the image that a result names.
pub async fn file(app: App, actor: Actor, params: RunValueParams) -> Result<RunFile, Error> {
    let run = find(&app, actor, params.id).await?;
    let value = run_views::whole(&app, params).await?;
    let path = match &value {
        Value::String(path) => Some(path.as_str()),
        other => other["path"].as_str(),
    };
    let path = path.ok_or_else(|| Error::invalid("This result names no file."))?.to_owned();
    let blueprint = blueprint(&app, actor, &run.definition_hash).await?;
    let roots = Roots::of_run(&app, actor, run.id, &blueprint.definition, &Value::Null).await;
    let read = tokio::task::spawn_blocking(move || read(&roots.find(&path)?)).await;
    let read = read.map_err(|_| Error::new(ErrorCode::Interrupted, "Web+ is ending. Open the run again."))?;
    Ok(read?)
}

fn read(inside: &Inside) -> Result<RunFile, StepError> {
    let told = |error| unusable(&inside.path, &error);
    if inside.rest.as_os_str().is_empty() {
        return Err(told(std::io::ErrorKind::IsADirectory.into()));
    }
    let mut file = inside.dir.open(&inside.rest).map_err(told)?;
    // Anything else could be waited for without end.
    if !file.metadata().map_err(told)?.is_file() {
        return Err(StepError::invalid(format!("{} is not a file.", inside.path.display())));
    }
    let mut bytes = Vec::new();
    (&mut file).take(LARGEST + 1).read_to_end(&mut bytes).map_err(told)?;
    if bytes.len() as u64 > LARGEST {
        return Err(StepError::new(
            ErrorCode::TooLarge,
            format!("{} is larger than 8 MB. Open it with another program.", inside.path.display()),
        ));
    }
    let mime = kind_of(&bytes).ok_or_else(|| {
        StepError::invalid(format!("{} is no image that can be shown.", inside.path.display()))
    })?;
    Ok(RunFile { mime: mime.to_owned(), data: STANDARD.encode(&bytes) })
}

/// Bytes, and where in a file they stand.
type Mark = (usize, &'static [u8]);

/// What images begin with.
const MARKS: &[(&[Mark], &str)] = &[
    (&[(0, b"\x89PNG\r\n\x1a\n")], "image/png"),
    (&[(0, b"\xff\xd8\xff")], "image/jpeg"),
    (&[(0, b"GIF8")], "image/gif"),
    (&[(0, b"RIFF"), (8, b"WEBP")], "image/webp"),
    (&[(4, b"ftypavif")], "image/avif"),
    (&[(0, b"BM"), (6, b"\0\0\0\0")], "image/bmp"),
];

/// What the bytes are, whatever the file is called: nothing but images leaves here.
fn kind_of(bytes: &[u8]) -> Option<&'static str> {
    let has = |(at, mark): &Mark| bytes.get(*at..at + mark.len()) == Some(*mark);
    if let Some((_, mime)) = MARKS.iter().find(|(marks, _)| marks.iter().all(has)) {
        return Some(mime);
    }
    let start = String::from_utf8_lossy(bytes.get(..512.min(bytes.len())).unwrap_or_default());
    let start = start.trim_start_matches('\u{feff}').trim_start();
    let is_drawing = start.starts_with("<svg") || (start.starts_with("<?xml") && start.contains("<svg"));
    is_drawing.then_some("image/svg+xml")
}

/// Applies changes that a result holds to a folder which the run was given, or looks whether they would apply. Only while the
/// commit that they were made for is checked out there, where the run says which that was. Applied already counts as applied.
pub async fn apply(app: App, actor: Actor, params: RunApplyParams) -> Result<RunApplied, Error> {
    let run = find(&app, actor, params.id).await?;
    let RunApplyParams { id, scope, node, port, input, check } = params;
    let key = Key { scope, node };
    let value = RunValueParams { id, scope: key.scope.clone(), node: key.node.clone(), port };
    let Value::String(patch) = run_views::whole(&app, value).await? else {
        return Err(Error::invalid("This result is no diff."));
    };
    let blueprint = blueprint(&app, actor, &run.definition_hash).await?;
    let definition = &blueprint.definition;
    let folder = given(&app, id, definition, &input).await?;
    let base = base(&app, id, definition, &key).await?;
    let seat = blueprint.seat(&key.node).ok_or_else(|| Error::not_found("step"))?;
    let call = StepCall {
        app: app.clone(),
        actor,
        run: id,
        key,
        // None that is kept: this is nobody's attempt, it is the person's own deed.
        attempt: 0,
        node: Arc::clone(&seat.node),
        definition: Arc::clone(definition),
        input: Value::Null,
        context: json!({}),
        idempotency_key: String::new(),
        allowed: Allowed([Capability::Commands].into()),
        cancel: CancellationToken::new(),
        tell: Teller::default(),
        inner: Arc::new(Nothing),
    };
    let applied = steps::apply_patch(&call, &folder, &patch, base.as_deref(), check).await?;
    if !check {
        tracing::info!(run = %id, folder, files = applied.files.len(), "changes of a run were applied by hand");
    }
    Ok(RunApplied { folder, base, files: applied.files, already: applied.already })
}

/// The folder that an input of the run names.
async fn given(app: &App, run: RunId, definition: &Definition, input: &str) -> Result<String, Error> {
    let is_folder = definition.inputs.get(input).is_some_and(|input| input.kind == "dir");
    let row = app.store.read(move |conn| store::runs::get_whole(conn, run)).await?;
    let given = match row.input.get(input) {
        Some(stored) if is_folder => values::load(app, stored).await?,
        _ => Value::Null,
    };
    let none = || Error::invalid(format!("The run was given no folder as \"{input}\"."));
    given.as_str().filter(|path| !path.is_empty()).map(str::to_owned).ok_or_else(none)
}

/// The commit that changes were made for: what the step that made them says, else what all of the run's git steps agree on.
async fn base(app: &App, run: RunId, definition: &Definition, key: &Key) -> Result<Option<String>, Error> {
    let makes = |node: &pipeline::Node| {
        let op = node.config.get("op").and_then(Value::as_str);
        node.kind == "git" && matches!(op, Some("worktree" | "diff"))
    };
    let git: Vec<String> =
        definition.nodes.iter().filter(|node| makes(node)).map(|node| node.id.clone()).collect();
    let (own, at) = (git.contains(&key.node), key.clone());
    let found = app
        .store
        .read(move |conn| {
            if own {
                return Ok(vec![store::step_runs::result(conn, run, &at.scope, &at.node)?]);
            }
            git.iter().map(|node| store::step_runs::newest_result(conn, run, node)).collect()
        })
        .await?;
    let mut commits = Vec::new();
    for result in found.into_iter().flatten() {
        if let Some(stored) = result.get("commit")
            && let Value::String(commit) = values::load(app, stored).await?
        {
            commits.push(commit);
        }
    }
    commits.sort();
    commits.dedup();
    Ok(match commits.as_slice() {
        [commit] => Some(commit.clone()),
        _ => None,
    })
}

/// What nothing is inside of.
struct Nothing;

impl InnerAttempts for Nothing {
    fn begin(
        &self,
        _index: u32,
        _name: String,
        _effect: EffectClass,
        _input: Value,
    ) -> BoxFuture<'_, Result<InnerBegun, StepError>> {
        Box::pin(async { Err(StepError::invalid("Nothing can be done inside of this.")) })
    }

    fn ended(&self, _index: u32, _name: String) -> BoxFuture<'_, Result<Option<InnerEnded>, StepError>> {
        Box::pin(async { Ok(None) })
    }

    fn end(
        &self,
        _index: u32,
        _name: String,
        _result: Result<std::collections::BTreeMap<String, Value>, StepError>,
        _paid: Paid,
    ) -> BoxFuture<'_, Result<(), StepError>> {
        Box::pin(async { Ok(()) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_known_by_what_they_are_and_not_by_their_name() {
        assert_eq!(kind_of(b"\x89PNG\r\n\x1a\n\0\0"), Some("image/png"));
        assert_eq!(kind_of(b"RIFF\0\0\0\0WEBPVP8 "), Some("image/webp"));
        assert_eq!(kind_of(b"<?xml version=\"1.0\"?>\n<svg xmlns=\"\">"), Some("image/svg+xml"));
        for other in [&b"-----BEGIN OPENSSH PRIVATE KEY-----"[..], b"<!doctype html><svg>", b"", b"\x89PN"] {
            assert_eq!(kind_of(other), None, "{other:?}");
        }
    }
}
