//! Reads a signal from its text.

use super::{
    bad::BadSignal,
    kind::SignalKind,
    made::{Colour, TestSignal},
    number::{Hertz, Level, Seconds, decimal, signed},
};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};
use std::{ops::RangeInclusive, str::FromStr};

/// Parses the form of the module above.
impl FromStr for TestSignal {
    type Err = BadSignal;

    fn from_str(text: &str) -> Result<Self, BadSignal> {
        let kind = SignalKind::of(text).ok_or_else(|| BadSignal::unknown(text))?;
        read(kind, &text[kind.name().len()..]).map_err(|what| BadSignal::new(text, kind, what))
    }
}

/// As its text.
impl Serialize for TestSignal {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for TestSignal {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

/// Reads what follows the name. An error says what is wrong.
fn read(kind: SignalKind, rest: &str) -> Result<TestSignal, String> {
    let (numbers, level) = match rest.split_once('@') {
        Some((numbers, level)) => (numbers, Some(level)),
        None => (rest, None),
    };
    let usual = TestSignal::usual(kind);
    let signal = match numbers.strip_prefix(':') {
        Some(numbers) => with(usual, numbers)?,
        None => usual,
    };
    match (level, signal) {
        (None, _) => Ok(signal),
        (Some(_), TestSignal::Silence) => Err("silence has no numbers".into()),
        (Some(text), _) => Ok(signal.with_level(level_of(signal, text)?)),
    }
}

/// The same signal with other numbers.
fn with(signal: TestSignal, numbers: &str) -> Result<TestSignal, String> {
    match signal {
        TestSignal::Tone { level, .. } => Ok(TestSignal::Tone { hz: hertz(numbers)?, level }),
        TestSignal::Noise { level, .. } => {
            let colours = [Colour::White, Colour::Pink];
            match colours.into_iter().find(|colour| colour.name() == numbers) {
                Some(colour) => Ok(TestSignal::Noise { colour, level }),
                None => Err("noise is white or pink".into()),
            }
        }
        TestSignal::Sweep { time: usual, level, .. } => {
            let (span, time) = match numbers.split_once('/') {
                Some((span, time)) => (span, seconds(time)?),
                None => (numbers, usual),
            };
            let (from, to) = span.split_once('-').ok_or("a sweep has two frequencies with a - between")?;
            let span = [hertz(from)?, hertz(to)?];
            if span[0] == span[1] {
                return Err("a sweep ends at another frequency than it begins at".into());
            }
            Ok(TestSignal::Sweep { span: Some(span), time, level })
        }
        TestSignal::Impulse { level, .. } => Ok(TestSignal::Impulse { period: seconds(numbers)?, level }),
        TestSignal::TwoTone { level, .. } => {
            let (one, other) =
                numbers.split_once(',').ok_or("it has two frequencies with a comma between")?;
            Ok(TestSignal::TwoTone { hz: [hertz(one)?, hertz(other)?], level })
        }
        TestSignal::Step { .. } => Err("a step has a level alone".into()),
        TestSignal::Silence => Err("silence has no numbers".into()),
    }
}

fn hertz(text: &str) -> Result<Hertz, String> {
    decimal(text).and_then(Hertz::new).ok_or_else(|| within("a frequency", "Hz", &Hertz::RANGE))
}

fn seconds(text: &str) -> Result<Seconds, String> {
    decimal(text).and_then(Seconds::new).ok_or_else(|| within("a time", "seconds", &Seconds::RANGE))
}

fn level_of(signal: TestSignal, text: &str) -> Result<Level, String> {
    let (what, loudest) = match signal {
        TestSignal::Noise { colour: Colour::White, .. } => {
            ("the level of white noise", Colour::White.loudest())
        }
        TestSignal::Noise { colour: Colour::Pink, .. } => ("the level of pink noise", Colour::Pink.loudest()),
        _ => ("a level", Level::constant(*Level::RANGE.end())),
    };
    let range = *Level::RANGE.start()..=loudest.get();
    let level = signed(text).filter(|level| range.contains(level)).and_then(Level::new);
    level.ok_or_else(|| within(what, "dBFS", &range))
}

fn within(what: &str, unit: &str, range: &RangeInclusive<f64>) -> String {
    let number = |value: &f64| value.to_string().replace('-', "−");
    format!("{what} is {} to {} {unit}, as a plain number", number(range.start()), number(range.end()))
}
