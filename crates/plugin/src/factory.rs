//! The presets that a plugin ships with.

use std::collections::BTreeMap;

use nice_plug::prelude::PluginState;
use serde::Deserialize;

use crate::parameters::Parameters;

/// What `wavecraft bundle` put into the library: a list of presets as JSON, each with its name, its note and plain values by id.
pub const PRESETS: &str = include_str!(concat!(env!("OUT_DIR"), "/presets.json"));

/// A preset of the project.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(crate) struct FactoryPreset {
    pub(crate) name: String,
    /// What its author says of it; empty if nothing.
    #[serde(default)]
    pub(crate) note: String,
    /// Plain values by id.
    values: BTreeMap<String, f32>,
}

impl FactoryPreset {
    /// Reads a list of them; none if it isn't one, and the log says so. A name with a zero in it would be another name for a host:
    /// such a one is left out.
    pub(crate) fn list(text: &str) -> Vec<Self> {
        let mut all: Vec<Self> = serde_json::from_str(text).unwrap_or_else(|error| {
            nice_plug::nice_error!("the plugin's presets can't be read: {error}");
            Vec::new()
        });
        all.retain(|preset| !preset.name.contains('\0'));
        all
    }

    /// Its value for a parameter.
    pub(crate) fn value(&self, id: &str) -> Option<f32> {
        self.values.get(id).copied()
    }

    /// The state of a plugin of this version that has these values, as its host would have saved it. A parameter without a value
    /// has its default, and one out of its range the nearest.
    pub(crate) fn state(&self, parameters: &Parameters, version: &str) -> PluginState {
        let params = parameters.state_of(|id| self.value(id));
        PluginState { version: version.to_owned(), params, fields: BTreeMap::new() }
    }
}
