//! A child beside the one that is heard, in the engine.

use super::Audio;
use std::sync::{Arc, atomic::AtomicBool};
use wavecraft_audio_core::{Comparing, EngineError, ProjectId};
use wavecraft_ring::HostRing;

impl Audio {
    /// Gives a project a child beside the one that is heard.
    pub(crate) fn set_beside(
        &mut self,
        project: Option<ProjectId>,
        ring: HostRing,
        alive: Arc<AtomicBool>,
    ) -> Result<(), EngineError> {
        self.on(project, |engine, project| engine.set_beside(project, ring, alive)).unwrap_or(Ok(()))
    }

    /// Which child stays beside the one that replaces it.
    pub(crate) fn keep(&mut self, project: Option<ProjectId>, generation: Option<u32>) {
        self.on(project, |engine, project| engine.keep(project, generation));
    }

    pub(crate) fn clear_beside(&mut self, project: Option<ProjectId>) {
        self.on(project, |engine, project| engine.clear_beside(project));
    }

    pub(crate) fn compare(&mut self, project: Option<ProjectId>, comparing: Option<Comparing>) {
        self.on(project, |engine, project| engine.compare(project, comparing));
    }

    /// The samples of two compared children since this was called last.
    pub(crate) fn take_pairs(&mut self, project: Option<ProjectId>) -> Vec<[f32; 4]> {
        self.on(project, |engine, project| engine.take_pairs(project)).unwrap_or_default()
    }
}
