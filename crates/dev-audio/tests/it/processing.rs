//! Blocks pass through.

use wavecraft_companion_protocol::child::{FromChild, ToChild};

use crate::companion::Companion;

/// The sample at `index` of a channel: any numbers that differ.
fn noise(frames: usize, seed: f32) -> Vec<f32> {
    (0_u16..).take(frames).map(|index| (f32::from(index) * 0.37 + seed).sin()).collect()
}

fn times(samples: &[f32], factor: f32) -> Vec<f32> {
    samples.iter().map(|sample| sample * factor).collect()
}

fn assert_near(output: &[f32], expected: &[f32]) {
    assert_eq!(output.len(), expected.len());
    let far = output.iter().zip(expected).position(|(a, b)| (a - b).abs() > 1e-6);
    assert_eq!(far, None, "{output:?} isn't {expected:?}");
}

#[test]
fn blocks_of_any_size_come_back_with_the_gain() {
    for channels in [1, 2] {
        let mut companion = Companion::running("gain", channels, channels);
        companion.set("gain_level", -6.0);
        let factor = 10_f32.powf(-6.0 / 20.0);
        for frames in [1, 64, 333, 4096, 1] {
            let input = [noise(frames, 0.0), noise(frames, 1.0)];
            let input = &input[..usize::try_from(channels).unwrap()];
            let slices: Vec<&[f32]> = input.iter().map(Vec::as_slice).collect();
            let output = companion.exchange(&slices);
            assert_eq!(output.len(), input.len());
            for (output, input) in output.iter().zip(input) {
                assert_near(output, &times(input, factor));
            }
        }
    }
}

#[test]
fn a_parameter_is_heard_in_the_next_block() {
    let mut companion = Companion::running("gain", 1, 1);
    let input = noise(64, 0.0);
    assert_near(&companion.exchange(&[&input])[0], &input);
    companion.set("gain_level", 20.0);
    assert_near(&companion.exchange(&[&input])[0], &times(&input, 10.0));
    companion.set("gain_invert", 1.0);
    assert_near(&companion.exchange(&[&input])[0], &times(&input, -10.0));
    companion.set("gain_shape", 1.0);
    assert!(companion.exchange(&[&input])[0].iter().all(|sample| sample.abs() <= 1.0));
}

#[test]
fn one_input_is_heard_on_two_outputs() {
    let mut companion = Companion::running("gain", 1, 2);
    companion.set("gain_invert", 1.0);
    let input = noise(64, 0.0);
    for output in companion.exchange(&[&input]) {
        assert_near(&output, &times(&input, -1.0));
    }
}

#[test]
fn a_bypass_fades_to_the_input_and_back() {
    let mut companion = Companion::running("gain", 2, 2);
    companion.set("gain_level", 6.0);
    let factor = 10_f32.powf(6.0 / 20.0);
    let input = [noise(512, 0.0), noise(512, 1.0)];
    let settled = |companion: &mut Companion, expected: f32| {
        // The published wrapper fades out and in over 2 ms each, in whole blocks.
        companion.exchange(&[&input[0], &input[1]]);
        companion.exchange(&[&input[0], &input[1]]);
        for (output, input) in companion.exchange(&[&input[0], &input[1]]).iter().zip(&input) {
            assert_near(output, &times(input, expected));
        }
    };
    settled(&mut companion, factor);
    companion.set("gain_bypass", 1.0);
    settled(&mut companion, 1.0);
    companion.set("gain_bypass", 0.0);
    settled(&mut companion, factor);
}

#[test]
fn derived_parameters_reach_processors_of_a_main_of_its_own() {
    let mut companion = Companion::running("echo", 1, 1);
    let input = [1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0];
    let echoes = |feedback: f32| vec![1.0, 0.0, 0.0, 1.0, 0.0, 0.0, feedback, 0.0];
    assert_near(&companion.exchange(&[&input])[0], &echoes(0.5));
    // Only the dry sound of both, in the second block too.
    companion.set("echo_output", 0.0);
    companion.set("echo_2_output", 0.0);
    assert_near(&companion.exchange(&[&input])[0], &input);
}

#[test]
fn a_second_prepare_resets_the_same_processors() {
    let mut companion = Companion::running("echo", 1, 1);
    companion.exchange(&[&[1.0, 0.0]]);
    companion.set("echo_feedback", 0.25);
    companion.exchange(&[&[0.0]]);
    companion.say(&ToChild::Stop);
    assert_eq!(companion.prepare(44_100.0), Some(FromChild::Ready));
    companion.say(&ToChild::Start);
    // The echo of the first sound is gone; the parameter, which wasn't sent again, is still set.
    assert_near(&companion.exchange(&[&[1.0, 0.0, 0.0, 0.0]])[0], &[1.0, 0.0, 0.0, 1.0]);
    assert_near(&companion.exchange(&[&[0.0, 0.0, 0.0]])[0], &[0.0, 0.0, 0.25]);
    assert_eq!(companion.hang_up().code(), Some(0));
}

#[test]
fn blocks_that_were_sent_before_a_stop_come_back() {
    let mut companion = Companion::running("gain", 1, 1);
    for _ in 0..4 {
        companion.send(&[&[0.5]]);
    }
    companion.say(&ToChild::Stop);
    // Answered only after the stop was obeyed.
    assert_eq!(companion.prepare(48_000.0), Some(FromChild::Ready));
    assert_eq!(companion.segment.ring.ready(), 4);
}

#[test]
fn denormal_numbers_are_zero_on_the_audio_thread() {
    let mut companion = Companion::running("gain", 1, 1);
    let output = companion.exchange(&[&[f32::MIN_POSITIVE / 2.0, -f32::from_bits(1), f32::MIN_POSITIVE]]);
    assert_eq!(output, [[0.0, 0.0, f32::MIN_POSITIVE]]);
}

#[test]
fn a_nan_passes_and_is_counted() {
    let mut companion = Companion::running("faulty", 2, 2);
    companion.set("faulty_fault", 6.0);
    let output = companion.exchange(&[&[0.5; 8], &[0.5; 8]]);
    assert!(output.iter().flatten().all(|sample| sample.is_nan()));
    companion.set("faulty_fault", 0.0);
    assert_eq!(companion.exchange(&[&[0.5], &[0.5]]), [[0.5], [0.5]]);
    assert_eq!(companion.segment.ring.child().nonfinite, 16);
}
