//! What the measuring programs of this crate share: figures as JSON lines, and the programs that they measure.
#![allow(dead_code, reason = "not every measuring program needs all of it")]

use std::{error::Error, path::PathBuf};

use llm::{Http, HttpOptions, ProxyChoice};
use serde_json::{Value, json};

pub(crate) type Outcome<T> = Result<T, Box<dyn Error>>;

/// Values measured in turns with the others of the same bench.
pub(crate) struct Figure<'a> {
    pub(crate) name: String,
    pub(crate) values: &'a [f64],
    pub(crate) unit: &'a str,
    /// Of the same rounds; none where there is nothing to compare with.
    pub(crate) baselines: &'a [f64],
    pub(crate) how: &'a str,
}

impl Figure<'_> {
    /// Prints the medians; the ratio is the median of the rounds' own, since the machine's pace changes between rounds.
    pub(crate) fn report(self) {
        let Self { name, values, unit, baselines, how } = self;
        let mut line = json!({ "name": name, "value": round(median(values)), "unit": unit });
        if !baselines.is_empty() {
            let ratios: Vec<f64> =
                values.iter().zip(baselines).map(|(value, baseline)| value / baseline).collect();
            line["baseline"] = round(median(baselines));
            line["ratio"] = round(median(&ratios));
        }
        finish(line, &format!("median of {}; {how}", values.len()));
    }

    /// Prints the largest value.
    pub(crate) fn report_worst(self) {
        let Self { name, values, unit, how, .. } = self;
        let worst = values.iter().copied().fold(f64::NAN, f64::max);
        let line = json!({ "name": format!("{name}.worst"), "value": round(worst), "unit": unit });
        finish(line, &format!("longest of {}; {how}", values.len()));
    }
}

fn finish(mut line: Value, how: &str) {
    line["how"] = how.into();
    line["load"] = round(sysinfo::System::load_average().one);
    print(&line);
}

/// Prints that a figure can't be had here, and why, for programs and for people.
#[allow(clippy::print_stderr, reason = "a measuring program")]
pub(crate) fn left_out(name: &str, reason: &str) {
    eprintln!("left out: {name}, because {reason}");
    print(&json!({ "name": name, "skipped": reason }));
}

#[allow(clippy::print_stdout, reason = "a measuring program: prints what it measured")]
fn print(line: &Value) {
    println!("{line}");
}

fn round(number: f64) -> Value {
    json!((number * 100.0).round() / 100.0)
}

fn median(values: &[f64]) -> f64 {
    let mut values = values.to_vec();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

/// Another example, built beside this one.
pub(crate) fn example(name: &str) -> Outcome<PathBuf> {
    let program =
        std::env::current_exe()?.with_file_name(name).with_extension(std::env::consts::EXE_EXTENSION);
    if program.exists() {
        return Ok(program);
    }
    Err(format!("Build it first: cargo build -p webplus-engine --example {name}").into())
}

/// The first program of that name on the PATH.
#[allow(clippy::disallowed_methods, reason = "belongs to the mains of measuring programs")]
pub(crate) fn on_path(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    let file = format!("{name}{}", std::env::consts::EXE_SUFFIX);
    std::env::split_paths(&path).map(|folder| folder.join(&file)).find(|program| program.is_file())
}

/// The client, for servers on this computer.
pub(crate) fn http() -> Outcome<Http> {
    Ok(Http::new(HttpOptions { proxy: ProxyChoice::Off, ..HttpOptions::default() })?)
}
