//! The project's state in one line: the most important part comes first, since a narrow terminal shows less of it.

use super::{clock, decibels, gain, heard_name, percent, state_name, tempo};
use crate::terminal::{Segment, Span, Style};
use wavecraft_companion_protocol::{
    comparison::{Comparison, ComparisonState, HeardBuild},
    session::{SourceName, State, Stats},
    transport::Reaches,
};

/// Columns of a meter.
const METER_COLUMNS: usize = 10;
/// The lower end of a meter, in dBFS.
const METER_FLOOR_DB: f32 = -60.0;
/// The threshold of a high level, in dBFS.
const HIGH_DB: f32 = -6.0;
/// The threshold of a high load.
const HIGH_LOAD: f32 = 0.7;
/// Width of a level in words, so that nothing behind it moves.
const LEVEL_COLUMNS: usize = 8;

/// The line's parts; `more` stands behind the levels.
pub(super) fn line(stats: &Stats, more: Option<Segment>) -> Vec<Segment> {
    let mut line = vec![state(stats.state)];
    line.extend(switches(stats));
    line.push(level(&source(stats), stats.input.peak));
    line.push(level(heard_name(stats.heard), stats.output.peak));
    line.extend(more);
    line.push(load(stats.processor_load.average));
    let told = stats.transport.filter(|time| time.reaches == Some(Reaches::All));
    line.extend(told.map(|time| vec![Span::new(Style::Dim, tempo(time.tempo))]));
    let late = stats.late_blocks.total();
    let style = if late == 0 { Style::Dim } else { Style::Yellow };
    line.push(vec![Span::new(style, format!("{late} late"))]);
    line
}

fn state(state: State) -> Segment {
    let style = match state {
        State::Live => Style::Green,
        State::Starting | State::Shadow | State::Ended => Style::Dim,
        State::Bypassed | State::NotResponding | State::Crashed | State::Held => Style::Red,
    };
    vec![Span::new(style, state_name(state))]
}

/// The processor's time for a block by the block's duration.
fn load(share: f32) -> Segment {
    let style = match share {
        _ if share >= 1.0 => Style::Red,
        _ if share >= HIGH_LOAD => Style::Yellow,
        _ => Style::Plain,
    };
    vec![Span::new(Style::Dim, "load "), Span::new(style, format!("{:>6}", percent(share)))]
}

/// Switches set by the user or the system: each is a reason why the processor isn't heard.
fn switches(stats: &Stats) -> Vec<Segment> {
    let recording = stats.recording.map(|recording| format!("recording {}", clock(recording.seconds)));
    let switches = [
        (Style::Red, stats.not_a_number.as_ref().map(|_| "not a number".to_owned())),
        (Style::Red, stats.guard.howl_muted.then(|| "muted: feedback".to_owned())),
        (Style::Yellow, stats.muted.then(|| "muted".to_owned())),
        (Style::Yellow, stats.bypassed.then(|| "bypass".to_owned())),
        (Style::Yellow, stats.comparison.as_ref().and_then(older)),
        (Style::Yellow, stats.transport.filter(|time| !time.playing).map(|_| "stopped".into())),
        (Style::Yellow, (stats.gain_db != 0.0).then(|| format!("volume {}", gain(stats.gain_db)))),
        (Style::Red, recording),
    ];
    let on = switches.into_iter().filter_map(|(style, text)| Some(vec![Span::new(style, text?)]));
    on.collect()
}

/// What is heard instead of the newest build, so that nobody forgets it.
fn older(comparison: &Comparison) -> Option<String> {
    let before = comparison.before?;
    match comparison.hear {
        _ if comparison.state == ComparisonState::Starting => Some(format!("starting build {before}")),
        HeardBuild::After => None,
        HeardBuild::Before => Some(format!("before (build {before})")),
        HeardBuild::Difference => {
            let after = comparison.after.map_or_else(String::new, |after| format!("{after} "));
            let null = comparison.difference.map(|difference| match difference.null_db {
                Some(null_db) => format!(", null {}", gain(null_db)),
                None => ", null −∞".into(),
            });
            let floor = comparison.floor.and_then(|floor| floor.null_db);
            let floor = floor.map_or_else(String::new, |floor| format!(", floor {}", gain(floor)));
            Some(format!("difference (build {after}− {before}{}{floor})", null.unwrap_or_default()))
        }
        HeardBuild::Blind => Some("blind test".into()),
    }
}

/// The louder of two channels, as a bar and in words.
fn level(name: &str, [left, right]: [f32; 2]) -> Segment {
    let peak = left.max(right);
    let full = meter_columns(peak);
    let style = match peak {
        _ if peak >= 1.0 => Style::Red,
        _ if 20.0 * peak.log10() >= HIGH_DB => Style::Yellow,
        _ => Style::Green,
    };
    vec![
        Span::new(Style::Dim, format!("{name} ")),
        Span::new(style, "■".repeat(full)),
        Span::new(Style::Dim, "·".repeat(METER_COLUMNS - full)),
        Span::new(Style::Plain, format!("{:>width$}", decibels(peak), width = LEVEL_COLUMNS + 1)),
    ]
}

/// How many columns a linear amplitude fills; full scale fills all.
fn meter_columns(peak: f32) -> usize {
    let share = (20.0 * peak.log10() - METER_FLOOR_DB) / -METER_FLOOR_DB;
    // Silence is minus infinity, and fills none.
    (1..=METER_COLUMNS).filter(|column| share >= column_share(*column)).count()
}

/// The part of the meter's range up to and including this column.
#[expect(clippy::cast_precision_loss, reason = "both are a few columns")]
fn column_share(column: usize) -> f32 {
    column as f32 / METER_COLUMNS as f32
}

/// What feeds the processor; a signal is written as it is for `--input`, which is short.
fn source(stats: &Stats) -> String {
    match (stats.source, stats.signal) {
        (SourceName::Silence, _) => "in".into(),
        (_, Some(signal)) => signal.to_string(),
        (source, None) => source.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use wavecraft_companion_protocol::comparison::{Floor, LiveDifference};
    use wavecraft_companion_protocol::session::{Guard, HeardSound, LateBlocks, Levels, Load};

    #[test]
    fn a_meter_fills_from_sixty_decibels_below_full_scale() {
        assert_eq!([0.0, 0.0009, 0.0021, 0.5, 1.0, 4.0].map(meter_columns), [0, 0, 1, 8, 10, 10]);
        assert_eq!(meter_columns(f32::NAN), 0);
    }

    #[test]
    fn a_signal_is_named_with_its_numbers() {
        let mut stats = Stats { source: SourceName::Tone, ..Stats::default() };
        assert_eq!(source(&stats), "tone");
        stats.signal = Some("tone:440@-20".parse().unwrap());
        assert_eq!(source(&stats), "tone:440@-20");
        assert_eq!(source(&Stats { source: SourceName::Microphone, ..Stats::default() }), "mic");
    }

    #[test]
    fn the_line_says_which_build_is_heard() {
        let mut comparison = Comparison {
            state: ComparisonState::On,
            after: Some(4),
            before: Some(3),
            ..Comparison::default()
        };
        let mut shown = |hear| {
            comparison.hear = hear;
            older(&comparison)
        };
        assert_eq!(shown(HeardBuild::After), None);
        assert_eq!(shown(HeardBuild::Before).as_deref(), Some("before (build 3)"));
        assert_eq!(shown(HeardBuild::Difference).as_deref(), Some("difference (build 4 − 3)"));
        assert_eq!(shown(HeardBuild::Blind).as_deref(), Some("blind test"));
        comparison.hear = HeardBuild::Difference;
        for (null_db, words) in [(Some(-31.4), "null −31.4 dB"), (None, "null −∞")] {
            comparison.difference = Some(LiveDifference { level_db: null_db, null_db });
            assert_eq!(older(&comparison), Some(format!("difference (build 4 − 3, {words})")));
        }
        for (null_db, words) in [(Some(-41.0), ", floor −41 dB"), (None, "")] {
            comparison.floor = Some(Floor { null_db });
            assert_eq!(older(&comparison), Some(format!("difference (build 4 − 3, null −∞{words})")));
        }
        comparison.state = ComparisonState::Starting;
        assert_eq!(older(&comparison).as_deref(), Some("starting build 3"));
        let stats = Stats { state: State::Live, comparison: Some(comparison), ..Stats::default() };
        assert_eq!(line(&stats, None)[1], vec![Span::new(Style::Yellow, "starting build 3")]);
    }

    #[test]
    fn the_line_says_why_nothing_is_heard() {
        let stats = Stats {
            state: State::Held,
            muted: true,
            gain_db: -6.0,
            guard: Guard { howl_muted: true, ..Guard::default() },
            late_blocks: LateBlocks { device: 2, ..LateBlocks::default() },
            output: Levels { peak: [0.1, 2.0], ..Levels::default() },
            heard: HeardSound::Dry,
            load: 0.004,
            processor_load: Load { average: 1.63, ..Load::default() },
            ..Stats::default()
        };
        let line = line(&stats, None);
        let begin = |style, text: &str| vec![Span::new(style, text)];
        assert_eq!(line[0], begin(Style::Red, "held"));
        let [howl, mute, volume] =
            [(Style::Red, "muted: feedback"), (Style::Yellow, "muted"), (Style::Yellow, "volume −6 dB")];
        assert_eq!(line[1..4], [howl, mute, volume].map(|(style, text)| begin(style, text)));
        assert_eq!(line[5][0], Span::new(Style::Dim, "dry "), "what the level is of");
        assert_eq!(
            line[6][1],
            Span::new(Style::Red, "163.0 %"),
            "the processor's, also while it is bypassed"
        );
        assert_eq!(line[5][1], Span::new(Style::Red, "■".repeat(METER_COLUMNS)), "the louder channel");
        assert_eq!(line.last(), Some(&begin(Style::Yellow, "2 late")));
    }
}
