//! cargo: finding the project's `dev-audio` and building it.

mod diagnostics;
mod metadata;

pub(crate) use metadata::{DevAudio, find_dev_audio};

use crate::{
    ansi,
    processes::{Line, Processes, guarded_in_background},
    programs,
    report::{self, From, Report},
};
use anyhow::{Context, bail};
use serde_json::Value;
use std::{
    io::{self, IsTerminal},
    path::{Path, PathBuf},
    time::{Duration, Instant},
};
use wavecraft_companion_protocol::{event::Event, session::Build};

/// The name of the binary target that holds the processor.
pub(crate) const DEV_AUDIO: &str = "dev-audio";

/// A profile of our own: unoptimised DSP misses its deadlines, and an editor that checks the project holds the lock
/// of the usual profile's folder. Given on the command line, so that no project has to define it.
const PROFILE: &str = "wavecraft-dev";
const PROFILE_SETTINGS: [&str; 3] = [
    "profile.wavecraft-dev.inherits=\"dev\"",
    "profile.wavecraft-dev.opt-level=2",
    "profile.wavecraft-dev.debug=\"line-tables-only\"",
];

/// cargo's program.
///
/// # Errors
/// If it isn't on the `PATH`.
pub(crate) fn program() -> anyhow::Result<PathBuf> {
    programs::find("cargo").context(
        "cargo is not on the PATH, and the project's DSP is built with it: install Rust from https://rustup.rs and \
         open a new terminal",
    )
}

/// Builds `dev-audio`, tells what cargo says, and returns the executable's path.
pub(crate) async fn build(
    cargo: &Path,
    dev_audio: &DevAudio,
    profile: Option<&str>,
    processes: &mut Processes,
    report: &Report,
) -> anyhow::Result<PathBuf> {
    let started = Instant::now();
    report.event(&Event::Build(Build::Building));
    let mut command = guarded_in_background(cargo);
    command
        .args(["build", "--bin", DEV_AUDIO, "--message-format=json-render-diagnostics"])
        .arg("--manifest-path")
        .arg(&dev_audio.manifest)
        .args(["--profile", profile.unwrap_or(PROFILE)])
        .current_dir(dev_audio.manifest.parent().context("a manifest is in a folder")?);
    if profile.is_none() {
        command.args(PROFILE_SETTINGS.iter().flat_map(|setting| ["--config", setting]));
    }
    if io::stderr().is_terminal() && report::colours_allowed() {
        command.args(["--color", "always"]);
    }
    let mut cargo = processes.spawn(&mut command).context("cargo could not be started")?;
    let mut executable = None;
    let mut said = Vec::new();
    while let Some(line) = cargo.next_line().await? {
        match line {
            Line::Out(message) => executable = executable_in(&message).or(executable),
            Line::Err(text) => {
                report.log(From::Cargo, &text);
                said.push(ansi::strip(&text));
            }
        }
    }
    if !cargo.wait().await?.success() {
        let errors = diagnostics::without_progress(&said);
        report.event(&Event::Build(Build::Failed { errors: errors.clone() }));
        bail!("{}", diagnostics::summary(&errors));
    }
    let executable =
        executable.with_context(|| format!("cargo built `{DEV_AUDIO}` and named no executable"))?;
    report.event(&Event::Build(Build::Ok { ms: milliseconds(started.elapsed()) }));
    Ok(executable)
}

/// The program of a compiler-artifact message for our target.
fn executable_in(message: &str) -> Option<PathBuf> {
    let message: Value = serde_json::from_str(message).ok()?;
    let ours = message["reason"] == "compiler-artifact" && message["target"]["name"] == DEV_AUDIO;
    if ours { message["executable"].as_str().map(PathBuf::from) } else { None }
}

fn milliseconds(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
