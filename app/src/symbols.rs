//! Turns addresses of a program into places in its source.
//!
//! A program's file is its author's: whatever it holds is read by a process of its own, with limits, which may die of it. Only the
//! program or the library that the companion itself was told to run is read, never a path that a child names.

mod apart;
mod ask;
mod author;
mod job;
mod names;
mod owner;
mod reader;

pub(crate) use ask::{Asker, PANIC_LIMIT};
pub(crate) use author::Spot;
pub(crate) use job::run;
