//! `pipeline/estimate`: what a run would cost and take, before it does.

use serde_json::{Value, json};
use webplus_tests::{TestApp, fake_model, pipeline};

#[tokio::test]
async fn what_a_run_would_cost_is_reckoned_with_its_limits_turns_and_tries_at_the_default_model_s_price() {
    let app = TestApp::start().await;
    app.opened.fake.set_models(Ok(vec![fake_model("gpt-4o-mini", 128_000)]));
    let openai =
        app.add_fake("Fake OpenAI", json!({"vendor": "openai", "key": "sk-test-000000000000"})).await;
    let model = format!("{}/gpt-4o-mini", openai["slug"].as_str().unwrap());
    app.call("settings/update", json!({ "defaultModel": model })).await;
    let estimate =
        async |nodes: Value| app.call("pipeline/estimate", json!({"definition": pipeline(nodes, &[])})).await;
    let messages = json!([{"role": "user", "content": "Hello"}]);
    let once = |more: Value| {
        let mut config = json!({"model": "", "messages": messages});
        config.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        json!([{"id": "ask", "kind": "llm", "config": config, "retry": {"max_attempts": 1}}])
    };
    let short = estimate(once(json!({"max_tokens": 10}))).await;
    assert_eq!((&short["calls"], &short["costLow"]), (&json!(1), &short["costHigh"]), "{short}");
    // A token of the answer is 600 nano-dollars, one of the prompt 150.
    let answer = short["costHigh"].as_i64().unwrap() - 10 * 600;
    assert!(answer > 0 && answer % 150 == 0 && answer < 100 * 150, "{short}");
    let basis = short["basis"][0].as_str().unwrap();
    assert!(basis.contains(&model) && basis.contains("the default model"), "{basis}");
    let long = estimate(once(json!({"max_tokens": 5000}))).await;
    assert!(long["costHigh"].as_i64().unwrap() > 5000 * 600, "{long}");
    // Three turns with two repairs each, twice.
    let agent = estimate(json!([{"id": "work", "kind": "agent", "retry": {"max_attempts": 2},
        "config": {"model": "", "task": "Look", "max_turns": 3, "max_tokens": 10}}]))
    .await;
    assert_eq!(agent["calls"], 18, "{agent}");
    assert!(agent["costLow"].as_i64().unwrap() * 18 <= agent["costHigh"].as_i64().unwrap(), "{agent}");
    // What is chosen by a template isn't known.
    let mut later = once(json!({}));
    later[0]["config"]["model"] = json!("{{ inputs.model }}");
    assert_eq!(estimate(later).await["costHigh"], Value::Null);
    app.finish().await;
}
