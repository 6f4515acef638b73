//! What runs a project's processor without an engine, as fast as it goes: for rendering, measuring and comparing.

mod job;
pub(crate) mod output;
mod processor;
mod tell;
mod values;

pub(crate) use job::{BadJob, Facts, answer_job};
pub(crate) use processor::Processor;
pub(crate) use tell::{note, tell};
pub(crate) use values::{fit, note_preset, of as values_of, taken_over};
