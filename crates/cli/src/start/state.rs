//! Everything that a start has created so far, and how it ended.

use super::{args::StartArgs, shown_probe::ShownProbe};
use crate::{
    builds::Builds,
    companion::{Companion, Launched},
    generated::Generated,
    page::Page,
    preview::Preview,
    process::Process,
    processes::Processes,
    report::Report,
    starts::Claim,
    terminal::Keyboard,
};
use std::{collections::BTreeSet, path::PathBuf};
use wavecraft_companion_protocol::{paths::Paths, token::Token};

/// Everything that a start has created so far, and that must be removed in the end. Each part is stored here the moment
/// it exists, so that the work can be cancelled at any point.
pub(super) struct Start {
    pub(super) args: StartArgs,
    pub(super) report: Report,
    pub(super) keyboard: Option<Keyboard>,
    pub(super) paths: Paths,
    pub(super) token: Token,
    pub(super) audio_token: Token,
    pub(super) processes: Processes,
    pub(super) builds: Option<Builds>,
    pub(super) companion: Option<Companion>,
    pub(super) launched: Option<Launched>,
    pub(super) preview: Option<Preview>,
    pub(super) page: Option<Page>,
    pub(super) generated: Option<Generated>,
    pub(super) children: BTreeSet<Process>,
    /// The probe that the terminal's line shows.
    pub(super) probe: Option<ShownProbe>,
    /// The project's folder, once it is found.
    pub(super) folder: Option<PathBuf>,
    /// Tells other starts of this folder that it runs.
    pub(super) claim: Option<Claim>,
}

/// How the work ended, if it didn't fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// The time was up, a key was pressed, or another terminal stopped it.
    Done,
    /// By a signal.
    Interrupted,
}

impl Start {
    /// Remembers a child of the session, to check in the end that it is gone.
    pub(super) fn remember_child(&mut self, pid: Option<u32>) {
        self.children.extend(pid.and_then(Process::of));
    }
}
