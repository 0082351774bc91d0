//! The HTTP door under attack: every replay is bytes on a socket.

use std::{net::SocketAddr, time::Duration};

use serde_json::{Value, json};
use tokio::{io::AsyncWriteExt as _, net::TcpStream};
use webplus_tests::{
    TestApp,
    raw::{self, Answer},
};

/// A request in the making: what a well-behaved client sends, to be spoilt.
struct Request {
    line: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Request {
    /// A good call of a method that changes something.
    fn call(app: &TestApp, method: &str, params: &Value) -> Self {
        let body = params.to_string().into_bytes();
        let request = Self { line: format!("POST /api/v1/rpc/{method} HTTP/1.1"), headers: Vec::new(), body };
        request
            .with("host", &app.address.to_string())
            .with("authorization", &format!("Bearer {}", app.token))
            .with("content-type", "application/json")
    }

    /// The write that no attack may get done.
    fn write(app: &TestApp) -> Self {
        Self::call(app, "conversation/create", &json!({"title": "attack"}))
    }

    fn get(app: &TestApp, target: &str) -> Self {
        let request = Self { line: format!("GET {target} HTTP/1.1"), headers: Vec::new(), body: Vec::new() };
        request.with("host", &app.address.to_string())
    }

    fn line(mut self, line: &str) -> Self {
        line.clone_into(&mut self.line);
        self
    }

    fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    fn without(mut self, name: &str) -> Self {
        self.headers.retain(|(found, _)| found != name);
        self
    }

    fn instead(self, name: &str, value: &str) -> Self {
        self.without(name).with(name, value)
    }

    fn head(&self) -> String {
        let headers = self.headers.iter().map(|(name, value)| format!("{name}: {value}\r\n"));
        format!("{}\r\n{}", self.line, headers.collect::<String>())
    }

    fn bytes(&self) -> Vec<u8> {
        let length = self.body.len();
        let mut bytes =
            format!("{}connection: close\r\ncontent-length: {length}\r\n\r\n", self.head()).into_bytes();
        bytes.extend(&self.body);
        bytes
    }

    async fn send(&self, address: SocketAddr) -> Answer {
        raw::send(address, &self.bytes()).await
    }
}

/// The headers that stand on everything, and those that stand on nothing.
fn check_headers(answer: &Answer, what: &str) {
    let policy = answer.header("content-security-policy").unwrap_or_else(|| panic!("{what}: no policy"));
    assert!(policy.starts_with("default-src 'none';"), "{what}");
    for loose in ["*", "unsafe", "http:", "https:"] {
        assert!(!policy.contains(loose), "{what}: {policy}");
    }
    assert_eq!(answer.header("x-content-type-options"), Some("nosniff"), "{what}");
    assert_eq!(answer.header("x-frame-options"), Some("DENY"), "{what}");
    assert_eq!(answer.header("referrer-policy"), Some("no-referrer"), "{what}");
    for (name, _) in &answer.headers {
        assert!(!name.starts_with("access-control-") && name != "set-cookie", "{what}: {name}");
    }
}

async fn conversations(app: &TestApp) -> usize {
    app.call("conversation/list", json!({})).await["items"].as_array().unwrap().len()
}

/// Sends it and asserts that it was refused with the status, with all headers, and that nothing was done.
async fn refused(app: &TestApp, what: &str, request: Request, status: u16) -> Answer {
    let answer = request.send(app.address).await;
    assert_eq!(answer.status, status, "{what}: {answer:?}");
    check_headers(&answer, what);
    assert_eq!(conversations(app).await, 0, "{what}: it was done");
    answer
}

#[tokio::test]
async fn a_good_call_is_answered() {
    let app = TestApp::start().await;
    let answer = Request::write(&app).send(app.address).await;
    assert_eq!((answer.status, conversations(&app).await), (200, 1));
    check_headers(&answer, "a good call");
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    let port = app.address.port();
    for (host, origin) in
        [("localhost", "http://localhost"), ("[::1]", "http://[::1]"), ("127.0.0.1", "http://127.0.0.1")]
    {
        let request = Request::write(&app)
            .instead("host", &format!("{host}:{port}"))
            .with("origin", &format!("{origin}:{port}"))
            .with("sec-fetch-site", "same-origin")
            .instead("content-type", "Application/JSON; charset=utf-8");
        assert_eq!(request.send(app.address).await.status, 200, "{host}");
    }
    app.finish().await;
}

#[tokio::test]
async fn a_name_that_was_made_to_point_here_is_refused() {
    let app = TestApp::start().await;
    let port = app.address.port();
    let foreign = [
        format!("evil.example:{port}"),
        "evil.example".to_owned(),
        format!("localhost.evil.example:{port}"),
        format!("127.0.0.1.evil.example:{port}"),
        format!("evil-localhost:{port}"),
        format!("x.localhost:{port}"),
        format!("localhost.:{port}"),
        format!("web.local:{port}"),
        format!("web.internal:{port}"),
        format!("0.0.0.0:{port}"),
        format!("127.1:{port}"),
        format!("2130706433:{port}"),
        format!("[::ffff:127.0.0.1]:{port}"),
        format!("user@localhost:{port}"),
        format!("localhost:{}", port.wrapping_add(1)),
        "localhost".to_owned(),
        "127.0.0.1".to_owned(),
        format!(":{port}"),
        String::new(),
    ];
    for host in &foreign {
        refused(&app, &format!("host {host:?}"), Request::write(&app).instead("host", host), 421).await;
        let page = Request::get(&app, "/").instead("host", host).send(app.address).await;
        assert_eq!(page.status, 421, "the page under {host:?}");
    }
    let none = Request::write(&app).without("host").send(app.address).await;
    assert!(matches!(none.status, 400 | 421), "no host: {none:?}");
    let ours = app.address.to_string();
    for pair in [["evil.example", &ours], [&ours, "evil.example"]] {
        let two = Request::write(&app).without("host").with("host", pair[0]).with("host", pair[1]);
        let answer = two.send(app.address).await;
        assert!(matches!(answer.status, 400 | 421), "two hosts: {answer:?}");
    }
    assert_eq!(conversations(&app).await, 0);
    app.finish().await;
}

#[tokio::test]
async fn a_whole_address_as_target_must_be_ours_too() {
    let app = TestApp::start().await;
    for target in [
        "http://evil.example/api/v1/rpc/conversation/create",
        "https://evil.example:443/api/v1/rpc/conversation/create",
    ] {
        let request = Request::write(&app).line(&format!("POST {target} HTTP/1.1"));
        refused(&app, target, request, 421).await;
        let both =
            Request::write(&app).line(&format!("POST {target} HTTP/1.1")).instead("host", "evil.example");
        refused(&app, target, both, 421).await;
    }
    let ours = format!("POST http://{}/api/v1/rpc/conversation/create HTTP/1.1", app.address);
    assert_eq!(Request::write(&app).line(&ours).send(app.address).await.status, 200);
    app.finish().await;
}

#[tokio::test]
async fn a_page_of_another_site_is_refused_even_with_the_token() {
    let app = TestApp::start().await;
    let port = app.address.port();
    for origin in [
        "http://evil.example".to_owned(),
        format!("http://evil.example:{port}"),
        "null".to_owned(),
        format!("http://localhost:{}", port.wrapping_add(1)),
        "http://localhost".to_owned(),
        format!("https://localhost:{port}"),
        format!("http://localhost.evil.example:{port}"),
        "file://".to_owned(),
        "app://localhost".to_owned(),
        "tauri://localhost".to_owned(),
        String::new(),
    ] {
        refused(&app, &format!("origin {origin:?}"), Request::write(&app).with("origin", &origin), 403).await;
        let read = Request::get(&app, "/api/v1/events")
            .with("origin", &origin)
            .with("authorization", &format!("Bearer {}", app.token));
        assert_eq!(read.send(app.address).await.status, 403, "reading with origin {origin:?}");
    }
    for site in ["cross-site", "same-site", "nonsense"] {
        refused(&app, site, Request::write(&app).with("sec-fetch-site", site), 403).await;
    }
    app.finish().await;
}

#[tokio::test]
async fn what_a_form_can_send_is_not_executed() {
    let app = TestApp::start().await;
    for kind in [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/jsonp",
        "text/plain; application/json",
        "",
    ] {
        refused(&app, kind, Request::write(&app).instead("content-type", kind), 415).await;
        // As a form really sends it: without the token.
        let simple = Request::write(&app).instead("content-type", kind).without("authorization");
        refused(&app, kind, simple, 401).await;
    }
    refused(&app, "no kind", Request::write(&app).without("content-type"), 415).await;
    let two = Request::write(&app).with("content-type", "text/plain");
    refused(&app, "two kinds", two, 415).await;
    app.finish().await;
}

#[tokio::test]
async fn without_the_token_every_refusal_is_the_same() {
    let app = TestApp::start().await;
    let token = app.token.clone();
    let spoilt = |value: &str| Request::write(&app).instead("authorization", value);
    let mut last = token.clone();
    let other = if last.pop() == Some('0') { '1' } else { '0' };
    last.push(other);
    let requests = [
        ("none", Request::write(&app).without("authorization")),
        ("empty", spoilt("")),
        ("another scheme", spoilt(&format!("Basic {token}"))),
        ("no scheme", spoilt(&token)),
        ("lower case", spoilt(&format!("bearer {token}"))),
        ("a part", spoilt(&format!("Bearer {}", &token[..63]))),
        ("more", spoilt(&format!("Bearer {token}0"))),
        ("the last letter", spoilt(&format!("Bearer {last}"))),
        ("SQL", spoilt("Bearer ' OR 1=1 --")),
        ("two headers", Request::write(&app).with("authorization", "Bearer x")),
        ("another header", Request::write(&app).without("authorization").with("x-api-key", &token)),
        ("a cookie", Request::write(&app).without("authorization").with("cookie", &format!("token={token}"))),
        (
            "the query",
            Request::write(&app).without("authorization").line(&format!(
                "POST /api/v1/rpc/conversation/create?token={token}&access_token={token} HTTP/1.1"
            )),
        ),
    ];
    let mut bodies = Vec::new();
    for (what, request) in requests {
        let answer = refused(&app, what, request, 401).await;
        let mut body: Value = serde_json::from_str(&answer.body).unwrap();
        body["traceId"].take();
        bodies.push((body, answer.headers.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>()));
    }
    assert!(bodies.windows(2).all(|pair| pair[0] == pair[1]), "they differ: {bodies:?}");
    // Every address of the API wants it, whether it exists or not.
    for target in [
        "/api/v1/events",
        "/api/v1/rpc/conversation/list",
        "/api/v1/files",
        "/api/v1/nothing",
        "/api/",
        "/api/v2/rpc/x",
    ] {
        for method in ["GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS", "TRACE"] {
            let request =
                Request::write(&app).without("authorization").line(&format!("{method} {target} HTTP/1.1"));
            let answer = request.send(app.address).await;
            assert_eq!(answer.status, 401, "{method} {target}");
        }
    }
    app.finish().await;
}

#[tokio::test]
async fn a_preflight_gets_no_leave() {
    let app = TestApp::start().await;
    for origin in ["http://evil.example", "null", &format!("http://{}", app.address)] {
        let request = Request::write(&app)
            .line("OPTIONS /api/v1/rpc/conversation/create HTTP/1.1")
            .without("authorization")
            .with("origin", origin)
            .with("access-control-request-method", "POST")
            .with("access-control-request-headers", "authorization,content-type")
            .with("access-control-request-private-network", "true");
        let answer = request.send(app.address).await;
        assert!(matches!(answer.status, 401 | 403 | 405), "{answer:?}");
        check_headers(&answer, origin);
    }
    app.finish().await;
}

#[tokio::test]
async fn no_path_leads_out_of_the_page() {
    let app = TestApp::start().await;
    for target in [
        "/../../../../etc/passwd",
        "/..%2f..%2f..%2fetc/passwd",
        "/%2e%2e/%2e%2e/%2e%2e/etc/passwd",
        "/assets/../../../../../etc/passwd",
        "/assets/..%5c..%5c..%5cwindows/win.ini",
        "//etc/passwd",
        "/assets//etc/passwd",
        "/%00/etc/passwd",
        "/.env",
        "/webplus.db",
        "/Cargo.toml",
    ] {
        let answer = Request::get(&app, target).send(app.address).await;
        check_headers(&answer, target);
        assert!(!answer.body.contains("root:") && !answer.body.contains("[workspace]"), "{target}");
        let page = answer.header("content-type").is_some_and(|kind| kind.starts_with("text/html"));
        assert!(answer.status >= 400 || page, "{target}: {answer:?}");
    }
    let missing = Request::get(&app, "/assets/no-such.js").send(app.address).await;
    assert_eq!(missing.status, 404, "a script that isn't there is not answered with a page");
    check_headers(&missing, "a missing script");
    let page = Request::get(&app, "/chat/anything").send(app.address).await;
    assert!(matches!(page.status, 200 | 503), "the page's own addresses need no token: {page:?}");
    check_headers(&page, "the page");
    app.finish().await;
}

#[tokio::test]
async fn a_gigabyte_is_refused_before_it_is_read() {
    let app = TestApp::start().await;
    for (what, request, status) in [
        ("with the token", Request::write(&app), 413),
        ("without it", Request::write(&app).without("authorization"), 401),
        ("for another host", Request::write(&app).instead("host", "evil.example"), 421),
    ] {
        let mut stream = TcpStream::connect(app.address).await.unwrap();
        let head = format!("{}content-length: 1073741824\r\n\r\n", request.head());
        stream.write_all(head.as_bytes()).await.unwrap();
        // Not a byte of the body was sent: an answer shows that none was waited for.
        let answer = tokio::time::timeout(Duration::from_secs(5), raw::answer(&mut stream)).await;
        let answer = answer.unwrap_or_else(|_| panic!("{what}: the body was waited for"));
        assert_eq!(answer.status, status, "{what}");
        check_headers(&answer, what);
    }
    assert_eq!(conversations(&app).await, 0);
    app.finish().await;
}

#[tokio::test]
async fn a_body_above_the_limit_is_refused_whether_its_length_is_told_or_not() {
    let app = TestApp::start().await;
    let body = format!("{{\"title\":\"{}\"}}", "x".repeat(17 * 1024 * 1024));
    let mut request = Request::write(&app);
    request.body = body.clone().into_bytes();
    let answer = request.send(app.address).await;
    assert!(matches!(answer.status, 413 | 0), "{answer:?}");
    let mut chunked = format!("{}transfer-encoding: chunked\r\n\r\n", request.head()).into_bytes();
    for piece in body.as_bytes().chunks(1 << 20) {
        chunked.extend(format!("{:x}\r\n", piece.len()).into_bytes());
        chunked.extend(piece);
        chunked.extend(b"\r\n");
    }
    chunked.extend(b"0\r\n\r\n");
    let answer = raw::send(app.address, &chunked).await;
    assert!(matches!(answer.status, 413 | 0), "{answer:?}");
    assert_eq!(conversations(&app).await, 0);
    app.finish().await;
}

#[tokio::test]
async fn odd_bodies_and_methods_are_refused_and_the_door_stays_open() {
    let app = TestApp::start().await;
    let deep = format!("{{\"title\":{}1{}}}", "[".repeat(100_000), "]".repeat(100_000));
    for (what, body) in [
        ("deep", deep.into_bytes()),
        ("no JSON", b"title=attack".to_vec()),
        ("half", br#"{"title": "at"#.to_vec()),
        ("not UTF-8", b"{\"title\": \"\xff\xfe\"}".to_vec()),
        ("another shape", b"[]".to_vec()),
        ("a number too large", br#"{"title": 1e999}"#.to_vec()),
    ] {
        let mut request = Request::write(&app);
        request.body = body;
        let answer = refused(&app, what, request, 400).await;
        assert!(answer.body.len() < 2000, "{what}");
    }
    let name = "x".repeat(20_000);
    for method in [
        "no/such",
        "conversation",
        "conversation/create/",
        "Conversation/Create",
        "",
        "../rpc/conversation/create",
        &name,
    ] {
        let request = Request::call(&app, method, &json!({"title": "attack"}));
        let answer = request.send(app.address).await;
        // Without a name there is only an address that takes nothing.
        let expected = if method.is_empty() { 405 } else { 404 };
        assert_eq!(answer.status, expected, "{}", &method[..method.len().min(40)]);
        check_headers(&answer, "an unknown method");
        assert!(answer.body.len() < 2000, "what was asked is not given back whole");
    }
    for line in [
        "GET /api/v1/rpc/conversation/create HTTP/1.1",
        "PUT /api/v1/rpc/conversation/create HTTP/1.1",
        "DELETE / HTTP/1.1",
    ] {
        let answer = Request::write(&app).line(line).send(app.address).await;
        assert_eq!(answer.status, 405, "{line}");
        check_headers(&answer, line);
    }
    assert_eq!(conversations(&app).await, 0);
    app.finish().await;
}

#[tokio::test]
async fn a_client_that_says_nothing_keeps_nobody_waiting() {
    let app = TestApp::start().await;
    let mut silent = Vec::new();
    for _ in 0..50 {
        let mut stream = TcpStream::connect(app.address).await.unwrap();
        stream.write_all(b"POST /api/v1/rpc/conversation/create HTTP/1.1\r\nHost: ").await.unwrap();
        silent.push(stream);
    }
    assert_eq!(conversations(&app).await, 0);
    drop(silent);
    app.finish().await;
}
