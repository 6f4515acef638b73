//! Evaluation of recordings whose delay is known.

use super::*;
use crate::number::sample;

const RATE: u32 = 48_000;

/// A loop with a delay of `delay` frames and this gain on the left; the right channel stays silent.
fn through(delay: f64, gain: f64) -> LatencyRecording {
    let mut recording = LatencyRecording::new(RATE);
    recording.recorded = recording.input[0].len();
    add(&mut recording, [delay; CHIRPS], gain);
    recording
}

/// Adds the echo of each chirp, at its own delay. Between frames the chirp is interpolated by a windowed sinc of 64
/// frames, which is independent of the chirp's formula.
fn add(recording: &mut LatencyRecording, delays: [f64; CHIRPS], gain: f64) {
    let reach = 32.0;
    for (number, delay) in delays.into_iter().enumerate() {
        let begin = number * recording.spacing;
        for frame in 0..recording.spacing {
            let place = real(frame) - delay;
            let value: f64 = recording
                .chirp
                .iter()
                .enumerate()
                .skip(index(place - reach))
                .take(index(2.0 * reach) + 2)
                .map(|(at, sound)| {
                    let distance = place - real(at);
                    let window =
                        0.5 + 0.5 * (std::f64::consts::PI * (distance / reach).clamp(-1.0, 1.0)).cos();
                    f64::from(*sound) * sinc(distance) * window
                })
                .sum();
            recording.input[0][begin + frame] += sample(gain * value);
        }
    }
}

fn sinc(distance: f64) -> f64 {
    let angle = std::f64::consts::PI * distance;
    if angle.abs() < 1e-9 { 1.0 } else { angle.sin() / angle }
}

fn index(place: f64) -> usize {
    usize::try_from(crate::number::whole(place.floor())).expect("a short recording")
}

/// White noise of this RMS on both channels, the same every time (xorshift64*).
fn add_noise(recording: &mut LatencyRecording, rms: f64) {
    let mut state = 88_172_645_463_325_252_u64;
    for frame in recording.input.iter_mut().flatten() {
        state ^= state >> 12;
        state ^= state << 25;
        state ^= state >> 27;
        let high = u32::try_from(state.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 32).unwrap_or(u32::MAX);
        // Uniform in ±√3·rms has this RMS.
        *frame += sample((f64::from(high) / f64::from(u32::MAX) * 2.0 - 1.0) * 3.0_f64.sqrt() * rms);
    }
}

fn close(found: f64, expected: f64) -> bool {
    (found - expected).abs() < 0.05
}

#[test]
fn a_delay_is_found_to_a_fraction_of_a_frame() {
    for delay in [0.0, 1.0, 256.0, 777.25, 4_800.5, 12_345.7, 26_000.0] {
        let found = through(delay, 0.5).evaluate().expect("it is plain");
        assert!(close(found.frames, delay), "{delay}: {found:?}");
        assert!((found.gain_db + 6.02).abs() < 0.2 && !found.inverted, "{delay}: {found:?}");
    }
}

#[test]
fn whole_frames_are_found_exactly() {
    let found = through(1_234.0, 1.0).evaluate().expect("it is plain");
    assert!((found.frames - 1_234.0).abs() < 1e-3, "{found:?}");
}

#[test]
fn the_side_that_hears_it_counts_whichever_it_is() {
    let mut recording = through(500.0, 0.5);
    recording.input.swap(0, 1);
    assert!(close(recording.evaluate().expect("it is on the right").frames, 500.0));
}

#[test]
fn polarity_noise_and_a_low_level_dont_matter() {
    let found = through(3_000.5, -0.5).evaluate().expect("it is plain");
    assert!(close(found.frames, 3_000.5) && found.inverted, "{found:?}");

    // 60 dB down, over noise that is 20 dB quieter than that.
    let mut quiet = through(3_000.5, 0.001);
    add_noise(&mut quiet, 1e-5);
    let found = quiet.evaluate().expect("there is hardly any noise");
    assert!(close(found.frames, 3_000.5) && (found.gain_db + 60.0).abs() < 0.2, "{found:?}");

    // The chirp's RMS is some 0.17: noise as loud as it is.
    let mut noisy = through(3_000.5, 1.0);
    add_noise(&mut noisy, 0.17);
    let found = noisy.evaluate().expect("correlation is for this");
    assert!((found.frames - 3_000.5).abs() < 0.5, "{found:?}");
}

#[test]
fn an_echo_is_not_taken_for_the_sound() {
    let mut recording = through(2_000.0, 0.5);
    for (delay, gain) in [(2_480.0, 0.35), (3_333.0, -0.3), (9_000.0, 0.2)] {
        add(&mut recording, [delay; CHIRPS], gain);
    }
    let found = recording.evaluate().expect("the sound is loudest");
    assert!(close(found.frames, 2_000.0), "{found:?}");
}

#[test]
fn what_isnt_there_isnt_found() {
    let silent = through(0.0, 0.0).evaluate();
    assert_eq!(silent, Err(LatencyError::NotHeard { input_db: f64::NEG_INFINITY }));

    let mut noise = through(0.0, 0.0);
    add_noise(&mut noise, 0.1);
    let Err(LatencyError::NotHeard { input_db }) = noise.evaluate() else { panic!("{:?}", noise.evaluate()) };
    assert!((input_db + 15.2).abs() < 0.2, "the peak of that noise is √3·0.1: {input_db}");

    let mut hum = through(0.0, 0.0);
    for (frame, value) in hum.input[0].iter_mut().enumerate() {
        *value = sample(0.5 * (std::f64::consts::TAU * 440.0 * real(frame) / f64::from(RATE)).sin());
    }
    assert!(matches!(hum.evaluate(), Err(LatencyError::NotHeard { .. })), "{:?}", hum.evaluate());
}

#[test]
fn one_chirp_that_is_missing_is_enough_to_refuse() {
    let mut recording = through(700.0, 0.5);
    let spacing = recording.spacing;
    recording.input[0][spacing..2 * spacing].fill(0.0);
    assert!(matches!(recording.evaluate(), Err(LatencyError::NotHeard { .. })), "{:?}", recording.evaluate());
}

#[test]
fn a_chirp_that_noise_nearly_covers_is_refused_as_too_quiet() {
    let mut recording = through(3_000.0, 1.0);
    add_noise(&mut recording, 1.4);
    // This much noise is far above full scale; only the ratio matters.
    recording.input.iter_mut().flatten().for_each(|sample| *sample *= 0.1);
    let refused = recording.evaluate();
    let Err(LatencyError::TooQuiet { gain_db }) = refused else { panic!("{refused:?}") };
    assert!((gain_db + 20.0).abs() < 3.0, "{gain_db}");
}

#[test]
fn a_clipped_input_is_refused() {
    let mut recording = through(3_000.0, 20.0);
    recording.input.iter_mut().flatten().for_each(|sample| *sample = sample.clamp(-1.0, 1.0));
    assert_eq!(recording.evaluate(), Err(LatencyError::Clipped));
}

#[test]
fn three_that_differ_by_more_than_a_frame_are_refused_with_their_values() {
    let three = |delays| {
        let mut recording = through(0.0, 0.0);
        add(&mut recording, delays, 0.5);
        recording.evaluate()
    };
    let found = three([1_000.0, 1_000.5, 1_000.9]).expect("within a frame");
    assert!(close(found.frames, 1_000.47), "{found:?}");
    let Err(error @ LatencyError::Disagree { .. }) = three([1_000.0, 1_256.0, 1_256.0]) else {
        panic!("a period's jump is no one delay")
    };
    assert!(error.to_string().contains("1000.0, 1256.0 and 1256.0 frames"), "{error}");
}

#[test]
fn a_recording_that_was_cut_off_tells_nothing() {
    let mut recording = through(1_000.0, 0.5);
    recording.recorded -= 1;
    assert_eq!(recording.evaluate(), Err(LatencyError::Interrupted));
}

#[test]
fn every_usual_rate_has_room_for_half_a_second() {
    for rate in [8_000, 44_100, 96_000, 192_000] {
        let mut recording = LatencyRecording::new(rate);
        recording.recorded = recording.input[0].len();
        let delay = size(rate) / 2;
        for number in 0..CHIRPS {
            let begin = number * recording.spacing + delay;
            let chirp = recording.chirp.clone();
            recording.input[1][begin..][..chirp.len()].copy_from_slice(&chirp);
        }
        let found = recording.evaluate().expect("it is plain");
        assert!((found.frames - real(delay)).abs() < 1e-2, "{rate}: {found:?}");
    }
}
