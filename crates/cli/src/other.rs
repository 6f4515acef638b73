//! The published Wavecraft's command, which has the same name as this one. In a project of that SDK, commands that this
//! one doesn't have are passed on to the other.

use crate::{cargo, failure::Usage, processes::Processes, programs, project::Project};
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

/// Commands that both have: the project decides.
const OF_BOTH: [&str; 2] = ["update", BUNDLE];

const BUNDLE: &str = "bundle";

/// Handles a command line that this command can't parse: passes it on in a project of the published SDK, or reports
/// what is wrong with it.
///
/// # Errors
/// If it can't be passed on, or names something that isn't supported yet.
pub(crate) async fn pass_on(refused: &clap::Error) -> anyhow::Result<i32> {
    let name = match (refused.kind(), refused.get(ContextKind::InvalidSubcommand)) {
        (ErrorKind::InvalidSubcommand, Some(ContextValue::String(name))) => name.as_str(),
        // With words that only the other one knows, or for its help.
        _ => {
            let mut words = std::env::args_os().skip(1);
            let name = words.next().filter(|word| word != "help").or_else(|| words.next());
            let Some(name) =
                OF_BOTH.into_iter().find(|of_both| name.as_ref().is_some_and(|name| name == of_both))
            else {
                refused.exit()
            };
            return match published_here().await {
                Ok(Here::Published { has_sdk }) if name == BUNDLE || !has_sdk => {
                    run(name).map(|never| match never {})
                }
                _ => refused.exit(),
            };
        }
    };
    match published_here().await? {
        Here::Published { .. } => run(name).map(|never| match never {}),
        Here::Ours | Here::Nowhere => refused.exit(),
    }
}

/// Runs the other command's `update` in a project of its SDK.
///
/// # Errors
/// If it can't be run, or the project is one of the other kind, without an `sdk/`.
pub(crate) async fn pass_on_update() -> anyhow::Result<std::convert::Infallible> {
    match published_here().await? {
        Here::Published { .. } => run("update"),
        Here::Ours | Here::Nowhere => Err(Usage(
            "this project has no sdk/ that `wavecraft create` or `wavecraft adopt` wrote, so there is nothing to update: it takes \
             the SDK from elsewhere"
                .into(),
        )
        .into()),
    }
}

/// Runs the other command's `bundle`, if the project in `folder` is one of its SDK. Returns if it isn't.
///
/// # Errors
/// If it can't be run.
pub(crate) async fn pass_on_bundle(folder: &Path) -> anyhow::Result<()> {
    if is_published(folder).await? {
        run(BUNDLE).map(|never| match never {})?;
    }
    Ok(())
}

/// The other command, if the project in `folder` is one of its SDK, too. `None` if that can't be found out.
pub(crate) async fn of_adopted(folder: &Path) -> Option<PathBuf> {
    let own = std::env::current_exe().ok()?;
    let other = next(&own, |_| false)?;
    is_published(folder).await.ok()?.then_some(other)
}

/// Which SDK the current folder's project uses.
enum Here {
    Published {
        /// Whether it has our `sdk/`, too: it was adopted.
        has_sdk: bool,
    },
    Ours,
    Nowhere,
}

async fn published_here() -> anyhow::Result<Here> {
    let Some(folder) = Project::folder_of(&std::env::current_dir()?)? else { return Ok(Here::Nowhere) };
    Ok(if is_published(&folder).await? {
        Here::Published { has_sdk: Project::has_sdk(&folder) }
    } else {
        Here::Ours
    })
}

async fn is_published(folder: &Path) -> anyhow::Result<bool> {
    let mut processes = Processes::new();
    let found = cargo::published_sdk(&cargo::program()?, &folder.join("engine"), &mut processes).await;
    processes.end().await;
    Ok(found?.is_some())
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
