//! A project's source, and the crossfade from one to the next.

use crate::render::fade::Ramp;
use crate::render::workspace::Workspace;
use crate::source::{FilePosition, Generator};
use crate::trash::Trash;

/// The source that plays, the one that is faded in, and the one that waits for its turn.
pub(crate) struct Feed {
    current: Box<Generator>,
    incoming: Option<Box<Generator>>,
    waiting: Option<Box<Generator>>,
    share: Ramp,
    fade_frames: u32,
}

impl Feed {
    pub(crate) fn new(generator: Box<Generator>, fade_frames: u32) -> Self {
        Self { current: generator, incoming: None, waiting: None, share: Ramp::at(0.0), fade_frames }
    }

    /// Crossfades to another source; while a crossfade runs, the latest one waits.
    pub(crate) fn change(&mut self, generator: Box<Generator>, trash: &mut Trash) {
        if self.incoming.is_none() {
            self.begin(generator);
        } else if let Some(skipped) = self.waiting.replace(generator) {
            trash.put(skipped);
        }
    }

    /// Where the file is that plays, or that is faded in.
    pub(crate) fn file_position(&self) -> Option<FilePosition> {
        self.incoming.as_ref().unwrap_or(&self.current).file_position()
    }

    /// Fills `work.input`.
    pub(crate) fn fill(&mut self, frames: usize, work: &mut Workspace, trash: &mut Trash) {
        let microphone = work.microphone.part(frames);
        self.current.fill(work.input.part_mut(frames), microphone);
        let Some(incoming) = &mut self.incoming else { return };
        incoming.fill(work.second.part_mut(frames), microphone);
        let old = work.input.part_mut(frames);
        let new = work.second.part(frames);
        for frame in 0..frames {
            let share = self.share.next();
            for channel in 0..2 {
                old[channel][frame] += (new[channel][frame] - old[channel][frame]) * share;
            }
        }
        if self.share.is_steady() {
            if let Some(incoming) = self.incoming.take() {
                trash.put(std::mem::replace(&mut self.current, incoming));
            }
            if let Some(waiting) = self.waiting.take() {
                self.begin(waiting);
            }
        }
    }

    fn begin(&mut self, generator: Box<Generator>) {
        self.incoming = Some(generator);
        self.share.jump(0.0);
        self.share.aim(1.0, self.fade_frames);
    }
}
