//! A session's children: carries out the supervisor's decisions with real processes.

mod addresses;
mod beside;
mod keeping;

use crate::{
    audio::Audio,
    child::{
        Child, ChildEvent, Ended, ExitReason, Handshake, Launched, Order, Process, Step, Supervisor, Terms,
    },
    control::Owed,
    executable,
    outlet::Outlet,
    platform::{self, Program},
};
use rustix::process::Pid;
use std::{collections::VecDeque, io, sync::Arc, time::Instant};
use tracing::{info, warn};
use wavecraft_audio_core::{ProjectId, ProjectSnapshot};
use wavecraft_companion_protocol::{
    child::{FromChild, ToChild},
    control::{LogStream, ProjectProgram, RELOAD_FAILED, Reload, Reloaded},
    rpc::ErrorObject,
    session::State,
    settings::Patience,
};
use wavecraft_ring::Geometry;

use super::{event::SessionEvent, parameters::ParameterBank};
use beside::Beside;

/// Channels of every session: stereo. A mono processor gets two.
const CHANNELS: u32 = 2;
/// Children whose processors are remembered: as many as the engine has at once.
const CHAINS: usize = 4;

/// The children of one session.
pub(crate) struct Children {
    session: String,
    supervisor: Supervisor,
    /// The program that the children run.
    program: Program,
    heard: Option<Child>,
    incoming: Option<Incoming>,
    /// An older build's child beside the live one.
    beside: Option<Beside>,
    /// The build whose child went from there by itself, and why, until that is told.
    lost: Option<(u32, String)>,
    /// The children that were told to end.
    retiring: Vec<(u32, Arc<Process>)>,
    /// The latency that the live child reports.
    latency_frames: u32,
    /// The ids of the processors of the last children, by their generations.
    chains: VecDeque<(u32, Vec<String>)>,
    respawns: u64,
    events: Outlet<SessionEvent>,
}

/// A child on its way to being heard.
struct Incoming {
    child: Child,
    handshake: Handshake,
    latency_frames: u32,
    swap: Option<Swap>,
    /// Whether the one that is heard stays beside it.
    keeps: bool,
}

/// The files that changed for a build, as a person reads them, and how many more did.
pub(super) type ChangedFiles = (Vec<String>, u32);

/// A newer program that is replacing the previous one.
struct Swap {
    files: ChangedFiles,
    /// The reload call that asked for it.
    reply: Owed<Reload>,
    since: Instant,
    /// The program to return to if the newer one fails.
    before: Program,
}

/// What a child needs from its surroundings.
pub(super) struct Place<'a> {
    pub audio: &'a mut Audio,
    /// Its project's place in the mix.
    pub project: Option<ProjectId>,
    pub parameters: &'a ParameterBank,
    pub patience: &'a Patience,
    /// Whether the child before stays when a newer build replaces it.
    pub keep: bool,
}

/// What became of the child that was heard.
#[derive(Default)]
pub(super) struct Promoted {
    /// The files that changed, if it runs a newer program.
    pub files: Option<ChangedFiles>,
    /// Its child stays beside the newer one.
    pub kept: bool,
}

impl Children {
    /// A session without a child yet.
    pub(super) fn new(session: String, program: Program, events: Outlet<SessionEvent>) -> Self {
        Self {
            session,
            supervisor: Supervisor::new(),
            program,
            heard: None,
            incoming: None,
            beside: None,
            lost: None,
            retiring: Vec::new(),
            latency_frames: 0,
            chains: VecDeque::new(),
            respawns: 0,
            events,
        }
    }

    /// Where the session is in its life, and why.
    pub(super) fn state(&self) -> (State, Option<&str>) {
        self.supervisor.state()
    }

    /// Was any child ever heard?
    pub(super) fn was_heard(&self) -> bool {
        self.supervisor.was_heard()
    }

    /// How many children were started in place of one that crashed, hung or was restarted.
    pub(super) fn respawns(&self) -> u64 {
        self.respawns
    }

    /// The latency that the live child reports.
    pub(super) fn latency_frames(&self) -> u32 {
        self.latency_frames
    }

    /// The ids of the processors of the child of this generation, if it is one of the last.
    pub(super) fn chain(&self, generation: u32) -> &[String] {
        let chain = self.chains.iter().find(|(of, _)| *of == generation);
        chain.map_or(&[], |(_, ids)| ids)
    }

    /// The process of the live child, or else of one in shadow.
    pub(super) fn pid(&self) -> Option<Pid> {
        self.child(self.supervisor.shown()?)?.pid()
    }

    /// Were all children told to end?
    pub(super) fn is_ending(&self) -> bool {
        self.supervisor.is_ending()
    }

    /// Is no process left?
    pub(super) fn is_gone(&self) -> bool {
        self.supervisor.is_gone() && self.beside.is_none()
    }

    /// The program that the children run, as the command built it.
    pub(super) fn program(&self) -> &ProjectProgram {
        &self.program.runs
    }

    /// When [`poll`](Self::poll) has something to do next.
    pub(super) fn due(&self, patience: &Patience) -> Option<Instant> {
        self.supervisor.due(patience).into_iter().chain(self.beside.as_ref().and_then(Beside::due)).min()
    }

    /// Starts a child of the present program. Does nothing while the audio side isn't open.
    pub(super) fn launch(&mut self, audio: &Audio) {
        self.launch_for(None, audio);
    }

    /// Replaces the running program with a newer one.
    pub(super) fn swap(
        &mut self,
        program: ProjectProgram,
        files: ChangedFiles,
        reply: Owed<Reload>,
        place: &Place<'_>,
    ) {
        self.retire_incoming("a newer build came before it was heard", place.parameters);
        self.supervisor.forget_crashes();
        let before = self.program.clone();
        self.program.runs = program;
        self.launch_for(Some(Swap { files, reply, since: Instant::now(), before }), place.audio);
    }

    /// Restarts the child at the user's request, whatever it is doing.
    pub(super) fn restart(&mut self, place: &Place<'_>) {
        self.retire_incoming("the processor was restarted", place.parameters);
        self.supervisor.forget_crashes();
        self.respawns += 1;
        self.launch(place.audio);
    }

    fn launch_for(&mut self, swap: Option<Swap>, audio: &Audio) {
        let Some((_, max_frames)) = audio.stream() else { return };
        let generation = self.supervisor.next_generation();
        let events = self.events.of(move |event| SessionEvent::Child(generation, event));
        let launched = Geometry::new(max_frames, CHANNELS, CHANNELS)
            .map_err(io::Error::other)
            .and_then(|geometry| Child::launch((&self.session, generation), &self.program, geometry, events));
        match launched {
            Ok(Launched { child, ring, parameters }) => {
                self.supervisor.launched(swap.is_some(), Instant::now());
                let handshake = Handshake::new(ring, parameters);
                self.incoming = Some(Incoming { child, handshake, latency_frames: 0, swap, keeps: false });
            }
            Err(error) => {
                let reason = format!("{} can't be started: {error}", self.executable());
                match swap {
                    Some(Swap { reply, before, .. }) => {
                        self.program = before;
                        refuse(reply, reason);
                    }
                    None => self.supervisor.hold(reason),
                }
            }
        }
    }

    /// Handles a child's event. Returns lines for the user.
    pub(super) fn handle(
        &mut self,
        generation: u32,
        event: ChildEvent,
        place: &mut Place<'_>,
    ) -> Vec<(LogStream, String)> {
        if self.is_beside(generation) {
            return self.handle_beside(event, place);
        }
        let (now, session) = (Instant::now(), &self.session);
        match event {
            ChildEvent::Said { message, permit: _permit } => return self.hear(generation, message, place),
            ChildEvent::Wrote { line, .. } => {
                if let Some(words) = executable::missing_library(&line) {
                    self.supervisor.loader_said(generation, words);
                }
            }
            ChildEvent::HungUp { reason } => {
                if let Some(reason) = &reason {
                    warn!("{session}: its messages can't be read: {reason}");
                }
                self.supervisor.hung_up(generation, reason.as_deref(), now);
            }
            ChildEvent::Started(pid) => {
                info!("{session}: started process {pid} (generation {generation})");
                self.supervisor.started(generation, now);
            }
            ChildEvent::NotStarted(error) => {
                let words = format!("{} can't be started: {error}", self.executable());
                self.supervisor.not_started(generation, words);
                self.exited(generation, ExitReason::NotStarted, place);
            }
            ChildEvent::Exited(reason) => self.exited(generation, reason, place),
        }
        Vec::new()
    }

    fn hear(
        &mut self,
        generation: u32,
        message: FromChild,
        place: &mut Place<'_>,
    ) -> Vec<(LogStream, String)> {
        let mut over = Handshake::over();
        let incoming = self.incoming.as_mut().filter(|incoming| incoming.child.generation() == generation);
        let handshake = incoming.map_or(&mut over, |incoming| &mut incoming.handshake);
        match handshake.hear(message, &terms(place.audio)) {
            Step::Nothing => Vec::new(),
            Step::Prepare(order) => {
                self.supervisor.greeted(generation, Instant::now());
                self.child(generation).into_iter().for_each(|child| child.tell(order.clone()));
                Vec::new()
            }
            Step::Ready(agreed) => {
                let Some(incoming) = self.incoming.as_mut() else { return Vec::new() };
                if !self.supervisor.ready(generation) {
                    return Vec::new();
                }
                incoming.latency_frames = agreed.latency_frames;
                while self.chains.len() >= CHAINS {
                    self.chains.pop_front();
                }
                let ids = agreed.processors.iter().map(|processor| processor.id.clone());
                self.chains.push_back((generation, ids.collect()));
                place.parameters.prepare(agreed.specs, agreed.processors, agreed.writer);
                incoming.child.tell(ToChild::Start);
                let alive = incoming.child.alive();
                incoming.keeps = place.keep && incoming.swap.is_some() && self.heard.is_some();
                let kept = self.heard.as_ref().filter(|_| incoming.keeps).map(Child::generation);
                place.audio.keep(place.project, kept);
                match place.audio.set_link(place.project, agreed.ring, alive) {
                    Ok(()) => Vec::new(),
                    Err(error) => self.give_up(generation, error.to_string()),
                }
            }
            Step::Unfit(reason) => self.give_up(generation, reason),
            Step::Panicked { words, backtrace } => {
                self.supervisor.said_last_words(words.clone());
                let trace = backtrace.lines().map(|line| (LogStream::Stderr, line.to_owned()));
                std::iter::once((LogStream::Message, words)).chain(trace).collect()
            }
            Step::Log(line) => vec![(LogStream::Stderr, line)],
        }
    }

    /// Ends a child that can't work; the reason is reported with its end.
    fn give_up(&mut self, generation: u32, reason: String) -> Vec<(LogStream, String)> {
        if self.supervisor.give_up(generation, reason.clone()) {
            self.kill(generation);
        }
        vec![(LogStream::Message, reason)]
    }

    fn exited(&mut self, generation: u32, reason: ExitReason, place: &mut Place<'_>) {
        match self.supervisor.exited(generation, reason, Instant::now(), place.patience) {
            Ended::Retired => self.retiring.retain(|(retiring, _)| *retiring != generation),
            Ended::Heard => {
                self.heard = None;
                place.audio.quieter(place.project);
            }
            Ended::Incoming(words) => {
                place.parameters.abandon();
                let swap = self.incoming.take().and_then(|incoming| incoming.swap);
                let Some(Swap { reply, before, .. }) = swap else { return };
                self.program = before;
                let next = if self.heard.is_some() {
                    "the processor from before goes on"
                } else {
                    "there is no processor to go back to"
                };
                warn!("{}: the newer build failed before it was heard: {words}", self.session);
                refuse(reply, format!("{words}; {next}"));
            }
        }
    }

    /// Handles what the engine sees of the children, see [`Supervisor::seen`]. Returns whether it plays the incoming
    /// one.
    pub(super) fn seen(
        &mut self,
        snapshot: &ProjectSnapshot,
        silent: bool,
        now: Instant,
        patience: &Patience,
    ) -> bool {
        let pid = self.heard.as_ref().and_then(Child::pid);
        let traced = || pid.is_some_and(platform::is_traced);
        match self.supervisor.seen(snapshot, silent, traced, now, patience) {
            Some(Order::Promote) => return true,
            Some(Order::Kill(generation)) => {
                warn!("{}: no sign of life for {} ms: ending it", self.session, patience.end_after_ms);
                self.kill(generation);
            }
            _ => {}
        }
        false
    }

    /// Does what is due. Returns lines for the user.
    pub(super) fn poll(&mut self, now: Instant, place: &mut Place<'_>) -> Vec<String> {
        self.check_beside(now, place);
        let mut lines = Vec::new();
        for order in self.supervisor.poll(now, place.patience) {
            match order {
                Order::Kill(generation) => self.kill(generation),
                Order::Launch => {
                    self.respawns += 1;
                    self.launch(place.audio);
                }
                Order::Tell(line) => lines.push(line),
                Order::Promote => {}
            }
        }
        lines
    }

    /// The engine plays the incoming child, which replaces the previous one, of the build with this number.
    pub(super) fn promote(&mut self, build: u32, parameters: &ParameterBank) -> Promoted {
        let kept = self.incoming.as_ref().is_some_and(|incoming| incoming.keeps) && self.heard.is_some();
        if kept {
            self.keep_heard(build, parameters);
        } else {
            self.retire_heard();
        }
        let Some(Incoming { child, latency_frames, swap, .. }) = self.incoming.take() else {
            return Promoted::default();
        };
        self.supervisor.promoted(Instant::now());
        (self.heard, self.latency_frames) = (Some(child), latency_frames);
        let Some(Swap { files, reply, since, .. }) = swap else { return Promoted { files: None, kept } };
        let swap_ms = u64::try_from(since.elapsed().as_millis()).unwrap_or(u64::MAX);
        info!("{}: the newer build is heard after {swap_ms} ms", self.session);
        reply.answer(Reloaded { swap_ms });
        Promoted { files: Some(files), kept }
    }

    /// The engine has ended: the children are started again for the next one.
    pub(super) fn begin_anew(&mut self, parameters: &ParameterBank) {
        self.retire_beside(parameters);
        if let Some(Incoming { child, swap, .. }) = self.incoming.take() {
            child.kill();
            self.supervisor.retire_incoming(Instant::now());
            self.retiring.push((child.generation(), child.process()));
            if let Some(swap) = swap {
                let message = "the audio output went away during the swap: save the change again";
                refuse(swap.reply, message.into());
            }
        }
        self.retire_heard();
        self.supervisor.begin_anew("the audio output changed".into());
    }

    /// Starts no child until a build or the user asks for it, for this reason.
    pub(super) fn hold(&mut self, reason: String) {
        self.supervisor.hold(reason);
    }

    /// Tells all children to end. No further one is started.
    pub(super) fn end(&mut self, parameters: &ParameterBank) {
        self.supervisor.end();
        self.retire_incoming("the project was detached", parameters);
        self.retire_heard();
        self.retire_beside(parameters);
    }

    /// Nothing of the session is left.
    pub(super) fn ended(&mut self) {
        self.supervisor.ended();
    }

    /// Kills all processes without waiting any longer.
    pub(super) fn kill_all(&self) {
        self.retiring.iter().for_each(|(_, process)| process.kill());
        self.beside.iter().for_each(Beside::kill);
        self.heard.iter().chain(self.incoming.as_ref().map(|incoming| &incoming.child)).for_each(Child::kill);
    }

    fn retire_heard(&mut self) {
        self.supervisor.retire_heard(Instant::now());
        self.retiring.extend(self.heard.take().map(retire));
    }

    /// Ends a child that isn't live yet, because something newer replaces it.
    fn retire_incoming(&mut self, because: &str, parameters: &ParameterBank) {
        let Some(Incoming { child, swap, .. }) = self.incoming.take() else { return };
        parameters.abandon();
        self.supervisor.retire_incoming(Instant::now());
        self.retiring.push(retire(child));
        if let Some(Swap { reply, before, .. }) = swap {
            self.program = before;
            refuse(reply, because.into());
        }
    }

    fn kill(&self, generation: u32) {
        self.child(generation).into_iter().for_each(Child::kill);
        let retiring = self.retiring.iter().filter(|(retiring, _)| *retiring == generation);
        retiring.for_each(|(_, process)| process.kill());
    }

    /// The child of this generation, unless it was told to end.
    fn child(&self, generation: u32) -> Option<&Child> {
        let incoming = self.incoming.as_ref().map(|incoming| &incoming.child);
        self.heard.iter().chain(incoming).find(|child| child.generation() == generation)
    }

    fn executable(&self) -> std::path::Display<'_> {
        self.program.runs.executable.display()
    }
}

/// What a child is prepared for.
fn terms(audio: &Audio) -> Terms {
    let (sample_rate, max_frames) = audio.stream().unwrap_or_default();
    Terms { sample_rate, max_frames, inputs: CHANNELS, outputs: CHANNELS }
}

/// Dropping a child closes its socketpair, whereupon it ends; its process is kept until it has.
fn retire(child: Child) -> (u32, Arc<Process>) {
    child.tell(ToChild::Stop);
    (child.generation(), child.process())
}

fn refuse(reply: Owed<Reload>, reason: String) {
    reply.refuse(ErrorObject::new(RELOAD_FAILED, reason));
}
