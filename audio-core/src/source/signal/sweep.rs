//! An exponential sweep: A. Farina, "Simultaneous measurement of impulse response and distortion with a swept-sine
//! technique", AES 108th Convention, 2000, preprint 5093.
//!
//! From f1 to f2 in T seconds, with k = ln(f2 / f1), the phase in turns at time t is f1 · T / k · (e^(k·t/T) − 1), so that the
//! frequency is f1 · e^(k·t/T). It is computed from the frame's number: no error grows.

use crate::number::{real64, sample, whole};

pub(crate) struct Sweep {
    frame: u64,
    frames: u64,
    /// f1 · T / k in turns, and k by frame.
    scale: f64,
    growth: f64,
    /// The phase in turns at which the present sweep began: that at which the one before ended, so that the jump back is
    /// one of frequency only.
    offset: f64,
    peak: f64,
}

impl Sweep {
    /// The two frequencies differ, and are below half of `rate`.
    pub(crate) fn new([from_hz, to_hz]: [f64; 2], seconds: f64, peak: f64, rate: f64) -> Self {
        let frames = whole(seconds * rate).max(1);
        let octaves = (to_hz / from_hz).ln();
        let scale = from_hz / rate * real64(frames) / octaves;
        Self { frame: 0, frames, scale, growth: octaves / real64(frames), offset: 0.0, peak }
    }

    pub(crate) fn next(&mut self) -> f32 {
        let value = self.peak * (std::f64::consts::TAU * self.turns().fract()).sin();
        self.frame += 1;
        if self.frame == self.frames {
            self.offset = self.turns().fract();
            self.frame = 0;
        }
        sample(value)
    }

    fn turns(&self) -> f64 {
        self.offset + self.scale * (self.growth * real64(self.frame)).exp_m1()
    }
}
