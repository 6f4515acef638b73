//! What `wavecraft start`, `record` and `render` print with `--json`: one object a line on standard output. Also what
//! `wavecraft-companion --render` tells the command.

use crate::{
    session::{AudioDevices, Build, Drift, LateBlocks, Load, Mode, State},
    take::Take,
};
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// One line.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "camelCase")]
pub enum Event {
    /// The addresses work, and with audio the processor is heard.
    Ready {
        /// The companion's name for this project; without audio its package's.
        session: String,
        /// The dev WebSocket, with its token.
        ws_url: String,
        /// The project's page, with its token; absent with `--no-ui` or without a `ui` folder.
        ui_url: Option<String>,
        /// The inspector, with the project's token.
        inspector_url: String,
        /// What is used for audio; absent without.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        devices: Option<AudioDevices>,
        /// From the microphone to the loudspeaker, as reported; absent without audio.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        latency_ms: Option<f64>,
        /// When the processor's answers are taken; absent without audio.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        mode: Option<Mode>,
    },
    /// The page is served, after `ready` that didn't wait for it.
    Page {
        /// Its address, with the key.
        ui_url: String,
    },
    /// The companion had gone, and another one runs the project at the same addresses.
    Reattached {
        /// Its name for this project.
        session: String,
    },
    /// Once a second.
    Stats {
        /// Blocks that the child processed.
        blocks: u64,
        /// Blocks that came back too late, all causes.
        late_blocks: u64,
        /// The same by cause.
        late: LateBlocks,
        /// Times the device lost frames.
        xruns: u64,
        /// The audio thread's busy time by its period, averaged.
        load: f32,
        /// The largest of it in the last second.
        load_max: f32,
        /// What 99 % of it stayed below in the last ten seconds.
        load_p99: f32,
        /// The processor's own time for a block by the block's duration.
        processor_load: Load,
        /// From handing a block over until the child was awake, averaged, in microseconds.
        wake_us: f32,
        /// When the processor's answers are taken.
        mode: Mode,
        /// How the microphone's clock is matched to the output's; absent while it is closed, and where the two have one
        /// clock.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        drift: Option<Drift>,
        /// The source, RMS over both channels, linear.
        input_rms: f32,
        /// The processor's output, RMS over both channels, linear.
        output_rms: f32,
    },
    /// Other devices are in use, or there is something to be told of them.
    Devices(AudioDevices),
    /// The project's state changed.
    State {
        /// To what.
        state: State,
        /// Why, and what comes next.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
    },
    /// cargo started, or ended.
    Build(Build),
    /// A newer processor is heard; without audio, its parameters are on the page.
    Reloaded {
        /// The build's time.
        build_ms: u64,
        /// From asking for the swap to there.
        swap_ms: u64,
        /// Blocks that came too late meanwhile; absent without audio.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        late_blocks: Option<u64>,
    },
    /// A line that the child, cargo or the UI's server wrote.
    Log {
        /// `child`, `cargo` or `ui`.
        from: String,
        /// The line.
        line: String,
    },
    /// Something failed. The command may go on.
    Error {
        /// What happened, to what, what next.
        message: String,
    },
    /// A recording runs: at once, then once a second.
    Recording {
        /// Of which project.
        session: String,
        /// Into which file.
        path: PathBuf,
        /// What is in it.
        seconds: f64,
        /// The processor's output, RMS over both channels, linear.
        output_rms: f32,
        /// Frames that are missing, because the disk was too slow.
        dropped_frames: u64,
    },
    /// A recording is over.
    Recorded(Take),
    /// A rendering: at its beginning, then some times a second.
    Rendering {
        /// Frames that were read of the input.
        frames: u64,
        /// All of its frames, where it says how many.
        total_frames: Option<u64>,
        /// Of both files, in Hz.
        sample_rate: u32,
    },
    /// A rendering is done.
    Rendered {
        /// The file.
        path: PathBuf,
        /// Frames in it.
        frames: u64,
        /// The same in seconds.
        seconds: f64,
        /// In Hz.
        sample_rate: u32,
        /// The processor's own latency, which was taken out.
        latency_frames: u32,
        /// Samples that weren't finite and became 0, or beyond ±65,536 and were limited.
        nonfinite: u64,
        /// The time it took, without the build.
        took_ms: u64,
    },
    /// The last line.
    Stopped {
        /// Processes that this start made and that are still there.
        orphans: usize,
    },
}
