//! What a project's processor is fed with, as pages see it and may change it.
//!
//! A page never names or sees a path: it chooses among files that a person chose before, by numbers that the companion
//! gave.

use crate::{
    method::empty,
    session::{SourceName, TestSignal},
};
use serde::{Deserialize, Serialize};

/// The most files that are remembered for a project.
pub const MAX_RECENT: usize = 8;
/// The most columns of a [`Waveform`].
pub const MAX_COLUMNS: usize = 512;
/// The shortest loop, in milliseconds.
pub const MIN_LOOP_MS: u32 = 10;

empty! {
    /// The source: its file, loop and waveform, and the files that were played before.
    GetSource
}

/// Result of [`GetSource`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SourceInfo {
    /// The source.
    pub source: SourceName,
    /// The file's name, without its folder.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Rate in Hz that frames are counted at: the session's.
    pub sample_rate: u32,
    /// Frames of the whole file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub length_frames: Option<u64>,
    /// The loop's first frame, and the frame after its last; absent while the whole file is looped.
    #[serde(rename = "loop", default, skip_serializing_if = "Option::is_none")]
    pub region: Option<[u64; 2]>,
    /// The file's shape.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waveform: Option<Waveform>,
    /// Files that the project played, newest first, at most [`MAX_RECENT`].
    pub recent: Vec<RecentFile>,
    /// The signal, if the source is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signal: Option<Signal>,
    /// Why the file that was chosen last isn't played: a sentence for the user.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trouble: Option<String>,
}

/// The shape of a file: at most [`MAX_COLUMNS`] columns of equal shares of its frames.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Waveform {
    /// The smallest sample of both channels in each column, linear.
    pub min: Vec<f32>,
    /// The largest one.
    pub max: Vec<f32>,
}

/// A file that a project played.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecentFile {
    /// Its number: for [`ChooseRecent`], and never another file's.
    pub number: u64,
    /// Its name, without its folder.
    pub name: String,
    /// Whether it is the source now.
    pub playing: bool,
}

/// A signal: its text, its words, and those of its numbers that it has.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Signal {
    /// The text that [`SetSource`](super::SetSource) takes.
    pub text: TestSignal,
    /// What a person reads, with the numbers.
    pub label: String,
    /// How a signal of its kind is written; what is in brackets may be left out.
    pub form: String,
    /// Frequency in Hz of the tone, or of the first of two.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hz: Option<f64>,
    /// Frequency in Hz of the second tone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub second_hz: Option<f64>,
    /// Frequency in Hz at which the sweep begins.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from_hz: Option<f64>,
    /// Frequency in Hz at which it ends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to_hz: Option<f64>,
    /// Duration in seconds of the sweep, or time from one impulse to the next.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seconds: Option<f64>,
    /// The noise's spectrum: `white` or `pink`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub colour: Option<String>,
    /// Level in dBFS: the RMS of noise, the peak of everything else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub level_db: Option<f64>,
}

/// Loop a part of the file. Without its members the whole file is looped.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SetLoop {
    /// The first frame; absent means the file's first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from_frames: Option<u64>,
    /// The frame after the last; absent means the file's end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to_frames: Option<u64>,
}

/// Play on from another frame of the file. A frame outside of the loop stands for the loop's first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seek {
    /// The frame, from 0.
    pub frame: u64,
}

/// Play a file that the project played before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChooseRecent {
    /// Its number in [`SourceInfo::recent`].
    pub number: u64,
}

/// Parameters of [`SOURCE_CHANGED`](super::SOURCE_CHANGED): none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceChanged {}
