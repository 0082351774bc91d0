//! Pipelines to begin with.

use super::PipelineTemplate;

/// All of them, in the order in which they are offered.
pub(crate) fn all() -> Vec<PipelineTemplate> {
    Vec::new()
}
