//! The oscilloscope as somebody asks for it: any span, from where the signal passes a level.

use std::sync::{Arc, Mutex, PoisonError};

use crate::engine::history::History;
use crate::engine::scope::{NO_SIGNAL_PEAK, SCOPE_POINTS};
use crate::number::{position, whole_size};

/// How far back the trigger is searched for before the span, in milliseconds: a period of 10 Hz.
const SEARCHED_MS: f64 = 100.0;

/// What to draw of a waveform.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Trigger {
    /// Time shown in milliseconds; values beyond 1 to 500 count as the nearest of these.
    pub span_ms: f64,
    /// Whether the signal rises through the level; otherwise it falls.
    pub rising: bool,
    /// The level, linear.
    pub level: f32,
}

/// One picture of a waveform.
#[derive(Debug, Clone, PartialEq)]
pub struct TriggeredFrame {
    /// At most [`SCOPE_POINTS`] values of the left channel, linear.
    pub left: Vec<f32>,
    /// As many of the right channel.
    pub right: Vec<f32>,
    /// Frames that they cover.
    pub frames: usize,
    /// Whether the values are pairs, the smallest and the largest of equal shares of the frames. Otherwise each is a
    /// frame.
    pub pairs: bool,
    /// Whether the first frame is the first one at or beyond the level. Otherwise these are the latest frames.
    pub triggered: bool,
    /// Whether the signal stays below −80 dBFS.
    pub no_signal: bool,
    /// Stream position of the first frame.
    pub timestamp_frames: u64,
    /// Rate in Hz of the frames.
    pub sample_rate: u32,
}

/// The latest sound of a project, to be drawn on any thread but the audio thread. It goes on while
/// [`Engine::poll`](crate::Engine::poll) is called.
#[derive(Debug, Clone)]
pub struct Waveform {
    history: Arc<Mutex<History>>,
    sample_rate: u32,
}

impl Waveform {
    pub(crate) fn new(history: Arc<Mutex<History>>, sample_rate: u32) -> Self {
        Self { history, sample_rate }
    }

    /// The latest picture that begins where the left channel passes the level, or the right one if the left doesn't;
    /// otherwise the latest sound. `None` while there is less sound than the span. Takes a fraction of a millisecond,
    /// in which [`Engine::poll`](crate::Engine::poll) waits.
    #[must_use]
    pub fn draw(&self, trigger: &Trigger) -> Option<TriggeredFrame> {
        // No code that holds it can panic halfway through a change.
        let history = self.history.lock().unwrap_or_else(PoisonError::into_inner);
        draw(&history, self.sample_rate, trigger)
    }
}

fn draw(history: &History, sample_rate: u32, trigger: &Trigger) -> Option<TriggeredFrame> {
    let in_ms = |milliseconds: f64| whole_size(milliseconds * f64::from(sample_rate) / 1000.0);
    let span = in_ms(trigger.span_ms.clamp(1.0, 500.0)).max(2);
    let searched = in_ms(SEARCHED_MS).min(history.len().checked_sub(span)?);
    let back = (0..2).find_map(|channel| passed(history, span, searched, channel, trigger));
    // Frames between the picture's end and now.
    let after = back.unwrap_or(0);
    let frames = || history.last(span + after).into_iter().flatten().take(span);
    let (mut left, mut right) = (Vec::with_capacity(SCOPE_POINTS), Vec::with_capacity(SCOPE_POINTS));
    let pairs = span > SCOPE_POINTS;
    let mut peak = 0.0_f32;
    if pairs {
        let shares = SCOPE_POINTS / 2;
        let mut frames = frames();
        for share in 0..shares {
            let count = (share + 1) * span / shares - share * span / shares;
            let mut range = [[f32::INFINITY, f32::NEG_INFINITY]; 2];
            for frame in frames.by_ref().take(count) {
                for (range, value) in range.iter_mut().zip(frame) {
                    *range = [range[0].min(value), range[1].max(value)];
                }
            }
            left.extend(range[0]);
            right.extend(range[1]);
        }
    } else {
        left.extend(frames().map(|frame| frame[0]));
        right.extend(frames().map(|frame| frame[1]));
    }
    for value in left.iter().chain(&right) {
        peak = peak.max(value.abs());
    }
    Some(TriggeredFrame {
        left,
        right,
        frames: span,
        pairs,
        triggered: back.is_some(),
        no_signal: peak < NO_SIGNAL_PEAK,
        timestamp_frames: history.end_frames().saturating_sub(position(span + after)),
        sample_rate,
    })
}

/// How many frames come after the span that begins at the latest crossing, of at most `searched`.
fn passed(
    history: &History,
    span: usize,
    searched: usize,
    channel: usize,
    trigger: &Trigger,
) -> Option<usize> {
    let level = trigger.level;
    let mut later: Option<f32> = None;
    // From the last possible beginning backwards; one frame more, to see from where the earliest came.
    let frames = history.last(span + searched)?.take(searched + 1).rev();
    for (back, frame) in frames.enumerate() {
        let value = frame[channel];
        let crossed = later.is_some_and(|later| {
            if trigger.rising { value < level && later >= level } else { value > level && later <= level }
        });
        if crossed {
            return Some(back - 1);
        }
        later = Some(value);
    }
    None
}

/// Frames in the longest picture at this rate and in the search before it: what a history has to hold.
#[cfg(test)]
pub(crate) fn longest(sample_rate: u32) -> usize {
    whole_size((500.0 + SEARCHED_MS) * f64::from(sample_rate) / 1000.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::number::{real, sample};

    fn history(rate: u32, count: usize, wave: impl Fn(f64) -> [f64; 2]) -> History {
        let mut history = History::new(rate);
        let frames: Vec<_> =
            (0..count).map(|frame| wave(real(frame) / f64::from(rate)).map(sample)).collect();
        history.push(frames.into_iter(), position(count));
        history
    }

    fn sine(hertz: f64, seconds: f64) -> f64 {
        (std::f64::consts::TAU * hertz * seconds).sin()
    }

    const RATES: [u32; 5] = [8_000, 44_100, 48_000, 96_000, 192_000];

    #[test]
    fn every_span_begins_at_the_level_in_the_direction() {
        for rate in RATES {
            let history = history(rate, longest(rate), |time| [0.5 * sine(60.0, time), 0.0]);
            for (span_ms, rising, level) in
                [(1.0, true, 0.0), (20.0, false, 0.0), (100.0, true, 0.25), (500.0, false, -0.3)]
            {
                let frame = draw(&history, rate, &Trigger { span_ms, rising, level }).expect("enough");
                let what = format!("{rate} Hz, {span_ms} ms");
                assert!(frame.triggered && !frame.no_signal, "{what}");
                assert_eq!(frame.frames, whole_size(span_ms * f64::from(rate) / 1000.0), "{what}");
                assert_eq!(frame.pairs, frame.frames > SCOPE_POINTS, "{what}");
                assert!(frame.left.len() <= SCOPE_POINTS && frame.left.len() == frame.right.len());
                // The first frame is at most a step beyond the level, and the step before is before it.
                let (step, share) = (0.5 * 377.0 / f64::from(rate), real(frame.frames) / 512.0);
                let first = f64::from(if rising || !frame.pairs { frame.left[0] } else { frame.left[1] });
                let beyond = if rising { first - f64::from(level) } else { f64::from(level) - first };
                assert!((-1e-6..=step * share.max(1.0) + 1e-6).contains(&beyond), "{what}: {beyond}");
                let at = real(whole_size(f64::from(u32::try_from(frame.timestamp_frames).expect("few"))));
                let value = 0.5 * sine(60.0, at / f64::from(rate));
                assert!((value - f64::from(level)).abs() <= step + 1e-6, "{what}: {value}");
            }
        }
    }

    #[test]
    fn the_latest_beginning_is_taken() {
        let history = history(48_000, 28_800, |time| [sine(1000.0, time), 0.0]);
        let frame =
            draw(&history, 48_000, &Trigger { span_ms: 10.0, rising: true, level: 0.0 }).expect("enough");
        assert!(28_800 - 480 - frame.timestamp_frames <= 48, "{}", frame.timestamp_frames);
    }

    #[test]
    fn no_peak_is_lost() {
        for (rate, at) in
            RATES.into_iter().flat_map(|rate| [0.2003, 0.3111, 0.4444, 0.55].map(|at| (rate, at)))
        {
            let click = whole_size(at * f64::from(rate));
            let history = history(rate, longest(rate), |time| {
                let is = whole_size(time * f64::from(rate)) == click;
                [if is { 0.9 } else { 0.0 }, if is { -0.8 } else { 0.0 }]
            });
            let frame =
                draw(&history, rate, &Trigger { span_ms: 500.0, rising: true, level: 2.0 }).expect("enough");
            assert!(!frame.triggered && frame.pairs);
            let largest = frame.left.iter().copied().fold(0.0, f32::max);
            let smallest = frame.right.iter().copied().fold(0.0, f32::min);
            assert_eq!((largest, smallest), (0.9, -0.8), "{rate} {at}");
            assert!(frame.left.chunks(2).all(|pair| pair[0] <= pair[1]));
        }
    }

    #[test]
    fn what_passes_no_level_is_shown_untriggered_and_the_right_side_triggers_too() {
        let trigger = Trigger { span_ms: 10.0, rising: true, level: 0.5 };
        let history_of = |wave: fn(f64) -> [f64; 2]| history(48_000, 24_000, wave);
        let quiet = draw(&history_of(|_| [0.0; 2]), 48_000, &trigger).expect("enough");
        assert!(!quiet.triggered && quiet.no_signal && quiet.timestamp_frames == 24_000 - 480);
        let direct = draw(&history_of(|_| [0.9; 2]), 48_000, &trigger).expect("enough");
        assert!(!direct.triggered && !direct.no_signal);
        let right = draw(&history_of(|time| [0.1, sine(100.0, time)]), 48_000, &trigger).expect("enough");
        assert!(right.triggered && right.right[0] >= 0.5 && right.right[0] < 0.52, "{}", right.right[0]);
        // Too few frames, and wishes beyond all sense.
        assert_eq!(draw(&History::new(48_000), 48_000, &trigger), None);
        for span_ms in [f64::NAN, f64::INFINITY, -3.0, 0.0] {
            let wish = Trigger { span_ms, rising: true, level: f32::NAN };
            let frame = draw(&history_of(|time| [sine(100.0, time); 2]), 48_000, &wish);
            assert!(frame.is_none_or(|frame| !frame.triggered && frame.frames <= 24_000));
        }
    }
}
