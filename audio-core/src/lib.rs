//! The real-time engine of the Wavecraft Companion, on the streams of `wavecraft-audio-device`.
//!
//! [`open`] opens the output device (or a timer in its place) and returns [`Audio`], the control side of a running
//! engine. A *project* is one processor in a child process: a [`Source`] feeds it block by block over the shared-memory
//! ring of `wavecraft-ring`; its output is measured, faded, mixed with the other projects, limited and played.
//!
//! One constructor, [`engine()`], makes two halves: [`Engine`] belongs to a control thread, [`Renderer`] to the audio
//! thread. They share a command ring, a ring on which values travel back to be freed, and atomic words.
//!
//! This crate knows nothing of sound systems, sockets, windows, child processes or logging.
//!
//! # On the audio thread
//!
//! [`Renderer`] is our only code there, apart from the device's own callback. It doesn't allocate, free, lock, log or
//! panic, and waits only for the children of projects in [`Mode::Direct`], up to a deadline.
//!
//! # A block's path through a project
//!
//! source → input meter → ring → child → ring → sanitised → recording → dry or processed, by fades → **tap** (output
//! meter, oscilloscope, spectrum) → gain and mute → mix of all projects → limiter and howl mute → device
//!
//! The tap shows what is heard, as [`HeardSound`] names it, before gain, mute and limiter. A [`Recording`] writes the
//! processor's own output to a file while it plays. [`Offline`] runs a child without an engine, as fast as possible, with the same samples.
//!
//! # Example
//!
//! A project without a child plays its source dry. Here the test acts as the device, and asks for 256 frames at a time.
//!
//! ```
//! use wavecraft_audio_core::{
//!     EngineConfig, Limits, ProjectSettings, Render, Source, engine, system_clock,
//! };
//!
//! # fn main() -> Result<(), wavecraft_audio_core::EngineError> {
//! let (mut engine, mut renderer) = engine(EngineConfig {
//!     sample_rate: 48_000,
//!     nominal_frames: 256,
//!     limits: Limits::default(),
//!     clock: system_clock(),
//! });
//! let project = engine.add_project(ProjectSettings { source: Source::tone(), ..ProjectSettings::default() })?;
//!
//! let mut peak = 0.0_f32;
//! for _callback in 0..100 {
//!     renderer.render(256, None, None, &mut |_offset, left, _right| {
//!         peak = left.iter().fold(peak, |peak, sample| peak.max(sample.abs()));
//!     });
//! }
//! assert!(peak > 0.1);
//!
//! engine.remove_project(project);
//! renderer.render(256, None, None, &mut |_, _, _| {});
//! // What the audio thread handed back is freed here.
//! engine.poll();
//! # Ok(())
//! # }
//! ```

mod audio;
mod config;
mod engine;
mod input;
mod latency;
mod number;
mod offline;
mod record;
mod render;
mod resample;
mod snapshot;
mod source;
mod stream;
mod time;
mod trash;
mod wav;

pub use audio::{Audio, MoveError, open};
pub use config::{EngineConfig, Limits, MAX_ALIGNMENT_FRAMES, MAX_DELAY_FRAMES, MAX_PROJECTS};
pub use engine::error::EngineError;
pub use engine::readings::{Reading, Readings};
pub use engine::scope::{SCOPE_POINTS, ScopeFrame};
pub use engine::spectrum::{Partial, SPECTRUM_POINTS, SpectrumFrame};
pub use engine::trigger::{Trigger, TriggeredFrame, Waveform};
pub use engine::{Engine, engine};
pub use latency::{LatencyError, LatencyRecording, MeasuredLatency};
pub use offline::{Offline, OfflineError, Timed};
pub use record::{RecordError, Recording, Take};
pub use render::Renderer;
pub use snapshot::{
    BesideSnapshot, Comparing, EngineStats, Finiteness, Hear, HeardSound, InputStats, LastLate, LateBlocks,
    LimiterState, LinkState, Load, Meter, Mode, OnBypass, ProjectId, ProjectSettings, ProjectSnapshot,
};
pub use source::decode::FileReader;
pub use source::error::FileError;
pub use source::file::{AudioFile, MAX_FILE_FRAMES};
pub use source::overview::{OVERVIEW_COLUMNS, Overview};
pub use source::signal::{Colour, Signal, SignalReader, sweep_hz};
pub use source::{FilePosition, Source};
pub use stream::{InputState, LatencyParts, StreamInfo};
pub use time::{BEATS_OF_A_BAR, MAX_BEATS, MAX_LOOP_BARS, TEMPO, Time, TimeChange};
pub use wav::{MAX_WAV_FRAMES, WavFile};
pub use wavecraft_audio_device::{
    AudioError, AudioEvent, Backend, BackendKind, Clock, DeviceId, DeviceInfo, DeviceList, DeviceStatus,
    InputStream, LOUDEST, Listener, MAX_FRAMES, Manual, ManualSettings, Notify, OutputStream, Render, Sink,
    StreamRequest, Transport, devices, has_backend, listen, prepare, system_clock,
};

pub use wavecraft_ring::{BlockTime, ProbeName, ProbeValues, TEMPI};

#[cfg(test)]
mod tests {
    use super::*;

    #[global_allocator]
    static ALLOCATOR: assert_no_alloc::AllocDisabler = assert_no_alloc::AllocDisabler;

    /// Both halves may move to another thread; each is then used by one thread at a time.
    #[test]
    fn both_halves_can_be_sent() {
        fn is_send<T: Send>() {}
        is_send::<Engine>();
        is_send::<Renderer>();
        is_send::<Audio>();
        is_send::<Recording>();
        is_send::<Offline>();
        fn is_shared<T: Send + Sync>() {}
        is_shared::<AudioFile>();
    }
}
