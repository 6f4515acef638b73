//! The presets as pages see them, and the present values as a preset's.

use std::{collections::BTreeMap, sync::Arc};

use wavecraft_companion_presets::{Listing, Name, Preset};
use wavecraft_companion_protocol::{
    preset::{BAD_PRESET, CurrentPreset, PresetDone, PresetEntry, PresetList},
    rpc::ErrorObject,
};

use super::{Hub, values::now};
use crate::desk::Desk;

impl Hub {
    /// Where calls about presets wait.
    pub(crate) fn desk(&self) -> &Desk {
        &self.desk
    }

    /// All presets as they were read last.
    pub(crate) fn presets(&self) -> PresetList {
        self.turn().shelf.list()
    }

    /// The same, and the present one, for who looks often.
    pub(crate) fn shown_presets(&self) -> (Arc<Vec<PresetEntry>>, CurrentPreset) {
        self.turn().shelf.shown()
    }

    /// The present values of the parameters that the project has.
    ///
    /// # Errors
    /// They aren't known yet.
    pub(crate) fn values_now(&self) -> Result<BTreeMap<String, f32>, ErrorObject> {
        let all = self.host().parameters().parameters;
        if all.is_empty() {
            return Err(not_known());
        }
        Ok(all.into_iter().map(|parameter| (parameter.spec.id, parameter.value)).collect())
    }

    /// Gives every parameter a preset's value, and notifies every client of what changed.
    ///
    /// # Errors
    /// The parameters aren't known yet, or many values were changed too often just before.
    pub(crate) fn load_preset(&self, name: &Name, preset: Preset) -> Result<PresetDone, ErrorObject> {
        let mut turn = self.turn();
        let parameters = self.host().parameters().parameters;
        if parameters.is_empty() {
            return Err(not_known());
        }
        let fitted = preset.fit(parameters.iter().map(|parameter| &parameter.spec));
        let changed = turn.load(self.host(), (name.as_str(), preset), &fitted.values, now())?;
        self.tell(&mut turn, changed);
        Ok(PresetDone { name: name.to_string(), remarks: fitted.remarks })
    }

    /// A preset was saved, or has another name: it is the present one.
    pub(crate) fn preset_is(&self, name: &Name, preset: Preset) {
        let mut turn = self.turn();
        turn.shelf.take(name.to_string(), preset, &self.host().parameters().parameters);
        self.tell(&mut turn, Vec::new());
    }

    /// The folder was read, and the file of the preset that was the present one then. One that is gone is it no more.
    pub(crate) fn presets_read(
        &self,
        listing: Result<Listing, String>,
        current: Option<(String, Option<(Name, Preset)>)>,
    ) {
        let mut turn = self.turn();
        turn.shelf.read(listing);
        if let Some((name, read)) = current
            && turn.shelf.current().current.as_ref() == Some(&name)
        {
            match read {
                Some((name, preset)) => {
                    turn.shelf.take(name.to_string(), preset, &self.host().parameters().parameters);
                }
                None => turn.shelf.forget(),
            }
        }
        self.tell(&mut turn, Vec::new());
    }
}

fn not_known() -> ErrorObject {
    ErrorObject::new(
        BAD_PRESET,
        "the project has no parameters, or its first build isn't heard yet: try again when it is",
    )
}
