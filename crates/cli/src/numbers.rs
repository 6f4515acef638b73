//! Values of options: numbers within bounds, and paths to send to the companion.

use crate::failure::Usage;
use anyhow::Context;
use std::path::{Path, PathBuf};
use wavecraft_companion_analysis::LEVELS_DBFS;
use wavecraft_companion_protocol::take::MAX_RECORD_SECONDS;

/// The longest `--seconds`: a year. Clock arithmetic can hold that many on every system.
pub(crate) const MOST_SECONDS: u64 = 31_536_000;
/// The longest `--tail` in seconds, the same as the companion's limit.
const MOST_TAIL_SECONDS: f64 = 3600.0;

/// `--tail`: seconds from 0 up, with fractions.
///
/// # Errors
/// A sentence for the user.
pub(crate) fn tail_seconds(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(seconds) if (0.0..=MOST_TAIL_SECONDS).contains(&seconds) => Ok(seconds),
        _ => Err(format!("it is a number of seconds from 0 to {MOST_TAIL_SECONDS}")),
    }
}

/// `--seconds` of `record` and `render`: seconds of sound, with fractions.
///
/// # Errors
/// A sentence for the user.
pub(crate) fn record_seconds(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(seconds) if seconds > 0.0 && seconds <= MAX_RECORD_SECONDS => Ok(seconds),
        _ => Err(format!("it is a number of seconds above 0, up to {MAX_RECORD_SECONDS}")),
    }
}

/// `--level`: a peak level in dBFS.
///
/// # Errors
/// A sentence for the user.
pub(crate) fn level_dbfs(text: &str) -> Result<f64, String> {
    match text.replace('−', "-").parse::<f64>() {
        Ok(level) if LEVELS_DBFS.contains(&level) => Ok(level),
        _ => Err("it is a level in dBFS from −120 to 0".into()),
    }
}

/// The lowest `--tolerance`, in dB: below the rounding of a sample.
const LEAST_TOLERANCE_DB: f64 = -300.0;

/// `--tolerance`: a ratio in dB, below 0.
///
/// # Errors
/// A sentence for the user.
pub(crate) fn tolerance_db(text: &str) -> Result<f64, String> {
    match text.replace('−', "-").parse::<f64>() {
        Ok(tolerance) if (LEAST_TOLERANCE_DB..0.0).contains(&tolerance) => Ok(tolerance),
        Ok(tolerance) if tolerance > 0.0 && tolerance <= -LEAST_TOLERANCE_DB => {
            Err(format!("it is in dB below 0, as a level is: −{tolerance}"))
        }
        _ => Err("it is in dB below 0: −80 is a ten-thousandth".into()),
    }
}

/// `--frequency`: a frequency in Hz.
///
/// # Errors
/// A sentence for the user.
pub(crate) fn frequency_hz(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(hz) if (10.0..=192_000.0).contains(&hz) => Ok(hz),
        _ => Err("it is a frequency in Hz from 10 up".into()),
    }
}

/// The absolute path. The messages to the companion are text, so it must be valid UTF-8.
///
/// # Errors
/// If it isn't, or the current folder no longer exists.
pub(crate) fn absolute_text(path: &Path) -> anyhow::Result<PathBuf> {
    let path = std::path::absolute(path).context("the current folder is gone")?;
    if path.to_str().is_some() {
        return Ok(path);
    }
    let message = "the name isn't text in UTF-8: give the file, or the folder that it is in, another";
    Err(Usage(format!("{}: {message}", path.display())).into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{ffi::OsStr, os::unix::ffi::OsStrExt};

    #[test]
    fn a_tail_is_a_number_within_bounds() {
        assert_eq!(tail_seconds("0"), Ok(0.0));
        assert_eq!(tail_seconds("3600"), Ok(3600.0));
        for text in ["nan", "inf", "-inf", "-1", "-0.001", "3600.5", "1e300", "", "two"] {
            assert!(tail_seconds(text).unwrap_err().contains("0 to 3600"), "{text}");
        }
    }

    #[test]
    fn a_recordings_length_may_have_fractions_and_is_above_nothing() {
        assert_eq!(record_seconds("1.5"), Ok(1.5));
        for text in ["0", "-1", "nan", "inf", "31536000.1", "", "long"] {
            assert!(record_seconds(text).unwrap_err().contains("above 0"), "{text}");
        }
    }

    #[test]
    fn a_path_that_is_no_text_is_told() {
        let latin = Path::new(OsStr::from_bytes(b"/tmp/caf\xe9.wav"));
        let error = absolute_text(latin).unwrap_err();
        assert!(error.is::<Usage>() && error.to_string().contains("isn't text"), "{error}");
        assert_eq!(
            absolute_text(Path::new("/tmp/caf\u{e9}.wav")).unwrap().to_str(),
            Some("/tmp/caf\u{e9}.wav")
        );
    }
}
