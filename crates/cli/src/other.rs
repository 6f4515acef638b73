//! The published Wavecraft's command, which has the same name as this one. In a project of that SDK, commands that this
//! one doesn't have are passed on to the other.

use crate::{
    cargo::{self, PublishedSdk},
    failure::Usage,
    processes::Processes,
    programs,
    project::Project,
};
use anyhow::{Context, bail};
use clap::error::{ContextKind, ContextValue, ErrorKind};
use std::{
    ffi::OsString,
    fs,
    io::Write,
    os::unix::{fs::MetadataExt, process::CommandExt},
    path::{Path, PathBuf},
    process::Command,
};

/// This command's name, and the other's.
const NAME: &str = "wavecraft";

/// The programs that the command line was already passed to, as comma-separated `device:inode`: none gets it twice.
const PASSED_BY: &str = "WAVECRAFT_PASSED_BY";

/// How to install the other command.
pub(crate) const INSTALL: &str = "cargo install wavecraft";

/// Commands that the other one has, and that this one doesn't have yet for our projects.
const TO_COME: [&str; 2] = ["bundle", "update"];

/// Handles a command line that this command can't parse: passes it on in a project of the published SDK, or reports
/// what is wrong with it.
///
/// # Errors
/// If it can't be passed on, or names something that isn't supported yet.
pub(crate) async fn pass_on(refused: &clap::Error) -> anyhow::Result<i32> {
    let name = match (refused.kind(), refused.get(ContextKind::InvalidSubcommand)) {
        (ErrorKind::InvalidSubcommand, Some(ContextValue::String(name))) => name.as_str(),
        _ => refused.exit(),
    };
    match published_here().await? {
        Here::Published => run(name).map(|never| match never {}),
        Here::Ours if TO_COME.contains(&name) => Err(Usage(not_yet(name).into()).into()),
        Here::Nowhere if TO_COME.contains(&name) => Err(Usage(format!(
            "`{name}` is a command of the published Wavecraft, and goes to it in a project of its own; this folder is in none"
        ))
        .into()),
        Here::Ours | Here::Nowhere => refused.exit(),
    }
}

/// Which SDK the current folder's project uses.
enum Here {
    Published,
    Ours,
    Nowhere,
}

async fn published_here() -> anyhow::Result<Here> {
    let Some(folder) = Project::folder_of(&std::env::current_dir()?)? else { return Ok(Here::Nowhere) };
    let mut processes = Processes::new();
    let found = cargo::published_sdk(&cargo::program()?, &folder.join("engine"), &mut processes).await;
    processes.end().await;
    Ok(match found? {
        Some(PublishedSdk { .. }) => Here::Published,
        None => Here::Ours,
    })
}

fn not_yet(name: &str) -> &'static str {
    if name == "bundle" {
        "`bundle` isn't there yet: Wavecraft Companion doesn't pack its projects as plugins for a DAW so far. \
         `cargo build --release` in engine/ builds the library"
    } else {
        "`update` isn't there yet: to update a project, replace its sdk/ by the one of a new project: \
         wavecraft create fresh"
    }
}

/// Replaces this process by the other command, with the same arguments, input and outputs.
fn run(name: &str) -> anyhow::Result<std::convert::Infallible> {
    let asked = std::env::var_os(PASSED_BY);
    let mut passed = asked.as_ref().map(|by| by.to_string_lossy().into_owned()).unwrap_or_default();
    let own = std::env::current_exe().context("this program's own place can't be told")?;
    let had_it = |file: &Path| identity(file).is_some_and(|id| passed.split(',').any(|other| other == id));
    let Some(other) = next(&own, had_it) else {
        bail!(
            "`{name}` is a command of the published Wavecraft, which this project is made with, and no other `{NAME}` is on \
             the PATH: install it with `{INSTALL}`, into a folder that comes after {}",
            own.parent().unwrap_or(Path::new("/")).display()
        );
    };
    if asked.is_none() {
        // If nobody reads it, it isn't written.
        let _ = writeln!(std::io::stderr(), "`{name}` goes to the published Wavecraft: {}", other.display());
    }
    for file in [&own, &other] {
        passed.extend(identity(file).into_iter().flat_map(|id| [id, ",".into()]));
    }
    let arguments: Vec<OsString> = std::env::args_os().skip(1).collect();
    let error = Command::new(&other).args(arguments).env(PASSED_BY, passed).exec();
    Err(error).with_context(|| format!("{} could not be started", other.display()))
}

/// The first `wavecraft` on the `PATH` that is neither `own`, a link to it or a copy of it, nor in `left_out`.
pub(crate) fn next(own: &Path, left_out: impl Fn(&Path) -> bool) -> Option<PathBuf> {
    programs::find_all(NAME).into_iter().find(|file| !is_same(file, own) && !left_out(file))
}

fn is_same(file: &Path, own: &Path) -> bool {
    let (Ok(one), Ok(other)) = (file.metadata(), own.metadata()) else { return false };
    (one.dev(), one.ino()) == (other.dev(), other.ino())
        || one.len() == other.len()
            && matches!((fs::read(file), fs::read(own)), (Ok(one), Ok(other)) if one == other)
}

fn identity(file: &Path) -> Option<String> {
    let metadata = file.metadata().ok()?;
    Some(format!("{}:{}", metadata.dev(), metadata.ino()))
}
