//! Sample rate conversion of whole files. For streams see `input`.

use rubato::audioadapter_buffers::direct::InterleavedSlice;
use rubato::{Fft, FixedSync, Resampler};

use crate::number::{real, size, whole_size};

const CHANNELS: usize = 2;

/// Frames per step of the file converter.
const FILE_CHUNK: usize = 1024;

/// Maximum length, in input frames, repeated on either side of a loop so that the filter works across the seam.
const SEAM: usize = 4096;

/// Converts a whole loop so that its end still fits its beginning: the filter continues into the other end. The result
/// is rounded to whole frames. `None` if no converter can be made for these rates.
pub(crate) fn convert_loop(frames: &[[f32; 2]], from_rate: u32, to_rate: u32) -> Option<Vec<[f32; 2]>> {
    if from_rate == to_rate || frames.is_empty() {
        return Some(frames.to_vec());
    }
    if from_rate == 0 || to_rate == 0 {
        return None;
    }
    // The seam is a whole number of output frames: a multiple of the reduced input rate.
    let step = size(from_rate / gcd(from_rate, to_rate));
    let seam = step * SEAM.div_ceil(step);
    let ratio = f64::from(to_rate) / f64::from(from_rate);
    let mut resampler =
        Fft::<f32>::new(size(from_rate), size(to_rate), FILE_CHUNK, CHANNELS, FixedSync::Input).ok()?;
    let mut input = vec![0.0; resampler.input_frames_max() * CHANNELS];
    let mut output = vec![0.0; resampler.output_frames_max() * CHANNELS];

    // Feeds the loop repeatedly, starting at the seam before it, whose output is skipped.
    let count = frames.len();
    let mut turning = frames.iter().cycle().skip((count - seam % count) % count);
    let mut skipped = whole_size(real(seam) * ratio) + resampler.output_delay();
    let wanted = whole_size(real(count) * ratio).max(1);
    let mut looped = Vec::with_capacity(wanted);
    while looped.len() < wanted {
        let needed = resampler.input_frames_next();
        for (slot, frame) in input.chunks_exact_mut(CHANNELS).take(needed).zip(&mut turning) {
            slot.copy_from_slice(frame);
        }
        let (from, to) = (input.len() / CHANNELS, output.len() / CHANNELS);
        let taken = InterleavedSlice::new(&input[..], CHANNELS, from).ok()?;
        let mut given = InterleavedSlice::new_mut(&mut output[..], CHANNELS, to).ok()?;
        let (_, made) =
            resampler.process_into_buffer(&taken, &mut given, None).ok().filter(|made| made.1 > 0)?;
        let skip = skipped.min(made);
        skipped -= skip;
        let made = output[..made * CHANNELS].chunks_exact(CHANNELS).skip(skip);
        looped.extend(made.map(|frame| [frame[0], frame[1]]).take(wanted - looped.len()));
    }
    Some(looped)
}

fn gcd(a: u32, b: u32) -> u32 {
    if b == 0 { a } else { gcd(b, a % b) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::number::sample;

    fn sine(frequency: f64, rate: f64, frames: usize) -> Vec<[f32; 2]> {
        (0..frames)
            .map(|frame| {
                let value = sample(0.5 * (std::f64::consts::TAU * frequency * real(frame) / rate).sin());
                [value, -value]
            })
            .collect()
    }

    /// Greatest deviation from the best-fitting sine of that frequency (level and phase are found by projection), over
    /// three turns of the loop; and that sine's level.
    fn loop_error(looped: &[[f32; 2]], frequency: f64, rate: f64) -> (f64, f64) {
        let angle = |frame: usize| std::f64::consts::TAU * frequency * real(frame) / rate;
        let turns = |frame: usize| f64::from(looped[frame % looped.len()][0]);
        let share = 2.0 / real(looped.len());
        let project = |wave: fn(f64) -> f64| -> f64 {
            (0..looped.len()).map(|frame| turns(frame) * wave(angle(frame))).sum::<f64>() * share
        };
        let (sine, cosine) = (project(f64::sin), project(f64::cos));
        let error = (0..3 * looped.len())
            .map(|frame| (turns(frame) - sine * angle(frame).sin() - cosine * angle(frame).cos()).abs())
            .fold(0.0, f64::max);
        (error, sine.hypot(cosine))
    }

    #[test]
    fn a_loop_stays_seamless_at_the_new_rate() {
        // 441 whole periods in a second at either rate: any seam or wrong pitch would show as an error.
        for (from, to) in [(44_100, 48_000), (48_000, 44_100), (16_000, 48_000), (96_000, 44_100)] {
            let frames = sine(441.0, f64::from(from), size(from));
            let looped = convert_loop(&frames, from, to).expect("the rates are ordinary");
            assert_eq!(looped.len(), size(to));
            let (error, level) = loop_error(&looped, 441.0, f64::from(to));
            assert!(error < 1e-5 && (level - 0.5).abs() < 1e-4, "{from} to {to}: {error}, {level}");
        }
    }

    #[test]
    fn even_a_loop_of_a_few_frames_is_converted() {
        let looped =
            convert_loop(&sine(4410.0, 44_100.0, 10), 44_100, 22_050).expect("the rates are ordinary");
        assert_eq!(looped.len(), 5);
        assert!(convert_loop(&[[0.0; 2]], 0, 48_000).is_none());
        assert_eq!(convert_loop(&[[0.25; 2]], 48_000, 48_000), Some(vec![[0.25; 2]]));
    }
}
