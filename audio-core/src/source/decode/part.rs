//! A section of a file that can be read from.

use std::fs::{File, FileType};
use std::io::{self, Read, Seek, SeekFrom};
use std::os::unix::fs::{FileExt, FileTypeExt};
use std::path::Path;

use rustix::fs::{Mode, OFlags};
use symphonia::core::io::MediaSource;

use crate::number::position;
use crate::source::error::FileError;

/// The section from `start` to `end` of a file, and some bytes appended to it. Bytes written to the file later aren't
/// included.
#[derive(Debug)]
pub(super) struct Part {
    file: File,
    start: u64,
    end: u64,
    tail: Vec<u8>,
    at: u64,
}

/// Opens a regular file only, without blocking: a pipe or a device may never answer.
pub(super) fn open(path: &Path) -> Result<Part, FileError> {
    let unreadable =
        |error: io::Error| FileError::Unreadable { path: path.to_owned(), reason: error.to_string() };
    let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
    let file = match rustix::fs::open(path, flags, Mode::empty()) {
        Ok(file) => File::from(file),
        Err(rustix::io::Errno::NOENT) => return Err(FileError::Missing { path: path.to_owned() }),
        // A socket, or a device without a driver.
        Err(error) => {
            return Err(match std::fs::metadata(path).map(|kind| other_kind(kind.file_type())) {
                Ok(Some(kind)) => FileError::NoFile { path: path.to_owned(), kind },
                _ => unreadable(error.into()),
            });
        }
    };
    let metadata = file.metadata().map_err(unreadable)?;
    if let Some(kind) = other_kind(metadata.file_type()) {
        return Err(FileError::NoFile { path: path.to_owned(), kind });
    }
    if metadata.len() == 0 {
        return Err(FileError::Empty { path: path.to_owned() });
    }
    Ok(Part { file, start: 0, end: metadata.len(), tail: Vec::new(), at: 0 })
}

fn other_kind(kind: FileType) -> Option<&'static str> {
    [
        (kind.is_dir(), "a folder"),
        (kind.is_fifo(), "a pipe"),
        (kind.is_socket(), "a socket"),
        (!kind.is_file(), "a device"),
    ]
    .into_iter()
    .find_map(|(is, name)| is.then_some(name))
}

impl Part {
    /// Its length in bytes.
    pub(super) fn len(&self) -> u64 {
        self.end - self.start + position(self.tail.len())
    }

    /// A section of it, from one position in it to another, without any appended bytes.
    pub(super) fn cut(self, start: u64, end: u64) -> Self {
        let end = (self.start.saturating_add(end)).min(self.end);
        Self { start: self.start.saturating_add(start).min(end), end, tail: Vec::new(), at: 0, ..self }
    }

    /// The same section with other bytes appended.
    pub(super) fn with_tail(self, tail: Vec<u8>) -> Self {
        Self { tail, ..self }
    }

    /// Whether bytes are appended.
    pub(super) fn is_mended(&self) -> bool {
        !self.tail.is_empty()
    }

    /// Fills the buffer with the bytes from `at` on, up to the first unreadable one, and returns how many.
    pub(super) fn read_at(&self, buffer: &mut [u8], at: u64) -> usize {
        let mut filled = 0;
        while filled < buffer.len() {
            match self.some_at(&mut buffer[filled..], at.saturating_add(position(filled))) {
                Ok(count) if count > 0 => filled += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                _ => break,
            }
        }
        filled
    }

    /// `COUNT` bytes from `at` on; `None` if it ends before.
    pub(super) fn bytes_at<const COUNT: usize>(&self, at: u64) -> Option<[u8; COUNT]> {
        let mut bytes = [0; COUNT];
        (self.read_at(&mut bytes, at) == COUNT).then_some(bytes)
    }

    /// Its first bytes; missing ones are 0.
    pub(super) fn first_bytes(&self) -> [u8; 64] {
        let mut bytes = [0; 64];
        self.read_at(&mut bytes, 0);
        bytes
    }

    fn some_at(&self, buffer: &mut [u8], at: u64) -> io::Result<usize> {
        let in_file = self.end - self.start;
        let Some(left) = in_file.checked_sub(at).filter(|left| *left > 0) else {
            let from = usize::try_from(at - in_file).unwrap_or(usize::MAX).min(self.tail.len());
            return (&self.tail[from..]).read(buffer);
        };
        let most = buffer.len().min(usize::try_from(left).unwrap_or(usize::MAX));
        self.file.read_at(&mut buffer[..most], self.start + at)
    }
}

impl Read for Part {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.some_at(buffer, self.at)?;
        self.at += position(count);
        Ok(count)
    }
}

impl Seek for Part {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let to = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::End(by) => self.len().checked_add_signed(by),
            SeekFrom::Current(by) => self.at.checked_add_signed(by),
        };
        self.at = to.ok_or_else(|| io::Error::from(io::ErrorKind::InvalidInput))?;
        Ok(self.at)
    }
}

impl MediaSource for Part {
    fn is_seekable(&self) -> bool {
        true
    }

    fn byte_len(&self) -> Option<u64> {
        Some(self.len())
    }
}
