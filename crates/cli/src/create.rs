//! `wavecraft create`: writes a new project, complete with the SDK's sources, or nothing at all.

mod git;
mod name;
mod outer;
mod place;
mod sdk;
mod template;

pub(crate) use sdk::files as sdk_files;
pub(crate) use template::{File, page_client};

use crate::{changes::shell_word, failure::Usage, output::out, written::Written};
use name::{ProjectName, check_vendor};
use place::Place;
use std::path::{Path, PathBuf};

/// What `wavecraft create` is asked for.
#[derive(Debug, clap::Args)]
pub(crate) struct CreateArgs {
    /// The project's name: letters, digits, `-` and `_`, starting with a letter
    pub(crate) name: String,
    /// The folder to write, new or empty [default: the name, in this folder]
    #[arg(long, short, value_name = "DIR")]
    pub(crate) output: Option<PathBuf>,
    /// Who makes it: the author in Cargo.toml and package.json
    #[arg(long, value_name = "V", default_value = "Independent")]
    pub(crate) vendor: String,
    /// Leave git alone: no repository, no first commit
    #[arg(long)]
    pub(crate) no_git: bool,
}

/// Creates the project and prints what to do next.
///
/// # Errors
/// A [`Usage`] if the name, the vendor or the folder can't be used; otherwise a file system error. In both cases
/// nothing is left behind. A missing git, or git without an identity, is a note and not an error.
pub(crate) fn run(args: &CreateArgs) -> anyhow::Result<()> {
    let name = ProjectName::new(&args.name).map_err(Usage)?;
    check_vendor(&args.vendor).map_err(Usage)?;
    let place = Place::choose(args.output.as_deref().unwrap_or(Path::new(name.as_given())))?;

    let mut files = template::files(&name, &args.vendor);
    let own: Vec<File> = sdk::files()?.into_iter().chain(page_client()).collect();
    let written = Written::of(&own).file();
    // The page's client is among the template's files.
    files.extend(own.into_iter().filter(|(path, _)| path.starts_with("sdk/")).chain([written]));
    files.extend(sdk::lockfiles(&name)?);
    let folder = place.fill(&files)?;

    let workspaces = outer::leave_out(&folder, &files);
    let note = if args.no_git { None } else { git::first_commit(&folder, &name) };
    out!("Created {} in {}", name.title(), folder.display());
    for note in workspaces.iter().chain(&note) {
        out!("{note}");
    }
    out!("\nNext:");
    out!("  cd {}", shell_word(&folder.display().to_string()));
    out!("  wavecraft start               the page alone, with made-up levels");
    out!("  wavecraft start --with-audio  your microphone through your DSP");
    Ok(())
}
