//! What comes out, measured: levels, frequencies and spectra, each to a stated tolerance.

use super::*;
use crate::number::{real, size, whole_size};
use realfft::RealFftPlanner;
use std::f64::consts::TAU;

const RATE: u32 = 48_000;

fn tone(hz: f64, level_db: f64) -> Signal {
    Signal::Tone { hz, level_db }
}

fn noise(colour: Colour, level_db: f64) -> Signal {
    Signal::Noise { colour, level_db }
}

/// Made in blocks of many sizes, as on the audio thread.
fn made(signal: Signal, rate: u32, frames: usize) -> [Vec<f32>; 2] {
    let mut reader = SignalReader::new(&signal, rate).expect("it can be played");
    let mut channels = [vec![9.0; frames], vec![9.0; frames]];
    let [left, right] = &mut channels;
    let (mut at, mut block) = (0, 1);
    while at < frames {
        let end = (at + block).min(frames);
        assert_no_alloc::assert_no_alloc(|| reader.fill([&mut left[at..end], &mut right[at..end]]));
        (at, block) = (end, block * 5 % 4093 + 1);
    }
    channels
}

fn decibels(value: f64) -> f64 {
    20.0 * value.log10()
}

fn rms(values: &[f32]) -> f64 {
    (values.iter().map(|value| f64::from(*value).powi(2)).sum::<f64>() / real(values.len())).sqrt()
}

fn peak(values: &[f32]) -> f64 {
    values.iter().fold(0.0, |peak, value| f64::from(value.abs()).max(peak))
}

/// The mean power of Hann-windowed stretches, by bin: a sine of amplitude 1 on a bin gives 1 there, and a quarter on both sides.
fn spectrum(values: &[f32], length: usize) -> Vec<f64> {
    let forward = RealFftPlanner::<f64>::new().plan_fft_forward(length);
    let window: Vec<f64> = (0..length).map(|n| 0.5 - 0.5 * (TAU * real(n) / real(length)).cos()).collect();
    let mut powers = vec![0.0; length / 2 + 1];
    let stretches: Vec<&[f32]> = values.chunks_exact(length).collect();
    let mut bins = forward.make_output_vec();
    for stretch in &stretches {
        let mut input: Vec<f64> =
            stretch.iter().zip(&window).map(|(value, by)| f64::from(*value) * by).collect();
        forward.process(&mut input, &mut bins).expect("the lengths fit");
        for (power, bin) in powers.iter_mut().zip(&bins) {
            *power += bin.norm_sqr() * (4.0 / real(length)).powi(2) / real(stretches.len());
        }
    }
    powers
}

#[test]
fn a_tone_is_the_sine_that_it_is_said_to_be() {
    for (hz, rate) in
        [(1000.0, 48_000), (440.0, 44_100), (747.802_734_375, 48_000), (0.1, 8000), (23_999.9, 48_000)]
    {
        let [left, right] = made(tone(hz, -12.0), rate, size(rate) * 20);
        assert_eq!(left, right);
        let amplitude = 10.0_f64.powf(-0.6);
        let wrong = left.iter().enumerate().map(|(frame, value)| {
            let turns = hz * real(frame) / f64::from(rate);
            (f64::from(*value) - amplitude * (TAU * turns.fract()).sin()).abs()
        });
        let wrong = wrong.fold(0.0, f64::max);
        assert!(wrong < 3e-8, "{hz} Hz: {wrong}");
    }
}

#[test]
fn a_tone_has_its_level_as_its_peak_and_nothing_beside_it() {
    let hz = 48_000.0 * 1021.0 / 65_536.0;
    for level_db in [0.0, -12.0, -60.0] {
        let [left, _] = made(tone(hz, level_db), RATE, 1 << 18);
        assert!((decibels(peak(&left)) - level_db).abs() < 0.001);
        assert!((decibels(rms(&left)) - (level_db - 3.0103)).abs() < 0.001);
        let powers = spectrum(&left, 65_536);
        assert!((10.0 * powers[1021].log10() - level_db).abs() < 0.001);
        let beside = powers.iter().enumerate().filter(|(bin, _)| bin.abs_diff(1021) > 2);
        let strongest = beside.fold(0.0, |strongest, (_, power)| power.max(strongest));
        assert!(10.0 * strongest.log10() < level_db - 150.0, "{}", 10.0 * strongest.log10());
    }
}

#[test]
fn two_tones_are_half_of_the_level_each_and_peak_at_it() {
    let hz = [48_000.0 * 6000.0 / 65_536.0, 48_000.0 * 7001.0 / 65_536.0];
    let [left, _] = made(Signal::TwoTone { hz, level_db: -6.0 }, RATE, 1 << 18);
    assert!(
        decibels(peak(&left)) <= -6.0 + 1e-6 && decibels(peak(&left)) > -6.01,
        "{}",
        decibels(peak(&left))
    );
    let powers = spectrum(&left, 65_536);
    for bin in [6000, 7001] {
        assert!((10.0 * powers[bin].log10() - (-12.0206)).abs() < 0.001);
    }
    let beside =
        powers.iter().enumerate().filter(|(bin, _)| bin.abs_diff(6000) > 2 && bin.abs_diff(7001) > 2);
    assert!(beside.fold(0.0, |strongest: f64, (_, power)| power.max(strongest)).log10() < -15.0);
}

#[test]
fn noise_has_its_rms_no_offset_and_two_independent_channels() {
    for (colour, within_db, offset) in [(Colour::White, 0.02, 0.001), (Colour::Pink, 0.2, 0.01)] {
        let [left, right] = made(noise(colour, -20.0), RATE, 2_880_000);
        for channel in [&left, &right] {
            let level = decibels(rms(channel));
            assert!((level + 20.0).abs() < within_db, "{colour:?}: {level} dB");
            let mean = channel.iter().map(|value| f64::from(*value)).sum::<f64>() / real(channel.len());
            assert!(mean.abs() < offset, "{colour:?}: {mean}");
        }
        let product = left.iter().zip(&right).map(|(one, other)| f64::from(one * other)).sum::<f64>();
        assert!((product / real(left.len())).abs() < 0.01 * 0.03, "{colour:?}: {product}");
        assert!(peak(&left) < 1.0, "{colour:?}: room above the RMS");
    }
}

/// Third octaves from 40 Hz to 16 kHz: the middle in Hz, and the mean of power times frequency in dB, which pink noise has alike
/// in all.
fn tilted_third_octaves(values: &[f32]) -> Vec<(f64, f64)> {
    const LENGTH: usize = 32_768;
    let powers = spectrum(values, LENGTH);
    let bin = |hz: f64| whole_size(hz * real(LENGTH) / f64::from(RATE));
    let band = |third: i32| {
        let middle = 1000.0 * 2.0_f64.powf(f64::from(third) / 3.0);
        let bins = bin(middle * 2.0_f64.powf(-1.0 / 6.0))..=bin(middle * 2.0_f64.powf(1.0 / 6.0));
        let count = real(bins.clone().count());
        let sum: f64 = bins.map(|bin| powers[bin] * real(bin)).sum();
        (middle, 10.0 * (sum / count).log10())
    };
    (-14..=12).map(band).collect()
}

#[test]
fn pink_noise_falls_by_three_decibels_an_octave() {
    let [left, _] = made(noise(Colour::Pink, -20.0), RATE, 48_000 * 180);
    let bands = tilted_third_octaves(&left);
    assert!(bands[0].0 < 40.0 && bands.last().expect("some").0 >= 16_000.0);
    let middle = bands.iter().map(|(_, db)| db).sum::<f64>() / real(bands.len());
    for (hz, db) in bands {
        assert!((db - middle).abs() < 0.5, "{hz:.0} Hz: {:+.2} dB", db - middle);
    }
}

#[test]
fn white_noise_is_flat() {
    let [left, _] = made(noise(Colour::White, -20.0), RATE, 48_000 * 60);
    let powers = spectrum(&left, 4096);
    let mean = |bins: std::ops::Range<usize>| powers[bins.clone()].iter().sum::<f64>() / real(bins.len());
    let all = mean(2..2047);
    for from in (2..1800).step_by(200) {
        let db = 10.0 * (mean(from..from + 200) / all).log10();
        assert!(db.abs() < 0.2, "{from}: {db} dB");
    }
}

#[test]
fn a_sweep_is_farinas_and_goes_on_without_a_step() {
    let signal = Signal::Sweep { span_hz: Some([20.0, 20_000.0]), seconds: 2.0, level_db: -12.0 };
    let [left, right] = made(signal, RATE, 96_000 * 3);
    assert_eq!(left, right);
    let amplitude = 10.0_f64.powf(-0.6);
    let k = 1000.0_f64.ln();
    let turns = |frame: f64| 20.0 * 2.0 / k * ((k * frame / 96_000.0).exp() - 1.0);
    for (frame, value) in left[..96_000].iter().enumerate() {
        let wanted = amplitude * (TAU * turns(real(frame)).fract()).sin();
        assert!((f64::from(*value) - wanted).abs() < 1e-7, "{frame}");
    }
    // Its frequency passes each octave in the same time: 632 Hz in the middle.
    let crossings = left[47_000..49_000].windows(2).filter(|pair| pair[0] < 0.0 && pair[1] >= 0.0).count();
    assert!((26..=27).contains(&crossings), "{crossings}");
    // It begins again with the phase at which it ended.
    let end = turns(96_000.0).fract();
    for (frame, value) in left[96_000..100_000].iter().enumerate() {
        let wanted = amplitude * (TAU * (end + turns(real(frame)))).sin();
        assert!((f64::from(*value) - wanted).abs() < 1e-7, "{frame}");
    }
    let falling = Signal::Sweep { span_hz: Some([8000.0, 100.0]), seconds: 0.5, level_db: 0.0 };
    let [left, _] = made(falling, RATE, 24_000);
    let crossings = |part: &[f32]| part.windows(2).filter(|pair| pair[0] < 0.0 && pair[1] >= 0.0).count();
    assert!(crossings(&left[..480]) > 70 && crossings(&left[23_520..]) < 3);
}

#[test]
fn a_sweep_without_frequencies_fits_every_rate() {
    assert_eq!((sweep_hz(48_000), sweep_hz(8000)), ([20.0, 20_000.0], [20.0, 3600.0]));
    let usual = Signal::Sweep { span_hz: None, seconds: 10.0, level_db: -12.0 };
    let [left, _] = made(usual, 8000, 80_000);
    let crossings = |part: &[f32]| part.windows(2).filter(|pair| pair[0] < 0.0 && pair[1] >= 0.0).count();
    assert!((3500..3600).contains(&(crossings(&left[79_200..]) * 10)));
}

#[test]
fn impulses_and_steps_come_to_the_frame() {
    let [left, right] = made(Signal::Impulse { seconds: 0.25, level_db: 0.0 }, 44_100, 11_025 * 2000 + 1);
    assert_eq!(left, right);
    let at: Vec<usize> =
        left.iter().enumerate().filter(|(_, value)| **value != 0.0).map(|(at, _)| at).collect();
    assert_eq!(at, (0..=2000).map(|number| number * 11_025).collect::<Vec<_>>());
    assert_eq!(left[0], 1.0);
    let [left, _] = made(Signal::Step { level_db: -20.0 }, RATE, 96_000);
    let wanted = |frame: usize| if frame % 48_000 < 24_000 { 0.0 } else { 0.1 };
    assert!(left.iter().enumerate().all(|(frame, value)| *value == wanted(frame)));
}

#[test]
fn what_can_not_be_played_is_not_made() {
    let bad = [
        tone(24_000.0, -12.0),
        tone(0.0, -12.0),
        tone(-5.0, -12.0),
        tone(f64::NAN, -12.0),
        tone(f64::INFINITY, -12.0),
        Signal::Sweep { span_hz: Some([20.0, 24_000.0]), seconds: 1.0, level_db: 0.0 },
        Signal::Sweep { span_hz: Some([20.0, 20.0]), seconds: 1.0, level_db: 0.0 },
        Signal::Sweep { span_hz: None, seconds: 0.0, level_db: 0.0 },
        Signal::Sweep { span_hz: None, seconds: f64::NAN, level_db: 0.0 },
        Signal::Impulse { seconds: f64::INFINITY, level_db: 0.0 },
        Signal::Impulse { seconds: -1.0, level_db: 0.0 },
        Signal::TwoTone { hz: [100.0, 24_000.0], level_db: 0.0 },
        tone(440.0, f64::NAN),
        noise(Colour::Pink, f64::INFINITY),
    ];
    for signal in bad {
        assert!(SignalReader::new(&signal, RATE).is_none(), "{signal:?}");
    }
    assert!(SignalReader::new(&tone(24_000.0, -12.0), 96_000).is_some());
    assert!(SignalReader::new(&tone(440.0, -12.0), 0).is_none());
}
