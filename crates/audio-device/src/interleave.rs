//! Interleaves the mix into a device's frames.

use cpal::{FromSample, Sample};

/// Writes left and right into two channels of each frame: those from `pair` on, or the first two. A single channel gets
/// half their sum; the remaining channels get silence.
pub(crate) fn interleave<T: Sample + FromSample<f32>>(
    data: &mut [T],
    channels: usize,
    pair: usize,
    left: &[f32],
    right: &[f32],
) {
    let pair = if pair + 1 < channels { pair } else { 0 };
    for (frame, (left, right)) in data.chunks_exact_mut(channels).zip(left.iter().zip(right)) {
        match frame {
            [only] => *only = T::from_sample(0.5 * (left + right)),
            frame => {
                frame.fill(T::EQUILIBRIUM);
                if let [first, second, ..] = &mut frame[pair..] {
                    *first = T::from_sample(*left);
                    *second = T::from_sample(*right);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mix_goes_to_two_channels_or_the_only_one() {
        let (left, right) = ([0.5, -1.0], [0.25, 1.0]);
        let mut mono = [9.0_f32; 2];
        interleave(&mut mono, 1, 0, &left, &right);
        assert_eq!(mono, [0.375, 0.0]);
        let mut four = [9_i16; 8];
        interleave(&mut four, 4, 0, &left, &right);
        assert_eq!(four, [16_384, 8_192, 0, 0, -32_768, 32_767, 0, 0]);
        let mut unsigned = [9_u8; 6];
        interleave(&mut unsigned, 3, 2, &left, &right);
        assert_eq!(
            unsigned,
            [192, 160, 128, 0, 255, 128],
            "without a third and a fourth channel, the first two"
        );
        interleave(&mut four, 4, 2, &left, &right);
        assert_eq!(four, [0, 0, 16_384, 8_192, 0, 0, -32_768, 32_767]);
    }
}
