//! `webplus test`: a pipeline file's own tests.

use std::process::ExitCode;

use serde_json::{Value, json};

use crate::{
    arguments::Test,
    door::Door,
    failure::Failure,
    output::Output,
    run::{from_file, told},
};

pub(crate) async fn run(door: &Door, test: Test, output: &Output) -> Result<ExitCode, Failure> {
    let source = match from_file(door, &test.file).await? {
        Ok(source) => source,
        Err(invalid) => return told(&invalid, output),
    };
    for warning in source.warnings() {
        output.aside(&warning);
    }
    let report: Value = door.call("pipeline/test", json!({ "definition": source.definition })).await?;
    let tests = report["tests"].as_array().cloned().unwrap_or_default();
    let mut failed = 0;
    for test in &tests {
        let passed = test["passed"] == true;
        failed += usize::from(!passed);
        output.json(&json!({
            "type": "test", "run": test["runId"], "name": test["name"], "passed": passed, "failures": test["failures"],
        }))?;
        output.sentence(&format!(
            "{} {}",
            if passed { "ok    " } else { "failed" },
            test["name"].as_str().unwrap_or_default()
        ))?;
        for failure in test["failures"].as_array().into_iter().flatten().filter_map(Value::as_str) {
            output.sentence(&format!("       {failure}"))?;
        }
    }
    if tests.is_empty() {
        output.aside(
            "The file has no tests. They stand under \"tests\", each with a name and what it expects.",
        );
    }
    Ok(ExitCode::from(u8::from(failed > 0)))
}
