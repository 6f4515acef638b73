//! The companion's log: a file in the system's place, and standard error where a person is looking.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, IsTerminal},
    path::Path,
    sync::Mutex,
};
use tracing_subscriber::{EnvFilter, Layer, fmt, layer::SubscriberExt, util::SubscriberInitExt};

/// At its start a companion sets a log of this size aside, so that there are never more than two files of it.
const SET_ASIDE_AT_BYTES: u64 = 1024 * 1024;

/// Starts logging to `path`. What is logged is chosen by `WAVECRAFT_LOG` in the form of `RUST_LOG`; `info` if unset.
///
/// # Errors
/// The file can't be opened.
pub(crate) fn start(path: &Path) -> io::Result<()> {
    let file = open(path)?;
    let filter = || EnvFilter::try_from_env("WAVECRAFT_LOG").unwrap_or_else(|_| EnvFilter::new("info"));
    let to_file = fmt::layer().with_ansi(false).with_writer(Mutex::new(file)).with_filter(filter());
    let to_terminal = io::stderr()
        .is_terminal()
        .then(|| fmt::layer().with_target(false).with_writer(io::stderr).with_filter(filter()));
    tracing_subscriber::registry().with(to_file).with(to_terminal).init();
    Ok(())
}

fn open(path: &Path) -> io::Result<File> {
    if fs::metadata(path).is_ok_and(|meta| meta.len() >= SET_ASIDE_AT_BYTES) {
        fs::rename(path, path.with_extension("log.old"))?;
    }
    OpenOptions::new().create(true).append(true).open(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_log_is_set_aside_once() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("companion.log");
        fs::write(&path, vec![b'x'; usize::try_from(SET_ASIDE_AT_BYTES).unwrap()]).unwrap();
        drop(open(&path).unwrap());
        assert_eq!(fs::metadata(&path).unwrap().len(), 0);
        assert_eq!(fs::metadata(path.with_extension("log.old")).unwrap().len(), SET_ASIDE_AT_BYTES);
    }
}
