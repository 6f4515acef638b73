//! Answers of which nothing can be said: each kind of signal says why.

use crate::devices::{delayed, sample};
use wavecraft_companion_analysis::{
    Impulse, Jump, Quiet, Rise, Staircase, Stereo, Sweep, Tone, TwoTones, Unmeasured, noise,
    two_tones::Method,
};

/// A signal, and what its analysis says of an answer, if it is refused.
type Case = (&'static str, Vec<f32>, Box<dyn Fn(&[f32]) -> Option<Unmeasured>>);

fn cases() -> Vec<Case> {
    let sweep = Sweep::new(48_000, -20.0).expect("it is a rate");
    let tone = Tone::new(48_000, 1_000.0, -20.0).expect("it is a rate");
    let tones = TwoTones::new(48_000, Method::Ccif, -20.0).expect("it is a rate");
    let stairs = Staircase::new(48_000).expect("it is a rate");
    let jump = Jump::new(48_000).expect("it is a rate");
    let impulse = Impulse::new(48_000, -20.0).expect("it is a rate");
    let rise = Rise::new(48_000, -20.0).expect("it is a rate");
    let stereo = Stereo::new(48_000, -20.0).expect("it is a rate");
    vec![
        ("sweep", sweep.signal().to_vec(), Box::new(move |answer| sweep.analyse(answer, 0).err())),
        ("tone", tone.signal().to_vec(), Box::new(move |answer| tone.analyse(answer).err())),
        ("tones", tones.signal().to_vec(), Box::new(move |answer| tones.analyse(answer).err())),
        ("stairs", stairs.signal().to_vec(), Box::new(move |answer| stairs.analyse(answer, 0).err())),
        ("jump", jump.signal().to_vec(), Box::new(move |answer| jump.analyse(answer, 0).err())),
        ("impulse", impulse.signal().to_vec(), Box::new(move |answer| impulse.analyse(answer, None).err())),
        ("rise", rise.signal().to_vec(), Box::new(move |answer| rise.analyse(answer).err())),
        (
            "stereo",
            stereo.signal().to_vec(),
            Box::new(move |answer| stereo.analyse(&[answer; 2], &[answer; 2], &[answer; 2]).err()),
        ),
    ]
}

#[test]
fn silence_noise_and_short_answers_say_why() {
    for (name, signal, analyse) in cases() {
        assert_eq!(analyse(&signal), None, "{name}");
        assert_eq!(analyse(&vec![0.0; signal.len()]), Some(Unmeasured::Silent), "{name}");
        assert_eq!(analyse(&vec![-0.0; signal.len()]), Some(Unmeasured::Silent), "{name}");
        let short = Unmeasured::TooShort { frames: 10, needed: signal.len() };
        assert_eq!(analyse(&signal[..10]), Some(short), "{name}");
        assert_eq!(analyse(&[]), Some(Unmeasured::TooShort { frames: 0, needed: signal.len() }), "{name}");
        for bad in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
            let mut broken = signal.clone();
            broken[1_000] = bad;
            let why = Unmeasured::NotFinite { frame: 1_000, channel: 0 };
            assert_eq!(analyse(&broken), Some(why.clone()), "{name}");
            // Before its end came, too.
            assert_eq!(analyse(&broken[..2_000]), Some(why), "{name}");
        }
        // Longer is all right: what is too much isn't looked at.
        let mut long = signal.clone();
        long.extend([f32::NAN; 10]);
        assert_eq!(analyse(&long), None, "{name}");
    }
}

#[test]
fn nothing_panics_on_what_a_processor_may_answer() {
    for (name, signal, analyse) in cases() {
        let frames = signal.len();
        let hiss = noise::white(frames, 0.0, 1).expect("it is a level");
        let mut click = vec![0.0; frames];
        click[frames - 1] = 1.0;
        let answers: [Vec<f32>; 7] = [
            vec![f32::MAX; frames],
            vec![f32::MIN_POSITIVE / 2.0; frames],
            vec![1e-30; frames],
            (0..frames).map(|n| if n % 2 == 0 { 1.0 } else { -1.0 }).collect(),
            hiss,
            click,
            signal.iter().map(|x| x * 1e30).collect(),
        ];
        for (number, answer) in answers.iter().enumerate() {
            // A figure or a reason, whichever: no panic, and no endless loop.
            let _ = (name, number, analyse(answer));
        }
    }
}

#[test]
fn even_silence_must_be_whole() {
    let quiet = Quiet::new(48_000).expect("it is a rate");
    let frames = quiet.signal().len();
    assert_eq!(quiet.analyse(&[0.0; 3]), Err(Unmeasured::TooShort { frames: 3, needed: frames }));
    let mut broken = vec![0.0; frames];
    broken[7] = f32::NAN;
    assert_eq!(quiet.analyse(&broken), Err(Unmeasured::NotFinite { frame: 7, channel: 0 }));
}

/// Answers cut, shifted, scaled and mixed with noise at random: a figure or a reason, whichever.
#[test]
fn nothing_panics_on_answers_at_random() {
    let numbers = noise::white(2_000, 0.0, 99).expect("it is a level");
    let share = |index: usize| f64::from(numbers[index % numbers.len()]).abs();
    let at = |share: f64, most: usize| {
        (0..=most)
            .step_by((most / 97).max(1))
            .nth(usize::from(share > 0.5) * 40 + usize::from(share > 0.8) * 50)
            .unwrap_or(0)
    };
    for (case, (name, signal, analyse)) in cases().into_iter().enumerate() {
        for round in 0..12 {
            let seed = 100 * case + 7 * round;
            let hiss = noise::white(signal.len(), -120.0 * share(seed), 1).expect("it is a level");
            let shift = at(share(seed + 1), signal.len() - 1);
            let gain = (share(seed + 2) * 20.0 - 10.0).exp();
            let answer: Vec<f32> = (0..signal.len())
                .map(|n| {
                    let late = n.checked_sub(shift).map_or(0.0, |n| f64::from(signal[n]));
                    let clipped = (gain * late).clamp(-share(seed + 3), share(seed + 3));
                    sample(clipped) + if round % 2 == 0 { hiss[n] } else { 0.0 }
                })
                .collect();
            let _ = (name, analyse(&answer));
            let _ = analyse(&answer[..answer.len() - at(share(seed + 4), answer.len())]);
        }
    }
}

#[test]
fn the_longest_latency_is_measured() {
    let sweep = Sweep::new(48_000, -20.0).expect("it is a rate");
    let most = 16_384;
    let late = delayed(sweep.signal(), most);
    let swept = sweep.analyse(&late, most).expect("it is just short enough");
    assert!(swept.response.magnitude_db.iter().all(|level| level.db().abs() < 1e-3));
    assert!(sweep.analyse(&late, most + 1).is_err());
    // The wrong way round, too: a latency that isn't there.
    let _ = sweep.analyse(sweep.signal(), most);
}

#[test]
fn a_latency_that_leaves_nothing_is_refused() {
    let stairs = Staircase::new(48_000).expect("it is a rate");
    let refused = |result: Option<Unmeasured>| matches!(result, Some(Unmeasured::LatencyTooLong { .. }));
    assert!(refused(stairs.analyse(stairs.signal(), 48_000).err()));
    let jump = Jump::new(48_000).expect("it is a rate");
    assert!(refused(jump.analyse(jump.signal(), 48_000).err()));
    let sweep = Sweep::new(48_000, -20.0).expect("it is a rate");
    assert!(refused(sweep.analyse(sweep.signal(), 480_000).err()));
}

#[test]
fn reasons_are_sentences() {
    let text = Unmeasured::AboveNyquist { frequency_hz: 10_000.0, nyquist_hz: 4_000.0 }.to_string();
    assert_eq!(text, "10000 Hz is not below half the sample rate, 4000 Hz");
    assert_eq!(
        Unmeasured::TooShort { frames: 1, needed: 2 }.to_string(),
        "it takes 2 frames, and there are 1"
    );
}
