//! Plays the signals of a plan and collects the figures.

use super::{
    Answer, Device,
    document::{Document, Subject},
    plan::{Depth, Plan},
};
use crate::{
    compare::{Comparison, Settings, Take},
    cost::Cost,
    dynamics::{Jump, Staircase},
    impulse::Impulse,
    latency::Latency,
    noise,
    quiet::Quiet,
    rise::Rise,
    stereo::Stereo,
    sweep::Sweep,
    tone::{Distortion, Tone},
    two_tones::{Method, TwoTones},
    unmeasured::{Measured, Unmeasured},
};

/// Sizes of blocks whose cost is measured, beside the plan's.
const BLOCKS: [usize; 8] = [16, 32, 64, 128, 256, 512, 1024, 2048];

/// Levels at which the distortion of 1 kHz is measured, in dBFS.
const LEVELS_DBFS: [f64; 11] = [-60.0, -54.0, -48.0, -42.0, -36.0, -30.0, -24.0, -18.0, -12.0, -6.0, 0.0];

/// The level of the noise whose cost is measured, in dBFS (RMS).
const NOISE_DBFS: f64 = -20.0;

/// Seconds of noise or silence whose cost is measured, for each size of block.
const COSTED_SECONDS: u32 = 1;

/// The build before, to compare with.
pub struct Older<'a> {
    /// It.
    pub device: &'a mut dyn Device,
    /// The latency that it reports, in frames; none if it can't say.
    pub reported_latency_frames: Option<usize>,
}

/// Measures a processor. What it can't answer any more is [`Unmeasured::Stopped`], and [`Document::trouble`] says why.
pub fn run(device: &mut impl Device, older: Option<Older<'_>>, plan: Plan, subject: Subject) -> Document {
    let mut asked = Asked { device, channels: plan.channels, trouble: None };
    let reported = subject.reported_latency_frames;
    let (rate, level) = (plan.rate_hz, plan.level_dbfs);

    let idle = Quiet::new(rate)
        .and_then(|quiet| Ok((asked.mono(quiet.signal())?, quiet)))
        .and_then(|(answer, quiet)| quiet.analyse(&answer));
    let played = Sweep::new(rate, level).and_then(|sweep| Ok((asked.all(sweep.signal())?, sweep)));
    let sweep = played.as_ref().map_err(Clone::clone).map(|(answer, sweep)| (&answer[0], sweep));
    let latency = sweep.clone().and_then(|(answer, sweep)| sweep.deconvolve(answer)?.latency(reported));
    let delay = latency.as_ref().map_or(reported.unwrap_or(0), Latency::to_remove);
    let swept = sweep.and_then(|(answer, sweep)| sweep.analyse(answer, delay));
    let distortion = plan.sines_hz.iter().map(|hz| asked.sine(rate, *hz, level).into()).collect();
    let cost = asked.cost(rate, plan.block_frames);
    let against = older.map(|older| {
        let (answer, sweep) = played.as_ref().map_err(Clone::clone)?;
        asked.against(older, rate, sweep.signal(), answer, reported)
    });

    let mut document = Document {
        idle: idle.into(),
        latency: latency.into(),
        swept: swept.into(),
        distortion,
        cost: vec![cost.into()],
        against: against.map(Measured::from),
        ..Document::stopped(plan, subject, String::new())
    };
    if document.plan.depth == Depth::Full {
        asked.the_rest(&mut document, delay);
    }
    document.trouble = asked.trouble;
    document
}

/// The device, until it stops.
struct Asked<'a, D> {
    device: &'a mut D,
    channels: usize,
    trouble: Option<String>,
}

impl<D: Device> Asked<'_, D> {
    /// What a full plan has more than the standard one.
    fn the_rest(&mut self, document: &mut Document, delay: usize) {
        let Plan { rate_hz: rate, level_dbfs: level, block_frames, .. } = document.plan;
        let reported = document.subject.reported_latency_frames;
        let sizes = BLOCKS.into_iter().filter(|frames| *frames != block_frames);
        document.cost.extend(sizes.map(|frames| Measured::from(self.cost(rate, frames))));
        document.cost_of_silence = Some(self.cost_of_silence(rate, block_frames).into());
        document.distortion_by_level =
            LEVELS_DBFS.iter().map(|level| self.sine(rate, 1_000.0, *level).into()).collect();
        let both = [Method::Smpte, Method::Ccif];
        document.intermodulation = both
            .into_iter()
            .map(|method| {
                let tones = TwoTones::new(rate, method, level);
                tones.and_then(|tones| tones.analyse(&self.mono(tones.signal())?)).into()
            })
            .collect();
        let curve =
            Staircase::new(rate).and_then(|stairs| stairs.analyse(&self.mono(stairs.signal())?, delay));
        document.curve = Some(curve.into());
        let times = Jump::new(rate).and_then(|jump| jump.analyse(&self.mono(jump.signal())?, delay));
        document.times = Some(times.into());
        let impulse = Impulse::new(rate, level)
            .and_then(|impulse| impulse.analyse(&self.mono(impulse.signal())?, reported));
        document.impulse = Some(impulse.into());
        let step = Rise::new(rate, level).and_then(|rise| rise.analyse(&self.mono(rise.signal())?));
        document.step = Some(step.into());
        document.stereo = (self.channels == 2).then(|| self.stereo(rate, level).into());
    }

    fn sine(&mut self, rate: u32, hz: f64, level: f64) -> Result<Distortion, Unmeasured> {
        let tone = Tone::new(rate, hz, level)?;
        tone.analyse(&self.mono(tone.signal())?)
    }

    fn stereo(&mut self, rate: u32, level: f64) -> Result<crate::stereo::Image, Unmeasured> {
        let stereo = Stereo::new(rate, level)?;
        let (signal, nothing) = (stereo.signal(), vec![0.0; stereo.signal().len()]);
        let left = self.each(&[signal, &nothing])?;
        let right = self.each(&[&nothing, signal])?;
        let both = self.each(&[signal, signal])?;
        stereo.analyse(&slices(&left), &slices(&right), &slices(&both))
    }

    /// The cost of noise.
    fn cost(&mut self, rate: u32, block_frames: usize) -> Result<Cost, Unmeasured> {
        // Whole blocks, all of which last as long.
        let whole = frames(rate).div_ceil(block_frames.max(1)) * block_frames;
        let noise = noise::white(whole, NOISE_DBFS, 1)?;
        let times = self.times(&noise, block_frames)?;
        Cost::of(&times, block_frames, rate)
    }

    /// The cost of a silence behind as much noise.
    fn cost_of_silence(&mut self, rate: u32, block_frames: usize) -> Result<Cost, Unmeasured> {
        let mut signal = noise::white(frames(rate), NOISE_DBFS, 1)?;
        let noisy = signal.len().div_ceil(block_frames.max(1));
        // Long enough for what decays slowly to become subnormal.
        signal.resize(noisy * block_frames + 4 * frames(rate), 0.0);
        let times = self.times(&signal, block_frames)?;
        Cost::of(times.get(noisy..).unwrap_or_default(), block_frames, rate)
    }

    /// What the older build's answer to a signal differs by from this one's, beside what another answer of this one does.
    fn against(
        &mut self,
        older: Older<'_>,
        rate_hz: u32,
        signal: &[f32],
        answer: &[Vec<f32>],
        latency_frames: Option<usize>,
    ) -> Result<Comparison, Unmeasured> {
        let signals = vec![signal; self.channels];
        let before = older.device.answer(&signals).map_err(|_| Unmeasured::Stopped)?;
        let again = self.all(signal)?;
        let (before, after, again) = (slices(&before), slices(answer), slices(&again));
        let take = |channels, latency_frames| Take { rate_hz, channels, latency_frames };
        let after = take(&after, latency_frames);
        let runs = Comparison::of(&after, &take(&again, latency_frames), Settings::default())?;
        let before = take(&before, older.reported_latency_frames);
        Ok(Comparison::of(&before, &after, Settings::default())?.with_floor(&runs))
    }

    /// The first channel's answer to the same on all.
    fn mono(&mut self, signal: &[f32]) -> Result<Vec<f32>, Unmeasured> {
        self.all(signal).map(|mut answer| answer.swap_remove(0))
    }

    /// All channels' answers to the same on all.
    fn all(&mut self, signal: &[f32]) -> Result<Answer, Unmeasured> {
        self.each(&vec![signal; self.channels])
    }

    /// As many channels as there are signals.
    fn each(&mut self, signals: &[&[f32]]) -> Result<Answer, Unmeasured> {
        let answer = self.ask(|device| device.answer(signals))?;
        let (given, answered) = (signals.len(), answer.len());
        if given == answered { Ok(answer) } else { Err(Unmeasured::ChannelsChanged { given, answered }) }
    }

    fn times(&mut self, signal: &[f32], block_frames: usize) -> Result<Vec<u64>, Unmeasured> {
        let signals = vec![signal; self.channels];
        self.ask(|device| device.times(&signals, block_frames))
    }

    fn ask<T>(&mut self, ask: impl FnOnce(&mut D) -> Result<T, String>) -> Result<T, Unmeasured> {
        if self.trouble.is_some() {
            return Err(Unmeasured::Stopped);
        }
        ask(self.device).map_err(|trouble| {
            self.trouble = Some(trouble);
            Unmeasured::Stopped
        })
    }
}

fn slices(channels: &[Vec<f32>]) -> Vec<&[f32]> {
    channels.iter().map(Vec::as_slice).collect()
}

/// Frames of what is timed.
fn frames(rate: u32) -> usize {
    usize::try_from(rate * COSTED_SECONDS).unwrap_or(usize::MAX)
}
