//! The charts of a document: those for which there are values.

use super::chart::{Across, Chart, Curve, Drawn, Points};
use wavecraft_companion_analysis::{survey::Document, tone::Distortion, words};

/// The charts' titles.
pub(crate) const RESPONSE: &str = "Response";
pub(crate) const PHASE: &str = "Phase";
pub(crate) const GROUP_DELAY: &str = "Group delay";
pub(crate) const HARMONICS: &str = "Harmonics";
pub(crate) const SPECTRUM: &str = "Spectrum";
pub(crate) const DISTORTION_BY_LEVEL: &str = "Distortion by level";
pub(crate) const LEVEL: &str = "Output by input level";
pub(crate) const IMPULSE: &str = "Impulse";
pub(crate) const STEP: &str = "Step";

/// All charts, in their order.
pub(super) fn of(document: &Document) -> Vec<Chart> {
    let mut charts = Vec::new();
    if let Some(swept) = document.swept.value() {
        let response = &swept.response;
        let over = |values: &mut dyn Iterator<Item = Option<f64>>| {
            response.frequency_hz.iter().copied().zip(values).collect::<Vec<_>>()
        };
        let magnitude = over(&mut response.magnitude_db.iter().map(|level| Some(level.db())));
        let phase = over(&mut response.phase_degrees.iter().copied());
        let delay = over(&mut response.group_delay_ms.iter().copied());
        charts.push(chart(RESPONSE, Across::Frequency, "dB", (12.0, 60.0), vec![("Gain".into(), magnitude)]));
        charts.push(chart(PHASE, Across::Frequency, "degrees", (90.0, 1e6), vec![(PHASE.into(), phase)]));
        charts.push(chart(GROUP_DELAY, Across::Frequency, "ms", (1.0, 100.0), vec![("Delay".into(), delay)]));
        let harmonics = swept.harmonics.iter().filter_map(|one| one.value()).map(|one| {
            let levels = one.level_db.iter().map(|level| level.map(|level| level.db()));
            (words::ordinal(one.order), one.frequency_hz.iter().copied().zip(levels).collect())
        });
        charts.push(chart(HARMONICS, Across::Frequency, "dB", (40.0, 120.0), harmonics.collect()));
    }
    let sines = document.distortion.iter().zip(&document.plan.sines_hz);
    let sines = sines.filter_map(|(sine, hz)| Some((words::hertz(*hz), partials(sine.value()?)))).collect();
    charts.push(Chart {
        drawn: Drawn::Stems,
        ..chart(SPECTRUM, Across::Frequency, "dB relative to each sine", (40.0, 140.0), sines)
    });
    let by_level = document.distortion_by_level.iter().filter_map(|one| one.value());
    let by_level = by_level.map(|one| (one.level_dbfs, one.thd.value().map(|thd| thd.db.db())));
    charts.push(chart(
        DISTORTION_BY_LEVEL,
        Across::Even("dBFS"),
        "dB",
        (40.0, 140.0),
        vec![("THD of 1 kHz".into(), by_level.collect())],
    ));
    if let Some(curve) = document.curve.as_ref().and_then(|curve| curve.value()) {
        let steps = curve.steps.iter().map(|step| (step.input_dbfs, Some(step.output_dbfs.db())));
        charts.push(chart(
            LEVEL,
            Across::Even("dBFS"),
            "dBFS",
            (12.0, 120.0),
            vec![("Output".into(), steps.collect())],
        ));
    }
    let rate = f64::from(document.plan.rate_hz);
    let over_time = |samples: &[f32]| {
        let times = (0_u32..).map(|frame| f64::from(frame) * 1_000.0 / rate);
        times.zip(samples.iter().map(|sample| Some(f64::from(*sample)))).collect::<Vec<_>>()
    };
    for (title, samples) in [
        (IMPULSE, document.impulse.as_ref().and_then(|one| one.value()).map(|one| &one.samples)),
        (STEP, document.step.as_ref().and_then(|one| one.value()).map(|one| &one.samples)),
    ] {
        if let Some(samples) = samples {
            let curves = vec![("Answer".into(), over_time(samples))];
            charts.push(chart(title, Across::Even("ms"), "of the input", (0.1, 1e9), curves));
        }
    }
    charts
}

/// A sine, its harmonics, and the strongest of what is neither.
fn partials(sine: &Distortion) -> Points {
    let mut points = vec![(sine.frequency_hz, Some(0.0))];
    points.extend(sine.harmonics.iter().map(|one| (one.frequency_hz, Some(one.level_db.db()))));
    let alias = sine.aliasing.strongest.value();
    points.extend(alias.map(|alias| (alias.frequency_hz, Some(alias.level_db.db()))));
    points
}

fn chart(
    title: &'static str,
    across: Across,
    unit: &'static str,
    (least_range, most_range): (f64, f64),
    curves: Vec<(String, Points)>,
) -> Chart {
    let curves = curves.into_iter().map(|(name, points)| Curve { name, points }).collect();
    Chart { title, across, drawn: Drawn::Line, unit, least_range, most_range, curves }
}
