//! cpal's streams in every sample format, joined to the renderer and the input FIFO.

use std::sync::atomic::Ordering;
use std::sync::{Arc, mpsc};
use std::time::Duration;

use cpal::traits::DeviceTrait;
use cpal::{
    Device, Error, ErrorKind, FromSample, I24, InputCallbackInfo, OutputCallbackInfo, Sample, SampleFormat,
    SizedSample, Stream, StreamConfig, U24,
};
use wavecraft_ring::clock::now_ns;

use super::moment::Moments;
use crate::backend::DeviceWords;
use crate::input::InputFeed;
use crate::number::{nanoseconds, position};
use crate::render::Renderer;

/// Lends the renderer to a stream's callback, which takes it when it comes, and sends it home when cpal drops the
/// callback, which it does outside of any callback.
pub(super) struct Lease {
    coming: rtrb::Consumer<Renderer>,
    renderer: Option<Renderer>,
    home: mpsc::Sender<Renderer>,
}

impl Lease {
    pub(super) fn new(coming: rtrb::Consumer<Renderer>, home: mpsc::Sender<Renderer>) -> Self {
        Self { coming, renderer: None, home }
    }

    fn renderer(&mut self) -> Option<&mut Renderer> {
        if self.renderer.is_none() {
            self.renderer = self.coming.pop().ok();
        }
        self.renderer.as_mut()
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        // One that came after the last callback goes home too.
        if let Some(renderer) = self.renderer.take().or_else(|| self.coming.pop().ok()) {
            // Nobody waits for it when the stream couldn't be built: then it's freed here.
            drop(self.home.send(renderer));
        }
    }
}

/// Calls `$build::<T>` for the sample type of a format.
macro_rules! for_format {
    ($format:expr, $build:ident ( $($argument:expr),* )) => {
        match $format {
            SampleFormat::F32 => $build::<f32>($($argument),*),
            SampleFormat::F64 => $build::<f64>($($argument),*),
            SampleFormat::I8 => $build::<i8>($($argument),*),
            SampleFormat::I16 => $build::<i16>($($argument),*),
            SampleFormat::I24 => $build::<I24>($($argument),*),
            SampleFormat::I32 => $build::<i32>($($argument),*),
            SampleFormat::I64 => $build::<i64>($($argument),*),
            SampleFormat::U8 => $build::<u8>($($argument),*),
            SampleFormat::U16 => $build::<u16>($($argument),*),
            SampleFormat::U24 => $build::<U24>($($argument),*),
            SampleFormat::U32 => $build::<u32>($($argument),*),
            SampleFormat::U64 => $build::<u64>($($argument),*),
            other => Err(Error::with_message(
                ErrorKind::UnsupportedConfig,
                format!("its sample format {other} isn't known here"),
            )),
        }
    };
}

/// What a stream is made of, in either direction.
pub(super) struct Setup<'a> {
    pub(super) device: &'a Device,
    pub(super) config: StreamConfig,
    pub(super) format: SampleFormat,
    /// The first of the two channels that are used.
    pub(super) pair: usize,
    pub(super) words: Arc<DeviceWords>,
    /// How long the sound server may take.
    pub(super) limit: Duration,
}

impl Setup<'_> {
    fn channels(&self) -> usize {
        usize::from(self.config.channels).max(1)
    }
}

/// Builds the output stream, stopped.
pub(super) fn build_output(
    setup: Setup<'_>,
    lease: Lease,
    on_error: impl FnMut(Error) + Send + 'static,
) -> Result<Stream, Error> {
    for_format!(setup.format, output_of(setup, lease, on_error))
}

/// Builds the input stream, stopped.
pub(super) fn build_input(
    setup: Setup<'_>,
    feed: InputFeed,
    on_error: impl FnMut(Error) + Send + 'static,
) -> Result<Stream, Error> {
    for_format!(setup.format, input_of(setup, feed, on_error))
}

fn output_of<T: SizedSample + FromSample<f32>>(
    setup: Setup<'_>,
    mut lease: Lease,
    on_error: impl FnMut(Error) + Send + 'static,
) -> Result<Stream, Error> {
    let channels = setup.channels();
    let Setup { device, config, pair, words, limit, .. } = setup;
    let mut moments = Moments::default();
    let callback = move |data: &mut [T], info: &OutputCallbackInfo| {
        let time = info.timestamp();
        let latency = time.playback.saturating_duration_since(time.callback);
        store(&words.output_latency_ns, latency);
        let due_ns = moments.place(time.playback.as_nanos(), now_ns());
        let frames = data.len() / channels;
        match lease.renderer() {
            Some(renderer) => renderer.render_at(due_ns, frames, |offset, left, right| {
                let part = &mut data[offset * channels..];
                interleave(part, channels, pair, left, right);
            }),
            None => data.fill(T::EQUILIBRIUM),
        }
    };
    device.build_output_stream(config, callback, on_error, Some(limit))
}

fn input_of<T: SizedSample>(
    setup: Setup<'_>,
    mut feed: InputFeed,
    on_error: impl FnMut(Error) + Send + 'static,
) -> Result<Stream, Error>
where
    f32: FromSample<T>,
{
    let channels = setup.channels();
    let Setup { device, config, pair, words, limit, .. } = setup;
    let mut moments = Moments::default();
    let callback = move |data: &[T], info: &InputCallbackInfo| {
        let time = info.timestamp();
        store(&words.input_latency_ns, time.callback.saturating_duration_since(time.capture));
        // The timestamp is the first frame's.
        let length_ns = nanoseconds(position(data.len() / channels), config.sample_rate);
        let captured_ns = moments.place(time.capture.as_nanos() + u128::from(length_ns), now_ns());
        feed.push(data, channels, pair, captured_ns, f32::from_sample);
    };
    device.build_input_stream(config, callback, on_error, Some(limit))
}

/// Writes left and right into two channels of each frame, those from `pair` on or else the first, half their sum into an
/// only one, silence into the rest.
fn interleave<T: Sample + FromSample<f32>>(
    data: &mut [T],
    channels: usize,
    pair: usize,
    left: &[f32],
    right: &[f32],
) {
    let pair = if pair + 1 < channels { pair } else { 0 };
    for (frame, (left, right)) in data.chunks_exact_mut(channels).zip(left.iter().zip(right)) {
        match frame {
            [only] => *only = T::from_sample(0.5 * (left + right)),
            frame => {
                frame.fill(T::EQUILIBRIUM);
                if let [first, second, ..] = &mut frame[pair..] {
                    *first = T::from_sample(*left);
                    *second = T::from_sample(*right);
                }
            }
        }
    }
}

fn store(word: &std::sync::atomic::AtomicU64, duration: Duration) {
    // SYNC: read by `Audio::stream`; a number that stands for itself.
    word.store(u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX), Ordering::Relaxed);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mix_goes_to_two_channels_or_the_only_one() {
        let (left, right) = ([0.5, -1.0], [0.25, 1.0]);
        let mut mono = [9.0_f32; 2];
        interleave(&mut mono, 1, 0, &left, &right);
        assert_eq!(mono, [0.375, 0.0]);
        let mut four = [9_i16; 8];
        interleave(&mut four, 4, 0, &left, &right);
        assert_eq!(four, [16_384, 8_192, 0, 0, -32_768, 32_767, 0, 0]);
        let mut unsigned = [9_u8; 6];
        interleave(&mut unsigned, 3, 2, &left, &right);
        assert_eq!(
            unsigned,
            [192, 160, 128, 0, 255, 128],
            "without a third and a fourth channel, the first two"
        );
        interleave(&mut four, 4, 2, &left, &right);
        assert_eq!(four, [0, 0, 16_384, 8_192, 0, 0, -32_768, 32_767]);
    }
}
