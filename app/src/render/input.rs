//! What is rendered: a file or a signal, and how much of it.

use crate::{offline::BadJob, to_protocol, units::frames_in};
use wavecraft_audio_core::{FileError, FileReader, SignalReader};
use wavecraft_companion_protocol::{
    session::Source,
    take::{RENDER_RATE, RenderJob},
};

/// Frames of a signal that are made at once.
const AT_ONCE: usize = 4096;

/// The input, from its beginning.
pub(super) struct Input {
    reader: Reader,
    /// The frames that are still wanted, if not all that there are.
    left: Option<u64>,
    /// The frames that were asked for.
    wanted: Option<u64>,
}

enum Reader {
    File(FileReader),
    Signal(Box<Signal>),
}

/// A signal; silence has no reader.
struct Signal {
    reader: Option<SignalReader>,
    sample_rate: u32,
    channels: [Vec<f32>; 2],
    frames: Vec<[f32; 2]>,
}

impl Input {
    /// Opens the input of a job that was checked.
    ///
    /// # Errors
    /// The file can't be read, or the signal can't be made.
    pub(super) fn open(job: &RenderJob) -> anyhow::Result<Self> {
        let reader = match &job.input {
            Source::File { path } => Reader::File(FileReader::open(path)?),
            Source::Signal(signal) => {
                let sample_rate = job.sample_rate.unwrap_or(RENDER_RATE);
                let reader = match to_protocol::engine_signal(*signal) {
                    None => None,
                    Some(made) => {
                        let no_reader = || BadJob(format!("`{signal}` can't be made at {sample_rate} Hz"));
                        Some(SignalReader::new(&made, sample_rate).ok_or_else(no_reader)?)
                    }
                };
                let channels = [vec![0.0; AT_ONCE], vec![0.0; AT_ONCE]];
                Reader::Signal(Box::new(Signal { reader, sample_rate, channels, frames: Vec::new() }))
            }
            Source::Microphone => return Err(BadJob("the microphone can't be rendered".into()).into()),
        };
        let mut input = Self { reader, left: None, wanted: None };
        input.wanted = job.seconds.map(|seconds| frames_in(seconds, input.sample_rate()));
        input.left = input.wanted;
        Ok(input)
    }

    /// The rate in Hz.
    pub(super) fn sample_rate(&self) -> u32 {
        match &self.reader {
            Reader::File(file) => file.sample_rate(),
            Reader::Signal(signal) => signal.sample_rate,
        }
    }

    /// The number of frames, if it is known.
    pub(super) fn total_frames(&self) -> Option<u64> {
        match &self.reader {
            Reader::File(file) => file.total_frames().map(|frames| frames.min(self.wanted.unwrap_or(frames))),
            Reader::Signal(_) => self.wanted,
        }
    }

    /// The next frames, at least one; `None` at the end.
    pub(super) fn next_frames(&mut self) -> Result<Option<&[[f32; 2]]>, FileError> {
        if self.left == Some(0) {
            return Ok(None);
        }
        let frames = match &mut self.reader {
            Reader::File(file) => file.next_frames()?,
            Reader::Signal(signal) => Some(signal.next_frames()),
        };
        let Some(frames) = frames else { return Ok(None) };
        let Some(left) = &mut self.left else { return Ok(Some(frames)) };
        let count = frames.len().min(usize::try_from(*left).unwrap_or(usize::MAX));
        *left -= u64::try_from(count).unwrap_or(0);
        Ok(Some(&frames[..count]))
    }

    /// What is missing or was changed, as sentences for the user; call it at the end.
    pub(super) fn remarks(&self) -> Vec<String> {
        match &self.reader {
            Reader::File(file) => file.remarks(),
            Reader::Signal(_) => Vec::new(),
        }
    }
}

impl Signal {
    fn next_frames(&mut self) -> &[[f32; 2]] {
        let [left, right] = &mut self.channels;
        if let Some(reader) = &mut self.reader {
            reader.fill([left, right]);
        }
        self.frames.clear();
        self.frames.extend(left.iter().zip(right).map(|(left, right)| [*left, *right]));
        &self.frames
    }
}
