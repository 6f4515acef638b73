//! Plays to processors, and keeps in mind what it played.

use crate::{
    limits::{Depth, Limits},
    rig::{Facts, Rig, Trouble, Unit, Wanted},
    sizes::Sizes,
    words,
};
use fastrand::Rng;
use wavecraft_companion_analysis::{
    level::amplitude,
    number::{sample, whole},
};
use wavecraft_companion_protocol::{condition::Condition, parameter::ParameterSpec, realtime::Realtime};

/// Left and right.
pub(crate) type Stereo = [Vec<f32>; 2];

/// The rate at which most is tried, in Hz.
pub(crate) const RATE_HZ: u32 = 48_000;
/// The block that most is tried with, in frames.
pub(crate) const BLOCK: usize = 512;
/// The peak of most noise, in dBFS: room for a boost of 12 dB.
const NOISE_DBFS: f64 = -12.0;
/// The most parameters that a place names.
const NAMED: usize = 8;

/// Why a test came to no end: the trouble, and what was being done.
#[derive(Debug, Clone)]
pub(crate) struct Stop {
    pub(crate) trouble: Trouble,
    pub(crate) place: String,
}

/// What a test works with.
pub struct Bench<'a> {
    rig: &'a mut dyn Rig,
    /// What is still good.
    pub limits: &'a Limits,
    /// How much is tried.
    pub depth: Depth,
    seed: u64,
}

impl<'a> Bench<'a> {
    /// With processors of a rig. The same seed does the same.
    pub fn new(rig: &'a mut dyn Rig, limits: &'a Limits, depth: Depth, seed: u64) -> Self {
        Self { rig, limits, depth, seed }
    }

    /// Random numbers of the seed; `which` makes those of one use differ from another's.
    pub(crate) fn dice(&self, which: u64) -> Rng {
        Rng::with_seed(self.seed.wrapping_mul(0x9E37_79B9_7F4A_7C15).wrapping_add(which))
    }

    /// A new stereo processor at 48 kHz with its parameters at their defaults.
    pub(crate) fn start(&mut self) -> Result<Player, Stop> {
        self.start_as(Wanted { rate_hz: RATE_HZ, channels: 2, condition: None })
    }

    pub(crate) fn start_as(&mut self, wanted: Wanted) -> Result<Player, Stop> {
        let place =
            || format!("while it was started at {}, {}", words::rate(wanted.rate_hz), channels(wanted));
        let unit = self.rig.start(wanted).map_err(|trouble| Stop { trouble, place: place() })?;
        let values = unit.facts().specs.iter().map(|spec| spec.default).collect();
        Ok(Player { unit, wanted, values, sizes: String::new(), block: 0, frame: 0, signal: "nothing" })
    }

    /// Noise on both channels, different in each, for so many seconds at a rate.
    pub(crate) fn noise(&self, seconds: f64, rate_hz: u32) -> Stereo {
        let frames = whole(seconds * f64::from(rate_hz));
        let peak = sample(amplitude(NOISE_DBFS));
        [1, 2].map(|channel| {
            let mut dice = self.dice(channel);
            (0..frames).map(|_| peak * (dice.f32() * 2.0 - 1.0)).collect()
        })
    }

    /// Values of all parameters: random ones, and the defaults of those that bypass.
    pub(crate) fn random_values(&self, facts: &Facts, dice: &mut Rng) -> Vec<f32> {
        let value = |spec: &ParameterSpec| match facts.bypasses.contains(&spec.id) {
            true => spec.default,
            false => spec.nearest(spec.min + (spec.max - spec.min) * dice.f32()),
        };
        facts.specs.iter().map(value).collect()
    }
}

/// A processor, and what was done with it last.
pub(crate) struct Player {
    unit: Box<dyn Unit>,
    wanted: Wanted,
    values: Vec<f32>,
    /// The sizes of blocks, in words.
    sizes: String,
    block: usize,
    /// Frames since the signal that is played began.
    frame: usize,
    signal: &'static str,
}

impl Player {
    pub(crate) fn facts(&self) -> &Facts {
        self.unit.facts()
    }

    pub(crate) fn meets(&self, condition: Condition) -> bool {
        self.unit.meets(condition)
    }

    pub(crate) fn defaults(&self) -> Vec<f32> {
        self.facts().specs.iter().map(|spec| spec.default).collect()
    }

    pub(crate) fn set(&mut self, values: &[f32]) {
        self.values = values.to_vec();
        self.unit.set(values);
    }

    pub(crate) fn reset(&mut self) {
        self.unit.reset();
    }

    pub(crate) fn seek(&mut self, position: u64) {
        self.unit.seek(position);
    }

    pub(crate) fn play_at(&mut self, tempo: Option<f64>, playing: bool) {
        self.unit.play_at(tempo, playing);
    }

    pub(crate) fn memory_bytes(&self) -> Option<u64> {
        self.unit.memory_bytes()
    }

    pub(crate) fn realtime(&mut self) -> Result<Realtime, Stop> {
        self.unit.realtime().map_err(|trouble| self.stop(trouble))
    }

    /// Plays a signal in blocks and returns the answer, as long as it.
    pub(crate) fn play(&mut self, name: &'static str, signal: &Stereo, sizes: Sizes) -> Result<Stereo, Stop> {
        self.play_timed(name, signal, sizes, |_| {})
    }

    /// The same, and hands on the time of each block in nanoseconds.
    pub(crate) fn play_timed(
        &mut self,
        name: &'static str,
        signal: &Stereo,
        mut sizes: Sizes,
        mut each: impl FnMut(u64),
    ) -> Result<Stereo, Stop> {
        let frames = signal[0].len();
        let mut output = [Vec::with_capacity(frames), Vec::with_capacity(frames)];
        (self.signal, self.sizes, self.frame) = (name, sizes.told(), 0);
        while self.frame < frames {
            self.block = sizes.next().clamp(1, frames - self.frame);
            let range = self.frame..self.frame + self.block;
            // A processor of one channel gets the left.
            let input = [&signal[0][range.clone()], &signal[1][range]];
            let took_ns = self.unit.process(input, &mut output).map_err(|trouble| self.stop(trouble))?;
            each(took_ns);
            self.frame += self.block;
        }
        Ok(output)
    }

    fn stop(&self, trouble: Trouble) -> Stop {
        Stop {
            trouble,
            place: format!(
                "in a block of {} from frame {} of {}",
                Sizes::Fixed(self.block).told(),
                self.frame,
                self.place()
            ),
        }
    }

    /// "noise at 48 kHz, stereo, in blocks of 31 frames, with gain_level = 3 dB".
    pub(crate) fn place(&self) -> String {
        let with: Vec<String> = self
            .facts()
            .specs
            .iter()
            .zip(&self.values)
            .filter(|(spec, value)| spec.default != **value)
            .map(|(spec, value)| format!("{} = {}", spec.id, exact(spec, *value)))
            .collect();
        let values = match with.len() {
            0 => "all parameters at their defaults".into(),
            count if count > NAMED => format!("{} and {} more", with[..NAMED].join(", "), count - NAMED),
            _ => with.join(", "),
        };
        format!(
            "{} at {}, {}, in blocks of {}, with {values}",
            self.signal,
            words::rate(self.wanted.rate_hz),
            channels(self.wanted),
            self.sizes
        )
    }
}

/// A value that can be set again: a choice's name, or a number.
fn exact(spec: &ParameterSpec, value: f32) -> String {
    match (&spec.variants, spec.step) {
        (Some(_), _) => spec.text_of(value),
        _ => format!("{value}").replace('-', "−"),
    }
}

fn channels(wanted: Wanted) -> &'static str {
    if wanted.channels == 1 { "mono" } else { "stereo" }
}
