//! What came of the kills, by boundary and fixture.

use std::{collections::BTreeMap, fmt::Write as _};

use super::play::{FIXTURES, Outcome};

/// Boundaries that need not be met again in the same order: others' work shares their transactions.
const MOST_NOT_MET: usize = 20;

#[derive(Default)]
pub(crate) struct Table {
    cells: BTreeMap<(String, &'static str), Cell>,
    broken: Vec<String>,
}

#[derive(Default)]
struct Cell {
    same: usize,
    asks: usize,
    not_met: usize,
    broken: usize,
}

impl Table {
    pub(crate) fn add(&mut self, fixture: &'static str, point: &str, outcome: Outcome) {
        let cell = self.cells.entry((point.to_owned(), fixture)).or_default();
        match outcome {
            Outcome::Same => cell.same += 1,
            Outcome::Asks => cell.asks += 1,
            Outcome::NotMet => cell.not_met += 1,
            Outcome::Broken(sentence) => {
                cell.broken += 1;
                self.broken.push(format!("{fixture}: {sentence}"));
            }
        }
    }

    /// No promise was broken, and nearly every boundary was met again.
    pub(crate) fn assert_good(&self) {
        assert!(self.broken.is_empty(), "{} broken promises:\n{}", self.broken.len(), self.broken.join("\n"));
        let (met, not_met) = self
            .cells
            .values()
            .fold((0, 0), |(met, not), cell| (met + cell.same + cell.asks, not + cell.not_met));
        eprintln!("{met} kills, {not_met} boundaries not met again");
        assert!(
            not_met * 100 <= (met + not_met) * MOST_NOT_MET,
            "{not_met} boundaries were not met again, {met} were"
        );
    }

    /// As a page.
    pub(crate) fn markdown(&self, twice: bool) -> String {
        let mut points: Vec<&str> = self.cells.keys().map(|(point, _)| point.as_str()).collect();
        points.dedup();
        let mut page = "# Kills\n\nEach boundary of each fixture pipeline (`tests/fixtures/pipelines`) was met by a process that ended there with SIGKILL, then\nthe run was gone on with. A number is how many kills ended in the same state and with the same outputs as without one; `asks`\nmeans that the run waits for a person, because nobody can know whether a request that must not be repeated arrived.\n".to_owned();
        let kills: usize = self.cells.values().map(|cell| cell.same + cell.asks).sum();
        let how = if twice { "kills, second ones in the recovery included" } else { "single kills" };
        let _ = write!(page, "`cargo xtask kills` writes this page; it held {kills} {how}.\n\n| boundary |");
        for fixture in FIXTURES {
            let _ = write!(page, " {} |", fixture.name);
        }
        page.push_str("\n|---|");
        page.push_str(&"---|".repeat(FIXTURES.len()));
        page.push('\n');
        for point in points {
            let _ = write!(page, "| `{point}` |");
            for fixture in FIXTURES {
                let _ = write!(
                    page,
                    " {} |",
                    self.cells.get(&(point.to_owned(), fixture.name)).map(Cell::text).unwrap_or_default()
                );
            }
            page.push('\n');
        }
        page
    }
}

impl Cell {
    fn text(&self) -> String {
        let parts =
            [(self.same, ""), (self.asks, " asks"), (self.not_met, " not met"), (self.broken, " **broken**")];
        let parts =
            parts.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count}{what}"));
        parts.collect::<Vec<_>>().join(", ")
    }
}
