//! `wavecraft completions` and `wavecraft man`: describe the command line for shells and for man(1).

use anyhow::Context;
use clap::Command;
use clap_complete::Shell;
use std::path::PathBuf;

/// What `wavecraft completions` is asked for.
#[derive(Debug, clap::Args)]
pub(crate) struct CompletionsArgs {
    /// The shell that is to complete
    shell: Shell,
}

/// What `wavecraft man` is asked for.
#[derive(Debug, clap::Args)]
pub(crate) struct ManArgs {
    /// The folder that gets the pages
    folder: PathBuf,
}

/// Prints the completion script for `command`, which is `wavecraft`.
pub(crate) fn run(args: &CompletionsArgs, mut command: Command) {
    // Generated whole first: a reader that stops reading would make the generator panic.
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut command, "wavecraft", &mut script);
    crate::output::line(format_args!("{}", String::from_utf8_lossy(&script).trim_end()));
}

/// Writes a man page for `command` and for each of its subcommands.
///
/// # Errors
/// If the folder can't be written.
pub(crate) fn write_pages(args: &ManArgs, command: Command) -> anyhow::Result<()> {
    let written =
        std::fs::create_dir_all(&args.folder).and_then(|()| clap_mangen::generate_to(command, &args.folder));
    written.with_context(|| {
        format!("the pages can't be written to {}: choose another folder", args.folder.display())
    })
}
