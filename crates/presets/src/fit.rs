//! Which values a project's parameters get of a preset.

use crate::preset::{Preset, shown};
use std::collections::BTreeMap;
use wavecraft_companion_protocol::parameter::ParameterSpec;

/// How many ids a remark names; of the others it tells how many there are.
const NAMED: usize = 4;

/// A preset's values for the parameters that a project has.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Fitted {
    /// A value for every parameter.
    pub values: BTreeMap<String, f32>,
    /// What a person should know of it, in sentences: what the preset has and the project doesn't, the other way round,
    /// and what was moved.
    pub remarks: Vec<String>,
}

impl Preset {
    /// Gives every parameter the value that the preset has for it, or the nearest that the parameter can have, or its
    /// default. Values of ids that no parameter has are ignored. All of this is told.
    #[must_use]
    pub fn fit<'a>(&self, specs: impl IntoIterator<Item = &'a ParameterSpec>) -> Fitted {
        let mut values = BTreeMap::new();
        let (mut missing, mut moved) = (Vec::new(), Vec::new());
        for spec in specs {
            let value = match self.values.get(&spec.id) {
                Some(wanted) => {
                    let nearest = spec.nearest(*wanted);
                    if !(spec.min..=spec.max).contains(wanted) {
                        moved.push(format!("`{}` from {wanted} to {nearest}", shown(&spec.id)));
                    }
                    nearest
                }
                None => {
                    missing.push(format!("`{}`", shown(&spec.id)));
                    spec.default
                }
            };
            values.insert(spec.id.clone(), value);
        }
        let unknown = self.values.keys().filter(|id| !values.contains_key(*id));
        let unknown: Vec<String> = unknown.map(|id| format!("`{}`", shown(id))).collect();
        let mut remarks = Vec::new();
        if !unknown.is_empty() {
            remarks.push(format!("the project has no parameter {}: ignored", ids(&unknown)));
        }
        if !missing.is_empty() {
            let has = if missing.len() == 1 { "has its default" } else { "have their defaults" };
            remarks.push(format!("{} {has}: the preset has no value for it", ids(&missing)));
        }
        if !moved.is_empty() {
            remarks.push(format!("moved into the range of its parameter: {}", ids(&moved)));
        }
        Fitted { values, remarks }
    }
}

/// The first few of a list in words, and how many more there are.
#[must_use]
pub fn ids(all: &[String]) -> String {
    let named = all.iter().take(NAMED).map(String::as_str).collect::<Vec<_>>().join(", ");
    match all.len().saturating_sub(NAMED) {
        0 => named,
        more => format!("{named} and {more} more"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn specs() -> [ParameterSpec; 3] {
        let shape = ParameterSpec { step: Some(1.0), ..ParameterSpec::float("shape", 0.0, 0.0, 2.0) };
        [ParameterSpec::float("drive", 1.0, 0.0, 10.0), ParameterSpec::float("mix", 0.5, 0.0, 1.0), shape]
    }

    fn fit(values: &[(&str, f32)]) -> Fitted {
        let values = values.iter().map(|(id, value)| ((*id).into(), *value)).collect();
        Preset { note: String::new(), values }.fit(&specs())
    }

    fn values(of: &[(&str, f32)]) -> BTreeMap<String, f32> {
        of.iter().map(|(id, value)| ((*id).into(), *value)).collect()
    }

    #[test]
    fn a_preset_of_this_project_fits_without_a_word() {
        let fitted = fit(&[("drive", 3.0), ("mix", 0.25), ("shape", 2.0)]);
        assert_eq!(fitted.values, values(&[("drive", 3.0), ("mix", 0.25), ("shape", 2.0)]));
        assert!(fitted.remarks.is_empty(), "{:?}", fitted.remarks);
    }

    #[test]
    fn what_is_gone_new_or_out_of_range_is_told() {
        let fitted = fit(&[("drive", 99.0), ("shape", 1.4), ("gone", 1.0), ("tone", 2.0)]);
        assert_eq!(fitted.values, values(&[("drive", 10.0), ("mix", 0.5), ("shape", 1.0)]));
        assert_eq!(
            fitted.remarks,
            [
                "the project has no parameter `gone`, `tone`: ignored",
                "`mix` has its default: the preset has no value for it",
                "moved into the range of its parameter: `drive` from 99 to 10",
            ]
        );
    }

    #[test]
    fn many_are_counted() {
        let many: Vec<String> = (0..9).map(|number| format!("`p{number}`")).collect();
        assert_eq!(ids(&many), "`p0`, `p1`, `p2`, `p3` and 5 more");
        assert_eq!(ids(&many[..4]), "`p0`, `p1`, `p2`, `p3`");
    }
}
