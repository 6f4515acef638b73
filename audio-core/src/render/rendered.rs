//! The output of a child that is due in one part.

use crate::render::fade::Ramp;

/// A block, with flags for the frames that were made in time. The others hold whatever the line held there.
pub(crate) struct RenderedBlock<'a> {
    samples: [&'a mut [f32]; 2],
    valid: &'a [bool],
}

impl<'a> RenderedBlock<'a> {
    /// All three have the same length.
    pub(crate) fn new(samples: [&'a mut [f32]; 2], valid: &'a [bool]) -> Self {
        Self { samples, valid }
    }

    /// Whether every frame was made in time.
    pub(crate) fn is_whole(&self) -> bool {
        self.valid.iter().all(|valid| *valid)
    }

    pub(crate) fn frames(&self) -> usize {
        self.valid.len()
    }

    /// A frame, if it was made in time.
    pub(crate) fn frame(&self, at: usize) -> Option<[f32; 2]> {
        self.valid[at].then(|| [self.samples[0][at], self.samples[1][at]])
    }

    /// Multiplies it by a gain.
    pub(crate) fn scale(&mut self, gain: &mut Ramp) {
        let [left, right] = &mut self.samples;
        gain.apply(left, right);
    }

    /// Its samples, with silence for missing ones.
    pub(crate) fn into_samples(mut self) -> [&'a [f32]; 2] {
        if !self.is_whole() {
            let valid = self.valid;
            for (sample, _) in self
                .samples
                .iter_mut()
                .flat_map(|channel| channel.iter_mut().zip(valid))
                .filter(|(_, valid)| !**valid)
            {
                *sample = 0.0;
            }
        }
        self.samples.map(|channel| &*channel)
    }
}
