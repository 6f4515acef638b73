//! What is reported, and what it costs.

use crate::{
    bench::{BLOCK, Bench, RATE_HZ, Stop},
    sizes::Sizes,
    verdict::Found,
};
use wavecraft_companion_analysis::{Cost, Impulse, number::real};

/// The block that cost is told for, in frames.
const SMALL: usize = 64;
/// The impulse's level, in dBFS.
const IMPULSE_DBFS: f64 = -12.0;
/// The most places that are told.
const TOLD: usize = 8;

pub(crate) fn latency(bench: &mut Bench<'_>) -> Result<Found, Stop> {
    let mut player = bench.start()?;
    let reported = player.facts().latency_frames;
    let Ok(impulse) = Impulse::new(RATE_HZ, IMPULSE_DBFS) else {
        return Ok(Found::skipped("there is no impulse for this rate"));
    };
    let signal = [impulse.signal().to_vec(), impulse.signal().to_vec()];
    let answer = player.play("an impulse", &signal, Sizes::Fixed(BLOCK))?;
    let found = impulse.analyse(&answer[0], Some(reported));
    let latency = match found.as_ref().map(|found| found.latency.as_result()) {
        Ok(Ok(latency)) => latency,
        Ok(Err(why)) | Err(why) => return Ok(Found::skipped(format!("it can't be measured: {why}"))),
    };
    let (onset, peak) = (latency.onset_frames, latency.peak_frames);
    Ok(match latency.agrees {
        Some(true) => Found::pass(format!("{reported} frames are reported, and that is when an impulse comes out")),
        _ => Found::fail(format!(
            "{reported} frames are reported, and an impulse comes out from frame {onset} on, with its peak in frame {peak:.1}"
        ))
        .with(player.place()),
    })
}

pub(crate) fn realtime(bench: &mut Bench<'_>) -> Result<Found, Stop> {
    let mut player = bench.start()?;
    let mut dice = bench.dice(61);
    let noise = bench.noise(0.05, RATE_HZ);
    for round in 0..40 {
        if round > 0 {
            let values = bench.random_values(player.facts(), &mut dice);
            player.set(&values);
        }
        player.play("noise", &noise, Sizes::Random(bench.dice(62)))?;
    }
    let place = player.place();
    let seen = player.realtime()?;
    if !seen.watched {
        let why = match seen.unwatched.as_slice() {
            [] => "its SDK is older, and `wavecraft update` brings one that watches".into(),
            whys => whys.join(" "),
        };
        return Ok(Found::skipped(format!("not watched: {why}")));
    }
    let unwatched = seen.unwatched.iter().fold(None, |found: Option<Found>, why| {
        Some(
            found
                .unwrap_or_else(|| Found::pass("nothing was seen in `process` of what is watched"))
                .with(why),
        )
    });
    let Some((first, rest)) = seen.violations.split_first() else {
        return Ok(unwatched.unwrap_or_else(|| Found::pass("`process` allocates nothing and calls nothing")));
    };
    let mut found = Found::fail(first.with_counts()).with(place);
    for other in rest.iter().take(TOLD) {
        found = found.with(format!("also: {}", other.with_counts()));
    }
    if rest.len() > TOLD || seen.elsewhere > 0 {
        found = found.with("there are more places: `wavecraft start` tells all");
    }
    Ok(found)
}

pub(crate) fn cost(bench: &mut Bench<'_>) -> Result<Found, Stop> {
    let mut player = bench.start()?;
    let noise = bench.noise(2.0, RATE_HZ);
    let mut times = Vec::new();
    player.play_timed("noise", &noise, Sizes::Fixed(SMALL), |ns| times.push(ns))?;
    let cost = match Cost::of(&times, SMALL, RATE_HZ) {
        Ok(cost) => cost,
        Err(why) => return Ok(Found::skipped(format!("it can't be told: {why}"))),
    };
    let median = real(usize::try_from(cost.p50_ns).unwrap_or(usize::MAX));
    let percent = 100.0 * median * f64::from(RATE_HZ) / (real(SMALL) * 1e9);
    let told = format!("the median block of {SMALL} frames takes {percent:.2} % of real time at 48 kHz");
    let limit = bench.limits.cost_percent;
    Ok(match percent > limit {
        true => Found::warn(format!("{told}; {limit} % is the limit")).with(player.place()),
        false => Found::pass(told),
    })
}
