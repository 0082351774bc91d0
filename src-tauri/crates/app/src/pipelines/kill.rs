//! Named places between what is durable and what isn't, at which a test can end the process.

/// Marks such a place: nothing happens there.
macro_rules! kill_point {
    ($name:literal) => {{
        let _: &'static str = $name;
    }};
}

pub(crate) use kill_point;
