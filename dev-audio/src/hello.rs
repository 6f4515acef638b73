//! What a chain says about itself.

use wavecraft_companion_protocol::child::FromChild;
use wavecraft_companion_protocol::parameter::{BadParameters, check_set};
use wavecraft_ring::ABI_VERSION;

use crate::chain::Planned;
use crate::dev_audio::DevAudio;
use crate::specs;

/// This crate's version.
pub(crate) const SDK_VERSION: &str = env!("CARGO_PKG_VERSION");

/// The chain's `hello`, and what is left to be made.
///
/// # Errors
///
/// When its parameters aren't ones: two with one id, say, or a default outside of its range.
pub(crate) fn introduce(dev_audio: DevAudio) -> Result<(FromChild, Vec<Planned>), BadParameters> {
    let DevAudio { name, latency_frames, plans } = dev_audio;
    // Asked once: the wrapper of each processor makes its list anew whenever it is asked, and keeps it forever.
    let planned: Vec<_> = plans.into_iter().map(|plan| Planned { specs: (plan.specs)(), plan }).collect();
    let types: Vec<_> = planned.iter().map(|one| (one.plan.type_name.as_str(), one.specs)).collect();
    let parameters = specs::describe(&types);
    check_set(&parameters)?;
    let sdk_version = SDK_VERSION.to_owned();
    Ok((FromChild::Hello { abi: ABI_VERSION, sdk_version, name, latency_frames, parameters }, planned))
}

#[cfg(test)]
mod tests {
    use wavecraft::{ParamRange, ParamSpec, Processor, ProcessorParams, Transport};

    use super::*;

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

    impl Processor for Own {
        type Params = OwnParams;
        fn process(&mut self, _: &mut [&mut [f32]], _: &Transport, _: &OwnParams) {}
    }

    #[test]
    fn a_second_bypass_is_refused_before_anything_is_made() {
        let chain = DevAudio::new("Own").processor("Own", || -> Own { panic!("made") });
        let refused = introduce(chain).err().unwrap();
        assert_eq!(refused, BadParameters::SameId("own_bypass".into()));
    }

    #[test]
    fn a_chain_without_a_processor_has_a_hello() {
        let Ok((hello, planned)) = introduce(DevAudio::new("Nothing").latency_frames(3)) else {
            panic!("a hello")
        };
        assert!(planned.is_empty());
        let FromChild::Hello { abi, name, latency_frames, parameters, .. } = hello else { panic!("a hello") };
        assert_eq!((abi, name.as_str(), latency_frames, parameters), (ABI_VERSION, "Nothing", 3, Vec::new()));
    }
}
