//! Watches, while `process` runs, for what an audio thread must not do: allocate, free and call the system. Each place is told
//! with its stack, as addresses.
//!
//! The DSP thread notes (`thread`) in a table of a fixed size (`table`); another thread reads the table and tells the
//! companion (`reporter`). Nothing is watched unless the companion asked for it.

mod allocator;
mod entry;
mod module;
mod platform;
mod reporter;
mod selector;
mod stack;
mod table;
mod thread;
mod trace;
mod trial;
mod watcher;

pub use allocator::{WatchedAllocator, allocating, freeing};
pub(crate) use thread::{abandon, inside};
pub(crate) use trace::frames_above;
pub(crate) use watcher::Watcher;
