//! The project as seen by its page.

use super::{describe::Described, levels};
use crate::remembered::Remembered;
use std::{
    collections::BTreeMap,
    path::PathBuf,
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Instant, SystemTime, UNIX_EPOCH},
};
use tokio::sync::{Notify, mpsc};
use wavecraft_companion_protocol::{
    browser::{
        AudioRuntimePhase, AudioRuntimeStatus, GetAllParametersResult, MeterFrame, Meters, OscilloscopeFrame,
    },
    parameter::Parameter,
    preset::CurrentPreset,
    processor::ProcessorSpec,
    sets::ParameterSets,
};
use wavecraft_companion_server::{Host, SetParameterError};

/// The parameters with their values, and the clock of the synthetic levels.
pub(super) struct PreviewHost {
    parameters: Mutex<Parameters>,
    started: Instant,
    started_at_ms: u64,
    /// Receives a line for a page that was refused. It holds one line; the next refusal is reported a minute later.
    refused: mpsc::Sender<String>,
    sets: Mutex<ParameterSets>,
    /// The preset that was loaded or saved last.
    preset: Mutex<Option<String>>,
    folder: PathBuf,
    /// A value, a set or the preset was changed.
    changed: Notify,
}

#[derive(Default)]
struct Parameters {
    all: Vec<Parameter>,
    processors: Vec<ProcessorSpec>,
    /// The last values of all ids that ever existed.
    values: BTreeMap<String, f32>,
}

impl PreviewHost {
    /// Creates it with these parameters as they are remembered, or at their defaults. `refused` gets a line for each page
    /// that is refused.
    pub(super) fn new(
        described: Described,
        remembered: Remembered,
        folder: PathBuf,
        refused: mpsc::Sender<String>,
    ) -> Self {
        let Remembered { parameters: values, sets, preset } = remembered;
        let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let project = Self {
            parameters: Mutex::new(Parameters { values, ..Parameters::default() }),
            sets: Mutex::new(sets),
            preset: Mutex::new(preset),
            folder,
            changed: Notify::new(),
            started: Instant::now(),
            started_at_ms: u64::try_from(since_1970.as_millis()).unwrap_or(u64::MAX),
            refused,
        };
        project.replace(described);
        project
    }

    /// Replaces the parameters: values are kept by id, clamped to a smaller new range. Returns whether anything
    /// changed.
    pub(super) fn replace(&self, described: Described) -> bool {
        let Described { parameters: specs, chain, .. } = described;
        let mut parameters = self.locked();
        let Parameters { all, processors, values } = &mut *parameters;
        let changed = !all.iter().map(|parameter| &parameter.spec).eq(&specs) || *processors != chain;
        *processors = chain;
        values.extend(all.drain(..).map(|parameter| (parameter.spec.id, parameter.value)));
        all.extend(specs.into_iter().map(|spec| {
            let value = values.get(&spec.id).map_or(spec.default, |value| spec.nearest(*value));
            Parameter { spec, value }
        }));
        changed
    }

    /// What the next start begins with.
    pub(super) fn remembered(&self) -> Remembered {
        Remembered { parameters: self.values(), sets: self.sets(), preset: self.preset() }.checked()
    }

    /// The value that a parameter has if none is remembered.
    pub(super) fn default_of(&self, id: &str) -> Option<f32> {
        self.locked()
            .all
            .iter()
            .find(|parameter| parameter.spec.id == id)
            .map(|parameter| parameter.spec.default)
    }

    /// Waits until a value or a set was changed since the last time.
    pub(super) async fn changed(&self) {
        self.changed.notified().await;
    }

    fn locked(&self) -> MutexGuard<'_, Parameters> {
        self.parameters.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Host for PreviewHost {
    fn parameters(&self) -> GetAllParametersResult {
        let Parameters { all, processors, .. } = &*self.locked();
        GetAllParametersResult { parameters: all.clone(), processors: processors.clone() }
    }

    fn parameter(&self, id: &str) -> Option<f32> {
        self.locked().all.iter().find(|parameter| parameter.spec.id == id).map(|parameter| parameter.value)
    }

    fn set_parameter(&self, id: &str, value: f32) -> Result<f32, SetParameterError> {
        let mut parameters = self.locked();
        let parameter = parameters.all.iter_mut().find(|parameter| parameter.spec.id == id);
        let parameter = parameter.ok_or_else(|| SetParameterError::UnknownParameter(id.into()))?;
        parameter.value = parameter.spec.accept(value)?;
        self.changed.notify_one();
        Ok(parameter.value)
    }

    fn values(&self) -> BTreeMap<String, f32> {
        let Parameters { all, values, .. } = &*self.locked();
        let mut known = values.clone();
        known.extend(all.iter().map(|parameter| (parameter.spec.id.clone(), parameter.value)));
        known
    }

    fn set_values(&self, values: &BTreeMap<String, f32>) -> Vec<(String, f32)> {
        let mut parameters = self.locked();
        parameters.values.extend(values.iter().map(|(id, value)| (id.clone(), *value)));
        let mut changed = Vec::new();
        for Parameter { spec, value } in &mut parameters.all {
            let Some(wanted) = values.get(&spec.id).map(|wanted| spec.nearest(*wanted)) else { continue };
            if std::mem::replace(value, wanted) != wanted {
                changed.push((spec.id.clone(), wanted));
            }
        }
        self.changed.notify_one();
        changed
    }

    fn sets(&self) -> ParameterSets {
        self.sets.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn sets_changed(&self, sets: &ParameterSets) {
        self.sets.lock().unwrap_or_else(PoisonError::into_inner).clone_from(sets);
        self.changed.notify_one();
    }

    fn project(&self) -> Option<PathBuf> {
        Some(self.folder.clone())
    }

    fn preset(&self) -> Option<String> {
        self.preset.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn presets_changed(&self, now: &CurrentPreset) {
        self.preset.lock().unwrap_or_else(PoisonError::into_inner).clone_from(&now.current);
        self.changed.notify_one();
    }

    fn meter_frame(&self) -> Option<MeterFrame> {
        Some(levels::meter_frame(self.started.elapsed()))
    }

    fn meters(&self) -> Option<Meters> {
        let output = levels::meter_update(self.started.elapsed());
        Some(Meters {
            output,
            input: None,
            heard: None,
            position_frames: None,
            position_beats: None,
            probes: Vec::new(),
        })
    }

    fn oscilloscope_frame(&self) -> Option<OscilloscopeFrame> {
        Some(levels::oscilloscope_frame(self.started.elapsed()))
    }

    fn audio_status(&self) -> Option<AudioRuntimeStatus> {
        Some(AudioRuntimeStatus {
            phase: AudioRuntimePhase::Disabled,
            diagnostic: None,
            sample_rate: None,
            buffer_size: None,
            updated_at_ms: self.started_at_ms,
        })
    }

    fn page_refused(&self, line: String) {
        let _ = self.refused.try_send(line);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use wavecraft_companion_protocol::{browser::PageSource, parameter::ParameterSpec, session::TestSignal};

    fn spec(id: &str, max: f32) -> ParameterSpec {
        ParameterSpec::float(id, 0.0, 0.0, max)
    }

    fn described(parameters: Vec<ParameterSpec>) -> Described {
        Described { parameters, processors: None, chain: Vec::new(), latency_frames: 0 }
    }

    #[test]
    fn other_processors_are_a_change_too() {
        let amp = ProcessorSpec { id: "amp".into(), name: "Amp".into(), bypass: None };
        let chain = || Described { chain: vec![amp.clone()], ..described(vec![spec("a", 10.0)]) };
        let project = PreviewHost::new(
            described(vec![spec("a", 10.0)]),
            Remembered::default(),
            PathBuf::new(),
            mpsc::channel(1).0,
        );
        assert!(project.replace(chain()) && !project.replace(chain()));
        assert_eq!(project.parameters().processors, [amp]);
    }

    #[test]
    fn values_are_kept_by_id_also_of_one_that_was_away() {
        let project = PreviewHost::new(
            described(vec![spec("a", 10.0), spec("b", 10.0)]),
            Remembered::default(),
            PathBuf::new(),
            mpsc::channel(1).0,
        );
        assert_eq!(project.set_parameter("a", 8.0).unwrap(), 8.0);
        assert!(!project.replace(described(vec![spec("a", 10.0), spec("b", 10.0)])), "the same");
        assert!(project.replace(described(vec![spec("b", 10.0)])));
        assert!(project.parameter("a").is_none() && project.set_parameter("a", 1.0).is_err());
        assert!(project.replace(described(vec![spec("a", 5.0)])));
        assert_eq!(project.parameter("a"), Some(5.0), "moved into the new range");
        assert!(project.set_parameter("a", 6.0).is_err() && project.set_parameter("a", f32::NAN).is_err());
    }

    #[test]
    fn many_values_at_once_are_kept_by_id_too() {
        let project = PreviewHost::new(
            described(vec![spec("b", 10.0), spec("a", 10.0)]),
            Remembered::default(),
            PathBuf::new(),
            mpsc::channel(1).0,
        );
        let values = [("a", 8.0), ("b", 99.0), ("c", 4.0)].map(|(id, value)| (id.to_string(), value)).into();
        assert_eq!(project.set_values(&values), [("b".into(), 10.0), ("a".into(), 8.0)]);
        assert_eq!(project.set_values(&values), []);
        project.replace(described(vec![spec("c", 10.0)]));
        assert_eq!(project.parameter("c"), Some(4.0), "it was away");
        assert_eq!(project.values().len(), 3);
    }

    #[test]
    fn it_begins_with_what_is_remembered_and_remembers_what_is_away() {
        let parameters = [("a", 8.0), ("gone", 1.0)].map(|(id, value)| (id.to_string(), value)).into();
        let remembered = Remembered { parameters, ..Remembered::default() };
        let project =
            PreviewHost::new(described(vec![spec("a", 5.0)]), remembered, PathBuf::new(), mpsc::channel(1).0);
        assert_eq!(project.parameter("a"), Some(5.0), "moved into the range that it has now");
        project.set_parameter("a", 2.0).unwrap();
        let sets = ParameterSets { other: [("a".to_string(), 3.0)].into(), ..ParameterSets::default() };
        project.sets_changed(&sets);
        let parameters = [("a", 2.0), ("gone", 1.0)].map(|(id, value)| (id.to_string(), value)).into();
        assert_eq!(project.remembered(), Remembered { parameters, sets, preset: None });
    }

    #[test]
    fn what_needs_audio_says_how_to_have_it() {
        let project = PreviewHost::new(
            described(Vec::new()),
            Remembered::default(),
            PathBuf::new(),
            mpsc::channel(1).0,
        );
        for refused in [
            project.set_bypass(true),
            project.set_mute(true),
            project.set_source(PageSource::Signal(TestSignal::TONE)),
            project.restart(),
        ] {
            assert!(refused.unwrap_err().message.contains("--with-audio"));
        }
    }
}
