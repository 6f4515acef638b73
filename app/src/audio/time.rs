//! The engine's musical time.

use super::{Audio, Side};
use wavecraft_audio_core::{ProjectId, Time, TimeChange};

impl Audio {
    /// The time, and the rate in Hz that its frames are counted at. None while the audio side isn't open.
    pub(crate) fn time(&self) -> Option<(Time, u32)> {
        let engine = self.open()?.audio.engine();
        Some((engine.time(), engine.sample_rate()))
    }

    /// Changes the time. False while the audio side isn't open.
    pub(crate) fn change_time(&mut self, change: TimeChange) -> bool {
        let Side::Open(open) = &mut self.side else { return false };
        open.audio.engine_mut().change_time(change);
        true
    }

    /// Makes a project's processors clear their state.
    pub(crate) fn reset(&mut self, project: Option<ProjectId>) {
        self.on(project, |engine, project| engine.reset(project));
    }

    /// Sets whether a project's processors are told the time.
    pub(crate) fn set_timed(&mut self, project: Option<ProjectId>, timed: bool) {
        self.on(project, |engine, project| engine.set_timed(project, timed));
    }
}
