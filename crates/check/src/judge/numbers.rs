//! What comes out is a number.

use crate::{
    bench::{BLOCK, Bench, Player, RATE_HZ, Stereo, Stop},
    sizes::Sizes,
    verdict::Found,
    words,
};
use wavecraft_companion_analysis::{Cost, number::real};

/// The largest sample that is one: the companion mutes what is beyond (96 dB over full scale).
const LOUDEST: f32 = 65_536.0;
/// What each signal is played for, in seconds.
const SECONDS: f64 = 0.1;
/// How long it may take until what comes out is a number again, in seconds: a delay line of that length is through by then.
const RECOVERY_SECONDS: f64 = 2.0;
/// Sets of random values.
const SETS: usize = 3;
/// How often everything is moved.
const MOVES: usize = 200;
/// By how much silence may cost more than noise: computing with denormal numbers costs 10 to 100 times as much.
const DEAR: f64 = 4.0;
/// A share of real time, in percent, below which the cost of silence is nobody's concern.
const CHEAP_PERCENT: f64 = 2.0;

/// The first sample that isn't a number, or is beyond any level.
pub(super) fn broken(output: &Stereo) -> Option<(usize, usize, f32)> {
    let first = |(channel, samples): (usize, &Vec<f32>)| {
        let is_bad = |sample: &f32| !sample.is_finite() || sample.abs() > LOUDEST;
        samples.iter().position(is_bad).map(|frame| (frame, channel, samples[frame]))
    };
    output.iter().enumerate().filter_map(first).min_by_key(|(frame, ..)| *frame)
}

/// A failure, if there is such a sample.
pub(super) fn judged(player: &Player, output: &Stereo, when: &str) -> Option<Found> {
    let (frame, channel, value) = broken(output)?;
    let (side, value) = (words::side(channel), words::sample(value));
    Some(Found::fail(format!("{value} comes out{when}, in frame {frame} ({side})")).with(player.place()))
}

fn filled(value: impl Fn(usize) -> f32, rate_hz: u32) -> Stereo {
    let frames = usize::try_from(rate_hz / 10).unwrap_or(0);
    let channel: Vec<f32> = (0..frames).map(value).collect();
    [channel.clone(), channel]
}

fn signals(bench: &Bench<'_>) -> [(&'static str, Stereo); 7] {
    let square = |frame: usize| if frame % 96 < 48 { 1.0 } else { -1.0 };
    let tiny = |frame: usize| f32::from_bits(1 + u32::try_from(frame % 1000).unwrap_or(0));
    [
        ("noise", bench.noise(SECONDS, RATE_HZ)),
        ("silence", filled(|_| 0.0, RATE_HZ)),
        ("an impulse", filled(|frame| if frame == 0 { 1.0 } else { 0.0 }, RATE_HZ)),
        ("a square wave at full scale", filled(square, RATE_HZ)),
        ("a direct current at full scale", filled(|_| 1.0, RATE_HZ)),
        ("denormal numbers", filled(tiny, RATE_HZ)),
        ("silence again", filled(|_| 0.0, RATE_HZ)),
    ]
}

pub(crate) fn finite(bench: &mut Bench<'_>) -> Result<Found, Stop> {
    let mut player = bench.start()?;
    let mut dice = bench.dice(21);
    let signals = signals(bench);
    for set in 0..=SETS * bench.depth.rounds() {
        if set > 0 {
            let values = bench.random_values(player.facts(), &mut dice);
            player.set(&values);
        }
        for (name, signal) in &signals {
            let output = player.play(name, signal, Sizes::Fixed(BLOCK))?;
            if let Some(found) = judged(&player, &output, "") {
                return Ok(found);
            }
        }
        player.reset();
    }
    Ok(Found::pass(
        "numbers come out of noise, silence, an impulse, full scale, direct current and denormal numbers",
    ))
}

pub(crate) fn recovers(bench: &mut Bench<'_>) -> Result<Found, Stop> {
    let sane = bench.noise(0.2, RATE_HZ);
    let mut needed = Vec::new();
    for (name, value) in [("NaN", f32::NAN), ("∞", f32::INFINITY), ("−∞", f32::NEG_INFINITY)] {
        let mut player = bench.start()?;
        player.play("noise", &sane, Sizes::Fixed(BLOCK))?;
        let mut poisoned = sane.clone();
        poisoned.iter_mut().for_each(|channel| channel[..64].fill(value));
        player.play(
            "noise that begins with 64 frames that are no numbers",
            &poisoned,
            Sizes::Fixed(BLOCK),
        )?;
        let wait = bench.noise(RECOVERY_SECONDS, RATE_HZ);
        player.play("noise", &wait, Sizes::Fixed(BLOCK))?;
        let output = player.play("noise", &sane, Sizes::Fixed(BLOCK))?;
        if broken(&output).is_none() {
            continue;
        }
        player.reset();
        let output = player.play("noise after a reset", &sane, Sizes::Fixed(BLOCK))?;
        if let Some(found) = judged(&player, &output, &format!(" after {name} went in, even after a reset")) {
            return Ok(found);
        }
        needed.push(name);
    }
    Ok(Found::pass(match needed.len() {
        0 => "after NaN and infinity it makes numbers again by itself".into(),
        _ => format!("after {} it makes numbers again once it is reset", needed.join(", ")),
    }))
}

pub(crate) fn denormals(bench: &mut Bench<'_>) -> Result<Found, Stop> {
    let mut player = bench.start()?;
    let noise = bench.noise(1.0, RATE_HZ);
    let silence = [vec![0.0; noise[0].len()], vec![0.0; noise[0].len()]];
    let (mut loud, mut quiet) = (Vec::new(), Vec::new());
    player.play_timed("noise", &noise, Sizes::Fixed(64), |ns| loud.push(ns))?;
    for _ in 0..4 {
        let output =
            player.play_timed("silence after noise", &silence, Sizes::Fixed(64), |ns| quiet.push(ns))?;
        let denormal = output.iter().flatten().filter(|sample| sample.is_subnormal()).count();
        if denormal > 0 {
            let first = output.iter().enumerate().find_map(|(channel, samples)| {
                samples.iter().position(|sample| sample.is_subnormal()).map(|frame| (channel, frame))
            });
            let (channel, frame) = first.unwrap_or_default();
            let (value, side) = (words::sample(output[channel][frame]), words::side(channel));
            let told = format!(
                "{denormal} of {} samples that follow noise are denormal numbers, the first in frame {frame} ({side}, {value}): \
                 every plugin behind this one computes slowly with them",
                output.iter().map(Vec::len).sum::<usize>()
            );
            return Ok(Found::warn(told).with(player.place()));
        }
    }
    let cost = |times: &[u64]| Cost::of(times, 64, RATE_HZ).ok();
    let factor = cost(&quiet).zip(cost(&loud)).and_then(|(quiet, loud)| {
        let share = 100.0 * nanoseconds(quiet.p50_ns) * f64::from(RATE_HZ) / (64.0 * 1e9);
        quiet.against(&loud).ok().map(|factor| (factor, share))
    });
    Ok(match factor {
        Some((factor, share)) if factor > DEAR && share > CHEAP_PERCENT => Found::warn(format!(
            "silence after noise costs {factor:.1} times as much as noise, {share:.1} % of real time: it may compute with denormal \
             numbers"
        ))
        .with(player.place()),
        Some((factor, _)) => Found::pass(format!("no denormal number comes out, and silence costs {factor:.1} times what noise does")),
        None => Found::pass("no denormal number comes out"),
    })
}

fn nanoseconds(ns: u64) -> f64 {
    real(usize::try_from(ns).unwrap_or(usize::MAX))
}

pub(crate) fn parameter_ends(bench: &mut Bench<'_>) -> Result<Found, Stop> {
    let mut player = bench.start()?;
    let noise = bench.noise(0.05, RATE_HZ);
    let (specs, defaults) = (player.facts().specs.clone(), player.defaults());
    let ends = |end: fn(&wavecraft_companion_protocol::parameter::ParameterSpec) -> f32| {
        specs.iter().map(end).collect::<Vec<f32>>()
    };
    let (least, most) = (ends(|spec| spec.min), ends(|spec| spec.max));
    let mut sets = vec![least.clone(), most.clone()];
    for index in 0..specs.len() {
        for end in [least[index], most[index]] {
            let mut values = defaults.clone();
            values[index] = end;
            sets.push(values);
        }
    }
    for values in sets {
        player.set(&values);
        let output = player.play("noise", &noise, Sizes::Fixed(BLOCK))?;
        if let Some(found) = judged(&player, &output, "") {
            return Ok(found);
        }
        // One that stays broken would blame the next.
        player.reset();
    }
    Ok(match specs.len() {
        0 => Found::skipped("it has no parameters"),
        count => Found::pass(format!(
            "numbers come out at both ends of {count} parameters, alone and all together"
        )),
    })
}

pub(crate) fn parameter_random(bench: &mut Bench<'_>) -> Result<Found, Stop> {
    let mut player = bench.start()?;
    if player.facts().specs.is_empty() {
        return Ok(Found::skipped("it has no parameters"));
    }
    let (mut dice, mut sizes) = (bench.dice(22), Sizes::Random(bench.dice(23)));
    let noise = bench.noise(0.05, RATE_HZ);
    let moves = MOVES * bench.depth.rounds();
    for _ in 0..moves {
        let values = bench.random_values(player.facts(), &mut dice);
        player.set(&values);
        let size = sizes.next();
        let block = [noise[0][..size].to_vec(), noise[1][..size].to_vec()];
        let output = player.play("noise", &block, Sizes::Fixed(size))?;
        if let Some(found) = judged(&player, &output, "") {
            return Ok(found);
        }
    }
    Ok(Found::pass(format!("numbers come out while all parameters jump at each of {moves} blocks")))
}
