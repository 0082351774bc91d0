//! The options of a request: unknown ones are only warned about, wrong types are refused.

use serde_json::{Map, Value};

use super::log::Log;

const INTEGERS: [&str; 10] = [
    "num_keep",
    "seed",
    "num_predict",
    "top_k",
    "repeat_last_n",
    "num_ctx",
    "num_batch",
    "num_gpu",
    "main_gpu",
    "num_thread",
];
const DECIMALS: [&str; 7] =
    ["top_p", "min_p", "typical_p", "temperature", "repeat_penalty", "presence_penalty", "frequency_penalty"];
/// Options that another load is needed for, besides the context.
const OF_LOAD: [&str; 5] = ["num_batch", "num_gpu", "main_gpu", "num_thread", "use_mmap"];

/// Checks the options; the error is the engine's.
pub(super) fn check(options: &Map<String, Value>, log: &Log) -> Result<(), String> {
    for (name, value) in options.iter().filter(|(_, value)| !value.is_null()) {
        let name = name.as_str();
        let (fine, kind) = if INTEGERS.contains(&name) {
            (value.is_number(), "integer")
        } else if DECIMALS.contains(&name) {
            (value.is_number(), "float32")
        } else if name == "stop" {
            (value.is_array(), "array")
        } else if name == "use_mmap" {
            (value.is_boolean(), "boolean")
        } else {
            log.line("WARN", "types.go:992", &format!("msg=\"invalid option provided\" option={name}"));
            continue;
        };
        if !fine {
            return Err(format!("option \"{name}\" must be of type {kind}"));
        }
    }
    Ok(())
}

/// What of the options another load is needed for, as a text to compare.
pub(super) fn of_load(options: &Map<String, Value>) -> String {
    let chosen = OF_LOAD.iter().filter_map(|name| Some(format!("{name}={}", options.get(*name)?)));
    chosen.collect::<Vec<_>>().join(" ")
}
