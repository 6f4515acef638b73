//! The state of the running session: of its page, of the program to be heard next, and of a question to the user.

use super::{
    defaults_watch::DefaultsWatch, rebuilds::Rebuilds, told_notices::ToldNotices,
    told_violations::ToldViolations, troubles::Troubles,
};
use crate::{
    builds::Digest,
    companion::Ticket,
    page::{Absent, Install, PageSource, Step},
    places::Places,
};
use std::{collections::BTreeSet, fmt, future::pending, path::PathBuf};
use tokio::time::Instant;
use wavecraft_companion_protocol::{
    control::{Attach, ProjectProgram, Reload},
    session::Stats,
};

/// A running session.
#[derive(Default)]
pub(super) struct RunningSession {
    pub(super) name: String,
    /// The project's folder.
    pub(super) folder: PathBuf,
    pub(super) ws_url: String,
    pub(super) ws_port: u16,
    /// Whether the processor is heard; always true without audio.
    pub(super) live: bool,
    pub(super) stats: Option<Box<Stats>>,
    /// When it was first heard and served.
    pub(super) ready: Option<Instant>,
    pub(super) page: PageState,
    /// The companion's log.
    pub(super) log: Option<PathBuf>,
    /// The sources, while they are watched.
    pub(super) rebuilds: Option<Rebuilds>,
    /// The attach request, with the program that is heard now: for another companion, in case this one goes away.
    pub(super) attach: Option<Box<Attach>>,
    /// The program that the companion runs.
    pub(super) heard: Option<Digest>,
    /// The program that will replace it.
    pub(super) swap: Swap,
    /// Whether the user asked for a fresh processor, even if nothing has changed.
    pub(super) start_afresh: bool,
    /// The files that changed since the build that is heard.
    pub(super) changed: BTreeSet<PathBuf>,
    /// What was told of the companion's notices.
    pub(super) notices: ToldNotices,
    /// What was told of what the processor does in `process`.
    pub(super) violations: ToldViolations,
    /// What was told of its troubles.
    pub(super) troubles: Troubles,
    /// Where the files are that the processor names.
    pub(super) places: Places,
    /// The project's `wavecraft.toml`.
    pub(super) defaults: Option<DefaultsWatch>,
    pub(super) question: Option<Question>,
    /// The file that is, or was, the source.
    pub(super) file: Option<PathBuf>,
}

impl RunningSession {
    /// A session of which only the name, the project's folder and the dev WebSocket are known.
    pub(super) fn new(name: String, folder: PathBuf, ws_url: String, ws_port: u16) -> Self {
        Self { name, folder, ws_url, ws_port, ..Self::default() }
    }

    /// How many blocks have missed their deadline so far; `None` before anything is measured.
    pub(super) fn late_blocks(&self) -> Option<u64> {
        self.stats.as_ref().map(|stats| stats.total.late_blocks.total())
    }
}

/// The page that a session has, or should have.
#[derive(Default)]
pub(super) struct PageState {
    /// The page's source folder; `None` if no page is wanted.
    pub(super) source: Option<PageSource>,
    /// Why there is no page.
    pub(super) absent: Option<Absent>,
    /// Its packages, while they are being installed beside the sound.
    pub(super) install: Option<Install>,
    /// Whether the user refused to have packages installed.
    pub(super) refused: bool,
    /// Whether it missed its time limit, and the rest no longer waits for it.
    pub(super) late: bool,
    /// How often the page's server was started at this port or a later one.
    pub(super) port_tries: u32,
    /// Whether the user was told what a `dev` script has to do.
    pub(super) advised: bool,
}

/// An event of a page that isn't served.
pub(super) enum PageNews {
    /// A file that may be the cause has changed.
    Changed,
    /// A step of its installation.
    Step(anyhow::Result<Step>),
}

impl PageState {
    /// Waits for the next event. Cancel-safe: none is lost.
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

/// The program that will replace the one that is heard.
#[derive(Debug, Default)]
pub(super) struct Swap {
    /// The companion's pending request.
    pub(super) asked: Option<Asked>,
    /// The next request: only the newest counts.
    pub(super) next: Option<Built>,
}

/// A swap that was requested from the companion.
#[derive(Debug)]
pub(super) struct Asked {
    pub(super) ticket: Ticket<Reload>,
    pub(super) built: Built,
    pub(super) digest: Digest,
    /// The copy that the companion was given.
    pub(super) copy: ProjectProgram,
    /// How many blocks had missed their deadline before.
    pub(super) late_blocks: Option<u64>,
}

/// A built program, and how long the build took in milliseconds.
#[derive(Debug, Clone)]
pub(super) struct Built {
    pub(super) program: ProjectProgram,
    pub(super) ms: u64,
}

impl Swap {
    /// The copy that the companion was asked to run, and may be running already if its answer was lost.
    pub(super) fn copy_asked_for(&self) -> Option<&ProjectProgram> {
        self.asked.as_ref().map(|asked| &asked.copy)
    }

    /// Takes the program that was built and isn't heard, after the companion that was asked has gone away.
    pub(super) fn take_unheard(&mut self) -> Option<Built> {
        let asked = self.asked.take().map(|asked| asked.built);
        self.next.take().or(asked)
    }
}

/// A question at the bottom of the terminal, with the text typed so far.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Question {
    /// The choice of one of the sources that are listed above.
    Source,
    /// The path of a file.
    File(String),
    /// A signal with numbers.
    Signal(String),
}

impl fmt::Display for Question {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Source => f.write_str("Source? A key of the list, or Esc to leave it: "),
            Self::Signal(typed) => write!(
                f,
                "Which signal? Such as tone:440@-20 or noise:pink, then Enter; Esc leaves it: {typed}"
            ),
            Self::File(typed) => write!(f, "Which file? Its path, then Enter; Esc leaves it: {typed}"),
        }
    }
}
