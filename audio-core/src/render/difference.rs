//! The difference of two children's sound, where both made it.

use crate::render::fade::{Ramp, Residue};
use crate::render::rendered::RenderedBlock;
use crate::render::workspace::{ComparedBuffers, HeardBuffers};

/// The least weight of the newest children in what is heard of a project at which none of the dry source is in it. Two
/// children's shares in a crossfade don't add up to exactly 1.
const WHOLE: f32 = 0.999;

/// The newest minus the child beside, silent where one of them is missing: there the last difference fades out, and the
/// next fades in.
#[derive(Debug)]
pub(crate) struct Difference {
    share: Ramp,
    residue: Residue,
    last: [f32; 2],
    late_fade_frames: u32,
}

impl Difference {
    pub(crate) fn new(late_fade_frames: u32) -> Self {
        Self { share: Ramp::at(1.0), residue: Residue::default(), last: [0.0; 2], late_fade_frames }
    }

    /// Forgets the last sound, which was left long ago.
    pub(crate) fn restart(&mut self) {
        *self = Self::new(self.late_fade_frames);
    }

    /// Computes one part: of `base.dry`, which is what is heard of the project without the child beside, and of `beside`,
    /// if there still is one.
    pub(crate) fn compute(
        &mut self,
        beside: Option<&RenderedBlock<'_>>,
        frames: usize,
        buffers: &mut ComparedBuffers,
    ) {
        let ComparedBuffers { base, difference, valid } = buffers;
        for frame in 0..frames {
            let made = beside.and_then(|beside| beside.frame(frame)).filter(|_| valid[frame]);
            let sound = match made {
                Some(beside) => {
                    let after = [base.dry.left[frame], base.dry.right[frame]];
                    self.made([after[0] - beside[0], after[1] - beside[1]])
                }
                None => self.hole(),
            };
            self.last = sound;
            [difference.left[frame], difference.right[frame]] = sound;
        }
    }

    fn made(&mut self, difference: [f32; 2]) -> [f32; 2] {
        self.share.aim(1.0, self.late_fade_frames);
        let (share, residue) = (self.share.next(), self.residue.next());
        [difference[0] * share + residue[0], difference[1] * share + residue[1]]
    }

    fn hole(&mut self) -> [f32; 2] {
        if self.share.value() > 0.0 {
            self.residue.start(self.last, self.late_fade_frames);
        }
        self.share.jump(0.0);
        self.residue.next()
    }
}

/// Marks the frames in which nothing but the newest children's sound is heard of a project.
pub(crate) fn mark_whole(heard: &HeardBuffers, valid: &mut [bool]) {
    for (valid, weight) in valid.iter_mut().zip(&heard.weight) {
        *valid = *weight >= WHOLE;
    }
}
