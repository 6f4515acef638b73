//! What the loudspeaker plays, written down and measured.

use crate::{
    LIMIT, TOLERANCE_DB,
    place::Program,
    server::{RATE, Server},
};
use std::{fs::File, io::Read, process::Stdio, time::Duration, time::Instant};

/// The sine that the tests play, in Hz, and as far as the measured one may be off.
pub(crate) const TONE_HZ: f64 = 1000.0;
const TOLERANCE_HZ: f64 = 5.0;

/// Frames of one measurement: 100 ms.
const WINDOW: usize = 4800;
/// Measurements that a median is taken of: a second's.
const WINDOWS: usize = 10;
/// Bytes of one frame: two times f32.
const FRAME_BYTES: usize = 8;

/// A recording that goes on until it is dropped.
pub(crate) struct Recording {
    _recorder: Program,
    file: File,
    /// Read from the file and not measured yet.
    bytes: Vec<u8>,
    /// The level of each side that was heard last, RMS in dB.
    pub(crate) last_db: [f64; 2],
}

/// Of one side of a window.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Measured {
    /// RMS, in dB.
    pub(crate) db: f64,
    pub(crate) hz: f64,
}

impl Recording {
    /// Of the default output.
    pub(crate) fn start(server: &Server) -> Self {
        Self::of(server, "speaker")
    }

    /// Of an output by its name.
    pub(crate) fn of(server: &Server, output: &str) -> Self {
        let path = server.path(&format!("{output}.f32"));
        let written = File::create(&path).expect("a file");
        let format = ["--format=float32le", &format!("--rate={RATE}"), "--channels=2", "--raw"];
        let mut command = server.command("parec");
        command.arg(format!("--device={output}.monitor")).args(format).stdout(Stdio::from(written));
        let recorder = Program::spawn(command);
        let file = File::open(&path).expect("the same file");
        Self { _recorder: recorder, file, bytes: Vec::new(), last_db: [f64::NEG_INFINITY; 2] }
    }

    /// Waits for a second in which both sides play the tone at this level (RMS, in dB).
    pub(crate) fn until_heard(&mut self, db: f64) {
        let end = Instant::now() + LIMIT;
        self.read();
        // What is there already was played before.
        self.bytes.drain(..self.bytes.len() / FRAME_BYTES * FRAME_BYTES);
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
        let length = WINDOWS * WINDOW * FRAME_BYTES;
        while self.bytes.len() < length {
            assert!(Instant::now() < end, "the recording stands still");
            std::thread::sleep(Duration::from_millis(20));
            self.read();
        }
        let second: Vec<u8> = self.bytes.drain(..length).collect();
        measure_second(&second)
    }

    fn read(&mut self) {
        self.file.read_to_end(&mut self.bytes).expect("read");
    }
}

/// The medians over a second of stereo `f32`; what is beyond that isn't looked at.
pub(crate) fn measure_second(bytes: &[u8]) -> [Measured; 2] {
    [0, 4].map(|offset| {
        let sample = |frame: &[u8]| -> f64 {
            let bytes = frame[offset..offset + 4].try_into().expect("four bytes");
            f32::from_le_bytes(bytes).into()
        };
        let side: Vec<f64> = bytes.chunks_exact(FRAME_BYTES).take(WINDOWS * WINDOW).map(sample).collect();
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
            // Where the line between the two samples crosses.
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
