//! The time of everything that plays, once for all projects.

use super::model::{Action, Entry};
use wavecraft_companion_protocol::transport::{ChangeTransport, Transport};

/// The loops to choose from, in bars.
const LOOPS: [u32; 5] = [0, 1, 2, 4, 8];

/// What the menu shows of it: not the position, which changes all the time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct TransportFacts {
    /// Does it go on?
    pub playing: bool,
    /// In beats per minute.
    pub tempo: f64,
    /// How many bars are repeated; 0 for none.
    pub loop_bars: u32,
}

impl From<Transport> for TransportFacts {
    fn from(time: Transport) -> Self {
        Self { playing: time.playing, tempo: time.tempo, loop_bars: time.loop_bars.unwrap_or(0) }
    }
}

/// The submenu.
pub(super) fn entry(facts: TransportFacts) -> Entry {
    let change = |wanted| Action::ChangeTransport(wanted);
    let none = ChangeTransport::default();
    let play = if facts.playing { "Stop" } else { "Play" };
    let mut entries = vec![
        Entry::button(
            "transport/play",
            play,
            change(ChangeTransport { playing: Some(!facts.playing), ..none }),
        ),
        Entry::button(
            "transport/start",
            "Back to the Start",
            change(ChangeTransport { position_beats: Some(0.0), ..none }),
        ),
        Entry::button("transport/tap", "Tap Tempo", Action::TapTempo),
        Entry::separator("transport/loops"),
    ];
    let other = Some(facts.loop_bars).filter(|bars| !LOOPS.contains(bars));
    entries.extend(LOOPS.into_iter().chain(other).map(|bars| {
        let label = match bars {
            0 => "No Loop".into(),
            1 => "Loop 1 Bar".into(),
            bars => format!("Loop {bars} Bars"),
        };
        let choose = change(ChangeTransport { loop_bars: Some(bars), ..none });
        Entry::check(format!("transport/loop-{bars}"), label, facts.loop_bars == bars, choose)
    }));
    let does = if facts.playing { "" } else { "stopped, " };
    let tempo = (facts.tempo * 10.0).round() / 10.0;
    Entry::submenu("transport", &format!("Transport: {does}{tempo} BPM"), entries)
}

#[cfg(test)]
mod tests {
    use super::super::reading::read;
    use super::*;

    #[test]
    fn what_is_done_with_it_and_what_is_repeated() {
        let facts = TransportFacts { playing: true, tempo: 98.5, loop_bars: 4 };
        let lines = read(&[entry(facts)]);
        assert_eq!(
            lines,
            [
                "[Transport: 98.5 BPM…]",
                "  [Stop]",
                "  [Back to the Start]",
                "  [Tap Tempo]",
                "  -",
                "  [No Loop]",
                "  [Loop 1 Bar]",
                "  [Loop 2 Bars]",
                "  [Loop 4 Bars] ✓",
                "  [Loop 8 Bars]",
            ]
        );
        let lines = read(&[entry(TransportFacts { playing: false, tempo: 120.0, loop_bars: 3 })]);
        assert_eq!((lines[0].as_str(), lines[1].as_str()), ("[Transport: stopped, 120 BPM…]", "  [Play]"));
        assert_eq!(lines.last().map(String::as_str), Some("  [Loop 3 Bars] ✓"), "one that was set elsewhere");
    }
}
