//! The musical time: one for everything that the companion plays.

use serde::{Deserialize, Serialize};
use std::ops::RangeInclusive;

/// The possible tempi, in beats per minute.
pub const TEMPI: RangeInclusive<f64> = 20.0..=999.0;

/// Beats of a bar.
pub const BEATS_OF_A_BAR: u32 = 4;

/// The longest loop, in bars.
pub const MAX_LOOP_BARS: u32 = 64;

/// The furthest beat that can be gone to.
pub const MAX_BEATS: f64 = 1_000_000.0;

/// Notification to every page and every client: [`Transport`]. Sent when it is changed, not while it just goes on.
pub const TRANSPORT_CHANGED: &str = "transportChanged";

/// Where the music is, and whether it goes on.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Transport {
    /// Whether it goes on.
    pub playing: bool,
    /// In beats per minute.
    pub tempo: f64,
    /// The position in frames, from the first bar on.
    pub position_frames: u64,
    /// The same in beats.
    pub position_beats: f64,
    /// Rate in Hz that frames are counted at.
    pub sample_rate: u32,
    /// So many bars from the first on are repeated; absent: none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub loop_bars: Option<u32>,
    /// What of it reaches the project's processor; absent where it is of no project.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reaches: Option<Reaches>,
}

impl Transport {
    /// What else a person has to know of what reaches the processor.
    #[must_use]
    pub fn remark(&self) -> Option<&'static str> {
        self.reaches.and_then(Reaches::remark)
    }
}

/// What of the time reaches a project's processor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Reaches {
    /// Tempo, position and whether it plays; and `reset` on a stop.
    All,
    /// `reset` on a stop: it is a plugin's library, whose interface has no more.
    Reset,
    /// `reset` on a stop: the project asks for no transport.
    None,
}

impl Reaches {
    /// A sentence for a person, where it isn't everything.
    #[must_use]
    pub fn remark(self) -> Option<&'static str> {
        match self {
            Self::All => None,
            Self::Reset => Some(
                "This project's plugin library gets no tempo: Wavecraft 0.12's interface has none. A stop resets it.",
            ),
            Self::None => Some(
                "This project's processor gets no tempo, as in a Wavecraft 0.12 plugin: `transport = none` asks for that. A stop \
                 resets it.",
            ),
        }
    }
}

/// Change the time. What is absent stays as it is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct ChangeTransport {
    /// Play on, or stop there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub playing: Option<bool>,
    /// In beats per minute, in [`TEMPI`]. The beat stays the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tempo: Option<f64>,
    /// Go to this beat, 0 to [`MAX_BEATS`]: 0 is the start.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub position_beats: Option<f64>,
    /// Repeat so many bars from the first on, up to [`MAX_LOOP_BARS`]; 0 for none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub loop_bars: Option<u32>,
}

impl ChangeTransport {
    /// Checks the ranges.
    ///
    /// # Errors
    /// A sentence for the caller.
    pub fn check(&self) -> Result<(), String> {
        if let Some(tempo) = self.tempo.filter(|tempo| !TEMPI.contains(tempo)) {
            return Err(no_tempo(&tempo.to_string()));
        }
        if let Some(beat) = self.position_beats.filter(|beat| !(0.0..=MAX_BEATS).contains(beat)) {
            return Err(format!("a position is beat 0 to {MAX_BEATS}, not {beat}"));
        }
        match self.loop_bars.filter(|bars| *bars > MAX_LOOP_BARS) {
            Some(bars) => Err(format!("a loop has 1 to {MAX_LOOP_BARS} bars, or 0 for none, not {bars}")),
            None => Ok(()),
        }
    }

    /// This one after `before`: of each member the newest counts.
    #[must_use]
    pub fn after(self, before: Self) -> Self {
        Self {
            playing: self.playing.or(before.playing),
            tempo: self.tempo.or(before.tempo),
            position_beats: self.position_beats.or(before.position_beats),
            loop_bars: self.loop_bars.or(before.loop_bars),
        }
    }
}

/// Reads a tempo as a person writes it.
///
/// # Errors
/// It is none, with what is possible.
pub fn read_tempo(text: &str) -> Result<f64, String> {
    let tempo = text.trim().parse().ok().filter(|tempo| TEMPI.contains(tempo));
    tempo.ok_or_else(|| no_tempo(text))
}

fn no_tempo(given: &str) -> String {
    format!("a tempo is {} to {} beats per minute, not {given}", TEMPI.start(), TEMPI.end())
}

/// What a project wants of the time: a part of [`Attach`](crate::control::Attach).
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct ProjectTransport {
    /// What it changes of the time of all.
    #[serde(flatten)]
    pub change: ChangeTransport,
    /// Tell its processor nothing of it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub none: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_out_of_range_is_told_with_the_range() {
        let tempo = |tempo| ChangeTransport { tempo: Some(tempo), ..ChangeTransport::default() }.check();
        assert!(tempo(20.0).is_ok() && tempo(999.0).is_ok());
        for wrong in [19.99, 999.01, -98.0, f64::NAN, f64::INFINITY] {
            assert_eq!(tempo(wrong), Err(format!("a tempo is 20 to 999 beats per minute, not {wrong}")));
        }
        let beat =
            |beat| ChangeTransport { position_beats: Some(beat), ..ChangeTransport::default() }.check();
        assert!(beat(0.0).is_ok() && beat(-0.1).is_err() && beat(f64::NAN).is_err() && beat(1e300).is_err());
        let bars = |bars| ChangeTransport { loop_bars: Some(bars), ..ChangeTransport::default() }.check();
        assert!(bars(0).is_ok() && bars(64).is_ok() && bars(65).is_err());
        assert_eq!(read_tempo(" 98.5 "), Ok(98.5));
        assert!(["", "fast", "nan", "inf", "1000", "19"].into_iter().all(|text| read_tempo(text).is_err()));
    }

    #[test]
    fn of_each_member_the_newest_counts() {
        let first = ChangeTransport { playing: Some(true), tempo: Some(90.0), ..ChangeTransport::default() };
        let newer =
            ChangeTransport { playing: Some(false), loop_bars: Some(4), ..ChangeTransport::default() };
        let both = ChangeTransport { tempo: Some(90.0), ..newer };
        assert_eq!(newer.after(first), both);
    }
}
