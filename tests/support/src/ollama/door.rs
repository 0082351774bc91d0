//! Who may come in: the rules about `Host` and `Origin`, and which methods a path has.

use std::{
    io,
    net::{IpAddr, SocketAddr},
};

use super::{
    http::{Head, Output},
    server::Engine,
};

const HEADERS: &str = "Authorization,Content-Type,User-Agent,Accept,X-Requested-With,Openai-Beta,X-Stainless-Arch,X-Stainless-Async,X-Stainless-Custom-Poll-Interval,X-Stainless-Helper-Method,X-Stainless-Lang,X-Stainless-Os,X-Stainless-Package-Version,X-Stainless-Poll-Helper,X-Stainless-Retry-Count,X-Stainless-Runtime,X-Stainless-Runtime-Version,X-Stainless-Timeout";

/// Whether a request may go on; where not, it was answered.
pub(super) async fn let_in(
    engine: &Engine,
    head: &Head,
    local: SocketAddr,
    output: &mut Output,
) -> io::Result<bool> {
    if let Some(origin) = head.header("origin") {
        if !origin_may(origin, &engine.settings.origins) {
            output.send(403, None, b"").await?;
            return Ok(false);
        }
        let mut add = |name: &str, value: &str| output.extra.push((name.to_owned(), value.to_owned()));
        add("Access-Control-Allow-Origin", origin);
        add("Vary", "Origin");
        if head.method == "OPTIONS" {
            add("Access-Control-Allow-Headers", HEADERS);
            add("Access-Control-Allow-Methods", "GET,POST,PUT,PATCH,DELETE,HEAD,OPTIONS");
            add("Access-Control-Max-Age", "43200");
            add("Allow", methods(&head.path));
            add("Vary", "Access-Control-Request-Method");
            add("Vary", "Access-Control-Request-Headers");
            output.empty(204).await?;
            return Ok(false);
        }
    }
    if local.ip().is_loopback() && !host_may(head.header("host").unwrap_or_default()) {
        output.send(403, None, b"").await?;
        return Ok(false);
    }
    Ok(true)
}

fn origin_may(origin: &str, more: &[String]) -> bool {
    let Some((scheme, rest)) = origin.split_once("://") else { return false };
    if ["app", "file", "tauri", "vscode-webview", "vscode-file"].contains(&scheme) {
        return true;
    }
    let host = rest.split(':').next().unwrap_or_default();
    let ours = ["http", "https"].contains(&scheme) && ["localhost", "127.0.0.1", "0.0.0.0"].contains(&host);
    let matches = |pattern: &String| match pattern.split_once('*') {
        Some((before, after)) => {
            origin.len() >= before.len() + after.len()
                && origin.starts_with(before)
                && origin.ends_with(after)
        }
        None => pattern == origin,
    };
    ours || more.iter().any(matches)
}

fn host_may(host: &str) -> bool {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    };
    let name = name.trim_start_matches('[').trim_end_matches(']').to_ascii_lowercase();
    let local = |ip: IpAddr| match ip {
        IpAddr::V4(ip) => ip.is_loopback() || ip.is_private() || ip.is_unspecified(),
        IpAddr::V6(ip) => ip.is_loopback() || ip.is_unspecified(),
    };
    name.is_empty()
        || name == "localhost"
        || name.parse().is_ok_and(local)
        || name.rsplit_once('.').is_some_and(|(_, last)| ["localhost", "local", "internal"].contains(&last))
}

/// The methods of a path, as the header `Allow` lists them; empty where there is no such path.
pub(super) fn methods(path: &str) -> &'static str {
    match path {
        "/" | "/api/version" | "/api/tags" => "HEAD, GET",
        "/api/ps" | "/api/status" | "/api/experimental/model-recommendations" | "/v1/models" => "GET",
        "/api/blobs/:digest" => "POST, HEAD",
        "/api/delete" => "DELETE",
        "/api/me"
        | "/api/push"
        | "/api/show"
        | "/api/chat"
        | "/api/generate"
        | "/api/embed"
        | "/api/embeddings"
        | "/api/pull"
        | "/api/create"
        | "/api/copy"
        | "/v1/chat/completions"
        | "/v1/messages"
        | "/v1/responses" => "POST",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_of_this_computer_come_in() {
        assert!(
            ["", "localhost:1", "127.0.0.1:11434", "[::1]:1", "printer.local"]
                .iter()
                .all(|host| host_may(host))
        );
        assert!(
            ["evil.example:11434", "8.8.8.8", "localhost.evil.example"].iter().all(|host| !host_may(host))
        );
    }

    #[test]
    fn only_pages_of_this_computer_come_in() {
        let none = [];
        assert!(origin_may("tauri://localhost", &none) && origin_may("http://localhost:5173", &none));
        assert!(!origin_may("null", &none) && !origin_may("http://tauri.localhost", &none));
        assert!(origin_may("http://tauri.localhost", &["http://tauri.*".to_owned()]));
    }
}
