//! The companion's time reaches the processor with each block.

use wavecraft_ring::BlockTime;

use crate::companion::Companion;

/// Where an impulse comes out again, in frames after it.
fn echoes(companion: &mut Companion) -> Vec<usize> {
    let mut out = Vec::new();
    for block in 0..200 {
        let mut input = vec![0.0; 512];
        input[0] = if block == 0 { 1.0 } else { 0.0 };
        out.extend(companion.exchange(&[&input, &input])[0].iter().copied());
    }
    (0..out.len()).filter(|at| out[*at] != 0.0).collect()
}

#[test]
fn an_echo_of_a_beat_comes_at_its_sample_at_every_tempo() {
    let mut companion = Companion::running("beat", 2, 2);
    // 60 × 48,000 ÷ tempo, to the nearest frame; the tempo changes while it plays.
    for (tempo, frames) in [(120.0, 24_000), (98.0, 29_388), (60.0, 48_000), (999.0, 2883), (133.3, 21_605)] {
        companion.time = BlockTime { tempo: Some(tempo), position: 0, playing: true };
        assert_eq!(echoes(&mut companion), [0, frames], "{tempo} BPM");
    }
}

#[test]
fn without_a_tempo_or_with_an_impossible_one_there_is_none() {
    let mut companion = Companion::running("beat", 2, 2);
    for tempo in [None, Some(19.0), Some(f64::NAN)] {
        companion.time = BlockTime { tempo, ..BlockTime::default() };
        assert_eq!(echoes(&mut companion), [0], "{tempo:?}");
    }
}
