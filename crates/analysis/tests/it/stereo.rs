//! Two channels, mixed by known factors.

use crate::devices::{db, sample};
use wavecraft_companion_analysis::{Measured, Stereo, Unmeasured, stereo::Image};

/// Left and right from left and right: `[[ll, lr], [rl, rr]]`.
fn mixed(matrix: [[f64; 2]; 2]) -> Image {
    let stereo = Stereo::new(48_000, -20.0).expect("it is a rate");
    let play = |left: f64, right: f64| -> [Vec<f32>; 2] {
        matrix.map(|[of_left, of_right]| {
            let factor = sample(of_left * left + of_right * right);
            stereo.signal().iter().map(|x| factor * x).collect()
        })
    };
    let (left, right, both) = (play(1.0, 0.0), play(0.0, 1.0), play(1.0, 1.0));
    let two = |answer: &[Vec<f32>; 2]| -> Result<Image, Unmeasured> {
        stereo.analyse(&[&left[0], &left[1]], &[&right[0], &right[1]], &[&answer[0], &answer[1]])
    };
    two(&both).expect("it sounds")
}

fn close<T: Copy + Into<f64>>(found: Option<T>, expected: f64) -> bool {
    found.is_some_and(|found| (found.into() - expected).abs() < 1e-4)
}

#[test]
fn what_does_nothing_has_no_crosstalk() {
    let image = mixed([[1.0, 0.0], [0.0, 1.0]]);
    assert!(image.crosstalk_to_left_db.value().is_some_and(|level| level.is_silent()));
    assert!(image.crosstalk_to_right_db.value().is_some_and(|level| level.is_silent()));
    assert!(close(image.gain_difference_db.value().copied(), 0.0));
    assert!(close(image.mono_db.value().map(|level| level.db()), 0.0));
    assert!(close(image.correlation.value().copied(), 1.0));
}

#[test]
fn crosstalk_and_balance_are_those_of_the_matrix() {
    let image = mixed([[1.0, 0.1], [0.01, 0.5]]);
    assert!(close(image.crosstalk_to_right_db.value().map(|level| level.db()), -40.0), "{image:?}");
    assert!(close(image.crosstalk_to_left_db.value().map(|level| level.db()), db(0.2)), "{image:?}");
    assert!(close(image.gain_difference_db.value().copied(), db(0.5)), "{image:?}");
    // Both: 1.1 and 0.51.
    let expected = db(0.5 * 1.61 / (0.5 * (1.1_f64.powi(2) + 0.51_f64.powi(2))).sqrt());
    assert!(close(image.mono_db.value().map(|level| level.db()), expected), "{image:?}");
}

#[test]
fn what_is_inverted_cancels_out_in_mono() {
    let image = mixed([[1.0, 0.0], [0.0, -1.0]]);
    assert!(image.mono_db.value().is_some_and(|level| level.is_silent()), "{image:?}");
    assert!(close(image.correlation.value().copied(), -1.0));
}

#[test]
fn a_side_that_is_silent_says_so() {
    let image = mixed([[1.0, 0.0], [0.0, 0.0]]);
    assert!(close(image.mono_db.value().map(|level| level.db()), -3.0103), "{image:?}");
    assert_eq!(image.crosstalk_to_left_db, Measured::Unmeasured(Unmeasured::Silent));
    assert_eq!(image.gain_difference_db, Measured::Unmeasured(Unmeasured::Silent));
    assert_eq!(image.correlation, Measured::Unmeasured(Unmeasured::Silent));
    // Swapped, all of it is crosstalk: there is nothing straight to compare with.
    let swapped = mixed([[0.0, 1.0], [1.0, 0.0]]);
    assert_eq!(swapped.crosstalk_to_left_db, Measured::Unmeasured(Unmeasured::Silent));
}

#[test]
fn a_processor_that_answers_in_mono_says_so() {
    let stereo = Stereo::new(48_000, -20.0).expect("it is a rate");
    let one: [&[f32]; 1] = [stereo.signal()];
    let two = [stereo.signal(); 2];
    let changed = |answered| Err(Unmeasured::ChannelsChanged { given: 2, answered });
    assert_eq!(stereo.analyse(&two, &two, &one), changed(1));
    assert_eq!(stereo.analyse(&two, &[], &two), changed(0));
    assert!(stereo.analyse(&two, &two, &two).is_ok());
}
