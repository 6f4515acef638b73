//! The files of a folder, by their names in it: only plain ones, of a bounded size, and never by a path that could lead
//! elsewhere.

use crate::preset::MAX_FILE_BYTES;
use rustix::{
    fs::{self, AtFlags, CWD, Dir, FileType, Mode, OFlags},
    io::Errno,
};
use std::{
    fs::File,
    io::{self, Read, Write},
    os::fd::OwnedFd,
    path::Path,
    process,
    sync::atomic::{AtomicU32, Ordering},
};

/// The most entries of a folder that are looked at.
const MAX_ENTRIES: usize = 65_536;

/// A number for each file that is being written.
static WRITES: AtomicU32 = AtomicU32::new(0);

/// An open folder.
#[derive(Debug)]
pub(crate) struct Files(OwnedFd);

/// Why a file can't be read.
#[derive(Debug)]
pub(crate) enum Unread {
    /// There is none.
    Missing,
    /// It is a link, a folder, or something else than a file.
    NotPlain,
    /// It has more bytes than the bound.
    TooLarge,
    /// It isn't UTF-8.
    NotText,
    /// The system's error.
    Io(io::Error),
}

impl Files {
    /// Opens a folder, which may not be a link itself. None if it isn't there.
    pub(crate) fn open(folder: &Path) -> io::Result<Option<Self>> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        match fs::openat(CWD, folder, flags, Mode::empty()) {
            Ok(folder) => Ok(Some(Self(folder))),
            Err(Errno::NOENT) => Ok(None),
            Err(Errno::LOOP | Errno::NOTDIR) => {
                Err(io::Error::new(io::ErrorKind::NotADirectory, "it isn't a folder of the project itself"))
            }
            Err(error) => Err(error.into()),
        }
    }

    /// The names of all entries that are text and not hidden.
    pub(crate) fn names(&self) -> io::Result<Vec<String>> {
        let mut names = Vec::new();
        for entry in Dir::read_from(&self.0)?.take(MAX_ENTRIES) {
            let entry = entry?;
            match entry.file_name().to_str() {
                Ok(name) if !name.starts_with('.') => names.push(name.to_owned()),
                _ => {}
            }
        }
        Ok(names)
    }

    /// Whether there is something of this name, and whether it is a plain file.
    pub(crate) fn is_plain(&self, file: &str) -> io::Result<Option<bool>> {
        match fs::statat(&self.0, file, AtFlags::SYMLINK_NOFOLLOW) {
            Ok(there) => Ok(Some(FileType::from_raw_mode(there.st_mode) == FileType::RegularFile)),
            Err(Errno::NOENT) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    pub(crate) fn read(&self, file: &str) -> Result<String, Unread> {
        // Without NONBLOCK a pipe would wait for a writer.
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let opened = fs::openat(&self.0, file, flags, Mode::empty()).map_err(|error| match error {
            Errno::NOENT => Unread::Missing,
            // A link; a socket.
            Errno::LOOP | Errno::NXIO | Errno::OPNOTSUPP => Unread::NotPlain,
            error => Unread::Io(error.into()),
        })?;
        let opened = File::from(opened);
        let about = opened.metadata().map_err(Unread::Io)?;
        if !about.is_file() {
            return Err(Unread::NotPlain);
        }
        let most = MAX_FILE_BYTES as u64;
        if about.len() > most {
            return Err(Unread::TooLarge);
        }
        let mut bytes = Vec::new();
        // It may grow meanwhile.
        opened.take(most + 1).read_to_end(&mut bytes).map_err(Unread::Io)?;
        if bytes.len() > MAX_FILE_BYTES {
            return Err(Unread::TooLarge);
        }
        String::from_utf8(bytes).map_err(|_| Unread::NotText)
    }

    /// Makes or replaces a file: who reads it meanwhile sees the one before or this one, whole.
    pub(crate) fn write(&self, file: &str, text: &str) -> io::Result<()> {
        let beside = format!(".wavecraft-{}-{}", process::id(), WRITES.fetch_add(1, Ordering::Relaxed));
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let mode = Mode::RUSR | Mode::WUSR | Mode::RGRP | Mode::WGRP | Mode::ROTH | Mode::WOTH;
        let mut new = File::from(fs::openat(&self.0, &*beside, flags, mode)?);
        let written = new
            .write_all(text.as_bytes())
            .and_then(|()| new.sync_all())
            .and_then(|()| Ok(fs::renameat(&self.0, &*beside, &self.0, file)?));
        if written.is_err() {
            let _ = fs::unlinkat(&self.0, &*beside, AtFlags::empty());
        }
        written
    }

    pub(crate) fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        Ok(fs::renameat(&self.0, from, &self.0, to)?)
    }

    pub(crate) fn remove(&self, file: &str) -> io::Result<()> {
        Ok(fs::unlinkat(&self.0, file, AtFlags::empty())?)
    }
}
