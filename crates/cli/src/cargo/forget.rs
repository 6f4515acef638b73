//! What cargo takes for built, and isn't.

use super::build::arguments_of_profile;
use crate::processes::{Processes, Running, guarded};
use anyhow::Context;
use std::{collections::BTreeSet, path::Path};

/// Lets cargo forget what it built of these packages with this profile, in its own folder. cargo goes by the time that a file
/// says of itself, so one with other content and an older time is to it what it was.
///
/// # Errors
/// If cargo can't be started.
pub(crate) fn forget(
    cargo: &Path,
    packages: &BTreeSet<String>,
    folder: &Path,
    profile: Option<&str>,
    processes: &mut Processes,
) -> anyhow::Result<Running> {
    let mut command = guarded(cargo);
    command.args(["clean", "--quiet"]).args(arguments_of_profile(profile)).current_dir(folder);
    command.args(packages.iter().flat_map(|package| ["--package", package]));
    processes.spawn(&mut command).context("cargo could not be started")
}
