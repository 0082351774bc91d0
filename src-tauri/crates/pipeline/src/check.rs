//! Whether the parts of a definition fit together: everything that can be known before a run. What is found is told as a
//! sentence that says what to do, all of it at once; the work grows with the definition's size and not with its square.

mod bounds;
mod config;
mod faults;
mod fields;
mod graph;
mod layout;
mod names;
mod parts;
mod special;

use std::collections::BTreeSet;

use crate::{Definition, Fault, on_big_stack};
use faults::Faults;
use layout::Layout;

/// What there is beside the definition; where a set is absent, names of that sort aren't checked.
#[derive(Debug, Clone, Copy, Default)]
pub struct Known<'a> {
    /// Models as "provider/name".
    pub models: Option<&'a BTreeSet<String>>,
    /// Ids of pipelines.
    pub pipelines: Option<&'a BTreeSet<String>>,
    /// Names of secrets.
    pub secrets: Option<&'a BTreeSet<String>>,
}

/// What a check works on.
struct Checked<'a> {
    definition: &'a Definition,
    known: &'a Known<'a>,
    layout: Layout<'a>,
}

/// Every fault of a definition, in the order of the file's parts. It can run where none of them is an error.
pub fn check(definition: &Definition, known: &Known<'_>) -> Vec<Fault> {
    on_big_stack(|| {
        let mut faults = Faults::default();
        let layout = Layout::new(definition, &mut faults);
        let checked = Checked { definition, known, layout };
        parts::before_steps(&checked, &mut faults);
        graph::check(&checked, &mut faults);
        config::check(&checked, &mut faults);
        parts::after_steps(&checked, &mut faults);
        faults.into_inner()
    })
}

#[cfg(test)]
mod tests;
