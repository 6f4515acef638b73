//! Loudness and true peak, by the crate `ebur128`.

use crate::{
    answer,
    level::Level,
    limits,
    unmeasured::{Measured, Unmeasured},
};
use ebur128::{EbuR128, Mode};
use serde::{Deserialize, Serialize};

/// The least that has a loudness, one gating block of ITU-R BS.1770: in seconds.
const SHORTEST_SECONDS: f64 = 0.4;

/// The absolute gate of BS.1770, in LUFS: what is softer doesn't count.
pub const GATE_LUFS: f64 = -70.0;

/// Silence that is put after a signal for the interpolation of its last peak to be complete, in frames.
const AFTERWARDS: usize = 64;

/// How loud something is (ITU-R BS.1770-4, EBU R 128).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Loudness {
    /// Integrated loudness in LUFS, gated, −70 and up. A single channel counts once: played on both sides it is 3.01 LU louder.
    pub integrated_lufs: Measured<f64>,
    /// True peak in dBTP, the loudest channel's: of the signal oversampled four times, twice from 96 kHz on, from 192 kHz on of the
    /// samples themselves. At a frequency f that is up to `−20·log₁₀ cos(π·f/(n·rate))` below the peak of the continuous signal, n
    /// times oversampled (BS.1770-4, annex 2): 0.2 dB at a quarter of the rate for n = 4, and 0.7 dB at half of it.
    pub true_peak_dbtp: Level,
    /// The largest sample, in dB relative to full scale.
    pub sample_peak_dbfs: Level,
}

impl Loudness {
    /// The loudness of one to six channels in the order left, right, centre, (low frequencies), left and right surround; four are
    /// left, right and both surrounds.
    ///
    /// # Errors
    /// The rate is out of range, there are no channels or more than six, they differ in length, or one isn't finite.
    pub fn of(channels: &[&[f32]], rate_hz: u32) -> Result<Self, Unmeasured> {
        limits::rate(rate_hz)?;
        let count = u32::try_from(channels.len()).unwrap_or(u32::MAX);
        limits::within(f64::from(count), &(1.0..=6.0), crate::Unit::Count)?;
        let frames = channels.iter().map(|channel| channel.len()).max().unwrap_or(0);
        for (index, channel) in channels.iter().enumerate() {
            answer::finite(channel, frames, index)?;
        }
        let refused = |_| Unmeasured::RateOutOfRange { rate_hz };
        let mut meter =
            EbuR128::new(count, rate_hz, Mode::I | Mode::TRUE_PEAK | Mode::SAMPLE_PEAK).map_err(refused)?;
        meter.add_frames_planar_f32(channels).map_err(refused)?;
        let integrated_lufs = integrated(&meter, frames, rate_hz).into();
        let silence = vec![&[0.0; AFTERWARDS][..]; channels.len()];
        meter.add_frames_planar_f32(&silence).map_err(refused)?;
        let largest = |peak: &dyn Fn(u32) -> Result<f64, ebur128::Error>| {
            (0..count).filter_map(|channel| peak(channel).ok()).fold(0.0_f64, f64::max)
        };
        Ok(Self {
            integrated_lufs,
            true_peak_dbtp: Level::of_amplitude(largest(&|channel| meter.true_peak(channel))),
            sample_peak_dbfs: Level::of_amplitude(largest(&|channel| meter.sample_peak(channel))),
        })
    }
}

fn integrated(meter: &EbuR128, frames: usize, rate_hz: u32) -> Result<f64, Unmeasured> {
    let needed = limits::frames(SHORTEST_SECONDS, rate_hz)?;
    if frames < needed {
        return Err(Unmeasured::TooShort { frames, needed });
    }
    match meter.loudness_global() {
        Ok(lufs) if lufs.is_finite() => Ok(lufs),
        // Nothing is above the gate.
        _ => Err(Unmeasured::Silent),
    }
}
