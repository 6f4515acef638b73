//! The deconvolved answer, and the stretches of it that belong to the linear part and to a harmonic.

use super::{
    harmonic::{self, Harmonic},
    linear::{self, Linear},
    noise::Noise,
    range::{LOWEST_HZ, ORDERS},
    stretch::Stretch,
};
use crate::{
    fourier::Transform,
    grid::log_spaced,
    latency::{self, Latency},
    level::Level,
    limits,
    number::{real, whole},
    unmeasured::{Unit, Unmeasured},
};

/// Time in which the gate before the linear part opens, in seconds.
const OPENING_SECONDS: f64 = 0.002;

/// Stretches whose power is compared to find the end of the linear part, in seconds.
const BLOCK_SECONDS: f64 = 0.005;

/// How much such a stretch has to stand out of those before the impulse, as a factor of powers.
const STANDS_OUT: f64 = 8.0;

/// How many of them in a row have to be as quiet as those before the impulse.
const QUIET_BLOCKS: usize = 10;

/// The shortest linear part, in seconds: less would blur the lowest frequencies.
const SHORTEST_SECONDS: f64 = 0.06;

/// The impulse responses of the linear part and of the harmonics, one after another on an axis of time.
#[derive(Debug, Clone)]
pub struct Deconvolved {
    rate_hz: u32,
    level_dbfs: f64,
    growth: f64,
    transform: Transform,
    /// The frames 0 to N/2 − 1, then −N/2 to −1.
    impulse: Vec<f64>,
    noise: Noise,
}

impl Deconvolved {
    pub(super) fn new(
        rate_hz: u32,
        level_dbfs: f64,
        growth: f64,
        transform: Transform,
        impulse: Vec<f64>,
    ) -> Self {
        let noise = Noise::of(rate_hz, growth, &transform, &impulse);
        Self { rate_hz, level_dbfs, growth, transform, impulse, noise }
    }

    /// The processor's latency, found in the impulse response of its linear part. `reported_frames` is what the processor
    /// says.
    ///
    /// # Errors
    /// Nothing in it stands out.
    pub fn latency(&self, reported_frames: Option<usize>) -> Result<Latency, Unmeasured> {
        latency::find(&self.impulse[..self.impulse.len() / 4], reported_frames)
    }

    /// The linear part. `latency_frames` is taken out of phase and group delay, and says where harmonics are: one that is
    /// wrong by more than 20 ms makes them wrong.
    ///
    /// # Errors
    /// The latency is longer than a quarter of the sweep, or nothing stands out at it: the answer is that of a generator, or noise.
    pub fn linear(&self, latency_frames: usize) -> Result<Linear, Unmeasured> {
        let limit = self.impulse.len() / 8;
        if latency_frames > limit {
            return Err(Unmeasured::LatencyTooLong { frames: latency_frames, limit });
        }
        // Nothing of a linear part comes before the impulse; a harmonic with this latency doesn't come before half of its
        // lead.
        let open = -real(latency_frames).min(0.5 * self.lead(2));
        let fade = OPENING_SECONDS * f64::from(self.rate_hz);
        let end = self.end(latency_frames)?;
        let longest = real(self.impulse.len() / 2 - latency_frames);
        let close = end.min(longest / 1.5);
        let stretch = self.stretch(latency_frames, (open - fade, open), (close, 0.45 * close));
        let noise = self.noise.gated(stretch.gate);
        Ok(linear::of(self.rate_hz, self.level_dbfs, latency_frames, &self.transform, stretch.samples, noise))
    }

    /// The harmonic of this order, 2 to 5, relative to the fundamental in `linear`, with so many points in an octave, 1 to
    /// 96.
    ///
    /// # Errors
    /// Another order or number, or twice the lowest frequency lies above half the rate.
    pub fn harmonic(&self, order: usize, linear: &Linear, per_octave: usize) -> Result<Harmonic, Unmeasured> {
        let (lowest, highest) = (real(*ORDERS.start()), real(*ORDERS.end()));
        limits::within(real(order), &(lowest..=highest), Unit::Count)?;
        let (here, after, earlier) = (self.lead(order), self.lead(order - 1), self.lead(order + 1));
        let stretch = self.stretch(
            linear.latency_frames(),
            (-here - 0.5 * (earlier - here), -here - 0.2 * (earlier - here)),
            (-after - 0.4 * (here - after), 0.2 * (here - after)),
        );
        let noise = self.noise.gated(stretch.gate);
        let bins = self.transform.forward(stretch.samples);
        let nyquist = f64::from(self.rate_hz) / 2.0;
        let frequencies = log_spaced(LOWEST_HZ, nyquist / real(order), per_octave);
        Ok(harmonic::of(order, self.rate_hz, self.transform.frames(), &bins, &noise, linear, &frequencies))
    }

    /// How long after the latency the linear part stands out of what is spread over the whole recording: noise, the aliases
    /// of harmonics, or rounding. In frames, at least [`SHORTEST_SECONDS`].
    ///
    /// That is as strong shortly before the impulse, where nothing of the linear part can be, as after it. It would make
    /// ripples in the curves, the more of them the longer the stretch. (A. Lundeby, T. E. Vigran, H. Bietz and M.
    /// Vorländer cut a room's response where it sinks into noise: Acustica 81, 1995.)
    fn end(&self, latency_frames: usize) -> Result<f64, Unmeasured> {
        let rate = f64::from(self.rate_hz);
        let block = whole(BLOCK_SECONDS * rate).max(1);
        let powers = |stretch: &[f64]| -> Vec<f64> {
            stretch
                .chunks_exact(block)
                .map(|block| block.iter().map(|sample| sample * sample).sum())
                .collect()
        };
        let frames = self.impulse.len();
        let mut before =
            powers(&self.impulse[frames - whole(0.4 * self.lead(2)).max(2 * block)..frames - block]);
        before.sort_by(f64::total_cmp);
        let floor = before.get(before.len() / 2).copied().unwrap_or(0.0);
        let limit = STANDS_OUT * floor;
        let after = powers(&self.impulse[latency_frames..frames / 2]);
        let most = after.iter().fold(0.0_f64, |most, power| most.max(*power));
        if most <= limit {
            return Err(Unmeasured::BelowNoise {
                floor: Level::of_power(floor / most.max(f64::MIN_POSITIVE)),
            });
        }
        let quiet = |blocks: &[f64]| blocks.iter().all(|power| *power <= limit);
        let blocks = after.windows(QUIET_BLOCKS).position(quiet).unwrap_or(after.len());
        Ok(real(blocks * block).max(SHORTEST_SECONDS * rate))
    }

    /// Frames by which the n-th harmonic precedes the linear part, `T·ln(n)/L`.
    fn lead(&self, order: usize) -> f64 {
        self.growth * real(order).ln()
    }

    fn stretch(&self, latency_frames: usize, open: (f64, f64), close: (f64, f64)) -> Stretch {
        Stretch::of(&self.impulse, latency_frames, open, close)
    }
}
