//! Memory stays flat whatever a server sends (W11, W13). A process of its own, because other tests would be measured too.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

extern crate webplus_llm as llm;

use domain::{Parameters, Role};
use futures_util::StreamExt;
use llm::{
    CompletionRequest, Continuation, Error, Flavour, Http, HttpOptions, OpenAi, Provider, RequestMessage,
};
use test_support::{FaultServer, Script};

/// Bytes of memory of this process; nothing where the system doesn't tell.
fn resident() -> Option<u64> {
    let statm = std::fs::read_to_string("/proc/self/statm").ok()?;
    Some(statm.split(' ').nth(1)?.parse::<u64>().ok()? * 4096)
}

#[tokio::test]
async fn memory_is_flat_under_an_endless_line_a_bomb_and_a_million_events() {
    let Some(before) = resident() else { return };
    let packed =
        [("Content-Type", "text/event-stream"), ("Content-Encoding", "gzip"), ("Connection", "close")];
    let bomb = std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/packed/bomb.gz")).unwrap();
    let piece = "data: {\"choices\":[{\"delta\":{\"content\":\"x\"}}]}\n\n";
    let endless = Script::sse().bytes("data: ").repeat(vec![b'x'; 1 << 16], 16_384);
    let many = Script::sse().repeat(piece, 1_000_000).event("[DONE]");
    for (script, expected, good) in [
        (endless, 0, false),
        (Script::head(200, &packed).bytes(bomb).hold(), 0, false),
        (many, 1_000_000, true),
    ] {
        let server = FaultServer::always(script).await.unwrap();
        let provider =
            OpenAi::new(Http::new(HttpOptions::default()).unwrap(), &server.url(), None, Flavour::OpenAi)
                .unwrap();
        let mut stream = provider.complete(CompletionRequest {
            model: "gpt-4o".to_owned(),
            system: String::new(),
            messages: vec![RequestMessage::text(Role::User, "Go on.")],
            parameters: Parameters::default(),
            continuation: Continuation::Answer,
            cache_key: None,
        });
        let (mut pieces, mut error) = (0, None);
        while let Some(item) = stream.next().await {
            match item {
                Ok(llm::CompletionEvent::Text(text)) => pieces += text.len(),
                Ok(_) => {}
                Err(found) => error = Some(found),
            }
        }
        assert_eq!(pieces, expected);
        assert!(if good { error.is_none() } else { matches!(error, Some(Error::BadReply(_))) }, "{error:?}");
        let grown = resident().unwrap().saturating_sub(before);
        assert!(grown < 48 << 20, "grown by {} MiB", grown >> 20);
    }
}
