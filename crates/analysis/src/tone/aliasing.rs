//! What a sine's answer has beside the sine and its harmonics.

use crate::{
    coherent::Coherent,
    level::{Level, Ratio},
    number::real,
    unmeasured::{Measured, Unmeasured},
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The highest order that is looked for among what is folded. One bin of some forty would have one by chance.
const ORDERS: usize = 200;

/// How far the strongest bin must stand out of the root mean square of the others, as a factor: 15 dB. Of noise in ten
/// thousand bins the strongest reaches 10 dB, `√(ln n)`.
const STANDS_OUT: f64 = 5.6;

/// Partials that are no harmonics.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Aliasing {
    /// The strongest of them; unmeasured with the level of the noise where none stands out of it.
    pub strongest: Measured<Alias>,
    /// All harmonics of the orders up to 200 that lie above half the rate and are folded back, relative to the fundamental:
    /// the root of the sum of their squares. Noise in their bins is counted too.
    pub folded: Ratio,
}

/// A partial that is no harmonic.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Alias {
    /// Its frequency, in Hz.
    pub frequency_hz: f64,
    /// Its level relative to the fundamental's, in dB.
    pub level_db: Level,
    /// The order of the harmonic that is folded back to this frequency, if one of the first 200 is. None is a hum, a
    /// modulation, or another oscillator.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub folded_order: Option<usize>,
}

pub(super) fn of(coherent: &Coherent, bin: usize, amplitudes: &[f64]) -> Aliasing {
    let fundamental = amplitudes[bin];
    let folded = folded(bin, coherent.frames);
    let power: f64 = folded.keys().map(|bin| amplitudes[*bin].powi(2)).sum();
    Aliasing {
        strongest: strongest(coherent, bin, amplitudes, &folded).into(),
        folded: Ratio::of(power.sqrt() / fundamental),
    }
}

fn strongest(
    coherent: &Coherent,
    bin: usize,
    amplitudes: &[f64],
    folded: &BTreeMap<usize, usize>,
) -> Result<Alias, Unmeasured> {
    let last = amplitudes.len() - 1;
    let mut others: Vec<usize> = (1..last).filter(|other| !other.is_multiple_of(bin)).collect();
    others.sort_by(|one, other| amplitudes[*other].total_cmp(&amplitudes[*one]));
    let Some((first, rest)) = others.split_first() else {
        return Err(Unmeasured::NothingCounted);
    };
    let power: f64 = rest.iter().map(|other| amplitudes[*other].powi(2)).sum();
    let noise = (power / real(rest.len().max(1))).sqrt();
    if amplitudes[*first] <= STANDS_OUT * noise {
        return Err(Unmeasured::BelowNoise {
            floor: Level::of_amplitude(amplitudes[*first] / amplitudes[bin]),
        });
    }
    Ok(Alias {
        frequency_hz: coherent.frequency_hz(*first),
        level_db: Level::of_amplitude(amplitudes[*first] / amplitudes[bin]),
        folded_order: folded.get(first).copied(),
    })
}

/// The bins to which harmonics above half the rate are folded, with their order: n·k frames⁻¹ looks like its distance from the
/// next multiple of the rate. The lowest order counts where two meet.
fn folded(bin: usize, frames: usize) -> BTreeMap<usize, usize> {
    let mut folded = BTreeMap::new();
    for order in (2..=ORDERS).filter(|order| order * bin > frames / 2) {
        let turned = order * bin % frames;
        let place = turned.min(frames - turned);
        if !place.is_multiple_of(bin) {
            folded.entry(place).or_insert(order);
        }
    }
    folded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn harmonics_above_half_the_rate_fold_back() {
        // Of 64 frames: the third harmonic of bin 13 is 39, as 25 is.
        let folded = folded(13, 64);
        assert_eq!(folded.get(&25), Some(&3));
        assert_eq!(folded.get(&12), Some(&4)); // 52
        assert_eq!(folded.get(&1), Some(&5)); // 65
        assert!(!folded.contains_key(&26) && !folded.contains_key(&13));
    }
}
