//! What came of the kills, by boundary and fixture.

use std::{collections::BTreeMap, fmt::Write as _};

use super::{
    others,
    play::{FIXTURES, Outcome},
};

/// Boundaries that need not be met again in the same order: others' work shares their transactions.
const MOST_NOT_MET: usize = 20;

const HEAD: &str = "\
# Kills

Each boundary of each fixture pipeline (`tests/fixtures/pipelines`) was met by a process that ended there with SIGKILL. What it
left was judged as it was, then the run was gone on with, and judged again. A number is how many kills ended in the same state
and with the same outputs as without one; `asks` means that the run waits for a person, because nobody can know whether a request
that must not be repeated arrived; `not met` that another order of commits passed the boundary by. Two columns are no runs:
`removed` deletes a run with a large value, `migrated` opens the database of an earlier release.
";
const SECONDS: &str = "\n## A second kill in the recovery\n\n";

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
    pub(crate) fn assert_good(&self, which: &str) {
        let broken = &self.broken;
        assert!(broken.is_empty(), "{} broken promises:\n{}", broken.len(), broken.join("\n"));
        let not_met: usize = self.cells.values().map(|cell| cell.not_met).sum();
        let kills = self.kills();
        eprintln!("{kills} {which} kills, {not_met} boundaries not met again");
        assert!(
            not_met * 100 <= (kills + not_met) * MOST_NOT_MET,
            "{not_met} boundaries were not met again, {kills} were"
        );
    }

    /// How many processes ended where they were told to, with all promises kept.
    fn kills(&self) -> usize {
        self.cells.values().map(|cell| cell.same + cell.asks).sum()
    }

    fn grid(&self) -> String {
        let mut points: Vec<&str> = self.cells.keys().map(|(point, _)| point.as_str()).collect();
        points.dedup();
        let mut grid = "| boundary |".to_owned();
        let columns: Vec<&'static str> =
            FIXTURES.iter().map(|fixture| fixture.name).chain(others::NAMES.iter().copied()).collect();
        for column in &columns {
            let _ = write!(grid, " {column} |");
        }
        grid.push_str("\n|---|");
        grid.push_str(&"---|".repeat(columns.len()));
        grid.push('\n');
        for point in points {
            let _ = write!(grid, "| `{point}` |");
            for column in &columns {
                let cell = self.cells.get(&(point.to_owned(), *column));
                let _ = write!(grid, " {} |", cell.map(Cell::text).unwrap_or_default());
            }
            grid.push('\n');
        }
        grid
    }
}

/// As a page. Second kills are made seldom: where there were none, the page keeps what `before` says of them.
pub(crate) fn page(before: &str, singles: &Table, doubles: Option<&Table>) -> String {
    let seconds = match doubles {
        Some(table) => format!(
            "{SECONDS}`cargo xtask kills --double` writes this part. Of the kills that left the same on the disk and outside, one is followed by a\nsecond in its recovery, at the first 40 boundaries; between two at which a kill leaves the same it isn't made again. Here by\nthe boundary of the second. Second kills: {}.\n\n{}",
            table.kills(),
            table.grid()
        ),
        None => before.find(SECONDS).and_then(|at| before.get(at..)).unwrap_or_default().to_owned(),
    };
    format!(
        "{HEAD}`cargo xtask kills` writes this page. Single kills: {}.\n\n{}{seconds}",
        singles.kills(),
        singles.grid()
    )
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
