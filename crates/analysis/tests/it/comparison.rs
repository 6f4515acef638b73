//! Two answers to one input.

use crate::devices::{Biquad, db, delayed, factor, noise, real, sample, shaped, sine};
use wavecraft_companion_analysis::{
    Comparison, Measured, Take, Unmeasured,
    compare::{Alignment, Settings},
};

const AS_IS: Settings = Settings { alignment: Alignment::AsIs, match_level: false };

fn take<'a>(channels: &'a [&'a [f32]]) -> Take<'a> {
    Take { rate_hz: 48_000, channels, latency_frames: None }
}

fn compared(before: &[f32], after: &[f32], settings: Settings) -> Result<Comparison, Unmeasured> {
    Comparison::of(&take(&[before]), &take(&[after]), settings)
}

fn rms(comparison: &Comparison) -> f64 {
    comparison.null.rms_db.value().expect("it was measured").db()
}

fn peak(comparison: &Comparison) -> f64 {
    comparison.null.peak_db.value().expect("it was measured").db()
}

#[test]
fn the_same_is_the_same() {
    let signal = noise(48_000, 1);
    let found = compared(&signal, &signal, AS_IS).expect("they can be compared");
    assert!(found.is_identical() && found.within(-200.0));
    assert_eq!((found.first_difference, found.largest_difference), (None, None));
    assert!(rms(&found) == f64::NEG_INFINITY && peak(&found) == f64::NEG_INFINITY);
    assert!(found.difference_peak_dbfs.is_silent() && found.difference_dbfs.is_silent());
    assert!(found.bands.iter().all(|band| band.null_db.value().is_some_and(|level| level.is_silent())));
    // Silence is the same as silence.
    assert!(compared(&[0.0; 99], &[0.0; 99], AS_IS).expect("they can be compared").is_identical());
}

#[test]
fn a_gain_leaves_what_it_adds() {
    let signal = noise(48_000, 1);
    let louder = shaped(&signal, |x| 1.01 * x);
    let found = compared(&signal, &louder, AS_IS).expect("they can be compared");
    assert!((rms(&found) + 40.0).abs() < 1e-3 && (peak(&found) + 40.0).abs() < 1e-3, "{found:?}");
    assert!(found.within(-39.9) && !found.within(-40.1) && !found.is_identical());
    for band in &found.bands {
        assert!(band.null_db.value().is_some_and(|level| (level.db() + 40.0).abs() < 1e-3), "{band:?}");
        assert!(band.change_db.value().is_some_and(|change| (change - db(1.01)).abs() < 1e-4), "{band:?}");
    }
    let matched = Settings { match_level: true, ..AS_IS };
    let found = compared(&signal, &louder, matched).expect("they can be compared");
    assert!((found.gain_db + db(1.01)).abs() < 1e-4 && rms(&found) < -110.0, "{found:?}");
    // Too short for a loudness: by the root mean square.
    let found = compared(&signal[..4_800], &louder[..4_800], matched).expect("they can be compared");
    assert!((found.gain_db + db(1.01)).abs() < 1e-4 && rms(&found) < -110.0, "{found:?}");
}

#[test]
fn what_differs_by_a_gain_alone_is_the_same_once_matched() {
    let signal = noise(48_000, 1);
    let matched = Settings { match_level: true, ..AS_IS };
    for gain in [0.5, 0.7, 2.0] {
        let other = shaped(&signal, |x| gain * x);
        let found = compared(&signal, &other, matched).expect("they can be compared");
        assert!((found.gain_db + db(gain)).abs() < 1e-6, "{gain}: {}", found.gain_db);
        assert_eq!((found.first_difference, found.largest_difference), (None, None), "{gain}");
        assert!(found.is_identical());
    }
}

#[test]
fn one_frame_is_found() {
    let signal = noise(48_000, 1);
    let mut other = signal.clone();
    other[12_345] += 0.001;
    other[30_000] -= 0.25;
    let stereo = Comparison::of(&take(&[&signal, &signal]), &take(&[&signal, &other]), AS_IS)
        .expect("they can be compared");
    let (first, largest) = (stereo.first_difference.expect("one"), stereo.largest_difference.expect("one"));
    assert_eq!((first.frame, first.channel), (12_345, 1));
    assert!((first.difference - 0.001).abs() < 1e-7 && (first.seconds - 12_345.0 / 48_000.0).abs() < 1e-12);
    assert_eq!((largest.frame, largest.channel), (30_000, 1));
    assert!((largest.difference + 0.25).abs() < 1e-7);
    assert!((stereo.difference_peak_dbfs.db() - db(0.25)).abs() < 1e-4);
}

#[test]
fn a_delay_is_taken_out_by_latency_or_by_ear() {
    let signal = noise(96_000, 1);
    let late = delayed(&signal, 1_234);
    let channels: [&[f32]; 1] = [&signal];
    let late_channels: [&[f32]; 1] = [&late];
    let before = Take { rate_hz: 48_000, channels: &channels, latency_frames: Some(10) };
    let after = Take { rate_hz: 48_000, channels: &late_channels, latency_frames: Some(1_244) };
    let by_latency = Comparison::of(&before, &after, Settings::default()).expect("both are known");
    assert_eq!((by_latency.delay_frames, by_latency.is_identical()), (1_234, true));
    assert_eq!(by_latency.frames, 96_000 - 1_234);
    let back = Comparison::of(&after, &before, Settings::default()).expect("both are known");
    assert_eq!((back.delay_frames, back.is_identical()), (-1_234, true));

    let found = Settings { alignment: Alignment::Found, match_level: false };
    for (one, other, delay) in [(&signal, &late, 1_234), (&late, &signal, -1_234), (&signal, &signal, 0)] {
        let found = compared(one, other, found).expect("they are alike");
        assert_eq!((found.delay_frames, found.is_identical()), (delay, true));
    }
    // Inverted and filtered it is still the same sound.
    let changed = delayed(&shaped(&Biquad::lowpass(48_000, 8_000.0, 0.707).run(&signal), |x| -x), 500);
    let delay = compared(&signal, &changed, found).expect("they are alike").delay_frames;
    assert!((500..505).contains(&delay), "{delay}");
    // Another sound isn't.
    assert_eq!(compared(&signal, &noise(96_000, 2), found), Err(Unmeasured::LatencyUnknown));
    assert_eq!(compared(&signal, &[0.0; 96_000], found), Err(Unmeasured::Silent));
    assert_eq!(compared(&signal, &late, Settings::default()), Err(Unmeasured::LatencyUnknown));
}

#[test]
fn a_place_is_a_frame_of_the_first() {
    // The second is earlier: its frame 0 is frame 100 of the first.
    let signal = noise(10_000, 1);
    let mut early = signal[100..].to_vec();
    early[5] += 0.5;
    let channels: [&[f32]; 1] = [&signal];
    let early_channels: [&[f32]; 1] = [&early];
    let before = Take { rate_hz: 48_000, channels: &channels, latency_frames: Some(100) };
    let after = Take { rate_hz: 48_000, channels: &early_channels, latency_frames: Some(0) };
    let found = Comparison::of(&before, &after, Settings::default()).expect("both are known");
    assert_eq!(found.first_difference.map(|place| place.frame), Some(105));
    assert_eq!((found.delay_frames, found.longer_frames, found.frames), (-100, -100, 9_900));
}

#[test]
fn a_change_shows_in_the_bands_where_it_is() {
    // A dip at 1 kHz: by the transfer function, the difference is H − 1.
    let filter = Biquad::peaking(48_000, 1_000.0, 2.0, -6.0);
    let signal = noise(48_000 * 8, 1);
    let found = compared(&signal, &filter.run(&signal), AS_IS).expect("they can be compared");
    assert_eq!(found.bands.len(), 30);
    for band in found.bands.iter().filter(|band| band.middle_hz > 90.0) {
        // The mean power over the band.
        let (mut change, mut rest) = (0.0, 0.0);
        for step in 0..100 {
            let hz = band.middle_hz
                * (10.0_f64.powf(-0.05) + (10.0_f64.powf(0.05) - 10.0_f64.powf(-0.05)) * real(step) / 100.0);
            let (re, im) = filter.transfer(std::f64::consts::TAU * hz / 48_000.0);
            change += (re * re + im * im) / 100.0;
            rest += ((re - 1.0) * (re - 1.0) + im * im) / 100.0;
        }
        let found =
            (*band.change_db.value().expect("it sounds"), band.null_db.value().expect("it sounds").db());
        assert!((found.0 - 10.0 * change.log10()).abs() < 0.2, "{band:?}");
        assert!((found.1 - 10.0 * rest.log10()).abs() < 0.5, "{band:?}: {}", 10.0 * rest.log10());
    }
}

#[test]
fn bands_end_where_the_rate_does() {
    let signal = noise(8_000, 1);
    let channels: [&[f32]; 1] = [&signal];
    let take = Take { rate_hz: 8_000, channels: &channels, latency_frames: None };
    let bands = Comparison::of(&take, &take, AS_IS).expect("they can be compared").bands;
    assert!((bands[0].middle_hz - 25.12).abs() < 0.01);
    assert!(bands.last().is_some_and(|band| (band.middle_hz - 3_162.3).abs() < 0.1), "{bands:?}");
}

#[test]
fn a_sine_is_in_its_band_alone() {
    let signal = sine(48_000, 1_000.0, 0.5, 96_000);
    let other = sine(48_000, 1_000.0, 0.25, 96_000);
    let found = compared(&signal, &other, AS_IS).expect("they can be compared");
    let band = found.bands.iter().find(|band| (band.middle_hz - 1_000.0).abs() < 1.0).expect("there is one");
    assert!(band.change_db.value().is_some_and(|change| (change + 6.0206).abs() < 1e-4), "{band:?}");
}

#[test]
fn two_runs_of_one_build_are_the_floor() {
    let signal = noise(48_000, 1);
    let run = |seed: u64, gain: f64| -> Vec<f32> {
        let hiss = noise(signal.len(), seed);
        signal.iter().zip(hiss).map(|(x, hiss)| sample(gain) * x + 0.001 * hiss).collect()
    };
    let runs = compared(&run(2, 1.0), &run(3, 1.0), AS_IS).expect("they can be compared");
    let same = compared(&run(4, 1.0), &run(5, 1.0), AS_IS).expect("they can be compared").with_floor(&runs);
    assert_eq!(same.above_floor, Some(false));
    assert_eq!(same.floor.as_ref(), Some(&runs.null));
    let changed =
        compared(&run(4, 1.0), &run(5, 1.01), AS_IS).expect("they can be compared").with_floor(&runs);
    assert_eq!(changed.above_floor, Some(true));
    // Without any noise every difference counts, and none is none.
    let clean = compared(&signal, &signal, AS_IS).expect("they can be compared");
    assert_eq!(clean.clone().with_floor(&clean).above_floor, Some(false));
    assert_eq!(
        compared(&signal, &run(4, 1.0), AS_IS).expect("they can").with_floor(&clean).above_floor,
        Some(true)
    );
}

#[test]
fn what_cannot_be_compared_says_why() {
    let signal = noise(100, 1);
    let channels: [&[f32]; 2] = [&signal, &signal];
    let (one, two) = (take(&channels[..1]), take(&channels));
    assert_eq!(Comparison::of(&two, &one, AS_IS), Err(Unmeasured::ChannelsChanged { given: 2, answered: 1 }));
    let other = Take { rate_hz: 44_100, ..two };
    assert_eq!(
        Comparison::of(&two, &other, AS_IS),
        Err(Unmeasured::RatesDiffer { before_hz: 48_000, after_hz: 44_100 })
    );
    assert_eq!(
        compared(&signal, &[0.0, f32::INFINITY], AS_IS),
        Err(Unmeasured::NotFinite { frame: 1, channel: 0 })
    );
    assert!(matches!(compared(&signal, &[], AS_IS), Err(Unmeasured::TooShort { .. })));
    assert!(matches!(Comparison::of(&take(&[]), &take(&[]), AS_IS), Err(Unmeasured::ChannelsChanged { .. })));
    let far = Take { latency_frames: Some(1_000), ..one };
    let near = Take { latency_frames: Some(0), ..one };
    assert!(matches!(Comparison::of(&near, &far, Settings::default()), Err(Unmeasured::TooShort { .. })));
    // From silence to something: no relative figure, but the absolute one.
    let found = compared(&[0.0; 100], &signal, AS_IS).expect("they can be compared");
    assert_eq!(found.null.rms_db, Measured::Unmeasured(Unmeasured::Silent));
    assert!(found.difference_peak_dbfs.db() > -1.0 && !found.within(-80.0));
    let matched = Settings { match_level: true, ..AS_IS };
    assert_eq!(compared(&[0.0; 100], &signal, matched), Err(Unmeasured::Silent));
    // A soft change is within a tolerance that a loud one isn't.
    let soft = shaped(&signal, |x| x + factor(-100.0));
    assert!(compared(&signal, &soft, AS_IS).expect("they can be compared").within(-80.0));
}
