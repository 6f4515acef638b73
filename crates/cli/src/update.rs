//! `wavecraft update`: replaces a project's `sdk/` and the client of its page by this command's. The person sees first what is
//! older and what was changed by hand; nothing that only this folder has is lost.

mod survey;
mod told;
mod undo;
mod write;

pub(crate) use survey::Survey;

use crate::{
    changes::{State, agreed},
    failure::{FAILED, SUCCESS, Usage},
    other,
    output::{coloured_line, out},
    project::Project,
    report::json_line,
    terminal::colours_allowed,
};
use anyhow::bail;
use std::{
    io::{self, IsTerminal},
    os::unix::fs::PermissionsExt,
    path::Path,
};
use survey::Found;
use told::Told;

/// Git is asked about everything that it tracks there: an undo restores it.
const AROUND: [&str; 4] = ["sdk", "ui/src/wavecraft", "ui/src/wavecraft.ts", "ui/src/testing/fakeServer.ts"];

/// What `wavecraft update` is asked for.
#[derive(Debug, clap::Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag")]
pub(crate) struct UpdateArgs {
    /// Write it without asking
    #[arg(long, short)]
    yes: bool,
    /// Only say what is older, with exit code 1 if something is, and write nothing
    #[arg(long, conflicts_with_all = ["yes", "dry_run", "overwrite", "allow_dirty"])]
    check: bool,
    /// Show each line that would change, and write nothing
    #[arg(long, conflicts_with = "yes")]
    dry_run: bool,
    /// Replace files that were changed by hand, too; git or a folder keeps what they were
    #[arg(long)]
    overwrite: bool,
    /// Write even if git has changes in these files that aren't committed; a folder keeps what they were
    #[arg(long)]
    allow_dirty: bool,
    /// Print JSON, for programs: with `--check` or `--yes`
    #[arg(long, conflicts_with = "dry_run")]
    json: bool,
}

/// Shows what is older, asks, and writes it. Returns the exit code.
///
/// # Errors
/// If the folder is in no project with an `sdk/`, the project is newer than this command, or something there would be lost.
/// Nothing is written then.
pub(crate) async fn run(args: UpdateArgs) -> anyhow::Result<i32> {
    if args.json && !args.check && !args.yes {
        return Err(Usage("--json asks nothing: give it with --check, or with --yes".into()).into());
    }
    let here = std::env::current_dir()?;
    let Some(folder) = Project::folder_of(&here)? else {
        // The text says what to do.
        return Project::find(&here).map(|_| SUCCESS);
    };
    let Some(survey) = Survey::of(&folder)? else {
        return other::pass_on_update().await.map(|never| match never {});
    };
    if args.check {
        let older = survey.is_older();
        say(&args, &Told::of(&survey), &told::checked(&survey));
        return Ok(if older { FAILED } else { SUCCESS });
    }
    if survey.newer {
        bail!(told::newer(&survey));
    }
    let list = survey.new_list()?;
    if !survey.is_older() && list.is_none() {
        say(&args, &Told::of(&survey), &told::nothing(&survey));
    } else {
        update(&args, survey, list)?;
    }
    if !args.json
        && let Some(other) = other::of_adopted(&folder).await
    {
        out!(
            "This plugin is one of the published Wavecraft, too, whose own update is another: {} update",
            other.display()
        );
    }
    Ok(SUCCESS)
}

fn update(args: &UpdateArgs, survey: Survey, list: Option<Found>) -> anyhow::Result<()> {
    let colour = io::stdout().is_terminal() && colours_allowed();
    if !args.json {
        coloured_line(&told::overview(&survey, args.dry_run, colour));
    }
    if args.dry_run {
        out!("Nothing was written.");
        return Ok(());
    }
    if !args.overwrite && survey.files.iter().any(|found| found.state.is_at_risk()) {
        bail!(told::at_risk(&survey));
    }
    let mut told = Told::of(&survey);
    let (folder, same) = (survey.folder, survey.same);
    let files: Vec<Found> =
        survey.files.into_iter().filter(|found| found.state.is_older()).chain(list).collect();
    writable(&folder, &files)?;
    let paths: Vec<&str> = files.iter().map(|found| found.path.as_str()).collect();
    // What an interrupted update has written already is as it will be.
    let state = State::of(&folder, &AROUND, &paths, |path| same.contains(path))?;
    if let (State::Dirty(changes), false) = (&state, args.allow_dirty) {
        bail!(
            "git has changes here that aren't committed, so that it couldn't undo this alone:\n{changes}\nCommit or stash \
             them first, or give --allow-dirty. Nothing was written"
        );
    }
    let keeps = state != State::Clean && files.iter().any(|found| found.now.is_some());
    let undo = if keeps { " Git doesn't have all of what is there, so a copy is kept." } else { "" };
    if !args.yes && !agreed(&format!("Write this?{undo}"))? {
        out!("Nothing was written.");
        return Ok(());
    }
    let kept = if keeps { Some(write::keep(&folder, &files)?) } else { None };
    let undo = undo::commands(&folder, &files, kept.as_deref());
    write::write(&folder, &files).map_err(|error| error.context("nothing was changed"))?;
    let text = told::written(&files, kept.as_deref(), &undo);
    (told.written, told.kept, told.undo) = (true, kept, Some(undo));
    say(args, &told, &text);
    Ok(())
}

fn say(args: &UpdateArgs, told: &Told, text: &str) {
    if args.json {
        out!("{}", json_line(told));
    } else {
        out!("{text}");
    }
}

/// Whether each file lets itself be written: one that doesn't is that way on purpose, though its folder would allow it.
fn writable(folder: &Path, files: &[Found]) -> anyhow::Result<()> {
    for found in files.iter().filter(|found| found.now.is_some()) {
        let path = folder.join(&found.path);
        if path.symlink_metadata().is_ok_and(|metadata| metadata.permissions().mode() & 0o222 == 0) {
            bail!(
                "{} is read-only, so it stays as it is, and the rest with it. Make it writable, and run this again: chmod u+w {}. \
                 Nothing was written",
                path.display(),
                crate::changes::shell_word(&path.display().to_string())
            );
        }
    }
    Ok(())
}
