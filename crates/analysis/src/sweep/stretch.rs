//! A part of the deconvolved answer.

use crate::{
    fourier::rise,
    number::{real, signed},
};

/// A part of an impulse response, and the sum of the squares of the gate that it was cut out by.
pub(super) struct Stretch {
    /// As long as the response it was cut out of.
    pub(super) samples: Vec<f64>,
    pub(super) gate: f64,
}

impl Stretch {
    /// The impulse response from the first time of `open`, faded in until its second, to the first of `close`, faded out from there
    /// for its second. All are relative to the latency, which becomes frame 0.
    pub(super) fn of(impulse: &[f64], latency_frames: usize, open: (f64, f64), close: (f64, f64)) -> Self {
        let frames = impulse.len();
        let mut cut = Self { samples: vec![0.0; frames], gate: 0.0 };
        let (from, to) = (signed(open.0.floor()), signed((close.0 + close.1).ceil()));
        for time in from..to {
            let place = real(time.unsigned_abs()) * if time < 0 { -1.0 } else { 1.0 };
            let gate = rise((place - open.0) / (open.1 - open.0))
                * (1.0 - rise((place - close.0) / close.1.max(1.0)));
            cut.samples[wrapped(time, frames)] =
                gate * impulse[wrapped(time + offset(latency_frames), frames)];
            cut.gate += gate * gate;
        }
        cut
    }
}

fn offset(frames: usize) -> isize {
    isize::try_from(frames).unwrap_or(isize::MAX)
}

/// The index of a time, of which negative ones are at the end.
fn wrapped(time: isize, frames: usize) -> usize {
    usize::try_from(time.rem_euclid(offset(frames))).unwrap_or(0)
}
