//! Fades one child in and out.

use crate::render::fade::{Ramp, Residue};
use crate::render::rendered::RenderedBlock;
use crate::render::workspace::HeardBuffers;

/// The child's share of what is heard. Planned changes are ramps; where a frame is missing, the last sound heard fades
/// out from its level, and the child comes back quickly.
#[derive(Debug)]
pub(crate) struct LinkFade {
    share: Ramp,
    /// Set after missing frames: the child then comes back faster than after a bypass.
    after_hole: bool,
    residue: Residue,
    /// The child's part of the last frame, relative to what is heard instead.
    last: [f32; 2],
    fade_frames: u32,
    late_fade_frames: u32,
}

impl LinkFade {
    pub(crate) fn new(fade_frames: u32, late_fade_frames: u32) -> Self {
        Self {
            share: Ramp::at(0.0),
            after_hole: false,
            residue: Residue::default(),
            last: [0.0; 2],
            fade_frames,
            late_fade_frames,
        }
    }

    /// Whether the child is heard in full, and nothing of it fades.
    pub(crate) fn is_full(&self) -> bool {
        self.share.is_steady_at(1.0) && self.residue.is_idle()
    }

    /// Whether nothing of the child is heard any more.
    pub(crate) fn is_silent(&self) -> bool {
        self.share.is_steady_at(0.0) && self.residue.is_idle()
    }

    /// Records, for a child heard [in full](Self::is_full), its last frame and what would have been heard instead.
    pub(crate) fn note_full(&mut self, wet: [f32; 2], dry: [f32; 2]) {
        self.last = [wet[0] - dry[0], wet[1] - dry[1]];
    }

    /// Adds the child's share to the sum and the weight of `heard`, fading towards all of it or none.
    pub(crate) fn add(&mut self, audible: bool, block: &RenderedBlock<'_>, heard: &mut HeardBuffers) {
        if !audible && self.is_silent() {
            (self.last, self.after_hole) = ([0.0; 2], false);
            return;
        }
        let target = if audible { 1.0 } else { 0.0 };
        for frame in 0..block.frames() {
            let dry = [heard.dry.left[frame], heard.dry.right[frame]];
            let made = block.frame(frame);
            let share = if made.is_some() { self.towards(target) } else { self.hole() };
            let wet = made.unwrap_or_default();
            let residue = self.residue.next();
            heard.weight[frame] += share;
            heard.sum.left[frame] += share * wet[0] + residue[0];
            heard.sum.right[frame] += share * wet[1] + residue[1];
            for channel in 0..2 {
                self.last[channel] = share * (wet[channel] - dry[channel]) + residue[channel];
            }
        }
        // A planned fade keeps its own length.
        self.after_hole &= audible;
    }

    /// The share for a frame that was made in time.
    fn towards(&mut self, target: f32) -> f32 {
        self.share.aim(target, if self.after_hole { self.late_fade_frames } else { self.fade_frames });
        let share = self.share.next();
        self.after_hole &= !self.share.is_steady();
        share
    }

    /// The share for a missing frame.
    fn hole(&mut self) -> f32 {
        if self.share.value() > 0.0 {
            // The last sound heard fades out from its level; nothing is played twice.
            self.residue.start(self.last, self.late_fade_frames);
            self.after_hole = true;
        }
        self.share.jump(0.0);
        0.0
    }
}
