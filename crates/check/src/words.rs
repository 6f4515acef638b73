//! Figures as a person reads them.

/// A level: "−6.0", "−∞".
pub(crate) fn level(db: f64) -> String {
    if db.is_infinite() {
        return if db > 0.0 { "∞".into() } else { "−∞".into() };
    }
    signed(db, 1)
}

/// A number with so many digits, and a minus that is one.
pub(crate) fn signed(value: f64, digits: usize) -> String {
    format!("{value:.digits$}").replace('-', "−")
}

/// A sample: short, and exact enough to find it again.
pub(crate) fn sample(value: f32) -> String {
    if value.is_nan() {
        "NaN".into()
    } else if value.is_infinite() {
        if value > 0.0 { "∞".into() } else { "−∞".into() }
    } else if value != 0.0 && (value.abs() < 1e-3 || value.abs() >= 1e4) {
        format!("{value:.3e}").replace('-', "−")
    } else {
        signed(value.into(), 5)
    }
}

/// A rate: "48 kHz", "44.1 kHz".
pub(crate) fn rate(rate_hz: u32) -> String {
    format!("{} kHz", f64::from(rate_hz) / 1000.0)
}

/// A channel's name.
pub(crate) fn side(channel: usize) -> &'static str {
    if channel == 0 { "left" } else { "right" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_read_well() {
        assert_eq!((level(-6.04), level(f64::NEG_INFINITY)), ("−6.0".into(), "−∞".into()));
        assert_eq!((rate(44_100), rate(8_000)), ("44.1 kHz".into(), "8 kHz".into()));
        let samples = [0.25, f32::NAN, f32::NEG_INFINITY, -1e-40, 65_536.0, 0.0].map(sample);
        assert_eq!(samples, ["0.25000", "NaN", "−∞", "−1.000e−40", "6.554e4", "0.00000"]);
    }
}
