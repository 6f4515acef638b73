//! A project's source in the engine, and its sound for drawing.

use super::Audio;
use wavecraft_audio_core::{ProjectId, Waveform};

impl Audio {
    /// Loops these frames of a project's file, or all of it.
    pub(crate) fn set_loop(&mut self, project: Option<ProjectId>, region: Option<[u64; 2]>) {
        self.on(project, |engine, project| engine.set_loop(project, region));
    }

    /// Plays a project's file on from another frame.
    pub(crate) fn seek(&mut self, project: Option<ProjectId>, frame: u64) {
        self.on(project, |engine, project| engine.seek(project, frame));
    }

    /// The latest sound of a project, to be drawn elsewhere.
    pub(crate) fn waveform(&mut self, project: Option<ProjectId>) -> Option<Waveform> {
        self.on(project, |engine, project| engine.waveform(project))?
    }
}
