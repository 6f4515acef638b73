//! Between the engine's two channels and a processor's.

use wavecraft_ring::MAX_CHANNELS;

use crate::render::workspace::Stereo;

/// As many channels as a ring can have.
pub(super) const MAX_OUTPUTS: usize = channels_of_ring();

const fn channels_of_ring() -> usize {
    #[expect(clippy::as_conversions, reason = "`TryFrom` isn't const; the ring's limit is 8")]
    let channels = MAX_CHANNELS as usize;
    channels
}

/// What each input channel of a processor gets: a mono one the half sum, a stereo one left and right, further ones
/// silence.
pub(super) fn input_channels<'a>(
    inputs: usize,
    input: &'a Stereo,
    mono: &'a mut [f32],
    silence: &'a [f32],
    frames: usize,
) -> [&'a [f32]; MAX_OUTPUTS] {
    let [left, right] = input.part(frames);
    if inputs == 1 {
        for (mono, (left, right)) in mono.iter_mut().zip(left.iter().zip(right)) {
            *mono = 0.5 * (left + right);
        }
        let mono = &mono[..frames];
        return std::array::from_fn(|_| mono);
    }
    std::array::from_fn(|channel| match channel {
        0 => left,
        1 => right,
        _ => &silence[..frames],
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mono_processor_gets_the_half_sum_and_many_channels_get_silence() {
        let mut input = Stereo::new();
        (input.left[0], input.right[0]) = (0.5, 0.25);
        let (mut mono, silence) = (vec![9.0; 4], vec![0.0; 4]);
        assert_eq!(input_channels(1, &input, &mut mono, &silence, 1)[0], [0.375]);
        let four = input_channels(4, &input, &mut mono, &silence, 1);
        assert_eq!(four[..4], [&[0.5][..], &[0.25], &[0.0], &[0.0]]);
    }
}
