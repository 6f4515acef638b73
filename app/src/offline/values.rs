//! Parameter values as the user writes them.

use super::tell::note;
use std::collections::BTreeMap;
use wavecraft_companion_presets::{Fitted, Preset};
use wavecraft_companion_protocol::{parameter::ParameterSpec, take::JobPreset};

/// The values of all parameters in their order: the requested ones, then those of a preset, and defaults.
///
/// # Errors
/// For the user: which request can't be met, and what is possible.
pub(crate) fn of(
    specs: &[ParameterSpec],
    preset: Option<&JobPreset>,
    wishes: &BTreeMap<String, String>,
) -> Result<Vec<f32>, String> {
    if let Some(unknown) = wishes.keys().find(|id| !specs.iter().any(|spec| spec.id == **id)) {
        let all: Vec<String> = specs.iter().map(|spec| format!("\n  {}", spec.possible())).collect();
        let all = if all.is_empty() { "\n  none".into() } else { all.concat() };
        return Err(format!("there is no parameter `{unknown}`. There are:{all}"));
    }
    let begins = preset.map(|preset| fit(specs, preset)).unwrap_or_default();
    let value = |spec: &ParameterSpec| match wishes.get(&spec.id) {
        Some(text) => spec.read(text),
        None => Ok(begins.values.get(&spec.id).copied().unwrap_or(spec.default)),
    };
    specs.iter().map(value).collect()
}

/// What a preset gives to these parameters.
pub(crate) fn fit(specs: &[ParameterSpec], preset: &JobPreset) -> Fitted {
    Preset { note: String::new(), values: preset.values.clone() }.fit(specs)
}

/// What a person should know of a preset and these parameters.
pub(crate) fn note_preset(specs: &[ParameterSpec], preset: Option<&JobPreset>) {
    if let Some(preset) = preset {
        for remark in fit(specs, preset).remarks {
            note(&format!("preset {}: {remark}", preset.name));
        }
    }
}

/// The values of all parameters in their order: those that another build or a document has by the same id, or the nearest that there
/// are, and defaults.
pub(crate) fn taken_over(specs: &[ParameterSpec], other: impl Fn(&str) -> Option<f32>) -> Vec<f32> {
    let value = |spec: &ParameterSpec| other(&spec.id).map_or(spec.default, |value| spec.nearest(value));
    specs.iter().map(value).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use wavecraft_companion_protocol::parameter::ParameterType;

    fn specs() -> Vec<ParameterSpec> {
        let spec = |id: &str, kind, max: f32, variants: Option<Vec<String>>| ParameterSpec {
            id: id.into(),
            name: id.into(),
            kind,
            default: 0.0,
            min: 0.0,
            max,
            step: (kind != ParameterType::Float).then_some(1.0),
            skew: None,
            unit: Some("dB".into()),
            group: None,
            variants,
            processor: None,
        };
        vec![
            spec("level", ParameterType::Float, 24.0, None),
            spec("invert", ParameterType::Bool, 1.0, None),
            spec("shape", ParameterType::Enum, 1.0, Some(vec!["Clean".into(), "Clipped".into()])),
        ]
    }

    fn asked(wishes: &[(&str, &str)]) -> Result<Vec<f32>, String> {
        of(&specs(), None, &wishes.iter().map(|(id, text)| ((*id).into(), (*text).into())).collect())
    }

    #[test]
    fn numbers_switches_and_choices_are_taken() {
        assert_eq!(asked(&[]), Ok(vec![0.0, 0.0, 0.0]));
        assert_eq!(
            asked(&[("level", "6.5"), ("invert", "on"), ("shape", "clipped")]),
            Ok(vec![6.5, 1.0, 1.0])
        );
        assert_eq!(asked(&[("invert", "1"), ("shape", "1")]), Ok(vec![0.0, 1.0, 1.0]));
    }

    #[test]
    fn what_is_wished_goes_over_a_preset_and_a_preset_over_the_default() {
        let values =
            [("level", 99.0), ("shape", 1.0), ("gone", 1.0)].map(|(id, value)| (id.into(), value)).into();
        let preset = JobPreset { name: "Warm".into(), values };
        let wishes = BTreeMap::from([("invert".into(), "on".into())]);
        assert_eq!(of(&specs(), Some(&preset), &wishes), Ok(vec![24.0, 1.0, 1.0]));
        let wishes = BTreeMap::from([("level".into(), "3".into())]);
        assert_eq!(of(&specs(), Some(&preset), &wishes), Ok(vec![3.0, 0.0, 1.0]));
        assert_eq!(fit(&specs(), &preset).remarks.len(), 3);
    }

    #[test]
    fn what_can_not_be_is_named_with_what_can() {
        for (id, text, says) in [
            ("levle", "1", "There are:\n  level: 0 to 24 dB\n  invert: on or off\n  shape: Clean, Clipped"),
            ("level", "25", "`level` can't be `25`. It is: level: 0 to 24 dB"),
            ("level", "loud", "can't be `loud`"),
            ("level", "NaN", "can't be `NaN`"),
            ("level", "on", "can't be `on`"),
            ("shape", "Soft", "Clean, Clipped"),
        ] {
            let refused = asked(&[(id, text)]).unwrap_err();
            assert!(refused.contains(says), "no `{says}` in {refused}");
        }
    }
}
