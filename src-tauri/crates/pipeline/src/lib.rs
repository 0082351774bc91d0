//! Pipelines as values: the definition, its checks, the planner.
