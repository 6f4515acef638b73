//! FLAC, MP3 and Ogg Vorbis: symphonia's readers and decoders.

use std::io;

use symphonia::core::codecs::audio::{AudioDecoder, AudioDecoderOptions};
use symphonia::core::errors::Error;
use symphonia::core::formats::probe::Hint;
use symphonia::core::formats::{FormatOptions, FormatReader, TrackType};
use symphonia::core::io::MediaSourceStream;
use symphonia::core::meta::MetadataOptions;

use super::kind::Known;
use super::part::Part;
use crate::source::error::Reason;

/// Number of consecutive damaged packets at which decoding gives up.
const MOST_DAMAGED: u32 = 10_000;

pub(super) struct Packets {
    format: Box<dyn FormatReader>,
    decoder: Box<dyn AudioDecoder>,
    track_id: u32,
    kind: Option<Known>,
    pub(super) total_frames: Option<u64>,
    /// Rate in Hz; 0 until the first packet.
    pub(super) sample_rate: u32,
    /// Number of channels; 0 until the first packet.
    pub(super) channels: usize,
    /// What was wrong with the last damaged packet.
    pub(super) damage: Option<Reason>,
    /// Number of packets skipped because they can't be decoded, as players do.
    pub(super) damaged: u64,
    /// Whether the file ends in the middle of something.
    pub(super) cut_off: bool,
    interleaved: Vec<f32>,
}

impl Packets {
    pub(super) fn open(part: Part, kind: Option<Known>) -> Result<Self, Reason> {
        let cut_off = part.is_mended();
        let stream = MediaSourceStream::new(Box::new(part), Default::default());
        let format = symphonia::default::get_probe()
            .probe(&Hint::new(), stream, FormatOptions::default(), MetadataOptions::default())
            .map_err(|error| explain(&error))?;
        let (track_id, total_frames, decoder) = track(&*format)?;
        Ok(Self {
            format,
            decoder,
            track_id,
            kind,
            total_frames,
            sample_rate: 0,
            channels: 0,
            damage: None,
            damaged: 0,
            cut_off,
            interleaved: Vec::new(),
        })
    }

    /// Number of declared frames that are missing. Only FLAC files declare it reliably: for MP3 files it is a guess,
    /// and an Ogg file may go on beyond it.
    pub(super) fn missing_frames(&self, decoded: u64) -> u64 {
        let told = self.total_frames.filter(|_| self.kind == Some(Known::Flac));
        told.map_or(0, |told| told.saturating_sub(decoded))
    }

    /// Appends the frames of the next packets that have any; none at the end.
    pub(super) fn next(&mut self, frames: &mut Vec<[f32; 2]>) -> Result<(), Reason> {
        let mut damaged = 0;
        while frames.is_empty() && damaged < MOST_DAMAGED {
            match self.next_packet(frames) {
                Ok(true) => {}
                Ok(false) => break,
                Err(Error::DecodeError(reason)) => {
                    self.damage = Some(reason.to_owned());
                    (self.damaged, damaged) = (self.damaged + 1, damaged + 1);
                }
                // Another stream begins in the same file, with its own headers.
                Err(Error::ResetRequired) => (self.track_id, _, self.decoder) = track(&*self.format)?,
                Err(Error::IoError(error)) if error.kind() == io::ErrorKind::UnexpectedEof => break,
                Err(error) => return Err(explain(&error)),
            }
        }
        Ok(())
    }

    /// Returns `false` if there is none.
    fn next_packet(&mut self, frames: &mut Vec<[f32; 2]>) -> Result<bool, Error> {
        let Some(packet) = self.format.next_packet()? else { return Ok(false) };
        if packet.track_id != self.track_id {
            return Ok(true);
        }
        let buffer = self.decoder.decode(&packet)?;
        let (rate, channels) = (buffer.spec().rate(), buffer.spec().channels().count().max(1));
        if self.sample_rate == 0 {
            (self.sample_rate, self.channels) = (rate, channels);
        } else if self.sample_rate != rate {
            return Err(Error::Unsupported("its rate changes on the way"));
        }
        buffer.copy_to_vec_interleaved(&mut self.interleaved);
        frames.extend(self.interleaved.chunks_exact(channels).map(|frame| {
            let left = frame[0];
            [left, frame.get(1).copied().unwrap_or(left)]
        }));
        Ok(true)
    }
}

type Track = (u32, Option<u64>, Box<dyn AudioDecoder>);

/// The audio track of a file: its number, its frames, and a decoder for it.
fn track(format: &dyn FormatReader) -> Result<Track, Reason> {
    let track = format.default_track(TrackType::Audio).ok_or("there is no sound in it")?;
    let parameters = track.codec_params.as_ref().and_then(|parameters| parameters.audio());
    let decoder = symphonia::default::get_codecs()
        .make_audio_decoder(parameters.ok_or("there is no sound in it")?, &AudioDecoderOptions::default())
        .map_err(|error| explain(&error))?;
    Ok((track.id, track.num_frames, decoder))
}

fn explain(error: &Error) -> Reason {
    match error {
        Error::IoError(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
            "it ends before its sound begins".into()
        }
        Error::IoError(error) => error.to_string(),
        Error::DecodeError(reason) => format!("it is damaged ({reason})"),
        // The probe found nothing that any reader accepts.
        Error::Unsupported(reason) if reason.contains("(probe)") => "no sound is found in it".into(),
        Error::Unsupported(reason) => (*reason).to_owned(),
        error => error.to_string(),
    }
}
