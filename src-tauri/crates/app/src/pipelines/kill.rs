//! Named places between what is durable and what isn't, at which a test can end the process: the store's, which has some of
//! its own.

pub(crate) use store::kill_point;
