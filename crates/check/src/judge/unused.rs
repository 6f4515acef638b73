//! Parameters that do nothing.

use crate::{
    bench::{BLOCK, Bench, Player, RATE_HZ, Stereo, Stop},
    difference::Difference,
    sizes::Sizes,
    verdict::Found,
};

/// A change below this is none, in dB relative to the peak.
const NOTHING_DB: f64 = -140.0;
/// Noise for each value, in seconds; what does nothing then gets the longer one: a delay may be longer than the first.
const SECONDS: [f64; 2] = [0.2, 3.0];
/// Sets of the other parameters in which it is tried: the defaults, and random ones.
const SETS: u64 = 4;

fn answer(player: &mut Player, values: &[f32], signal: &Stereo) -> Result<Stereo, Stop> {
    player.set(values);
    // What was set arrives before the reset: a bypass would fade else.
    player.play("silence", &[vec![0.0; BLOCK], vec![0.0; BLOCK]], Sizes::Fixed(BLOCK))?;
    player.reset();
    player.play("noise", signal, Sizes::Fixed(BLOCK))
}

/// Whether it does something with the others at these values.
fn does_something(
    player: &mut Player,
    index: usize,
    others: &[f32],
    signal: &Stereo,
    usual: &Stereo,
) -> Result<bool, Stop> {
    let spec = player.facts().specs[index].clone();
    for value in [spec.min, spec.max, spec.nearest((spec.min + spec.max) / 2.0)] {
        let mut values = others.to_vec();
        values[index] = value;
        if value != others[index]
            && Difference::of(usual, &answer(player, &values, signal)?, NOTHING_DB).is_some()
        {
            return Ok(true);
        }
    }
    Ok(false)
}

pub(crate) fn unused_parameters(bench: &mut Bench<'_>) -> Result<Found, Stop> {
    let mut player = bench.start()?;
    let facts = player.facts().clone();
    // What a bypass does is another test's, and bypassing what does nothing does nothing.
    let is_own = |index: &usize| !facts.bypasses.contains(&facts.specs[*index].id);
    let mut left: Vec<usize> = (0..facts.specs.len()).filter(is_own).collect();
    if left.is_empty() {
        return Ok(Found::skipped("it has no parameters"));
    }
    let count = left.len();
    for seconds in SECONDS {
        for set in 0..SETS {
            let others = match set {
                0 => player.defaults(),
                _ => bench.random_values(&facts, &mut bench.dice(50 + set)),
            };
            if left.is_empty() {
                break;
            }
            // Music is louder and softer by turns.
            let mut signal = bench.noise(seconds, RATE_HZ);
            for channel in &mut signal {
                let quarter = channel.len() / 4;
                channel[quarter..2 * quarter].iter_mut().for_each(|sample| *sample *= 0.01);
                channel[3 * quarter..].fill(0.0);
            }
            let usual = answer(&mut player, &others, &signal)?;
            let again = answer(&mut player, &others, &signal)?;
            if Difference::of(&usual, &again, NOTHING_DB).is_some() {
                return Ok(Found::skipped(
                    "two runs after a reset differ anyhow: see `reset` and `deterministic`",
                ));
            }
            let mut still = Vec::new();
            for index in left {
                if !does_something(&mut player, index, &others, &signal, &usual)? {
                    still.push(index);
                }
            }
            left = still;
        }
    }
    let ids: Vec<String> = left.iter().map(|index| format!("`{}`", facts.specs[*index].id)).collect();
    Ok(match ids.as_slice() {
        [] => Found::pass(format!("each of {count} parameters changes the sound")),
        [one] => Found::warn(format!("{one} changes nothing, whatever it and the others are set to"))
            .with(player.place()),
        _ => {
            Found::warn(format!("{} change nothing, whatever they and the others are set to", ids.join(", ")))
                .with(player.place())
        }
    })
}
