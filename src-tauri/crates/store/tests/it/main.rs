//! The store, from outside: real files in folders of their own.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "a test may"
)]

extern crate webplus_store as store;

mod damage;
mod folder;
mod support;
mod tables;
mod tree;
mod writing;
