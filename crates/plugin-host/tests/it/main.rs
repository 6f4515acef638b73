//! The real program with a library that the tests make.

mod describe;
mod support;
