//! The real program with a library that the tests build.

#[path = "../../../dev-audio/tests/it/companion.rs"]
#[allow(dead_code, reason = "dev-audio's tests use the rest")]
mod companion;
mod describe;
mod probes;
mod support;
mod violations;
#[path = "../../../dev-audio/tests/it/watched.rs"]
#[allow(dead_code, reason = "dev-audio's tests use the rest")]
mod watched;
