//! The algorithm over memory that isn't mapped: under Miri, with a hostile peer, and under loom.

mod hostile;
#[cfg(loom)]
mod model;
mod plain;
mod protocol;
