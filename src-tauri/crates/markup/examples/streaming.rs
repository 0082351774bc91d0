//! What rendering costs, as JSON lines `{"name","value","unit","baseline"?,"ratio"?}`: CPU time of the thread that renders (elsewhere
//! than on Unix the wall's), so that a busy machine changes nothing. A baseline was measured here as well. Run it in release:
//! `cargo run --release -p webplus-markup --example streaming`.

#![allow(clippy::print_stdout, clippy::disallowed_methods, reason = "measures, and prints what it measured")]

use std::time::Duration;

use webplus_markup::{Document, Highlighter, Limits, Patch, render};

const ANSWER: usize = 32 * 1024;
const TOKEN: usize = 4;

fn main() {
    let section = include_str!("../tests/fixtures/answer.md");
    let answer = cut(&section.repeat(ANSWER / section.len() + 1), ANSWER);
    stream("markdown.answer", &answer);
    let first = begin(|| drop(render(&answer)));
    line("markdown.whole_32k", first.as_secs_f64() * 1e3, "ms", None);
    for (name, unit, head) in [
        (
            "markdown.paragraph",
            "Words in a row, **strong** ones, `code_x` and [a link](https://a.b/c) too. ",
            "",
        ),
        ("markdown.words", "plain words and nothing else in a very long paragraph, ", ""),
        ("markdown.list", "- an item with *emphasis*\n- another, **strong** one\n", ""),
        ("markdown.code", "    let value = call(argument); // note\n", "```rust\n"),
        ("markdown.table", "| `cell` | *two* |\n", "| a | b |\n|---|---|\n"),
        ("markdown.underscores", "snake_case and 2 * 3 < 7 in $5 words ", ""),
        ("markdown.quotes", ">", ""),
        ("markdown.brackets", "[a](", ""),
        ("markdown.stars", "**x _y ", ""),
        ("markdown.dollars", "$", ""),
        ("markdown.formulas", "\\[ ", ""),
    ] {
        stream(name, &cut(&format!("{head}{}", unit.repeat(ANSWER / unit.len() + 1)), ANSWER));
    }
    highlight();
}

fn stream(name: &str, text: &str) {
    let mut best: Option<(Duration, Vec<Duration>, usize)> = None;
    for _ in 0..5 {
        let mut document = Document::new();
        let mut costs = Vec::new();
        let mut bytes = 0;
        let mut from = 0;
        while from < text.len() {
            let to = boundary(text, (from + TOKEN).min(text.len()));
            let begun = spent();
            let patches = document.push(&text[from..to]);
            costs.push(spent().saturating_sub(begun));
            bytes += patches.iter().map(weight).sum::<usize>();
            from = to;
        }
        let total = costs.iter().sum::<Duration>() + begin(|| drop(document.finish()));
        if best.as_ref().is_none_or(|(least, ..)| total < *least) {
            best = Some((total, costs, bytes));
        }
    }
    let Some((total, costs, bytes)) = best else { return };
    line(&format!("{name}.stream_32k"), total.as_secs_f64() * 1e3, "ms", None);
    let part = costs.len() / 20;
    let (first, last) = (costs.get(..part), costs.get(costs.len() - part..));
    let mean = |costs: Option<&[Duration]>| {
        let costs = costs.unwrap_or_default();
        costs.iter().sum::<Duration>().as_secs_f64() * 1e6 / costs.len().max(1) as f64
    };
    line(&format!("{name}.delta_mean_last_to_first"), mean(last), "us", Some(mean(first)));
    line(&format!("{name}.delta_median_last_to_first"), median(last), "us", Some(median(first)));
    let worst = costs.iter().max().copied().unwrap_or_default();
    line(&format!("{name}.delta_worst"), worst.as_secs_f64() * 1e6, "us", None);
    line(&format!("{name}.patches_to_text"), bytes as f64, "B", Some(text.len() as f64));
}

fn highlight() {
    let highlighter = Highlighter::new();
    let cold = begin(|| highlighter.warm());
    line("highlight.load", cold.as_secs_f64() * 1e3, "ms", None);
    let unit = include_str!("streaming.rs");
    for (language, source) in
        [("rust", unit.to_owned()), ("js", unit.replace("fn ", "function ").replace("let ", "const "))]
    {
        let block = cut(&source, 2048);
        let limits = Limits { bytes: usize::MAX, time: Duration::from_mins(1), ..Limits::default() };
        drop(highlighter.highlight(language, &format!("{block}//"), &limits));
        let mut times = (0..21).map(|number| {
            begin(|| drop(highlighter.highlight(language, &format!("{block}//{number}"), &limits)))
        });
        let times: Vec<Duration> = times.by_ref().collect();
        line(&format!("highlight.{language}.block_2k"), median(Some(&times)) / 1e3, "ms", None);
        let large = source.repeat(40);
        let took = begin(|| drop(highlighter.highlight(language, &large, &limits)));
        line(
            &format!("highlight.{language}.rate"),
            large.len() as f64 / 1e6 / took.as_secs_f64(),
            "MB/s",
            None,
        );
        let again = begin(|| drop(highlighter.highlight(language, &block, &limits)));
        let cached = begin(|| drop(highlighter.highlight(language, &block, &limits)));
        line(
            &format!("highlight.{language}.cached_2k"),
            cached.as_secs_f64() * 1e6,
            "us",
            Some(again.as_secs_f64() * 1e6),
        );
    }
}

fn begin(work: impl FnOnce()) -> Duration {
    let begun = spent();
    work();
    spent().saturating_sub(begun)
}

/// CPU time of this thread until now.
#[cfg(unix)]
#[allow(
    unsafe_code,
    clippy::unnecessary_cast,
    reason = "the standard library knows no such clock; other types on other systems"
)]
fn spent() -> Duration {
    let mut now = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: writes the struct, which lives during the call.
    unsafe { libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &raw mut now) };
    Duration::new(now.tv_sec as u64, now.tv_nsec as u32)
}

/// Time until now.
#[cfg(not(unix))]
fn spent() -> Duration {
    static BEGUN: std::sync::OnceLock<std::time::Instant> = std::sync::OnceLock::new();
    BEGUN.get_or_init(std::time::Instant::now).elapsed()
}

fn median(times: Option<&[Duration]>) -> f64 {
    let mut times = times.unwrap_or_default().to_vec();
    times.sort_unstable();
    times.get(times.len() / 2).copied().unwrap_or_default().as_secs_f64() * 1e6
}

fn weight(patch: &Patch) -> usize {
    serde_json::to_string(patch).map_or(0, |wire| wire.len())
}

fn cut(text: &str, length: usize) -> String {
    text.get(..boundary(text, length.min(text.len()))).unwrap_or_default().to_owned()
}

fn boundary(text: &str, mut at: usize) -> usize {
    while !text.is_char_boundary(at) {
        at += 1;
    }
    at
}

fn line(name: &str, value: f64, unit: &str, baseline: Option<f64>) {
    match baseline {
        Some(baseline) => println!(
            r#"{{"name":"{name}","value":{value:.3},"unit":"{unit}","baseline":{baseline:.3},"ratio":{:.3}}}"#,
            value / baseline
        ),
        None => println!(r#"{{"name":"{name}","value":{value:.3},"unit":"{unit}"}}"#),
    }
}
