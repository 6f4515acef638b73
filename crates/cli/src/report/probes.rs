//! What a processor shows of its inside, in words.

use crate::terminal::{Segment, Span, Style};
use wavecraft_companion_protocol::session::Probe;

/// The name, and the processor's where another probe has the same name.
pub(crate) fn probe_name(probe: &Probe, all: &[Probe]) -> String {
    let same = all.iter().filter(|other| other.name == probe.name).count();
    match &probe.processor {
        Some(processor) if same > 1 => format!("{} of {processor}", probe.name),
        _ => probe.name.clone(),
    }
}

/// The part of the terminal's line that shows one.
pub(crate) fn probe_segment(name: &str, probe: Option<&Probe>) -> Segment {
    let style = match probe {
        Some(probe) if probe.not_finite > 0 => Style::Red,
        _ => Style::Plain,
    };
    let values = probe.map_or_else(|| "–".into(), values);
    vec![Span::new(Style::Dim, format!("{name} ")), Span::new(style, values)]
}

/// The last value, and the least and the greatest; what was no number.
pub(super) fn values(probe: &Probe) -> String {
    let numbers = match (probe.last, probe.least, probe.greatest) {
        (Some(last), Some(least), Some(greatest)) => {
            format!("{} ({} … {})", number(last), number(least), number(greatest))
        }
        _ if probe.not_finite > 0 => return "NaN/Inf".into(),
        _ => return "–".into(),
    };
    if probe.not_finite > 0 { format!("{numbers}, and NaN/Inf") } else { numbers }
}

/// With about three digits, a typographer's minus, and no sign for zero.
fn number(value: f32) -> String {
    let size = value.abs();
    let text = match size {
        _ if size >= 1e6 || (size > 0.0 && size < 1e-4) => format!("{value:.1e}"),
        _ if size >= 100.0 => format!("{value:.0}"),
        _ if size >= 10.0 => format!("{value:.1}"),
        _ if size >= 1.0 || size == 0.0 => format!("{:.2}", value + 0.0),
        _ if size >= 0.1 => format!("{value:.3}"),
        _ if size >= 0.01 => format!("{value:.4}"),
        _ => format!("{value:.6}"),
    };
    text.replace('-', "−")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn probe(name: &str, processor: &str, value: Option<f32>) -> Probe {
        Probe {
            name: name.into(),
            processor: Some(processor.into()),
            last: value,
            least: value.map(|value| value - 1.0),
            greatest: value,
            not_finite: 0,
        }
    }

    #[test]
    fn values_are_told_with_the_digits_that_matter() {
        assert_eq!(values(&probe("gain", "a", Some(-6.25))), "−6.25 (−7.25 … −6.25)");
        let told = [0.0, -0.0, 0.125, 12.34, -1234.5, 2.5e7, -3e-6].map(number);
        assert_eq!(told, ["0.00", "0.00", "0.125", "12.3", "−1234", "2.5e7", "−3.0e−6"]);
        assert_eq!(values(&probe("gain", "a", None)), "–");
        assert_eq!(values(&Probe { not_finite: 3, ..probe("gain", "a", None) }), "NaN/Inf");
        let some = Probe { not_finite: 3, ..probe("gain", "a", Some(1.0)) };
        assert_eq!(values(&some), "1.00 (0.00 … 1.00), and NaN/Inf");
    }

    #[test]
    fn a_name_that_two_processors_use_says_whose_it_is() {
        let all = [probe("gain", "a", None), probe("gain", "a_2", None), probe("level", "a", None)];
        let names: Vec<_> = all.iter().map(|one| probe_name(one, &all)).collect();
        assert_eq!(names, ["gain of a", "gain of a_2", "level"]);
    }
}
