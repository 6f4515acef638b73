//! A project's source, and the crossfade from one to the next.

use crate::render::fade::Ramp;
use crate::render::workspace::SourceBuffers;
use crate::source::{FilePosition, Generator};
use crate::trash::Trash;

/// The current source, one that is being faded in, and one that waits for its turn.
pub(crate) struct SourceCrossfade {
    current: Box<Generator>,
    incoming: Option<Box<Generator>>,
    waiting: Option<Box<Generator>>,
    share: Ramp,
    fade_frames: u32,
}

impl SourceCrossfade {
    pub(crate) fn new(generator: Box<Generator>, fade_frames: u32) -> Self {
        Self { current: generator, incoming: None, waiting: None, share: Ramp::at(0.0), fade_frames }
    }

    /// Crossfades to another source; while a crossfade runs, only the latest one waits.
    pub(crate) fn change(&mut self, generator: Box<Generator>, trash: &mut Trash) {
        if self.incoming.is_none() {
            self.begin(generator);
        } else if let Some(skipped) = self.waiting.replace(generator) {
            trash.put(skipped);
        }
    }

    /// Loops a part of the newest source's file: see [`Playhead::set_loop`](crate::source::playhead::Playhead::set_loop).
    pub(crate) fn set_loop(&mut self, region: Option<[u64; 2]>) {
        self.newest().set_loop(region);
    }

    /// Plays the newest source's file on from another frame.
    pub(crate) fn seek(&mut self, frame: u64) {
        self.newest().seek(frame);
    }

    fn newest(&mut self) -> &mut Generator {
        self.waiting.as_mut().or(self.incoming.as_mut()).unwrap_or(&mut self.current)
    }

    /// Playback position of the current file, or of the one that is being faded in.
    pub(crate) fn file_position(&self) -> Option<FilePosition> {
        self.incoming.as_ref().unwrap_or(&self.current).file_position()
    }

    /// The next block of the source, including a crossfade.
    pub(crate) fn next<'a>(
        &mut self,
        microphone: [&[f32]; 2],
        buffers: &'a mut SourceBuffers,
        trash: &mut Trash,
    ) -> [&'a [f32]; 2] {
        let frames = microphone[0].len();
        self.current.fill(buffers.out.part_mut(frames), microphone);
        if let Some(incoming) = &mut self.incoming {
            incoming.fill(buffers.incoming.part_mut(frames), microphone);
            let (old, new) = (buffers.out.part_mut(frames), buffers.incoming.part(frames));
            for frame in 0..frames {
                let share = self.share.next();
                for channel in 0..2 {
                    old[channel][frame] += (new[channel][frame] - old[channel][frame]) * share;
                }
            }
            if self.share.is_steady() {
                self.end(trash);
            }
        }
        buffers.out.part(frames)
    }

    /// Ends a crossfade: the incoming source becomes the current one; a waiting one fades in next.
    fn end(&mut self, trash: &mut Trash) {
        if let Some(incoming) = self.incoming.take() {
            trash.put(std::mem::replace(&mut self.current, incoming));
        }
        if let Some(waiting) = self.waiting.take() {
            self.begin(waiting);
        }
    }

    fn begin(&mut self, generator: Box<Generator>) {
        self.incoming = Some(generator);
        self.share.jump(0.0);
        self.share.aim(1.0, self.fade_frames);
    }
}
