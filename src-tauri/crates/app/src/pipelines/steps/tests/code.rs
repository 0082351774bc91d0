use std::time::{Duration, Instant};

use domain::ErrorCode;
use serde_json::{Value, json};

use super::bench::Bench;

async fn js(bench: &Bench, code: &str) -> Result<Value, String> {
    let rest = json!({"inputs": {"rows": {"type": "any"}}});
    let node = json!({"id": "x", "kind": "js", "config": {"code": code, "args": {"rows": "inputs.rows"}}});
    let left = bench.left(node, rest, json!({"rows": [{"price": 2}, {"price": 3.5}]})).await;
    left.map(|left| left.values["value"].clone()).map_err(|error| error.message)
}

async fn jq(bench: &Bench, query: &str, value: Value) -> Result<Value, String> {
    let rest = json!({"inputs": {"value": {"type": "any"}}});
    let node = json!({"id": "x", "kind": "json", "config": {"value": "inputs.value", "query": query}});
    let left = bench.left(node, rest, json!({"value": value})).await;
    left.map(|left| left.values["json"].clone()).map_err(|error| error.message)
}

#[tokio::test]
async fn javascript_computes_with_its_values_and_says_where_it_fails() {
    let bench = Bench::new().await;
    assert_eq!(js(&bench, "return rows.reduce((sum, row) => sum + row.price, 0)").await, Ok(json!(5.5)));
    assert_eq!(
        js(&bench, "return rows.map(row => ({...row, text: `${row.price}`}))").await.unwrap()[0]["text"],
        "2"
    );
    assert_eq!(js(&bench, "console.log('hi', {a: 1}); return null").await, Ok(Value::Null));
    assert_eq!(js(&bench, "return (async () => { await null; return 7 })()").await, Ok(json!(7)));
    assert_eq!(
        js(&bench, "return typeof fetch + typeof require + typeof std + typeof Date + typeof Math.random")
            .await,
        Ok(json!("undefined".repeat(5)))
    );
    let failed = js(&bench, "const a = 1;\nreturn rows.nothing.more").await.unwrap_err();
    assert!(failed.contains("nothing") || failed.contains("undefined"), "{failed}");
    assert!(js(&bench, "return (").await.unwrap_err().contains("The JavaScript failed"));
    assert!(js(&bench, "throw 'my own'").await.unwrap_err().contains("my own"));
    assert!(js(&bench, "return new Promise(() => {})").await.unwrap_err().contains("promise"));
    assert!(js(&bench, "JSON.stringify = () => 'x'; Function = 1; return 1").await.is_ok());
    bench.finish().await;
}

#[tokio::test]
async fn a_program_that_never_ends_or_takes_all_memory_is_ended_and_the_next_one_runs() {
    let bench = Bench::new().await;
    let begun = Instant::now();
    assert!(js(&bench, "while (true) {}").await.is_err());
    assert!(js(&bench, "return new Array(2**27).join('a').length").await.is_err());
    assert!(js(&bench, "const all = []; while (true) all.push(new Array(100000).fill(1))").await.is_err());
    assert!(js(&bench, "const f = () => f() + 1; return f()").await.is_err());
    assert!(jq(&bench, "[range(infinite)]", json!(1)).await.is_err());
    assert!(jq(&bench, "def f: [f]; f", json!(1)).await.is_err());
    assert!(begun.elapsed() < Duration::from_mins(1), "{:?}", begun.elapsed());
    assert_eq!(js(&bench, "return 1").await, Ok(json!(1)));
    bench.finish().await;
}

#[tokio::test]
async fn jq_reshapes_and_reaches_nothing_outside() {
    let bench = Bench::new().await;
    let value = json!({"items": [{"name": "a", "n": 1}, {"name": "b", "n": 2.5}]});
    assert_eq!(jq(&bench, ".items[] | .name", value.clone()).await, Ok(json!(["a", "b"])));
    assert_eq!(jq(&bench, ".items | map(.n) | add", value.clone()).await, Ok(json!(3.5)));
    assert_eq!(jq(&bench, "empty", value.clone()).await, Ok(Value::Null));
    for outside in [
        "env",
        "$ENV",
        "halt",
        "halt_error",
        "input",
        "inputs",
        "now",
        "debug",
        "stderr",
        "include \"x\"; .",
        "input_filename",
    ] {
        let refused = jq(&bench, outside, json!(null)).await;
        assert!(refused.is_err(), "{outside}: {refused:?}");
    }
    assert!(jq(&bench, ".items |", value.clone()).await.unwrap_err().contains("Correct \"query\""));
    assert!(jq(&bench, ".items + 1", value).await.unwrap_err().contains("cannot"));
    bench.finish().await;
}

#[tokio::test]
async fn json_is_parsed_and_held_against_a_schema() {
    let bench = Bench::new().await;
    let schema = json!({"type": "object", "properties": {"n": {"type": "number"}}, "required": ["n"]});
    let config = |text: &str| json!({"text": text, "schema": schema});
    let left = bench.simple("json", config("Here: ```json\n{\"n\": 1}\n```")).await.unwrap();
    assert_eq!(left.values["json"], json!({"n": 1}));
    let error = bench.simple("json", config("{\"n\": \"x\"}")).await.unwrap_err();
    assert_eq!((error.code, error.reason.name()), (ErrorCode::InvalidInput, "invalid_output"));
    assert!(error.message.contains("/n"), "{}", error.message);
    bench.finish().await;
}
