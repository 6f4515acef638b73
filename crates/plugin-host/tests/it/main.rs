//! The real program with a library that the tests build.

mod describe;
mod support;
