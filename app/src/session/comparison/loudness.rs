//! How loud two builds are, and the gain that makes one as loud as the other.

use ebur128::{EbuR128, Mode};

/// The greatest gain, either way, in dB: beyond that one of both is next to silence.
const MOST_DB: f64 = 24.0;
/// How often the gain is computed, in frames of a second.
const PER_SECOND: u32 = 1;

/// Meters of the integrated loudness of both (ITU-R BS.1770-4), since they are compared.
#[derive(Default)]
pub(super) struct LoudnessMatch {
    meters: Option<Meters>,
    gain_db: Option<f32>,
}

struct Meters {
    rate: u32,
    after: EbuR128,
    before: EbuR128,
    /// Frames since the gain was computed.
    fresh: u32,
}

impl LoudnessMatch {
    /// Takes samples of both: left and right of the newest build, then of the older one.
    pub(super) fn add(&mut self, pairs: &[[f32; 4]], rate: u32) {
        if self.meters.as_ref().is_none_or(|meters| meters.rate != rate) {
            self.meters = Meters::new(rate);
        }
        let Some(meters) = &mut self.meters else { return };
        let side =
            |at: usize| pairs.iter().flat_map(move |pair| [pair[at], pair[at + 1]]).collect::<Vec<_>>();
        // Two channels of finite samples are never refused.
        let _ = meters.after.add_frames_f32(&side(0));
        let _ = meters.before.add_frames_f32(&side(2));
        meters.fresh = meters.fresh.saturating_add(u32::try_from(pairs.len()).unwrap_or(u32::MAX));
        if meters.fresh >= rate / PER_SECOND {
            meters.fresh = 0;
            self.gain_db = meters.gain_db();
        }
    }

    /// Forgets both, for another comparison.
    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }

    /// The gain of the older build, in dB, to 0.1 dB. None until both were measured for a second, and while one of both is
    /// silent.
    pub(super) fn gain_db(&self) -> Option<f32> {
        self.gain_db
    }
}

impl Meters {
    fn new(rate: u32) -> Option<Self> {
        // With a histogram the memory doesn't grow with the time.
        let meter = || EbuR128::new(2, rate, Mode::I | Mode::HISTOGRAM).ok();
        Some(Self { rate, after: meter()?, before: meter()?, fresh: 0 })
    }

    fn gain_db(&self) -> Option<f32> {
        let gain = self.after.loudness_global().ok()? - self.before.loudness_global().ok()?;
        #[expect(clippy::cast_possible_truncation, reason = "a few decibels, rounded to tenths")]
        let rounded = (gain.clamp(-MOST_DB, MOST_DB) * 10.0).round() as f32 / 10.0;
        gain.is_finite().then_some(rounded)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noise(level: f32) -> impl FnMut() -> f32 {
        let mut state = 1_u32;
        move || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            if state >> 31 == 0 { level } else { -level }
        }
    }

    #[test]
    fn the_gain_is_what_both_differ_by() {
        for (after, before, expected) in
            [(0.1, 0.1, 0.0), (0.1, 0.2, -6.0), (0.5, 0.05, 20.0), (0.5, 0.001, 24.0)]
        {
            let (mut new, mut old) = (noise(after), noise(before));
            let mut matched = LoudnessMatch::default();
            assert_eq!(matched.gain_db(), None);
            for _ in 0..20 {
                let pairs: Vec<[f32; 4]> = (0..4_800).map(|_| [new(), new(), old(), old()]).collect();
                matched.add(&pairs, 48_000);
            }
            let gain_db = matched.gain_db().unwrap();
            assert!((gain_db - expected).abs() < 0.15, "{after} and {before}: {gain_db} dB");
            matched.clear();
            assert_eq!(matched.gain_db(), None);
        }
    }

    #[test]
    fn silence_has_no_gain() {
        let mut matched = LoudnessMatch::default();
        matched.add(&vec![[0.1, -0.1, 0.0, 0.0]; 96_000], 48_000);
        assert_eq!(matched.gain_db(), None);
        matched.add(&[[0.0; 4]; 10], 0);
        assert_eq!(matched.gain_db(), None, "a rate that is none");
    }
}
