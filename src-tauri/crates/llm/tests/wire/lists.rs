//! Lists of models, states, identity, loading and unloading.

use domain::{Capability, Model, ModelState, ParameterName};
use llm::{Anthropic, Error, Flavour, KeepAlive, Ollama, OllamaLoad, OpenAi, Provider, ProviderInfo};
use serde_json::json;
use test_support::{FaultServer, Script};

use crate::{fixture, http, kinds::Kind, question};

/// A server that answers each path with a recording, else 404.
async fn recorded(paths: &'static [(&'static str, &'static str)]) -> FaultServer {
    FaultServer::start(move |request| {
        let found = paths.iter().find(|(path, _)| *path == request.target);
        found.map_or_else(
            || Script::reply(404, &[], "404 page not found"),
            |(_, name)| Script::recorded(&fixture(name)),
        )
    })
    .await
    .unwrap()
}

fn names(models: &[Model]) -> Vec<&str> {
    models.iter().map(|model| model.id.name()).collect()
}

#[tokio::test]
async fn ollamas_models_have_their_sizes_abilities_and_states() {
    let server = recorded(&[
        ("/", "ollama/root.response.http"),
        ("/api/version", "ollama/version.response.http"),
        ("/api/tags", "ollama/tags.response.http"),
        ("/api/ps", "ollama/ps-loaded.response.http"),
    ])
    .await;
    let ollama = Ollama::new(http(), &server.url()).unwrap();
    let models = ollama.models().await.unwrap();
    assert_eq!(names(&models), ["smol:latest", "smol-pirate:latest"]);
    let smol = &models[0];
    assert_eq!((smol.name.as_str(), smol.context_window, smol.size), ("smol", Some(8192), Some(98_362_745)));
    let ModelState::Loaded { memory, context, gpu_memory, expires_at } = smol.state else {
        panic!("{:?}", smol.state)
    };
    assert_eq!((memory, context, gpu_memory), (209_505_483, 4096, Some(0)));
    assert!(expires_at.is_some());
    assert_eq!(models[1].state, ModelState::OnDisk);
    assert_eq!((smol.family.as_deref(), smol.quantization.as_deref()), (Some("llama"), Some("Q4_1")));
    assert!(smol.test_size && smol.capabilities.contains(&Capability::Chat));
    assert!(
        smol.parameters
            .iter()
            .any(|spec| spec.name == ParameterName::ContextSize && spec.max == Some(8192.0))
    );
    assert!(!smol.parameters.iter().any(|spec| spec.name == ParameterName::ReasoningEffort));
    assert_eq!(
        ollama.test().await.unwrap(),
        ProviderInfo { server: Some("Ollama 0.33.0-rc2".to_owned()), models: 2 }
    );
    assert_eq!(
        server.requests().iter().filter(|request| request.target == "/api/show").count(),
        0,
        "the list was enough"
    );
}

#[tokio::test]
async fn an_older_ollama_is_asked_about_each_model_once() {
    let server = FaultServer::start(|request| match request.target.as_str() {
        "/api/tags" => {
            Script::json(200, r#"{"models":[{"name":"smol:latest","digest":"abc","size":5,"details":{}}]}"#)
        }
        "/api/ps" => Script::json(404, "{}"),
        _ => Script::recorded(&fixture("ollama/show-variant.response.http")),
    })
    .await
    .unwrap();
    let ollama = Ollama::new(http(), &server.url()).unwrap();
    for _ in 0..3 {
        let models = ollama.models().await.unwrap();
        assert_eq!((models[0].context_window, models[0].default_context), (Some(8192), Some(2048)));
        assert_eq!(models[0].parameter_size.as_deref(), Some("134.52M"));
    }
    assert_eq!(server.requests().iter().filter(|request| request.target == "/api/show").count(), 1);
    let details = ollama.show("smol").await.unwrap();
    assert!(
        details
            .file
            .unwrap()
            .ends_with("sha256-941f309b54caaad6747569ba43712bcde44a2be3bae16c3282ff499c37c54af5")
    );
}

#[tokio::test]
async fn a_listed_model_whose_file_is_gone_is_damaged() {
    let server = FaultServer::start(|request| match request.target.as_str() {
        "/api/tags" => Script::json(200, r#"{"models":[{"name":"smol:latest","digest":"abc","size":5}]}"#),
        "/api/show" => Script::recorded(&fixture("ollama/show-blob-missing.response.http")),
        _ => Script::recorded(&fixture("ollama/ps-empty.response.http")),
    })
    .await
    .unwrap();
    let models = Ollama::new(http(), &server.url()).unwrap().models().await.unwrap();
    assert!(matches!(&models[0].state, ModelState::Damaged { reason } if reason.contains("not found")));
}

#[tokio::test]
async fn an_empty_ollama_has_no_models_in_either_protocol() {
    let server = recorded(&[
        ("/api/tags", "ollama/tags-empty.response.http"),
        ("/api/ps", "ollama/ps-empty.response.http"),
        ("/v1/models", "ollama/v1-models-empty.response.http"),
    ])
    .await;
    assert_eq!(Ollama::new(http(), &server.url()).unwrap().models().await, Ok(Vec::new()));
    let compatible = OpenAi::new(http(), &format!("{}/v1", server.url()), None, Flavour::COMPATIBLE).unwrap();
    assert_eq!(compatible.models().await, Ok(Vec::new()));
}

#[tokio::test]
async fn what_is_not_ollama_is_told_before_anything_is_sent_to_it() {
    for script in [
        Script::json(200, "{}"),
        Script::reply(200, &[], "Ollama is running"),
        Script::reply(404, &[], "nope"),
        Script::reply(200, &[("Content-Type", "text/html")], "<html>hi</html>"),
    ] {
        let server = FaultServer::always(script).await.unwrap();
        let error = Ollama::new(http(), &server.url()).unwrap().identify().await.unwrap_err();
        assert!(matches!(&error, Error::BadReply(_)), "{error:?}");
        assert!(server.requests().iter().all(|request| request.method == "GET"));
    }
}

#[tokio::test]
async fn models_are_loaded_and_unloaded() {
    let server = FaultServer::start(|request| {
        let name = if request.json()["keep_alive"] == 0 { "unload" } else { "load" };
        Script::recorded(&fixture(&format!("ollama/{name}.response.http")))
    })
    .await
    .unwrap();
    let ollama = Ollama::new(http(), &server.url()).unwrap();
    let chosen =
        OllamaLoad { context: Some(2048), threads: Some(3), mmap: Some(false), ..OllamaLoad::default() };
    ollama.load("smol", chosen, KeepAlive::Forever).await.unwrap();
    ollama.load("smol", OllamaLoad::default(), KeepAlive::Default).await.unwrap();
    ollama.unload("smol").await.unwrap();
    let bodies: Vec<_> = server.requests().iter().map(test_support::Recorded::json).collect();
    assert_eq!(
        bodies[0],
        json!({"model": "smol", "messages": [], "stream": false, "options": {"num_ctx": 2048, "num_thread": 3, "use_mmap": false}, "keep_alive": -1})
    );
    assert_eq!(bodies[1], json!({"model": "smol", "messages": [], "stream": false}));
    assert_eq!(bodies[2], json!({"model": "smol", "messages": [], "stream": false, "keep_alive": 0}));
    let missing = FaultServer::always(Script::recorded(&fixture("ollama/chat-unknown-model.response.http")))
        .await
        .unwrap();
    let error = Ollama::new(http(), &missing.url())
        .unwrap()
        .load("nope", OllamaLoad::default(), KeepAlive::Default)
        .await
        .unwrap_err();
    assert!(matches!(error, Error::ModelNotFound(_)));
}

#[tokio::test]
async fn llama_cpps_list_tells_the_context_and_how_to_extend() {
    let server = FaultServer::start(|request| {
        if request.method == "GET" {
            Script::recorded(&fixture("openai/models.response.http"))
        } else {
            Kind::Chat.head().bytes(Kind::Chat.end())
        }
    })
    .await
    .unwrap();
    let provider = OpenAi::new(http(), &server.url(), None, Flavour::COMPATIBLE).unwrap().named("local");
    let models = provider.models().await.unwrap();
    assert_eq!(models[0].id.to_string(), "local/models/SmolLM2-135M-Instruct.Q4_1.gguf");
    assert_eq!(
        (models[0].context_window, models[0].quantization.as_deref(), models[0].test_size),
        (Some(2048), Some("Q4_1"), true)
    );
    let mut request = question("m");
    request.messages.push(llm::RequestMessage::text(domain::Role::Assistant, "Red, "));
    request.continuation = llm::Continuation::Extend;
    let _ = crate::collect(provider.complete(request)).await;
    let body = server.requests().pop().unwrap().json();
    assert_eq!(body["messages"].as_array().unwrap().last().unwrap()["role"], "assistant");
}

#[tokio::test]
async fn openais_list_is_narrowed_to_what_converses() {
    let list = json!({"object": "list", "data": [
        {"id": "gpt-4o"}, {"id": "text-embedding-3-small"}, {"id": "whisper-1"}, {"id": "o3"}, {"id": "gpt-4o-audio-preview"},
        {"id": "gpt-4o-2024-08-06"}, {"id": "dall-e-3"}, {"id": 7}, "odd",
    ]});
    let server = FaultServer::always(Script::json(200, &list.to_string())).await.unwrap();
    let models = OpenAi::new(http(), &server.url(), None, Flavour::OpenAi).unwrap().models().await.unwrap();
    assert_eq!(names(&models), ["gpt-4o", "o3", "gpt-4o-2024-08-06"]);
    assert_eq!((models[0].context_window, models[0].max_output), (Some(128_000), Some(16_384)));
    assert!(models[1].capabilities.contains(&Capability::Reasoning));
    let offered: Vec<ParameterName> = models[1].parameters.iter().map(|spec| spec.name).collect();
    assert_eq!(
        offered,
        [ParameterName::MaxTokens, ParameterName::ReasoningEffort, ParameterName::JsonSchema]
    );
}

#[tokio::test]
async fn openrouters_list_tells_what_each_model_takes() {
    let list = json!({"data": [{"id": "meta/llama-x", "context_length": 131_072, "top_provider": {"max_completion_tokens": 8192},
        "architecture": {"input_modalities": ["text", "image"]}, "supported_parameters": ["max_tokens", "temperature", "tools", "reasoning", "structured_outputs"]}]});
    let server = FaultServer::always(Script::json(200, &list.to_string())).await.unwrap();
    let models = OpenAi::new(http(), &server.url(), None, Flavour::COMPATIBLE)
        .unwrap()
        .named("openrouter")
        .models()
        .await
        .unwrap();
    let model = &models[0];
    assert_eq!((model.context_window, model.max_output), (Some(131_072), Some(8192)));
    assert_eq!(
        model.capabilities,
        [
            Capability::Chat,
            Capability::Vision,
            Capability::Tools,
            Capability::Reasoning,
            Capability::JsonSchema
        ]
    );
    let offered: Vec<ParameterName> = model.parameters.iter().map(|spec| spec.name).collect();
    assert_eq!(
        offered,
        [ParameterName::MaxTokens, ParameterName::Temperature, ParameterName::ReasoningEffort]
    );
}

#[tokio::test]
async fn anthropics_list_is_read_page_by_page_and_believed() {
    let page = |id: &str, more: bool, types: serde_json::Value| {
        json!({"data": [{"id": id, "type": "model", "display_name": "Claude X", "max_input_tokens": 500_000, "max_tokens": 32_000,
            "capabilities": {"thinking": {"supported": true, "types": types}, "structured_outputs": {"supported": false}, "image_input": {"supported": true}}}],
            "has_more": more, "last_id": id})
    };
    let server = FaultServer::start(move |request| match request.target.as_str() {
        "/v1/models?limit=1000" => Script::json(
            200,
            &page(
                "claude-x-1",
                true,
                json!({"enabled": {"supported": true}, "adaptive": {"supported": false}}),
            )
            .to_string(),
        ),
        "/v1/models?limit=1000&after_id=claude-x-1" => Script::json(
            200,
            &page("claude-x-2", false, json!({"adaptive": {"supported": true}})).to_string(),
        ),
        _ => Script::json(500, "{}"),
    })
    .await
    .unwrap();
    let anthropic = Anthropic::new(http(), &format!("{}/v1/", server.url()), None).unwrap();
    let models = anthropic.models().await.unwrap();
    assert_eq!(names(&models), ["claude-x-1", "claude-x-2"]);
    assert_eq!((models[0].context_window, models[0].max_output), (Some(500_000), Some(32_000)));
    assert_eq!(
        models[0].capabilities,
        [Capability::Chat, Capability::Tools, Capability::Vision, Capability::Reasoning]
    );
    // What the list said is what the next request goes by.
    let mut request = question("claude-x-1");
    request.parameters.reasoning_effort = Some(domain::ReasoningEffort::Low);
    let _ = crate::collect(anthropic.complete(request)).await;
    let body = server.requests().pop().unwrap().json();
    assert_eq!((&body["thinking"]["type"], &body["max_tokens"]), (&json!("enabled"), &json!(32_000)));
}

#[tokio::test]
async fn a_wrong_key_is_found_by_the_test_of_a_connection() {
    for kind in [Kind::Chat, Kind::Anthropic] {
        let body =
            r#"{"type":"error","error":{"type":"authentication_error","message":"invalid x-api-key"}}"#;
        let server = FaultServer::always(Script::json(401, body)).await.unwrap();
        let error = kind.provider(http(), &server.url()).test().await.unwrap_err();
        assert!(matches!(&error, Error::Auth(text) if text.contains("invalid")), "{kind:?}: {error:?}");
    }
}
