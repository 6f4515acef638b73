//! A session's place in the mix, and how it is played there: mute, bypass, gain and mode.

use crate::{audio::Audio, child::reasons, to_protocol, units::db_to_linear};
use wavecraft_audio_core::{EngineError, OnBypass, ProjectId, ProjectSettings, ProjectSnapshot, Source};
use wavecraft_companion_protocol::{
    rpc::{ErrorObject, INVALID_PARAMS},
    session::{GAIN_DB, Mode, OnBypass as Heard},
};

/// The howl mute is active. It is on the mix, so this concerns every project.
pub(super) const HOWL: &str = "the level ran away, as feedback does, so everything is muted: turn the volume down or the microphone away \
                    from the loudspeaker, then unmute";
/// The microphone would hear the loudspeaker.
pub(super) const FEEDBACK: &str = "muted, because the built-in microphone hears the built-in loudspeaker: put headphones on or turn the \
                        volume down, then press m in the terminal, or Unmute on the page or in the companion's menu";

/// How one project is played.
pub(crate) struct Mix {
    /// Its place, while the audio side runs.
    project: Option<ProjectId>,
    /// When its processor's answers are taken, as requested.
    mode: Mode,
    /// Why the mode isn't the requested one.
    mode_reason: Option<String>,
    /// What to play while the processor isn't heard, if that was specified.
    heard_on_bypass: Option<Heard>,
    /// Was its processor bypassed by the user?
    bypassed: bool,
    muted: bool,
    /// Why it is muted, if the user didn't do it.
    mute_reason: Option<String>,
    /// It was muted to keep it from hearing itself, or the user unmuted it: it isn't muted for that again.
    feedback_handled: bool,
    gain_db: f32,
    /// Is its processor told the time?
    timed: bool,
}

impl Mix {
    /// A mix without a place yet.
    pub(super) fn new(mode: Mode, heard_on_bypass: Option<Heard>, gain_db: Option<f32>, timed: bool) -> Self {
        Self {
            project: None,
            mode,
            mode_reason: None,
            heard_on_bypass,
            bypassed: false,
            muted: false,
            mute_reason: None,
            feedback_handled: false,
            // A person may have written the settings.
            gain_db: gain_db.filter(|gain_db| GAIN_DB.contains(gain_db)).unwrap_or_default(),
            timed,
        }
    }

    /// Its place, while the audio side runs.
    pub(super) fn project(&self) -> Option<ProjectId> {
        self.project
    }

    /// When its processor's answers are taken, and why that isn't as requested.
    pub(crate) fn mode(&self) -> (Mode, Option<&str>) {
        (self.mode, self.mode_reason.as_deref())
    }

    /// Was its processor bypassed by the user?
    pub(crate) fn is_bypassed(&self) -> bool {
        self.bypassed
    }

    /// Is it muted, and why, if the user didn't do it?
    pub(crate) fn muted(&self) -> (bool, Option<&str>) {
        (self.muted, self.mute_reason.as_deref())
    }

    /// The gain after the processor.
    pub(crate) fn gain_db(&self) -> f32 {
        self.gain_db
    }

    /// What is played while the processor isn't heard; `usual` is the source's default.
    pub(super) fn heard_on_bypass(&self, usual: Heard) -> Heard {
        self.heard_on_bypass.unwrap_or(usual)
    }

    /// Takes a place in the mix. False while the audio side isn't open.
    ///
    /// # Errors
    /// There is no room for it.
    pub(super) fn join(
        &mut self,
        source: Source,
        on_bypass: OnBypass,
        audio: &mut Audio,
    ) -> Result<bool, EngineError> {
        let settings = ProjectSettings {
            timed: self.timed,
            source,
            gain: db_to_linear(self.gain_db),
            muted: self.muted,
            bypassed: self.bypassed,
            on_bypass,
            mode: to_protocol::engine_mode(self.mode),
        };
        self.project = audio.add_project(settings).transpose()?;
        Ok(self.project.is_some())
    }

    /// Fades out, and gives up the place.
    pub(super) fn leave(&mut self, audio: &mut Audio) {
        audio.remove_project(self.project.take());
    }

    /// The engine has ended, and the place with it.
    pub(super) fn lose_place(&mut self) {
        self.project = None;
    }

    /// Sets when the processor's answers are taken. The engine may abandon direct mode.
    pub(super) fn set_mode(&mut self, mode: Mode, audio: &mut Audio) {
        (self.mode, self.mode_reason) = (mode, None);
        audio.set_mode(self.project, to_protocol::engine_mode(mode));
    }

    /// If the engine has abandoned direct mode, makes the actual mode the requested one. Returns why.
    pub(super) fn follow_mode(&mut self, snapshot: &ProjectSnapshot, audio: &mut Audio) -> Option<String> {
        if !snapshot.fell_back || self.mode != Mode::Direct {
            return None;
        }
        self.set_mode(Mode::Pipelined, audio);
        self.mode_reason = Some(reasons::fallback(&snapshot.last_late));
        self.mode_reason.clone()
    }

    /// Is its processor told the time?
    pub(super) fn is_timed(&self) -> bool {
        self.timed
    }

    /// Sets whether its processor is told the time.
    pub(super) fn set_timed(&mut self, timed: bool, audio: &mut Audio) {
        self.timed = timed;
        audio.set_timed(self.project, timed);
    }

    /// Bypasses the processor, or ends the bypass.
    pub(super) fn set_bypassed(&mut self, on: bool, audio: &mut Audio) {
        self.bypassed = on;
        audio.set_bypassed(self.project, on);
    }

    /// Sets what is played while the processor isn't heard.
    pub(super) fn set_heard_on_bypass(&mut self, heard: Heard) {
        self.heard_on_bypass = Some(heard);
    }

    /// Mutes or unmutes the project.
    pub(super) fn set_muted(&mut self, on: bool, audio: &mut Audio) {
        (self.muted, self.mute_reason) = (on, None);
        self.feedback_handled |= !on;
        audio.set_muted(self.project, on);
    }

    /// Mutes a project that would hear itself: once, and not after the user has unmuted it. Returns whether it did so
    /// now.
    pub(super) fn mute_feedback(&mut self, audio: &mut Audio) -> bool {
        if self.muted || self.feedback_handled {
            return false;
        }
        self.set_muted(true, audio);
        (self.mute_reason, self.feedback_handled) = (Some(FEEDBACK.into()), true);
        true
    }

    /// Sets the gain after the processor.
    ///
    /// # Errors
    /// It is out of range.
    pub(super) fn set_gain(&mut self, gain_db: f32, audio: &mut Audio) -> Result<(), ErrorObject> {
        if !GAIN_DB.contains(&gain_db) {
            let message = format!("a volume is {} to {} dB, not {gain_db}", GAIN_DB.start(), GAIN_DB.end());
            return Err(ErrorObject::new(INVALID_PARAMS, message));
        }
        self.gain_db = gain_db;
        audio.set_gain(self.project, db_to_linear(gain_db));
        Ok(())
    }

    /// The peak that it contributes to the mix, unless it is muted.
    pub(super) fn peak(&self, snapshot: &ProjectSnapshot) -> Option<(ProjectId, f32)> {
        let [left, right] = snapshot.output.peak;
        let project = self.project.filter(|_| !self.muted)?;
        Some((project, left.max(right) * db_to_linear(self.gain_db)))
    }
}
