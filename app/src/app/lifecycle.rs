//! A child's life: launched, ready, in shadow, heard, retired; or crashed, and started again.
//!
//! There is one way to be heard: a new child is *incoming* until the engine plays it. A start, a restart after a crash
//! and a swap for a newer build all go that way.

use super::{App, AudioSide, reasons};
use crate::{
    child::{Child, ExitReason, Launched},
    event::{ChildId, Deadline, Event, Reply},
    executable,
    platform::Program,
    respawn::Verdict,
    session::{Incoming, Session, Stage},
};
use rustix::process::Pid;
use std::time::{Duration, Instant};
use tracing::{info, warn};
use wavecraft_companion_protocol::{
    child::{FromChild, ToChild},
    control::{ChildLog, LogStream, RELOAD_FAILED, Reloaded},
    parameter,
    rpc::{ErrorObject, to_value},
    session::State,
};
use wavecraft_ring::{ABI_VERSION, Geometry};

/// Channels of every session: stereo. A mono processor gets two.
const CHANNELS: u32 = 2;
/// The system gets so long to start a program: it may look at it first, and at others before it.
const START_LIMIT: Duration = Duration::from_secs(60);
/// A child that isn't heard so long after its first word never will be.
const READY_LIMIT: Duration = Duration::from_secs(10);
/// A child that was told to end has so long to do so by itself.
const END_LIMIT: Duration = Duration::from_secs(2);

impl App {
    /// Starts a child of the session's present program. With `reload`, somebody waits to hear of its success, and the
    /// program before is kept to go back to.
    pub(super) fn launch(&mut self, id: &str, reload: Option<(Reply, Program)>) {
        let AudioSide::Open(opened) = &self.audio else { return };
        let max_frames = opened.audio.stream().max_frames;
        let Some(session) = self.sessions.get_mut(id) else { return };
        session.generation += 1;
        session.last_words = None;
        let child_id = ChildId { session: id.into(), generation: session.generation };
        let launched = Geometry::new(max_frames, CHANNELS, CHANNELS)
            .map_err(std::io::Error::other)
            .and_then(|geometry| Child::launch(child_id.clone(), &session.program, geometry, &self.events));
        let (reload, replaces) = match reload {
            Some((reply, before)) => (Some((reply, Instant::now())), Some(before)),
            None => (None, None),
        };
        match launched {
            Ok(Launched { child, ring, parameters }) => {
                session.incoming = Some(Incoming {
                    child,
                    stage: Stage::Hello { ring, writer: parameters },
                    reload,
                    replaces,
                    latency_frames: 0,
                    hopeless: false,
                });
                self.deadline(&child_id, START_LIMIT, Deadline::Start);
                if self.sessions.get(id).is_some_and(|session| session.child.is_none()) {
                    self.set_state(id, State::Starting, None);
                }
            }
            Err(error) => {
                let reason =
                    format!("{} can't be started: {error}", session.program.runs.executable.display());
                if let Some(before) = replaces {
                    session.program = before;
                }
                match reload {
                    Some((reply, _)) => drop(reply.send(Err(ErrorObject::new(RELOAD_FAILED, reason)))),
                    None => self.set_state(id, State::Held, Some(reason)),
                }
            }
        }
    }

    pub(super) fn child_started(&mut self, id: &ChildId, pid: Pid) {
        info!("{}: started process {pid} (generation {})", id.session, id.generation);
        let limit = Duration::from_millis(self.settings.get().patience.first_word_ms);
        self.deadline(id, limit / 3, Deadline::FirstWord);
        self.deadline(id, limit, Deadline::Hello);
    }

    /// Trying again is of no use: the system would answer the same.
    pub(super) fn child_not_started(&mut self, id: &ChildId, error: &std::io::Error) {
        if let Some(session) = self.sessions.get_mut(&id.session)
            && let Some(incoming) = incoming(Some(&mut *session), id)
        {
            incoming.hopeless = true;
            let program = session.program.runs.executable.display();
            session.last_words = Some(format!("{program} can't be started: {error}"));
        }
        self.child_exited(id, ExitReason::NotStarted);
    }

    pub(super) fn child_said(&mut self, child: &ChildId, message: FromChild) {
        match message {
            FromChild::Hello { abi, sdk_version, latency_frames, parameters, .. } => {
                let problem = if abi == ABI_VERSION {
                    parameter::check_set(&parameters).err().map(|bad| bad.to_string())
                } else {
                    Some(format!(
                        "it was built with wavecraft-dev-audio {sdk_version} (segment version {abi}), this companion \
                         has segment version {ABI_VERSION}: use the SDK and the companion of one release, and rebuild"
                    ))
                };
                match problem {
                    Some(problem) => self.give_up(child, problem),
                    None => self.prepare(child, latency_frames, parameters),
                }
            }
            FromChild::Ready => self.give_live_input(child),
            FromChild::Error { message } => self.give_up(child, message),
            FromChild::Panic { message, location, backtrace } => {
                let place = location.map_or_else(String::new, |location| format!(" at {location}"));
                let words = format!("the processor panicked{place}: {message}");
                self.tell_message(child, &words);
                backtrace.lines().for_each(|line| self.tell_message(child, line));
                if let Some(session) = self.sessions.get_mut(&child.session) {
                    session.last_words = Some(words);
                }
            }
            FromChild::Log { message } => self.tell_message(child, &message),
        }
    }

    /// Before it has said anything, its loader may have.
    pub(super) fn child_wrote(&mut self, id: &ChildId, line: &str) {
        let Some(words) = executable::missing_library(line) else { return };
        let Some(session) = self.sessions.get_mut(&id.session) else { return };
        let starts = incoming(Some(&mut *session), id)
            .is_some_and(|incoming| matches!(incoming.stage, Stage::Hello { .. }));
        if starts {
            session.last_words = Some(words);
        }
    }

    fn prepare(&mut self, id: &ChildId, latency_frames: u32, specs: Vec<parameter::ParameterSpec>) {
        let AudioSide::Open(opened) = &self.audio else { return };
        let stream = opened.audio.stream();
        let Some(incoming) = incoming(self.sessions.get_mut(&id.session), id) else { return };
        let stage = std::mem::replace(&mut incoming.stage, Stage::Shadow);
        // A second hello is ignored: what was agreed on stays.
        incoming.stage = match stage {
            Stage::Hello { ring, writer } => {
                incoming.latency_frames = latency_frames;
                incoming.child.tell(ToChild::Prepare {
                    sample_rate: rate_as_f32(stream.sample_rate),
                    max_frames: stream.max_frames,
                    inputs: CHANNELS,
                    outputs: CHANNELS,
                });
                Stage::Ready { ring, writer, specs }
            }
            other => {
                incoming.stage = other;
                return;
            }
        };
        self.deadline(id, READY_LIMIT, Deadline::Ready);
    }

    fn give_live_input(&mut self, id: &ChildId) {
        let AudioSide::Open(opened) = &mut self.audio else { return };
        let Some(session) = self.sessions.get_mut(&id.session) else { return };
        let (Some(project), Some(incoming)) = (session.project, &mut session.incoming) else { return };
        if incoming.child.id != *id {
            return;
        }
        match std::mem::replace(&mut incoming.stage, Stage::Shadow) {
            Stage::Ready { ring, writer, specs } => {
                session.shared.parameters.prepare(specs, writer);
                incoming.child.tell(ToChild::Start);
                let alive = std::sync::Arc::clone(&incoming.child.alive);
                if let Err(error) = opened.audio.set_link(project, ring, alive) {
                    self.give_up(id, error.to_string());
                } else if session.child.is_none() {
                    self.set_state(&id.session, State::Shadow, None);
                }
            }
            // Ready before it was asked to prepare, or twice: nothing to do.
            other => incoming.stage = other,
        }
    }

    /// The engine plays the incoming child: it takes the place of the one before.
    pub(super) fn heard(&mut self, id: &str) {
        self.retire_child(id);
        let AudioSide::Open(opened) = &mut self.audio else { return };
        let Some(session) = self.sessions.get_mut(id) else { return };
        let Some(incoming) = session.incoming.take() else { return };
        session.child = Some(incoming.child);
        session.latency_frames = incoming.latency_frames;
        session.heartbeat = (0, Instant::now());
        session.was_live = true;
        if let Some(project) = session.project {
            opened.audio.set_on_bypass(project, session.on_bypass());
        }
        if session.shared.parameters.commit()
            && let Some(server) = session.server()
        {
            server.parameters_changed();
        }
        if let Some((reply, since)) = incoming.reload {
            let swap_ms = u64::try_from(since.elapsed().as_millis()).unwrap_or(u64::MAX);
            info!("{id}: the newer build is heard after {swap_ms} ms");
            let _ = reply.send(Ok(to_value(&Reloaded { swap_ms })));
        }
        if let Some(before) = incoming.replaces
            && let Some(folder) = self.build_folder(before.runs.built())
        {
            super::attach::remove_folder(folder);
        }
        self.mind_howl(id);
        self.set_state(id, State::Live, None);
    }

    /// A child that can't work: it is ended, and the reason is what its end will be reported with.
    fn give_up(&mut self, id: &ChildId, reason: String) {
        self.tell_message(id, &reason);
        let Some(session) = self.sessions.get_mut(&id.session) else { return };
        session.last_words = Some(reason);
        if let Some(incoming) = incoming(Some(session), id) {
            incoming.hopeless = true;
            incoming.child.kill();
        }
    }

    pub(super) fn child_hung_up(&mut self, id: &ChildId, reason: Option<String>) {
        let Some(session) = self.sessions.get_mut(&id.session) else { return };
        if let Some(reason) = reason {
            warn!("{}: its messages can't be read: {reason}", id.session);
            session
                .last_words
                .get_or_insert(format!("the processor's program sent a broken message: {reason}"));
        }
        // Without its socketpair a child can't be told anything, so it is of no use; it should be ending by itself.
        let running = session.child.iter().chain(session.incoming.as_ref().map(|incoming| &incoming.child));
        if running.into_iter().any(|child| child.id == *id) {
            self.deadline(id, END_LIMIT, Deadline::End);
        }
    }

    pub(super) fn child_exited(&mut self, id: &ChildId, reason: ExitReason) {
        let Some(session) = self.sessions.get_mut(&id.session) else { return };
        session.retiring.retain(|(retiring, _)| retiring != id);
        if session.incoming.as_ref().is_some_and(|incoming| incoming.child.id == *id) {
            self.incoming_exited(&id.session, reason);
        } else if session.child.as_ref().is_some_and(|child| child.id == *id) {
            session.child = None;
            self.mind_howl(&id.session);
            let Some(session) = self.sessions.get_mut(&id.session) else { return };
            let words = session.last_words.take().unwrap_or_else(|| reason.to_string());
            // One that is on its way takes its place anyhow.
            if session.incoming.is_some() {
                self.set_state(&id.session, State::Crashed, Some(words));
            } else {
                self.crashed(id, &words);
            }
        }
        self.finish_if_gone(&id.session);
    }

    fn incoming_exited(&mut self, id: &str, reason: ExitReason) {
        let Some(session) = self.sessions.get_mut(id) else { return };
        let Some(incoming) = session.incoming.take() else { return };
        session.shared.parameters.abandon();
        let words = session.last_words.take().unwrap_or_else(|| reason.to_string());
        if let Some(before) = incoming.replaces {
            session.program = before;
        }
        match incoming.reload {
            Some((reply, _)) => {
                let next = if session.child.is_some() {
                    "the processor from before goes on"
                } else {
                    "there is no processor to go back to"
                };
                warn!("{id}: the newer build failed before it was heard: {words}");
                let _ = reply.send(Err(ErrorObject::new(RELOAD_FAILED, format!("{words}; {next}"))));
                if session.child.is_none() {
                    self.set_state(id, State::Held, Some(words));
                }
            }
            None if incoming.hopeless => self.set_state(id, State::Held, Some(words)),
            None => self.crashed(&incoming.child.id, &words),
        }
    }

    fn crashed(&mut self, child: &ChildId, words: &str) {
        let Some(session) = self.sessions.get_mut(&child.session) else { return };
        let patience = &self.settings.get().patience;
        match session.crashes.add(Instant::now(), patience) {
            Verdict::After(pause) => {
                let reason = format!("{words}; starting it again in {} ms", pause.as_millis());
                // Named by the newest child there was: a build that failed since then was newer than the one that crashed.
                let newest = ChildId { session: child.session.clone(), generation: session.generation };
                self.set_state(&child.session, State::Crashed, Some(reason));
                self.send_later(pause, Event::Respawn(newest));
            }
            Verdict::Hold => {
                let reason = format!(
                    "{words}; with {} crashes in {} s it isn't started again until it is rebuilt or restarted",
                    patience.hold_after,
                    patience.hold_within_ms / 1000
                );
                self.set_state(&child.session, State::Held, Some(reason));
            }
        }
    }

    pub(super) fn respawn(&mut self, after: &ChildId) {
        let Some(session) = self.sessions.get(&after.session) else { return };
        // Whatever was started since then is newer.
        let idle = session.child.is_none() && session.incoming.is_none() && session.ending.is_none();
        if idle && session.generation == after.generation {
            self.launch(&after.session, None);
        }
    }

    /// A person wants the child anew, whatever it is doing.
    pub(super) fn restart(&mut self, id: &str) {
        self.drop_incoming(id, "the processor was restarted");
        let Some(session) = self.sessions.get_mut(id) else { return };
        session.crashes.forget();
        self.launch(id, None);
    }

    pub(super) fn child_deadline(&mut self, id: &ChildId, what: Deadline) {
        let Some(session) = self.sessions.get_mut(&id.session) else { return };
        match what {
            Deadline::Start | Deadline::FirstWord | Deadline::Hello | Deadline::Ready => {
                let Some(incoming) = incoming(Some(&mut *session), id) else { return };
                let limit = self.settings.get().patience.first_word_ms;
                let words = match (what, &incoming.stage, incoming.child.pid()) {
                    (Deadline::Start, Stage::Hello { .. }, None) => {
                        format!("the system has not started the program in {} s", START_LIMIT.as_secs())
                    }
                    (Deadline::FirstWord, Stage::Hello { .. }, _) => {
                        return self.tell_message(id, &reasons::waits_for_first_word(limit));
                    }
                    (Deadline::Hello, Stage::Hello { .. }, _) => reasons::no_first_word(limit),
                    (Deadline::Ready, Stage::Ready { .. }, _) => {
                        format!("the processor was not prepared within {} s", READY_LIMIT.as_secs())
                    }
                    (Deadline::Ready, Stage::Shadow, _) => {
                        "the processor is too slow: it didn't answer 8 blocks in a row in time".into()
                    }
                    _ => return,
                };
                incoming.child.kill();
                session.last_words.get_or_insert(words);
            }
            Deadline::End => {
                let children =
                    session.child.iter().chain(session.incoming.as_ref().map(|incoming| &incoming.child));
                children.filter(|child| child.id == *id).for_each(Child::kill);
                let retiring = session.retiring.iter().filter(|(retiring, _)| retiring == id);
                retiring.for_each(|(_, process)| process.kill());
            }
        }
    }

    /// Tells the child that is heard to end. It is reaped later.
    pub(super) fn retire_child(&mut self, id: &str) {
        let Some(session) = self.sessions.get_mut(id) else { return };
        if let Some(child) = session.child.take() {
            let child_id = retire(session, child);
            self.deadline(&child_id, END_LIMIT, Deadline::End);
        }
    }

    /// Ends a child that isn't heard yet, because something newer makes it needless.
    pub(super) fn drop_incoming(&mut self, id: &str, because: &str) {
        let Some(session) = self.sessions.get_mut(id) else { return };
        let Some(incoming) = session.incoming.take() else { return };
        session.shared.parameters.abandon();
        if let Some((reply, _)) = incoming.reload {
            let _ = reply.send(Err(ErrorObject::new(RELOAD_FAILED, because)));
        }
        if let Some(before) = incoming.replaces {
            session.program = before;
        }
        let child_id = retire(session, incoming.child);
        self.deadline(&child_id, END_LIMIT, Deadline::End);
    }

    fn tell_message(&mut self, child: &ChildId, line: &str) {
        let session = child.session.clone();
        self.tell_log(ChildLog { session, stream: LogStream::Message, line: line.into() });
    }
}

fn incoming<'a>(session: Option<&'a mut Session>, id: &ChildId) -> Option<&'a mut Incoming> {
    session?.incoming.as_mut().filter(|incoming| incoming.child.id == *id)
}

/// Dropping a child closes its socketpair, upon which it ends; it is remembered until it has.
fn retire(session: &mut Session, child: Child) -> ChildId {
    child.tell(ToChild::Stop);
    session.retiring.push((child.id.clone(), child.process()));
    child.id
}

/// Nothing is waited for any more.
pub(super) fn kill_all(session: &mut Session) {
    session.retiring.iter().for_each(|(_, process)| process.kill());
    session.child.iter().for_each(Child::kill);
    session.incoming.iter().for_each(|incoming| incoming.child.kill());
}

/// Rates of audio devices are far below 2²⁴, up to which an `f32` holds every integer.
#[expect(clippy::cast_precision_loss, reason = "see above")]
pub(crate) fn rate_as_f32(rate: u32) -> f32 {
    rate as f32
}
