//! The companion's log: a file in the system's place for logs, and standard error if that is a terminal.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, IsTerminal, Write},
    path::{Path, PathBuf},
    sync::Mutex,
};
use tracing_subscriber::{EnvFilter, Layer, fmt, layer::SubscriberExt, util::SubscriberInitExt};
use wavecraft_companion_protocol::bounded::cut;

/// The size at which the log is set aside; there are never more than two files of it.
const SET_ASIDE_AT_BYTES: u64 = 1024 * 1024;
/// The most bytes of one event in the log, as JSON counts them.
const MAX_EVENT_BYTES: usize = 16 * 1024;

/// Starts logging to `path`. `WAVECRAFT_LOG` selects what is logged, in the form of `RUST_LOG`; `info` if unset.
///
/// # Errors
/// The file can't be opened.
pub(crate) fn start(path: &Path) -> io::Result<()> {
    let file = LogFile::open(path)?;
    let filter = || EnvFilter::try_from_env("WAVECRAFT_LOG").unwrap_or_else(|_| EnvFilter::new("info"));
    let to_file = fmt::layer().with_ansi(false).with_writer(Mutex::new(OneLine(file))).with_filter(filter());
    // Without colors, which couldn't be distinguished from escape sequences in others' texts.
    let to_terminal = io::stderr().is_terminal().then(|| {
        fmt::layer()
            .with_target(false)
            .with_ansi(false)
            .with_writer(|| OneLine(io::stderr()))
            .with_filter(filter())
    });
    tracing_subscriber::registry().with(to_file).with(to_terminal).init();
    Ok(())
}

/// The log's entrance: an event is one line, whatever names and texts of others it contains. Characters that aren't
/// text are escaped, so that nothing can forge a line, or control the reader's terminal.
struct OneLine<W>(W);

impl<W: Write> Write for OneLine<W> {
    /// Each call writes one event of the log.
    fn write(&mut self, event: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(event);
        self.0.write_all((one_line(text.trim_end_matches('\n')) + "\n").as_bytes())?;
        Ok(event.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

fn one_line(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for c in cut(text, MAX_EVENT_BYTES).chars() {
        // Besides control characters, those that change the direction of text or are invisible.
        let hidden = c.is_control()
            || matches!(c, '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200b}'..='\u{200f}' | '\u{feff}');
        if hidden && c != '\t' {
            line.extend(c.escape_default());
        } else {
            line.push(c);
        }
    }
    line
}

/// A log file that is set aside when it is full: a companion may run for weeks.
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
    /// Each call writes one event of the log.
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
    fn an_event_is_one_line_whoever_had_a_word_in_it() {
        let logged = |event: &str| {
            let mut log = OneLine(Vec::new());
            log.write_all(event.as_bytes()).unwrap();
            String::from_utf8(log.0).unwrap()
        };
        assert_eq!(
            logged("INFO my-gain: attached from /home/ada\n"),
            "INFO my-gain: attached from /home/ada\n"
        );
        let forged = logged("WARN a\nERROR all is lost\r\u{1b}[2J\u{9b}1m\u{202e}\u{0}\tb ü\n");
        assert_eq!(forged, "WARN a\\nERROR all is lost\\r\\u{1b}[2J\\u{9b}1m\\u{202e}\\u{0}\tb ü\n");
        let long = logged(&"\n".repeat(1 << 20));
        assert!(long.lines().count() == 1 && long.len() <= MAX_EVENT_BYTES, "{}", long.len());
        let long = logged(&"x".repeat(1 << 20));
        assert!(long.len() <= MAX_EVENT_BYTES + 1 && long.contains("more bytes"), "{}", long.len());
    }

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
        // The newest lines are in the file with the log's name, even after a restart.
        drop(log);
        LogFile::open(&path).unwrap().write_all(b"the last line\n").unwrap();
        assert!(fs::read_to_string(&path).unwrap().ends_with("xthe last line\n"));
    }
}
