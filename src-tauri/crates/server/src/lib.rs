//! The HTTP door: the built page for anybody on this computer, everything else for who has the token; and the owner's
//! socket, through which a second `webplus` command reaches the application that owns the data folder.
//!
//! A door parses, calls and serialises; it decides nothing about the application's things.

mod assets;
mod events;
mod guard;
mod hooks;
mod problem;
mod rpc;
#[cfg(unix)]
pub mod socket;
mod token;
mod upload;

pub use guard::CONTENT_SECURITY_POLICY;
pub use token::Token;

use std::{future::Future, net::SocketAddr, sync::Arc};

use app::App;
use axum::{
    Router,
    extract::DefaultBodyLimit,
    middleware,
    routing::{get, post},
};
use tokio::net::TcpListener;

/// The largest body of a call, in bytes; uploads are streamed and have their own limit.
pub const MAX_BODY: usize = 16 * 1024 * 1024;

/// What the routes share.
#[derive(Clone)]
pub(crate) struct Door {
    app: App,
}

/// Serves the page and the calls on a loopback listener until `shutdown` resolves.
pub async fn serve(
    app: App,
    listener: TcpListener,
    token: Token,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    let address = listener.local_addr()?;
    axum::serve(listener, router(app, address, token)).with_graceful_shutdown(shutdown).await
}

/// The routes, for a listener at that address.
pub fn router(app: App, address: SocketAddr, token: Token) -> Router {
    let guard = Arc::new(guard::Guard::new(address, token));
    let door = Door { app };
    calls()
        .merge(Router::new().fallback(get(assets::serve)))
        .layer(middleware::from_fn_with_state(guard, guard::check))
        .with_state(door)
}

fn calls() -> Router<Door> {
    Router::new()
        .route("/api/v1/rpc/{*method}", post(rpc::call).layer(DefaultBodyLimit::max(MAX_BODY)))
        .route("/api/v1/events", get(events::stream))
        .route("/api/v1/files", post(upload::receive).layer(DefaultBodyLimit::disable()))
        .route(
            "/hooks/{pipeline}/{trigger}",
            post(hooks::receive).layer(DefaultBodyLimit::max(app::pipelines::triggers::MAX_BODY)),
        )
}
