//! What was found, on one screen.

use super::{
    git::Revision,
    outcome::{Named, Outcome, Played},
};
use wavecraft_companion_analysis::{
    Heard, Level, Loudness, Measured,
    compare::{Band, Comparison, Null, Place},
    programme,
    words::{change, decibels, hertz, number},
};

/// The lowest null that has a bar, in dB. The highest is 0.
const LOWEST_DB: f64 = -120.0;
/// Bars by their height.
const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
/// The bar of less than that.
const NOTHING: char = '·';
/// Nominal middles of the third octaves of a decade (IEC 61260-1).
const NOMINAL: [f64; 10] = [1.0, 1.25, 1.6, 2.0, 2.5, 3.15, 4.0, 5.0, 6.3, 8.0];
/// By how much the highest null must be above the lowest to be told as a place, in dB.
const STANDS_OUT_DB: f64 = 0.5;
/// A null this deep is the rounding of samples, in dB.
const ROUNDING_DB: f64 = -120.0;
/// Middles of third octaves that are named below the bars, in Hz, and their names.
const NAMED: [(f64, &str); 4] = [(25.0, "25 Hz"), (100.0, "100"), (1_000.0, "1k"), (10_000.0, "10k")];

/// The lines of the screen: the verdict, then what it is made of.
pub(super) fn lines(outcome: &Outcome) -> Vec<String> {
    let mut lines = vec![String::new(), verdict(outcome), String::new()];
    let mut item = |name: &str, text: String| lines.push(format!("  {name:<15}{text}"));
    item("Compared", format!("{} with {}", told(&outcome.before), told(&outcome.after)));
    item("By", played(outcome));
    if let Some(heard) = &outcome.pair.heard {
        heard_lines(outcome, heard).into_iter().for_each(|(name, text)| item(name, text));
    }
    for (index, figure) in outcome.changes.figures.iter().enumerate() {
        item(if index == 0 { "Changed" } else { "" }, figure.to_string());
    }
    for (index, lost) in outcome.lost.iter().enumerate() {
        item(if index == 0 { "Measured" } else { "" }, lost.clone());
    }
    if let Some(heard) = &outcome.pair.heard {
        item("Loudness", loudness(&heard.loudness_before, &heard.loudness_after));
    }
    for (index, pair) in outcome.other_values().iter().enumerate() {
        let text = match (pair.before, pair.after) {
            (Some(before), Some(after)) => format!("{} {} → {}", after.name, before.text, after.text),
            (Some(before), None) => format!("{} {} is gone", before.name, before.text),
            (None, Some(after)) => format!("{} {} is new", after.name, after.text),
            (None, None) => continue,
        };
        item(if index == 0 { "Parameters" } else { "" }, text);
    }
    if let Some(file) = &outcome.difference {
        item("Written", format!("{}: before, after and the difference, one after the other", file.display()));
    }
    lines
}

/// "HEAD~1 (1a2b3c4 Make it softer)"
fn told(named: &Named) -> String {
    named.revision.as_ref().map_or_else(|| named.name.clone(), Revision::told)
}

fn played(outcome: &Outcome) -> String {
    let rate = hertz(f64::from(outcome.pair.rate_hz));
    let channels = if outcome.pair.channels == 1 { ", one channel" } else { "" };
    match &outcome.played {
        Played::Signals(plan) => format!(
            "test signals at {rate} with {} dBFS in blocks of {}{channels}",
            number(plan.level_dbfs, 0),
            plan.block_frames
        ),
        Played::File(file) => {
            format!(
                "{} at {rate}, {}{channels}",
                file.display(),
                at(outcome.pair.frames, outcome.pair.rate_hz)
            )
        }
        Played::Nothing => format!("their samples as they are, at {rate}{channels}"),
        Played::Measured(plan) => format!(
            "their figures at {rate} with {} dBFS; without sound there is no null",
            number(plan.level_dbfs, 0)
        ),
    }
}

fn verdict(outcome: &Outcome) -> String {
    let Some(heard) = &outcome.pair.heard else {
        return if outcome.same { "The same figures.".into() } else { "Different figures.".into() };
    };
    let Comparison { null, delay_frames, longer_frames, floor, .. } = &heard.comparison;
    let later = match *delay_frames {
        0 => String::new(),
        frames if frames > 0 => format!(", {frames} frames later"),
        frames => format!(", {} frames earlier", frames.unsigned_abs()),
    };
    let rate = outcome.pair.rate_hz;
    let largest =
        heard.comparison.largest_difference.map(|place| format!("largest at {}", place_of(outcome, place)));
    let longer = match *longer_frames {
        0 => None,
        frames => {
            let length = at(usize::try_from(frames.unsigned_abs()).unwrap_or(usize::MAX), rate);
            let which = if frames > 0 { "longer" } else { "shorter" };
            Some(format!("{} is {length} {which}", outcome.after.name))
        }
    };
    let parts = |parts: [Option<String>; 3]| parts.into_iter().flatten().collect::<Vec<_>>().join(", ");
    match (outcome.same, outcome.tolerance_db) {
        (true, _) if heard.comparison.is_identical() => format!("The same{later}: null −∞ dB."),
        (true, Some(tolerance)) => {
            let tolerance = decibels(tolerance, 0);
            format!("The same within {tolerance}{later}: {}.", parts([Some(depth(null)), largest, None]))
        }
        (true, None) => {
            let runs = floor
                .as_ref()
                .map_or_else(String::new, |floor| format!(", as {} of two runs of one build", rms(floor)));
            format!("The same as far as can be told{later}: null {} (RMS){runs}.", rms(null))
        }
        (false, tolerance) => {
            let more = tolerance.map_or_else(String::new, |db| format!(" by more than {}", decibels(db, 0)));
            format!("Different{more}{later}: {}.", parts([Some(depth(null)), largest, longer]))
        }
    }
}

/// "null −31.2 dB (RMS), −25.0 dB (peak)"
fn depth(null: &Null) -> String {
    match &null.peak_db {
        Measured::Value(peak) => format!("null {} (RMS), {peak} dB (peak)", rms(null)),
        Measured::Unmeasured(_) => "the one before is silent".into(),
    }
}

fn rms(null: &Null) -> String {
    null.rms_db.value().map_or_else(|| "unknown".into(), |level| format!("{level} dB"))
}

/// "0:01.234 in the sweep"
fn place_of(outcome: &Outcome, place: Place) -> String {
    let during = programme::at(&outcome.pair.parts, place.frame)
        .map_or_else(String::new, |kind| format!(" in {kind}"));
    format!("{}{during}", at(place.frame, outcome.pair.rate_hz))
}

/// A frame's time: "0:01.234".
fn at(frame: usize, rate_hz: u32) -> String {
    let rate = usize::try_from(rate_hz).unwrap_or(1).max(1);
    let (seconds, rest) = (frame / rate, frame % rate);
    format!("{}:{:02}.{:03}", seconds / 60, seconds % 60, rest * 1_000 / rate)
}

fn heard_lines(outcome: &Outcome, heard: &Heard) -> Vec<(&'static str, String)> {
    let comparison = &heard.comparison;
    let mut lines = Vec::new();
    let side = |place: Place| match (outcome.pair.channels, place.channel) {
        (1, _) => "",
        (_, 0) => ", left",
        _ => ", right",
    };
    if let Some(first) = comparison.first_difference {
        lines.push(("First", format!("{}, frame {}{}", place_of(outcome, first), first.frame, side(first))));
    }
    if let Some(largest) = comparison.largest_difference {
        let level = format!("{} dBFS", comparison.difference_peak_dbfs);
        let frame = format!("frame {}{}: {level}", largest.frame, side(largest));
        lines.push(("Largest", format!("{}, {frame}", place_of(outcome, largest))));
        bars(&comparison.bands).into_iter().for_each(|line| lines.push(line));
    }
    if let Some(other) = &heard.other_level {
        let way = if other.louder_db < 0.0 { "softer" } else { "louder" };
        let gain = decibels(other.louder_db.abs(), 2);
        lines.push(("Level", format!("{gain} {way}{}", rest(&other.null, "at the same level"))));
    }
    if let Some(other) = &heard.other_time {
        let way = if other.later_frames < 0 { "earlier" } else { "later" };
        let frames = other.later_frames.unsigned_abs();
        lines.push(("Time", format!("{frames} frames {way}{}", rest(&other.null, "moved by them"))));
    }
    if let Some(floor) =
        comparison.floor.as_ref().filter(|floor| floor.rms_db.value() != Some(&Level::SILENT))
    {
        lines.push((
            "Two runs",
            format!("of one build differ by a null of {}: noise, or a phase that runs on", rms(floor)),
        ));
    }
    lines
}

/// The null by third octaves, as bars with their scale and the highest of them.
fn bars(bands: &[Band]) -> Vec<(&'static str, String)> {
    let null = |band: &Band| band.null_db.value().map(|level| level.db());
    let bar = |band: &Band| match null(band) {
        Some(db) if db >= LOWEST_DB => {
            let share = (db.min(0.0) - LOWEST_DB) / -LOWEST_DB;
            let steps = (1_u8..).zip(BARS);
            steps
                .take_while(|(step, _)| f64::from(*step - 1) <= share * 7.0)
                .last()
                .map_or(NOTHING, |(_, bar)| bar)
        }
        _ => NOTHING,
    };
    let nulls = || bands.iter().filter_map(|band| Some((null(band)?, band.middle_hz)));
    let Some((db, hz)) = nulls().reduce(|most, one| if one.0 > most.0 { one } else { most }) else {
        return Vec::new();
    };
    let lowest = nulls().fold(f64::INFINITY, |lowest, (db, _)| lowest.min(db));
    let most = match db - lowest < STANDS_OUT_DB {
        true => format!("all at {}", decibels(db, 1)),
        false => format!("most at {}: {}", hertz(nominal(hz)), decibels(db, 1)),
    };
    let drawn: String = bands.iter().map(bar).collect();
    let mut scale = String::new();
    for (hz, name) in NAMED {
        let Some(column) = bands.iter().position(|band| band.middle_hz > hz * 0.95) else { break };
        while scale.chars().count() < column {
            scale.push(' ');
        }
        scale.push_str(name);
    }
    vec![("Third octaves", format!("{drawn}  {} to 0 dB, {most}", number(LOWEST_DB, 0))), ("", scale)]
}

/// The name of a third octave's middle, in Hz.
fn nominal(hz: f64) -> f64 {
    let decade = 10.0_f64.powf((hz.log10() + 0.01).floor());
    let nearest = NOMINAL.into_iter().map(|one| one * decade);
    nearest.min_by(|one, other| (one - hz).abs().total_cmp(&(other - hz).abs())).unwrap_or(hz)
}

/// What is left besides.
fn rest(null: &Null, when: &str) -> String {
    match null.rms_db.value() {
        Some(level) if level.db() <= ROUNDING_DB => ", and nothing else".into(),
        _ => format!("; {when} the null is {}", rms(null)),
    }
}

fn loudness(before: &Measured<Loudness>, after: &Measured<Loudness>) -> String {
    let lufs = |loudness: &Loudness| loudness.integrated_lufs.value().copied();
    match (before.value(), after.value()) {
        (Some(before), Some(after)) => {
            let peaks = format!("true peak {} → {} dBTP", before.true_peak_dbtp, after.true_peak_dbtp);
            match (lufs(before), lufs(after)) {
                (Some(one), Some(other)) => {
                    let change = change(other - one, 1).replace("dB", "LU");
                    format!("{} → {} LUFS ({change}), {peaks}", number(one, 1), number(other, 1))
                }
                _ => format!("too soft or too short for a loudness; {peaks}"),
            }
        }
        _ => "not measured".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_told_to_a_thousandth() {
        assert_eq!(
            [0, 1, 59_232, 48_000 * 61].map(|frame| at(frame, 48_000)),
            ["0:00.000", "0:00.000", "0:01.234", "1:01.000"]
        );
    }

    #[test]
    fn each_third_octave_has_a_bar_by_its_null() {
        let band = |middle_hz, db: f64| Band {
            middle_hz,
            change_db: Measured::Value(0.0),
            null_db: Level::new(db).ok_or(wavecraft_companion_analysis::Unmeasured::Silent).into(),
        };
        let bands = [
            band(25.1, f64::NEG_INFINITY),
            band(31.6, -130.0),
            band(1_000.0, -120.0),
            band(1_258.9, 0.0),
            band(2e3, f64::NAN),
        ];
        let lines = bars(&bands);
        assert_eq!(lines[0].1, "··▁█·  −120 to 0 dB, most at 1.25 kHz: 0.0 dB");
        assert_eq!([19_952.6, 31.6, 1_000.0, 794.3].map(nominal), [20_000.0, 31.5, 1_000.0, 800.0]);
        assert_eq!(bars(&[]), []);
    }
}
