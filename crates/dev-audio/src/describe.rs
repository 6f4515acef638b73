//! The `hello`, in which a chain describes itself.

use wavecraft_companion_protocol::child::FromChild;
use wavecraft_companion_protocol::parameter::{ParameterSpec, check_set};
use wavecraft_ring::ABI_VERSION;

use crate::chain::{ChainDefinition, Parameters, Plan, Planned};
use crate::specs;

/// The version of this crate, as reported in `hello`.
pub(crate) const SDK_VERSION: &str = env!("CARGO_PKG_VERSION");

/// Returns the chain's `hello`, and its processors, which are still to be created.
///
/// # Errors
///
/// A message for the user, when a processor can't be created or its parameters are rejected: a duplicate id, say, or a
/// default outside its range.
pub(crate) fn introduce(definition: ChainDefinition) -> Result<(FromChild, Vec<Planned>), String> {
    let ChainDefinition { name, latency_frames, plans } = definition;
    let planned = plans.into_iter().map(Plan::describe).collect::<Result<Vec<_>, _>>()?;
    let (parameters, processors) = (describe(&planned), Some(processors(&planned)));
    check_set(&parameters).map_err(|error| error.to_string())?;
    let sdk_version = SDK_VERSION.to_owned();
    let hello =
        FromChild::Hello { abi: ABI_VERSION, sdk_version, name, latency_frames, parameters, processors };
    Ok((hello, planned))
}

/// The processors' ids, in order; the ids of their parameters start with them.
fn processors(planned: &[Planned]) -> Vec<String> {
    let types = planned.iter().filter_map(|one| match &one.parameters {
        Parameters::OfType { type_name, .. } => Some(type_name.as_str()),
        Parameters::Described { .. } => None,
    });
    let mut of_types = specs::id_prefixes(types).into_iter();
    let of_one = |one: &Planned| match &one.parameters {
        Parameters::OfType { .. } => of_types.by_ref().take(1).collect(),
        Parameters::Described { processors, .. } => processors.clone(),
    };
    planned.iter().flat_map(of_one).collect()
}

/// All parameters, in the order of the processors. Repeated type names are numbered across all processors given as
/// types.
fn describe(planned: &[Planned]) -> Vec<ParameterSpec> {
    let types: Vec<_> = planned
        .iter()
        .filter_map(|one| match &one.parameters {
            Parameters::OfType { type_name, specs } => Some((type_name.as_str(), *specs)),
            Parameters::Described { .. } => None,
        })
        .collect();
    let mut of_types = specs::describe(&types).into_iter();
    let of_one = |one: &Planned| match &one.parameters {
        Parameters::OfType { specs, .. } => of_types.by_ref().take(specs.len()).collect(),
        Parameters::Described { parameters, .. } => parameters.clone(),
    };
    planned.iter().flat_map(of_one).collect()
}

#[cfg(test)]
mod tests {
    use wavecraft::{ParamRange, ParamSpec, Processor, ProcessorParams, Transport};

    use super::*;
    use crate::DevAudio;
    use crate::chain::DescribedStage;

    #[derive(Default)]
    struct Own;

    #[derive(Default)]
    struct OwnParams;

    impl ProcessorParams for OwnParams {
        fn param_specs() -> &'static [ParamSpec] {
            &[ParamSpec {
                name: "Off",
                id_suffix: "bypass",
                range: ParamRange::Stepped { min: 0, max: 1 },
                default: 0.0,
                unit: "",
                group: None,
            }]
        }
    }

    struct Plain;

    impl Processor for Plain {
        type Params = ();
        fn process(&mut self, _: &mut [&mut [f32]], _: &Transport, _: &()) {}
    }

    impl Processor for Own {
        type Params = OwnParams;
        fn process(&mut self, _: &mut [&mut [f32]], _: &Transport, _: &OwnParams) {}
    }

    #[test]
    fn a_second_bypass_is_refused_before_anything_is_made() {
        let chain = DevAudio::new("Own").processor("Own", || -> Own { panic!("made") });
        let refused = introduce(chain.0).err().unwrap();
        assert!(refused.contains("`own_bypass`"), "{refused}");
    }

    #[test]
    fn a_stage_that_describes_itself_stands_among_types() {
        let volume: ParameterSpec = serde_json::from_str(
            r#"{"id": "volume", "name": "Volume", "type": "float", "default": 0, "min": 0, "max": 1}"#,
        )
        .unwrap();
        let stage = move || {
            let make = Box::new(|| Err("made".to_owned()));
            Ok(DescribedStage { parameters: vec![volume], processors: vec!["knob".into()], make })
        };
        let make = || -> Plain { panic!("made") };
        let chain = DevAudio::new("Both").processor("Plain", make).stage(stage).processor("Plain", make);
        let Ok((FromChild::Hello { parameters, processors, .. }, planned)) = introduce(chain.0) else {
            panic!("a hello")
        };
        assert_eq!(processors.unwrap(), ["plain", "knob", "plain_2"]);
        let ids: Vec<_> = parameters.iter().map(|parameter| parameter.id.as_str()).collect();
        assert_eq!(ids, ["plain_bypass", "volume", "plain_2_bypass"]);
        assert_eq!(planned.len(), 3);
    }

    #[test]
    fn why_a_stage_can_not_be_had_is_what_it_says() {
        let chain = DevAudio::new("None").stage(|| Err("there is none".into()));
        assert_eq!(introduce(chain.0).err().as_deref(), Some("there is none"));
    }

    #[test]
    fn a_chain_without_a_processor_has_a_hello() {
        let Ok((hello, planned)) = introduce(DevAudio::new("Nothing").latency_frames(3).0) else {
            panic!("a hello")
        };
        assert!(planned.is_empty());
        let FromChild::Hello { abi, name, latency_frames, parameters, .. } = hello else { panic!("a hello") };
        assert_eq!((abi, name.as_str(), latency_frames, parameters), (ABI_VERSION, "Nothing", 3, Vec::new()));
    }
}
