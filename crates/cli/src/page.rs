//! The project's page: its packages, and Vite.

mod absent;
mod install;
mod lead;
mod manager;
mod probe;
mod source;

pub(crate) use absent::Absent;
pub(crate) use install::{Install, InstallPolicy, NotAllowed, Step, install_if_needed};
pub(crate) use lead::Lead;
pub(crate) use manager::Manager;
pub(crate) use source::PageSource;

use crate::{
    ansi,
    lines::LastLines,
    processes::{Line, Processes, Running, guarded},
    programs,
};
use anyhow::Context;
use std::{io, path::PathBuf, process::ExitStatus, time::Duration};
use tokio::time::{Instant, sleep_until};

/// The address that the server listens on. Vite's own default is what `localhost` resolves to first, which differs
/// between systems.
const HOST: &str = "127.0.0.1";
/// A server that answers and hasn't named its port by now never will: its `dev` script prints something else.
const ANNOUNCEMENT: Duration = Duration::from_secs(2);

/// The page's server while it runs.
pub(crate) struct Page {
    /// Where it listens.
    pub(crate) port: u16,
    /// Since when its server runs.
    pub(crate) since: Instant,
    running: Running,
    answers: tokio::task::JoinHandle<()>,
    answered: Option<Instant>,
    announced: bool,
    up: bool,
    last: LastLines,
}

/// What the page's server does.
#[derive(Debug)]
pub(crate) enum PageEvent {
    /// It serves the page.
    Up,
    /// It wrote a line.
    Said(Line),
    /// It ended. Its last lines are in [`Page::last_lines`].
    Ended(ExitStatus),
}

impl Page {
    /// Starts the server at `port`, which was free a moment ago. A page that is made with Wavecraft's own client is led to
    /// where `lead` says.
    ///
    /// # Errors
    /// If Node.js or the page's package manager isn't there.
    pub(crate) fn serve(
        source: &PageSource,
        port: u16,
        lead: Option<&Lead>,
        processes: &mut Processes,
    ) -> anyhow::Result<Self> {
        let mut command = match source.plain_vite() {
            Some(vite) => {
                needed("node")?;
                let mut command = guarded(&vite.program);
                command.args(vite.args);
                match lead {
                    Some(lead) => lead.take(&mut command, vite.config.as_deref()),
                    None => drop(command.args(vite.config.iter().flat_map(|config| ["--config", config]))),
                }
                command
            }
            None => {
                let manager = Manager::of(source)?;
                let mut command = guarded(&manager.program()?);
                command.args(manager.dev_args());
                if let Some(lead) = lead {
                    lead.offer(&mut command);
                }
                command
            }
        };
        command
            .args(["--host", HOST, "--port", &port.to_string(), "--strictPort"])
            .current_dir(&source.folder);
        Ok(Self {
            port,
            since: Instant::now(),
            running: processes.spawn(&mut command).context("the page's server could not be started")?,
            answers: tokio::spawn(probe::until_http_answers(port)),
            answered: None,
            announced: false,
            up: false,
            last: LastLines::default(),
        })
    }

    /// Waits for what it does next. Nothing is lost if the wait is given up.
    pub(crate) async fn next(&mut self) -> io::Result<PageEvent> {
        loop {
            // Both, since the answer alone could be another program's that took the port a moment earlier.
            let patience = self.answered.map(|since| since + ANNOUNCEMENT);
            if !self.up && self.answered.is_some() && self.announced {
                self.up = true;
                return Ok(PageEvent::Up);
            }
            tokio::select! {
                line = self.running.next_line() => match line? {
                    Some(line) => {
                        let (Line::Out(text) | Line::Err(text)) = &line;
                        self.announced |= ansi::strip(text).contains(&format!(":{}", self.port));
                        self.last.push(text.clone());
                        return Ok(PageEvent::Said(line));
                    }
                    None => return self.running.wait().await.map(PageEvent::Ended),
                },
                _ = &mut self.answers, if self.answered.is_none() => self.answered = Some(Instant::now()),
                () = sleep_until(patience.unwrap_or_else(Instant::now)), if patience.is_some() && !self.announced => {
                    self.announced = true;
                }
            }
        }
    }

    /// What it wrote last.
    pub(crate) fn last_lines(&self) -> &LastLines {
        &self.last
    }

    /// Does it serve the page?
    pub(crate) fn is_up(&self) -> bool {
        self.up
    }

    /// The page's address.
    pub(crate) fn url(&self) -> String {
        format!("http://{HOST}:{}/", self.port)
    }
}

impl Drop for Page {
    fn drop(&mut self) {
        self.answers.abort();
    }
}

/// What a browser may call a page at `port`: both names of this machine.
pub(crate) fn origins(port: u16) -> Vec<String> {
    vec![format!("http://localhost:{port}"), format!("http://{HOST}:{port}")]
}

fn needed(name: &str) -> anyhow::Result<PathBuf> {
    programs::find(name).with_context(|| {
        format!("{name} is not on the PATH, and the project's page needs it: install Node.js from https://nodejs.org, or start with --no-ui")
    })
}
