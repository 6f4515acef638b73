//! cpal's streams in every sample format, connected to the renderer and the input FIFO.

use std::sync::Arc;
use std::time::Duration;

use cpal::traits::DeviceTrait;
use cpal::{
    Device, Error, ErrorKind, FromSample, I24, InputCallbackInfo, OutputCallbackInfo, Sample, SampleFormat,
    SizedSample, Stream, StreamConfig, U24,
};
use wavecraft_ring::clock::now_ns;

use crate::input::InputWriter;
use crate::interleave::interleave;
use crate::lease::Lease;
use crate::number::{nanoseconds, position};
use crate::status::DeviceStatus;
use crate::timestamp::TimestampMapper;

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

/// The settings of a stream, in either direction.
pub(super) struct Setup<'a> {
    pub(super) device: &'a Device,
    pub(super) config: StreamConfig,
    pub(super) format: SampleFormat,
    /// The first of the two channels used.
    pub(super) pair: usize,
    pub(super) status: Arc<DeviceStatus>,
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
    writer: InputWriter,
    on_error: impl FnMut(Error) + Send + 'static,
) -> Result<Stream, Error> {
    for_format!(setup.format, input_of(setup, writer, on_error))
}

fn output_of<T: SizedSample + FromSample<f32>>(
    setup: Setup<'_>,
    mut lease: Lease,
    on_error: impl FnMut(Error) + Send + 'static,
) -> Result<Stream, Error> {
    let channels = setup.channels();
    let Setup { device, config, pair, status, limit, .. } = setup;
    let mut timestamps = TimestampMapper::default();
    let callback = move |data: &mut [T], info: &OutputCallbackInfo| {
        let time = info.timestamp();
        let latency = time.playback.saturating_duration_since(time.callback);
        status.set_output_latency_ns(whole_ns(latency));
        let due_ns = timestamps.map(time.playback.as_nanos(), now_ns());
        let frames = data.len() / channels;
        match lease.renderer() {
            Some(renderer) => renderer.render(frames, None, Some(due_ns), &mut |offset, left, right| {
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
    mut writer: InputWriter,
    on_error: impl FnMut(Error) + Send + 'static,
) -> Result<Stream, Error>
where
    f32: FromSample<T>,
{
    let channels = setup.channels();
    let Setup { device, config, pair, status, limit, .. } = setup;
    let mut timestamps = TimestampMapper::default();
    let callback = move |data: &[T], info: &InputCallbackInfo| {
        let time = info.timestamp();
        status.set_input_latency_ns(whole_ns(time.callback.saturating_duration_since(time.capture)));
        // The timestamp is that of the first frame.
        let length_ns = nanoseconds(position(data.len() / channels), config.sample_rate);
        let captured_ns = timestamps.map(time.capture.as_nanos() + u128::from(length_ns), now_ns());
        writer.push(data, channels, pair, captured_ns, f32::from_sample);
    };
    device.build_input_stream(config, callback, on_error, Some(limit))
}

fn whole_ns(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}
