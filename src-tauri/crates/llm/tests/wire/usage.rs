//! Vendors' ways of counting, golden.

use domain::{FinishReason, TokenUsage};
use llm::{CompletionEvent, Flavour, OpenAi};
use serde_json::{Value, json};

use crate::{kinds::Kind, reasoning, text};

fn of(kind: Kind, stream: &str) -> (TokenUsage, Vec<CompletionEvent>) {
    let mut events = Vec::new();
    kind.decoder().push(stream.as_bytes(), &mut events).unwrap();
    let usage = events
        .iter()
        .rev()
        .find_map(|event| if let CompletionEvent::Usage(usage) = event { Some(*usage) } else { None });
    (usage.expect("usage"), events)
}

fn chat(usage: Value) -> TokenUsage {
    of(Kind::Chat, &format!("data: {}\n\n", json!({"choices": [], "usage": usage}))).0
}

#[test]
fn openai_counts_cached_tokens_inside_the_prompt() {
    let usage = chat(json!({"prompt_tokens": 1000, "completion_tokens": 50, "total_tokens": 1050,
        "prompt_tokens_details": {"cached_tokens": 800, "cache_write_tokens": 100, "audio_tokens": 0},
        "completion_tokens_details": {"reasoning_tokens": 30, "accepted_prediction_tokens": 0}}));
    assert_eq!(
        usage,
        TokenUsage {
            input: 100,
            cache_read: 800,
            cache_write: 100,
            output: 50,
            reasoning: 30,
            estimated: false
        }
    );
    assert_eq!(usage.prompt(), 1000);
}

#[test]
fn deepseek_names_its_cache_otherwise() {
    let usage = chat(
        json!({"prompt_tokens": 100, "completion_tokens": 5, "prompt_cache_hit_tokens": 64, "prompt_cache_miss_tokens": 36}),
    );
    assert_eq!((usage.input, usage.cache_read, usage.output), (36, 64, 5));
}

#[test]
fn xai_counts_reasoning_beside_the_completion() {
    let usage = chat(
        json!({"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 115, "completion_tokens_details": {"reasoning_tokens": 100}}),
    );
    assert_eq!((usage.output, usage.reasoning), (105, 100));
}

#[test]
fn nonsense_never_becomes_a_negative_number() {
    let usage = chat(
        json!({"prompt_tokens": 10, "completion_tokens": 5, "prompt_tokens_details": {"cached_tokens": 99}}),
    );
    assert_eq!((usage.input, usage.cache_read), (0, 10));
    let mut events = Vec::new();
    let stream = "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":\"many\",\"completion_tokens\":-3}}\n\n";
    Kind::Chat.decoder().push(stream.as_bytes(), &mut events).unwrap();
    assert!(!events.iter().any(|event| matches!(event, CompletionEvent::Usage(_))));
}

#[test]
fn anthropic_counts_cached_tokens_apart_and_the_last_word_counts() {
    let stream = [
        json!({"type": "message_start", "message": {"model": "claude-x", "usage": {"input_tokens": 5, "cache_creation_input_tokens": 70, "cache_read_input_tokens": 900, "output_tokens": 1}}}),
        json!({"type": "content_block_start", "index": 0, "content_block": {"type": "thinking", "thinking": "", "signature": ""}}),
        json!({"type": "content_block_delta", "index": 0, "delta": {"type": "thinking_delta", "thinking": "Hm. "}}),
        json!({"type": "content_block_delta", "index": 0, "delta": {"type": "thinking_delta", "thinking": "Yes."}}),
        json!({"type": "content_block_delta", "index": 0, "delta": {"type": "signature_delta", "signature": "c2ln"}}),
        json!({"type": "content_block_stop", "index": 0}),
        json!({"type": "content_block_start", "index": 1, "content_block": {"type": "redacted_thinking", "data": "b3BhcXVl"}}),
        json!({"type": "content_block_stop", "index": 1}),
        json!({"type": "content_block_start", "index": 2, "content_block": {"type": "text", "text": ""}}),
        json!({"type": "content_block_delta", "index": 2, "delta": {"type": "text_delta", "text": "Four."}}),
        json!({"type": "content_block_stop", "index": 2}),
        json!({"type": "future_event", "x": 1}),
        json!({"type": "message_delta", "delta": {"stop_reason": "model_context_window_exceeded"}, "usage": {"input_tokens": 8, "output_tokens": 42, "output_tokens_details": {"thinking_tokens": 30}}}),
        json!({"type": "message_stop"}),
    ]
    .map(|event| format!("event: {}\ndata: {event}\n\n", event["type"].as_str().unwrap()))
    .concat();
    let (usage, events) = of(Kind::Anthropic, &stream);
    assert_eq!(
        usage,
        TokenUsage {
            input: 8,
            cache_read: 900,
            cache_write: 70,
            output: 42,
            reasoning: 30,
            estimated: false
        }
    );
    assert_eq!((reasoning(&events).as_str(), text(&events).as_str()), ("Hm. Yes.", "Four."));
    let blocks: Vec<&Value> = events
        .iter()
        .filter_map(|event| if let CompletionEvent::ReasoningBlock(raw) = event { Some(raw) } else { None })
        .collect();
    assert_eq!(
        blocks,
        [
            &json!({"type": "thinking", "thinking": "Hm. Yes.", "signature": "c2ln"}),
            &json!({"type": "redacted_thinking", "data": "b3BhcXVl"}),
        ]
    );
    assert!(matches!(events.last(), Some(CompletionEvent::Finished { reason: FinishReason::Length, .. })));
}

#[test]
fn responses_reasoning_refusals_and_incomplete_ends_are_understood() {
    let stream = [
        json!({"type": "response.created", "response": {"model": "gpt-x"}, "sequence_number": 0}),
        json!({"type": "response.reasoning_summary_text.delta", "summary_index": 0, "delta": "First"}),
        json!({"type": "response.reasoning_summary_part.added", "summary_index": 1}),
        json!({"type": "response.reasoning_summary_text.delta", "summary_index": 1, "delta": "Second"}),
        json!({"type": "response.output_item.done", "item": {"type": "reasoning", "id": "rs_1", "summary": [], "encrypted_content": "c2VhbGVk"}}),
        json!({"type": "response.output_text.delta", "delta": "Half"}),
        json!({"type": "response.incomplete", "response": {"incomplete_details": {"reason": "max_output_tokens"},
            "usage": {"input_tokens": 20, "input_tokens_details": {"cached_tokens": 5}, "output_tokens": 16, "output_tokens_details": {"reasoning_tokens": 10}, "total_tokens": 36}}}),
    ]
    .map(|event| format!("data: {event}\n\n"))
    .concat();
    let (usage, events) = of(Kind::Responses, &stream);
    assert_eq!(
        usage,
        TokenUsage { input: 15, cache_read: 5, cache_write: 0, output: 16, reasoning: 10, estimated: false }
    );
    assert_eq!(reasoning(&events), "First\n\nSecond");
    assert_eq!(events.first(), Some(&CompletionEvent::Started { model: Some("gpt-x".to_owned()) }));
    assert!(events.iter().any(|event| matches!(event, CompletionEvent::ReasoningBlock(raw) if raw["encrypted_content"] == "c2VhbGVk")));
    assert!(matches!(events.last(), Some(CompletionEvent::Finished { reason: FinishReason::Length, .. })));
}

#[test]
fn every_name_of_reasoning_and_every_form_of_content_is_read() {
    let stream = [
        json!({"choices": [{"delta": {"role": "assistant", "content": null, "reasoning_content": "a"}}]}),
        json!({"choices": [{"delta": {"content": "", "reasoning": "b"}}]}),
        json!({"choices": [{"delta": {"content": [{"type": "thinking", "thinking": [{"type": "text", "text": "c"}]}, {"type": "text", "text": "X"}]}}]}),
        json!({"choices": [{"delta": {"content": "Y", "reasoning": {"odd": true}}, "finish_reason": "STOP"}]}),
    ]
    .map(|event| format!("data: {event}\n\n"))
    .concat();
    let mut events = Vec::new();
    let mut decoder = OpenAi::chat_decoder("example.com", 1 << 20, &Flavour::OpenAi);
    decoder.push(stream.as_bytes(), &mut events).unwrap();
    decoder.finish(&mut events).unwrap();
    assert_eq!((reasoning(&events).as_str(), text(&events).as_str()), ("abc", "XY"));
    assert!(matches!(events.last(), Some(CompletionEvent::Finished { reason: FinishReason::Stop, .. })));
}

#[test]
fn llama_cpp_and_ollama_tell_their_own_times() {
    let (_, events) = of(Kind::Ollama, &String::from_utf8(Kind::Ollama.body()).unwrap());
    let Some(CompletionEvent::Finished { timing, .. }) = events.last() else { panic!("no end") };
    assert_eq!(timing.generation_ms, Some(117.516));
    assert_eq!(timing.prompt_ms, Some(16.529));
    let (_, events) = of(Kind::Chat, &String::from_utf8(Kind::Chat.body()).unwrap());
    let Some(CompletionEvent::Finished { timing, .. }) = events.last() else { panic!("no end") };
    assert_eq!((timing.prompt_ms, timing.generation_ms), (Some(92.143), Some(578.546)));
}
