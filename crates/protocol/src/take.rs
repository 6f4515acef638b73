//! Takes: a processor's output in a file. Recorded while it plays, or rendered from another file.

use crate::{program::ProjectProgram, session::Source};
use serde::{Deserialize, Serialize, Serializer};
use std::{
    collections::BTreeMap,
    fs::FileType,
    ops::RangeInclusive,
    os::unix::fs::FileTypeExt,
    path::{Path, PathBuf},
};

/// Record a project's processed output into a new file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// The project's session.
    pub session: String,
    /// The new file's absolute path.
    pub path: PathBuf,
    /// End after so many seconds of sound: exactly that many frames, rounded to the nearest. Absent means that
    /// [`StopRecording`] ends it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seconds: Option<f64>,
}

/// The longest time that a recording can be given, in seconds: a year.
pub const MAX_RECORD_SECONDS: f64 = 31_536_000.0;

/// Checks the length of a recording.
///
/// # Errors
/// A sentence for the caller.
pub fn check_length(record: &Record) -> Result<(), String> {
    match record.seconds {
        Some(seconds) if !(seconds > 0.0 && seconds <= MAX_RECORD_SECONDS) => {
            Err(format!("`seconds` is above 0, and at most {MAX_RECORD_SECONDS}"))
        }
        _ => Ok(()),
    }
}

/// Result of [`Record`]: the recording runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recording {
    /// The file.
    pub path: PathBuf,
}

/// Stop a project's recording.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StopRecording {
    /// The project's session.
    pub session: String,
}

/// A finished recording; result of [`StopRecording`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Take {
    /// The file.
    pub path: PathBuf,
    /// Frames in it.
    pub frames: u64,
    /// Their duration in seconds.
    pub seconds: f64,
    /// Frames missing because the disk was too slow.
    pub dropped_frames: u64,
    /// Why it ended before it was stopped. The file is complete nevertheless.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// Parameters of [`RECORDING_ENDED`](crate::control::RECORDING_ENDED).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RecordingEnded {
    /// The project's session.
    pub session: String,
    /// The finished recording.
    #[serde(flatten)]
    pub take: Take,
}

/// A sound to render: the argument of `wavecraft-companion --render`, as JSON. It answers with
/// [events](crate::event::Event), one per line on standard output.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RenderJob {
    /// The project's program, as in [`Attach`](crate::control::Attach).
    #[serde(flatten)]
    pub program: ProjectProgram,
    /// The program's working folder.
    pub cwd: PathBuf,
    /// The program's environment. Only names on the companion's allow-list are used.
    #[serde(default)]
    pub env: BTreeMap<String, String>,
    /// What to process, as the command line has it: an audio file's absolute path, or a signal.
    #[serde(serialize_with = "as_text")]
    pub input: Source,
    /// How much of it, in seconds: of a file that is longer, the beginning. A signal has no end of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seconds: Option<f64>,
    /// The rate in Hz at which a signal is made, within [`RENDER_RATES`]; 48,000 if absent. A file has its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sample_rate: Option<u32>,
    /// The file to create.
    pub output: PathBuf,
    /// Whether to replace an existing file.
    #[serde(default)]
    pub force: bool,
    /// Parameter values by id, as the user writes them: a number, `on`, `off`, or a choice's name.
    #[serde(default)]
    pub parameters: BTreeMap<String, String>,
    /// The preset under these values.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub preset: Option<JobPreset>,
    /// Frames of each block.
    pub block_frames: u32,
    /// The tempo of the time, which plays from 0, in beats per minute; 120 if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tempo: Option<f64>,
    /// Tell the processor nothing of the time, as a Wavecraft 0.12 plugin does.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub no_transport: bool,
    /// How long the output continues after the input, in seconds.
    #[serde(default)]
    pub tail_seconds: f64,
}

/// A preset that the parameters begin with, for a job that names values of its own over it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct JobPreset {
    /// Its name.
    pub name: String,
    /// Its values by id. Parameters without one have their defaults.
    pub values: BTreeMap<String, f32>,
}

/// A processor to measure: the argument of `wavecraft-companion --measure`, as JSON. It answers with
/// [events](crate::event::Event), one per line on standard output; [`Measured`](crate::event::Event::Measured) has the
/// document.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MeasureJob {
    /// The project's program, as in [`Attach`](crate::control::Attach).
    #[serde(flatten)]
    pub program: ProjectProgram,
    /// The program's working folder.
    pub cwd: PathBuf,
    /// The program's environment. Only names on the companion's allow-list are used.
    #[serde(default)]
    pub env: BTreeMap<String, String>,
    /// The project's name.
    pub name: String,
    /// Parameter values by id, as the user writes them: a number, `on`, `off`, or a choice's name.
    #[serde(default)]
    pub parameters: BTreeMap<String, String>,
    /// The preset under these values.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub preset: Option<JobPreset>,
    /// Values by id, over these. Ids that there aren't are passed over, and the nearest possible value is taken.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub values: BTreeMap<String, f32>,
    /// What is to be measured: the analysis' plan.
    pub plan: serde_json::Value,
    /// The build before, whose sound is compared with this one's, with the same values for the parameters that it has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<ProjectProgram>,
}

/// A processor to check: the argument of `wavecraft-companion --check`, as JSON. It answers with
/// [events](crate::event::Event), one per line on standard output; [`Checked`](crate::event::Event::Checked) has the document.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CheckJob {
    /// The project's program, as in [`Attach`](crate::control::Attach).
    #[serde(flatten)]
    pub program: ProjectProgram,
    /// The program's working folder.
    pub cwd: PathBuf,
    /// The program's environment. Only names on the companion's allow-list are used.
    #[serde(default)]
    pub env: BTreeMap<String, String>,
    /// The project's name.
    pub name: String,
    /// Whether the library is the plugin that DAWs load, which the plugin host runs as they do.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub plugin: bool,
    /// The preset that each test begins with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub preset: Option<JobPreset>,
    /// What is to be tried: the plan of `wavecraft-companion-check`.
    pub plan: serde_json::Value,
    /// A released build, whose parameters these must be compatible with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub released: Option<ComparedSide>,
}

/// Two builds, or a build and something older, to compare: the argument of `wavecraft-companion --compare`, as JSON. It answers with
/// [events](crate::event::Event), one per line on standard output; [`Compared`](crate::event::Event::Compared) has what was found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CompareJob {
    /// The one before.
    pub before: ComparedSide,
    /// The one now.
    pub after: ComparedSide,
    /// The environment of both programs. Only names on the companion's allow-list are used.
    #[serde(default)]
    pub env: BTreeMap<String, String>,
    /// Parameter values by id for both, as the user writes them: a number, `on`, `off`, or a choice's name. At least one of the two has
    /// each parameter.
    #[serde(default)]
    pub parameters: BTreeMap<String, String>,
    /// The preset under these values.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub preset: Option<JobPreset>,
    /// How builds are measured: the analysis' plan. Where a sound is played or compared, its rate is that of the sound.
    pub plan: serde_json::Value,
    /// The sound that builds play; absent for test signals.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub input: Option<PathBuf>,
    /// The WAV file to make of the place where they differ most. None is made if they don't differ.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub difference: Option<PathBuf>,
    /// Whether to replace an existing file.
    #[serde(default)]
    pub force: bool,
}

/// One of two that are compared.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ComparedSide {
    /// Its name for the user.
    pub name: String,
    /// What it is.
    #[serde(flatten)]
    pub what: Compared,
}

/// What can be compared.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "camelCase")]
pub enum Compared {
    /// A build, which is run.
    Build {
        /// Its program, as in [`Attach`](crate::control::Attach).
        #[serde(flatten)]
        program: ProjectProgram,
        /// The program's working folder.
        cwd: PathBuf,
    },
    /// An audio file.
    Sound {
        /// The file.
        path: PathBuf,
    },
    /// What was measured of an earlier build, which the caller has: the other one is measured in the same way.
    Document {
        /// The parameters' values by id. The other one gets those that it can have.
        values: BTreeMap<String, f32>,
    },
}

/// The rates in Hz at which a signal can be rendered.
pub const RENDER_RATES: RangeInclusive<u32> = 8_000..=384_000;
/// The rate in Hz at which a signal is rendered if none is given.
pub const RENDER_RATE: u32 = 48_000;

fn as_text<S: Serializer>(input: &Source, serializer: S) -> Result<S::Ok, S::Error> {
    match input {
        Source::File { path } => path.serialize(serializer),
        other => serializer.collect_str(other),
    }
}

/// Checks what is to be rendered: that there is an end to it, and that it can be made at the rate in Hz.
///
/// # Errors
/// A sentence for the user.
pub fn check_input(input: &Source, seconds: Option<f64>, sample_rate: Option<u32>) -> Result<(), String> {
    if let Some(seconds) = seconds
        && !(seconds > 0.0 && seconds <= MAX_RECORD_SECONDS)
    {
        return Err(format!("a length of {seconds} s: above 0 to {MAX_RECORD_SECONDS} are possible"));
    }
    match (input, seconds, sample_rate) {
        (Source::Microphone, _, _) => {
            Err("the microphone can't be rendered: record it, and render the file".into())
        }
        (Source::File { .. }, _, Some(_)) => {
            Err("a file is rendered at its own rate: leave the rate out".into())
        }
        (Source::File { .. }, _, None) => Ok(()),
        (Source::Signal(signal), None, _) => {
            Err(format!("`{signal}` has no end: say how much of it, such as --seconds 10"))
        }
        (Source::Signal(signal), Some(_), rate) => {
            let rate = rate.unwrap_or(RENDER_RATE);
            if !RENDER_RATES.contains(&rate) {
                let (least, most) = RENDER_RATES.into_inner();
                return Err(format!("a rate of {rate} Hz: {least} to {most} are possible"));
            }
            signal.fits(rate).map_err(|error| error.to_string())
        }
    }
}

/// Checks whether a WAV file may have this name: with a WAV extension, or without one.
///
/// # Errors
/// A sentence for the user: the extension belongs to another format.
pub fn check_name(path: &Path) -> Result<(), String> {
    let ending = path.extension().map(|ending| ending.to_string_lossy().into_owned());
    match ending {
        Some(ending) if !matches!(ending.to_lowercase().as_str(), "wav" | "wave") => {
            let wanted = path.with_extension("wav");
            let wanted = wanted.file_name().unwrap_or_default().to_string_lossy().into_owned();
            Err(format!("only WAV files are written, not .{ending}: call it {wanted}, and convert it then"))
        }
        _ => Ok(()),
    }
}

/// Checks whether the file at `path` may be replaced. `kind` is its type, with links followed.
///
/// # Errors
/// A sentence for the user: it isn't a regular file, and no flag changes that.
pub fn check_place(path: &Path, kind: FileType) -> Result<(), String> {
    let path = path.display();
    if kind.is_file() {
        return Ok(());
    }
    if kind.is_dir() {
        return Err(format!("{path} is a folder: name a file in it"));
    }
    let kind = if kind.is_fifo() {
        "a pipe"
    } else if kind.is_socket() {
        "a socket"
    } else {
        "a device"
    };
    Err(format!("{path} is {kind}, and a WAV file's beginning is written last: name an ordinary file"))
}

/// Exit code of `wavecraft-companion --render` if the job asks for something impossible, such as an unknown parameter.
/// Otherwise 0, or 1 if something failed.
pub const BAD_JOB: u8 = 2;

#[cfg(test)]
mod tests {
    use super::*;

    fn check(input: &str, seconds: Option<f64>, rate: Option<u32>) -> Result<(), String> {
        check_input(&input.parse().expect("an input"), seconds, rate)
    }

    #[test]
    fn what_has_no_end_or_can_not_be_made_is_told() {
        assert_eq!(check("/loop.wav", None, None), Ok(()));
        assert_eq!(check("/loop.wav", Some(0.5), None), Ok(()));
        assert_eq!(check("sweep", Some(10.0), None), Ok(()));
        assert_eq!(check("tone:30000", Some(1.0), Some(96_000)), Ok(()));
        for (input, seconds, rate, told) in [
            ("mic", Some(1.0), None, "can't be rendered"),
            ("/loop.wav", None, Some(48_000), "its own rate"),
            ("/loop.wav", Some(f64::NAN), None, "a length of NaN s"),
            ("tone", None, None, "`tone` has no end: say how much of it, such as --seconds 10"),
            ("tone", Some(0.0), None, "above 0 to 31536000 are possible"),
            ("tone", Some(1.0), Some(1000), "8000 to 384000 are possible"),
            ("tone:24000", Some(1.0), None, "can't be played at 48000 Hz"),
        ] {
            let error = check(input, seconds, rate).unwrap_err();
            assert!(error.contains(told), "{input}: {error}");
        }
    }

    #[test]
    fn a_job_has_its_input_as_text() {
        let job = |input: &str| {
            let json = serde_json::json!({
                "executable": "/p/dev-audio", "cwd": "/p", "input": input, "output": "/out.wav", "block_frames": 512,
            });
            serde_json::from_value::<RenderJob>(json).map(|job| serde_json::to_value(&job).expect("text"))
        };
        for input in ["/loop.wav", "/a b/c", "tone:440@-20", "silence"] {
            assert_eq!(job(input).expect("a job")["input"], input);
        }
        assert!(job("tone:nan").unwrap_err().to_string().contains("Write tone[:HZ][@DB]"));
    }
}
