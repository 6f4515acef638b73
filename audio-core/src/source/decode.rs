//! Decoding an audio file piece by piece.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use symphonia::core::audio::GenericAudioBufferRef;
use symphonia::core::codecs::audio::{AudioDecoder, AudioDecoderOptions};
use symphonia::core::errors::Error as DecodeError;
use symphonia::core::formats::probe::Hint;
use symphonia::core::formats::{FormatOptions, FormatReader, TrackType};
use symphonia::core::io::MediaSourceStream;
use symphonia::core::meta::MetadataOptions;

use crate::source::file::FileError;

/// Rates between which a file is taken, in Hz.
const RATES: std::ops::RangeInclusive<u32> = 1_000..=768_000;

/// A WAV, FLAC, MP3 or Ogg Vorbis file, read from its beginning to its end, at its own rate: in stereo, a mono file on
/// both sides, of many channels the first two. What isn't finite is silence.
pub struct FileReader {
    path: PathBuf,
    format: Box<dyn FormatReader>,
    decoder: Box<dyn AudioDecoder>,
    track_id: u32,
    total_frames: Option<u64>,
    sample_rate: u32,
    channels: usize,
    /// The frames decoded last.
    frames: Vec<[f32; 2]>,
    /// Those are the first, and nobody had them yet.
    at_start: bool,
    /// What was wrong with the last damaged packet.
    damage: Option<String>,
    damaged_packets: u64,
    interleaved: Vec<f32>,
}

impl FileReader {
    /// Opens a file and decodes its first frames.
    ///
    /// # Errors
    /// Every [`FileError`] but [`FileError::TooLong`].
    pub fn open(path: &Path) -> Result<Self, FileError> {
        let format = probe(path)?;
        let not_audio = || FileError::NotAudio { path: path.to_owned() };
        let track = format.default_track(TrackType::Audio).ok_or_else(not_audio)?;
        let parameters = track.codec_params.as_ref().and_then(|parameters| parameters.audio());
        let decoder = symphonia::default::get_codecs()
            .make_audio_decoder(parameters.ok_or_else(not_audio)?, &AudioDecoderOptions::default())
            .map_err(|error| unsupported(path, &error.to_string()))?;
        let (track_id, total_frames) = (track.id, track.num_frames);
        let mut reader = Self {
            path: path.to_owned(),
            format,
            decoder,
            track_id,
            total_frames,
            sample_rate: 0,
            channels: 0,
            frames: Vec::new(),
            at_start: false,
            damage: None,
            damaged_packets: 0,
            interleaved: Vec::new(),
        };
        reader.at_start = reader.decode()?;
        match (reader.at_start, &reader.damage) {
            (true, _) if RATES.contains(&reader.sample_rate) => Ok(reader),
            (true, _) => Err(unsupported(path, &format!("its rate is {} Hz", reader.sample_rate))),
            (false, Some(reason)) => Err(unsupported(path, reason)),
            (false, None) => Err(FileError::Empty { path: path.to_owned() }),
        }
    }

    /// Its rate in Hz.
    #[must_use]
    pub fn sample_rate(&self) -> u32 {
        self.sample_rate
    }

    /// Its channels, at least 1.
    #[must_use]
    pub fn channels(&self) -> usize {
        self.channels
    }

    /// Its frames, where it says so; it may be wrong.
    #[must_use]
    pub fn total_frames(&self) -> Option<u64> {
        self.total_frames
    }

    /// Packets that were left out so far because they can't be decoded, as players do.
    #[must_use]
    pub fn damaged_packets(&self) -> u64 {
        self.damaged_packets
    }

    /// The next frames, at least one; `None` at the end. A file that was cut off ends where it was.
    ///
    /// # Errors
    /// [`FileError::Unsupported`].
    pub fn next_frames(&mut self) -> Result<Option<&[[f32; 2]]>, FileError> {
        let there = std::mem::take(&mut self.at_start) || self.decode()?;
        Ok(there.then_some(&self.frames))
    }

    /// Decodes packets until there are frames. `false` at the end.
    fn decode(&mut self) -> Result<bool, FileError> {
        self.frames.clear();
        while self.frames.is_empty() {
            match self.next_packet() {
                Ok(true) => {}
                Ok(false) => return Ok(false),
                Err(DecodeError::DecodeError(reason)) => {
                    self.damage = Some(reason.to_owned());
                    self.damaged_packets += 1;
                }
                // The end of a file that was cut off.
                Err(DecodeError::IoError(error)) if error.kind() == io::ErrorKind::UnexpectedEof => {
                    return Ok(false);
                }
                Err(error) => return Err(unsupported(&self.path, &error.to_string())),
            }
        }
        Ok(true)
    }

    /// `false` where there is none.
    fn next_packet(&mut self) -> Result<bool, DecodeError> {
        let Some(packet) = self.format.next_packet()? else { return Ok(false) };
        if packet.track_id == self.track_id {
            let buffer = self.decoder.decode(&packet)?;
            let (rate, channels) = (buffer.spec().rate(), buffer.spec().channels().count());
            if self.sample_rate == 0 {
                (self.sample_rate, self.channels) = (rate, channels.max(1));
            } else if (self.sample_rate, self.channels) != (rate, channels) {
                return Err(DecodeError::Unsupported("its rate or its channels change on the way"));
            }
            add(&buffer, self.channels, &mut self.interleaved, &mut self.frames);
        }
        Ok(true)
    }
}

fn add(
    buffer: &GenericAudioBufferRef<'_>,
    channels: usize,
    interleaved: &mut Vec<f32>,
    frames: &mut Vec<[f32; 2]>,
) {
    buffer.copy_to_vec_interleaved(interleaved);
    let finite = |sample: f32| if sample.is_finite() { sample } else { 0.0 };
    frames.extend(interleaved.chunks_exact(channels).map(|frame| {
        let left = finite(frame[0]);
        [left, frame.get(1).map_or(left, |right| finite(*right))]
    }));
}

fn unsupported(path: &Path, reason: &str) -> FileError {
    FileError::Unsupported { path: path.to_owned(), reason: reason.to_owned() }
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
