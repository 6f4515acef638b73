//! The audio devices in use.

use super::source_name::SourceName;
use serde::{Deserialize, Serialize};

/// The audio devices in use, with their rate and buffer size.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct AudioDevices {
    /// The sound system: `PipeWire`, `ALSA`, `JACK`, `CoreAudio`, or `virtual` if none is used.
    pub backend: String,
    /// The input device's name, while one is open.
    pub input: Option<String>,
    /// The output device's name; none for the virtual backend.
    pub output: Option<String>,
    /// In Hz.
    pub sample_rate: u32,
    /// Frames per callback, nominally.
    pub buffer_frames: u32,
    /// The requested rate in Hz, if the actual one differs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked_sample_rate: Option<u32>,
    /// The requested frames per callback, if the actual number differs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked_buffer_frames: Option<u32>,
    /// Why the devices differ from the request, and what to do about it: for example that there is no audio server.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notice: Option<String>,
    /// The end of `notice` that concerns the microphone, if there is one: no news for a project that hears another source.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub microphone_notice: Option<String>,
}

impl AudioDevices {
    /// What of the notice concerns a project that hears this source.
    #[must_use]
    pub fn notice_for(&self, source: SourceName) -> Option<&str> {
        let notice = self.notice.as_deref()?;
        let Some(of_microphone) = self.microphone_notice.as_deref() else { return Some(notice) };
        if source == SourceName::Microphone {
            return Some(notice);
        }
        let rest = notice.strip_suffix(of_microphone).unwrap_or(notice).trim_end_matches(NOTICE_GAP);
        Some(rest).filter(|rest| !rest.is_empty())
    }
}

/// Stands between the parts of [`AudioDevices::notice`].
pub const NOTICE_GAP: &str = "; ";
