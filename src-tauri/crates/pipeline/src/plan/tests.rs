//! The planner, tried by examples (`examples`) and by a model that drives random definitions (`model`).

mod build;
mod examples;
mod model;
mod random;
