//! The plugin's presets, as its page sees them: those that were built in. The host saves what it wants to keep.

use std::cell::{Cell, RefCell};

use nice_plug::context::gui::GuiContext;
use wavecraft_companion_protocol::{
    preset::{BAD_PRESET, CurrentPreset, LoadPreset, PresetDone, PresetEntry, PresetList, StepPreset},
    rpc::ErrorObject,
};

use crate::factory::FactoryPreset;
use crate::parameters::Parameters;

/// A value is a preset's that lies no farther from it than this part of the range: a host keeps positions, not values.
const SAME: f32 = 1e-5;

pub(super) struct Presets {
    all: &'static [FactoryPreset],
    version: &'static str,
    /// The one that was loaded last.
    current: Cell<Option<usize>>,
    told: RefCell<CurrentPreset>,
}

impl Presets {
    pub(super) fn new(all: &'static [FactoryPreset], version: &'static str) -> Self {
        Self { all, version, current: Cell::new(None), told: RefCell::default() }
    }

    pub(super) fn list(&self, parameters: &Parameters) -> PresetList {
        let entry = |preset: &FactoryPreset| PresetEntry {
            name: preset.name.clone(),
            note: Some(preset.note.clone()).filter(|note| !note.is_empty()),
            trouble: None,
        };
        PresetList {
            presets: self.all.iter().map(entry).collect(),
            heard: self.now(parameters),
            ..PresetList::default()
        }
    }

    pub(super) fn load(
        &self,
        LoadPreset { name }: &LoadPreset,
        parameters: &Parameters,
        host: &GuiContext,
    ) -> Result<PresetDone, ErrorObject> {
        let index = self.all.iter().position(|preset| preset.name == *name).ok_or_else(|| {
            let message = format!("the plugin has no preset `{name:.80}`: getPresets lists those there are");
            ErrorObject::new(BAD_PRESET, message)
        })?;
        Ok(self.take(index, parameters, host))
    }

    pub(super) fn step(
        &self,
        StepPreset { by }: StepPreset,
        parameters: &Parameters,
        host: &GuiContext,
    ) -> Result<PresetDone, ErrorObject> {
        let count = self.all.len();
        let next = match (self.current.get(), by > 0) {
            _ if count == 0 => return Err(ErrorObject::new(BAD_PRESET, "the plugin has no presets")),
            (Some(index), true) => (index + 1) % count,
            (Some(index), false) => (index + count - 1) % count,
            (None, true) => 0,
            (None, false) => count - 1,
        };
        Ok(self.take(next, parameters, host))
    }

    /// What the page wasn't told yet of the present preset.
    pub(super) fn news(&self, parameters: &Parameters) -> Option<CurrentPreset> {
        let now = self.now(parameters);
        (self.told.replace(now.clone()) != now).then_some(now)
    }

    /// Gives the plugin the preset's values, as its host would.
    fn take(&self, index: usize, parameters: &Parameters, host: &GuiContext) -> PresetDone {
        let preset = &self.all[index];
        self.current.set(Some(index));
        host.set_state(preset.state(parameters, self.version));
        PresetDone { name: preset.name.clone(), remarks: Vec::new() }
    }

    fn now(&self, parameters: &Parameters) -> CurrentPreset {
        let Some(preset) = self.current.get().and_then(|index| self.all.get(index)) else {
            return CurrentPreset::default();
        };
        let changed = parameters.now().iter().any(|parameter| {
            let spec = &parameter.spec;
            let wanted = spec.nearest(preset.value(&spec.id).unwrap_or(spec.default));
            (parameter.value - wanted).abs() > SAME * (spec.max - spec.min)
        });
        CurrentPreset { current: Some(preset.name.clone()), changed }
    }
}
