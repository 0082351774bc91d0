#![allow(clippy::panic, reason = "tests")]

use super::*;

fn classified(status: u16, body: &str) -> Error {
    Refused::from_reply("example.com", status, body.as_bytes(), None, None, None).classify()
}

#[test]
fn every_vendors_way_of_saying_too_long_is_understood() {
    let told = [
        (
            400,
            r#"{"error":{"code":400,"message":"request (6031 tokens) exceeds the available context size (2048 tokens), try increasing it","type":"exceed_context_size_error","n_prompt_tokens":6031,"n_ctx":2048}}"#,
            Some(6031),
            Some(2048),
        ),
        (
            400,
            r#"{"error":"{\"error\":{\"code\":400,\"message\":\"request (6009 tokens) exceeds the available context size (4096 tokens)\",\"type\":\"exceed_context_size_error\",\"n_prompt_tokens\":6009,\"n_ctx\":4096}}"}"#,
            Some(6009),
            Some(4096),
        ),
        (
            400,
            r#"{"error":{"message":"This model's maximum context length is 8192 tokens. However, your messages resulted in 9001 tokens.","type":"invalid_request_error","param":"messages","code":"context_length_exceeded"}}"#,
            Some(9001),
            Some(8192),
        ),
        (
            400,
            r#"{"type":"error","error":{"type":"invalid_request_error","message":"prompt is too long: 213462 tokens > 200000 maximum"}}"#,
            Some(213_462),
            Some(200_000),
        ),
        (400, r#"{"error":"the input length exceeds the context length"}"#, None, None),
    ];
    for (status, body, prompt, window) in told {
        match classified(status, body) {
            Error::ContextTooLong { prompt_tokens, context, .. } => {
                assert_eq!((prompt_tokens, context), (prompt, window), "{body}");
            }
            other => panic!("{body} became {other:?}"),
        }
    }
}

#[test]
fn kinds_of_refusal_are_told_apart() {
    assert!(matches!(classified(401, r#"{"error":{"message":"no"}}"#), Error::Auth(_)));
    assert!(matches!(
        classified(
            429,
            r#"{"error":{"message":"You exceeded your current quota","code":"insufficient_quota"}}"#
        ),
        Error::Auth(_)
    ));
    assert!(matches!(
        classified(429, r#"{"error":{"message":"Too many tokens per minute: 30000"}}"#),
        Error::RateLimited { .. }
    ));
    assert!(matches!(
        classified(404, r#"{"error":"model 'nope:latest' not found"}"#),
        Error::ModelNotFound(_)
    ));
    assert!(matches!(classified(404, "404 page not found"), Error::BadReply(_)));
    assert!(matches!(classified(404, "<html>nginx</html>"), Error::BadReply(_)));
    assert!(matches!(
        classified(529, r#"{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}"#),
        Error::Server { .. }
    ));
    assert!(
        matches!(classified(422, r#"{"detail":"Extra inputs are not permitted"}"#), Error::InvalidRequest(text) if text.contains("Extra inputs"))
    );
    assert!(
        matches!(classified(502, "<html><body>Bad gateway</body></html>"), Error::Server { message, .. } if !message.contains('<'))
    );
    assert!(
        matches!(classified(400, r#"[{"error":{"code":400,"message":"API key not valid","status":"INVALID_ARGUMENT"}}]"#), Error::InvalidRequest(text) if text.contains("not valid"))
    );
}

#[test]
fn a_local_engines_words_are_unwrapped() {
    let local = |status, body: &str| {
        Refused::from_reply("127.0.0.1:11434", status, body.as_bytes(), None, None, None).classify_local()
    };
    assert!(matches!(
        local(500, r#"{"error":"option \"temperature\" must be of type float32"}"#),
        Error::InvalidRequest(_)
    ));
    assert!(matches!(local(500, r#"{"error":"EOF"}"#), Error::Engine { code: ErrorCode::EngineFailed, .. }));
    assert!(matches!(
        local(
            500,
            r#"{"error":"tensor \"blk.8.attn_q.weight\" offset+size (50086720) exceeds file size (50000000)"}"#
        ),
        Error::Engine { code: ErrorCode::ModelDamaged, .. }
    ));
    assert!(matches!(
        local(400, r#"{"error":"\"smol\" does not support thinking"}"#),
        Error::InvalidRequest(_)
    ));
    assert!(matches!(
        local(500, r#"{"error":"model requires more system memory (9.1 GiB) than is available (3.0 GiB)"}"#),
        Error::Engine { code: ErrorCode::OutOfMemory, .. }
    ));
}
