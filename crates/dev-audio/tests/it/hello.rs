//! A child's first message, and the segments it refuses.

use std::fs::File;
use std::os::fd::AsFd;
use std::os::unix::fs::FileExt;
use std::os::unix::net::UnixStream;

use wavecraft_companion_protocol::child::{FromChild, LINK_VARIABLE, ToChild};
use wavecraft_companion_protocol::frame::Decoder;
use wavecraft_companion_protocol::parameter::{ParameterSpec, ParameterType, check_set};
use wavecraft_companion_protocol::processor::ProcessorSpec;
use wavecraft_ring::{ABI_VERSION, ChildPhase, Geometry, create};

use crate::companion::{Companion, SAMPLE_RATE, command, hear, start, until};

fn hello_of(example: &str) -> (String, u32, Vec<ParameterSpec>) {
    let mut companion = Companion::connected(example, 2, 2, &[]);
    let Some(FromChild::Hello { abi, sdk_version, name, latency_frames, parameters, processors, chain }) =
        companion.hear()
    else {
        panic!("a hello comes first")
    };
    assert_eq!((abi, sdk_version.as_str()), (ABI_VERSION, env!("CARGO_PKG_VERSION")));
    assert_eq!(check_set(&parameters), Ok(()));
    let processors = processors.expect("the ids of the processors");
    assert_eq!(processors, chain.iter().map(|processor| processor.id.clone()).collect::<Vec<_>>());
    let of_one = |parameter: &ParameterSpec| {
        let owner = parameter.processor.as_ref().filter(|owner| processors.contains(owner));
        owner.is_some_and(|owner| parameter.id.starts_with(&format!("{owner}_")))
    };
    assert!(parameters.iter().all(of_one), "{processors:?}");
    let bypassed = |processor: &ProcessorSpec| processor.bypass == Some(format!("{}_bypass", processor.id));
    assert!(chain.iter().all(bypassed), "{chain:?}");
    (name, latency_frames, parameters)
}

#[test]
fn the_hello_has_the_ids_ranges_and_defaults_of_the_plugin() {
    let (name, latency_frames, parameters) = hello_of("gain");
    assert_eq!((name.as_str(), latency_frames), ("wavecraft-dev-audio", 0));
    let shown: Vec<_> = parameters.iter().map(|one| (one.id.as_str(), one.name.as_str(), one.kind)).collect();
    assert_eq!(
        shown,
        [
            ("gain_level", "Level", ParameterType::Float),
            ("gain_invert", "Invert", ParameterType::Bool),
            ("gain_shape", "Shape", ParameterType::Enum),
            ("gain_bypass", "Gain Bypass", ParameterType::Bool),
        ]
    );
    let [level, _, shape, bypass] = &parameters[..] else { panic!("four") };
    assert_eq!((level.min, level.max, level.default, level.step), (-60.0, 24.0, 0.0, None));
    assert_eq!(level.unit.as_deref(), Some("dB"));
    assert_eq!(shape.variants.as_deref().unwrap(), ["Clean", "Clipped", "Silent"]);
    assert_eq!((shape.max, shape.group.as_deref()), (2.0, Some("Overload")));
    assert_eq!((bypass.default, bypass.max, bypass.step), (0.0, 1.0, Some(1.0)));
}

#[test]
fn a_derived_set_and_a_repeated_type_are_described_too() {
    let (name, latency_frames, parameters) = hello_of("echo");
    assert_eq!((name.as_str(), latency_frames), ("Two echoes", 7));
    let ids: Vec<_> = parameters.iter().map(|one| one.id.as_str()).collect();
    assert_eq!(
        ids,
        ["echo_feedback", "echo_output", "echo_bypass", "echo_2_feedback", "echo_2_output", "echo_2_bypass"]
    );
    assert_eq!((parameters[0].default, parameters[0].skew), (0.5, Some(2.0)));
    assert_eq!((parameters[4].default, parameters[4].name.as_str()), (1.0, "Output"));
}

#[test]
fn another_version_of_the_segment_is_refused_with_both_versions_and_a_way_out() {
    let segment = create(Geometry::new(64, 1, 1).unwrap(), 1).unwrap();
    let (mut socket, mut child) = start(&mut command("gain"), ABI_VERSION + 41, segment.descriptor.as_fd());
    let Some(FromChild::Error { message }) = hear(&mut socket, &mut Decoder::default()) else {
        panic!("an error comes first")
    };
    for part in [ABI_VERSION.to_string(), (ABI_VERSION + 41).to_string(), "Run `wavecraft update`".to_owned()]
    {
        assert!(message.contains(&part), "{message}");
    }
    assert_eq!(child.ended().0.code(), Some(1));
}

#[test]
fn a_segment_that_is_none_is_an_error_with_a_reason() {
    let (not_a_segment, _other_end) = UnixStream::pair().unwrap();
    let (mut socket, mut child) = start(&mut command("gain"), ABI_VERSION, not_a_segment.as_fd());
    let Some(FromChild::Error { message }) = hear(&mut socket, &mut Decoder::default()) else {
        panic!("an error comes first")
    };
    assert!(message.starts_with("the shared memory can't be used: "), "{message}");
    assert_eq!(child.ended().0.code(), Some(1));
}

/// A segment as a broken companion might leave it. The child must believe nothing in it, and must not crash.
#[test]
fn a_segment_of_random_words_is_an_error_with_a_reason() {
    let mut next = 1_u32;
    for first in [0, 4, 8] {
        let segment = create(Geometry::new(64, 1, 1).unwrap(), 1).unwrap();
        let bytes: Vec<u8> = (0..16 * 1024)
            .map(|_| {
                // xorshift32 (Marsaglia 2003)
                next ^= next << 13;
                next ^= next >> 17;
                next ^= next << 5;
                next.to_le_bytes()[0]
            })
            .collect();
        // The first `first` bytes stay valid. Where a segment can't be written through its descriptor (macOS), there is
        // no test.
        let file = File::from(segment.descriptor);
        if file.write_all_at(&bytes[first..], first.try_into().unwrap()).is_err() {
            return;
        }
        let (mut socket, mut child) = start(&mut command("gain"), ABI_VERSION, file.as_fd());
        let Some(FromChild::Error { message }) = hear(&mut socket, &mut Decoder::default()) else {
            panic!("an error comes first")
        };
        assert!(message.starts_with("the shared memory can't be used: "), "{message}");
        assert_eq!(child.ended().0.code(), Some(1));
    }
}

#[test]
fn a_link_to_nothing_is_explained_in_the_terminal() {
    for link in ["nonsense", "abi=1,segment=2147483646,socket=2147483647"] {
        let output = command("gain").env(LINK_VARIABLE, link).output().unwrap();
        let text = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2));
        assert!(text.contains(LINK_VARIABLE) && text.contains(link) && text.contains("unset it"), "{text}");
    }
}

#[test]
fn a_start_before_prepare_and_a_prepare_for_another_segment_are_errors_that_end_nothing() {
    let mut companion = Companion::connected("gain", 2, 2, &[]);
    companion.greet();
    let mut refused = |message: &ToChild, part: &str| {
        companion.say(message);
        let Some(FromChild::Error { message }) = companion.hear() else { panic!("an error is the answer") };
        assert!(message.contains(part), "{message}");
    };
    refused(&ToChild::Start, "before it was prepared");
    let (max_frames, inputs, outputs) = (4096, 2, 2);
    refused(&ToChild::Prepare { sample_rate: 0.0, max_frames, inputs, outputs }, "0 Hz");
    refused(&ToChild::Prepare { sample_rate: SAMPLE_RATE, max_frames: 4097, inputs, outputs }, "4097");
    refused(&ToChild::Prepare { sample_rate: SAMPLE_RATE, max_frames, inputs, outputs: 1 }, "1 out");
    assert_eq!(companion.prepare(SAMPLE_RATE), Some(FromChild::Ready));
    companion.say(&ToChild::Start);
    assert_eq!(companion.exchange(&[&[0.5], &[0.25]]), [[0.5], [0.25]]);
}

#[test]
fn a_message_that_is_none_ends_the_child_with_a_reason() {
    let mut companion = Companion::connected("gain", 1, 1, &[]);
    companion.greet();
    companion.say_bytes(&[1, 0, 0, 0, b'?']);
    let Some(FromChild::Error { message }) = companion.hear() else { panic!("an error is the answer") };
    assert!(message.contains("can't be understood"), "{message}");
    assert_eq!(companion.ended().0.code(), Some(1));
}

#[test]
fn the_heartbeat_moves_while_nothing_happens_and_the_phase_follows() {
    let mut companion = Companion::connected("passthrough", 1, 1, &[]);
    companion.greet();
    beats(&companion, ChildPhase::Starting);
    assert_eq!(companion.prepare(SAMPLE_RATE), Some(FromChild::Ready));
    companion.say(&ToChild::Start);
    beats(&companion, ChildPhase::Running);
    companion.say(&ToChild::Stop);
    beats(&companion, ChildPhase::Stopped);
    assert_eq!(companion.hang_up().code(), Some(0));
}

/// Waits for the phase, and then for a beat.
fn beats(companion: &Companion, phase: ChildPhase) {
    let report = || Some(companion.segment.ring.child()).filter(|report| report.phase == phase);
    let first = until("the phase", report);
    until("a beat", || report().filter(|report| report.heartbeat != first.heartbeat));
}
