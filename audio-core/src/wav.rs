//! A WAV file that is valid at every moment while it is being written.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::FileExt;
use std::path::Path;

use hound::{SampleFormat, WavSpec};

/// Bytes of a frame: two samples of 32 bits.
const FRAME_BYTES: usize = 8;

/// Position of the RIFF size, which counts all bytes after itself; in bytes from the file's start.
const RIFF_SIZE_AT: u64 = 4;

/// Header bytes that the RIFF size doesn't count: its name and itself.
const UNCOUNTED_BYTES: u64 = 8;

/// Maximum frames of one file: WAV counts its bytes in 32 bits, and a kilobyte is ample for the header. Three hours at
/// 48 kHz.
pub const MAX_WAV_FRAMES: u64 = (4_294_967_295 - 1024) / 8;

/// A WAV file in stereo, 32-bit float. Its header always matches its contents: a reader sees the frames up to the last
/// [`commit`](Self::commit), even if this process dies. hound makes the header only: its writer doesn't tell what is in
/// the file after a write that failed.
#[derive(Debug)]
pub struct WavFile {
    file: File,
    sample_rate: u32,
    header_bytes: u64,
    /// Frames in the file and counted in its header.
    committed: u64,
    /// Frames in the file.
    written: u64,
    bytes: Vec<u8>,
}

impl WavFile {
    /// Creates a new file without frames, at `sample_rate` Hz.
    ///
    /// # Errors
    /// The system's error, also if the path already exists.
    pub fn create(path: &Path, sample_rate: u32) -> io::Result<Self> {
        Self::begin(OpenOptions::new().write(true).create_new(true).open(path)?, sample_rate)
    }

    /// Turns an empty file that is open for writing into a WAV file without frames, at `sample_rate` Hz.
    ///
    /// # Errors
    /// The system's error.
    pub fn begin(mut file: File, sample_rate: u32) -> io::Result<Self> {
        let spec =
            WavSpec { channels: 2, sample_rate, bits_per_sample: 32, sample_format: SampleFormat::Float };
        let header = spec.into_header_for_infinite_file();
        file.write_all(&header)?;
        let header_bytes = u64::try_from(header.len()).map_err(io::Error::other)?;
        let mut wav = Self { file, sample_rate, header_bytes, committed: 0, written: 0, bytes: Vec::new() };
        wav.write_sizes(0)?;
        Ok(wav)
    }

    /// The file's rate in Hz.
    #[must_use]
    pub fn sample_rate(&self) -> u32 {
        self.sample_rate
    }

    /// Number of frames that a reader sees.
    #[must_use]
    pub fn committed_frames(&self) -> u64 {
        self.committed
    }

    /// Appends frames to the file; [`commit`](Self::commit) makes them visible to readers.
    ///
    /// # Errors
    /// The system's error. The uncommitted frames are then cut off, and the file is as before.
    pub fn append(&mut self, frames: impl Iterator<Item = [f32; 2]>) -> io::Result<()> {
        self.bytes.clear();
        for [left, right] in frames {
            self.bytes.extend_from_slice(&left.to_le_bytes());
            self.bytes.extend_from_slice(&right.to_le_bytes());
        }
        let count = u64::try_from(self.bytes.len() / FRAME_BYTES).map_err(io::Error::other)?;
        if self.written + count > MAX_WAV_FRAMES {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        self.file.write_all(&self.bytes).inspect_err(|_| self.cut_off())?;
        self.written += count;
        Ok(())
    }

    /// Makes all appended frames visible to readers.
    ///
    /// # Errors
    /// The system's error.
    pub fn commit(&mut self) -> io::Result<()> {
        self.write_sizes(self.written)?;
        self.committed = self.written;
        Ok(())
    }

    /// Cuts off uncommitted frames after a failure. The header doesn't count them, so the file is valid even if this
    /// fails.
    fn cut_off(&mut self) {
        let frame_bytes = u64::try_from(FRAME_BYTES).unwrap_or(8);
        let _ = self.file.set_len(self.header_bytes + self.committed * frame_bytes);
    }

    /// Writes the sizes. The data's size, the header's last field, is written last: readers go by it.
    fn write_sizes(&mut self, frames: u64) -> io::Result<()> {
        let data = frames * u64::try_from(FRAME_BYTES).map_err(io::Error::other)?;
        let word = |bytes: u64| u32::try_from(bytes).map(u32::to_le_bytes).map_err(io::Error::other);
        self.file.write_all_at(&word(self.header_bytes - UNCOUNTED_BYTES + data)?, RIFF_SIZE_AT)?;
        self.file.write_all_at(&word(data)?, self.header_bytes - 4)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frames_in(path: &Path) -> Vec<f32> {
        hound::WavReader::open(path).unwrap().samples().map(Result::unwrap).collect()
    }

    #[test]
    fn a_reader_sees_what_was_committed_at_any_time() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("take.wav");
        let mut wav = WavFile::create(&path, 44_100).unwrap();
        assert_eq!(frames_in(&path), Vec::<f32>::new());
        wav.append([[0.5, -0.5], [0.25, -0.25]].into_iter()).unwrap();
        assert_eq!(frames_in(&path), Vec::<f32>::new());
        wav.commit().unwrap();
        wav.append([[1.0, 1.0]].into_iter()).unwrap();
        assert_eq!(frames_in(&path), [0.5, -0.5, 0.25, -0.25]);
        wav.commit().unwrap();
        assert_eq!((frames_in(&path).len(), wav.committed_frames()), (6, 3));
        let spec = hound::WavReader::open(&path).unwrap().spec();
        assert_eq!((spec.sample_rate, spec.channels, spec.bits_per_sample), (44_100, 2, 32));
    }

    #[test]
    fn nothing_is_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("kept.wav");
        std::fs::write(&path, "mine").unwrap();
        assert_eq!(WavFile::create(&path, 48_000).unwrap_err().kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(std::fs::read(&path).unwrap(), b"mine");
    }

    #[test]
    fn a_file_ends_where_its_sizes_end() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("long.wav");
        let mut wav = WavFile::create(&path, 48_000).unwrap();
        wav.written = MAX_WAV_FRAMES - 1;
        wav.commit().unwrap();
        wav.append([[0.0; 2]; 2].into_iter()).unwrap_err();
        wav.append([[0.0; 2]].into_iter()).unwrap();
        wav.commit().unwrap();
        assert_eq!(wav.committed_frames(), MAX_WAV_FRAMES);
    }
}
