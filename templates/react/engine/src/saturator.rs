//! The processor: what a host sees, and what happens to every sample.

use crate::{
    curve::{drive, reduction_db},
    filter::{Coefficients, Filter},
    smooth::Smooth,
};
use wavecraft::{Processor, Transport};
use wavecraft_macros::ProcessorParams;
use wavecraft_probe::probe;

/// Channels with a filter of their own; any beyond these pass as they are.
const MAX_CHANNELS: usize = 2;

/// The knobs. Each becomes a parameter `saturator_<field>` of the plugin, of the page, and of `getAllParameters`.
#[derive(Debug, Clone, Default, ProcessorParams)]
pub struct SaturatorParams {
    /// Gain in front of the curve, in dB.
    #[param(range = "0.0..=36.0", default = 6.0, unit = "dB", group = "Drive")]
    pub drive: f32,
    /// Which of the filter's outputs is heard: 0, 1 or 2.
    #[param(variants = "Low pass, Band pass, High pass", default = 0, group = "Filter")]
    pub filter: u32,
    /// The filter's cutoff in Hz. The factor gives the low half of the control to the low frequencies.
    #[param(range = "20.0..=20000.0", default = 8000.0, factor = 0.3, unit = "Hz", group = "Filter")]
    pub cutoff: f32,
    /// From 0 % (flat) to 100 % (a whistle).
    #[param(range = "0.0..=100.0", default = 10.0, unit = "%", group = "Filter")]
    pub resonance: f32,
    /// 0 % is the input as it came, 100 % all drive and filter.
    #[param(range = "0.0..=100.0", default = 100.0, unit = "%", group = "Output")]
    pub mix: f32,
    /// Gain at the end, in dB.
    #[param(range = "-36.0..=12.0", default = 0.0, unit = "dB", group = "Output")]
    pub output: f32,
}

/// Drive into a state-variable filter, mixed with the dry signal. Mono and stereo, at any sample rate.
#[derive(Debug)]
pub struct Saturator {
    sample_rate: f32,
    /// Nothing was heard yet, so the first values need no way to go.
    fresh: bool,
    drive: Smooth,
    /// How much of low, band and high pass is heard: changing the filter is a crossfade.
    outputs: [Smooth; 3],
    /// In octaves above 1 Hz, so that a sweep is even to the ear.
    cutoff: Smooth,
    resonance: Smooth,
    mix: Smooth,
    output: Smooth,
    coefficients: Coefficients,
    filters: [Filter; MAX_CHANNELS],
}

impl Default for Saturator {
    fn default() -> Self {
        Self {
            sample_rate: 48_000.0,
            fresh: true,
            drive: Smooth::default(),
            outputs: Default::default(),
            cutoff: Smooth::default(),
            resonance: Smooth::default(),
            mix: Smooth::default(),
            output: Smooth::default(),
            coefficients: Coefficients::default(),
            filters: Default::default(),
        }
    }
}

fn db_to_gain(db: f32) -> f32 {
    10.0_f32.powf(db / 20.0)
}

impl Saturator {
    /// Sets every value on its way to what the knobs say.
    fn aim(&mut self, params: &SaturatorParams) {
        let frames = if self.fresh { 0 } else { Smooth::frames(self.sample_rate) };
        self.drive.aim(db_to_gain(params.drive), frames);
        for (index, output) in (0..).zip(&mut self.outputs) {
            output.aim(if index == params.filter { 1.0 } else { 0.0 }, frames);
        }
        self.cutoff.aim(params.cutoff.max(1.0).log2(), frames);
        self.resonance.aim(params.resonance / 100.0, frames);
        self.mix.aim(params.mix / 100.0, frames);
        self.output.aim(db_to_gain(params.output), frames);
        if self.fresh {
            self.tune();
            self.fresh = false;
        }
    }

    /// Moves the filter to the next frame's cutoff and resonance.
    fn tune(&mut self) {
        let (cutoff, resonance) = (self.cutoff.next().exp2(), self.resonance.next());
        self.coefficients = Coefficients::new(cutoff, resonance, self.sample_rate);
    }
}

impl Processor for Saturator {
    type Params = SaturatorParams;

    fn process(&mut self, buffer: &mut [&mut [f32]], _transport: &Transport, params: &SaturatorParams) {
        self.aim(params);
        let frames = buffer.iter().map(|channel| channel.len()).min().unwrap_or(0);
        let mut loudest = 0.0_f32;
        for frame in 0..frames {
            if self.cutoff.moves() || self.resonance.moves() {
                self.tune();
            }
            let gain = self.drive.next();
            let [low, band, high] = self.outputs.each_mut().map(Smooth::next);
            let mix = self.mix.next();
            let output = self.output.next();
            for (channel, filter) in buffer.iter_mut().zip(&mut self.filters) {
                let input = channel[frame];
                // One sample that is no number would stay in the filter for ever.
                let dry = if input.is_finite() { input } else { 0.0 };
                loudest = loudest.max((gain * dry).abs());
                let [l, b, h] = filter.next(drive(dry, gain), &self.coefficients);
                let wet = low * l + band * b + high * h;
                channel[frame] = output * (dry + mix * (wet - dry));
            }
        }
        self.filters.iter_mut().for_each(Filter::settle);
        // The inspector draws it, and a page has it with `useProbe('gain_reduction')`.
        probe!("gain_reduction", reduction_db(loudest));
    }

    fn set_sample_rate(&mut self, sample_rate: f32) {
        self.sample_rate = sample_rate;
        self.reset();
    }

    fn reset(&mut self) {
        self.filters = Default::default();
        self.fresh = true;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use wavecraft::ProcessorParams;

    /// Clean: nothing but the gain at the end is heard.
    fn dry() -> SaturatorParams {
        SaturatorParams { mix: 0.0, ..SaturatorParams::from_param_defaults() }
    }

    fn run(processor: &mut Saturator, channels: &mut [Vec<f32>], blocks: &[usize], params: &SaturatorParams) {
        let (mut start, frames) = (0, channels[0].len());
        for length in blocks.iter().cycle() {
            if start == frames {
                return;
            }
            let end = frames.min(start + length);
            let mut buffer: Vec<&mut [f32]> =
                channels.iter_mut().map(|channel| &mut channel[start..end]).collect();
            processor.process(&mut buffer, &Transport::default(), params);
            start = end;
        }
    }

    /// The impulse and some noise behind it, the same every time (the generator is Knuth's, as in MMIX).
    fn signal(frames: usize) -> Vec<f32> {
        let mut state = 1_u64;
        let mut noise = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 40) as f32 / (1 << 23) as f32 - 1.0
        };
        (0..frames).map(|frame| if frame == 0 { 1.0 } else { noise() }).collect()
    }

    #[test]
    fn output_gain_is_decibels() {
        for (db, gain) in [(0.0, 1.0), (-6.0206, 0.5), (-20.0, 0.1), (12.0, 3.981_07)] {
            let mut channels = [vec![0.5; 8]];
            run(&mut Saturator::default(), &mut channels, &[8], &SaturatorParams { output: db, ..dry() });
            assert!((channels[0][7] / 0.5 - gain).abs() < 1e-4, "{db} dB: {}", channels[0][7]);
        }
    }

    #[test]
    fn any_division_into_blocks_sounds_the_same() {
        let params =
            SaturatorParams { drive: 24.0, resonance: 60.0, ..SaturatorParams::from_param_defaults() };
        let turned =
            SaturatorParams { drive: 3.0, filter: 2, cutoff: 200.0, mix: 50.0, output: -9.0, ..params };
        let render = |blocks: &[usize]| {
            let mut processor = Saturator::default();
            let mut before = [signal(1200), signal(1200)];
            let mut after = before.clone();
            run(&mut processor, &mut before, blocks, &params);
            run(&mut processor, &mut after, blocks, &turned);
            (before, after)
        };
        let whole = render(&[1200]);
        assert_eq!(whole.0[0], whole.0[1]);
        for blocks in [&[1][..], &[64], &[333], &[7, 512, 1, 100]] {
            assert_eq!(render(blocks), whole, "{blocks:?}");
        }
    }

    #[test]
    fn mono_sounds_like_one_side_of_stereo() {
        let params = SaturatorParams::from_param_defaults();
        let (mut mono, mut stereo) = ([signal(500)], [signal(500), vec![0.0; 500]]);
        run(&mut Saturator::default(), &mut mono, &[64], &params);
        run(&mut Saturator::default(), &mut stereo, &[64], &params);
        assert_eq!(mono[0], stereo[0]);
        assert!(stereo[1].iter().all(|sample| *sample == 0.0));
    }

    #[test]
    fn turning_a_knob_makes_no_step() {
        let mut processor = Saturator::default();
        let mut channels = [vec![0.5; 48_000]];
        run(&mut processor, &mut channels, &[64], &dry());
        channels[0].fill(0.5);
        run(&mut processor, &mut channels, &[64], &SaturatorParams { output: -36.0, mix: 0.0, ..dry() });
        let largest = channels[0].windows(2).map(|pair| (pair[1] - pair[0]).abs()).fold(0.0, f32::max);
        assert!(largest < 0.001, "{largest}");
        assert!((channels[0][47_999] / 0.5 - db_to_gain(-36.0)).abs() < 1e-6);
    }

    #[test]
    fn extremes_stay_finite() {
        let ends = |spec: &wavecraft::ParamSpec| match spec.range {
            wavecraft::ParamRange::Linear { min, max } | wavecraft::ParamRange::Skewed { min, max, .. } => {
                [min as f32, max as f32]
            }
            _ => [0.0, 2.0],
        };
        let specs = SaturatorParams::param_specs();
        for sample_rate in [8000.0, 44_100.0, 192_000.0] {
            for corner in 0..1_u32 << specs.len() {
                let values: Vec<f32> = (0..)
                    .zip(specs)
                    .map(|(bit, spec)| ends(spec)[usize::from(corner >> bit & 1 == 1)])
                    .collect();
                let mut params = SaturatorParams::from_param_defaults();
                params.apply_plain_values(&values);
                let mut processor = Saturator::default();
                processor.set_sample_rate(sample_rate);
                let hostile = [1e30, -1e30, f32::NAN, f32::INFINITY, f32::NEG_INFINITY, 1e-40, 0.0, -1.0];
                let mut channels = [hostile.repeat(32), signal(256)];
                run(&mut processor, &mut channels, &[100], &params);
                let finite = channels.iter().flatten().all(|sample| sample.is_finite());
                assert!(finite, "{values:?} at {sample_rate} Hz");
            }
        }
    }

    #[test]
    fn after_a_reset_nothing_of_before_is_heard() {
        let params = SaturatorParams::from_param_defaults();
        let (mut first, mut second) = ([signal(300)], [signal(300)]);
        let mut processor = Saturator::default();
        run(&mut processor, &mut first, &[64], &params);
        processor.reset();
        run(&mut processor, &mut second, &[64], &params);
        assert_eq!(first, second);
    }
}
