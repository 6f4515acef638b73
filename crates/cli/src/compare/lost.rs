//! Figures that can't be compared, as only one of two documents has them.

use wavecraft_companion_analysis::{Measured, Unmeasured, survey::Document, words::hertz};

/// The figures that only one of the two has, with why the other hasn't.
pub(super) fn lost(before: &Document, after: &Document) -> Vec<String> {
    let mut lost = Vec::new();
    let mut look = |what: String, one: Option<&Unmeasured>, other: Option<&Unmeasured>| match (one, other) {
        (None, Some(why)) => lost.push(format!("{what}: not any more, as {why}")),
        (Some(why), None) => lost.push(format!("{what}: not before, as {why}")),
        _ => {}
    };
    look("response".into(), why(&before.swept), why(&after.swept));
    look("latency".into(), why(&before.latency), why(&after.latency));
    look("silence".into(), why(&before.idle), why(&after.idle));
    let sines = before.plan.sines_hz.iter().zip(&before.distortion);
    for ((hz, one), other) in sines.zip(&after.distortion) {
        look(format!("distortion at {}", hertz(*hz)), why(one), why(other));
    }
    lost
}

fn why<T>(figure: &Measured<T>) -> Option<&Unmeasured> {
    figure.as_result().err()
}
