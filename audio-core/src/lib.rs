//! Devices, streams and the real-time engine of the Wavecraft Companion.
//!
//! [`open`] opens the output device (or the timer that stands in for one) and gives back [`Audio`], the control side of
//! a running engine. A *project* is one processor child: a [`Source`] feeds it block by block over the shared-memory
//! ring of `wavecraft-ring`, what comes back is measured, faded, mixed with the other projects, guarded and played.
//!
//! Two halves, made by one constructor, [`engine()`]: [`Engine`] belongs to a control thread, [`Renderer`] to the audio
//! thread. They share a command ring, a ring on which everything travels back that must be freed, and atomic words.
//!
//! What this crate doesn't have: knowledge of sockets, windows, child processes, logging; nor of JSON, but for the one
//! value in which PipeWire names its defaults.
//!
//! # On the audio thread
//!
//! [`Renderer::render`] is the only code of ours there. It doesn't allocate, free, lock, log or panic, and waits only for
//! the children of projects in [`Mode::Direct`], to a deadline.
//!
//! # A block's way through a project
//!
//! source → input meter → ring → child → ring → sanitised → **tap** (output meter, scope) → dry or processed, by fades →
//! gain and mute → mix of all projects → guard (limiter, howl mute) → device
//!
//! The tap is what the DSP made: bypass, gain, mute and the guard come after it. A [`Recording`] writes it into a file
//! while it plays. [`Offline`] runs a child without an engine, as fast as it goes, for the same samples.
//!
//! # Example
//!
//! A project without a child plays its source dry. Here the test is the device, and asks for 256 frames at a time.
//!
//! ```
//! use wavecraft_audio_core::{EngineConfig, Limits, ProjectSettings, Source, engine, system_clock};
//!
//! # fn main() -> Result<(), wavecraft_audio_core::EngineError> {
//! let (mut engine, mut renderer) = engine(EngineConfig {
//!     sample_rate: 48_000,
//!     nominal_frames: 256,
//!     limits: Limits::default(),
//!     clock: system_clock(),
//! });
//! let project = engine.add_project(ProjectSettings { source: Source::Tone, ..ProjectSettings::default() })?;
//!
//! let mut peak = 0.0_f32;
//! for _callback in 0..100 {
//!     renderer.render(256, None, |_offset, left, _right| {
//!         peak = left.iter().fold(peak, |peak, sample| peak.max(sample.abs()));
//!     });
//! }
//! assert!(peak > 0.1);
//!
//! engine.remove_project(project);
//! renderer.render(256, None, |_, _, _| {});
//! // What the audio thread handed back is freed here.
//! engine.poll();
//! # Ok(())
//! # }
//! ```

mod audio;
mod backend;
mod engine;
mod gate;
mod input;
mod latency;
mod loudest;
mod number;
mod offline;
mod record;
mod render;
mod resample;
mod source;
mod wav;

pub use audio::{
    Audio, AudioError, AudioEvent, BackendKind, DeviceId, DeviceInfo, DeviceList, InputState, LatencyParts,
    MoveError, StreamInfo, StreamRequest, Transport, devices, listen, open, prepare,
};
pub use backend::manual::{Manual, ManualSettings};
pub use backend::native::Listener;
pub use backend::{Backend, DeviceWords, InputStream, Notify, OutputStream};
pub use engine::config::{
    Clock, EngineConfig, Limits, MAX_DELAY_FRAMES, MAX_FRAMES, MAX_PROJECTS, system_clock,
};
pub use engine::scope::{SCOPE_POINTS, ScopeFrame};
pub use engine::snapshot::{
    EngineStats, FilePosition, GuardState, InputStats, LastLate, LateBlocks, LinkState, Load, Meter, Mode,
    OnBypass, ProjectId, ProjectSettings, ProjectSnapshot,
};
pub use engine::spectrum::{SPECTRUM_POINTS, SpectrumFrame};
pub use engine::{Engine, EngineError, engine};
pub use input::InputFeed;
pub use latency::{LatencyError, LatencyRecording, MeasuredLatency};
pub use loudest::LOUDEST;
pub use offline::{Offline, OfflineError};
pub use record::{RecordError, Recording, Take};
pub use render::Renderer;
pub use source::Source;
pub use source::decode::FileReader;
pub use source::error::FileError;
pub use source::file::{AudioFile, MAX_FILE_FRAMES};
pub use wav::{MAX_WAV_FRAMES, WavFile};

#[cfg(test)]
mod tests {
    use super::*;

    /// Who may go to another thread: both halves may, each is then used by one thread at a time.
    #[test]
    fn both_halves_can_be_sent() {
        fn is_send<T: Send>() {}
        is_send::<Engine>();
        is_send::<Renderer>();
        is_send::<Audio>();
        is_send::<InputFeed>();
        is_send::<Recording>();
        is_send::<Offline>();
        fn is_shared<T: Send + Sync>() {}
        is_shared::<AudioFile>();
        is_shared::<DeviceWords>();
        is_shared::<AudioError>();
    }
}
