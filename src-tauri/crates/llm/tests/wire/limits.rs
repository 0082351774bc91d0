//! Too much, packed or in place of an answer (W11, W13, W14).

use llm::{Error, Http, HttpOptions};
use test_support::{FaultServer, Script};

use crate::{
    collect, http,
    kinds::{ALL, Kind},
    options, question, text,
};

#[tokio::test]
async fn w11_a_line_without_end_is_an_error() {
    for kind in ALL {
        let start = if kind == Kind::Ollama { "{\"message\":{\"content\":\"" } else { "data: {\"x\":\"" };
        let script = kind
            .head()
            .bytes(kind.piece("Kept"))
            .bytes(start)
            .repeat(vec![b'x'; 1 << 16], 1024)
            .bytes("\"}\n\n");
        let server = FaultServer::always(script).await.unwrap();
        let (events, error) = collect(kind.provider(http(), &server.url()).complete(question("m"))).await;
        assert_eq!(text(&events), "Kept", "{kind:?}");
        assert!(
            matches!(&error, Some(Error::BadReply(text)) if text.contains("8.0 MiB")),
            "{kind:?}: {error:?}"
        );
    }
}

#[tokio::test]
async fn w11_a_hundred_thousand_tiny_events_come_in_order() {
    let script = Script::sse().repeat(Kind::Chat.piece("x"), 100_000).bytes(Kind::Chat.end());
    let server = FaultServer::always(script).await.unwrap();
    let (events, error) = collect(Kind::Chat.provider(http(), &server.url()).complete(question("m"))).await;
    assert_eq!((text(&events).len(), error), (100_000, None));
}

#[tokio::test]
async fn w11_an_answer_without_end_is_cut_off_and_what_came_is_kept() {
    let piece = "word ".repeat(2000);
    for kind in ALL {
        let server = FaultServer::always(kind.head().repeat(kind.piece(&piece), 100_000)).await.unwrap();
        let (events, error) = collect(kind.provider(http(), &server.url()).complete(question("m"))).await;
        let written = text(&events).len();
        assert!((4 << 20..5 << 20).contains(&written), "{kind:?}: {written}");
        assert!(
            matches!(&error, Some(Error::BadReply(text)) if text.contains("4 MiB")),
            "{kind:?}: {error:?}"
        );
    }
}

#[tokio::test]
async fn w11_a_body_that_never_becomes_an_answer_is_cut_off() {
    let options = HttpOptions { max_barren_bytes: 1 << 20, ..options() };
    for kind in ALL {
        let server = FaultServer::always(kind.head().repeat(kind.ping(), 10_000_000)).await.unwrap();
        let (_, error) = collect(
            kind.provider(Http::new(options.clone()).unwrap(), &server.url()).complete(question("m")),
        )
        .await;
        assert!(matches!(error, Some(Error::BadReply(_))), "{kind:?}: {error:?}");
    }
}

#[tokio::test]
async fn w13_a_reply_that_says_gzip_and_isnt_is_a_bad_reply() {
    for kind in ALL {
        let script = Script::head(
            200,
            &[("Content-Type", "text/event-stream"), ("Content-Encoding", "gzip"), ("Connection", "close")],
        )
        .bytes(kind.piece("Half"))
        .bytes(kind.end());
        let server = FaultServer::always(script).await.unwrap();
        let (_, error) = collect(kind.provider(http(), &server.url()).complete(question("m"))).await;
        assert!(
            matches!(&error, Some(Error::BadReply(text)) if text.contains("compression")),
            "{kind:?}: {error:?}"
        );
    }
}

#[tokio::test]
async fn w13_compressed_answers_are_decoded_as_they_come() {
    // Made with the usual tools from `Kind::Chat.piece("Packed") + end`.
    for (name, encoding) in
        [("packed.gz", "gzip"), ("packed.br", "br"), ("packed.zst", "zstd"), ("packed.zlib", "deflate")]
    {
        let packed = crate::fixture(&format!("packed/{name}"));
        let script = Script::head(
            200,
            &[("Content-Type", "text/event-stream"), ("Content-Encoding", encoding), ("Connection", "close")],
        )
        .pieces(packed, 7);
        let server = FaultServer::always(script).await.unwrap();
        let (events, error) =
            collect(Kind::Chat.provider(http(), &server.url()).complete(question("m"))).await;
        assert_eq!((text(&events).as_str(), error), ("Packed", None), "{encoding}");
        let accepted = server.requests()[0].header("accept-encoding").unwrap().to_owned();
        assert!(accepted.contains(encoding), "{accepted}");
    }
}

#[tokio::test]
async fn w13_a_compressed_bomb_is_cut_off() {
    // 72 MiB of spaces in 72 KiB.
    let bomb = crate::fixture("packed/bomb.gz");
    let head = || {
        Script::head(
            200,
            &[("Content-Type", "text/event-stream"), ("Content-Encoding", "gzip"), ("Connection", "close")],
        )
    };
    let server = FaultServer::always(head().bytes(&bomb).hold()).await.unwrap();
    let (_, error) = collect(Kind::Chat.provider(http(), &server.url()).complete(question("m"))).await;
    assert!(matches!(error, Some(Error::BadReply(_))), "{error:?}");
    // As a list of models, which is read whole, as well.
    let script = Script::head(
        200,
        &[("Content-Type", "application/json"), ("Content-Encoding", "gzip"), ("Connection", "close")],
    );
    let server = FaultServer::always(script.bytes(&bomb).hold()).await.unwrap();
    let error = Kind::Chat.provider(http(), &server.url()).models().await.unwrap_err();
    assert!(matches!(&error, Error::BadReply(text) if text.contains("32 MiB")), "{error:?}");
}

#[tokio::test]
async fn w14_a_login_page_in_place_of_an_answer_is_named() {
    let page = "<!DOCTYPE html><html><body>Welcome to Hotel Wi-Fi</body></html>";
    for kind in ALL {
        for content_type in ["text/html; charset=utf-8", "TEXT/HTML", "text/event-stream", "application/json"]
        {
            let server = FaultServer::always(Script::reply(200, &[("Content-Type", content_type)], page))
                .await
                .unwrap();
            let host = server.address().to_string();
            let provider = kind.provider(http(), &server.url());
            let (_, error) = collect(provider.complete(question("m"))).await;
            let listed = provider.models().await.unwrap_err();
            for error in [error.unwrap(), listed] {
                let told = matches!(&error, Error::BadReply(text) if text.contains("web page") && text.contains(&host) && !text.contains("Hotel"));
                assert!(told, "{kind:?} {content_type}: {error:?}");
            }
        }
    }
}
