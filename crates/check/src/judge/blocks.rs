//! The same, whatever the blocks, again after a reset, and beside another instance.

use crate::{
    bench::{BLOCK, Bench, Player, RATE_HZ, Stereo, Stop},
    difference::Difference,
    rig::Wanted,
    sizes::Sizes,
    verdict::Found,
};
use wavecraft_companion_protocol::condition::Condition;

/// The sizes that are tried beside [`BLOCK`], in frames: the least, a prime, an odd one, powers of two, and the most that there are.
const SIZES: [usize; 6] = [1, 31, 64, 333, 1024, 4096];
/// Noise with each set of values, in seconds.
const SECONDS: f64 = 0.2;

/// A processor and its answers to noise: at its defaults, and with random values.
struct Ran {
    player: Player,
    answers: [Stereo; 2],
}

fn ran(bench: &mut Bench<'_>, sizes: Sizes, condition: Option<Condition>) -> Result<Ran, Stop> {
    let noise = bench.noise(SECONDS, RATE_HZ);
    let mut player = bench.start_as(Wanted { rate_hz: RATE_HZ, channels: 2, condition })?;
    let values = bench.random_values(player.facts(), &mut bench.dice(11));
    let first = player.play("noise", &noise, sizes.clone())?;
    player.set(&values);
    let second = player.play("noise", &noise, sizes)?;
    Ok(Ran { player, answers: [first, second] })
}

/// The first of the two answers that differs, and by what.
fn difference(before: &Ran, after: &Ran, limit_db: f64) -> Option<(usize, Difference)> {
    let pairs = before.answers.iter().zip(&after.answers).enumerate();
    pairs.into_iter().find_map(|(part, (before, after))| {
        Difference::of(before, after, limit_db).map(|difference| (part, difference))
    })
}

/// Where that was.
fn place(ran: &Ran, part: usize) -> String {
    match part {
        0 => "noise, all parameters at their defaults".into(),
        _ => ran.player.place(),
    }
}

/// Two processors that were started one after the other, or that they differ.
fn reference(bench: &mut Bench<'_>) -> Result<Result<Ran, Found>, Stop> {
    let first = ran(bench, Sizes::Fixed(BLOCK), None)?;
    let second = ran(bench, Sizes::Fixed(BLOCK), None)?;
    Ok(match difference(&first, &second, bench.limits.same_db) {
        Some(_) => Err(Found::skipped(
            "two runs of the same differ anyhow, so nothing can be told from a difference: see `deterministic`",
        )),
        None => Ok(first),
    })
}

pub(crate) fn deterministic(bench: &mut Bench<'_>) -> Result<Found, Stop> {
    let first = ran(bench, Sizes::Fixed(BLOCK), None)?;
    let second = ran(bench, Sizes::Fixed(BLOCK), None)?;
    Ok(match difference(&first, &second, bench.limits.same_db) {
        None => Found::pass("two processors answer the same noise in the same way"),
        Some((part, difference)) => {
            Found::fail(format!("the second of two runs differs {}", difference.told()))
                .with(place(&second, part))
        }
    })
}

pub(crate) fn block_sizes(bench: &mut Bench<'_>) -> Result<Found, Stop> {
    let reference = match reference(bench)? {
        Ok(reference) => reference,
        Err(skipped) => return Ok(skipped),
    };
    let random = Sizes::Random(bench.dice(12));
    for sizes in SIZES.map(Sizes::Fixed).into_iter().chain([random]) {
        let told = sizes.told();
        let other = ran(bench, sizes, None)?;
        if let Some((part, difference)) = difference(&reference, &other, bench.limits.same_db) {
            let said = difference.told();
            let found = Found::fail(format!(
                "in blocks of {told} it differs from what it does in blocks of {BLOCK}: {said}"
            ));
            return Ok(found.with(place(&other, part)));
        }
    }
    let sizes: Vec<String> = SIZES.iter().map(ToString::to_string).collect();
    Ok(Found::pass(format!(
        "the same in blocks of {} and random sizes as in blocks of {BLOCK}",
        sizes.join(", ")
    )))
}

pub(crate) fn reset(bench: &mut Bench<'_>) -> Result<Found, Stop> {
    let noise = bench.noise(SECONDS, RATE_HZ);
    let first = match reference(bench)? {
        Ok(reference) => reference.answers[0].clone(),
        Err(skipped) => return Ok(skipped),
    };
    let mut player = bench.start()?;
    let values = bench.random_values(player.facts(), &mut bench.dice(13));
    let defaults = player.defaults();
    for disturbance in ["what was played before", "other values before"] {
        player.play("noise", &noise, Sizes::Fixed(BLOCK))?;
        if disturbance.starts_with("other") {
            player.set(&values);
            player.play("noise", &noise, Sizes::Fixed(BLOCK))?;
            player.set(&defaults);
            // A value on its way may arrive.
            player.play("noise", &noise, Sizes::Fixed(BLOCK))?;
        }
        player.reset();
        let again = player.play("noise", &noise, Sizes::Fixed(BLOCK))?;
        if let Some(difference) = Difference::of(&first, &again, bench.limits.same_db) {
            let found = Found::fail(format!(
                "after a reset it still knows {disturbance}: it differs {}",
                difference.told()
            ));
            return Ok(found.with(player.place()));
        }
    }
    Ok(Found::pass("after a reset it does what a new one does"))
}

pub(crate) fn instances(bench: &mut Bench<'_>) -> Result<Found, Stop> {
    let alone = match reference(bench)? {
        Ok(reference) => reference,
        Err(skipped) => return Ok(skipped),
    };
    let beside = ran(bench, Sizes::Fixed(BLOCK), Some(Condition::Twin))?;
    if !beside.player.meets(Condition::Twin) {
        return Ok(Found::skipped(
            "its `dev-audio` doesn't say how to make a second chain: `wavecraft update` brings an SDK whose `run!` does; in a \
             `main` of your own, call `again`",
        ));
    }
    Ok(match difference(&alone, &beside, bench.limits.same_db) {
        None => Found::pass("a second one in the same process changes nothing"),
        Some((part, difference)) => Found::fail(format!(
            "beside a second one in the same process it differs {}: they share state, as in a `static`",
            difference.told()
        ))
        .with(place(&beside, part)),
    })
}
