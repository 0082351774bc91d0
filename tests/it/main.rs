//! The integration tests, one binary: laid out as the method table, and the shape of the code itself.

mod architecture;
