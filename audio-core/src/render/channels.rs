//! Maps the engine's two channels to a processor's.

use wavecraft_ring::MAX_CHANNELS;

use crate::number::size;
use crate::render::workspace::InputBuffers;

/// Maximum number of channels in a ring.
pub(super) const MAX_OUTPUTS: usize = size(MAX_CHANNELS);

/// The input channels of a processor: a mono one gets half the sum, a stereo one left and right; further channels get
/// silence.
pub(super) fn input_channels<'a>(
    inputs: usize,
    [left, right]: [&'a [f32]; 2],
    buffers: &'a mut InputBuffers,
) -> [&'a [f32]; MAX_OUTPUTS] {
    let frames = left.len();
    if inputs == 1 {
        for (mono, (left, right)) in buffers.mono.iter_mut().zip(left.iter().zip(right)) {
            *mono = 0.5 * (left + right);
        }
        return [&buffers.mono[..frames]; MAX_OUTPUTS];
    }
    std::array::from_fn(|channel| match channel {
        0 => left,
        1 => right,
        _ => &buffers.silence[..frames],
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mono_processor_gets_the_half_sum_and_many_channels_get_silence() {
        let mut buffers = InputBuffers { mono: Box::new([9.0; 4]), silence: Box::new([0.0; 4]) };
        let source = [&[0.5][..], &[0.25]];
        assert_eq!(input_channels(1, source, &mut buffers)[0], [0.375]);
        let four = input_channels(4, source, &mut buffers);
        assert_eq!(four[..4], [&[0.5][..], &[0.25], &[0.0], &[0.0]]);
    }
}
