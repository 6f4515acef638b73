//! The loudspeaker's signal, recorded and measured.

use crate::{
    LIMIT,
    place::Program,
    server::{RATE, Server},
};
use std::{fs::File, io::Read, process::Stdio, time::Duration, time::Instant};

/// The sine that the tests play, in Hz, and the tolerance of the measured frequency.
pub(crate) const TONE_HZ: f64 = 1000.0;
const TOLERANCE_HZ: f64 = 2.0;

/// The tolerance between two measurements of one level, in dB.
pub(crate) const TOLERANCE_DB: f64 = 0.5;

/// Frames of one measurement: 100 ms.
const WINDOW: usize = 4800;
/// Measurements per median: one second's.
const WINDOWS: usize = 10;
/// Bytes of one sample: an f32.
const SAMPLE_BYTES: usize = 4;

/// A recording that goes on until it is dropped.
pub(crate) struct Recording {
    _recorder: Program,
    file: File,
    /// The number of channels, and the first of the two that are measured, counted from 0.
    channels: usize,
    first: usize,
    /// Bytes read from the file and not measured yet.
    bytes: Vec<u8>,
    /// The last level of each side, RMS in dB.
    pub(crate) last_db: [f64; 2],
}

/// The measurement of one side of a window.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Measured {
    /// RMS, in dB.
    pub(crate) db: f64,
    pub(crate) hz: f64,
}

impl Recording {
    /// Records the default output.
    pub(crate) fn start(server: &Server) -> Self {
        Self::of(server, "speaker")
    }

    /// Records a stereo output by its name.
    pub(crate) fn of(server: &Server, output: &str) -> Self {
        Self::of_pair(server, output, "stereo", 2, 0)
    }

    /// Records two channels, from `first` on, of an output with more.
    pub(crate) fn of_pair(server: &Server, output: &str, map: &str, channels: usize, first: usize) -> Self {
        let path = server.path(&format!("{output}.f32"));
        let written = File::create(&path).expect("a file");
        let mut command = server.command("parec");
        command
            .args(["--format=float32le", "--raw"])
            .arg(format!("--rate={RATE}"))
            .arg(format!("--channels={channels}"))
            .arg(format!("--channel-map={map}"))
            .arg(format!("--device={output}.monitor"))
            .stdout(Stdio::from(written));
        let recorder = Program::spawn(command);
        let file = File::open(&path).expect("the same file");
        let last_db = [f64::NEG_INFINITY; 2];
        Self { _recorder: recorder, file, channels, first, bytes: Vec::new(), last_db }
    }

    /// Waits for a second in which both sides play the tone at this level (RMS, in dB).
    pub(crate) fn until_heard(&mut self, db: f64) {
        let end = Instant::now() + LIMIT;
        self.read();
        // Existing data was played before.
        let frame_bytes = self.channels * SAMPLE_BYTES;
        self.bytes.drain(..self.bytes.len() / frame_bytes * frame_bytes);
        loop {
            let sides = self.next_second(end);
            let fits = |side: &Measured| {
                (side.db - db).abs() < TOLERANCE_DB && (side.hz - TONE_HZ).abs() < TOLERANCE_HZ
            };
            if sides.iter().all(fits) {
                println!("heard {sides:.3?}, expected {db:.3} dB");
                self.last_db = sides.map(|side| side.db);
                return;
            }
            assert!(
                Instant::now() < end,
                "the speaker plays {sides:.2?} instead of {TONE_HZ} Hz at {db:.2} dB"
            );
        }
    }

    /// The medians over the next second that is recorded.
    fn next_second(&mut self, end: Instant) -> [Measured; 2] {
        let frame_bytes = self.channels * SAMPLE_BYTES;
        let length = WINDOWS * WINDOW * frame_bytes;
        while self.bytes.len() < length {
            assert!(Instant::now() < end, "the recording stands still");
            std::thread::sleep(Duration::from_millis(20));
            self.read();
        }
        let second: Vec<u8> = self.bytes.drain(..length).collect();
        measure_second(&second, self.channels, self.first)
    }

    fn read(&mut self) {
        self.file.read_to_end(&mut self.bytes).expect("read");
    }
}

/// The medians over a second of two channels, from `first` on, in interleaved `f32` data with this many channels;
/// anything beyond the second is ignored.
pub(crate) fn measure_second(bytes: &[u8], channels: usize, first: usize) -> [Measured; 2] {
    [first, first + 1].map(|channel| {
        let offset = channel * SAMPLE_BYTES;
        let sample = |frame: &[u8]| -> f64 {
            let bytes = frame[offset..offset + SAMPLE_BYTES].try_into().expect("four bytes");
            f32::from_le_bytes(bytes).into()
        };
        let frames = bytes.chunks_exact(channels * SAMPLE_BYTES);
        let side: Vec<f64> = frames.take(WINDOWS * WINDOW).map(sample).collect();
        let windows: Vec<Measured> = side.chunks_exact(WINDOW).map(Measured::of).collect();
        Measured {
            db: median(windows.iter().map(|window| window.db)),
            hz: median(windows.iter().map(|window| window.hz)),
        }
    })
}

impl Measured {
    /// Level and, by the time between the first and the last upward zero crossing, frequency (0 where there is none).
    fn of(samples: &[f64]) -> Self {
        let frames = f64::from(u32::try_from(samples.len()).expect("a window"));
        let square: f64 = samples.iter().map(|sample| sample * sample).sum();
        let crossings: Vec<f64> = (0_u32..)
            .zip(samples.windows(2))
            .filter(|(_, pair)| pair[0] < 0.0 && pair[1] >= 0.0)
            // Where the line between the two samples crosses zero.
            .map(|(frame, pair)| f64::from(frame) + pair[0] / (pair[0] - pair[1]))
            .collect();
        let hz = match crossings.as_slice() {
            [first, rest @ .., last] => {
                f64::from(u32::try_from(rest.len() + 1).expect("few")) * f64::from(RATE) / (last - first)
            }
            _ => 0.0,
        };
        Self { db: 10.0 * (square / frames).log10(), hz }
    }
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
