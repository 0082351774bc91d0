//! Whether the parts of a definition fit together.

use std::collections::BTreeSet;

use crate::{Definition, Fault};

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

/// Checks it.
pub fn check(definition: &Definition, known: &Known<'_>) -> Vec<Fault> {
    let _ = (definition, known);
    Vec::new()
}
