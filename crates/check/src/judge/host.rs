//! What hosts do: load it, put it on a mono track, stop and jump.

use super::numbers::judged;
use crate::{
    bench::{BLOCK, Bench, RATE_HZ, Stereo, Stop},
    rig::{Trouble, Wanted},
    sizes::Sizes,
    verdict::Found,
    words,
};
use wavecraft_companion_analysis::level::db;
use wavecraft_companion_protocol::parameter::is_refusal;

/// Below this a channel is silent, in dBFS.
const SILENT_DB: f64 = -120.0;
/// By so much more on the other side than on its own, in dB, a signal is on the wrong side.
const SWAPPED_DB: f64 = 6.0;

pub(crate) fn starts(bench: &mut Bench<'_>) -> Result<Found, Stop> {
    match bench.start() {
        Ok(mut player) => {
            let noise = bench.noise(0.05, RATE_HZ);
            player.play("noise", &noise, Sizes::Fixed(BLOCK))?;
            Ok(Found::pass("it is made, prepared and processes a block"))
        }
        Err(Stop { trouble: Trouble::NotStarted(words), .. }) if is_refusal(&words) => {
            Ok(Found::skipped("its parameters are refused: see `parameters`"))
        }
        Err(stop) => Err(stop),
    }
}

fn rms(samples: &[f32]) -> f64 {
    let power: f64 = samples.iter().map(|sample| f64::from(*sample).powi(2)).sum();
    (power / wavecraft_companion_analysis::number::real(samples.len().max(1))).sqrt()
}

pub(crate) fn mono(bench: &mut Bench<'_>) -> Result<Found, Stop> {
    let noise = bench.noise(0.3, RATE_HZ);
    let same: Stereo = [noise[0].clone(), noise[0].clone()];
    let mut stereo = bench.start()?;
    let in_stereo = stereo.play("noise, the same on both sides", &same, Sizes::Fixed(BLOCK))?;
    let mut player = bench.start_as(Wanted { rate_hz: RATE_HZ, channels: 1, condition: None })?;
    let mut dice = bench.dice(31);
    let output = player.play("noise", &noise, Sizes::Fixed(BLOCK))?;
    if let Some(found) = judged(&player, &output, "") {
        return Ok(found);
    }
    let level = db(rms(&output[0]));
    if level < SILENT_DB && db(rms(&in_stereo[0])) > SILENT_DB {
        return Ok(
            Found::fail("it is silent on a mono track, and isn't on a stereo track").with(player.place())
        );
    }
    let values = bench.random_values(player.facts(), &mut dice);
    player.set(&values);
    let output = player.play("noise", &noise, Sizes::Random(bench.dice(32)))?;
    Ok(judged(&player, &output, "").unwrap_or_else(|| Found::pass("it works with one channel")))
}

pub(crate) fn channels(bench: &mut Bench<'_>) -> Result<Found, Stop> {
    let noise = bench.noise(0.3, RATE_HZ);
    let silent = vec![0.0; noise[0].len()];
    let mut over = [0.0; 2];
    let mut place = String::new();
    for (side, over) in over.iter_mut().enumerate() {
        let mut player = bench.start()?;
        let mut input = [silent.clone(), silent.clone()];
        input[side].clone_from(&noise[side]);
        let name = if side == 0 { "noise on the left alone" } else { "noise on the right alone" };
        let output = player.play(name, &input, Sizes::Fixed(BLOCK))?;
        *over = db(rms(&output[1 - side])) - db(rms(&output[side]));
        place = player.place();
    }
    let wrong = over.iter().position(|over| *over > SWAPPED_DB);
    Ok(match wrong {
        None => Found::pass("left comes out on the left, right on the right"),
        Some(side) => {
            let (own, other) = (words::side(side), words::side(1 - side));
            let told = format!(
                "what goes in on the {own} comes out {} dB louder on the {other}{}",
                words::level(over[side]),
                if over[1 - side] > SWAPPED_DB {
                    ", and the other way round: the channels are swapped"
                } else {
                    ""
                }
            );
            Found::fail(told).with(place)
        }
    })
}

pub(crate) fn transport(bench: &mut Bench<'_>) -> Result<Found, Stop> {
    let noise = bench.noise(0.1, RATE_HZ);
    let mut player = bench.start()?;
    if !player.facts().has_transport {
        return Ok(Found::skipped("a plugin's library isn't told of the transport while it is developed"));
    }
    // Loops, jumps far ahead and back, and the largest position that a host may tell.
    let jumps = [0, 48_000, 48_000 * 3_600 * 24, 1, 0, u64::try_from(i64::MAX).unwrap_or(0) - 1_000_000, 0];
    for position in jumps {
        player.seek(position);
        let output = player.play("noise behind a jump of the transport", &noise, Sizes::Fixed(BLOCK))?;
        if let Some(found) = judged(&player, &output, &format!(" after a jump to frame {position}")) {
            return Ok(found);
        }
    }
    for (tempo, playing, name) in [(Some(120.0), false, "stopped"), (None, true, "without a tempo")] {
        let mut player = bench.start()?;
        player.seek(48_000);
        player.play_at(tempo, playing);
        for _ in 0..5 {
            let output = player.play("noise with another transport", &noise, Sizes::Fixed(BLOCK))?;
            if let Some(found) = judged(&player, &output, &format!(" while the transport is {name}")) {
                return Ok(found);
            }
        }
    }
    Ok(Found::pass("numbers come out with a transport that is jumping, stopped, without a tempo"))
}
