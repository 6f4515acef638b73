//! The plugin's library, with everything that is to be in it.

use super::{
    build::{self, Embedded, Made},
    page, presets,
};
use crate::{cargo, page::PageSource, platform, project::Project, report::Report};

/// The package that is built, in the project's folder.
const PACKAGE: &str = "plugin";
/// The profile that it is built with where none is named.
pub(crate) const PROFILE: &str = "release";
/// Where a project's plugins are made, from its folder on.
pub(crate) const BUNDLED: &str = "target/bundled";
/// What goes into the library is written here first.
const PRESETS: &str = ".presets.json";

/// Why there is no plugin to build.
#[derive(Debug, thiserror::Error)]
#[error(
    "this project has no plugin/, the package that `wavecraft bundle` builds: an earlier `wavecraft create` didn't write one. \
     docs/guides/shipping.md has its two files"
)]
pub(crate) struct NoPackage;

/// Checks that the project has the package.
///
/// # Errors
/// It hasn't.
pub(crate) fn is_there(project: &Project) -> Result<(), NoPackage> {
    let there = project.folder.join(PACKAGE).join("Cargo.toml").is_file();
    if there { Ok(()) } else { Err(NoPackage) }
}

/// What is built.
pub(crate) struct Wanted<'a> {
    /// Cargo's.
    pub(crate) profile: &'a str,
    /// Cargo's targets, or this system's if there are none.
    pub(crate) targets: &'a [&'a str],
    /// Whether the project's page is to be in it, where plugins show one.
    pub(crate) page: bool,
    /// Whether it is an Audio Unit too.
    pub(crate) audio_unit: bool,
}

/// Builds the plugin's library, with what is to be in it.
///
/// # Errors
/// It doesn't build, or what is to be in it can't be read.
pub(crate) fn made(project: &Project, wanted: &Wanted<'_>, report: &Report) -> anyhow::Result<Made> {
    let file = project.folder.join(BUNDLED).join(PRESETS);
    let presets = presets::write(&project.folder, &file, report)?;
    let page = match PageSource::find(&project.folder)? {
        Some(page) if platform::PLUGIN_SHOWS_PAGE && wanted.page => Some(page::build(&page, report)?),
        Some(_) if wanted.page => {
            report.say(
                "Hosts show their own page of its parameters: the project's is in a plugin that is made on a Mac.",
            );
            None
        }
        _ => None,
    };
    let embedded = Embedded { presets: &file, page: page.as_deref(), audio_unit: wanted.audio_unit };
    let package = project.folder.join(PACKAGE);
    let made =
        build::library(&cargo::program()?, &package, wanted.profile, wanted.targets, &embedded, report)?;
    match presets {
        0 => {}
        1 => report.say("A preset is in it."),
        more => report.say(&format!("{more} presets are in it.")),
    }
    Ok(made)
}
