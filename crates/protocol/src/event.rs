//! The output of `wavecraft start`, `record` and `render` with `--json`: one object per line on standard output. Also
//! the output of `wavecraft-companion --render` for the command.

use crate::{
    realtime::Realtime,
    session::{AudioDevices, Build, Drift, HeardSound, LateBlocks, Load, Mode, Notice, Probe, State},
    take::Take,
};
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// One line of output.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "camelCase")]
pub enum Event {
    /// The addresses work, and, with audio, the processor is heard.
    Ready {
        /// The companion's name for this project; without audio, the name of its package.
        session: String,
        /// The dev WebSocket, with its token.
        ws_url: String,
        /// The project's page, with its token; absent with `--no-ui` or without a `ui` folder.
        ui_url: Option<String>,
        /// The inspector, with the project's token.
        inspector_url: String,
        /// The audio devices in use; absent without audio.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        devices: Option<AudioDevices>,
        /// Latency from the microphone to the loudspeaker, as reported; absent without audio.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        latency_ms: Option<f64>,
        /// When the processor's output is taken; absent without audio.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        mode: Option<Mode>,
    },
    /// The page is now served; sent after a `ready` that didn't wait for it.
    Page {
        /// Its address, with the key.
        ui_url: String,
    },
    /// The companion was gone, and another one now runs the project at the same addresses.
    Reattached {
        /// The new companion's name for this project.
        session: String,
    },
    /// Measurements, once a second.
    Stats {
        /// Blocks that the child processed since the present build is heard.
        blocks: u64,
        /// Blocks that came back too late since then, for all causes.
        late_blocks: u64,
        /// The same by cause.
        late: LateBlocks,
        /// Number of times the device lost frames.
        xruns: u64,
        /// The audio thread's busy time divided by its period, averaged.
        load: f32,
        /// The largest of the last ten seconds.
        load_max: f32,
        /// The 99th percentile of the same ten seconds.
        load_p99: f32,
        /// The processor's own time for a block divided by the block's duration.
        processor_load: Load,
        /// Time from handing a block over until the child is awake, averaged, in microseconds.
        wake_us: f32,
        /// When the processor's output is taken.
        mode: Mode,
        /// How the microphone's clock is matched to the output's; absent while the microphone is closed, and if both
        /// share one clock.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        drift: Option<Drift>,
        /// The source's level, RMS over both channels, linear.
        input_rms: f32,
        /// The level of what is heard, RMS over both channels, linear.
        output_rms: f32,
        /// What that is.
        heard: HeardSound,
        /// Everything that isn't as it should be, the most urgent first.
        notices: Vec<Notice>,
        /// What the processors show of themselves, since the event before; absent for a processor without probes.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        probes: Vec<Probe>,
        /// What the build that is heard was seen to do in `process` that an audio thread must not.
        #[serde(default)]
        realtime: Realtime,
    },
    /// Other devices are in use, or there is a notice about them.
    Devices(AudioDevices),
    /// The project's state changed.
    State {
        /// The new state.
        state: State,
        /// Why, and what happens next.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
    },
    /// A cargo build started or ended.
    Build(Build),
    /// A newer processor is heard; without audio, its parameters are on the page.
    Reloaded {
        /// The duration of the build.
        build_ms: u64,
        /// Time from the request to swap until then.
        swap_ms: u64,
        /// Blocks that came too late meanwhile; absent without audio.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        late_blocks: Option<u64>,
    },
    /// A line written by the child, cargo or the UI's server.
    Log {
        /// `child`, `cargo` or `ui`.
        from: String,
        /// The line.
        line: String,
    },
    /// Something failed. The command may go on.
    Error {
        /// What happened, to what, and what to do next.
        message: String,
    },
    /// A recording is running: sent at once, then once a second.
    Recording {
        /// The project's session.
        session: String,
        /// The file.
        path: PathBuf,
        /// The length of the recording so far.
        seconds: f64,
        /// The processor's output level, RMS over both channels, linear.
        output_rms: f32,
        /// Frames missing because the disk was too slow.
        dropped_frames: u64,
    },
    /// A recording has ended.
    Recorded(Take),
    /// A rendering's progress: sent at its beginning, then several times a second.
    Rendering {
        /// Frames of the input read so far.
        frames: u64,
        /// The input's total frames, if known.
        total_frames: Option<u64>,
        /// The rate of both files, in Hz.
        sample_rate: u32,
    },
    /// A rendering is done.
    Rendered {
        /// The file.
        path: PathBuf,
        /// Frames in it.
        frames: u64,
        /// Their duration in seconds.
        seconds: f64,
        /// In Hz.
        sample_rate: u32,
        /// The processor's own latency, which was removed.
        latency_frames: u32,
        /// Samples that weren't finite and became 0, or were beyond ±65,536 and were limited.
        nonfinite: u64,
        /// The time it took, without the build.
        took_ms: u64,
    },
    /// A measurement is done, whole or not.
    Measured {
        /// The document of the analysis.
        document: Box<serde_json::Value>,
    },
    /// A test of a check has ended.
    Checking {
        /// Tests that have ended.
        done: usize,
        /// Tests that there are.
        tests: usize,
    },
    /// A check is done.
    Checked {
        /// Its document.
        document: Box<serde_json::Value>,
    },
    /// Two were compared.
    Compared {
        /// The pair of the analysis.
        pair: Box<serde_json::Value>,
        /// The file that was made of the place where they differ most.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        difference: Option<PathBuf>,
    },
    /// The last line.
    Stopped {
        /// The number of processes that this start created and that still exist.
        orphans: usize,
    },
}
