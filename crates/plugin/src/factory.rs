//! The presets that a plugin ships with.

use std::collections::BTreeMap;

use nice_plug::prelude::PluginState;
use serde::Deserialize;

use crate::about::Export;
use crate::caught::describe;
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
    /// Reads a list of them; none if it isn't one, and the log says so.
    pub(crate) fn list(text: &str) -> Vec<Self> {
        serde_json::from_str(text).unwrap_or_else(|error| {
            nice_plug::nice_error!("the plugin's presets can't be read: {error}");
            Vec::new()
        })
    }

    /// Its value for a parameter.
    pub(crate) fn value(&self, id: &str) -> Option<f32> {
        self.values.get(id).copied()
    }

    /// The state of a plugin of `E` that has these values, as its host would have saved it. A parameter without a value has
    /// its default, and one out of its range the nearest. `None` if the processors can't be described.
    pub(crate) fn state<E: Export>(&self) -> Option<PluginState> {
        let described = describe::<E>()?;
        let parameters = Parameters::of(described.parameters, described.chain);
        let params = parameters.state_of(|id| self.value(id));
        Some(PluginState { version: E::ABOUT.version.to_owned(), params, fields: BTreeMap::new() })
    }
}
