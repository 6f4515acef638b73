//! A session's recording: begun by a call or from the menu; ended by either, by trouble, or with what it records.

use super::{
    event::SessionEvent,
    takes::{self, RecordRequest},
};
use crate::{
    audio::Audio,
    control::{ConnectionId, Owed},
    outlet::Outlet,
};
use std::path::Path;
use tracing::info;
use wavecraft_audio_core::{ProjectId, Recording, WavFile};
use wavecraft_companion_protocol::{
    control::BAD_RECORDING,
    rpc::{ErrorObject, INVALID_PARAMS},
    take::{self, Record, StopRecording, check_name},
};

/// At most one recording at a time.
pub(crate) struct Recorder {
    session: String,
    stage: Stage,
    /// The last one that is complete.
    last: Option<take::Take>,
    /// Why the last recording didn't begin, or ended by itself: a sentence for the user.
    trouble: Option<String>,
    events: Outlet<SessionEvent>,
}

enum Stage {
    /// Nothing is being recorded.
    Idle,
    /// Its file is being created.
    Beginning,
    Running {
        recording: Recording,
        /// The connection that owns it; none for one begun in the menu.
        owner: Option<ConnectionId>,
    },
    /// Its last data is being written.
    Ending,
}

impl Recorder {
    pub(super) fn new(session: String, events: Outlet<SessionEvent>) -> Self {
        Self { session, stage: Stage::Idle, last: None, trouble: None, events }
    }

    pub(super) fn is_idle(&self) -> bool {
        matches!(self.stage, Stage::Idle)
    }

    /// The running recording, and the connection that owns it.
    pub(super) fn running(&self) -> Option<(&Recording, Option<ConnectionId>)> {
        match &self.stage {
            Stage::Running { recording, owner } => Some((recording, *owner)),
            _ => None,
        }
    }

    /// How many seconds it has been recording, if it is.
    pub(crate) fn seconds(&self) -> Option<u64> {
        let (recording, _) = self.running()?;
        Some(recording.frames() / u64::from(recording.sample_rate().max(1)))
    }

    /// The last recording that is complete.
    pub(crate) fn last(&self) -> Option<&take::Take> {
        self.last.as_ref()
    }

    /// Why the last recording didn't begin, or ended by itself.
    pub(crate) fn trouble(&self) -> Option<&str> {
        self.trouble.as_deref()
    }

    /// Records at this rate in Hz. The file is created on another thread: a disk may take its time. No rate means that
    /// nothing plays.
    pub(super) fn begin(&mut self, request: RecordRequest, rate: Option<u32>) {
        let rate = match self.may_record(&request.path, rate) {
            Ok(rate) => rate,
            Err(error) => return self.refuse(request.reply, error),
        };
        self.stage = Stage::Beginning;
        let events = self.events.clone();
        tokio::task::spawn_blocking(move || {
            let result = takes::create(&request.path, request.owner.is_none(), rate);
            events.send(SessionEvent::RecordingFile { request, result });
        });
    }

    /// The same from the menu: into the user's music folder, under the project's name.
    pub(super) fn begin_from_menu(&mut self, name: &str, rate: Option<u32>) {
        match takes::new_path(name) {
            Ok(path) => self.begin(RecordRequest { path, seconds: None, owner: None, reply: None }, rate),
            Err(reason) => self.refuse(None, ErrorObject::new(BAD_RECORDING, reason)),
        }
    }

    fn may_record(&self, path: &Path, rate: Option<u32>) -> Result<u32, ErrorObject> {
        let id = &self.session;
        let refused = |message: String| Err(ErrorObject::new(BAD_RECORDING, message));
        match &self.stage {
            Stage::Idle => {}
            Stage::Running { recording, .. } => {
                let path = recording.path().display();
                return refused(format!("`{id}` is being recorded into {path} already: stop that first"));
            }
            Stage::Beginning | Stage::Ending => {
                return refused(format!("a recording of `{id}` just begins or ends: try again in a moment"));
            }
        }
        if let Err(message) = check_name(path) {
            return refused(message);
        }
        if !path.is_absolute() {
            let message = format!("{} is no absolute path", path.display());
            return Err(ErrorObject::new(INVALID_PARAMS, message));
        }
        rate.map_or_else(|| refused(format!("`{id}` doesn't play now: try again in a moment")), Ok)
    }

    /// The file was created, or couldn't be. `gone`: the recording's owner is gone too.
    pub(super) fn file_made(
        &mut self,
        RecordRequest { path, seconds, owner, reply }: RecordRequest,
        result: Result<WavFile, String>,
        gone: bool,
        audio: &mut Audio,
        project: Option<ProjectId>,
    ) {
        let begun = result.and_then(|file| {
            let begun = if gone {
                Err("who asked for it is gone".into())
            } else {
                match audio.record(project, &path, file, seconds) {
                    Some(begun) => begun.map_err(|error| error.to_string()),
                    None => Err(format!("`{}` doesn't play any more", self.session)),
                }
            };
            // It was created a moment ago, and nothing is in it.
            begun.inspect_err(|_| drop(std::fs::remove_file(&path)))
        });
        match begun {
            Ok(recording) => {
                self.stage = Stage::Running { recording, owner };
                self.trouble = None;
                info!("{}: recording into {}", self.session, path.display());
                if let Some(reply) = reply {
                    reply.answer(take::Recording { path });
                }
            }
            Err(reason) => {
                self.stage = Stage::Idle;
                self.refuse(reply, ErrorObject::new(BAD_RECORDING, reason));
            }
        }
    }

    /// A call gets the reason as its answer; for a click, the menu shows it.
    fn refuse(&mut self, reply: Option<Owed<Record>>, error: ErrorObject) {
        match reply {
            Some(reply) => reply.refuse(error),
            None => self.trouble = Some(format!("no recording: {}", error.message)),
        }
    }

    /// Ends the recording, if there is one; `reason` says why, if nobody asked for it. [`SessionEvent::RecordingEnded`]
    /// follows.
    pub(super) fn end(
        &mut self,
        reason: Option<String>,
        reply: Option<Owed<StopRecording>>,
        audio: &mut Audio,
        project: Option<ProjectId>,
    ) {
        let before = std::mem::replace(&mut self.stage, Stage::Ending);
        let Stage::Running { recording, .. } = before else {
            self.stage = before;
            if let Some(reply) = reply {
                let message = format!("`{}` isn't being recorded", self.session);
                reply.refuse(ErrorObject::new(BAD_RECORDING, message));
            }
            return;
        };
        audio.stop_recording(project);
        let events = self.events.clone();
        tokio::task::spawn_blocking(move || {
            events.send(SessionEvent::RecordingEnded { take: recording.finish(), reason, reply });
        });
    }

    /// The file is complete. Returns lines for the user, including trouble, unless the project is `ending`.
    pub(super) fn ended(&mut self, ended: &take::Take, ending: bool) -> Vec<String> {
        let take::Take { path, seconds, dropped_frames, reason, .. } = ended;
        info!("{}: {} has {seconds:.1} s", self.session, path.display());
        self.stage = Stage::Idle;
        self.last = Some(ended.clone());
        let mut lines = Vec::new();
        if *dropped_frames > 0 {
            let path = path.display();
            lines.push(format!("{dropped_frames} frames are missing in {path}: the disk was too slow"));
        }
        if let Some(reason) = reason.as_ref().filter(|_| !ending) {
            let trouble = format!("recording stopped: {reason}");
            self.trouble = Some(trouble.clone());
            lines.push(trouble);
        }
        lines
    }
}
