//! Decoding an audio file piece by piece.

mod kind;
mod ogg;
mod packets;
mod part;
mod pcm;
mod riff;
mod tags;
mod wav;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use wavecraft_audio_device::sanitise;

use self::packets::Packets;
use self::part::Part;
use self::riff::Found;
use self::wav::Wav;
use crate::number::position;
use crate::source::error::{FileError, Reason};

/// Sample rates that are accepted, in Hz.
const RATES: std::ops::RangeInclusive<u32> = 1_000..=768_000;

/// A WAV, FLAC, MP3 or Ogg Vorbis file, read from beginning to end at its own rate, in stereo: a mono file is on both
/// channels, and of many channels the first two are used. Samples that aren't finite become silence, and none is beyond
/// [`LOUDEST`](crate::LOUDEST).
///
/// Which files play is described in `docs/decisions/0037-which-files-play.md`.
pub struct FileReader {
    path: PathBuf,
    decoder: Decoder,
    /// The most recently decoded frames.
    frames: Vec<[f32; 2]>,
    /// Whether `frames` holds the first frames, which haven't been returned yet.
    at_start: bool,
    /// Frames decoded so far.
    decoded: u64,
    /// Number of samples so far that were replaced or limited.
    limited: u64,
    /// Its end was reached.
    ended: bool,
}

enum Decoder {
    /// Uncompressed samples.
    Wav(Wav),
    /// Compressed, in packets.
    Packets(Box<Packets>),
}

impl FileReader {
    /// Opens a file and decodes its first frames. Never blocks on a pipe or a device.
    ///
    /// # Errors
    /// Every [`FileError`] but [`FileError::TooLong`].
    pub fn open(path: &Path) -> Result<Self, FileError> {
        let part = part::open(path)?;
        let decoder = caught(path, || decoder(path, part))??;
        let mut reader = Self {
            path: path.to_owned(),
            decoder,
            frames: Vec::new(),
            at_start: false,
            decoded: 0,
            limited: 0,
            ended: false,
        };
        reader.at_start = reader.decode()?;
        match (reader.at_start, &reader.decoder) {
            (true, _) if RATES.contains(&reader.sample_rate()) => Ok(reader),
            (true, _) => Err(no_rate(path, reader.sample_rate())),
            (false, Decoder::Packets(packets)) if packets.damage.is_some() => {
                Err(FileError::unsupported(path, packets.damage.clone().unwrap_or_default()))
            }
            (false, _) => Err(FileError::Empty { path: path.to_owned() }),
        }
    }

    /// The file's rate in Hz.
    #[must_use]
    pub fn sample_rate(&self) -> u32 {
        match &self.decoder {
            Decoder::Wav(wav) => wav.sample_rate(),
            Decoder::Packets(packets) => packets.sample_rate,
        }
    }

    /// The number of channels, at least 1.
    #[must_use]
    pub fn channels(&self) -> usize {
        match &self.decoder {
            Decoder::Wav(wav) => wav.channels(),
            Decoder::Packets(packets) => packets.channels,
        }
    }

    /// The number of frames, if the file declares it; it may be wrong, except for a WAV file.
    #[must_use]
    pub fn total_frames(&self) -> Option<u64> {
        match &self.decoder {
            Decoder::Wav(wav) => Some(wav.total_frames()),
            Decoder::Packets(packets) => packets.total_frames,
        }
    }

    /// The next frames, at least one; `None` at the end. A truncated file ends where it was cut.
    ///
    /// # Errors
    /// [`FileError::Unsupported`], [`FileError::Unreadable`].
    pub fn next_frames(&mut self) -> Result<Option<&[[f32; 2]]>, FileError> {
        let there = std::mem::take(&mut self.at_start) || self.decode()?;
        Ok(there.then_some(&self.frames))
    }

    /// What was changed, and if its end was reached, what is missing, as sentences for the user.
    #[must_use]
    pub fn remarks(&self) -> Vec<String> {
        let decoded = self.decoded;
        let (missing, cut_off, damaged) = match &self.decoder {
            Decoder::Wav(wav) => (wav.missing_frames(), false, 0),
            Decoder::Packets(packets) => (packets.missing_frames(decoded), packets.cut_off, packets.damaged),
        };
        let name = self.path.display();
        let mut remarks = Vec::new();
        if self.channels() > 2 {
            remarks.push(format!("the first two of {} channels of {name} are taken", self.channels()));
        }
        if missing > 0 && self.ended {
            let all = decoded.saturating_add(missing);
            remarks.push(format!("{name} is incomplete: {decoded} of its {all} frames are there"));
        } else if cut_off && self.ended {
            remarks.push(format!("{name} was cut off: it is played up to there"));
        }
        if damaged > 0 {
            remarks.push(format!("{damaged} parts of {name} are damaged and were left out"));
        }
        if self.limited > 0 {
            let limit = crate::LOUDEST;
            remarks.push(format!(
                "{} samples of {name} were no numbers, or beyond ±{limit}: they were limited",
                self.limited
            ));
        }
        remarks
    }

    /// Decodes until there are frames. Returns `false` at the end.
    fn decode(&mut self) -> Result<bool, FileError> {
        self.frames.clear();
        let (decoder, frames) = (&mut self.decoder, &mut self.frames);
        let more = caught(&self.path, || match decoder {
            Decoder::Wav(wav) => wav.next(frames),
            Decoder::Packets(packets) => packets.next(frames),
        })?;
        more.map_err(|reason| FileError::unsupported(&self.path, reason))?;
        self.limited += sanitise(self.frames.as_flattened_mut()).samples;
        self.decoded += position(self.frames.len());
        self.ended = self.frames.is_empty();
        Ok(!self.ended)
    }
}

fn decoder(path: &Path, part: Part) -> Result<Decoder, FileError> {
    let unsupported = |reason: Reason| FileError::unsupported(path, reason);
    let part = tags::skip_leading(part).map_err(unsupported)?;
    let start = part.first_bytes();
    if riff::is_wave(&start) {
        return match riff::read(&part).map_err(unsupported)? {
            Found::Samples(layout) if !RATES.contains(&layout.sample_rate) => {
                Err(no_rate(path, layout.sample_rate))
            }
            Found::Samples(layout) => Ok(Decoder::Wav(Wav::new(part, layout))),
            Found::Mpeg { start, end } => {
                let packets = Packets::open(part.cut(start, end), None).map_err(unsupported)?;
                Ok(Decoder::Packets(Box::new(packets)))
            }
        };
    }
    if let Some(other) = kind::other(&start) {
        return Err(unsupported(format!("it is {other}")));
    }
    let kind = kind::known(&start);
    let mut part = tags::cut_trailing(part);
    if kind == Some(kind::Known::Ogg) {
        if let Some(other) = ogg::other_codec(&part) {
            return Err(unsupported(format!("it is {other}")));
        }
        part = ogg::mended(part);
    }
    match (Packets::open(part, kind), kind) {
        (Ok(packets), _) => Ok(Decoder::Packets(Box::new(packets))),
        (Err(reason), Some(_)) => Err(unsupported(reason)),
        (Err(_), None) => Err(FileError::NotAudio { path: path.to_owned() }),
    }
}

fn no_rate(path: &Path, rate: u32) -> FileError {
    let (least, most) = RATES.into_inner();
    FileError::unsupported(path, format!("its rate is {rate} Hz, and {least} to {most} can be"))
}

/// Turns a panic in a decoder into an error: the decoder can't read that file.
pub(super) fn caught<T>(path: &Path, work: impl FnOnce() -> T) -> Result<T, FileError> {
    catch_unwind(AssertUnwindSafe(work)).map_err(|_| FileError::unsupported(path, "the decoder failed on it"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_an_answer() {
        let answer = caught(Path::new("x.mp3"), || panic!("as a decoder might"));
        assert!(answer.unwrap_err().to_string().contains("x.mp3 can't be played: the decoder failed"));
    }
}
