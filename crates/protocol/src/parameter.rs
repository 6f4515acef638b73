//! Parameters: one description shared by the child that has them, the companion that keeps their values, and the page
//! that shows them.

mod written;

use serde::{Deserialize, Serialize};
pub use wavecraft_protocol::ParameterType;

/// The maximum number of parameters of a processor: the number of parameter words in the segment.
pub const MAX_PARAMETERS: usize = 1024;

/// A parameter's description. Values are plain, in the parameter's own unit and range, never normalised.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ParameterSpec {
    /// Unique within a project: `processor_suffix`.
    pub id: String,
    /// The display name.
    pub name: String,
    /// How it is shown: a continuous value, a switch, or a choice.
    #[serde(rename = "type")]
    pub kind: ParameterType,
    /// The value it starts with.
    pub default: f32,
    /// The smallest value.
    pub min: f32,
    /// The largest value.
    pub max: f32,
    /// The distance between allowed values, if only some are allowed (1 for switches, choices and whole numbers).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step: Option<f32>,
    /// The exponent of a skewed control: `value = min + (max − min) · position^skew`. If absent, the control is linear.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub skew: Option<f32>,
    /// For example "dB" or "Hz".
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// The heading under which it is listed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// The names of a choice's values 0, 1, 2, ….
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub variants: Option<Vec<String>>,
    /// The id of the processor that it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub processor: Option<String>,
}

impl ParameterSpec {
    /// A continuous parameter with a linear control, named as its id; it has no unit and belongs to no group.
    #[must_use]
    pub fn float(id: &str, default: f32, min: f32, max: f32) -> Self {
        Self {
            id: id.into(),
            name: id.into(),
            kind: ParameterType::Float,
            default,
            min,
            max,
            step: None,
            skew: None,
            unit: None,
            group: None,
            variants: None,
            processor: None,
        }
    }

    /// The value that results from setting the parameter to `value`: rounded to a step if it has steps.
    ///
    /// # Errors
    /// [`OutOfRange`] if `value` is not finite, or below `min`, or above `max`.
    pub fn accept(&self, value: f32) -> Result<f32, OutOfRange> {
        if !value.is_finite() || value < self.min || value > self.max {
            return Err(OutOfRange { id: self.id.clone(), value, min: self.min, max: self.max });
        }
        Ok(self.nearest(value))
    }

    /// A value as a person reads it: "500 Hz", "−6.5 dB", "On", a choice's name. Numbers have three digits, or all those
    /// before the point.
    #[must_use]
    pub fn text_of(&self, value: f32) -> String {
        let named = |name: &&String| !name.is_empty();
        let variant =
            self.variants.iter().flatten().enumerate().find(|(index, _)| {
                u16::try_from(*index).is_ok_and(|index| f32::from(index) == value.round())
            });
        if let Some(name) = variant.map(|(_, name)| name).filter(named) {
            return name.clone();
        }
        if self.kind == ParameterType::Bool {
            return if value >= 0.5 { "On" } else { "Off" }.into();
        }
        let digits = match value.abs() {
            size if size >= 100.0 => 0,
            size if size >= 10.0 => 1,
            _ => 2,
        };
        let number = format!("{value:.digits$}");
        let number = match number.contains('.') {
            true => number.trim_end_matches('0').trim_end_matches('.'),
            false => &number,
        };
        let number = if number == "-0" { "0".into() } else { number.replace('-', "−") };
        match &self.unit {
            Some(unit) if !unit.is_empty() => format!("{number} {unit}"),
            _ => number,
        }
    }

    /// The allowed value nearest to `value`: carries a value over a rebuild. If `value` isn't finite, the default.
    #[must_use]
    pub fn nearest(&self, value: f32) -> f32 {
        if !value.is_finite() {
            return self.default;
        }
        let value = value.clamp(self.min, self.max);
        match self.step {
            Some(step) => (self.min + ((value - self.min) / step).round() * step).clamp(self.min, self.max),
            None => value,
        }
    }
}

/// A parameter and its value, as listed by `getAllParameters`. A superset of the published `ParameterInfo`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Parameter {
    /// Its description.
    #[serde(flatten)]
    pub spec: ParameterSpec,
    /// Its current value.
    pub value: f32,
}

/// Why a parameter can't be set.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum SetParameterError {
    /// There is no parameter with this id.
    #[error("there is no parameter `{0}`: getAllParameters lists those there are")]
    UnknownParameter(String),
    /// The parameter can't have this value.
    #[error(transparent)]
    OutOfRange(#[from] OutOfRange),
}

/// The error for a value that a parameter can't have.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("parameter `{id}` can't be {value}: its range is {min} to {max}")]
pub struct OutOfRange {
    /// The parameter's id.
    pub id: String,
    /// The requested value.
    pub value: f32,
    /// Its smallest value.
    pub min: f32,
    /// Its largest value.
    pub max: f32,
}

/// The problem with a set of parameters that a child announced.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum BadParameters {
    /// There are more than fit into the segment.
    #[error("{0} parameters are more than the {MAX_PARAMETERS} that fit")]
    TooMany(usize),
    /// Two parameters have the same id.
    #[error("two parameters have the id `{0}`: give one processor, or one parameter, another name")]
    SameId(String),
    /// The range is invalid.
    #[error("parameter `{id}`: {reason}")]
    BadRange {
        /// The parameter's id.
        id: String,
        /// What is wrong with it.
        reason: &'static str,
    },
}

/// How [`BadParameters`] begins in words.
const REFUSALS: [&str; 2] = ["two parameters have the id `", "parameter `"];

/// Whether a child's words are those of [`BadParameters`]: it refused its own parameters.
#[must_use]
pub fn is_refusal(words: &str) -> bool {
    REFUSALS.iter().any(|begins| words.starts_with(begins)) || words.ends_with(" that fit")
}

/// Checks the parameters that a child announced, so that later code may rely on them.
///
/// # Errors
/// See [`BadParameters`].
pub fn check_set(specs: &[ParameterSpec]) -> Result<(), BadParameters> {
    if specs.len() > MAX_PARAMETERS {
        return Err(BadParameters::TooMany(specs.len()));
    }
    let mut ids = std::collections::HashSet::new();
    for spec in specs {
        if !ids.insert(spec.id.as_str()) {
            return Err(BadParameters::SameId(spec.id.clone()));
        }
        let bad = |reason| Err(BadParameters::BadRange { id: spec.id.clone(), reason });
        if spec.id.is_empty() || spec.id.len() > 256 {
            return bad("its id is empty or longer than 256 bytes");
        }
        if ![spec.min, spec.max, spec.default].iter().all(|value| value.is_finite()) {
            return bad("its range or default is not a finite number");
        }
        if spec.min > spec.max {
            return bad("its smallest value is above its largest");
        }
        if spec.default < spec.min || spec.default > spec.max {
            return bad("its default is outside of its range");
        }
        if spec.step.is_some_and(|step| !step.is_finite() || step <= 0.0) {
            return bad("its step is not a positive number");
        }
        if spec.skew.is_some_and(|skew| !skew.is_finite() || skew <= 0.0) {
            return bad("its skew is not a positive number");
        }
    }
    Ok(())
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn gain() -> ParameterSpec {
        ParameterSpec {
            name: "Level".into(),
            unit: Some("dB".into()),
            ..ParameterSpec::float("gain_level", 0.0, -60.0, 12.0)
        }
    }

    #[test]
    fn values_out_of_range_are_refused_and_steps_are_kept() {
        let gain = gain();
        assert_eq!(gain.accept(-3.5), Ok(-3.5));
        for bad in [f32::NAN, f32::INFINITY, -61.0, 13.0] {
            assert!(gain.accept(bad).is_err(), "{bad}");
        }
        let choice = ParameterSpec { min: 0.0, max: 3.0, step: Some(1.0), ..gain };
        assert_eq!(choice.accept(1.6), Ok(2.0));
        assert_eq!(choice.nearest(99.0), 3.0);
        assert_eq!(choice.nearest(f32::NAN), 0.0);
    }

    #[test]
    fn values_read_as_a_person_writes_them() {
        let gain = gain();
        let texts = [-6.5, 0.0, -0.001, 12.34, -60.0, 0.125].map(|value| gain.text_of(value));
        assert_eq!(texts, ["−6.5 dB", "0 dB", "0 dB", "12.3 dB", "−60 dB", "0.12 dB"]);
        assert_eq!(ParameterSpec { unit: None, ..gain.clone() }.text_of(12_000.4), "12000");
        let switch = ParameterSpec { kind: ParameterType::Bool, unit: None, ..gain.clone() };
        assert_eq!([0.0, 1.0].map(|value| switch.text_of(value)), ["Off", "On"]);
        let choice = ParameterSpec { variants: Some(vec!["Low".into(), "High".into()]), ..gain };
        assert_eq!(choice.text_of(1.0), "High");
    }

    #[test]
    fn a_parameter_reads_as_the_published_shape() {
        let parameter = Parameter { spec: ParameterSpec { step: Some(0.5), ..gain() }, value: -6.0 };
        let text = serde_json::to_string(&parameter).unwrap();
        let theirs: wavecraft_protocol::ParameterInfo = serde_json::from_str(&text).unwrap();
        assert_eq!((theirs.id.as_str(), theirs.value, theirs.max), ("gain_level", -6.0, 12.0));
        assert_eq!(serde_json::from_str::<Parameter>(&text).unwrap(), parameter);
    }

    #[test]
    fn every_fault_of_a_set_is_named() {
        assert_eq!(check_set(&[gain()]), Ok(()));
        assert_eq!(check_set(&[gain(), gain()]), Err(BadParameters::SameId("gain_level".into())));
        assert_eq!(check_set(&vec![gain(); 1025]), Err(BadParameters::TooMany(1025)));
        for broken in [
            ParameterSpec { id: String::new(), ..gain() },
            ParameterSpec { max: f32::NAN, ..gain() },
            ParameterSpec { max: -70.0, ..gain() },
            ParameterSpec { default: 20.0, ..gain() },
            ParameterSpec { step: Some(0.0), ..gain() },
            ParameterSpec { skew: Some(-1.0), ..gain() },
        ] {
            let refused = check_set(std::slice::from_ref(&broken)).unwrap_err();
            assert!(matches!(refused, BadParameters::BadRange { .. }), "{broken:?}");
            assert!(is_refusal(&refused.to_string()), "{refused}");
        }
        for refused in [BadParameters::TooMany(9999), BadParameters::SameId("a".into())] {
            assert!(is_refusal(&refused.to_string()), "{refused}");
        }
        assert!(!is_refusal("the processor panicked: no"));
    }
}
