//! Jumps of a parameter that are heard as clicks, and bypass.

use crate::{
    bench::{BLOCK, Bench, Player, RATE_HZ, Stereo, Stop},
    difference::{Difference, peak},
    sizes::Sizes,
    verdict::Found,
    words,
};
use wavecraft_companion_analysis::{
    level::{amplitude, db},
    number::{real, sample},
};
use wavecraft_companion_protocol::parameter::{ParameterSpec, ParameterType};

/// The sine through which a click is heard: its period is 480 frames.
const SINE_HZ: usize = 100;
const PERIOD: usize = 480;
/// Its peak, in dBFS.
const SINE_DBFS: f64 = -12.0;
/// From one jump to the next, in periods: 0.2 s, in which smoothing comes to its end.
const HOLD: usize = 20;
/// The last of them, in which the sound before a jump is looked at.
const STEADY: usize = 4;
/// Where in its period a jump comes, in eighths: at its crossing, on its way, at its peak.
const PHASES: [usize; 4] = [0, 2, 1, 3];

/// A sine that begins at so many eighths of its period.
fn sine(eighths: usize, frames: usize) -> Stereo {
    let value = |frame: usize| {
        let turn = real((frame * SINE_HZ + eighths * 6_000) % 48_000) / 48_000.0;
        sample(amplitude(SINE_DBFS) * (std::f64::consts::TAU * turn).sin())
    };
    let channel: Vec<f32> = (0..frames).map(value).collect();
    [channel.clone(), channel]
}

/// The largest second difference, where it is, and its channel.
fn roughest(signal: &Stereo) -> (f64, usize, usize) {
    let of_channel = |(channel, samples): (usize, &Vec<f32>)| {
        let bend = |(frame, three): (usize, &[f32])| {
            let [a, b, c] = [0, 1, 2].map(|index| f64::from(three[index]));
            ((a - 2.0 * b + c).abs(), frame + 1, channel)
        };
        samples.windows(3).enumerate().map(bend).max_by(|a, b| a.0.total_cmp(&b.0))
    };
    let all = signal.iter().enumerate().filter_map(of_channel);
    all.max_by(|a, b| a.0.total_cmp(&b.0)).unwrap_or_default()
}

fn part(signal: &Stereo, from: usize, to: usize) -> Stereo {
    [signal[0][from..to].to_vec(), signal[1][from..to].to_vec()]
}

struct Click {
    db: f64,
    frame: usize,
    channel: usize,
    /// From and to.
    values: [f32; 2],
    place: String,
}

/// The loudest click as parameters jump from one set of values to the other and back, at different phases of a sine.
fn loudest(player: &mut Player, sets: [&[f32]; 2], told: impl Fn(&[f32]) -> f32) -> Result<Click, Stop> {
    let (frames, steady) = (HOLD * PERIOD, STEADY * PERIOD);
    let mut worst =
        Click { db: f64::NEG_INFINITY, frame: 0, channel: 0, values: [0.0; 2], place: String::new() };
    player.reset();
    for eighths in PHASES {
        player.set(sets[0]);
        // Its end is where the next begins: both are whole periods.
        let mut before = player.play("a sine", &sine(eighths, 2 * frames), Sizes::Fixed(BLOCK))?;
        for (from, to) in [(sets[0], sets[1]), (sets[1], sets[0])] {
            player.set(to);
            let after = player.play("a sine", &sine(eighths, frames), Sizes::Fixed(BLOCK))?;
            let end = before[0].len();
            let seam: Stereo = [0, 1]
                .map(|channel| [&before[channel][end - 2..], &after[channel][..frames - steady]].concat());
            let (bend, frame, channel) = roughest(&seam);
            let usual = roughest(&part(&before, end - steady, end)).0;
            let settled = roughest(&part(&after, frames - steady, frames)).0;
            let click = db((bend - usual.max(settled)).max(0.0));
            if click > worst.db {
                let (values, place) = ([told(from), told(to)], player.place());
                worst = Click { db: click, frame: frame.saturating_sub(2), channel, values, place };
            }
            before = after;
        }
    }
    Ok(worst)
}

fn click_told(spec: &ParameterSpec, click: &Click) -> String {
    format!(
        "`{}` clicks at {} dB relative to full scale when it jumps from {} to {}, {} frames behind the jump ({})",
        spec.id,
        words::level(click.db),
        spec.text_of(click.values[0]),
        spec.text_of(click.values[1]),
        click.frame,
        words::side(click.channel)
    )
}

pub(crate) fn parameter_clicks(bench: &mut Bench<'_>) -> Result<Found, Stop> {
    let mut player = bench.start()?;
    let (specs, defaults) = (player.facts().specs.clone(), player.defaults());
    let bypasses = player.facts().bypasses.clone();
    let mut hard: Vec<(String, String)> = Vec::new();
    let mut soft: Vec<(String, String)> = Vec::new();
    let (mut tried, mut most) = (0_usize, f64::NEG_INFINITY);
    for (index, spec) in specs.iter().enumerate().filter(|(_, spec)| !bypasses.contains(&spec.id)) {
        tried += 1;
        let [mut low, mut high] = [defaults.clone(), defaults.clone()];
        (low[index], high[index]) = (spec.min, spec.max);
        let click = loudest(&mut player, [&low, &high], |values| values[index])?;
        most = most.max(click.db);
        if click.db > bench.limits.click() {
            let told = (click_told(spec, &click), click.place);
            // A switch or a choice is seldom automated.
            if bench.limits.click_db.is_some() && spec.kind == ParameterType::Float {
                hard.push(told)
            } else {
                soft.push(told)
            }
        }
    }
    if tried == 0 {
        return Ok(Found::skipped("it has no parameters"));
    }
    let limit = words::level(bench.limits.click());
    let is_hard = !hard.is_empty();
    let mut clicks = hard.into_iter().chain(soft);
    let Some((told, place)) = clicks.next() else {
        return Ok(Found::pass(format!(
            "jumps of {tried} parameters click at {} dB at most; {limit} is the limit",
            words::level(most)
        )));
    };
    let told = format!("{told}; {limit} dB is the limit");
    let found = if is_hard { Found::fail(told) } else { Found::warn(told) }.with(place);
    Ok(clicks.fold(found, |found, (told, _)| found.with(format!("also: {told}"))))
}

pub(crate) fn bypass(bench: &mut Bench<'_>) -> Result<Found, Stop> {
    let mut player = bench.start()?;
    let facts = player.facts().clone();
    if facts.bypasses.is_empty() {
        return Ok(Found::skipped("it has no parameter that bypasses it"));
    }
    let off = player.defaults();
    let on = |spec: (&ParameterSpec, &f32)| {
        if facts.bypasses.contains(&spec.0.id) { spec.0.max } else { *spec.1 }
    };
    let on: Vec<f32> = facts.specs.iter().zip(&off).map(on).collect();
    let noise = bench.noise(0.3, RATE_HZ);
    player.play("noise", &noise, Sizes::Fixed(BLOCK))?;
    player.set(&on);
    player.play("noise", &noise, Sizes::Fixed(BLOCK))?;
    let output = player.play("noise", &noise, Sizes::Fixed(BLOCK))?;
    let limit_db = bench.limits.same_db;
    if let Some(difference) = Difference::of(&noise, &output, limit_db) {
        let delayed = |channel: usize| {
            let latency = facts.latency_frames.min(noise[channel].len());
            let start = noise[channel].len() - latency;
            [&noise[channel][start..], &noise[channel][..start]].concat()
        };
        if Difference::of(&[delayed(0), delayed(1)], &output, limit_db).is_some() {
            let told =
                format!("what it makes while bypassed isn't its input: it differs {}", difference.told());
            return Ok(Found::fail(told).with(player.place()));
        }
    } else if facts.latency_frames > 0 {
        let told = format!(
            "bypassed, its input comes out at once, while it reports {} frames of latency: hosts expect it as late",
            facts.latency_frames
        );
        return Ok(Found::warn(told).with(player.place()));
    }
    debug_assert!(peak(&noise) > 0.0, "silence would pass as anything");
    let index = facts.specs.iter().position(|spec| facts.bypasses.contains(&spec.id)).unwrap_or(0);
    let click = loudest(&mut player, [&off, &on], |values| values[index])?;
    if click.db > bench.limits.click() {
        let told = click_told(&facts.specs[index], &click);
        let limit = words::level(bench.limits.click());
        return Ok(Found::warn(format!("{told}; {limit} dB is the limit")).with(click.place));
    }
    Ok(Found::pass(format!(
        "bypassed, the input comes out; switching clicks at {} dB",
        words::level(click.db)
    )))
}
