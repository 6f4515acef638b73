//! What a build changed, told from its document and from that of the build before.

use super::document::Document;
use crate::{
    cost::Cost,
    level::Level,
    words::{change, hertz, number, percent},
};
use serde::{Deserialize, Serialize};
use std::fmt;

/// The least change of a response that is told, in dB.
const LEAST_DB: f64 = 0.05;
/// The least change of distortion that is told, as a share of the larger one.
const LEAST_OF_THD: f64 = 0.05;
/// Distortion below this is rounding, in percent: −100 dB.
const LEAST_THD_PERCENT: f64 = 0.001;
/// The least change of noise that is told, in dB.
const LEAST_OF_NOISE_DB: f64 = 1.0;
/// Noise below this is rounding, in dBFS.
const LEAST_NOISE_DBFS: f64 = -140.0;
/// The least change of cost that is told, as a share of the cost before. Two runs of one build differ by up to a tenth.
const LEAST_OF_COST: f64 = 0.15;
/// The least change of cost that is told, in percent of a core.
const LEAST_COST_PERCENT: f64 = 0.02;
/// A null this deep is a rounding of the last bit of a sample, in dB.
const ROUNDING_DB: f64 = -120.0;

/// One figure that changed.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(tag = "figure", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Change {
    /// The response, where it changed most.
    Response {
        /// Where, in Hz.
        frequency_hz: f64,
        /// How much louder it became, in dB.
        db: f64,
    },
    /// The total harmonic distortion of the sine whose distortion changed most.
    Thd {
        /// The sine's frequency as the plan has it, in Hz.
        frequency_hz: f64,
        /// Before, in percent.
        before_percent: f64,
        /// Now, in percent.
        percent: f64,
    },
    /// The latency that was found.
    Latency {
        /// Before, in frames.
        before_frames: f64,
        /// Now, in frames.
        frames: f64,
    },
    /// The noise for silent input.
    Noise {
        /// Before, in dBFS.
        before_dbfs: Level,
        /// Now, in dBFS.
        dbfs: Level,
    },
    /// The mean cost of a block, as a share of the time that it lasts.
    Cost {
        /// Before, in percent of a core.
        before_percent: f64,
        /// Now, in percent of a core.
        percent: f64,
    },
}

/// What a build changed.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Changes {
    /// The figures that changed by enough to tell.
    pub figures: Vec<Change>,
    /// How deep the difference of both builds' answers to the sweep is below the older one's, in dB of root mean squares; none if they
    /// couldn't be compared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub null_db: Option<Level>,
    /// The same of two runs of the newer build: what is no lower isn't the change's doing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub floor_db: Option<Level>,
    /// Whether the null is above the floor.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub above_floor: Option<bool>,
}

impl Changes {
    /// What changed from `before` to `after`. The null is that of [`Document::against`] of `after`.
    ///
    /// Figures of documents with other plans or other values of parameters are compared as well: what they differ by may be the values'
    /// doing.
    #[must_use]
    pub fn between(before: &Document, after: &Document) -> Self {
        let all = [
            response(before, after),
            distortion(before, after),
            latency(before, after),
            noise(before, after),
            cost(before, after),
        ];
        let against = after.against.as_ref().and_then(|against| against.value());
        let rms = |null: &crate::compare::Null| null.rms_db.value().copied();
        Self {
            figures: all.into_iter().flatten().collect(),
            null_db: against.and_then(|against| rms(&against.null)),
            floor_db: against.and_then(|against| against.floor.as_ref()).and_then(rms),
            above_floor: against.and_then(|against| against.above_floor),
        }
    }

    /// Whether the two sound the same, as far as can be told: nothing is left of their difference but rounding, or no more than two runs of
    /// one build differ by. None if they couldn't be compared.
    #[must_use]
    pub fn same_sound(&self) -> Option<bool> {
        let null = self.null_db?;
        Some(null.db() <= ROUNDING_DB || self.above_floor == Some(false))
    }
}

/// "−0.8 dB at 1 kHz, THD 0.12 % → 0.45 %, null −31.0 dB", or "sounds the same: null −∞ dB".
impl fmt::Display for Changes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut parts: Vec<String> = self.figures.iter().map(ToString::to_string).collect();
        let null = self.null_db.map(|null| format!("null {null} dB"));
        if self.same_sound() == Some(true) {
            let floor = self.floor_db.filter(|floor| !floor.is_silent());
            let runs = floor.map_or_else(String::new, |floor| format!(", two runs of it {floor} dB"));
            write!(f, "sounds the same: {}{runs}", null.unwrap_or_default())?;
            // What is heard didn't change; the cost may have.
            parts = self
                .figures
                .iter()
                .filter(|one| matches!(one, Change::Cost { .. }))
                .map(ToString::to_string)
                .collect();
            return if parts.is_empty() { Ok(()) } else { write!(f, "; {}", parts.join(", ")) };
        }
        parts.extend(null);
        if parts.is_empty() {
            return f.write_str("no figure changed");
        }
        f.write_str(&parts.join(", "))
    }
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Response { frequency_hz, db } => write!(f, "{} at {}", change(db, 1), hertz(frequency_hz)),
            Self::Thd { frequency_hz, before_percent, percent: now } => {
                let at = if frequency_hz.round() == 1_000.0 {
                    String::new()
                } else {
                    format!(" at {}", hertz(frequency_hz))
                };
                write!(f, "THD{at} {} → {}", percent(before_percent), percent(now))
            }
            Self::Latency { before_frames, frames } => {
                let digits = usize::from(before_frames.fract() != 0.0 || frames.fract() != 0.0);
                write!(f, "latency {} → {} frames", number(before_frames, digits), number(frames, digits))
            }
            Self::Noise { before_dbfs, dbfs } => write!(f, "noise {before_dbfs} → {dbfs} dBFS"),
            Self::Cost { before_percent, percent: now } => {
                write!(f, "{} → {} of a core", percent(before_percent), percent(now))
            }
        }
    }
}

fn response(before: &Document, after: &Document) -> Option<Change> {
    let (before, after) = (before.swept.value()?, after.swept.value()?);
    let most = after.response.change_from(&before.response)?;
    let told = most.db.abs() >= LEAST_DB;
    told.then_some(Change::Response { frequency_hz: most.frequency_hz, db: most.db })
}

fn distortion(before: &Document, after: &Document) -> Option<Change> {
    // A sine that fits its transform is up to a bin beside the one that was asked for.
    let asked = |hz: f64| {
        let distance = |one: &f64| (one - hz).abs();
        let nearest = after
            .plan
            .sines_hz
            .iter()
            .copied()
            .min_by(|one, other| distance(one).total_cmp(&distance(other)));
        nearest.unwrap_or(hz)
    };
    let both = before.distortion.iter().filter_map(|one| one.value()).flat_map(|before| {
        let same = after.distortion.iter().filter_map(|one| one.value());
        same.filter(|after| after.frequency_hz == before.frequency_hz).map(move |after| (before, after))
    });
    let changes = both.filter_map(|(before, after)| {
        let (was, now) = (before.thd.value()?.percent, after.thd.value()?.percent);
        let most = was.max(now);
        let told = most >= LEAST_THD_PERCENT && (now - was).abs() >= LEAST_OF_THD * most;
        told.then_some((asked(before.frequency_hz), was, now))
    });
    // By what was added: eight times next to nothing is still next to nothing.
    let added = |(_, was, now): &(f64, f64, f64)| (now - was).abs();
    let (frequency_hz, before_percent, percent) =
        changes.max_by(|one, other| added(one).total_cmp(&added(other)))?;
    Some(Change::Thd { frequency_hz, before_percent, percent })
}

fn latency(before: &Document, after: &Document) -> Option<Change> {
    // The peak of a minimal-phase response moves with its shape; a delay moves the onset too.
    let (before, after) = (before.latency.value()?, after.latency.value()?);
    let moved = before.onset_frames != after.onset_frames && before.to_remove() != after.to_remove();
    moved.then_some(Change::Latency { before_frames: before.peak_frames, frames: after.peak_frames })
}

fn noise(before: &Document, after: &Document) -> Option<Change> {
    let (before_dbfs, dbfs) = (before.idle.value()?.noise_dbfs, after.idle.value()?.noise_dbfs);
    let [was, now] = [before_dbfs, dbfs].map(|level| level.db().max(LEAST_NOISE_DBFS));
    ((now - was).abs() >= LEAST_OF_NOISE_DB).then_some(Change::Noise { before_dbfs, dbfs })
}

fn cost(before: &Document, after: &Document) -> Option<Change> {
    let first = |document: &Document| document.cost.first()?.value().copied();
    let (was, now): (Cost, Cost) = (first(before)?, first(after)?);
    let (before_percent, percent) = (was.real_time_percent, now.real_time_percent);
    // A block that was interrupted moves the mean and not the median.
    let nanoseconds = |cost: Cost| u32::try_from(cost.p50_ns).map_or(f64::MAX, f64::from);
    let share = |was: f64, now: f64| (now - was).abs() >= LEAST_OF_COST * was;
    let told = was.block_frames == now.block_frames
        && (percent - before_percent).abs() >= LEAST_COST_PERCENT
        && share(before_percent, percent)
        && share(nanoseconds(was), nanoseconds(now));
    told.then_some(Change::Cost { before_percent, percent })
}
