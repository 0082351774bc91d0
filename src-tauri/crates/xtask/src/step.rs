//! A named piece of `test` or `check`, timed and counted, and the summary of them all.

use std::time::{Duration, Instant};

use crate::count::{Count, Counting};
use crate::process::{Call, Failure, Result};

/// What the steps so far came to.
#[derive(Debug, Default)]
pub(crate) struct Report {
    rows: Vec<Row>,
    notes: Vec<String>,
}

#[derive(Debug)]
struct Row {
    name: &'static str,
    took: Duration,
    count: Count,
}

impl Report {
    /// Runs `call` as the step `name`; its output is shown as it comes, and counted.
    pub(crate) fn step(&mut self, name: &'static str, counting: Counting, call: Call) -> Result<()> {
        println!("\n== {name}: {}", call.shown());
        let mut count = Count::default();
        let call = call.env("NO_COLOR", "1").without_env("FORCE_COLOR");
        let start = Instant::now();
        let result = call.each_line(|line| {
            counting.read(line, &mut count);
            println!("{line}");
        });
        self.finish(name, start, count, counting, result)
    }

    /// Runs `work` as the step `name`.
    pub(crate) fn work(&mut self, name: &'static str, work: impl FnOnce() -> Result<()>) -> Result<()> {
        println!("\n== {name}");
        let start = Instant::now();
        let result = work();
        self.finish(name, start, Count::default(), Counting::Whole, result)
    }

    /// Remembers a sentence for the end: what was left out, and why.
    pub(crate) fn note(&mut self, sentence: impl Into<String>) {
        self.notes.push(sentence.into());
    }

    /// Prints times, what was left out, what went wrong, and as the last line the sum; answers whether all went well.
    pub(crate) fn close(self, outcome: Result<()>) -> Result<()> {
        println!();
        for row in &self.rows {
            let Count { passed, failed, skipped } = row.count;
            let skipped = if skipped > 0 { format!(", {skipped} skipped") } else { String::new() };
            let seconds = row.took.as_secs_f64();
            println!("{:<10} {seconds:>7.1} s  {passed} passed, {failed} failed{skipped}", row.name);
        }
        for note in &self.notes {
            println!("{note}");
        }
        if let Err(failure) = &outcome {
            println!("{failure} The steps after it were not run.");
        }
        let sum = |part: fn(&Count) -> u64| self.rows.iter().map(|row| part(&row.count)).sum::<u64>();
        println!("{} passed, {} failed", sum(|count| count.passed), sum(|count| count.failed));
        outcome.map_err(|_| Failure::said())
    }

    fn finish(
        &mut self,
        name: &'static str,
        start: Instant,
        mut count: Count,
        counting: Counting,
        result: Result<()>,
    ) -> Result<()> {
        if result.is_err() {
            // A step that broke before it could count is a failure all the same.
            count.failed = count.failed.max(1);
        } else if counting == Counting::Whole {
            count.passed = 1;
        }
        self.rows.push(Row { name, took: start.elapsed(), count });
        result.map_err(|failure| format!("The step `{name}` failed: {failure}").into())
    }
}
