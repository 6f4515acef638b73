//! Tails, and a long time.

use super::numbers::broken;
use crate::{
    bench::{BLOCK, Bench, RATE_HZ, Stereo, Stop},
    difference::peak,
    sizes::Sizes,
    verdict::Found,
    words,
};
use wavecraft_companion_analysis::{level::db, number::real};

/// Where a tail has ended, in dBFS: 16 bits reach to −96.
const ENDED_DBFS: f64 = -90.0;
/// By how much the level may drift in a long run, in dB, and its mean, as a factor of full scale (−60 dBFS).
const DRIFT_DB: f64 = 1.0;
const DRIFT_MEAN: f64 = 0.001;

/// What the processor's own time in a long run may come to, in nanoseconds: a minute. A fast one needs a few seconds.
const LONGEST_NS: u64 = 60_000_000_000;
/// As many parts of ten seconds are played in any case.
const LEAST_WINDOWS: usize = 4;

fn second() -> usize {
    usize::try_from(RATE_HZ).unwrap_or(0)
}

pub(crate) fn tail_ends(bench: &mut Bench<'_>) -> Result<Found, Stop> {
    let mut player = bench.start()?;
    let noise = bench.noise(1.0, RATE_HZ);
    player.play("noise", &noise, Sizes::Fixed(BLOCK))?;
    let part = second() / 10;
    let silence: Stereo = [vec![0.0; part], vec![0.0; part]];
    let limit = bench.limits.tail_seconds;
    let (mut seconds, mut level) = (0.0, f64::NEG_INFINITY);
    while seconds < limit {
        let output = player.play("silence after noise", &silence, Sizes::Fixed(BLOCK))?;
        if broken(&output).is_some() {
            return Ok(Found::skipped("what comes out is no number: see `finite`"));
        }
        level = db(peak(&output));
        if level < ENDED_DBFS {
            return Ok(Found::pass(format!(
                "after noise it is below −90 dBFS within {:.1} s",
                seconds + 0.1
            )));
        }
        seconds += 0.1;
    }
    let told = format!(
        "{limit} s after the noise has ended there are still {} dBFS: −90 is the end of a tail",
        words::level(level)
    );
    Ok(Found::fail(told).with(player.place()))
}

/// The level and the mean of ten seconds.
struct Window {
    rms: f64,
    mean: f64,
    memory: Option<u64>,
}

pub(crate) fn long_run(bench: &mut Bench<'_>) -> Result<Found, Stop> {
    let mut player = bench.start()?;
    let noise = bench.noise(1.0, RATE_HZ);
    let wanted = bench.depth.long_seconds() / 10;
    let mut seen: Vec<Window> = Vec::new();
    let mut took_ns = 0_u64;
    for window in 0..wanted {
        // One that is slow is judged by what it came to.
        if seen.len() >= LEAST_WINDOWS && took_ns > LONGEST_NS {
            break;
        }
        let (mut power, mut sum) = (0.0, 0.0);
        for second in 0..10 {
            let output = player
                .play_timed("noise, again and again", &noise, Sizes::Fixed(BLOCK), |ns| took_ns += ns)?;
            if let Some((frame, channel, value)) = broken(&output) {
                let (value, side) = (words::sample(value), words::side(channel));
                let after = window * 10 + second;
                let told =
                    format!("{value} comes out after {after} s, in frame {frame} of that second ({side})");
                return Ok(Found::fail(told).with(player.place()));
            }
            let samples = output.iter().flatten().map(|sample| f64::from(*sample));
            samples.for_each(|sample| {
                power += sample * sample;
                sum += sample;
            });
        }
        let count = real(noise[0].len() * 20);
        let memory = player.memory_bytes();
        seen.push(Window { rms: (power / count).sqrt(), mean: sum / count, memory });
    }
    let windows = seen.len();
    let minutes = words::signed(real(windows) / 6.0, usize::from(!windows.is_multiple_of(6)));
    // What is allocated at the beginning is in the first half.
    let (Some(half), Some(last)) = (seen.get((windows / 2).saturating_sub(1)), seen.last()) else {
        return Ok(Found::skipped("it takes at least 10 s"));
    };
    if let (Some(half), Some(last)) = (half.memory, last.memory)
        && last.saturating_sub(half) / 1024 > bench.limits.memory_kib
    {
        let told = format!(
            "its memory grew by {} KiB in the second half of {minutes} min; {} KiB is the limit",
            (last - half) / 1024,
            bench.limits.memory_kib
        );
        return Ok(Found::fail(told).with(player.place()));
    }
    let first = &seen[usize::from(windows > 2)];
    let drift_db = if first.rms > 0.0 { db(last.rms / first.rms) } else { 0.0 };
    let mean = last.mean - first.mean;
    if drift_db.abs() > DRIFT_DB || mean.abs() > DRIFT_MEAN {
        let told = format!(
            "in {minutes} min of the same noise its level drifts by {} dB and its mean by {}",
            words::signed(drift_db, 1),
            words::sample(wavecraft_companion_analysis::number::sample(mean))
        );
        return Ok(Found::warn(told).with(player.place()));
    }
    let memory = match (half.memory, last.memory) {
        (Some(half), Some(last)) => format!("its memory grew by {} KiB", last.saturating_sub(half) / 1024),
        _ => "this system doesn't tell its memory".into(),
    };
    Ok(Found::pass(format!(
        "{minutes} min of audio: {memory}, its level drifts by {} dB",
        words::signed(drift_db, 1)
    )))
}
