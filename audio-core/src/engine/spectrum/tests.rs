use super::*;
use crate::number::position;

const RATES: [u32; 4] = [44_100, 48_000, 96_000, 192_000];

/// A history filled with a sum of sines of one level on the left, and one `right` times as loud on the right.
fn sines(rate: u32, hertz: &[f64], level: f64, right: f64) -> History {
    let mut history = History::new(rate);
    let count = size(rate) * 6 / 10;
    let frames: Vec<_> = (0..count)
        .map(|frame| {
            let time = real(frame) / f64::from(rate);
            let value: f64 =
                hertz.iter().map(|hertz| level * (std::f64::consts::TAU * hertz * time).sin()).sum();
            [sample(value), sample(right * value)]
        })
        .collect();
    history.push(frames.into_iter(), position(count));
    history
}

fn frame_of(rate: u32, history: &History) -> SpectrumFrame {
    Analyser::new(rate).frame(history, &mut Long::default()).expect("the history is full")
}

fn hertz_of(frame: &SpectrumFrame, index: usize) -> f64 {
    let (low, high) = (f64::from(frame.low_hz), f64::from(frame.high_hz));
    low * (high / low).powf(real(index) / real(SPECTRUM_POINTS - 1))
}

/// Frequency and level of the loudest point.
fn loudest(frame: &SpectrumFrame) -> (f64, f64) {
    let points = frame.levels_db.iter().enumerate();
    let (index, level) =
        points.max_by(|(_, one), (_, other)| one.total_cmp(other)).expect("there are points");
    (hertz_of(frame, index), f64::from(*level))
}

#[test]
fn a_sine_is_where_and_as_loud_as_it_is() {
    for rate in RATES {
        for hertz in [31.0, 62.0, 440.0, 1000.0, 9876.0] {
            let frame = frame_of(rate, &sines(rate, &[hertz], 0.5, 1.0));
            let (found, level) = loudest(&frame);
            // Points are 2.7 % apart, bins 3 or 12 Hz; between two bins a Hann window loses up to 1.4 dB.
            let close = (found / hertz - 1.0).abs() < 0.03 || (found - hertz).abs() < 3.0;
            assert!(close, "{found} for {hertz} at {rate}");
            assert!((-7.6..-5.9).contains(&level), "{level} dB at {hertz} Hz");
            assert_eq!(frame.levels_db.len(), SPECTRUM_POINTS);
            assert_eq!(frame.timestamp_frames, u64::from(rate) * 6 / 10);
        }
    }
}

#[test]
fn the_peak_is_read_exactly_at_every_rate_on_one_channel_and_on_both() {
    let mut most = (0.0_f64, 0.0_f64);
    for rate in RATES {
        let bin = f64::from(rate) / real(Analyser::new(rate).long.frames());
        for (index, hertz) in
            [30.0, 41.3, 60.0, 100.0, 440.0, 997.0, 1000.0, 1234.5, 4321.0, 9999.9, 15_000.1, 19_500.0]
                .into_iter()
                .enumerate()
        {
            let right = [1.0, 0.0, -1.0][index % 3];
            let frame = frame_of(rate, &sines(rate, &[hertz], 0.5, right));
            let peak = frame.peak.expect("a peak");
            let off = (f64::from(peak.hertz) - hertz).abs();
            // The formula's error, and a little for the rounding to 0.1 Hz.
            assert!(off <= 0.017 * bin + 0.051, "{rate} Hz: {} for {hertz}", peak.hertz);
            let level = if right == 0.0 { -9.03 } else { -6.02 };
            let off_db = (f64::from(peak.level_db) - level).abs();
            assert!(off_db <= 0.15, "{rate} Hz: {} dB at {hertz} Hz", peak.level_db);
            most = (most.0.max(off / bin), most.1.max(off_db));
        }
        // What a person sees who plays the companion's own tone.
        let tone = frame_of(rate, &sines(rate, &[1000.0], 0.25, 1.0)).peak.expect("a peak");
        assert_eq!(tone.hertz.round(), 1000.0, "{rate}");
    }
    println!("the largest errors: {:.3} bins, {:.2} dB", most.0, most.1);
}

#[test]
fn low_frequencies_have_no_steps() {
    for rate in RATES {
        for tone in [25.0, 40.0, 63.0, 88.0, 100.0] {
            let frame = frame_of(rate, &sines(rate, &[tone], 0.5, 1.0));
            let below: Vec<f64> = (0..SPECTRUM_POINTS)
                .filter(|index| hertz_of(&frame, *index) < 150.0)
                .map(|index| f64::from(frame.levels_db[index]))
                .collect();
            // A staircase holds a level over several points: a curve does so only at the top, or on the floor.
            let top = below.iter().copied().fold(FLOOR_DB, f64::max);
            let longest = below
                .chunk_by(|one, other| one == other && *one > FLOOR_DB + 10.0 && *one < top - 1.5)
                .map(<[f64]>::len)
                .max();
            assert!(longest <= Some(2), "{rate} Hz, a tone of {tone}: {longest:?} equal points");
        }
    }
}

#[test]
fn two_low_notes_are_two() {
    for rate in RATES {
        let frame = frame_of(rate, &sines(rate, &[55.0, 73.4], 0.25, 1.0));
        let level = |hertz: f64| {
            let near = |index: &usize| (hertz_of(&frame, *index) / hertz).ln().abs();
            let index = (0..SPECTRUM_POINTS).min_by(|one, other| near(one).total_cmp(&near(other)));
            frame.levels_db[index.expect("points")]
        };
        assert!(level(55.0) > -13.7 && level(73.4) > -13.7 && level(64.0) < -30.0, "{rate}: {}", level(64.0));
    }
}

#[test]
fn the_transforms_are_joined_without_a_step() {
    for rate in [48_000, 192_000] {
        let levels: Vec<f64> = (0..60)
            .map(|step| {
                // On a bin of both transforms, so that only the join could make a difference.
                let bin = f64::from(rate) / real(Analyser::new(rate).short.frames());
                let hertz = bin * (15.0 + f64::from(step) * 2.0).round();
                loudest(&frame_of(rate, &sines(rate, &[hertz], 0.5, 1.0))).1
            })
            .collect();
        assert!(levels.iter().all(|level| (level + 6.02).abs() < 0.3), "{levels:?}");
    }
}

#[test]
fn what_is_on_one_side_is_3_db_less_and_opposite_sides_do_not_cancel() {
    let level = |right| loudest(&frame_of(48_000, &sines(48_000, &[1500.0], 1.0, right))).1;
    assert!((level(1.0)).abs() < 0.11);
    assert!((level(-1.0)).abs() < 0.11);
    assert!((level(0.0) + 3.0).abs() < 0.11);
}

#[test]
fn silence_is_the_floor_without_a_peak_and_a_low_rate_ends_the_axis() {
    let frame = frame_of(8000, &sines(8000, &[100.0], 0.0, 0.0));
    assert!(frame.levels_db.iter().all(|level| *level == -120.0));
    assert_eq!((frame.low_hz, frame.high_hz, frame.peak), (20.0, 4000.0, None));
    assert_eq!(Analyser::new(48_000).frame(&History::new(48_000), &mut Long::default()), None);
}

#[test]
fn samples_that_are_no_numbers_are_no_trouble() {
    let mut history = History::new(48_000);
    history.push(vec![[f32::NAN, f32::INFINITY]; 28_800].into_iter(), 28_800);
    let frame = frame_of(48_000, &history);
    assert!(frame.levels_db.iter().all(|level| !level.is_nan()));
}

#[test]
fn the_long_transform_is_renewed_as_the_sound_goes_on() {
    let (mut analyser, mut long) = (Analyser::new(48_000), Long::default());
    let mut history = sines(48_000, &[60.0], 0.5, 1.0);
    assert!(
        (analyser.frame(&history, &mut long).expect("full").peak.expect("a peak").hertz - 60.0).abs() < 0.3
    );
    history.push(vec![[0.0; 2]; 28_800].into_iter(), 57_600);
    assert_eq!(analyser.frame(&history, &mut long).expect("full").peak, None);
}
