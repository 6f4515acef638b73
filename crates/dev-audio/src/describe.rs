//! The `hello`, in which a chain describes itself.

use wavecraft_companion_protocol::child::FromChild;
use wavecraft_companion_protocol::parameter::{ParameterSpec, check_set};
use wavecraft_companion_protocol::processor::ProcessorSpec;
use wavecraft_ring::ABI_VERSION;

use crate::chain::{ChainDefinition, Parameters, Plan, Planned};
use crate::{described, specs};

/// The version of this crate, as reported in `hello`.
pub(crate) const SDK_VERSION: &str = env!("CARGO_PKG_VERSION");

/// A chain's description, and its processors, which are still to be created.
pub(crate) struct Description {
    pub(crate) name: String,
    pub(crate) latency_frames: u32,
    pub(crate) parameters: Vec<ParameterSpec>,
    pub(crate) chain: Vec<ProcessorSpec>,
    pub(crate) planned: Vec<Planned>,
}

impl Description {
    /// Gets every processor's parameters.
    ///
    /// # Errors
    ///
    /// A message for the user, when a processor can't be created or its parameters are rejected: a duplicate id, say, or a
    /// default outside its range.
    pub(crate) fn of(definition: ChainDefinition) -> Result<Self, String> {
        let ChainDefinition { name, latency_frames, plans, again: _ } = definition;
        let planned = plans.into_iter().map(Plan::describe).collect::<Result<Vec<_>, _>>()?;
        let latency_frames =
            planned.iter().fold(latency_frames, |sum, planned| sum.saturating_add(planned.latency_frames));
        let (parameters, chain) = describe(&planned);
        check_set(&parameters).map_err(|error| error.to_string())?;
        Ok(Self { name, latency_frames, parameters, chain, planned })
    }
}

/// Returns the chain's `hello`, and its processors, which are still to be created.
///
/// # Errors
///
/// See [`Description::of`].
pub(crate) fn introduce(definition: ChainDefinition) -> Result<(FromChild, Vec<Planned>), String> {
    let Description { name, latency_frames, parameters, chain, planned } = Description::of(definition)?;
    Ok((
        FromChild::Hello {
            abi: ABI_VERSION,
            sdk_version: SDK_VERSION.to_owned(),
            name,
            latency_frames,
            parameters,
            processors: Some(chain.iter().map(|processor| processor.id.clone()).collect()),
            chain,
        },
        planned,
    ))
}

/// All parameters, in the order of the processors, and these. Repeated type names are numbered across all processors
/// given as types.
fn describe(planned: &[Planned]) -> (Vec<ParameterSpec>, Vec<ProcessorSpec>) {
    let types: Vec<_> = planned
        .iter()
        .filter_map(|one| match &one.parameters {
            Parameters::OfType { type_name, specs } => Some((type_name.as_str(), *specs)),
            Parameters::Described { .. } => None,
        })
        .collect();
    let mut of_types = specs::describe(&types).into_iter();
    let mut processors_of_types =
        specs::processors(types.iter().map(|(type_name, _)| *type_name)).into_iter();
    let (mut parameters, mut chain) = (Vec::new(), Vec::new());
    for one in planned {
        match &one.parameters {
            Parameters::OfType { specs, .. } => {
                parameters.extend(of_types.by_ref().take(specs.len()));
                chain.extend(processors_of_types.next());
            }
            Parameters::Described { parameters: of_stage, processors } => {
                let mut of_stage = of_stage.clone();
                chain.extend(described::processors(processors, &mut of_stage));
                parameters.extend(of_stage);
            }
        }
    }
    (parameters, chain)
}

/// What `--describe` prints: the name, the latency, the parameters and the processors as JSON.
///
/// # Errors
/// See [`introduce`].
pub(crate) fn as_json(definition: ChainDefinition) -> Result<String, String> {
    let (hello, _) = introduce(definition)?;
    serde_json::to_string(&hello).map_err(|error| error.to_string())
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
            let processors = vec!["knob".into()];
            let (latency_frames, unwatched_memory) = (2, None);
            let parameters = vec![volume];
            Ok(DescribedStage { parameters, processors, latency_frames, unwatched_memory, make })
        };
        let make = || -> Plain { panic!("made") };
        let chain = DevAudio::new("Both").processor("Plain", make).stage(stage).processor("Plain", make);
        let Ok((FromChild::Hello { parameters, processors, chain, latency_frames, .. }, planned)) =
            introduce(chain.latency_frames(3).0)
        else {
            panic!("a hello")
        };
        assert_eq!(latency_frames, 5, "the stage's own and the chain's");
        assert_eq!(processors.unwrap(), ["plain", "knob", "plain_2"]);
        let ids: Vec<_> = parameters.iter().map(|parameter| parameter.id.as_str()).collect();
        assert_eq!(ids, ["plain_bypass", "volume", "plain_2_bypass"]);
        let shown: Vec<_> = chain.iter().map(|one| (one.name.as_str(), one.bypass.as_deref())).collect();
        assert_eq!(
            shown,
            [("Plain", Some("plain_bypass")), ("Knob", None), ("Plain 2", Some("plain_2_bypass"))]
        );
        let owners: Vec<_> = parameters.iter().map(|parameter| parameter.processor.as_deref()).collect();
        assert_eq!(owners, [Some("plain"), None, Some("plain_2")]);
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
