//! Brings two answers to the same time.

use super::take::{Alignment, Take};
use crate::{fourier::Transform, unmeasured::Unmeasured};

/// How far apart two answers are looked for, in seconds.
const FURTHEST_SECONDS: usize = 1;

/// The frames in which a delay is looked for, at most: 22 s at 48 kHz, from the first that isn't silent.
const MOST_FRAMES: usize = 1 << 20;

/// The least correlation, of 1, at which two signals are one delayed.
const ALIKE: f64 = 0.3;

/// How many frames later the second is.
pub(super) fn delay(before: &Take<'_>, after: &Take<'_>, alignment: Alignment) -> Result<isize, Unmeasured> {
    match alignment {
        Alignment::AsIs => Ok(0),
        Alignment::ByLatency => match (before.latency_frames, after.latency_frames) {
            (Some(before), Some(after)) => Ok(signed(after) - signed(before)),
            _ => Err(Unmeasured::LatencyUnknown),
        },
        Alignment::Found => found(before, after),
    }
}

fn signed(frames: usize) -> isize {
    isize::try_from(frames).unwrap_or(isize::MAX)
}

/// The delay of the largest cross-correlation `r(d) = Σ before(n)·after(n + d)`, added over the channels: the inverse transform of
/// `conj(B)·A`.
fn found(before: &Take<'_>, after: &Take<'_>) -> Result<isize, Unmeasured> {
    let furthest = FURTHEST_SECONDS * usize::try_from(before.rate_hz).unwrap_or(usize::MAX);
    let begin = begin(before).min(begin(after));
    let stretch = |take: &Take<'_>, channel: usize| -> Vec<f64> {
        take.channels[channel].iter().skip(begin).take(MOST_FRAMES).copied().map(f64::from).collect()
    };
    let longest =
        before.channels[0].len().max(after.channels[0].len()).saturating_sub(begin).min(MOST_FRAMES);
    let transform = Transform::new((longest + furthest + 1).next_power_of_two());
    let mut sum = vec![0.0; transform.frames()];
    let (mut power_before, mut power_after) = (0.0, 0.0);
    for channel in 0..before.channels.len() {
        let (first, second) = (stretch(before, channel), stretch(after, channel));
        power_before += first.iter().map(|sample| sample * sample).sum::<f64>();
        power_after += second.iter().map(|sample| sample * sample).sum::<f64>();
        let (first, second) = (transform.forward(first), transform.forward(second));
        let product = first.iter().zip(&second).map(|(first, second)| first.conj() * second).collect();
        for (sum, value) in sum.iter_mut().zip(transform.inverse(product)) {
            *sum += value;
        }
    }
    let power = (power_before * power_after).sqrt();
    if power == 0.0 {
        return Err(Unmeasured::Silent);
    }
    // From the least delay on, so that the least of equals is found.
    let furthest = signed(furthest);
    let delays = (0..=furthest).flat_map(|delay| [delay, -delay]);
    let value = |delay: isize| {
        let index = usize::try_from(delay.rem_euclid(signed(sum.len()))).unwrap_or(0);
        sum[index].abs()
    };
    let (delay, largest) = delays.fold((0, 0.0), |(best, largest), delay| {
        if value(delay) > largest * (1.0 + 1e-9) { (delay, value(delay)) } else { (best, largest) }
    });
    if largest < ALIKE * power { Err(Unmeasured::LatencyUnknown) } else { Ok(delay) }
}

/// The first frame that isn't silent.
fn begin(take: &Take<'_>) -> usize {
    let first = |channel: &&[f32]| channel.iter().position(|sample| *sample != 0.0);
    take.channels.iter().filter_map(first).min().unwrap_or(0)
}

/// Stretches of all channels.
type Channels<'a> = Vec<&'a [f32]>;

/// The frames that both have, when the second is moved earlier by `delay`.
pub(super) fn overlapping<'a>(
    before: &Take<'a>,
    after: &Take<'a>,
    delay: isize,
) -> Result<(Channels<'a>, Channels<'a>), Unmeasured> {
    let (skip_before, skip_after) =
        if delay < 0 { (delay.unsigned_abs(), 0) } else { (0, delay.unsigned_abs()) };
    let left = |take: &Take<'_>, skip: usize| take.channels[0].len().saturating_sub(skip);
    let frames = left(before, skip_before).min(left(after, skip_after));
    if frames == 0 {
        let needed = delay.unsigned_abs() + 1;
        return Err(Unmeasured::TooShort {
            frames: needed.saturating_sub(1).min(before.channels[0].len()),
            needed,
        });
    }
    let cut = |take: &Take<'a>, skip: usize| {
        take.channels.iter().map(|channel| &channel[skip..skip + frames]).collect()
    };
    Ok((cut(before, skip_before), cut(after, skip_after)))
}
