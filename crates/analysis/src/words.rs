//! Figures in words: with their units, as many digits as are known, and a minus sign.

/// Hz or kHz: "1 kHz", "7.94 kHz", "100 Hz".
#[must_use]
pub fn hertz(hz: f64) -> String {
    let (value, unit) = if hz >= 1_000.0 { (hz / 1_000.0, "kHz") } else { (hz, "Hz") };
    let text = format!("{value:.2}");
    format!("{} {unit}", text.trim_end_matches('0').trim_end_matches('.'))
}

/// Seconds as ms or s: "4.2 ms", "2.00 s".
#[must_use]
pub fn seconds(seconds: f64) -> String {
    if seconds < 1.0 { format!("{:.1} ms", seconds * 1_000.0) } else { format!("{seconds:.2} s") }
}

/// Percent, about two digits that count: "0.012 %", "100 %".
#[must_use]
pub fn percent(percent: f64) -> String {
    match percent {
        0.0 => "0 %".into(),
        _ if percent < 0.001 => format!("{percent:.5} %"),
        _ if percent < 0.1 => format!("{percent:.3} %"),
        _ if percent < 10.0 => format!("{percent:.2} %"),
        _ => format!("{percent:.0} %"),
    }
}

/// Decibels with so many digits: "−0.8 dB".
#[must_use]
pub fn decibels(value: f64, digits: usize) -> String {
    format!("{} dB", number(value, digits))
}

/// Decibels whose sign is always told: "+0.1 dB", "−0.8 dB".
#[must_use]
pub fn change(value: f64, digits: usize) -> String {
    let text = decibels(value, digits);
    // What rounds to nothing has no sign.
    let rises = value > 0.0 && text.chars().any(|letter| matches!(letter, '1'..='9' | '∞'));
    if rises { format!("+{text}") } else { text }
}

/// A rounded number with a minus sign; what rounds to −0 is 0.
#[must_use]
pub fn number(value: f64, digits: usize) -> String {
    let text = format!("{value:.digits$}");
    let is_zero = text.chars().all(|letter| matches!(letter, '-' | '0' | '.'));
    if is_zero { text.replace('-', "") } else { text.replace('-', "−").replace("inf", "∞") }
}

/// "2nd", "3rd", "4th": orders of harmonics, from 2 to 20.
#[must_use]
pub fn ordinal(order: usize) -> String {
    match order {
        2 => "2nd".into(),
        3 => "3rd".into(),
        order => format!("{order}th"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_as_long_as_they_are_known() {
        assert_eq!(
            [99.99, 1_000.0, 7_943.0, 44_100.0].map(hertz),
            ["99.99 Hz", "1 kHz", "7.94 kHz", "44.1 kHz"]
        );
        assert_eq!(
            [0.0, 0.000_04, 0.012_3, 0.5, 99.6].map(percent),
            ["0 %", "0.00004 %", "0.012 %", "0.50 %", "100 %"]
        );
        assert_eq!(
            [(-0.04, 1), (-0.06, 1), (f64::NEG_INFINITY, 0)].map(|(value, digits)| number(value, digits)),
            ["0.0", "−0.1", "−∞"]
        );
        assert_eq!([0.0042, 2.0].map(seconds), ["4.2 ms", "2.00 s"]);
        assert_eq!([0.04, 0.06, -0.8].map(|db| change(db, 1)), ["0.0 dB", "+0.1 dB", "−0.8 dB"]);
    }
}
