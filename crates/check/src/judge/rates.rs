//! Any sample rate, and the same sound at each.

use super::{numbers::judged, response::Response};
use crate::{
    bench::{BLOCK, Bench, Stop},
    rig::Wanted,
    sizes::Sizes,
    verdict::Found,
    words,
};

/// The rates that are tried, in Hz.
const RATES_HZ: [u32; 12] =
    [8_000, 11_025, 16_000, 22_050, 32_000, 44_100, 48_000, 88_200, 96_000, 176_400, 192_000, 384_000];
/// Those that are compared.
const COMPARED_HZ: [u32; 3] = [48_000, 44_100, 96_000];
/// By how much the middle of an impulse response may move: a share, and what is nothing, in seconds.
const MIDDLE_SHARE: f64 = 0.2;
const MIDDLE_SECONDS: f64 = 0.001;

fn at(rate_hz: u32) -> Wanted {
    Wanted { rate_hz, channels: 2, condition: None }
}

pub(crate) fn sample_rates(bench: &mut Bench<'_>) -> Result<Found, Stop> {
    let mut dice = bench.dice(41);
    for rate_hz in RATES_HZ {
        let mut player = bench.start_as(at(rate_hz))?;
        let noise = bench.noise(0.1, rate_hz);
        for set in 0..2 {
            if set > 0 {
                let values = bench.random_values(player.facts(), &mut dice);
                player.set(&values);
            }
            let output = player.play("noise", &noise, Sizes::Fixed(BLOCK))?;
            if let Some(found) = judged(&player, &output, "") {
                return Ok(found);
            }
        }
    }
    Ok(Found::pass(format!("numbers come out at {} rates from 8 to 384 kHz", RATES_HZ.len())))
}

pub(crate) fn rate_independence(bench: &mut Bench<'_>) -> Result<Found, Stop> {
    let mut reference: Option<Response> = None;
    for rate_hz in COMPARED_HZ {
        let mut player = bench.start_as(at(rate_hz))?;
        let response = match Response::of(&mut player, rate_hz)? {
            Ok(response) => response,
            Err(why) => return Ok(Found::skipped(why)),
        };
        let Some(reference) = &reference else {
            reference = Some(response);
            continue;
        };
        let (other, usual) = (words::rate(rate_hz), words::rate(COMPARED_HZ[0]));
        if let Some((hz, by_db)) = reference.differs(&response)
            && by_db.abs() > bench.limits.rate_db
        {
            let told = format!(
                "at {other} it differs from {usual} by {} dB at {hz:.0} Hz; {} dB is the limit",
                words::signed(by_db, 1),
                bench.limits.rate_db
            );
            return Ok(Found::fail(told).with(player.place()));
        }
        let (before, after) = (reference.middle_seconds, response.middle_seconds);
        if (before - after).abs() > MIDDLE_SECONDS + MIDDLE_SHARE * before.max(after) {
            let told = format!(
                "at {other} an impulse sounds for another time than at {usual}: the middle of its energy comes after {:.1} ms instead \
                 of {:.1}",
                after * 1000.0,
                before * 1000.0
            );
            return Ok(Found::fail(told).with(player.place()));
        }
    }
    Ok(Found::pass(format!(
        "the response is the same within {} dB at 44.1, 48 and 96 kHz",
        bench.limits.rate_db
    )))
}
