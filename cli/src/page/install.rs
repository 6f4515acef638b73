//! The page's packages.

use super::needed;
use crate::{
    lines::LastLines,
    processes::{Line, Processes, guarded},
    project::PageSource,
    report::{From, Report},
};
use anyhow::{Context, bail};
use std::io::{self, IsTerminal, Write};

/// May npm install what is missing?
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum InstallPolicy {
    /// On a terminal somebody is asked; elsewhere nobody can be, so yes.
    Ask,
    /// Yes.
    Yes,
    /// No.
    No,
}

/// Runs `npm install` where the page has no `node_modules`.
///
/// # Errors
/// If it is needed and not allowed, or fails (with npm's last lines).
pub(crate) async fn install_if_needed(
    source: &PageSource,
    policy: InstallPolicy,
    processes: &mut Processes,
    report: &Report,
) -> anyhow::Result<()> {
    if !source.needs_install() {
        return Ok(());
    }
    let npm = needed("npm")?;
    let allowed = match policy {
        InstallPolicy::Yes => true,
        InstallPolicy::No => false,
        InstallPolicy::Ask => !io::stdin().is_terminal() || ask().await?,
    };
    let folder = source.folder.display();
    if !allowed {
        bail!(
            "the page's packages are not installed: run `npm install` in {folder}, or start with --install or --no-ui"
        );
    }
    report.say(&format!("Installing the page's packages (npm install in {folder}) …"));
    let mut command = guarded(&npm);
    command.args(["install", "--no-audit", "--no-fund"]).current_dir(&source.folder);
    let mut running = processes.spawn(&mut command).context("npm could not be started")?;
    let mut last = LastLines::default();
    let progress = report.progress();
    progress.say("npm install");
    loop {
        tokio::select! {
            line = running.next_line() => match line? {
                Some(Line::Out(line) | Line::Err(line)) => {
                    report.log(From::Page, &line);
                    last.push(line);
                }
                None => break,
            },
            () = progress.turn() => {}
        }
    }
    let status = running.wait().await?;
    if !status.success() {
        bail!("`npm install` in {folder} failed ({status}):{last}");
    }
    Ok(())
}

async fn ask() -> anyhow::Result<bool> {
    let answer = tokio::task::spawn_blocking(|| {
        let mut terminal = io::stderr();
        write!(terminal, "The page's packages are missing. Run npm install? [Y/n] ")?;
        terminal.flush()?;
        let mut line = String::new();
        io::stdin().read_line(&mut line).map(|_| line)
    });
    let answer = answer.await??;
    Ok(matches!(answer.trim().to_ascii_lowercase().as_str(), "" | "y" | "yes"))
}
