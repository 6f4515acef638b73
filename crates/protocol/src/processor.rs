//! The processors of a chain: which they are, and which parameter belongs to which.

use crate::parameter::{MAX_PARAMETERS, ParameterSpec, ParameterType};
use serde::{Deserialize, Serialize};
use std::collections::{HashMap, HashSet};

/// The most bytes of an id, as of a parameter's.
const MAX_ID_BYTES: usize = 256;

/// One processor of a chain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProcessorSpec {
    /// Unique within a project: `filter_2`.
    pub id: String,
    /// The display name; numbered where an earlier processor has the same: "Filter 2".
    pub name: String,
    /// The id of the switch that bypasses it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bypass: Option<String>,
}

/// Takes from a child's chain what doesn't fit its parameters, so that later code may rely on the rest: a processor
/// without an id, or with one that is too long or was there before; more than [`MAX_PARAMETERS`]; a bypass that isn't a
/// switch among the processor's own parameters; and a parameter's processor if there is none with that id.
pub fn keep_consistent(parameters: &mut [ParameterSpec], processors: &mut Vec<ProcessorSpec>) {
    let mut ids = HashSet::new();
    processors.retain(|processor| {
        let sized = (1..=MAX_ID_BYTES).contains(&processor.id.len());
        sized && ids.len() < MAX_PARAMETERS && ids.insert(processor.id.clone())
    });
    for parameter in &mut *parameters {
        parameter.processor.take_if(|processor| !ids.contains(processor));
    }
    let switches: HashMap<_, _> = parameters
        .iter()
        .filter(|parameter| parameter.kind == ParameterType::Bool)
        .map(|parameter| (&parameter.id, &parameter.processor))
        .collect();
    for ProcessorSpec { id, bypass, .. } in processors {
        bypass.take_if(|bypass| switches.get(bypass).is_none_or(|owner| owner.as_ref() != Some(id)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parameter::tests::gain;

    fn parameter(id: &str, processor: Option<&str>, kind: ParameterType) -> ParameterSpec {
        ParameterSpec { id: id.into(), processor: processor.map(str::to_owned), kind, ..gain() }
    }

    fn processor(id: &str, bypass: Option<&str>) -> ProcessorSpec {
        ProcessorSpec { id: id.into(), name: "Gain".into(), bypass: bypass.map(str::to_owned) }
    }

    #[test]
    fn a_consistent_chain_stays_as_it_is() {
        let mut parameters = vec![
            parameter("gain_level", Some("gain"), ParameterType::Float),
            parameter("gain_bypass", Some("gain"), ParameterType::Bool),
            parameter("loose", None, ParameterType::Float),
        ];
        let mut processors = vec![processor("gain", Some("gain_bypass")), processor("bare", None)];
        let before = (parameters.clone(), processors.clone());
        keep_consistent(&mut parameters, &mut processors);
        assert_eq!((parameters, processors), before);
    }

    #[test]
    fn what_names_nothing_is_dropped() {
        let mut parameters = vec![
            parameter("a", Some("nobody"), ParameterType::Float),
            parameter("b", Some("gain"), ParameterType::Float),
            parameter("c", Some("other"), ParameterType::Bool),
        ];
        let mut processors = vec![
            processor("gain", Some("b")),
            processor("gain", None),
            processor("other", Some("z")),
            processor("third", Some("c")),
            processor("", None),
            processor(&"x".repeat(257), None),
        ];
        keep_consistent(&mut parameters, &mut processors);
        let owners: Vec<_> = parameters.iter().map(|parameter| parameter.processor.as_deref()).collect();
        assert_eq!(owners, [None, Some("gain"), Some("other")]);
        let left = [processor("gain", None), processor("other", None), processor("third", None)];
        assert_eq!(processors, left, "no switch, no parameter, another's switch");
    }

    #[test]
    fn there_are_no_more_processors_than_parameters_may_be() {
        let mut processors: Vec<_> = (0..2000).map(|number| processor(&number.to_string(), None)).collect();
        keep_consistent(&mut [], &mut processors);
        assert_eq!(processors.len(), MAX_PARAMETERS);
    }
}
