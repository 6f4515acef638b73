//! The time in words.

use wavecraft_companion_protocol::transport::{BEATS_OF_A_BAR, Transport};

/// "98.5 BPM".
pub(crate) fn tempo(bpm: f64) -> String {
    format!("{} BPM", (bpm * 10.0).round() / 10.0)
}

/// "3.2": the bar and the beat in it, both from 1.
pub(crate) fn place(beats: f64) -> String {
    let of_a_bar = f64::from(BEATS_OF_A_BAR);
    format!("{}.{}", (beats / of_a_bar).floor() + 1.0, (beats % of_a_bar).floor() + 1.0)
}

/// "plays at 98.5 BPM, bar 3.2, loop of 4 bars".
pub(crate) fn words(time: &Transport) -> String {
    let does = if time.playing { "plays" } else { "stopped" };
    let repeats = match time.loop_bars {
        None => String::new(),
        Some(1) => ", loop of 1 bar".into(),
        Some(bars) => format!(", loop of {bars} bars"),
    };
    format!("{does} at {}, bar {}{repeats}", tempo(time.tempo), place(time.position_beats))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_a_bar_and_a_beat_from_one_on() {
        assert_eq!([0.0, 3.99, 4.0, 9.5].map(place), ["1.1", "1.4", "2.1", "3.2"]);
        let time = Transport {
            playing: false,
            tempo: 98.46,
            position_frames: 0,
            position_beats: 5.0,
            sample_rate: 48_000,
            loop_bars: Some(4),
            reaches: None,
        };
        assert_eq!(words(&time), "stopped at 98.5 BPM, bar 2.2, loop of 4 bars");
        let plays = Transport { playing: true, tempo: 120.0, loop_bars: None, ..time };
        assert_eq!(words(&plays), "plays at 120 BPM, bar 2.2");
    }
}
