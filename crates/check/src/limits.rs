//! What is still good. Each default has its reason; `[check]` of `wavecraft.toml` sets others.

use serde::{Deserialize, Serialize};

/// How much is tried.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Depth {
    /// Less: a minute of audio in the long run.
    Quick,
    /// Ten minutes of audio in the long run.
    #[default]
    Standard,
    /// An hour of audio, and eight times as many random values.
    Full,
}

impl Depth {
    /// Audio of the long run, in seconds.
    pub(crate) fn long_seconds(self) -> usize {
        match self {
            Self::Quick => 60,
            Self::Standard => 600,
            Self::Full => 3600,
        }
    }

    /// So many times as many random values.
    pub(crate) fn rounds(self) -> usize {
        if self == Self::Full { 8 } else { 1 }
    }
}

/// What is a click, in dB relative to full scale, where no limit is set. A gain that rises over the full scale within 1 ms in a
/// straight line makes 1/48 = −33.6 dB at 48 kHz.
pub const CLICK_DB: f64 = -30.0;

/// The limits.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// Two outputs that differ by no more than this are the same, in dB relative to the louder's peak. −100: less than the step of 16
    /// bits (−96 dB), and more than what sums of single precision in another order leave (−140 to −110 dB).
    pub same_db: f64,
    /// The loudest click of a parameter, in dB relative to full scale: what the second difference of the output rises by. A louder one
    /// fails. `None`: one above [`CLICK_DB`] warns, as many a published processor smooths nothing.
    pub click_db: Option<f64>,
    /// The longest tail, in seconds, until it is below −90 dB relative to full scale. 30: longer than the reverb of any hall.
    pub tail_seconds: f64,
    /// The most that a response may differ between sample rates, in dB, from 40 Hz to 5 kHz. 2: a filter of fourth order at 1 kHz made
    /// by the bilinear transform differs by 1.4 dB at 5 kHz between 44.1 and 96 kHz; a cutoff that is fixed in samples, by 6.
    pub rate_db: f64,
    /// The most memory that may be added in the second half of the long run, in KiB. 512: what an allocator takes at once is 132 KiB
    /// with glibc; 16 bytes a block of 512 frames are 440 KiB in five minutes.
    pub memory_kib: u64,
    /// The median cost in blocks of 64 frames, in percent of real time. 50: above it a slower computer, or a second instance, drops out.
    pub cost_percent: f64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            same_db: -100.0,
            click_db: None,
            tail_seconds: 30.0,
            rate_db: 2.0,
            memory_kib: 512,
            cost_percent: 50.0,
        }
    }
}

impl Limits {
    /// What is a click, in dB relative to full scale.
    pub(crate) fn click(&self) -> f64 {
        self.click_db.unwrap_or(CLICK_DB)
    }

    /// Checks that each is a limit.
    ///
    /// # Errors
    /// Which one isn't, and what is possible, for the user.
    pub fn check(&self) -> Result<(), String> {
        let ranges = [
            ("same_db", self.same_db, -200.0..=0.0),
            ("click_db", self.click(), -120.0..=20.0),
            ("tail_seconds", self.tail_seconds, 0.1..=600.0),
            ("rate_db", self.rate_db, 0.1..=60.0),
            ("cost_percent", self.cost_percent, 0.1..=1000.0),
        ];
        let wrong = ranges.into_iter().find(|(_, value, range)| !range.contains(value));
        wrong.map_or(Ok(()), |(name, value, range)| {
            Err(format!("`{name}` can't be {value}: {} to {} are possible", range.start(), range.end()))
        })
    }
}
