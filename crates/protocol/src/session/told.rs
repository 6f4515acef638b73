//! What a person is told of a project.

use serde::{Deserialize, Serialize};

/// What helps against a trouble. Each surface has its own key or button for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum NoticeAction {
    /// Start the processor again.
    Restart,
    /// Unmute.
    Unmute,
    /// Allow the microphone, or refuse it.
    AllowMicrophone,
}

/// Something that a person should know, and perhaps do something about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    /// Names the trouble while it lasts: `notANumber`, `state`, `microphone`, `devices`, `mode`, `mute`, `howl`,
    /// `realtime`.
    pub id: String,
    /// What happened and what is heard now, in sentences, without a key or a button.
    pub text: String,
    /// What helps, if something in the companion does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub action: Option<NoticeAction>,
}

/// The value of a parameter, as text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NamedValue {
    /// The parameter's id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its value with its unit, for example "500 Hz".
    pub value: String,
}

/// The processor's output is not a number: silence is played in its place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotANumber {
    /// Since when, in milliseconds since the beginning of 1970, UTC.
    pub since_ms: u64,
    /// The values of the parameters when it began: of those that weren't at their defaults, 16 at most.
    pub parameters: Vec<NamedValue>,
    /// How often the processor was reset since, which helps if only its state is not a number.
    pub resets: u32,
}
