//! Recorded answers of real servers, cut at every byte.

use domain::{FinishReason, TokenUsage};
use llm::{CompletionEvent, Error};
use proptest::prelude::*;
use test_support::{FaultServer, Script};

use crate::{
    body_of, collect, fixture, http, joined,
    kinds::{ALL, Kind},
    question, text,
};

fn fold(kind: Kind, pieces: &[&[u8]]) -> (Vec<CompletionEvent>, Result<(), Error>) {
    let mut decoder = kind.decoder();
    let mut events = Vec::new();
    for piece in pieces {
        if let Err(error) = decoder.push(piece, &mut events) {
            return (joined(events), Err(error));
        }
    }
    let end = decoder.finish(&mut events);
    (joined(events), end)
}

fn finished(events: &[CompletionEvent]) -> Option<FinishReason> {
    match events.last() {
        Some(CompletionEvent::Finished { reason, .. }) => Some(*reason),
        _ => None,
    }
}

fn usage(events: &[CompletionEvent]) -> Option<TokenUsage> {
    events
        .iter()
        .rev()
        .find_map(|event| if let CompletionEvent::Usage(usage) = event { Some(*usage) } else { None })
}

#[test]
fn recordings_become_the_answers_that_were_given() {
    let expected = [
        (
            Kind::Chat,
            "openai/chat-stream-length.response.http",
            "Once upon a time, there was a",
            FinishReason::Length,
        ),
        (
            Kind::Responses,
            "openai/responses-stream.response.http",
            "Hello! I'm here to help with any kind of creative writing project. What can I help you",
            FinishReason::Stop,
        ),
        (
            Kind::Anthropic,
            "anthropic/messages-stream.response.http",
            "The three primary colours are: red, blue, and yellow.",
            FinishReason::Stop,
        ),
        (
            Kind::Ollama,
            "ollama/chat-stream.response.http",
            "The capital of France is Paris.",
            FinishReason::Stop,
        ),
        (
            Kind::Ollama,
            "ollama/chat-stream-length.response.http",
            "The story of the \"Lost City",
            FinishReason::Length,
        ),
        (
            Kind::Chat,
            "ollama/v1-chat-stream.response.http",
            "The capital of France is Paris.",
            FinishReason::Stop,
        ),
        (
            Kind::Anthropic,
            "ollama/v1-messages-stream.response.http",
            "The capital of France is Paris.",
            FinishReason::Stop,
        ),
    ];
    for (kind, name, answer, reason) in expected {
        let body = body_of(name);
        let (events, end) = fold(kind, &[&body]);
        assert_eq!(
            (text(&events).as_str(), finished(&events), end),
            (answer, Some(reason), Ok(())),
            "{name}"
        );
        assert!(matches!(events.first(), Some(CompletionEvent::Started { .. })), "{name}");
    }
}

#[test]
fn usage_is_counted_our_way_in_every_recording() {
    let counted =
        |input, cache_read, output| TokenUsage { input, cache_read, output, ..TokenUsage::default() };
    let expected = [
        (Kind::Chat, "openai/chat-stream.response.http", counted(10, 24, 40)),
        (Kind::Responses, "openai/responses-stream.response.http", counted(9, 24, 20)),
        (Kind::Anthropic, "anthropic/messages-stream.response.http", counted(18, 3, 14)),
        (Kind::Ollama, "ollama/chat-stream.response.http", counted(16, 0, 8)),
        (Kind::Anthropic, "ollama/v1-messages-stream.response.http", counted(16, 0, 8)),
    ];
    for (kind, name, tokens) in expected {
        let body = body_of(name);
        assert_eq!(usage(&fold(kind, &[&body]).0), Some(tokens), "{name}");
    }
}

#[test]
fn a_character_cut_anywhere_comes_whole() {
    let wanted = "Zoë isst 日本語 🙂👨‍👩‍👧!";
    for kind in ALL {
        let stream = format!("{}{}", kind.piece(wanted), kind.end());
        let bytes = stream.as_bytes();
        for cut in 0..=bytes.len() {
            let (events, end) = fold(kind, &[&bytes[..cut], &bytes[cut..]]);
            assert_eq!((text(&events).as_str(), end), (wanted, Ok(())), "{kind:?} cut at {cut}");
        }
        let single: Vec<&[u8]> = bytes.chunks(1).collect();
        assert_eq!(text(&fold(kind, &single).0), wanted, "{kind:?}");
    }
}

#[test]
fn a_recording_cut_at_any_byte_gives_the_same_events() {
    for kind in ALL {
        let body = kind.body();
        let whole = fold(kind, &[&body]);
        let step = (body.len() / 1500).max(1);
        for cut in (0..=body.len()).step_by(step) {
            assert_eq!(fold(kind, &[&body[..cut], &body[cut..]]), whole, "{kind:?} cut at {cut}");
        }
    }
}

#[test]
fn a_recording_that_ends_early_is_never_complete() {
    for kind in ALL {
        let body = kind.body();
        let last = body.len() - kind.body().trim_ascii_end().len();
        // Up to where the mark of the end begins; behind it, only line ends are missing.
        let mark: &[u8] = match kind {
            Kind::Chat => b"\"finish_reason\":\"length\"",
            Kind::Responses => b"event: response.completed",
            Kind::Anthropic => b"event: message_stop",
            Kind::Ollama => b"\"done\":true",
        };
        let mark = body.windows(mark.len()).rposition(|window| window == mark).unwrap();
        let whole = text(&fold(kind, &[&body]).0);
        let step = (mark / 700).max(1);
        for end in (0..mark).step_by(step) {
            let (events, result) = fold(kind, &[&body[..end]]);
            assert!(
                matches!(result, Err(Error::Interrupted(_) | Error::BadReply(_))),
                "{kind:?} ended at {end}: {result:?}"
            );
            assert!(
                whole.starts_with(&text(&events)) && finished(&events).is_none(),
                "{kind:?} ended at {end}"
            );
        }
        let (events, result) = fold(kind, &[&body[..body.len() - last]]);
        assert!(result.is_ok() && finished(&events).is_some(), "{kind:?} without its last line end");
    }
}

#[test]
fn a_killed_runner_keeps_what_it_wrote() {
    let body = body_of("ollama/chat-runner-killed.response.http");
    let (events, result) = fold(Kind::Ollama, &[&body]);
    assert!(text(&events).starts_with("The story of the \"Lady of the Lake\" is a classic"));
    assert!(matches!(result, Err(Error::Interrupted(reason)) if reason.contains("unexpected EOF")));
}

#[tokio::test]
async fn a_recording_comes_over_a_real_socket_byte_by_byte() {
    for kind in ALL {
        let body = kind.body();
        let server = FaultServer::always(
            kind.head().pieces(&body[..body.len().min(3000)], 1).bytes(&body[body.len().min(3000)..]),
        )
        .await
        .unwrap();
        let (events, error) = collect(kind.provider(http(), &server.url()).complete(question("m"))).await;
        assert_eq!(error, None, "{kind:?}");
        assert_eq!(joined(events), fold(kind, &[&body]).0, "{kind:?}");
    }
}

#[tokio::test]
async fn recorded_refusals_become_typed_errors() {
    let expected: [(Kind, &str, fn(&Error) -> bool); 12] = [
        (Kind::Chat, "openai/chat-bad-json.response.http", |error| matches!(error, Error::InvalidRequest(_))),
        (Kind::Chat, "openai/chat-too-long.response.http", |error| {
            matches!(error, Error::ContextTooLong { prompt_tokens: Some(6031), context: Some(2048), .. })
        }),
        (Kind::Chat, "ollama/v1-unknown-model.response.http", |error| {
            matches!(error, Error::ModelNotFound(_))
        }),
        (Kind::Anthropic, "ollama/v1-messages-unknown-model.response.http", |error| {
            matches!(error, Error::ModelNotFound(_))
        }),
        (Kind::Ollama, "ollama/chat-unknown-model.response.http", |error| {
            matches!(error, Error::ModelNotFound(_))
        }),
        (Kind::Ollama, "ollama/chat-blob-missing.response.http", |error| {
            matches!(error, Error::ModelNotFound(_))
        }),
        (Kind::Ollama, "ollama/chat-blob-truncated.response.http", |error| {
            matches!(error, Error::Engine { code: domain::ErrorCode::ModelDamaged, .. })
        }),
        (Kind::Ollama, "ollama/chat-too-long-truncate-false-stream.response.http", |error| {
            matches!(error, Error::ContextTooLong { prompt_tokens: Some(6009), context: Some(4096), .. })
        }),
        (Kind::Ollama, "ollama/chat-bad-option-type.response.http", |error| {
            matches!(error, Error::InvalidRequest(_))
        }),
        (Kind::Ollama, "ollama/chat-bad-format.response.http", |error| {
            matches!(error, Error::InvalidRequest(_))
        }),
        (Kind::Ollama, "ollama/chat-think-unsupported.response.http", |error| {
            matches!(error, Error::InvalidRequest(_))
        }),
        (Kind::Ollama, "ollama/chat-images-unsupported.response.http", |error| {
            matches!(error, Error::InvalidRequest(_))
        }),
    ];
    for (kind, name, is_right) in expected {
        let server = FaultServer::always(Script::recorded(&fixture(name))).await.unwrap();
        let (events, error) = collect(kind.provider(http(), &server.url()).complete(question("m"))).await;
        let error = error.expect(name);
        assert!(is_right(&error) && events.is_empty(), "{name}: {error:?}");
    }
}

#[tokio::test]
async fn a_whole_json_reply_is_an_answer_too() {
    for (kind, name, answer) in [
        (Kind::Chat, "openai/chat.response.http", "L'Étoile, la Marseillaise"),
        (Kind::Anthropic, "anthropic/messages.response.http", "L'Étoile, la Marseillaise"),
        (Kind::Ollama, "ollama/chat.response.http", "The capital of France is Paris."),
    ] {
        let server = FaultServer::always(Script::recorded(&fixture(name))).await.unwrap();
        let (events, error) = collect(kind.provider(http(), &server.url()).complete(question("m"))).await;
        assert!(error.is_none() && text(&events).starts_with(answer), "{name}: {error:?} {events:?}");
        assert!(usage(&events).is_some() && finished(&events).is_some(), "{name}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn any_cuts_of_any_protocol_give_the_same_events(pick in 0usize..4, mut cuts in proptest::collection::vec(any::<usize>(), 0..20)) {
        let kind = ALL[pick];
        let body = kind.body();
        for cut in &mut cuts { *cut %= body.len(); }
        cuts.sort_unstable();
        let mut pieces = Vec::new();
        let mut from = 0;
        for cut in cuts {
            pieces.push(&body[from..cut]);
            from = cut;
        }
        pieces.push(&body[from..]);
        prop_assert_eq!(fold(kind, &pieces), fold(kind, &[&body]));
    }
}
