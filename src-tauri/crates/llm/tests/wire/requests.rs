//! What is sent: bodies, headers, parameters that are refused, ways to go on with a partial answer.

use domain::{Parameters, Part, ReasoningEffort, Role};
use llm::{
    Anthropic, CompletionRequest, Continuation, Error, Extend, Flavour, KeepAlive, Ollama, OpenAi, Provider,
    RequestMessage,
};
use serde_json::{Value, json};
use test_support::{FaultServer, Recorded, Script};

use crate::{collect, http, question};

/// What a provider sends for a request; the error where it refuses before sending.
async fn sent(
    make: impl Fn(&str) -> Box<dyn Provider>,
    request: CompletionRequest,
) -> Result<Recorded, Error> {
    let server = FaultServer::always(Script::json(500, "{}")).await.unwrap();
    let (_, error) = collect(make(&server.url()).complete(request)).await;
    server.requests().into_iter().next().ok_or(error.unwrap())
}

fn openai(url: &str) -> Box<dyn Provider> {
    Box::new(OpenAi::new(http(), &format!("{url}/v1"), None, Flavour::OpenAi).unwrap())
}

fn compatible(url: &str) -> Box<dyn Provider> {
    Box::new(OpenAi::new(http(), &format!("{url}/v1"), None, Flavour::COMPATIBLE).unwrap())
}

fn anthropic(url: &str) -> Box<dyn Provider> {
    Box::new(Anthropic::new(http(), url, None).unwrap())
}

fn ollama(url: &str) -> Box<dyn Provider> {
    Box::new(Ollama::new(http(), url).unwrap().keep_alive(KeepAlive::Seconds(60)))
}

fn sampled(model: &str) -> CompletionRequest {
    CompletionRequest {
        system: "Be brief.".to_owned(),
        parameters: Parameters {
            temperature: Some(0.5),
            top_p: Some(0.9),
            max_tokens: Some(64),
            stop: vec!["END".to_owned()],
            ..Parameters::default()
        },
        cache_key: Some("c1".to_owned()),
        ..question(model)
    }
}

fn thinking(model: &str, effort: ReasoningEffort) -> CompletionRequest {
    CompletionRequest {
        parameters: Parameters { reasoning_effort: Some(effort), ..Parameters::default() },
        ..question(model)
    }
}

fn partial(model: &str, text: &str) -> CompletionRequest {
    let mut request = question(model);
    request.messages.push(RequestMessage::text(Role::Assistant, text));
    CompletionRequest { continuation: Continuation::Extend, ..request }
}

#[tokio::test]
async fn openai_gets_its_own_names() {
    let mut request = sampled("gpt-4o");
    request.parameters.seed = Some(7);
    request.parameters.json_schema = Some(
        json!({"type": "object", "properties": {"a": {"type": "string", "maxLength": 9}}, "required": ["a"], "additionalProperties": false}),
    );
    let recorded = sent(openai, request).await.unwrap();
    assert_eq!(recorded.target, "/v1/chat/completions");
    assert_eq!(recorded.header("accept"), Some("text/event-stream"));
    assert!(recorded.header("user-agent").unwrap().starts_with("webplus/"));
    assert_eq!(recorded.header("authorization"), None);
    let body = recorded.json();
    assert_eq!(
        body,
        json!({
            "model": "gpt-4o", "stream": true, "stream_options": {"include_usage": true}, "max_completion_tokens": 64,
            "temperature": 0.5, "top_p": 0.9, "seed": 7, "stop": ["END"], "prompt_cache_key": "c1",
            "messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Name three colours."}],
            "response_format": {"type": "json_schema", "json_schema": {"name": "answer", "strict": true, "schema": {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"], "additionalProperties": false}}},
        })
    );
}

#[tokio::test]
async fn compatible_servers_get_the_common_names() {
    let body = sent(compatible, sampled("llama")).await.unwrap().json();
    assert_eq!(
        (&body["max_tokens"], &body["max_completion_tokens"], &body["prompt_cache_key"]),
        (&json!(64), &Value::Null, &Value::Null)
    );
    let mistral = Flavour::of("https://api.mistral.ai/v1");
    let make =
        |url: &str| -> Box<dyn Provider> { Box::new(OpenAi::new(http(), url, None, mistral).unwrap()) };
    let body = sent(make, partial("m", "Red, ")).await.unwrap().json();
    assert_eq!(body["stream_options"], Value::Null);
    assert_eq!(body["messages"][1], json!({"role": "assistant", "content": "Red, ", "prefix": true}));
}

#[tokio::test]
async fn reasoning_models_take_an_effort_and_no_temperature() {
    let refused = sent(openai, sampled("o3")).await.unwrap_err();
    assert!(
        matches!(&refused, Error::InvalidRequest(text) if text.contains("o3") && text.contains("temperature")),
        "{refused:?}"
    );
    assert_eq!(
        sent(openai, thinking("gpt-5", ReasoningEffort::None)).await.unwrap().json()["reasoning_effort"],
        "minimal"
    );
    assert_eq!(
        sent(openai, thinking("gpt-5.1", ReasoningEffort::None)).await.unwrap().json()["reasoning_effort"],
        "none"
    );
    assert_eq!(
        sent(openai, thinking("o3", ReasoningEffort::High)).await.unwrap().json()["reasoning_effort"],
        "high"
    );
    let refused = sent(openai, thinking("o3", ReasoningEffort::None)).await.unwrap_err();
    assert!(
        matches!(&refused, Error::InvalidRequest(text) if text.contains("always reasons")),
        "{refused:?}"
    );
}

#[tokio::test]
async fn models_that_only_responses_serves_go_there() {
    let mut request = thinking("gpt-5.3-codex", ReasoningEffort::Low);
    request.system = "Be brief.".to_owned();
    let sealed = json!({"type": "reasoning", "id": "rs_1", "summary": [], "encrypted_content": "eA=="});
    request.messages.push(RequestMessage {
        role: Role::Assistant,
        parts: vec![
            Part::Reasoning { text: String::new(), raw: Some(sealed.clone()) },
            Part::Text { text: "Red.".to_owned() },
        ],
    });
    let recorded = sent(openai, request).await.unwrap();
    assert_eq!(recorded.target, "/v1/responses");
    let body = recorded.json();
    assert_eq!(
        (&body["instructions"], &body["store"], &body["reasoning"]),
        (&json!("Be brief."), &json!(false), &json!({"effort": "low"}))
    );
    assert_eq!(body["input"][1], sealed);
    assert_eq!(body["input"][2]["content"], json!([{"type": "output_text", "text": "Red."}]));
    assert_eq!(sent(openai, question("o3-pro")).await.unwrap().target, "/v1/responses");
    assert_eq!(sent(openai, question("gpt-7-codex")).await.unwrap().target, "/v1/responses");
}

#[tokio::test]
async fn every_unsupported_parameter_is_refused_by_name() {
    let all = [
        (Parameters { top_k: Some(5), ..Parameters::default() }, "top-k"),
        (Parameters { context_size: Some(4096), ..Parameters::default() }, "context size"),
        (
            Parameters { reasoning_effort: Some(ReasoningEffort::Low), ..Parameters::default() },
            "reasoning effort",
        ),
        (Parameters { temperature: Some(2.5), ..Parameters::default() }, "temperature"),
        (Parameters { max_tokens: Some(0), ..Parameters::default() }, "limit of tokens"),
        (Parameters { max_tokens: Some(1_000_000), ..Parameters::default() }, "limit of tokens"),
        (Parameters { stop: vec!["x".to_owned(); 5], ..Parameters::default() }, "stop sequences"),
    ];
    for (parameters, word) in all {
        let error = sent(openai, CompletionRequest { parameters, ..question("gpt-4o") }).await.unwrap_err();
        assert!(matches!(&error, Error::InvalidRequest(text) if text.contains(word)), "{word}: {error:?}");
    }
    let seed = CompletionRequest {
        parameters: Parameters { seed: Some(1), ..Parameters::default() },
        ..question("claude-haiku-4-5")
    };
    let error = sent(anthropic, seed).await.unwrap_err();
    assert!(matches!(&error, Error::InvalidRequest(text) if text.contains("seed")), "{error:?}");
}

/// It refuses a request for a bound in its schema, and for an object that isn't closed.
#[tokio::test]
async fn anthropic_gets_a_schema_without_bounds() {
    let mut request = sampled("claude-haiku-4-5-20251001");
    request.parameters.json_schema = Some(json!({
        "type": "object", "required": ["score"],
        "properties": {"score": {"type": "number", "minimum": 0, "maximum": 1}, "why": {"type": "string", "maxLength": 9}},
    }));
    let body = sent(anthropic, request).await.unwrap().json();
    assert_eq!(
        body["output_config"]["format"],
        json!({"type": "json_schema", "schema": {
            "type": "object", "required": ["score"], "additionalProperties": false,
            "properties": {"score": {"type": "number"}, "why": {"type": "string"}},
        }})
    );
}

#[tokio::test]
async fn anthropic_gets_a_limit_a_version_and_thinking_as_the_model_knows_it() {
    let recorded = sent(anthropic, sampled("claude-haiku-4-5-20251001")).await.unwrap();
    assert_eq!(
        (recorded.target.as_str(), recorded.header("anthropic-version")),
        ("/v1/messages", Some("2023-06-01"))
    );
    let body = recorded.json();
    assert_eq!(
        body,
        json!({
            "model": "claude-haiku-4-5-20251001", "max_tokens": 64, "stream": true, "system": "Be brief.", "temperature": 0.5, "top_p": 0.9,
            "stop_sequences": ["END"], "cache_control": {"type": "ephemeral"},
            "messages": [{"role": "user", "content": [{"type": "text", "text": "Name three colours."}]}],
        })
    );
    let body = sent(anthropic, thinking("claude-sonnet-4-5", ReasoningEffort::Low)).await.unwrap().json();
    assert_eq!(
        (&body["thinking"], &body["max_tokens"]),
        (&json!({"type": "enabled", "budget_tokens": 2048}), &json!(64_000))
    );
    let body = sent(anthropic, thinking("claude-opus-4-6", ReasoningEffort::High)).await.unwrap().json();
    assert_eq!(
        (&body["thinking"]["type"], &body["output_config"]),
        (&json!("adaptive"), &json!({"effort": "high"}))
    );
    let body = sent(anthropic, thinking("claude-opus-4-6", ReasoningEffort::None)).await.unwrap().json();
    assert_eq!((&body["thinking"], &body["output_config"]), (&json!({"type": "disabled"}), &Value::Null));
    for request in [
        thinking("claude-opus-5-5", ReasoningEffort::None),
        sampled("claude-opus-5-5"),
        thinking("claude-3-5-haiku-20241022", ReasoningEffort::Low),
    ] {
        assert!(matches!(sent(anthropic, request).await, Err(Error::InvalidRequest(_))));
    }
    let mut both = thinking("claude-sonnet-4-5", ReasoningEffort::Low);
    both.parameters.temperature = Some(0.5);
    assert!(
        matches!(sent(anthropic, both).await, Err(Error::InvalidRequest(text)) if text.contains("temperature"))
    );
    assert_eq!(sent(anthropic, question("some-local-model")).await.unwrap().json()["max_tokens"], 4096);
}

#[tokio::test]
async fn signed_reasoning_goes_back_unmodified_and_unsigned_stays() {
    let signed = json!({"type": "thinking", "thinking": "Hm.", "signature": "c2ln"});
    let mut request = question("claude-sonnet-4-5");
    request.messages.push(RequestMessage {
        role: Role::Assistant,
        parts: vec![
            Part::Reasoning { text: "Hm.".to_owned(), raw: Some(signed.clone()) },
            Part::Reasoning { text: "unsigned".to_owned(), raw: None },
            Part::Text { text: "Red.".to_owned() },
        ],
    });
    request.messages.push(RequestMessage::text(Role::System, "From now on in French."));
    request.messages.push(RequestMessage::text(Role::User, "And?"));
    let body = sent(anthropic, request.clone()).await.unwrap().json();
    assert_eq!(body["messages"][1]["content"], json!([signed, {"type": "text", "text": "Red."}]));
    assert_eq!(
        (body["messages"].as_array().unwrap().len(), &body["system"]),
        (3, &json!("From now on in French."))
    );
    let body = sent(compatible, request).await.unwrap().json();
    assert_eq!(body["messages"][1], json!({"role": "assistant", "content": "Red."}));
}

#[tokio::test]
async fn a_partial_answer_is_extended_where_the_server_can() {
    let last = |body: &Value| {
        body["messages"].as_array().unwrap().last().unwrap()["role"].as_str().unwrap().to_owned()
    };
    let trailing = |url: &str| -> Box<dyn Provider> {
        let flavour =
            Flavour::Compatible { extend: Extend::Trailing, stream_options: true, responses: false };
        Box::new(OpenAi::new(http(), url, None, flavour).unwrap())
    };
    assert_eq!(last(&sent(trailing, partial("m", "Red, ")).await.unwrap().json()), "assistant");
    assert_eq!(last(&sent(ollama, partial("m", "Red, ")).await.unwrap().json()), "assistant");
    assert_eq!(
        last(&sent(anthropic, partial("claude-haiku-4-5", "Red,")).await.unwrap().json()),
        "assistant"
    );
    // The others are asked to go on: OpenAI, models without prefill, and a partial answer that ends in a space.
    for body in [
        sent(openai, partial("gpt-4o", "Red, ")).await,
        sent(compatible, partial("m", "Red, ")).await,
        sent(anthropic, partial("claude-opus-4-6", "Red,")).await,
        sent(anthropic, partial("claude-haiku-4-5", "Red, ")).await,
    ] {
        let body = body.unwrap().json();
        assert_eq!(last(&body), "user");
        assert!(body["messages"].to_string().contains("exactly where it ended"));
    }
}

#[tokio::test]
async fn ollama_gets_native_options_and_never_cuts_silently() {
    let mut request = sampled("smol");
    request.parameters.context_size = Some(2048);
    request.parameters.top_k = Some(20);
    request.parameters.seed = Some(u64::MAX);
    request.parameters.reasoning_effort = Some(ReasoningEffort::Medium);
    request.parameters.json_schema = Some(json!({"type": "object"}));
    let recorded = sent(ollama, request).await.unwrap();
    assert_eq!(recorded.target, "/api/chat");
    assert_eq!(
        recorded.json(),
        json!({
            "model": "smol", "stream": true, "truncate": false, "shift": false, "keep_alive": 60, "think": true, "format": {"type": "object"},
            "messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Name three colours."}],
            "options": {"temperature": 0.5, "top_p": 0.9, "top_k": 20, "num_predict": 64, "num_ctx": 2048, "seed": 0x7fff_ffff, "stop": ["END"]},
        })
    );
    let body = sent(ollama, thinking("gpt-oss:20b", ReasoningEffort::High)).await.unwrap().json();
    assert_eq!(body["think"], "high");
}

#[test]
fn addresses_that_are_none_are_refused_when_a_client_is_made() {
    for url in ["", "example.com", "ftp://example.com", "file:///etc/passwd"] {
        assert!(
            matches!(OpenAi::new(http(), url, None, Flavour::OpenAi), Err(Error::InvalidRequest(_))),
            "{url}"
        );
        assert!(matches!(Anthropic::new(http(), url, None), Err(Error::InvalidRequest(_))), "{url}");
        assert!(matches!(Ollama::new(http(), url), Err(Error::InvalidRequest(_))), "{url}");
    }
}

#[test]
fn flavours_are_known_by_host() {
    assert_eq!(Flavour::of("https://api.openai.com/v1"), Flavour::OpenAi);
    assert_eq!(Flavour::of("http://127.0.0.1:8080/v1"), Flavour::COMPATIBLE);
    assert!(matches!(
        Flavour::of("https://api.mistral.ai/v1/"),
        Flavour::Compatible { extend: Extend::Prefix, stream_options: false, .. }
    ));
}
