//! Answers that end in other ways than they should (W5, W6, W8, W12).

use domain::ErrorCode;
use llm::{Error, RetryAdvice};
use test_support::{FaultServer, Script};

use crate::{
    collect, http,
    kinds::{ALL, Kind},
    question, text,
};

async fn answer(kind: Kind, script: Script) -> (String, Option<Error>) {
    let server = FaultServer::always(script).await.unwrap();
    let (events, error) = collect(kind.provider(http(), &server.url()).complete(question("m"))).await;
    assert_eq!(server.requests().len(), 1, "asked once only");
    (text(&events), error)
}

#[tokio::test]
async fn w5_a_stream_without_its_end_keeps_its_text_and_is_interrupted() {
    for kind in ALL {
        let (text, error) = answer(kind, kind.head().bytes(kind.piece("Half an ans"))).await;
        assert_eq!(text, "Half an ans", "{kind:?}");
        assert!(matches!(error, Some(Error::Interrupted(_))), "{kind:?}: {error:?}");
    }
}

#[tokio::test]
async fn w5_a_chunked_body_that_breaks_off_is_interrupted() {
    for kind in [Kind::Chat, Kind::Responses, Kind::Anthropic] {
        let (text, error) = answer(kind, Script::sse_chunked().bytes(kind.piece("Half"))).await;
        assert_eq!(text, "Half", "{kind:?}");
        assert!(matches!(error, Some(Error::Interrupted(_))), "{kind:?}: {error:?}");
    }
}

#[tokio::test]
async fn w5_a_reset_in_the_middle_is_interrupted() {
    for kind in ALL {
        let gate = test_support::Gate::new();
        let server =
            FaultServer::always(kind.head().bytes(kind.piece("Half")).wait(&gate).reset()).await.unwrap();
        let mut stream = kind.provider(http(), &server.url()).complete(question("m"));
        let mut seen = String::new();
        let error = loop {
            match futures_util::StreamExt::next(&mut stream).await {
                Some(Ok(event)) => {
                    seen.push_str(&text(&[event]));
                    if seen == "Half" {
                        gate.open();
                    }
                }
                Some(Err(error)) => break error,
                None => panic!("{kind:?} ended without an error"),
            }
        };
        assert!(matches!(error, Error::Interrupted(_)), "{kind:?}: {error:?}");
        assert_eq!(error.retry(), RetryAdvice::Never);
    }
}

#[tokio::test]
async fn w5_a_stream_with_nothing_in_it_is_interrupted() {
    for kind in ALL {
        let (_, error) = answer(kind, kind.head()).await;
        assert!(matches!(error, Some(Error::Interrupted(_))), "{kind:?}: {error:?}");
    }
}

#[tokio::test]
async fn w6_an_error_event_after_content_keeps_the_text_and_says_why() {
    for kind in ALL {
        let script = kind
            .head()
            .bytes(kind.piece("Half"))
            .bytes(kind.error())
            .bytes(kind.piece(" more"))
            .bytes(kind.end());
        let (text, error) = answer(kind, script).await;
        assert_eq!(text, "Half", "{kind:?}");
        let reason = if kind == Kind::Ollama { "unexpected EOF" } else { "Overloaded" };
        assert!(
            matches!(&error, Some(Error::Interrupted(text)) if text.contains(reason)),
            "{kind:?}: {error:?}"
        );
    }
}

#[tokio::test]
async fn w6_an_error_event_before_content_is_what_a_refusal_would_be() {
    for kind in ALL {
        let (text, error) = answer(kind, kind.head().bytes(kind.error())).await;
        let error = error.unwrap();
        assert_eq!(text, "");
        if kind == Kind::Ollama {
            assert_eq!(error.code(), ErrorCode::EngineFailed);
        } else {
            assert!(
                matches!(&error, Error::Server { message, .. } if message.contains("overloaded")),
                "{kind:?}: {error:?}"
            );
            assert_eq!(error.retry(), RetryAdvice::BackOff);
        }
    }
}

#[tokio::test]
async fn w8_a_failing_server_is_not_asked_again_by_the_client() {
    for kind in ALL {
        for status in [500, 502, 503, 529] {
            let body = r#"{"error":{"type":"api_error","message":"Internal trouble"}}"#;
            let script = Script::reply(
                status,
                &[("Content-Type", "application/json"), ("x-request-id", "req-7")],
                body,
            );
            let (_, error) = answer(kind, script).await;
            match error {
                Some(Error::Server { refusal, .. }) => {
                    assert_eq!((refusal.status, refusal.request_id.as_deref()), (status, Some("req-7")));
                    assert_eq!(refusal.message, "Internal trouble");
                }
                other => panic!("{kind:?} {status}: {other:?}"),
            }
        }
    }
}

#[tokio::test]
async fn w12_events_that_cannot_hold_an_answer_are_skipped() {
    for kind in [Kind::Chat, Kind::Responses, Kind::Anthropic] {
        let script = kind
            .head()
            .bytes("data: keep-alive\n\ndata:\n\ndata: \"text\"\n\nevent: unheard_of\ndata: {\"type\":\"unheard_of\"}\n\n")
            .bytes(kind.piece("Yes"))
            .bytes("data: null\n\n")
            .bytes(kind.end());
        assert_eq!(answer(kind, script).await, ("Yes".to_owned(), None), "{kind:?}");
    }
}

#[tokio::test]
async fn w12_a_lost_piece_is_never_silent() {
    for kind in ALL {
        let broken = match kind {
            Kind::Ollama => "{\"message\":{\"content\":\"lost\n".to_owned(),
            _ => "data: {\"choices\":[{\"delta\":{\"content\":\"lo\u{1}st\"\n\n".to_owned(),
        };
        let script =
            kind.head().bytes(kind.piece("Kept")).bytes(&broken).bytes(kind.piece("!")).bytes(kind.end());
        let (text, error) = answer(kind, script).await;
        assert_eq!(text, "Kept", "{kind:?}");
        assert!(matches!(error, Some(Error::Interrupted(_))), "{kind:?}: {error:?}");
        let (_, error) = answer(kind, kind.head().bytes(&broken).bytes(kind.end())).await;
        assert!(matches!(error, Some(Error::BadReply(_))), "{kind:?}: {error:?}");
    }
}

#[tokio::test]
async fn w12_nan_doubled_keys_and_wrong_types_do_no_harm() {
    let script = Script::sse()
        .event(r#"{"choices":[{"index":0,"logprobs":{"x":NaN},"delta":{"content":"A"}}]}"#)
        .event(r#"{"choices":[],"choices":[{"delta":{"content":"wrong"},"delta":{"content":"B"}}]}"#)
        .event(r#"{"choices":{"0":7},"model":42,"usage":"none"}"#)
        .event(r#"{"choices":[{"delta":{"content":7},"finish_reason":["?"]}]}"#)
        .event(r#"{"choices":[{"delta":{"content":"C"},"finish_reason":"unheard_of"}]}"#)
        .event("[DONE]");
    assert_eq!(answer(Kind::Chat, script).await, ("ABC".to_owned(), None));
}

#[tokio::test]
async fn w12_a_depth_bomb_does_not_overflow_the_stack() {
    let depth = 100_000;
    for kind in ALL {
        let bomb = format!("{{\"choices\":{}{}}}", "[".repeat(depth), "]".repeat(depth));
        let bomb = if kind == Kind::Ollama { format!("{bomb}\n") } else { format!("data: {bomb}\n\n") };
        let (text, error) =
            answer(kind, kind.head().bytes(kind.piece("Kept")).bytes(bomb).bytes(kind.end())).await;
        assert_eq!(text, "Kept", "{kind:?}");
        assert!(matches!(error, Some(Error::Interrupted(_))), "{kind:?}: {error:?}");
    }
}
