//! The session that runs: what is known of it, of its page, of the program that is to be heard next, and of the question that a
//! person is asked.

use super::rebuilds::Rebuilds;
use crate::{
    builds::Digest,
    companion::Ticket,
    page::{Absent, Install, PageSource, Step},
};
use std::{fmt, future::pending, path::PathBuf};
use tokio::time::Instant;
use wavecraft_companion_protocol::{
    control::{Attach, ProjectProgram, Reload},
    session::Stats,
};

/// A session that runs.
#[derive(Default)]
pub(super) struct RunningSession {
    pub(super) name: String,
    /// The project's folder.
    pub(super) folder: PathBuf,
    pub(super) ws_url: String,
    pub(super) ws_port: u16,
    /// The processor is heard; without audio, always.
    pub(super) live: bool,
    pub(super) stats: Option<Box<Stats>>,
    /// When it was first heard and served.
    pub(super) ready: Option<Instant>,
    pub(super) page: PageState,
    /// The companion's log.
    pub(super) log: Option<PathBuf>,
    /// The sources, while they are watched.
    pub(super) rebuilds: Option<Rebuilds>,
    /// The attach request, with the program that is heard now: for another companion, should this one go.
    pub(super) attach: Option<Box<Attach>>,
    /// The program that the companion runs.
    pub(super) heard: Option<Digest>,
    /// The program that is to take its place.
    pub(super) swap: Swap,
    pub(super) question: Option<Question>,
    /// The file that was played, or is.
    pub(super) file: Option<PathBuf>,
}

impl RunningSession {
    /// A session of which only its name, its project's folder and its dev WebSocket are known.
    pub(super) fn new(name: String, folder: PathBuf, ws_url: String, ws_port: u16) -> Self {
        Self { name, folder, ws_url, ws_port, ..Self::default() }
    }

    /// Blocks that came too late so far; `None` before anything is measured.
    pub(super) fn late_blocks(&self) -> Option<u64> {
        self.stats.as_ref().map(|stats| stats.late_blocks.total())
    }
}

/// The page that a session has, or should have.
#[derive(Default)]
pub(super) struct PageState {
    /// Where it is made from; none where no page is wanted.
    pub(super) source: Option<PageSource>,
    /// Why there is none.
    pub(super) absent: Option<Absent>,
    /// Its packages, while they are installed beside the sound.
    pub(super) install: Option<Install>,
    /// The person refused to have packages installed.
    pub(super) refused: bool,
    /// It didn't come in time, and what is heard no longer waits for it.
    pub(super) late: bool,
    /// How often the page's server was started at this port or a later one.
    pub(super) port_tries: u32,
    /// The person knows what a `dev` script has to do.
    pub(super) advised: bool,
}

/// What happens to a page that isn't served.
pub(super) enum PageNews {
    /// A file that may be the cause is another one.
    Changed,
    /// A step of its installation.
    Step(anyhow::Result<Step>),
}

impl PageState {
    /// Waits for what happens next. Nothing is lost if the wait is given up.
    pub(super) async fn news(&mut self) -> PageNews {
        match (&mut self.install, &mut self.absent) {
            (Some(install), _) => PageNews::Step(install.next().await),
            (None, Some(absent)) => {
                absent.changed().await;
                PageNews::Changed
            }
            (None, None) => pending().await,
        }
    }
}

/// The program that is to take the place of the one that is heard.
#[derive(Debug, Default)]
pub(super) struct Swap {
    /// What the companion was asked for and hasn't answered yet.
    pub(super) asked: Option<Asked>,
    /// What it is asked for next: only the newest counts.
    pub(super) next: Option<Built>,
}

/// A swap that the companion was asked for.
#[derive(Debug)]
pub(super) struct Asked {
    pub(super) ticket: Ticket<Reload>,
    pub(super) built: Built,
    pub(super) digest: Digest,
    /// The copy that the companion was given.
    pub(super) copy: ProjectProgram,
    /// Blocks that had been late before.
    pub(super) late_blocks: Option<u64>,
}

/// A program that was built, and how long that took in milliseconds.
#[derive(Debug, Clone)]
pub(super) struct Built {
    pub(super) program: ProjectProgram,
    pub(super) ms: u64,
}

impl Swap {
    /// The copy that the companion was asked to run, and may run already where its answer was lost.
    pub(super) fn copy_asked_for(&self) -> Option<&ProjectProgram> {
        self.asked.as_ref().map(|asked| &asked.copy)
    }

    /// Takes what was built and isn't heard, where the companion that was asked is gone.
    pub(super) fn take_unheard(&mut self) -> Option<Built> {
        let asked = self.asked.take().map(|asked| asked.built);
        self.next.take().or(asked)
    }
}

/// A question at the bottom of the terminal, with what was typed so far.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Question {
    /// One of the sources that are listed above.
    Source,
    /// The path of a file.
    File(String),
}

impl fmt::Display for Question {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Source => f.write_str("Source? A key of the list, or Esc to leave it: "),
            Self::File(typed) => write!(f, "Which file? Its path, then Enter; Esc leaves it: {typed}"),
        }
    }
}
