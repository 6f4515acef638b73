//! Builds the plugin's library.

use crate::{ansi, report::Report};
use anyhow::{Context, bail};
use cargo_metadata::Message;
use std::{
    io::BufReader,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

/// The plugin's library, and what its package says of it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Made {
    /// The library, one for each target that was asked for.
    pub(crate) libraries: Vec<PathBuf>,
    /// The package's name, without `-plugin`: the plugin's files have it.
    pub(crate) name: String,
    /// The package's version.
    pub(crate) version: String,
}

/// What goes into the library.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Embedded<'a> {
    /// The file of presets.
    pub(crate) presets: &'a Path,
    /// The folder of the built page, if it has one.
    pub(crate) page: Option<&'a Path>,
    /// Whether it is an Audio Unit too.
    pub(crate) audio_unit: bool,
}

/// What names it to the build script of `sdk/plugin`.
const PRESETS: &str = "WAVECRAFT_PLUGIN_PRESETS";
const PAGE: &str = "WAVECRAFT_PLUGIN_PAGE";
/// The feature of `sdk/plugin` that makes an Audio Unit.
const AUDIO_UNIT: &str = "wavecraft-plugin-export/audio-unit";

/// Has cargo build the package in `package`, for these targets, or for this system, with what is to be in it. What cargo says goes
/// to standard error.
///
/// # Errors
/// If cargo fails, or the package has no library for hosts.
pub(crate) fn library(
    cargo: &Path,
    package: &Path,
    profile: &str,
    targets: &[&str],
    embedded: &Embedded<'_>,
    report: &Report,
) -> anyhow::Result<Made> {
    let manifest = package.join("Cargo.toml");
    let mut command = Command::new(cargo);
    command.env(PRESETS, embedded.presets);
    match embedded.page {
        Some(page) => command.env(PAGE, page),
        None => command.env_remove(PAGE),
    };
    command.args(["build", "--lib", "--message-format", "json-render-diagnostics", "--profile", profile]);
    command.arg("--manifest-path").arg(&manifest);
    if embedded.audio_unit {
        command.args(["--features", AUDIO_UNIT]);
    }
    for target in targets {
        command.args(["--target", target]);
    }
    report.say("Building the plugin …");
    let mut cargo = command.stdout(Stdio::piped()).spawn().context("cargo could not be started")?;
    let said = cargo.stdout.take().map(BufReader::new).context("cargo has no output")?;
    let mut made = None;
    for message in Message::parse_stream(said) {
        let Message::CompilerArtifact(artifact) = message.context("cargo's words can't be read")? else {
            continue;
        };
        let ours = artifact.manifest_path.as_std_path() == manifest;
        let library = artifact.filenames.iter().find(|file| matches!(file.extension(), Some("so" | "dylib")));
        if let (true, Some(library)) = (ours, library) {
            let (name, version) = named(&artifact.package_id.repr, &artifact.target.name);
            let made = made.get_or_insert(Made { libraries: Vec::new(), name, version });
            made.libraries.push(library.into());
        }
    }
    let ended = cargo.wait()?;
    if !ended.success() {
        bail!("cargo couldn't build plugin/ ({ended}); what it said is above");
    }
    made.with_context(|| {
        format!(
            "{} has no library that a host loads: add `crate-type = [\"cdylib\"]` to its [lib]",
            ansi::line(&manifest.display().to_string())
        )
    })
}

/// Name and version of a package, from cargo's id of it: `…#name@version`, or `…/name#version` where the folder has the name.
fn named(id: &str, library: &str) -> (String, String) {
    let behind = id.rsplit_once('#').map_or("", |(_, behind)| behind);
    let (name, version) = match behind.split_once('@') {
        Some((name, version)) => (name.to_owned(), version),
        None => (library.replace('_', "-"), behind),
    };
    let name = name.strip_suffix("-plugin").filter(|name| !name.is_empty()).unwrap_or(&name);
    (name.to_owned(), version.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_is_the_packages_without_its_ending() {
        let both = |id| named(id, "my_filter_plugin");
        let expected = ("my-filter".to_owned(), "0.1.0".to_owned());
        assert_eq!(both("path+file:///home/a/my-filter/plugin#my-filter-plugin@0.1.0"), expected);
        assert_eq!(both("path+file:///home/a/my-filter-plugin#0.1.0"), expected);
        assert_eq!(named("path+file:///a/plugin#0.1.0", "plugin").0, "plugin");
    }
}
