//! A project's presets as its pages see them: those of its folder, and the one that was loaded or saved last.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use wavecraft_companion_presets::{Listing, Preset};
use wavecraft_companion_protocol::{
    parameter::Parameter,
    preset::{CurrentPreset, PresetEntry, PresetList},
};

/// A preset that is or was the present one; none has no name.
#[derive(Debug, Clone, Default)]
pub(crate) struct Held {
    name: Option<String>,
    preset: Arc<Preset>,
}

/// What was read of the folder last, and the present preset.
pub(crate) struct Shelf {
    entries: Arc<Vec<PresetEntry>>,
    omitted: usize,
    trouble: Option<String>,
    /// The name of the preset that was loaded or saved last.
    current: Option<String>,
    /// What it holds; none before its file was read.
    preset: Arc<Preset>,
    /// Its values for the parameters that the project has.
    here: HashMap<String, f32>,
    /// The parameters that have another value than it.
    differing: HashSet<String>,
    /// What pages were told last, but for the list.
    told: CurrentPreset,
    /// The list is another than pages were told.
    listed: bool,
}

impl Shelf {
    /// One of which nothing was read yet; the project's last preset has this name.
    pub(crate) fn new(current: Option<String>) -> Self {
        Self {
            entries: Arc::default(),
            omitted: 0,
            trouble: None,
            told: CurrentPreset { current: current.clone(), changed: false },
            current,
            preset: Arc::default(),
            here: HashMap::new(),
            differing: HashSet::new(),
            listed: false,
        }
    }

    /// What pages may know of it.
    pub(crate) fn list(&self) -> PresetList {
        PresetList {
            presets: (*self.entries).clone(),
            omitted: self.omitted,
            trouble: self.trouble.clone(),
            heard: self.current(),
        }
    }

    /// The presets, and the present one.
    pub(crate) fn shown(&self) -> (Arc<Vec<PresetEntry>>, CurrentPreset) {
        (Arc::clone(&self.entries), self.current())
    }

    /// The present one.
    pub(crate) fn current(&self) -> CurrentPreset {
        CurrentPreset { current: self.current.clone(), changed: !self.differing.is_empty() }
    }

    /// What pages weren't told yet: of the present preset, and of the list. The caller tells them.
    pub(crate) fn news(&mut self) -> (Option<CurrentPreset>, Option<PresetList>) {
        let now = self.current();
        let current = (self.told != now).then(|| now.clone());
        self.told = now;
        let list = std::mem::take(&mut self.listed).then(|| self.list());
        (current, list)
    }

    /// The folder was read, or why it couldn't be.
    pub(crate) fn read(&mut self, listing: Result<Listing, String>) {
        let (Listing { presets, omitted }, trouble) = match listing {
            Ok(listing) => (listing, None),
            Err(trouble) => (Listing::default(), Some(trouble)),
        };
        if (&presets, omitted, &trouble) != (&*self.entries, self.omitted, &self.trouble) {
            (self.entries, self.omitted, self.trouble) = (Arc::new(presets), omitted, trouble);
            self.listed = true;
        }
    }

    /// A preset is the present one: it was loaded, saved or renamed, or its file was read again.
    pub(crate) fn take(&mut self, name: String, preset: Preset, parameters: &[Parameter]) {
        (self.current, self.preset) = (Some(name), preset.into());
        self.compare(parameters);
    }

    /// Whether there is one of this name, as far as is known.
    pub(crate) fn lists(&self, name: &str) -> bool {
        self.entries.iter().any(|entry| entry.name == name)
    }

    /// The present preset as it is, for a step that another one is loaded by.
    pub(crate) fn held(&self) -> Held {
        Held { name: self.current.clone(), preset: Arc::clone(&self.preset) }
    }

    /// A step brings a preset back. One that isn't among the presets any more is none.
    pub(crate) fn hold(&mut self, held: &Held, parameters: &[Parameter]) {
        let Some(name) = held.name.clone().filter(|name| self.lists(name)) else { return self.forget() };
        (self.current, self.preset) = (Some(name), Arc::clone(&held.preset));
        self.compare(parameters);
    }

    /// The present preset is gone.
    pub(crate) fn forget(&mut self) {
        self.current = None;
        self.preset = Arc::default();
        self.here.clear();
        self.differing.clear();
    }

    /// The project may have other parameters.
    pub(crate) fn compare(&mut self, parameters: &[Parameter]) {
        self.here.clear();
        self.differing.clear();
        // Nothing is known of it before its file was read.
        if self.current.is_none() || *self.preset == Preset::default() {
            return;
        }
        let fitted = self.preset.fit(parameters.iter().map(|parameter| &parameter.spec));
        self.here.extend(fitted.values);
        for Parameter { spec, value } in parameters {
            self.changed(&spec.id, *value);
        }
    }

    /// A parameter has this value now.
    pub(crate) fn changed(&mut self, id: &str, value: f32) {
        match self.here.get(id) {
            Some(wanted) if *wanted != value => {
                self.differing.insert(id.into());
            }
            _ => {
                self.differing.remove(id);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use wavecraft_companion_protocol::parameter::ParameterSpec;

    fn parameters(values: &[(&str, f32)]) -> Vec<Parameter> {
        let parameter = |(id, value): &(&str, f32)| Parameter {
            spec: ParameterSpec::float(id, 0.0, 0.0, 10.0),
            value: *value,
        };
        values.iter().map(parameter).collect()
    }

    fn preset(values: &[(&str, f32)]) -> Preset {
        Preset {
            note: String::new(),
            values: values.iter().map(|(id, value)| ((*id).into(), *value)).collect(),
        }
    }

    fn now(current: Option<&str>, changed: bool) -> CurrentPreset {
        CurrentPreset { current: current.map(str::to_owned), changed }
    }

    #[test]
    fn it_tells_once_when_a_value_leaves_the_preset_and_when_it_comes_back() {
        let mut shelf = Shelf::new(None);
        shelf.changed("a", 3.0);
        assert_eq!(shelf.news(), (None, None), "there is no preset to differ from");
        shelf.take(
            "Warm".into(),
            preset(&[("a", 1.0), ("gone", 5.0)]),
            &parameters(&[("a", 1.0), ("b", 0.0)]),
        );
        assert_eq!(shelf.news().0, Some(now(Some("Warm"), false)));
        shelf.changed("a", 2.0);
        assert_eq!(shelf.news().0, Some(now(Some("Warm"), true)));
        shelf.changed("b", 1.0);
        shelf.changed("a", 1.0);
        assert_eq!(shelf.news().0, None, "told already; `b` isn't at its default");
        shelf.changed("b", 0.0);
        assert_eq!(shelf.news().0, Some(now(Some("Warm"), false)));
        shelf.forget();
        assert_eq!(shelf.news().0, Some(now(None, false)));
    }

    #[test]
    fn a_build_with_other_parameters_is_compared_anew() {
        let mut shelf = Shelf::new(Some("Warm".into()));
        shelf.compare(&parameters(&[("a", 4.0)]));
        assert_eq!(shelf.current(), now(Some("Warm"), false), "its file wasn't read yet");
        shelf.take("Warm".into(), preset(&[("a", 1.0), ("later", 20.0)]), &parameters(&[("a", 1.0)]));
        shelf.compare(&parameters(&[("a", 1.0), ("later", 0.0)]));
        assert!(shelf.current().changed);
        shelf.compare(&parameters(&[("a", 1.0), ("later", 10.0)]));
        assert!(!shelf.current().changed, "the nearest that it can have");
    }

    #[test]
    fn the_list_is_told_when_it_is_another() {
        let entry = PresetEntry { name: "Warm".into(), ..PresetEntry::default() };
        let listing = Listing { presets: vec![entry], omitted: 2 };
        let mut shelf = Shelf::new(None);
        shelf.read(Ok(Listing::default()));
        assert_eq!(shelf.news(), (None, None));
        shelf.read(Ok(listing.clone()));
        let (_, told) = shelf.news();
        assert_eq!(told.map(|list| (list.presets, list.omitted)), Some((listing.presets.clone(), 2)));
        shelf.read(Ok(listing));
        assert_eq!(shelf.news(), (None, None));
        shelf.read(Err("no".into()));
        assert_eq!(shelf.news().1.and_then(|list| list.trouble).as_deref(), Some("no"));
    }
}
