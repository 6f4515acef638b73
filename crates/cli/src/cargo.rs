//! cargo: finding what to play of the project, building it, and finding what it is built from.

mod advice;
mod artifacts;
mod build;
mod inputs;
mod metadata;
mod parts;
mod published;
#[cfg(test)]
mod samples;
mod target;

pub(crate) use artifacts::Artifacts;
pub(crate) use build::{Build, Outcome, build, forget};
pub(crate) use inputs::{after_failure, after_success};
pub(crate) use metadata::{Layout, find_target, folders, layout, parts, published_sdk};
pub(crate) use parts::Parts;
pub(crate) use published::{PublishedSdk, Source};
pub(crate) use target::Target;

use crate::programs;
use anyhow::Context;
use std::path::PathBuf;

/// The name of the binary target that contains the processor.
pub(crate) const DEV_AUDIO: &str = "dev-audio";

/// The path of cargo.
///
/// # Errors
/// If it isn't on the `PATH`.
pub(crate) fn program() -> anyhow::Result<PathBuf> {
    programs::find("cargo").context(
        "cargo is not on the PATH, and the project's DSP is built with it: install Rust from https://rustup.rs and \
         open a new terminal",
    )
}
