//! Chooses a stream's format: the device's own, as close to the request as it offers.

use cpal::traits::DeviceTrait;
use cpal::{
    BufferSize, Device, StreamConfig, SupportedBufferSize, SupportedStreamConfig, SupportedStreamConfigRange,
};

/// Rate in Hz if the device doesn't report one.
const FALLBACK_RATE: u32 = 48_000;

/// The output's current format, at the requested rate if the device offers it with the same channels and samples, or
/// accepts `any_rate`.
pub(super) fn for_output(
    device: &Device,
    wanted: Option<u32>,
    any_rate: bool,
) -> Result<SupportedStreamConfig, cpal::Error> {
    let present = device.default_output_config()?;
    let Some(rate) = wanted else { return Ok(present) };
    let offers = device.supported_output_configs().into_iter().flatten();
    Ok(at_rate(offers, present, rate, any_rate))
}

/// The input's current format, likewise at the session's rate if possible: then nothing needs to be converted here.
pub(super) fn for_input(
    device: &Device,
    session_rate: u32,
    any_rate: bool,
) -> Result<SupportedStreamConfig, cpal::Error> {
    let present = device.default_input_config()?;
    let offers = device.supported_input_configs().into_iter().flatten();
    Ok(at_rate(offers, present, session_rate, any_rate))
}

/// The configuration to request, with a number of frames per callback if one is wanted.
pub(super) fn config(format: &SupportedStreamConfig, wanted_frames: Option<u32>) -> StreamConfig {
    let sample_rate = if format.sample_rate() == 0 { FALLBACK_RATE } else { format.sample_rate() };
    StreamConfig {
        channels: format.channels(),
        sample_rate,
        buffer_size: buffer_size(format.buffer_size(), wanted_frames),
    }
}

fn at_rate(
    mut offers: impl Iterator<Item = SupportedStreamConfigRange>,
    present: SupportedStreamConfig,
    rate: u32,
    any_rate: bool,
) -> SupportedStreamConfig {
    let (channels, format) = (present.channels(), present.sample_format());
    let offered = offers.find_map(|offer| {
        let same = offer.channels() == channels && offer.sample_format() == format;
        same.then(|| offer.try_with_sample_rate(rate)).flatten()
    });
    match offered {
        Some(offered) => offered,
        None if any_rate => SupportedStreamConfig::new(channels, rate, *present.buffer_size(), format),
        None => present,
    }
}

/// The wanted size, within the device's limits.
fn buffer_size(supported: &SupportedBufferSize, wanted: Option<u32>) -> BufferSize {
    match (wanted, supported) {
        (None, _) => BufferSize::Default,
        (Some(frames), SupportedBufferSize::Range { min, max }) if *max > 0 => {
            BufferSize::Fixed(frames.clamp(*min, (*max).max(*min)))
        }
        (Some(frames), _) => BufferSize::Fixed(frames),
    }
}

#[cfg(test)]
mod tests {
    use cpal::SampleFormat;

    use super::*;

    #[test]
    fn a_buffer_wish_is_kept_within_the_devices_range() {
        let range = SupportedBufferSize::Range { min: 32, max: 2048 };
        assert_eq!(buffer_size(&range, Some(16)), BufferSize::Fixed(32));
        assert_eq!(buffer_size(&range, Some(4096)), BufferSize::Fixed(2048));
        assert_eq!(buffer_size(&range, Some(128)), BufferSize::Fixed(128));
        assert_eq!(buffer_size(&SupportedBufferSize::Unknown, Some(128)), BufferSize::Fixed(128));
        assert_eq!(
            buffer_size(&SupportedBufferSize::Range { min: 0, max: 0 }, Some(64)),
            BufferSize::Fixed(64)
        );
        assert_eq!(buffer_size(&range, None), BufferSize::Default);
    }

    #[test]
    fn a_rate_is_taken_only_with_the_same_channels_and_samples() {
        let buffer = SupportedBufferSize::Unknown;
        let present = SupportedStreamConfig::new(2, 48_000, buffer, SampleFormat::F32);
        let offer =
            |channels, format| SupportedStreamConfigRange::new(channels, 44_100, 44_100, buffer, format);
        let at = |offers: &[SupportedStreamConfigRange], rate, any_rate| {
            let found = at_rate(offers.iter().copied(), present, rate, any_rate);
            (found.sample_rate(), found.channels(), found.sample_format())
        };
        let other = [offer(1, SampleFormat::F32), offer(2, SampleFormat::I16)];
        assert_eq!(at(&other, 44_100, false), (48_000, 2, SampleFormat::F32));
        assert_eq!(at(&other, 44_100, true), (44_100, 2, SampleFormat::F32));
        let fitting = [offer(2, SampleFormat::F32)];
        assert_eq!(at(&fitting, 96_000, false), (48_000, 2, SampleFormat::F32));
        assert_eq!(at(&fitting, 44_100, false), (44_100, 2, SampleFormat::F32));
        let unnamed = SupportedStreamConfig::new(2, 0, buffer, SampleFormat::F32);
        assert_eq!(config(&unnamed, None).sample_rate, FALLBACK_RATE);
    }
}
