//! What a project's plugin is to a host: the answer of the plugin host to `--try`.

use crate::child::FromChild;
use serde::{Deserialize, Serialize};

/// A plugin that was loaded as hosts load it, and processed a while.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Tried {
    /// By which CLAP hosts know it, such as `com.example.my-filter`.
    pub id: String,
    /// What hosts show of it, the same in both formats.
    pub name: String,
    /// Who makes it.
    pub vendor: String,
    /// Its version.
    pub version: String,
    /// By which VST3 hosts know it: 32 hexadecimal digits.
    pub vst3_class: String,
    /// Its processors and parameters: a [`FromChild::Hello`], with the latency that hosts are told.
    pub hello: FromChild,
    /// Those that it ships with, as it lists them.
    #[serde(default)]
    pub presets: Vec<TriedPreset>,
}

/// A preset that a host listed and loaded.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TriedPreset {
    /// Its name.
    pub name: String,
    /// The plugin's state after that, as a VST3 component has it.
    pub state: String,
}
