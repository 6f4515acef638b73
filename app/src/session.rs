//! One attached project: its program, its children, its place in the mix, its dev server.

use crate::{
    child::{Child, Process},
    connection::ConnectionId,
    event::{ChildId, Reply, SessionId},
    host::Shared,
    microphone::Access,
    platform::Program,
    respawn::Crashes,
};
use std::{collections::BTreeMap, path::PathBuf, sync::Arc, time::Instant};
use wavecraft_audio_core::{
    AudioFile, Mode as AudioMode, OnBypass, ProjectId, Recording, Source as AudioSource,
};
use wavecraft_companion_protocol::{
    control::Attach,
    parameter::ParameterSpec,
    session::{Mode, OnBypass as Heard, Source, State, StateChange},
};
use wavecraft_companion_server::Server;
use wavecraft_ring::{HostRing, ParameterWriter};

/// A project from its attach until everything of it is gone.
pub(crate) struct Session {
    /// Its name on the control socket.
    pub id: SessionId,
    /// What it was attached with.
    pub attach: Attach,
    /// When it was attached.
    pub began: Instant,
    /// The connection that attached it: its lease.
    pub owner: ConnectionId,
    /// What its dev server sees.
    pub shared: Arc<Shared>,
    /// Its dev server.
    pub server: ServerStage,
    /// The program that is run.
    pub program: Program,
    /// Its place in the mix, while the audio side runs.
    pub project: Option<ProjectId>,
    /// The child that is heard, or was until just now.
    pub child: Option<Child>,
    /// A child on its way to being heard.
    pub incoming: Option<Incoming>,
    /// Children that were told to end.
    pub retiring: Vec<(ChildId, Arc<Process>)>,
    /// How many children there were.
    pub generation: u32,
    /// Its own latency in frames, as the child that is heard says.
    pub latency_frames: u32,
    /// Where it is in its life, and why.
    pub state: State,
    /// For a person.
    pub reason: Option<String>,
    /// When its children crashed.
    pub crashes: Crashes,
    /// The last thing that a child said of its own end, until the end itself is known.
    pub last_words: Option<String>,
    /// Where its input comes from.
    pub source: Source,
    /// Whether it hears the microphone, where that is the source.
    pub microphone: Option<Access>,
    /// The file that was chosen, read into memory.
    pub file: Option<(PathBuf, AudioFile)>,
    /// When its processor's answers are to be taken.
    pub mode: Mode,
    /// Why the mode isn't the one that was asked for.
    pub mode_reason: Option<String>,
    /// What is to be heard while the processor isn't, where somebody said so.
    pub heard_on_bypass: Option<Heard>,
    /// The parameters' values as they are in the settings.
    pub kept: BTreeMap<String, f32>,
    /// Is its processor bypassed by hand?
    pub bypassed: bool,
    /// Is it muted?
    pub muted: bool,
    /// Why, where nobody muted it by hand.
    pub mute_reason: Option<String>,
    /// It was muted lest it hear itself, or a person unmuted it: that isn't done again.
    pub feedback_minded: bool,
    /// The gain behind the processor in dB.
    pub gain_db: f32,
    /// How far its recording is.
    pub recording: RecordingStage,
    /// Why its last recording didn't begin, or ended by itself: a sentence for a person.
    pub recording_trouble: Option<String>,
    /// Does somebody look at its levels?
    pub watched: bool,
    /// What its pages want is done again from then on.
    pub wishes_due: Instant,
    /// The attach's answer is still owed.
    pub attach_reply: Option<Reply>,
    /// The heartbeat that was seen last, and when it moved.
    pub heartbeat: (u32, Instant),
    /// It is being detached: nothing new begins, and these wait for the end.
    pub ending: Option<Vec<Reply>>,
    /// Its connection ended, and nobody asked for its end.
    pub lost: bool,
    /// Was it ever heard?
    pub was_live: bool,
}

/// How far a recording is.
pub(crate) enum RecordingStage {
    /// There is none.
    None,
    /// Its file is being made.
    Beginning,
    /// It runs.
    Running {
        /// The recording.
        recording: Recording,
        /// The connection that it belongs to; none for one of the menu.
        owner: Option<ConnectionId>,
    },
    /// The last of it is being written.
    Ending,
}

/// How far a dev server is.
pub(crate) enum ServerStage {
    /// It looks for its port.
    Binding,
    /// It serves.
    Open(Server),
    /// It says goodbye to its clients.
    Closing,
    /// Its port is free.
    Closed,
}

/// A child on its way to being heard.
pub(crate) struct Incoming {
    /// The child.
    pub child: Child,
    /// How far it is.
    pub stage: Stage,
    /// The call that asked for it, and when; none at a start or after a crash.
    pub reload: Option<(Reply, Instant)>,
    /// The program before this one, to go back to if this one fails.
    pub replaces: Option<Program>,
    /// Its own latency in frames.
    pub latency_frames: u32,
    /// It said itself that it can't work: trying again is of no use.
    pub hopeless: bool,
}

/// How far a child on its way is.
pub(crate) enum Stage {
    /// It was spawned: its `hello` is awaited.
    Hello {
        /// For the engine.
        ring: HostRing,
        /// For the parameters.
        writer: ParameterWriter,
    },
    /// It was told to prepare: its `ready` is awaited.
    Ready {
        /// For the engine.
        ring: HostRing,
        /// For the parameters.
        writer: ParameterWriter,
        /// What they are.
        specs: Vec<ParameterSpec>,
    },
    /// It gets live input and isn't heard yet.
    Shadow,
}

impl Session {
    /// The engine's form of the present source. A file that isn't read yet is silence until it is, and a microphone that
    /// may not be heard is too, so that it isn't even opened.
    pub(crate) fn audio_source(&self) -> AudioSource {
        match &self.source {
            Source::Microphone if self.microphone == Some(Access::Allowed) => AudioSource::Microphone,
            Source::Microphone => AudioSource::Silence,
            Source::Tone => AudioSource::Tone,
            Source::Noise => AudioSource::Noise,
            Source::Sweep => AudioSource::Sweep,
            Source::Silence => AudioSource::Silence,
            Source::File { .. } => match &self.file {
                Some((_, file)) => AudioSource::File(file.clone()),
                None => AudioSource::Silence,
            },
        }
    }

    /// The file that is the source, if one is.
    pub(crate) fn source_file(&self) -> Option<&PathBuf> {
        match &self.source {
            Source::File { path } => Some(path),
            _ => None,
        }
    }

    /// Whether the file that is the source is in memory, at this rate in Hz.
    pub(crate) fn has_file_at(&self, sample_rate: u32) -> bool {
        self.file
            .as_ref()
            .is_some_and(|(path, file)| Some(path) == self.source_file() && file.sample_rate() == sample_rate)
    }

    /// What is heard while the processor isn't. Until it was heard once: nothing, so that no start begins with the
    /// unprocessed input. A microphone is never played unprocessed, unless its terminal asked for that: its loudspeaker
    /// may stand beside it.
    pub(crate) fn on_bypass(&self) -> OnBypass {
        let heard = self.heard_on_bypass.unwrap_or(match self.source {
            Source::Microphone => Heard::Silence,
            _ => Heard::Dry,
        });
        if self.was_live && heard == Heard::Dry { OnBypass::Dry } else { OnBypass::Silence }
    }

    /// The engine's form of the mode.
    pub(crate) fn audio_mode(&self) -> AudioMode {
        match self.mode {
            Mode::Pipelined => AudioMode::Pipelined,
            Mode::Direct => AudioMode::Direct,
        }
    }

    /// Its state as it is told.
    pub(crate) fn state_change(&self) -> StateChange {
        StateChange { session: self.id.clone(), state: self.state, reason: self.reason.clone() }
    }

    /// Its dev server, while it serves.
    pub(crate) fn server(&self) -> Option<&Server> {
        match &self.server {
            ServerStage::Open(server) => Some(server),
            _ => None,
        }
    }

    /// Is nothing of it left: no process, no listener, no file that is being written?
    pub(crate) fn is_gone(&self) -> bool {
        self.child.is_none()
            && self.incoming.is_none()
            && self.retiring.is_empty()
            && matches!(self.recording, RecordingStage::None)
            && matches!(self.server, ServerStage::Closed)
    }
}
