//! `wavecraft adopt`: gives an existing plugin a `dev-audio` program. The user sees each change first, and git can undo
//! it.

mod manifest;
mod plan;
mod source;

use crate::{
    cargo::{self, Parts},
    changes::{State, agreed},
    failure::Usage,
    output::{coloured_line, out},
    processes::Processes,
    project::Project,
    terminal::colours_allowed,
};
use anyhow::bail;
use plan::Plan;
use std::io::{self, IsTerminal};

/// What `wavecraft adopt` is asked for.
#[derive(Debug, clap::Args)]
pub(crate) struct AdoptArgs {
    /// Write it without asking
    #[arg(long, short)]
    yes: bool,
    /// Show what would be written, and write nothing
    #[arg(long, conflicts_with = "yes")]
    dry_run: bool,
    /// Write even if git has changes that aren't committed, which an undo would take along
    #[arg(long)]
    allow_dirty: bool,
    /// A processor of the plugin, once for each in their order [default: those of its `wavecraft_plugin!`]
    #[arg(long = "processor", value_name = "TYPE")]
    processors: Vec<String>,
}

/// Shows the changes, asks for confirmation, and writes them.
///
/// # Errors
/// If the project already has a `dev-audio` or can't get one, with what to do; if git couldn't undo the changes.
/// Nothing is written then.
pub(crate) async fn run(args: AdoptArgs) -> anyhow::Result<()> {
    let project = Project::find(&std::env::current_dir()?)?;
    let mut processes = Processes::new();
    let parts = cargo::parts(&cargo::program()?, &project.engine(), &mut processes).await;
    processes.end().await;
    let parts = parts?;
    let folder = &project.folder;
    check(&parts)?;
    let plan = Plan::make(folder, &parts, &args.processors)?;
    out!("{} gets a `dev-audio`:\n", parts.package);
    coloured_line(&plan.shown(folder, io::stdout().is_terminal() && colours_allowed()));
    if args.dry_run {
        out!("Nothing was written.");
        return Ok(());
    }
    let changed = plan.changed(folder);
    let files: Vec<_> = changed.iter().map(String::as_str).collect();
    let state = State::of(folder, &["."], &files, |_| false)?;
    if let (State::Dirty(changes), false) = (&state, args.allow_dirty) {
        bail!(
            "git has changes here that aren't committed, so that it couldn't undo this alone:\n{changes}\nCommit or stash \
             them first, or give --allow-dirty. Nothing was written"
        );
    }
    let undo = if matches!(state, State::None) { " No git repository keeps what was." } else { "" };
    if !args.yes && !agreed(&format!("Write this?{undo}"))? {
        out!("Nothing was written.");
        return Ok(());
    }
    plan.write(folder)?;
    out!("Written. `wavecraft start --with-audio` builds and plays it.");
    if !matches!(state, State::None) {
        out!("To undo it, before you commit: {}", plan.undo(folder));
    }
    Ok(())
}

/// Whether the project can get a `dev-audio`.
fn check(parts: &Parts) -> anyhow::Result<()> {
    let file = parts.manifest.with_file_name("src/bin/dev-audio.rs");
    if parts.has_dev_audio || file.exists() {
        return Err(Usage(format!(
            "{} has a `dev-audio` already. One that opens audio devices itself, as older Wavecraft projects have it, is to be \
             removed first: {}, and what {} says of it",
            parts.package,
            file.display(),
            parts.manifest.display()
        ))
        .into());
    }
    Ok(())
}
