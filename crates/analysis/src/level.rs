//! Levels and ratios in decibels.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::fmt;

/// The peak of a full-scale sine divided by its root mean square, √2.
///
/// AES17 refers levels in dBFS to that sine, so a sine that peaks at 1.0 has 0 dBFS, and a square wave as high has 3.01.
pub(crate) const SINE_CREST: f64 = std::f64::consts::SQRT_2;

/// A level or a ratio in dB, where −∞ is a true answer: nothing is left. Never NaN.
///
/// In JSON a number, or the strings `"-Infinity"` and `"Infinity"`, both of which JavaScript's `Number(…)` reads.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct Level(f64);

impl Level {
    /// −∞ dB.
    pub const SILENT: Self = Self(f64::NEG_INFINITY);

    /// A level of so many dB; none for NaN.
    #[must_use]
    pub fn new(db: f64) -> Option<Self> {
        (!db.is_nan()).then_some(Self(db))
    }

    /// `20·log₁₀|amplitude|`, relative to 1. The caller has excluded NaN, which would become −∞.
    pub(crate) fn of_amplitude(amplitude: f64) -> Self {
        Self(db(amplitude).max(f64::NEG_INFINITY))
    }

    /// `10·log₁₀ power`, relative to 1.
    pub(crate) fn of_power(power: f64) -> Self {
        Self::of_amplitude(power.max(0.0).sqrt())
    }

    /// The level in dBFS of a signal with this root mean square, see AES17.
    pub(crate) fn of_rms(rms: f64) -> Self {
        Self::of_amplitude(rms * SINE_CREST)
    }

    /// In dB, −∞ for nothing.
    #[must_use]
    pub fn db(self) -> f64 {
        self.0
    }

    /// The linear factor `10^(dB/20)`, 0 for −∞ dB.
    #[must_use]
    pub fn amplitude(self) -> f64 {
        amplitude(self.0)
    }

    /// Whether it is −∞ dB.
    #[must_use]
    pub fn is_silent(self) -> bool {
        self.0 == f64::NEG_INFINITY
    }
}

/// The linear factor of so many dB, `10^(dB/20)`.
#[must_use]
pub fn amplitude(db: f64) -> f64 {
    10.0_f64.powf(db / 20.0)
}

/// A ratio of amplitudes in dB, `20·log₁₀|ratio|`; −∞ for 0.
#[must_use]
pub fn db(ratio: f64) -> f64 {
    20.0 * ratio.abs().log10()
}

/// The number of dB with the format's precision, else one digit, and with a minus sign: `−31.2`, `−∞`.
impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = format!("{:.*}", f.precision().unwrap_or(1), self.0);
        // What rounds to nothing has no sign.
        let text =
            if text.trim_start_matches(['-', '0', '.']).is_empty() { text.replace('-', "") } else { text };
        f.write_str(&text.replace('-', "−").replace("inf", "∞"))
    }
}

impl Serialize for Level {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            f64::NEG_INFINITY => serializer.serialize_str("-Infinity"),
            f64::INFINITY => serializer.serialize_str("Infinity"),
            db => serializer.serialize_f64(db),
        }
    }
}

impl<'de> Deserialize<'de> for Level {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Form {
            Number(f64),
            Text(String),
        }
        let db = match Form::deserialize(deserializer)? {
            Form::Number(db) => db,
            Form::Text(text) if text == "-Infinity" => f64::NEG_INFINITY,
            Form::Text(text) if text == "Infinity" => f64::INFINITY,
            Form::Text(text) => return Err(de::Error::custom(format!("`{text}` is no level"))),
        };
        Self::new(db).ok_or_else(|| de::Error::custom("NaN is no level"))
    }
}

/// A ratio of amplitudes, as distortion is given: in percent and in dB.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Ratio {
    /// In percent, from 0. More than 100 where what is compared is the louder.
    pub percent: f64,
    /// The same in dB: 0 for 100 %.
    pub db: Level,
}

impl Ratio {
    /// The ratio as a linear factor, 0 or more.
    pub(crate) fn of(factor: f64) -> Self {
        Self { percent: 100.0 * factor, db: Level::of_amplitude(factor) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_level_is_told_with_a_minus_sign_and_nothing_with_infinity() {
        assert_eq!(Level(-31.24).to_string(), "−31.2");
        assert_eq!(format!("{:.2}", Level(0.5)), "0.50");
        assert_eq!(Level(-0.04).to_string(), "0.0");
        assert_eq!(Level(-10.0).to_string(), "−10.0");
        assert_eq!(Level::SILENT.to_string(), "−∞");
    }

    #[test]
    fn full_scale_sine_and_square_have_the_levels_of_aes17() {
        assert!((Level::of_rms(0.5_f64.sqrt()).db()).abs() < 1e-12);
        assert!((Level::of_rms(1.0).db() - 3.010_3).abs() < 1e-4);
    }

    #[test]
    fn nothing_crosses_json() {
        for level in [Level::SILENT, Level(-12.5), Level(f64::INFINITY)] {
            let json = serde_json::to_string(&level).expect("it is a number or a text");
            assert_eq!(serde_json::from_str::<Level>(&json).expect("it was written so"), level, "{json}");
        }
        assert_eq!(serde_json::to_string(&Level::SILENT).expect("a text"), "\"-Infinity\"");
        assert!(serde_json::from_str::<Level>("\"loud\"").is_err());
        assert!(serde_json::from_str::<Level>("null").is_err());
    }
}
