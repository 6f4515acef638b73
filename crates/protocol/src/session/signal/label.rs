//! A signal in words.

use super::made::{Colour, TestSignal};
use super::number::{Hertz, Level, Seconds};

impl TestSignal {
    /// As lists and menus name it, with its numbers: "Tone 440 Hz, −12 dBFS".
    #[must_use]
    pub fn label(&self) -> String {
        let what = match self {
            Self::Tone { hz, .. } => format!("Tone {}", hertz(*hz)),
            Self::Noise { colour: Colour::White, .. } => "White noise".into(),
            Self::Noise { colour: Colour::Pink, .. } => "Pink noise".into(),
            Self::Sweep { span, time, .. } => {
                let [from, to] = span.map_or(["20 Hz".into(), "20 kHz".into()], |span| span.map(hertz));
                format!("Sweep {from} to {to} in {}", seconds(*time))
            }
            Self::Impulse { period, .. } => format!("Impulse every {}", seconds(*period)),
            Self::Step { .. } => "Step".into(),
            Self::TwoTone { hz: [one, other], .. } => {
                format!("Two tones {} and {}", hertz(*one), hertz(*other))
            }
            Self::Silence => "Silence".into(),
        };
        match self.level() {
            Some(level) => format!("{what}, {}", decibels(level)),
            None => what,
        }
    }
}

fn hertz(hz: Hertz) -> String {
    if hz.get() < 1000.0 { format!("{hz} Hz") } else { format!("{} kHz", thousandth(&hz.to_string())) }
}

fn seconds(time: Seconds) -> String {
    format!("{time} s")
}

fn decibels(level: Level) -> String {
    format!("{} dBFS", level.to_string().replace('-', "−"))
}

/// Moves a decimal number's point by three digits, which a division might not do exactly.
fn thousandth(number: &str) -> String {
    let (whole, rest) = number.split_once('.').unwrap_or((number, ""));
    let (thousands, units) = whole.split_at(whole.len().saturating_sub(3));
    let digits = format!("{units}{rest}");
    match digits.trim_end_matches('0') {
        "" => thousands.to_owned(),
        digits => format!("{thousands}.{digits}"),
    }
}
