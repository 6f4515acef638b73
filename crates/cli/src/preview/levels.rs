//! Synthetic levels for the page to draw while nothing plays: a tone that swells and fades.

use std::{f64::consts::TAU, time::Duration};
use wavecraft_companion_protocol::browser::{
    MeterFrame, MeterUpdate, OscilloscopeFrame, OscilloscopeTriggerMode,
};

/// In Hz: the sample rate of the simulated device.
const RATE: f64 = 48_000.0;
/// In Hz: several periods fit into the scope's window of 21 ms.
const TONE: f64 = 220.0;
/// In seconds: the period of the swell, slow enough to follow.
const SWELL: f64 = 4.0;
/// In dBFS: the quietest and the loudest level, which cover most of a meter's scale and never clip.
const RANGE_DB: (f64, f64) = (-42.0, -6.0);
/// The scope's width in points, as in the protocol.
const POINTS: u16 = 1024;

/// The linear amplitudes of both channels; the right one lags by a quarter of a swell.
fn amplitudes(time: Duration) -> [f64; 2] {
    [0.0, 0.25].map(|behind| {
        let phase = TAU * (time.as_secs_f64() / SWELL - behind);
        let (low, high) = RANGE_DB;
        // dB to linear: 10^(dB / 20).
        10_f64.powf((low + (high - low) * (0.5 - 0.5 * phase.cos())) / 20.0)
    })
}

fn peak_and_rms(time: Duration) -> [[f32; 2]; 2] {
    // The RMS of a sine is its amplitude divided by the root of two.
    amplitudes(time).map(|peak| [narrow(peak), narrow(peak * std::f64::consts::FRAC_1_SQRT_2)])
}

/// For `getMeterFrame`.
pub(crate) fn meter_frame(time: Duration) -> MeterFrame {
    let [[peak_l, rms_l], [peak_r, rms_r]] = peak_and_rms(time);
    MeterFrame { peak_l, peak_r, rms_l, rms_r, timestamp: frames(time) }
}

/// For `meterUpdate`.
pub(crate) fn meter_update(time: Duration) -> MeterUpdate {
    let [[left_peak, left_rms], [right_peak, right_rms]] = peak_and_rms(time);
    let timestamp_us = u64::try_from(time.as_micros()).unwrap_or(u64::MAX);
    MeterUpdate { timestamp_us, left_peak, left_rms, right_peak, right_rms }
}

/// The tone, starting at a rising zero crossing.
pub(crate) fn oscilloscope_frame(time: Duration) -> OscilloscopeFrame {
    let wave = |amplitude: f64| {
        (0..POINTS).map(|point| narrow(amplitude * (TAU * TONE * f64::from(point) / RATE).sin())).collect()
    };
    let [left, right] = amplitudes(time);
    OscilloscopeFrame {
        points_l: wave(left),
        points_r: wave(right),
        sample_rate: narrow(RATE),
        timestamp: frames(time),
        no_signal: false,
        trigger_mode: OscilloscopeTriggerMode::RisingZeroCrossing,
    }
}

fn frames(time: Duration) -> u64 {
    // In integers: exact for centuries.
    u64::try_from(time.as_micros() * 48 / 1000).unwrap_or(u64::MAX)
}

#[expect(clippy::cast_possible_truncation, reason = "levels within ±1, and a rate that an f32 holds exactly")]
fn narrow(value: f64) -> f32 {
    value as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_swell_between_their_limits_and_agree_with_the_wave() {
        let at = |seconds: f64| Duration::from_secs_f64(seconds);
        let quiet = meter_frame(at(0.0)).peak_l;
        let loud = meter_frame(at(2.0));
        assert!((20.0 * quiet.log10() + 42.0).abs() < 0.01, "{quiet}");
        assert!((20.0 * loud.peak_l.log10() + 6.0).abs() < 0.01, "{loud:?}");
        assert!((loud.peak_l / loud.rms_l - std::f32::consts::SQRT_2).abs() < 1e-4);
        assert!(loud.peak_r < loud.peak_l, "the right channel follows");
        assert_eq!(loud.timestamp, 96_000);
        let update = meter_update(at(2.0));
        assert_eq!((update.left_peak, update.timestamp_us), (loud.peak_l, 2_000_000));
        let scope = oscilloscope_frame(at(2.0));
        assert_eq!((scope.points_l.len(), scope.points_r.len()), (1024, 1024));
        let highest = scope.points_l.iter().copied().fold(0.0, f32::max);
        assert!((highest - loud.peak_l).abs() < 0.01 * loud.peak_l, "{highest}");
        assert!(scope.points_l[0] == 0.0 && scope.points_l[1] > 0.0);
    }
}
