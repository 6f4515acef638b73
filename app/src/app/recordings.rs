//! Recordings: begun by a call or a click; ended by one, by trouble, or with what they record.

use super::{App, AudioSide};
use crate::{
    connection::ConnectionId,
    event::{Event, Reply},
    session::RecordingStage,
    takes,
};
use std::path::PathBuf;
use tracing::info;
use wavecraft_audio_core::{Take as AudioTake, WavFile};
use wavecraft_companion_protocol::{
    control::{BAD_RECORDING, RECORDING_ENDED},
    rpc::{ErrorObject, INVALID_PARAMS, to_value},
    take::{Recording, RecordingEnded, Take, check_name},
};

/// Somebody wants a recording.
pub(crate) struct Wish {
    /// Into which new file.
    pub path: PathBuf,
    /// Whose it is: it ends with this connection. None: the app's own, of the menu.
    pub owner: Option<ConnectionId>,
    /// Where the answer goes, for a call.
    pub reply: Option<Reply>,
}

impl App {
    /// Records what the project's processor makes. The file is made elsewhere: a disk may take its time.
    pub(super) fn record(&mut self, id: &str, wish: Wish) {
        if let Err(error) = self.may_record(id, &wish.path) {
            return self.refuse_recording(id, wish.reply, error);
        }
        let (AudioSide::Open(opened), Some(session)) = (&self.audio, self.sessions.get_mut(id)) else {
            return;
        };
        session.recording = RecordingStage::Beginning;
        let (rate, events, session) = (opened.audio.stream().sample_rate, self.events.clone(), id.to_owned());
        tokio::task::spawn_blocking(move || {
            let result = takes::create(&wish.path, wish.owner.is_none(), rate);
            let _ = events.send(Event::RecordingFile { session, wish, result });
        });
    }

    /// The same by a click: into the user's music folder.
    pub(super) fn record_from_menu(&mut self, id: &str) {
        let Some(session) = self.sessions.get(id) else { return };
        match takes::new_path(&session.attach.name) {
            Ok(path) => self.record(id, Wish { path, owner: None, reply: None }),
            Err(reason) => self.refuse_recording(id, None, ErrorObject::new(BAD_RECORDING, reason)),
        }
    }

    fn may_record(&self, id: &str, path: &std::path::Path) -> Result<(), ErrorObject> {
        let Some(session) = self.sessions.get(id) else { return Ok(()) };
        let refused = |message: String| Err(ErrorObject::new(BAD_RECORDING, message));
        match &session.recording {
            RecordingStage::None => {}
            RecordingStage::Running { recording, .. } => {
                let path = recording.path().display();
                return refused(format!("`{id}` is being recorded into {path} already: stop that first"));
            }
            RecordingStage::Beginning | RecordingStage::Ending => {
                return refused(format!("a recording of `{id}` just begins or ends: try again in a moment"));
            }
        }
        if let Err(message) = check_name(path) {
            return Err(ErrorObject::new(BAD_RECORDING, message));
        }
        if !path.is_absolute() {
            let message = format!("{} is no absolute path", path.display());
            return Err(ErrorObject::new(INVALID_PARAMS, message));
        }
        if !matches!(self.audio, AudioSide::Open(_)) || session.project.is_none() || session.ending.is_some()
        {
            return refused(format!("`{id}` doesn't play now: try again in a moment"));
        }
        Ok(())
    }

    /// The file for a recording is there, or can't be made.
    pub(super) fn recording_file(&mut self, id: &str, wish: Wish, result: Result<WavFile, String>) {
        let gone = wish.owner.is_some_and(|owner| !self.clients.contains_key(&owner));
        let path = wish.path.clone();
        let begun = result.and_then(|file| {
            let begun = if gone {
                Err("who asked for it is gone".into())
            } else {
                self.begin_recording(id, &wish, file)
            };
            // It was made a moment ago, and nothing is in it.
            begun.inspect_err(|_| drop(std::fs::remove_file(&path)))
        });
        match begun {
            Ok(()) => {
                info!("{id}: recording into {}", path.display());
                if let Some(reply) = wish.reply {
                    let _ = reply.send(Ok(to_value(&Recording { path })));
                }
            }
            Err(reason) => {
                if let Some(session) = self.sessions.get_mut(id) {
                    session.recording = RecordingStage::None;
                }
                self.refuse_recording(id, wish.reply, ErrorObject::new(BAD_RECORDING, reason));
                self.finish_if_gone(id);
            }
        }
    }

    fn begin_recording(&mut self, id: &str, wish: &Wish, file: WavFile) -> Result<(), String> {
        let no_more = || format!("`{id}` doesn't play any more");
        let AudioSide::Open(opened) = &mut self.audio else { return Err(no_more()) };
        let session = self.sessions.get_mut(id).ok_or_else(no_more)?;
        let project = session.project.ok_or_else(no_more)?;
        let recording = opened.audio.record(project, &wish.path, file).map_err(|error| error.to_string())?;
        session.recording = RecordingStage::Running { recording, owner: wish.owner };
        session.recording_trouble = None;
        Ok(())
    }

    /// A call hears why; of a click the menu tells.
    fn refuse_recording(&mut self, id: &str, reply: Option<Reply>, error: ErrorObject) {
        match (reply, self.sessions.get_mut(id)) {
            (Some(reply), _) => drop(reply.send(Err(error))),
            (None, Some(session)) => {
                session.recording_trouble = Some(format!("no recording: {}", error.message))
            }
            (None, None) => {}
        }
    }

    /// Ends the project's recording, if there is one: `reason` says why, where nobody asked for it.
    pub(super) fn end_recording(&mut self, id: &str, reason: Option<String>, reply: Option<Reply>) {
        let Some(session) = self.sessions.get_mut(id) else { return };
        let before = std::mem::replace(&mut session.recording, RecordingStage::Ending);
        let RecordingStage::Running { recording, .. } = before else {
            session.recording = before;
            if let Some(reply) = reply {
                let message = format!("`{id}` isn't being recorded");
                let _ = reply.send(Err(ErrorObject::new(BAD_RECORDING, message)));
            }
            return;
        };
        if let (AudioSide::Open(opened), Some(project)) = (&mut self.audio, session.project) {
            opened.audio.stop_recording(project);
        }
        let (events, session) = (self.events.clone(), id.to_owned());
        tokio::task::spawn_blocking(move || {
            let take = recording.finish();
            let _ = events.send(Event::RecordingEnded { session, take, reason, reply });
        });
    }

    /// The file is whole: tells what is in it, and of trouble everywhere.
    pub(super) fn recording_ended(
        &mut self,
        id: &str,
        take: AudioTake,
        reason: Option<String>,
        reply: Option<Reply>,
    ) {
        let AudioTake { path, frames, sample_rate, dropped_frames, error } = take;
        let reason = error.map(|error| error.to_string()).or(reason);
        let take = Take { path, frames, seconds: seconds(frames, sample_rate), dropped_frames, reason };
        info!("{id}: {} has {:.1} s", take.path.display(), take.seconds);
        if take.dropped_frames > 0 {
            let path = take.path.display();
            self.warn_of(id, format!("{dropped_frames} frames are missing in {path}: the disk was too slow"));
        }
        if let Some(session) = self.sessions.get_mut(id) {
            session.recording = RecordingStage::None;
            if let Some(reason) = take.reason.as_ref().filter(|_| session.ending.is_none()) {
                let trouble = format!("recording stopped: {reason}");
                session.recording_trouble = Some(trouble.clone());
                self.warn_of(id, trouble);
            }
        }
        self.tell_once(id, RECORDING_ENDED, &RecordingEnded { session: id.into(), take: take.clone() });
        if let Some(reply) = reply {
            let _ = reply.send(Ok(to_value(&take)));
        }
        self.finish_if_gone(id);
    }

    /// A recording belongs to the connection that asked for it.
    pub(super) fn end_recordings_of(&mut self, owner: ConnectionId) {
        let owned = self.recorded(|_, by| by == Some(owner));
        for session in owned {
            self.end_recording(&session, Some("the command that asked for it is gone".into()), None);
        }
    }

    /// Ends those that can't go on: what is wrong, they say themselves.
    pub(super) fn mind_recordings(&mut self) {
        for session in self.recorded(|recording, _| recording.is_over()) {
            self.end_recording(&session, None, None);
        }
    }

    /// The engine that they record goes.
    pub(super) fn end_all_recordings(&mut self, reason: &str) {
        for session in self.recorded(|_, _| true) {
            self.end_recording(&session, Some(reason.to_owned()), None);
        }
    }

    fn recorded(
        &self,
        which: impl Fn(&wavecraft_audio_core::Recording, Option<ConnectionId>) -> bool,
    ) -> Vec<String> {
        let fits = |stage: &RecordingStage| match stage {
            RecordingStage::Running { recording, owner } => which(recording, *owner),
            _ => false,
        };
        self.sessions.values().filter(|session| fits(&session.recording)).map(|s| s.id.clone()).collect()
    }
}

/// Frames as seconds: exact below 2^53 frames.
#[expect(clippy::cast_precision_loss, reason = "see above")]
pub(crate) fn seconds(frames: u64, sample_rate: u32) -> f64 {
    frames as f64 / f64::from(sample_rate.max(1))
}
