//! The path from the input device's FIFO to the renderer; between two clocks, a resampler keeps the FIFO's level.
//!
//! Both sides have their own block sizes; the FIFO holds as much as these need. Frames of a device on the session's
//! clock pass unchanged; those of other devices are resampled by a ratio that follows the clocks' drift. If either
//! device stops for longer than the FIFO covers, the FIFO runs empty or full, which is heard as a short fade and
//! counted.

mod drift;
mod matched;
mod matcher;
#[cfg(test)]
mod simulation;

pub(crate) use matched::MatchedInput;

use crate::number::{count32, frames_in_ms, real, sample};
use crate::render::fade::{Ramp, Residue};
use crate::snapshot::InputStats;

/// After each underrun the FIFO may hold one more of the device's deliveries, up to this many: that covers jitter
/// between the two callbacks, while a slow clock doesn't keep adding delay.
const MOST_SPARE_PUSHES: usize = 4;

/// Length of the fade over an unexpected jump, in frames.
const SLIP_FADE_FRAMES: u32 = 64;

/// Length of the fade-in at the start of a stream, as some devices begin with a click.
const START_FADE_MS: u32 = 50;

/// The microphone as the renderer sees it, with or without a stream behind it.
pub(crate) struct MicrophoneInput {
    stream: Option<Box<MatchedInput>>,
    running: bool,
    level: Ramp,
    residue: Residue,
    last: [f32; 2],
    fade_frames: u32,
    start_fade_frames: u32,
    /// The stream was already heard, so a restart needs only a short fade.
    started: bool,
    fifo_frames: usize,
    spare_pushes: usize,
    underruns: u64,
    overruns: u64,
}

impl MicrophoneInput {
    pub(crate) fn new(fade_frames: u32, sample_rate: u32) -> Self {
        Self {
            stream: None,
            running: false,
            level: Ramp::at(0.0),
            residue: Residue::default(),
            last: [0.0; 2],
            fade_frames,
            start_fade_frames: frames_in_ms(START_FADE_MS, sample_rate),
            started: false,
            fifo_frames: 0,
            spare_pushes: 0,
            underruns: 0,
            overruns: 0,
        }
    }

    /// Switches to another stream, or to none; the old sound fades. Returns the old end.
    pub(crate) fn replace(&mut self, stream: Option<Box<MatchedInput>>) -> Option<Box<MatchedInput>> {
        self.halt(self.fade_frames);
        (self.fifo_frames, self.spare_pushes, self.started) = (0, 0, false);
        if let Some(old) = &self.stream {
            self.overruns += old.overruns();
        }
        std::mem::replace(&mut self.stream, stream)
    }

    pub(crate) fn stats(&self) -> InputStats {
        let full = self.stream.as_ref().map_or(0, |stream| stream.overruns());
        InputStats {
            fifo_frames: count32(self.fifo_frames),
            underruns: self.underruns,
            overruns: self.overruns + full,
            silent_frames: self.stream.as_ref().map_or(0, |stream| stream.silent_frames()),
            drift_ppm: self.stream.as_ref().and_then(|stream| stream.drift_ppm()).map(sample),
        }
    }

    /// Whether frames come at a constant delay: the stream has begun, and a clock other than the session's is matched.
    pub(crate) fn is_steady(&self) -> bool {
        let settled = || self.stream.as_ref().is_some_and(|stream| stream.is_settled());
        self.running && self.level.is_steady() && settled()
    }

    /// Fills one block at `now_ns` on the engine's clock: frames of the stream, silence where there are none.
    pub(crate) fn read(&mut self, left: &mut [f32], right: &mut [f32], now_ns: u64) {
        let wanted = left.len();
        let mut taken = 0;
        if let Some(mut stream) = self.stream.take() {
            taken = self.take(&mut stream, left, right, now_ns);
            self.fifo_frames = stream.waiting();
            self.stream = Some(stream);
        }
        for frame in 0..taken {
            let level = self.level.next();
            let residue = self.residue.next();
            left[frame] = left[frame] * level + residue[0];
            right[frame] = right[frame] * level + residue[1];
            self.last = [left[frame], right[frame]];
        }
        if taken < wanted && self.running {
            self.underruns += 1;
            self.spare_pushes = (self.spare_pushes + 1).min(MOST_SPARE_PUSHES);
            self.halt(SLIP_FADE_FRAMES);
        }
        for (left, right) in left[taken..].iter_mut().zip(&mut right[taken..]) {
            [*left, *right] = self.residue.next();
            self.last = [*left, *right];
        }
    }

    /// Takes the frames needed, or as many as there are; none before the FIFO holds what both block sizes need.
    fn take(&mut self, stream: &mut MatchedInput, left: &mut [f32], right: &mut [f32], now_ns: u64) -> usize {
        let mut level = stream.level(left.len(), self.spare_pushes, now_ns);
        // A renderer that was held up for a moment catches up by itself: only frames beyond 10 ms more are dropped.
        let most = 2.0 * level.target + real(level.push) + f64::from(self.fade_frames);
        if self.running && level.present > most {
            self.overruns += 1;
            self.halt(SLIP_FADE_FRAMES);
        }
        if !self.running {
            if level.push == 0 || level.present < level.target {
                return 0;
            }
            stream.skip(level.present - level.target);
            level.present = level.target;
            let fade = if self.started { self.fade_frames } else { self.start_fade_frames };
            (self.running, self.started) = (true, true);
            self.level.jump(0.0);
            self.level.aim(1.0, fade);
        }
        stream.fill(left, right, level, now_ns)
    }

    fn halt(&mut self, fade_frames: u32) {
        self.running = false;
        self.residue.start(self.last, fade_frames);
    }
}

#[cfg(test)]
mod tests {
    use wavecraft_audio_device::{InputStream, InputWriter, input_fifo, no_alloc};

    use super::simulation::{Random, sine_error_db};
    use super::*;

    /// The devices of a test.
    #[derive(Clone, Copy)]
    struct Devices {
        /// Rate of the input device in Hz, nominally; the renderer's is 48 kHz.
        rate: u32,
        shares_clock: bool,
        /// How much faster its clock runs than nominal.
        ppm: f64,
        push: usize,
        pull: usize,
    }

    const ONE_CLOCK: Devices = Devices { rate: 48_000, shares_clock: true, ppm: 0.0, push: 256, pull: 256 };

    impl Devices {
        /// Both ends of its stream, for a session of 48 kHz.
        fn open(self) -> (InputWriter, Box<MatchedInput>) {
            let (writer, reader) = input_fifo();
            let (sample_rate, shares_clock) = (self.rate, self.shares_clock);
            let stream = InputStream { name: "simulated".into(), sample_rate, shares_clock, reader };
            (writer, Box::new(MatchedInput::new(stream, 48_000)))
        }

        /// Plays a sine with a period of a thousandth of the device's real second, and its negative on the right, for
        /// `seconds` seconds; each delivery comes up to `late_ms` too late. Returns what was rendered on the left.
        fn play(self, seconds: usize, late_ms: f64) -> (Vec<f32>, InputStats) {
            let (mut writer, stream) = self.open();
            let mut microphone = MicrophoneInput::new(480, 48_000);
            microphone.replace(Some(stream));
            let rate = f64::from(self.rate) * (1.0 + self.ppm * 1e-6);
            let mut random = Random::new(3);
            let (mut pushed, mut pulled, mut out) = (0_usize, 0_usize, Vec::new());
            let (mut left, mut right) = (vec![0.0; self.pull], vec![0.0; self.pull]);
            let mut arrival = 0.0;
            while pulled < seconds * 48_000 {
                let now = real(pulled) / 48_000.0;
                while arrival <= now {
                    let frames: Vec<f32> = (pushed..pushed + self.push)
                        .flat_map(|frame| {
                            let value =
                                sample(0.5 * (std::f64::consts::TAU * 1000.0 * real(frame) / rate).sin());
                            [value, -value]
                        })
                        .collect();
                    writer.push(&frames, 2, 0, to_ns(real(pushed) / rate), |value| value);
                    pushed += self.push;
                    arrival = real(pushed) / rate + random.unit() * late_ms * 1e-3;
                }
                no_alloc(|| microphone.read(&mut left, &mut right, to_ns(now)));
                assert!(left.iter().zip(&right).all(|(left, right)| (left + right).abs() < 1e-6));
                pulled += self.pull;
                out.extend_from_slice(&left);
            }
            (out, microphone.stats())
        }
    }

    fn to_ns(seconds: f64) -> u64 {
        crate::number::whole((seconds + 1.0) * 1e9)
    }

    #[test]
    fn different_block_sizes_on_one_clock_never_slip() {
        for (push, pull) in [(256, 256), (1024, 64), (64, 1024), (480, 333), (1, 4096), (4096, 1)] {
            let (out, stats) = Devices { push, pull, ..ONE_CLOCK }.play(2, 0.0);
            assert_eq!(
                (stats.underruns, stats.overruns, stats.drift_ppm),
                (0, 0, None),
                "{push} into {pull}"
            );
            assert!(out[48_000..].iter().any(|value| *value > 0.49), "{push} into {pull}");
        }
    }

    #[test]
    fn a_device_that_isnt_matched_runs_dry_or_over_without_a_click() {
        let (slow, dry) = Devices { ppm: -50_000.0, ..ONE_CLOCK }.play(4, 0.0);
        assert!(dry.underruns > 0 && dry.overruns == 0, "{dry:?}");
        let (fast, over) = Devices { ppm: 50_000.0, ..ONE_CLOCK }.play(4, 0.0);
        assert!(over.overruns > 0 && over.underruns == 0, "{over:?}");
        // The sine's own steepest step is 0.5·2π/45.6 = 0.0689; a fade over 64 frames adds at most 1/64.
        for out in [slow, fast] {
            let step = out.windows(2).map(|pair| (pair[1] - pair[0]).abs()).fold(0.0, f32::max);
            assert!(step < 0.0689 + 1.0 / 64.0 + 0.001, "{step}");
        }
    }

    #[test]
    fn two_clocks_are_matched() {
        for (rate, ppm, push, pull) in [
            (48_000, 300.0, 256, 256),
            (48_000, -300.0, 1024, 64),
            (16_000, 300.0, 160, 480),
            (16_000, -300.0, 2048, 7),
            (44_100, -300.0, 441, 256),
            (48_000, 300.0, 1, 4096),
        ] {
            let devices = Devices { rate, shares_clock: false, ppm, push, pull };
            let (out, stats) = devices.play(32, 1.0);
            let seen = stats.drift_ppm.expect("it's matched");
            // Over a tenth of a second, so that the last ppm of the ratio's wander doesn't count as an error of the
            // sine; the worst of several tenths of the last three seconds.
            let tenths = out[out.len() - 3 * 48_000..].chunks_exact(4800).step_by(6);
            let error = tenths.map(|tenth| sine_error_db(tenth, 1000.0, 48_000.0)).fold(f64::MIN, f64::max);
            println!("{rate} Hz {ppm} ppm, {push} into {pull}: {seen:.2} ppm, {error:.1} dB, {stats:?}");
            assert_eq!((stats.underruns, stats.overruns), (0, 0), "{rate} {ppm}");
            assert!((f64::from(seen) - ppm).abs() < 2.0, "{rate} {ppm}: {seen}");
            assert!(error < -100.0, "{rate} {ppm}: {error} dB");
        }
    }

    #[test]
    fn a_matched_stream_is_steady_once_its_delay_stays() {
        for ppm in [300.0, -300.0] {
            let devices = Devices { shares_clock: false, ppm, ..ONE_CLOCK };
            let seen = |seconds| f64::from(devices.play(seconds, 0.0).1.drift_ppm.expect("it's matched"));
            // An error of 5 ppm over the 2 s of a measurement is half a frame.
            assert!((seen(12) - ppm).abs() < 5.0, "{ppm}: {}", seen(12));
        }
        let (mut writer, stream) = ONE_CLOCK.open();
        let mut microphone = MicrophoneInput::new(480, 48_000);
        microphone.replace(Some(stream));
        let (mut left, mut right) = (vec![0.0; 256], vec![0.0; 256]);
        let mut blocks = 0;
        while !microphone.is_steady() {
            writer.push(&[0.4; 2 * 256], 2, 0, 0, |value| value);
            microphone.read(&mut left, &mut right, 0);
            blocks += 1;
        }
        assert_eq!(
            blocks, 11,
            "two fill the FIFO; the fade of 2,400 frames ends in the tenth after the first"
        );
        microphone.read(&mut left, &mut right, 0);
        microphone.read(&mut left, &mut right, 0);
        assert!(!microphone.is_steady(), "it ran dry");
    }

    #[test]
    fn a_matched_device_begins_softly() {
        let (out, _) = Devices { shares_clock: false, ..ONE_CLOCK }.play(1, 0.0);
        let begin = out.iter().position(|value| *value != 0.0).expect("it is heard");
        // 50 ms are 2,400 frames: after a tenth of them, at most a tenth of the level.
        assert!(out[begin..begin + 240].iter().all(|value| value.abs() < 0.051));
        assert!(out[begin + 2400..].iter().any(|value| *value > 0.49));
    }

    #[test]
    fn a_stream_that_is_taken_away_fades() {
        let (mut writer, stream) = ONE_CLOCK.open();
        let mut microphone = MicrophoneInput::new(480, 48_000);
        microphone.replace(Some(stream));
        writer.push(&[0.4; 2 * 8192], 2, 0, 0, |value| value);
        let (mut left, mut right) = (vec![0.0; 3000], vec![0.0; 3000]);
        writer.push(&[0.4; 2 * 8192], 2, 0, 0, |value| value);
        microphone.read(&mut left, &mut right, 0);
        assert_eq!(left[2999], 0.4);
        assert!(microphone.replace(None).is_some());
        microphone.read(&mut left, &mut right, 0);
        assert!((left[0] - 0.4).abs() < 0.002 && left[481..].iter().all(|value| *value == 0.0));
    }

    #[test]
    fn silence_is_counted_where_it_is_exact_and_until_a_sound_comes() {
        let (mut writer, stream) = ONE_CLOCK.open();
        let mut microphone = MicrophoneInput::new(0, 48_000);
        microphone.replace(Some(stream));
        let silent = |microphone: &MicrophoneInput| microphone.stats().silent_frames;
        // Unheard channels don't count: of four channels the last two are taken.
        writer.push(&[0.5, 0.5, 0.0, 0.0].repeat(100), 4, 2, 0, |value| value);
        writer.push(&[0.0; 60], 2, 0, 0, |value| value);
        assert_eq!(silent(&microphone), 130);
        // −180 dBFS on one side, quieter than any converter.
        writer.push(&[0.0, 0.0, 0.0, 1e-9, 0.0, 0.0], 2, 0, 0, |value| value);
        assert_eq!(silent(&microphone), 1);
        writer.push(&[0.1; 2], 2, 0, 0, |value| value);
        assert_eq!(silent(&microphone), 0);
        // Nothing is left over for the next stream.
        writer.push(&[0.0; 20], 2, 0, 0, |value| value);
        microphone.replace(None);
        assert_eq!(silent(&microphone), 0);
    }

    #[test]
    fn a_pair_of_many_channels_is_taken() {
        let (mut writer, stream) = ONE_CLOCK.open();
        let mut microphone = MicrophoneInput::new(0, 48_000);
        microphone.replace(Some(stream));
        let four: Vec<f32> = (0..4 * 8000).map(|index| [0.1, 0.2, 0.3, 0.4][index % 4]).collect();
        writer.push(&four, 4, 2, 0, |value| value);
        writer.push(&four, 4, 2, 0, |value| value);
        let (mut left, mut right) = (vec![0.0; 3000], vec![0.0; 3000]);
        microphone.read(&mut left, &mut right, 0);
        assert_eq!((left[2999], right[2999]), (0.3, 0.4));
    }
}
