//! Two processors with what a plugin can have wrong: a curve, a choice, state, and a latency.

use wavecraft::{Processor, Transport};
use wavecraft_macros::ProcessorParams;

/// The latency of [`Shaper`] in frames.
pub const LATENCY: u32 = 64;

#[derive(ProcessorParams, Default, Clone)]
pub struct ShaperParams {
    #[param(range = "0.0..=36.0", default = 6.0, unit = "dB", group = "Shape")]
    pub drive: f32,
    #[param(variants = "Soft, Hard, Fold", default = 1, group = "Shape")]
    pub shape: u32,
    #[param(range = "20.0..=20000.0", default = 8000.0, factor = 0.3, unit = "Hz")]
    pub tone: f32,
}

/// A wave shaper behind a low pass, late by [`LATENCY`].
pub struct Shaper {
    rate: f32,
    low: [f32; 2],
    line: [[f32; LATENCY as usize]; 2],
    at: usize,
}

impl Default for Shaper {
    fn default() -> Self {
        Self { rate: 48_000.0, low: [0.0; 2], line: [[0.0; LATENCY as usize]; 2], at: 0 }
    }
}

impl Processor for Shaper {
    type Params = ShaperParams;

    fn set_sample_rate(&mut self, rate: f32) {
        self.rate = rate;
    }

    fn process(&mut self, block: &mut [&mut [f32]], _: &Transport, params: &ShaperParams) {
        let drive = 10_f32.powf(params.drive / 20.0);
        let part = 1.0 - (-std::f32::consts::TAU * params.tone / self.rate).exp();
        let frames = block.first().map_or(0, |channel| channel.len());
        for frame in 0..frames {
            for (side, channel) in block.iter_mut().take(2).enumerate() {
                let driven = drive * channel[frame];
                let shaped = match params.shape {
                    0 => driven / (1.0 + driven.abs()),
                    1 => driven.clamp(-1.0, 1.0),
                    _ => (driven * std::f32::consts::FRAC_PI_2).sin(),
                };
                self.low[side] += part * (shaped - self.low[side]);
                channel[frame] = std::mem::replace(&mut self.line[side][self.at], self.low[side]);
            }
            self.at = (self.at + 1) % LATENCY as usize;
        }
    }

    fn reset(&mut self) {
        *self = Self { rate: self.rate, ..Self::default() };
    }
}

#[derive(ProcessorParams, Default, Clone)]
pub struct TrimParams {
    #[param(range = "-24.0..=24.0", default = 0.0, unit = "dB")]
    pub level: f32,
    #[param(variants = "Off, Time", default = 0)]
    pub shows: u32,
}

/// A gain, which panics at its least level, and can show the time: tempo ÷ 1,000 + frame ÷ 1,000,000.
#[derive(Default)]
pub struct Trim;

impl Processor for Trim {
    type Params = TrimParams;

    fn process(&mut self, block: &mut [&mut [f32]], time: &Transport, params: &TrimParams) {
        if params.shows == 1 {
            for channel in block {
                for (frame, sample) in channel.iter_mut().enumerate() {
                    let position = time.pos_samples as f32 + frame as f32;
                    let tempo = time.tempo.filter(|_| time.playing).unwrap_or(0.0) as f32;
                    *sample = 0.001 * tempo + 1e-6 * position;
                }
            }
            return;
        }
        assert!(params.level > -24.0, "as it was asked");
        let gain = 10_f32.powf(params.level / 20.0);
        for sample in block.iter_mut().flat_map(|channel| channel.iter_mut()) {
            *sample *= gain;
        }
    }
}
