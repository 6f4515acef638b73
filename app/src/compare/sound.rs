//! An audio file, whole in memory.

use crate::offline::{BadJob, note};
use anyhow::bail;
use std::path::Path;
use wavecraft_audio_core::FileReader;
use wavecraft_companion_analysis::{RATES_HZ, Take, survey::Answer};

/// The most frames of a file: five minutes at 48 kHz. Two of them, what they differ by, and its spectra take about a gigabyte.
const MOST_FRAMES: usize = 14_400_000;

/// A sound of one or two channels.
pub(super) struct Sound {
    /// The file's name, for the user.
    pub(super) name: String,
    pub(super) rate_hz: u32,
    pub(super) channels: Answer,
    /// Channels of the file, of which the first two are there.
    file_channels: usize,
}

impl Sound {
    /// Reads a file, and tells what is missing of it.
    ///
    /// # Errors
    /// It isn't an audio file, or is too long.
    pub(super) fn read(path: &Path) -> anyhow::Result<Self> {
        let mut reader = FileReader::open(path)?;
        let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
        let (rate_hz, file_channels) = (reader.sample_rate(), reader.channels());
        let too_long = || {
            let seconds = MOST_FRAMES / usize::try_from(rate_hz).unwrap_or(1).max(1);
            BadJob(format!(
                "{name} is longer than the {seconds} s that are compared at its rate: use a part of it"
            ))
        };
        if !RATES_HZ.contains(&rate_hz) {
            let (least, most) = RATES_HZ.into_inner();
            bail!(BadJob(format!("{name} has a rate of {rate_hz} Hz: {least} to {most} are compared")));
        }
        let mut channels = vec![Vec::new(); file_channels.clamp(1, 2)];
        while let Some(frames) = reader.next_frames()? {
            if channels[0].len() + frames.len() > MOST_FRAMES {
                bail!(too_long());
            }
            for (index, channel) in channels.iter_mut().enumerate() {
                channel.extend(frames.iter().map(|frame| frame[index]));
            }
        }
        reader.remarks().iter().for_each(|remark| note(remark));
        Ok(Self { name, rate_hz, channels, file_channels })
    }

    /// Checks whether two can be compared sample by sample.
    ///
    /// # Errors
    /// They differ in rate or channels.
    pub(super) fn fits(&self, other: &Self) -> anyhow::Result<()> {
        let (one, two) = (&self.name, &other.name);
        if self.rate_hz != other.rate_hz {
            bail!(BadJob(format!(
                "{one} has {} Hz and {two} has {} Hz, so they have no samples at the same times: convert one of them",
                self.rate_hz, other.rate_hz
            )));
        }
        if self.file_channels != other.file_channels {
            let channels =
                |count: usize| if count == 1 { "one channel".into() } else { format!("{count} channels") };
            let (mine, theirs) = (channels(self.file_channels), channels(other.file_channels));
            bail!(BadJob(format!("{one} has {mine} and {two} has {theirs}: convert one of them")));
        }
        Ok(())
    }

    /// The sound as it is compared: without a latency.
    pub(super) fn take<'a>(&self, channels: &'a [&'a [f32]]) -> Take<'a> {
        Take { rate_hz: self.rate_hz, channels, latency_frames: None }
    }
}
