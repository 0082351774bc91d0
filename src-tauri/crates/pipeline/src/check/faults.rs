//! Where faults are gathered.

use crate::{Fault, Severity};

/// More than this many help nobody.
const MOST: usize = 500;

#[derive(Default)]
pub(super) struct Faults {
    found: Vec<Fault>,
}

impl Faults {
    /// One that keeps it from running.
    pub(super) fn error(
        &mut self,
        code: &str,
        place: impl Into<String>,
        node: Option<&str>,
        message: impl Into<String>,
    ) {
        self.add(Severity::Error, code, place.into(), node, message.into());
    }

    /// One that somebody should look at.
    pub(super) fn warning(
        &mut self,
        code: &str,
        place: impl Into<String>,
        node: Option<&str>,
        message: impl Into<String>,
    ) {
        self.add(Severity::Warning, code, place.into(), node, message.into());
    }

    fn add(&mut self, severity: Severity, code: &str, place: String, node: Option<&str>, message: String) {
        if self.found.len() < MOST {
            let node = node.map(str::to_owned);
            self.found.push(Fault { severity, code: code.to_owned(), place, node, message });
        }
    }

    pub(super) fn count(&self) -> usize {
        self.found.len()
    }

    /// All since the `from`th don't keep it from running.
    pub(super) fn soften_from(&mut self, from: usize) {
        for fault in self.found.iter_mut().skip(from) {
            fault.severity = Severity::Warning;
        }
    }

    pub(super) fn into_inner(self) -> Vec<Fault> {
        self.found
    }
}
