//! A document on one screen.

use super::curve;
use wavecraft_companion_analysis::{
    Cost, Level, Measured,
    dynamics::{Reaction, StaticCurve, Times},
    latency::Latency,
    quiet::Idle,
    stereo::Image,
    survey::{Document, Plan, Setting},
    sweep::{Response, Swept},
    tone::Distortion,
    two_tones::{Intermodulation, Method},
    words::{change, decibels, hertz, number, ordinal, percent, seconds},
};

/// Columns of dots of the response, and its rows of text.
const CURVE: (usize, usize) = (120, 6);
/// The lowest and highest frequency of the drawn response, in Hz.
const DRAWN_HZ: [f64; 2] = [20.0, 20_000.0];
/// The least range of the drawn response, in dB: what is flat is drawn flat.
const LEAST_RANGE_DB: f64 = 12.0;
/// The largest: what is further down is at the edge.
const MOST_RANGE_DB: f64 = 60.0;

/// The lines of the screen.
pub(super) fn lines(document: &Document) -> Vec<String> {
    let Plan { rate_hz, level_dbfs, block_frames, .. } = &document.plan;
    let mut lines = vec![
        String::new(),
        format!(
            "{}, measured at {} with {} dBFS in blocks of {block_frames}",
            document.subject.name,
            hertz(f64::from(*rate_hz)),
            number(*level_dbfs, 0)
        ),
    ];
    if !document.subject.settings.is_empty() {
        lines.push(format!("  {}", settings(&document.subject.settings)));
    }
    lines.push(String::new());
    let mut items = items(document);
    if let Some(Swept { response, .. }) = document.swept.value() {
        // Behind the response in words.
        items.splice(1..1, drawn(response).into_iter().map(|line| (String::new(), line)));
    }
    lines.extend(items.into_iter().map(|(name, text)| format!("  {name:<13}{text}")));
    lines
}

/// The figures in words, the response first: a name and a text each. One without a name belongs to the one before it.
pub(crate) fn items(document: &Document) -> Vec<(String, String)> {
    let mut items = Vec::new();
    let mut item = |name: &str, text: String| items.push((name.to_owned(), text));
    item("Response", told(&document.swept, |swept| in_words(&swept.response)));
    for (index, (sine, hz)) in document.distortion.iter().zip(&document.plan.sines_hz).enumerate() {
        let at = hertz(*hz);
        item(if index == 0 { "Distortion" } else { "" }, format!("{at:>7}  {}", told(sine, distortion)));
    }
    for both in &document.intermodulation {
        item("Two sines", told(both, intermodulation));
    }
    document.curve.iter().for_each(|curve| item("Level", told(curve, levels)));
    document.times.iter().for_each(|times| item("Times", told(times, reactions)));
    item("Latency", told(&document.latency, latency));
    if let Some(impulse) = &document.impulse {
        let tail = told(impulse, |impulse| {
            told(&impulse.tail, |tail| format!("{} until −90 dB", seconds(tail.seconds)))
        });
        item("Tail", tail);
    }
    item("Silence", told(&document.idle, idle));
    document.stereo.iter().for_each(|image| item("Stereo", told(image, stereo)));
    for (index, one) in document.cost.iter().enumerate() {
        item(if index == 0 { "Cost" } else { "" }, told(one, cost));
    }
    document.cost_of_silence.iter().for_each(|one| item("… of silence", told(one, cost)));
    if let Some(seen) = &document.realtime {
        for (index, line) in
            seen.lines("nothing in process that an audio thread must not do").iter().enumerate()
        {
            item(if index == 0 { "Real time" } else { "" }, line.clone());
        }
    }
    items
}

/// "Drive 6 dB, Cutoff 8000 Hz"
fn settings(settings: &[Setting]) -> String {
    settings.iter().map(|setting| format!("{} {}", setting.name, setting.text)).collect::<Vec<_>>().join(", ")
}

/// "+0.1 dB at 1 kHz, −3 dB at 7.9 kHz"
fn in_words(response: &Response) -> String {
    let all = || response.frequency_hz.iter().zip(&response.magnitude_db);
    let audible = || all().filter(|(hz, _)| (DRAWN_HZ[0]..=DRAWN_HZ[1]).contains(*hz));
    let nearest =
        all().min_by(|(one, _), (other, _)| (*one - 1_000.0).abs().total_cmp(&(*other - 1_000.0).abs()));
    let mut parts: Vec<String> =
        nearest.map(|(_, level)| format!("{} at 1 kHz", change(level.db(), 1))).into_iter().collect();
    let highest = audible().map(|(_, level)| level.db()).fold(f64::NEG_INFINITY, f64::max);
    let loud = |(_, level): &(&f64, &Level)| level.db() >= highest - 3.0;
    if let (Some((first, _)), Some((lowest, _))) = (audible().find(loud), audible().next())
        && first > lowest
    {
        parts.push(format!("3 dB below its highest at {}", hertz(*first)));
    }
    if let (Some((last, _)), Some((end, _))) = (audible().rfind(loud), audible().next_back())
        && last < end
    {
        parts.push(format!("3 dB below its highest from {} on", hertz(*last)));
    }
    parts.join(", ")
}

/// The response from 20 Hz to 20 kHz, with its scale.
fn drawn(response: &Response) -> Vec<String> {
    let (columns, rows) = CURVE;
    let [low_hz, high_hz] = DRAWN_HZ;
    let step = ((high_hz / low_hz).ln() / f64::from(u32::try_from(columns - 1).unwrap_or(1))).exp();
    let mut points = response.frequency_hz.iter().zip(&response.magnitude_db).peekable();
    let (mut hz, mut last) = (low_hz, f64::NAN);
    let mut values = Vec::with_capacity(columns);
    for _ in 0..columns {
        while let Some((_, level)) = points.next_if(|(at, _)| **at <= hz) {
            last = level.db();
        }
        // Behind half the rate there is nothing.
        values.push(if points.peek().is_some() { last } else { f64::NAN });
        hz *= step;
    }
    let finite = || values.iter().copied().filter(|value| value.is_finite());
    let highest = finite().fold(f64::NEG_INFINITY, f64::max);
    if !highest.is_finite() {
        return Vec::new();
    }
    let lowest = finite().fold(f64::INFINITY, f64::min);
    let high = ((highest + 3.0) / 6.0).ceil() * 6.0;
    let low = (high - LEAST_RANGE_DB).min((lowest / 6.0).floor() * 6.0).max(high - MOST_RANGE_DB);
    let scale = |row: usize| match row {
        0 => format!("{:>4} dB ", number(high, 0)),
        row if row == rows - 1 => format!("{:>4} dB ", number(low, 0)),
        _ => " ".repeat(8),
    };
    let curve = curve::draw(&values, low, high, rows);
    let mut lines: Vec<String> =
        curve.iter().enumerate().map(|(row, line)| format!("{}{line}", scale(row))).collect();
    lines.push(format!("{}20 Hz{:>18}{:>20}{:>17}", " ".repeat(8), "200", "2k", "20 kHz"));
    lines
}

fn distortion(sine: &Distortion) -> String {
    let thd = told(&sine.thd, |thd| format!("THD {} ({} dB)", percent(thd.percent), thd.db));
    let loudest =
        sine.harmonics.iter().max_by(|one, other| one.level_db.db().total_cmp(&other.level_db.db()));
    let loudest = loudest.filter(|partial| partial.level_db.db() > -120.0);
    let loudest =
        loudest.map_or_else(String::new, |partial| format!(", most of it the {}", ordinal(partial.order)));
    format!("{thd}{loudest}, gain {}", decibels(sine.gain_db, 1))
}

fn intermodulation(both: &Intermodulation) -> String {
    let name = match both.method {
        Method::Smpte => "SMPTE",
        Method::Ccif => "CCIF",
    };
    let [total, second, third] =
        [both.total, both.second_order, both.third_order].map(|ratio| percent(ratio.percent));
    format!("{name:>7}  {total} (second order {second}, third {third})")
}

fn levels(curve: &StaticCurve) -> String {
    let one = |input: f64| {
        told(&curve.gain_db(input), |gain| format!("{} → {}", number(input, 0), number(input + gain, 1)))
    };
    [-60.0, -40.0, -20.0, -6.0].map(one).join(", ") + " dBFS"
}

fn reactions(times: &Times) -> String {
    let one = |reaction| told(reaction, |reaction: &Reaction| format!("{} ms", number(reaction.ms, 1)));
    format!("attack {}, release {}", one(&times.attack), one(&times.release))
}

fn latency(latency: &Latency) -> String {
    let whole = latency.peak_frames.fract() == 0.0;
    let found = format!("{} frames", number(latency.peak_frames, usize::from(!whole)));
    match (latency.reported_frames, latency.agrees) {
        (Some(reported), Some(false)) => {
            format!("{found} found and {reported} reported: one of them is wrong")
        }
        (Some(0), _) if latency.peak_frames == 0.0 => "none".into(),
        (Some(reported), _) => format!("{found}; {reported} are reported, which fits"),
        (None, _) => found,
    }
}

fn idle(idle: &Idle) -> String {
    if idle.peak_dbfs.is_silent() {
        return "stays silent".into();
    }
    format!("noise {} dBFS, offset {} dBFS", idle.noise_dbfs, idle.dc_offset_dbfs)
}

fn stereo(image: &Image) -> String {
    let level = |figure: &Measured<Level>| told(figure, |level| format!("{level} dB"));
    let balance = told(&image.gain_difference_db, |db| decibels(*db, 2));
    let (crosstalk, mono) = (level(&image.crosstalk_to_right_db), level(&image.mono_db));
    format!("crosstalk {crosstalk}, right louder by {balance}, in mono {mono}")
}

/// Why a figure isn't there.
fn not(why: &impl std::fmt::Display) -> String {
    format!("not measured: {why}")
}

/// A figure in words, or why it isn't there.
fn told<T>(figure: &Measured<T>, tell: impl FnOnce(&T) -> String) -> String {
    figure.as_result().map_or_else(not, tell)
}

/// What blocks of one size cost.
fn cost(cost: &Cost) -> String {
    format!(
        "{:.1} ns a frame: {} of a core in blocks of {}, at most {}",
        cost.ns_per_frame,
        percent(cost.real_time_percent),
        cost.block_frames,
        percent(cost.worst_percent)
    )
}
