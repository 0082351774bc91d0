//! The real runner with a real model: the executable is started, spoken to on its pipes, and timed.
//!
//! The model is SmolLM2-135M-Instruct (Q4_1); `WEBPLUS_TEST_MODEL` names the file. Without it these tests are skipped.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stderr, reason = "tests")]

mod answer;
mod fault;
mod gpu;
mod harness;
mod kind;
mod stop;
