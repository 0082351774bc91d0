//! `webplus serve`: the page on this computer, until the command is stopped.

use std::{process::ExitCode, time::Duration};

use app::{App, AppOptions};
use serde_json::json;
use server::Token;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::{arguments::Serve, failure::Failure, output::Output};

/// How long replies under way may take once everything else has ended: the shutdown itself, and a little.
const LAST_REPLIES: Duration = Duration::from_secs(8);

pub(crate) async fn run(options: AppOptions, serve: &Serve, output: &Output) -> Result<ExitCode, Failure> {
    let data_dir = options.data_dir.clone();
    let app = App::open(options).await.map_err(app::Error::from)?;
    let token = Token::generate()?;
    let listener = TcpListener::bind(("127.0.0.1", serve.port)).await.map_err(|error| {
        Failure::new(format!(
            "Port {} on 127.0.0.1 can't be used: {error}. Choose another with --port.",
            serve.port
        ))
    })?;
    let url = format!("http://{}", listener.local_addr()?);
    let closing = CancellationToken::new();
    if let Some(sentence) = app.database_notice() {
        output.aside(&sentence);
    }
    listen_to_commands(&app, &data_dir, &closing);
    // The line is for programs, with or without --json; the address for a person goes to stderr.
    let told = Output::new(true);
    told.json(&json!({ "url": url, "token": token.expose() }))?;
    output.aside(&format!("Open {url}/#token={}", token.expose()));
    let stop = closing.clone();
    let serving = server::serve(app.clone(), listener, token, async move { stop.cancelled().await });
    tokio::pin!(serving);
    let stopped = tokio::select! {
        result = &mut serving => Some(result),
        () = app::asked_to_end() => None,
    };
    // First the answers that run are kept and the streams ended; then connections close by themselves, soon or not at all.
    let end = async {
        app.shutdown().await;
        closing.cancel();
    };
    let result = match stopped {
        Some(result) => {
            end.await;
            result
        }
        None => tokio::join!(end, tokio::time::timeout(LAST_REPLIES, &mut serving)).1.unwrap_or(Ok(())),
    };
    result.map_err(|error| Failure::new(format!("Serving the page failed: {error}.")))?;
    Ok(ExitCode::SUCCESS)
}

#[cfg(unix)]
fn listen_to_commands(app: &App, data_dir: &std::path::Path, closing: &CancellationToken) {
    let (ours, folder, closing) = (app.clone(), data_dir.to_owned(), closing.clone());
    app.tasks.spawn("owner-socket", |shutdown| async move {
        let end = async move {
            tokio::select! { () = shutdown.cancelled() => {}, () = closing.cancelled() => {} }
        };
        if let Err(error) = server::socket::serve(ours, &folder, end).await {
            tracing::error!(%error, "other webplus commands can't reach this one");
        }
    });
}

#[cfg(not(unix))]
fn listen_to_commands(_app: &App, _data_dir: &std::path::Path, _closing: &CancellationToken) {}
