//! The built page. Its files are public: they hold nothing of anybody's.

use axum::{
    http::{StatusCode, Uri, header},
    response::{IntoResponse, Response},
};
use rust_embed::RustEmbed;

#[derive(RustEmbed)]
#[folder = "../../../ui/dist"]
struct Page;

/// A file of the page; any other path is the page itself, whose router knows it.
pub(crate) async fn serve(uri: Uri) -> Response {
    let path = uri.path().trim_start_matches('/');
    if path.starts_with("api/") {
        return (StatusCode::NOT_FOUND, "There is no such address.").into_response();
    }
    if let Some(file) = Page::get(path) {
        let forever = path.starts_with("assets/");
        let cache = if forever { "public, max-age=31536000, immutable" } else { "no-cache" };
        return ([(header::CONTENT_TYPE, kind(path)), (header::CACHE_CONTROL, cache)], file.data)
            .into_response();
    }
    // A missing script must not be answered with a page.
    if path.contains('.') {
        return (StatusCode::NOT_FOUND, "There is no such file.").into_response();
    }
    match Page::get("index.html") {
        Some(page) => ([(header::CONTENT_TYPE, "text/html; charset=utf-8"), (header::CACHE_CONTROL, "no-cache")], page.data).into_response(),
        None => (
            StatusCode::SERVICE_UNAVAILABLE,
            "This build of Web+ has no page in it. Build the page first (npm run build in the folder ui), then build Web+ again. The API works.",
        )
            .into_response(),
    }
}

fn kind(path: &str) -> &'static str {
    match path.rsplit('.').next().unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "json" | "webmanifest" => "application/json",
        _ => "application/octet-stream",
    }
}
