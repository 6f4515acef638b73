//! The companion's log: a file in the system's place, and standard error where a person is looking.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, IsTerminal, Write},
    path::{Path, PathBuf},
    sync::Mutex,
};
use tracing_subscriber::{EnvFilter, Layer, fmt, layer::SubscriberExt, util::SubscriberInitExt};

/// A log of this size is set aside, so that there are never more than two files of it.
const SET_ASIDE_AT_BYTES: u64 = 1024 * 1024;

/// Starts logging to `path`. What is logged is chosen by `WAVECRAFT_LOG` in the form of `RUST_LOG`; `info` if unset.
///
/// # Errors
/// The file can't be opened.
pub(crate) fn start(path: &Path) -> io::Result<()> {
    let file = LogFile::open(path)?;
    let filter = || EnvFilter::try_from_env("WAVECRAFT_LOG").unwrap_or_else(|_| EnvFilter::new("info"));
    let to_file = fmt::layer().with_ansi(false).with_writer(Mutex::new(file)).with_filter(filter());
    let to_terminal = io::stderr()
        .is_terminal()
        .then(|| fmt::layer().with_target(false).with_writer(io::stderr).with_filter(filter()));
    tracing_subscriber::registry().with(to_file).with(to_terminal).init();
    Ok(())
}

/// A log that sets itself aside when it is full: a companion may run for weeks.
struct LogFile {
    path: PathBuf,
    file: File,
    bytes: u64,
}

impl LogFile {
    fn open(path: &Path) -> io::Result<Self> {
        let file = OpenOptions::new().create(true).append(true).open(path)?;
        let bytes = file.metadata()?.len();
        Ok(Self { path: path.into(), file, bytes })
    }
}

impl Write for LogFile {
    /// One event of the log is one call.
    fn write(&mut self, event: &[u8]) -> io::Result<usize> {
        if self.bytes >= SET_ASIDE_AT_BYTES {
            fs::rename(&self.path, self.path.with_extension("log.old"))?;
            *self = Self::open(&self.path)?;
        }
        let written = self.file.write(event)?;
        self.bytes += u64::try_from(written).unwrap_or(0);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_log_is_set_aside_while_it_is_written() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("companion.log");
        let size = |path: &Path| fs::metadata(path).unwrap().len();
        fs::write(&path, "from before\n").unwrap();
        let mut log = LogFile::open(&path).unwrap();
        let line = [b'x'; 1024];
        for _ in 0..5000 {
            log.write_all(&line).unwrap();
        }
        let old = path.with_extension("log.old");
        assert!(size(&old) >= SET_ASIDE_AT_BYTES && size(&old) < SET_ASIDE_AT_BYTES + 1024);
        assert!(size(&path) > 0 && size(&path) <= SET_ASIDE_AT_BYTES);
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 2);
        // The newest lines are in the file that has the log's name, also after another start.
        drop(log);
        LogFile::open(&path).unwrap().write_all(b"the last line\n").unwrap();
        assert!(fs::read_to_string(&path).unwrap().ends_with("xthe last line\n"));
    }
}
