//! An audio file, decoded whole into memory.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use symphonia::core::audio::GenericAudioBufferRef;
use symphonia::core::codecs::audio::{AudioDecoder, AudioDecoderOptions};
use symphonia::core::errors::Error as DecodeError;
use symphonia::core::formats::probe::Hint;
use symphonia::core::formats::{FormatOptions, FormatReader, TrackType};
use symphonia::core::io::MediaSourceStream;
use symphonia::core::meta::MetadataOptions;

use crate::number::size;
use crate::resample::convert_loop;

/// Longest file in seconds: ten minutes at 48 kHz are 230 MB in memory.
pub const MAX_FILE_SECONDS: u32 = 600;

/// Rates between which a file is taken, in Hz.
const RATES: std::ops::RangeInclusive<u32> = 1_000..=768_000;

/// Why a file can't be a source.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FileError {
    /// There is no such file.
    #[error("there is no file {}; check the path", path.display())]
    Missing {
        /// The path as given.
        path: PathBuf,
    },
    /// The file is there but can't be read.
    #[error("{} can't be read: {reason}", path.display())]
    Unreadable {
        /// The path as given.
        path: PathBuf,
        /// What the system said.
        reason: String,
    },
    /// The file isn't of a kind that is known here.
    #[error("{} isn't an audio file that can be read here; WAV, FLAC, MP3 and Ogg Vorbis can", path.display())]
    NotAudio {
        /// The path as given.
        path: PathBuf,
    },
    /// The file is audio, but of an unknown coding or damaged.
    #[error("the audio in {} can't be decoded: {reason}; convert it to a WAV file", path.display())]
    Unsupported {
        /// The path as given.
        path: PathBuf,
        /// What the decoder said.
        reason: String,
    },
    /// The file has no audio in it.
    #[error("{} has no sound in it", path.display())]
    Empty {
        /// The path as given.
        path: PathBuf,
    },
    /// The file is longer than is kept in memory.
    #[error("{} is longer than {limit_seconds} s; use a part of it", path.display())]
    TooLong {
        /// The path as given.
        path: PathBuf,
        /// The limit in seconds.
        limit_seconds: u32,
    },
}

/// A decoded file at one rate, stereo: a mono file is on both sides, of many channels the first two are taken. Cloning it
/// copies nothing.
#[derive(Clone)]
pub struct AudioFile {
    frames: Arc<[[f32; 2]]>,
    sample_rate: u32,
}

impl AudioFile {
    /// Reads WAV, FLAC, MP3 or Ogg Vorbis and converts it to `sample_rate` Hz. Takes its time (a second or so for some
    /// minutes of sound): for a control thread or a worker, never for the audio thread.
    ///
    /// # Errors
    /// One [`FileError`] for each thing that can be wrong with the file; each message names it and says what to do.
    pub fn load(path: &Path, sample_rate: u32) -> Result<Self, FileError> {
        let (frames, file_rate) = decode(path)?;
        let converted =
            convert_loop(&frames, file_rate, sample_rate).ok_or_else(|| FileError::Unsupported {
                path: path.to_owned(),
                reason: format!("its rate of {file_rate} Hz can't be converted to {sample_rate} Hz"),
            })?;
        Ok(Self::from_frames(converted, sample_rate))
    }

    /// A loop made by hand.
    #[must_use]
    pub fn from_frames(frames: Vec<[f32; 2]>, sample_rate: u32) -> Self {
        Self { frames: frames.into(), sample_rate }
    }

    /// Its samples, left and right.
    #[must_use]
    pub fn frames(&self) -> &[[f32; 2]] {
        &self.frames
    }

    /// Its rate in Hz.
    #[must_use]
    pub fn sample_rate(&self) -> u32 {
        self.sample_rate
    }

    /// The same sound at another rate; rates between which nothing can be converted leave it silent.
    pub(crate) fn at_rate(&self, sample_rate: u32) -> Self {
        if sample_rate == self.sample_rate {
            return self.clone();
        }
        let frames = convert_loop(&self.frames, self.sample_rate, sample_rate).unwrap_or_default();
        Self::from_frames(frames, sample_rate)
    }
}

impl std::fmt::Debug for AudioFile {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("AudioFile")
            .field("frames", &self.frames.len())
            .field("sample_rate", &self.sample_rate)
            .finish()
    }
}

/// All frames of the file's first audio track, and its rate.
fn decode(path: &Path) -> Result<(Vec<[f32; 2]>, u32), FileError> {
    let path_buf = || path.to_owned();
    let unsupported = |reason: String| FileError::Unsupported { path: path_buf(), reason };
    let mut format = probe(path)?;
    let track =
        format.default_track(TrackType::Audio).ok_or_else(|| FileError::NotAudio { path: path_buf() })?;
    let track_id = track.id;
    let parameters = track
        .codec_params
        .as_ref()
        .and_then(|parameters| parameters.audio())
        .ok_or_else(|| FileError::NotAudio { path: path_buf() })?;
    let mut decoder = symphonia::default::get_codecs()
        .make_audio_decoder(parameters, &AudioDecoderOptions::default())
        .map_err(|error| unsupported(error.to_string()))?;

    let mut decoded = Decoded::default();
    let mut damaged = None;
    loop {
        match next_block(&mut *format, &mut *decoder, track_id, &mut decoded) {
            Ok(true) if decoded.too_long() => {
                return Err(FileError::TooLong { path: path_buf(), limit_seconds: MAX_FILE_SECONDS });
            }
            Ok(true) => {}
            Ok(false) => break,
            // A damaged packet is skipped, as players do; if nothing else is there, it's told.
            Err(DecodeError::DecodeError(reason)) => damaged = Some(reason.to_owned()),
            // The end of a file that was cut off.
            Err(DecodeError::IoError(error)) if error.kind() == io::ErrorKind::UnexpectedEof => break,
            Err(error) => return Err(unsupported(error.to_string())),
        }
    }
    match (decoded.frames.is_empty(), damaged) {
        (true, Some(reason)) => Err(unsupported(reason)),
        (true, None) => Err(FileError::Empty { path: path_buf() }),
        _ if !RATES.contains(&decoded.sample_rate) => {
            Err(unsupported(format!("its rate is {} Hz", decoded.sample_rate)))
        }
        _ => Ok((decoded.frames, decoded.sample_rate)),
    }
}

fn probe(path: &Path) -> Result<Box<dyn FormatReader>, FileError> {
    let unreadable =
        |error: &io::Error| FileError::Unreadable { path: path.to_owned(), reason: error.to_string() };
    let file = File::open(path).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => FileError::Missing { path: path.to_owned() },
        _ => unreadable(&error),
    })?;
    let kind = file.metadata().map_err(|error| unreadable(&error))?;
    if !kind.is_file() {
        return Err(FileError::NotAudio { path: path.to_owned() });
    }
    let mut hint = Hint::new();
    if let Some(extension) = path.extension().and_then(|extension| extension.to_str()) {
        hint.with_extension(extension);
    }
    let stream = MediaSourceStream::new(Box::new(file), Default::default());
    symphonia::default::get_probe()
        .probe(&hint, stream, FormatOptions::default(), MetadataOptions::default())
        .map_err(|_| FileError::NotAudio { path: path.to_owned() })
}

/// What was decoded so far.
#[derive(Default)]
struct Decoded {
    frames: Vec<[f32; 2]>,
    sample_rate: u32,
    scratch: Vec<f32>,
}

impl Decoded {
    fn add(&mut self, buffer: &GenericAudioBufferRef<'_>) {
        let channels = buffer.spec().channels().count();
        self.sample_rate = buffer.spec().rate();
        buffer.copy_to_vec_interleaved(&mut self.scratch);
        let finite = |sample: f32| if sample.is_finite() { sample } else { 0.0 };
        self.frames.extend(self.scratch.chunks_exact(channels.max(1)).map(|frame| {
            let left = finite(frame[0]);
            [left, frame.get(1).map_or(left, |right| finite(*right))]
        }));
    }

    fn too_long(&self) -> bool {
        self.frames.len() > size(self.sample_rate).saturating_mul(size(MAX_FILE_SECONDS))
    }
}

/// Decodes the next packet. `false` at the end.
fn next_block(
    format: &mut dyn FormatReader,
    decoder: &mut dyn AudioDecoder,
    track_id: u32,
    decoded: &mut Decoded,
) -> Result<bool, DecodeError> {
    let Some(packet) = format.next_packet()? else { return Ok(false) };
    if packet.track_id == track_id {
        decoded.add(&decoder.decode(&packet)?);
    }
    Ok(true)
}
