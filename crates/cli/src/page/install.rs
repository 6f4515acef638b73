//! The page's packages.

use super::source::PageSource;
use crate::{
    lines::LastLines,
    processes::{Line, Processes, Running, guarded},
    report::{From, Report},
    terminal,
};
use anyhow::{Context, bail};
use std::{
    io::{self, IsTerminal},
    path::PathBuf,
};

/// Whether missing packages may be installed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum InstallPolicy {
    /// Ask on a terminal; elsewhere nobody can be asked, so yes.
    Ask,
    /// Yes.
    Yes,
    /// No.
    No,
}

/// A running installation.
pub(crate) struct Install {
    running: Running,
    last: LastLines,
    what: String,
}

/// An event of an installation.
pub(crate) enum Step {
    /// It wrote a line.
    Said(String),
    /// The packages are installed.
    Done,
}

impl Install {
    /// Starts the page's package manager.
    ///
    /// # Errors
    /// If it isn't installed.
    pub(crate) fn begin(
        source: &PageSource,
        processes: &mut Processes,
        report: &Report,
    ) -> anyhow::Result<Self> {
        let manager = source.manager()?;
        let mut command = guarded(&manager.program()?);
        let what = format!("{} in {}", manager.install_command(), source.folder.display());
        report.say(&format!("Installing the page's packages ({what}) …"));
        command.args(manager.install_args()).current_dir(&source.folder);
        let running = processes
            .spawn(&mut command)
            .with_context(|| format!("{} could not be started", manager.name()))?;
        Ok(Self { running, last: LastLines::default(), what })
    }

    /// Waits for the next event. Cancel-safe: none is lost.
    ///
    /// # Errors
    /// If the installation failed: with its last lines.
    pub(crate) async fn next(&mut self) -> anyhow::Result<Step> {
        if let Some(Line::Out(line) | Line::Err(line)) = self.running.next_line().await? {
            self.last.push(line.clone());
            return Ok(Step::Said(line));
        }
        let status = self.running.wait().await?;
        if !status.success() {
            bail!("{} failed ({status}):{}", self.what, self.last);
        }
        Ok(Step::Done)
    }
}

/// Installs the page's packages if some are missing.
///
/// # Errors
/// If that is needed and not allowed, or fails (with the manager's last lines).
pub(crate) async fn install_if_needed(
    source: &PageSource,
    policy: InstallPolicy,
    processes: &mut Processes,
    report: &Report,
) -> anyhow::Result<()> {
    if !source.needs_install() {
        return Ok(());
    }
    let command = source.manager()?.install_command();
    let allowed = match policy {
        InstallPolicy::Yes => true,
        InstallPolicy::No => false,
        InstallPolicy::Ask => !io::stdin().is_terminal() || ask(&command).await?,
    };
    if !allowed {
        return Err(NotAllowed { command, folder: source.folder.clone() }.into());
    }
    let mut install = Install::begin(source, processes, report)?;
    let progress = report.progress();
    progress.say(&command);
    loop {
        tokio::select! {
            step = install.next() => match step? {
                Step::Said(line) => report.log(From::Page, &line),
                Step::Done => return Ok(()),
            },
            () = progress.turn() => {}
        }
    }
}

/// Packages are missing, and only the user may install them.
#[derive(Debug, thiserror::Error)]
#[error("the page's packages are not installed: run `{command}` in {}, or start with --install or --no-ui", folder.display())]
pub(crate) struct NotAllowed {
    command: String,
    folder: PathBuf,
}

async fn ask(command: &str) -> anyhow::Result<bool> {
    let answer = terminal::ask(format!("The page's packages are missing. Run {command}? [Y/n] ")).await?;
    Ok(matches!(answer.trim().to_ascii_lowercase().as_str(), "" | "y" | "yes"))
}
