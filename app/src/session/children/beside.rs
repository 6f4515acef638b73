//! The child of an older build, beside the one that is heard: it was heard before, or was started again to be compared.

use crate::{
    audio::Audio,
    child::{Child, ChildEvent, Handshake, Launched, Step, Terms},
    outlet::Outlet,
    platform::Program,
};
use rustix::process::Pid;
use std::{
    io,
    time::{Duration, Instant},
};
use wavecraft_audio_core::{BesideSnapshot, LinkState, ProjectId};
use wavecraft_companion_protocol::{child::ToChild, control::LogStream, settings::Patience};
use wavecraft_ring::Geometry;

use crate::session::parameters::ParameterBank;

/// How long a child may take from its start, or from being replaced, until the engine could play it. The system may look
/// at its program first.
const READY_LIMIT: Duration = Duration::from_secs(60);

/// The child, and how far it is.
pub(in crate::session) struct Beside {
    child: Child,
    build: u32,
    latency_frames: u32,
    stage: Stage,
    /// What it said of its end.
    last_words: Option<String>,
}

enum Stage {
    /// It is being started. The time is when it is given up.
    Starting(Box<Handshake>, Instant),
    /// The engine has it, or is about to have it. The time is when it is given up.
    Linked(Instant),
    /// It answers in time.
    Live,
    /// It doesn't, since then.
    Late(Instant),
}

/// What became of it.
pub(super) enum News {
    /// Lines for the user, if any.
    Lines(Vec<(LogStream, String)>),
    /// It is of no use any more, for this reason.
    Over(String),
    /// Its process is gone, for this reason.
    Gone(String),
}

impl Beside {
    /// The child that was heard until now, and that the engine keeps.
    pub(super) fn kept(child: Child, build: u32, latency_frames: u32, now: Instant) -> Self {
        Self { child, build, latency_frames, stage: Stage::Linked(now + READY_LIMIT), last_words: None }
    }

    /// Starts a child of an older build.
    ///
    /// # Errors
    /// As [`Child::launch`].
    pub(super) fn launch(
        id: (&str, u32),
        (program, build): (&Program, u32),
        geometry: Geometry,
        events: Outlet<ChildEvent>,
        now: Instant,
    ) -> io::Result<Self> {
        let Launched { child, ring, parameters } = Child::launch(id, program, geometry, events)?;
        let handshake = Box::new(Handshake::new(ring, parameters));
        let stage = Stage::Starting(handshake, now + READY_LIMIT);
        Ok(Self { child, build, latency_frames: 0, stage, last_words: None })
    }

    pub(super) fn generation(&self) -> u32 {
        self.child.generation()
    }

    pub(in crate::session) fn pid(&self) -> Option<Pid> {
        self.child.pid()
    }

    /// The number of its build.
    pub(in crate::session) fn build(&self) -> u32 {
        self.build
    }

    /// The latency that it reports.
    pub(in crate::session) fn latency_frames(&self) -> u32 {
        self.latency_frames
    }

    /// Can it be heard?
    pub(in crate::session) fn is_live(&self) -> bool {
        matches!(self.stage, Stage::Live | Stage::Late(_))
    }

    /// Is it being started?
    pub(in crate::session) fn is_starting(&self) -> bool {
        matches!(self.stage, Stage::Starting(..))
    }

    /// The child, to be told to end.
    pub(super) fn into_child(self) -> Child {
        self.child
    }

    pub(super) fn kill(&self) {
        self.child.kill();
    }

    /// When [`is_overdue`](Self::is_overdue) may be true next.
    pub(super) fn due(&self) -> Option<Instant> {
        match self.stage {
            Stage::Starting(_, until) | Stage::Linked(until) => Some(until),
            Stage::Live | Stage::Late(_) => None,
        }
    }

    /// Has it taken too long to be heard?
    pub(super) fn is_overdue(&self, now: Instant) -> bool {
        self.due().is_some_and(|due| due <= now)
    }

    /// Handles its event.
    pub(super) fn handle(
        &mut self,
        event: ChildEvent,
        terms: &Terms,
        (audio, project): (&mut Audio, Option<ProjectId>),
        parameters: &ParameterBank,
    ) -> News {
        match event {
            ChildEvent::Said { message, permit: _permit } => {
                let mut over = Handshake::over();
                let handshake = match &mut self.stage {
                    Stage::Starting(handshake, _) => handshake.as_mut(),
                    _ => &mut over,
                };
                match handshake.hear(message, terms) {
                    Step::Nothing => {}
                    Step::Prepare(order) => self.child.tell(order),
                    Step::Ready(agreed) => {
                        parameters.prepare_beside(agreed.specs, agreed.writer);
                        self.child.tell(ToChild::Start);
                        self.latency_frames = agreed.latency_frames;
                        if let Err(error) = audio.set_beside(project, agreed.ring, self.child.alive()) {
                            return News::Over(error.to_string());
                        }
                        self.stage = Stage::Linked(Instant::now() + READY_LIMIT);
                    }
                    Step::Unfit(reason) => return News::Over(reason),
                    Step::Panicked { words, backtrace } => {
                        let trace = backtrace.lines().map(|line| (LogStream::Stderr, line.to_owned()));
                        let lines =
                            std::iter::once((LogStream::Message, words.clone())).chain(trace).collect();
                        self.last_words = Some(words);
                        return News::Lines(lines);
                    }
                    Step::Log(line) => return News::Lines(vec![(LogStream::Stderr, line)]),
                }
            }
            // It can't be told anything any more, and should be ending by itself.
            ChildEvent::HungUp { .. } => self.child.kill(),
            ChildEvent::NotStarted(error) => return News::Gone(format!("it can't be started: {error}")),
            ChildEvent::Exited(reason) => {
                return News::Gone(self.last_words.take().unwrap_or_else(|| reason.to_string()));
            }
            ChildEvent::Started(pid) => {
                tracing::info!("started process {pid} of build {}, to be compared", self.build);
            }
            ChildEvent::Wrote { .. } => {}
        }
        News::Lines(Vec::new())
    }

    /// Handles what the engine sees beside the child that is heard. Returns why it is of no use any more, if so.
    pub(super) fn seen(
        &mut self,
        snapshot: Option<&BesideSnapshot>,
        now: Instant,
        patience: &Patience,
    ) -> Option<String> {
        let snapshot = snapshot.filter(|snapshot| snapshot.generation == self.generation());
        match (&self.stage, snapshot.map(|snapshot| snapshot.link)) {
            (Stage::Starting(..), _) => {}
            (_, Some(LinkState::Live)) => self.stage = Stage::Live,
            (Stage::Live, Some(LinkState::Bypassed)) => self.stage = Stage::Late(now),
            (Stage::Late(since), Some(LinkState::Bypassed))
                if now.saturating_duration_since(*since) >= Duration::from_millis(patience.end_after_ms) =>
            {
                return Some("it doesn't answer in time".into());
            }
            // Its end is reported by the system, too, with the reason.
            (Stage::Live | Stage::Late(_), None) => return Some("the engine has lost it".into()),
            _ => {}
        }
        None
    }
}
